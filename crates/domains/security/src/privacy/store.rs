//! Rows.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

pub(crate) mod consent {
    use super::*;
    /// `privacy_consents`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_consents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account_id: Uuid,
        pub purpose: String,
        pub purpose_version: i64,
        pub text_digest: String,
        pub given: bool,
        pub at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod request {
    use super::*;
    /// `privacy_requests`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account_id: Uuid,
        pub applicant_name: String,
        pub kind: String,
        pub held_key: String,
        pub held_label: String,
        pub text_sealed: String,
        pub state: String,
        /// One open request per person, kind and thing.
        pub open_key: Option<String>,
        pub asked_at: OffsetDateTime,
        pub due_on: String,
        pub answer_sealed: Option<String>,
        pub answered_by: Option<Uuid>,
        pub answered_by_name: Option<String>,
        pub answered_at: Option<OffsetDateTime>,
        pub erased: i64,
        pub version: i64,
        /// Whether the watch has spoken of the deadline: empty, `soon`, `overdue`.
        pub warned: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod place {
    use super::*;
    /// `privacy_places`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_places")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub request_id: Uuid,
        pub held_key: String,
        pub held_label: String,
        /// `correct`, `erase` or `keep`.
        pub act: String,
        pub field_label: String,
        /// Masked.
        pub before: String,
        /// Masked.
        pub after: String,
        /// Things corrected or deleted.
        pub things: i64,
        pub note_sealed: String,
        pub done_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod disclosure {
    use super::*;
    /// `privacy_disclosures`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_disclosures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub object: String,
        pub at: OffsetDateTime,
        pub receiver: String,
        pub what: String,
        pub way: String,
        pub source_key: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod assessment {
    use super::*;
    /// `privacy_assessments`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_assessments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub title: String,
        pub purpose: String,
        pub occasion: String,
        pub necessity: String,
        pub risks: String,
        pub measures: String,
        pub level: String,
        pub state: String,
        pub made_by: Uuid,
        pub made_by_name: String,
        pub made_at: OffsetDateTime,
        pub confirmed_by_name: Option<String>,
        pub confirmed_at: Option<OffsetDateTime>,
        pub review_on: String,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
