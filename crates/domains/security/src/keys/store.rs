//! Rows of keys and rotations.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

pub(crate) mod key {
    use super::*;
    /// `crypto_keys`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "crypto_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub purpose: String,
        pub algorithm: String,
        pub state: String,
        pub made_by: Option<Uuid>,
        pub made_by_name: String,
        pub made_at: OffsetDateTime,
        pub activated_by_name: Option<String>,
        pub activated_at: Option<OffsetDateTime>,
        pub ended_by_name: Option<String>,
        pub ended_at: Option<OffsetDateTime>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod rotation {
    use super::*;
    /// `key_rotations`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_rotations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub key_id: String,
        pub total: i64,
        pub done: i64,
        pub state: String,
        pub started_at: OffsetDateTime,
        pub finished_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
