//! Rows of the case tables (migrations/0001_cases.sql), nothing else.

/// One case; what lists read.
pub mod case {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `cases`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub state: String,
        pub case_number: Option<String>,
        pub query_code: Option<String>,
        pub item_slug: String,
        pub item_version: i64,
        pub item_name: String,
        pub handle_item: String,
        pub handle_item_name: String,
        pub org_id: Uuid,
        pub channel: String,
        pub account_id: Option<Uuid>,
        pub applicant_kind: String,
        pub applicant_name: String,
        pub applicant_index: Option<String>,
        pub personal_sealed: String,
        pub corrected: bool,
        pub correction_asked: bool,
        pub step_name: String,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
        pub submitted_at: Option<OffsetDateTime>,
        pub accepted_at: Option<OffsetDateTime>,
        pub decided_at: Option<OffsetDateTime>,
        pub closed_at: Option<OffsetDateTime>,
        pub delivered_at: Option<OffsetDateTime>,
        pub due_at: Option<OffsetDateTime>,
        pub legal_due_at: Option<OffsetDateTime>,
        pub paused_left: Option<i64>,
        pub outcome: Option<String>,
        pub closing: Option<String>,
        pub closing_reason: Option<String>,
        pub event_count: i64,
        pub head_hash: String,
        pub grant_id: Option<Uuid>,
        pub agent_account: Option<Uuid>,
        pub agent_name: Option<String>,
        pub agent_role: Option<String>,
        pub taken_at: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Wrong questions after the progress of one number.
pub mod progress_attempt {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `progress_attempts`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "progress_attempts")]
    pub struct Model {
        /// Blind index of the number: a mistyped one may be somebody else's.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number_index: String,
        pub failed: i64,
        pub since: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Progress of a case that is handled in the other network.
pub mod outside_progress {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `outside_progress`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outside_progress")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub case_number: String,
        pub item_name: String,
        pub state: String,
        pub event_no: i64,
        pub proof: String,
        pub at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was filled in.
pub mod case_form {
    use sea_orm::entity::prelude::*;

    /// `case_forms`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_forms")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub step: i64,
        pub situations: Json,
        pub conditions: Json,
        pub consents: Json,
        pub form_sealed: String,
        pub delivery_sealed: String,
        pub old_licence_id: Option<Uuid>,
        pub beside_sealed: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A data item of a filled form, to be found by query.
pub mod form_value {
    use sea_orm::entity::prelude::*;

    /// `form_values`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "form_values")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub value: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A correction of filled data.
pub mod form_correction {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `form_corrections`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "form_corrections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub at: OffsetDateTime,
        pub by_id: Uuid,
        pub by_name: String,
        pub reason: String,
        pub fields: Json,
        pub changed_sealed: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A change that staff made to a material.
pub mod material_change {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_material_changes`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_material_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub key: String,
        pub act: String,
        pub before: Json,
        pub after: Json,
        pub reason: String,
        pub by_id: Uuid,
        pub by_name: String,
        pub at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One material of a case.
pub mod case_material {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_materials`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_materials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub handing: String,
        pub files: Json,
        pub checks: Json,
        pub note: Option<String>,
        pub updated_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One event of the chained log.
pub mod case_event {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_events`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub no: i64,
        pub kind: String,
        pub at: OffsetDateTime,
        pub actor_id: Option<Uuid>,
        pub actor_name: String,
        pub text: String,
        pub data: String,
        pub previous_hash: String,
        pub hash: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A step of the applicant's side.
pub mod case_step {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_steps`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub no: i64,
        pub account_id: Uuid,
        pub who: String,
        pub role_label: String,
        pub action: String,
        pub text: String,
        pub at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The running flow of a case.
pub mod case_flow {
    use sea_orm::entity::prelude::*;

    /// `case_flows`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_flows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub flow_key: String,
        pub flow_version: i64,
        pub instance: String,
        /// Versions of the flows it calls, as JSON; empty for none.
        pub calls: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Something a person has to do.
pub mod task {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `tasks`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tasks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub flow_task: Option<String>,
        pub element: String,
        pub stage: String,
        pub name: String,
        pub role: String,
        pub org_id: Uuid,
        pub state: String,
        pub created_at: OffsetDateTime,
        pub done_at: Option<OffsetDateTime>,
        pub done_by: Option<Uuid>,
        pub done_by_name: Option<String>,
        pub outcome: Option<String>,
        pub opinion: Option<String>,
        pub files: Json,
        pub narrowed: bool,
        pub joint: bool,
        pub days: Option<i64>,
        pub every_day: bool,
        pub due_at: Option<OffsetDateTime>,
        pub owner_id: Option<Uuid>,
        pub owner_name: Option<String>,
        pub took_seconds: Option<i64>,
        pub signature_file: Option<Uuid>,
        pub opinion_file: Option<Uuid>,
        pub item_slug: String,
        pub taken_at: Option<Uuid>,
        pub case_due_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod task_handler {
    use sea_orm::entity::prelude::*;

    /// `task_handlers`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_handlers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub label: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A numbered document made for a case; rendered when first needed.
pub mod case_document {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_documents`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_documents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub kind: String,
        pub name: String,
        pub number: Option<String>,
        pub data_sealed: String,
        pub file_id: Option<Uuid>,
        pub created_at: OffsetDateTime,
        pub seal_place: String,
        pub file_digest: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A special procedure.
pub mod special {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `special_procedures`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "special_procedures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub procedure: String,
        pub name: String,
        pub reason: String,
        pub expected_value: Option<i64>,
        pub expected_unit: Option<String>,
        pub counts_in_limit: bool,
        pub started_at: OffsetDateTime,
        pub started_by: String,
        pub ended_at: Option<OffsetDateTime>,
        pub ended_by: Option<String>,
        pub result: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An extension asked for.
pub mod extension {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_extensions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_extensions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub value: i64,
        pub unit: String,
        pub reason: String,
        pub state: String,
        pub asked_at: OffsetDateTime,
        pub asked_by: Uuid,
        pub asked_by_name: String,
        pub decided_at: Option<OffsetDateTime>,
        pub decided_by_name: Option<String>,
        pub opinion: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A reminder or a supervision order.
pub mod urge {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_urges`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_urges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub kind: String,
        pub text: String,
        pub at: OffsetDateTime,
        pub by_name: String,
        pub reply: Option<String>,
        pub replied_at: Option<OffsetDateTime>,
        pub replied_by_name: Option<String>,
        pub by_id: Option<Uuid>,
        pub reminders: i64,
        pub reminded_at: Option<OffsetDateTime>,
        pub signed_at: Option<OffsetDateTime>,
        pub signed_by_name: Option<String>,
        pub closed_at: Option<OffsetDateTime>,
        pub closed_by_name: Option<String>,
        pub closing_note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A person's own mark on a task he did: another name in his list, or left out of it.
pub mod task_mark {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `task_marks`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_marks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub staff_id: Uuid,
        pub own_name: String,
        pub hidden_at: Option<OffsetDateTime>,
        pub reason: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
