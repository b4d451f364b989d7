//! Rows of copies and their files.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

pub(crate) mod copy {
    use super::*;
    /// `data_copies`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_copies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub purpose: String,
        pub use_kind: String,
        pub format: String,
        pub tables: Json,
        pub state: String,
        pub position: i64,
        pub total: i64,
        pub rows_done: i64,
        pub columns_masked: i64,
        pub run_key_sealed: Option<String>,
        pub error: String,
        pub started_by: Uuid,
        pub started_by_name: String,
        pub started_at: OffsetDateTime,
        pub finished_at: Option<OffsetDateTime>,
        pub expires_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod copy_file {
    use super::*;
    /// `data_copy_files`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_copy_files")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub copy_id: Uuid,
        pub no: i64,
        pub table_name: String,
        pub rows_in: i64,
        pub file_id: Uuid,
        pub file_size: i64,
        pub digest: String,
        pub columns: Json,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
