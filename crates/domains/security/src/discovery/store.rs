//! Rows of scans and findings.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

pub(crate) mod scan {
    use super::*;
    /// `data_scans`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_scans")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub state: String,
        pub position: i64,
        pub total: i64,
        pub sample: i64,
        pub values_seen: i64,
        pub found: i64,
        pub started_by_name: String,
        pub started_at: OffsetDateTime,
        pub finished_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod finding {
    use super::*;
    /// `data_findings`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_findings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub scan_id: Uuid,
        pub field_id: Uuid,
        pub table_name: String,
        pub column_name: String,
        pub detector: String,
        pub hits: i64,
        pub sampled: i64,
        pub example: String,
        pub level_before: i64,
        pub level: i64,
        pub class: String,
        pub state: String,
        pub seen_at: OffsetDateTime,
        pub decided_by_name: Option<String>,
        pub decided_at: Option<OffsetDateTime>,
        pub reason: String,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
