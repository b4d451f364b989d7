//! Rows of this domain.

/// `table_definitions`
pub(crate) mod definition {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_definitions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub key: String,
        pub title: String,
        pub draft: Option<Json>,
        pub version: i64,
        pub disabled: bool,
        pub revision: i64,
        pub copied_at: Option<OffsetDateTime>,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `table_versions`
pub(crate) mod version {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub table_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub content: Json,
        pub published_at: OffsetDateTime,
        pub published_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `table_rows`
pub(crate) mod row {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_rows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub table_id: Uuid,
        pub version: i64,
        pub org_id: Option<Uuid>,
        pub content: Json,
        pub values_sealed: Option<String>,
        pub search_text: String,
        pub source_key: Option<String>,
        pub revision: i64,
        pub created_at: OffsetDateTime,
        pub created_by_name: String,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `table_values`
pub(crate) mod value {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_values")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub row_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub field: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: i64,
        pub table_id: Uuid,
        pub text_value: String,
        pub number_value: i64,
        pub unique_value: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `table_templates`
pub(crate) mod template {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_templates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub table_id: Uuid,
        pub kind: String,
        pub title: String,
        pub content: Json,
        pub roles: Json,
        pub schedule: Option<Json>,
        pub run_at: Option<OffsetDateTime>,
        pub owner_id: Uuid,
        pub owner_name: String,
        pub revision: i64,
        pub changed_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// `table_outputs`
pub(crate) mod output {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "table_outputs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub template_id: Uuid,
        pub table_id: Uuid,
        pub owner_id: Uuid,
        pub title: String,
        pub file_id: Option<Uuid>,
        pub problem: Option<String>,
        pub made_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
