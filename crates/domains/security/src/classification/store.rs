//! Rows of the classification.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use super::model::{Export, Masking};

pub(crate) mod field {
    use super::*;
    /// `data_fields`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_fields")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub table_name: String,
        pub column_name: String,
        pub kind: String,
        pub domain: String,
        pub protection: String,
        pub class: String,
        pub level: i64,
        pub masking: String,
        pub export: String,
        pub source: String,
        pub state: String,
        pub rule_level: i64,
        pub held_no: i64,
        pub held_level: i64,
        pub held_masking: String,
        pub held_export: String,
        pub proposed_by: Option<Uuid>,
        pub version: i64,
        pub gone_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// Level that counts: the stricter of what is in force and what is proposed.
        pub(crate) fn strict_level(&self) -> i64 {
            self.level.max(self.held_level)
        }

        /// Masking that counts: the one in force, unless the stricter level needs more.
        pub(crate) fn strict_masking(&self) -> Masking {
            let held = Masking::parse(&self.held_masking);
            if held.enough_for(self.strict_level()) { held } else { Masking::parse(&self.masking) }
        }

        /// Export that counts: the stricter of both.
        pub(crate) fn strict_export(&self) -> Export {
            Export::parse(&self.export).stricter(Export::parse(&self.held_export))
        }
    }
}

pub(crate) mod field_version {
    use super::*;
    /// `data_field_versions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_field_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub field_id: Uuid,
        pub no: i64,
        pub class: String,
        pub level: i64,
        pub masking: String,
        pub export: String,
        pub source: String,
        pub state: String,
        pub reason: String,
        pub by_name: String,
        pub at: OffsetDateTime,
        pub decided_by_name: Option<String>,
        pub decided_at: Option<OffsetDateTime>,
        pub decision: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod grade {
    use super::*;
    /// `data_grades`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_grades")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub label: String,
        pub level: i64,
        pub pending_level: Option<i64>,
        pub pending_by: Option<Uuid>,
        pub pending_by_name: String,
        pub reason: String,
        pub changed_by_name: String,
        pub changed_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
