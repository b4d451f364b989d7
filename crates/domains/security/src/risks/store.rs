//! Rows of the register.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

pub(crate) mod risk {
    use super::*;
    /// `security_risks`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "security_risks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub title: String,
        pub description: String,
        pub level: String,
        pub state: String,
        pub rule_key: Option<String>,
        pub group_key: Option<String>,
        pub open_key: Option<String>,
        pub who: String,
        pub hits: i64,
        pub first_at: OffsetDateTime,
        pub last_at: OffsetDateTime,
        pub last_line: Option<Uuid>,
        pub evidence: Json,
        pub assignee_id: Option<Uuid>,
        pub assignee_name: Option<String>,
        pub handled_by: Option<Uuid>,
        pub due_on: Option<String>,
        pub closed_at: Option<OffsetDateTime>,
        pub parent_id: Option<Uuid>,
        pub created_by: Option<Uuid>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod step {
    use super::*;
    /// `security_risk_steps`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "security_risk_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub risk_id: Uuid,
        /// Version of the entry that the step made.
        pub no: i64,
        pub at: OffsetDateTime,
        pub by_id: Option<Uuid>,
        pub by_name: String,
        pub act: String,
        pub text: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
