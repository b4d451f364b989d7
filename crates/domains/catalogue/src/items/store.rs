//! Rows of the item library (migrations/0001_items.sql), nothing else.

/// Head of an item.
pub mod item {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `items`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slug: String,
        pub task_code: String,
        pub basic_code: String,
        pub name: String,
        pub org_id: Uuid,
        pub region: String,
        pub item_type: String,
        pub state: String,
        pub version: i64,
        pub card: Option<Json>,
        pub draft: Option<Json>,
        pub draft_version: i64,
        pub updated_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A frozen version.
pub mod version {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `item_versions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "item_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub content: Json,
        pub definitions: Json,
        pub digest: String,
        pub published_at: OffsetDateTime,
        pub published_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A definition that a version of an item holds.
pub mod held {
    use sea_orm::entity::prelude::*;

    /// `item_definitions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "item_definitions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_version: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        pub key: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A node of the common catalogue.
pub mod node {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `catalogue_nodes`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_nodes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub kind: String,
        pub name: String,
        pub parent_code: Option<String>,
        pub version: i64,
        pub updated_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A sample application of the pack.
pub mod sample {
    use sea_orm::entity::prelude::*;

    /// `item_samples`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "item_samples")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub handle_item: String,
        pub content: Json,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A favourite of a citizen.
pub mod favourite {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `favourites`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "favourites")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub slug: String,
        pub created_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
