//! Rows of this domain.

/// `operation_points`
pub(crate) mod point {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_points")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub span: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: OffsetDateTime,
        #[sea_orm(primary_key, auto_increment = false)]
        pub node: String,
        pub content: Json,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_nodes`
pub(crate) mod node {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_nodes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub version: String,
        pub started_at: OffsetDateTime,
        pub seen_at: OffsetDateTime,
        pub parts: Json,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_traces`
pub(crate) mod trace {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_traces")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub trace: String,
        pub kind: String,
        pub name: String,
        pub node: String,
        pub at: OffsetDateTime,
        pub began_us: i64,
        pub took_us: i64,
        pub waited_us: i64,
        pub statements: i64,
        pub status: i64,
        pub failed: bool,
        pub why: String,
        pub spans: Json,
        pub more: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_rules`
pub(crate) mod rule {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_rules")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub enabled: bool,
        pub limit_value: i64,
        pub clear_value: i64,
        pub minutes: i64,
        pub grade: String,
        pub reason: String,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_alarms`
pub(crate) mod alarm {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_alarms")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub rule_key: String,
        pub open_key: Option<String>,
        pub title: String,
        pub grade: String,
        pub value: i64,
        pub worst: i64,
        pub limit_value: i64,
        pub unit: String,
        pub node: String,
        pub raised_at: OffsetDateTime,
        pub last_at: OffsetDateTime,
        pub cleared_at: Option<OffsetDateTime>,
        pub fault_id: Option<Uuid>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_duties`
pub(crate) mod duty {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_duties")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub staff_name: String,
        pub from_day: String,
        pub until_day: String,
        pub created_at: OffsetDateTime,
        pub created_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `fault_tickets`
pub(crate) mod fault {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fault_tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub title: String,
        pub description: String,
        pub part: String,
        pub grade: String,
        pub first_grade: String,
        pub grade_since: OffsetDateTime,
        pub extent: String,
        pub state: String,
        pub rank: i64,
        pub alarm_id: Option<Uuid>,
        pub opened_at: OffsetDateTime,
        pub opened_by_name: String,
        pub assignee_id: Option<Uuid>,
        pub assignee_name: Option<String>,
        pub acknowledged_at: Option<OffsetDateTime>,
        pub arrived_at: Option<OffsetDateTime>,
        pub restored_at: Option<OffsetDateTime>,
        pub closed_at: Option<OffsetDateTime>,
        pub cause: String,
        pub told: i64,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `fault_steps`
pub(crate) mod step {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fault_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub fault_id: Uuid,
        pub at: OffsetDateTime,
        pub by_name: String,
        pub act: String,
        pub text: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `operation_inspections`
pub(crate) mod inspection {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "operation_inspections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub period_key: Option<String>,
        pub title: String,
        pub at: OffsetDateTime,
        pub verdict: String,
        pub problems: i64,
        pub content: Json,
        pub by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `questions`
pub(crate) mod question {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "questions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub side: String,
        pub account_id: Uuid,
        pub asker: String,
        pub page: String,
        pub kind: String,
        pub category: String,
        pub state: String,
        pub outcome: String,
        pub text_sealed: String,
        pub answer_sealed: String,
        pub answered_by_name: String,
        pub asked_at: OffsetDateTime,
        pub answered_at: Option<OffsetDateTime>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `question_faqs`
pub(crate) mod faq {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "question_faqs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub side: String,
        pub category: String,
        pub question: String,
        pub answer: String,
        pub published: bool,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `manual_versions`
pub(crate) mod manual_version {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "manual_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub chapter: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub title: Option<String>,
        pub body: Option<String>,
        pub pack_digest: String,
        pub reason: String,
        pub by_id: Uuid,
        pub by_name: String,
        pub at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `manual_requests`
pub(crate) mod manual_request {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "manual_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub question_id: Uuid,
        pub chapter: String,
        pub note: String,
        pub state: String,
        pub version: Option<i64>,
        pub marked_by_name: String,
        pub marked_at: OffsetDateTime,
        pub done_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
