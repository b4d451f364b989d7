//! Rows of the domain and what is asked of them.

use platform::{Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::Put;

/// `definitions`
pub(crate) mod definition {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "definitions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub content: String,
        pub digest: String,
        pub published_at: OffsetDateTime,
        pub published_by: String,
        pub note: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_library`
pub(crate) mod entry {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_library")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub key: String,
        pub name: String,
        pub purpose: String,
        pub channels: Json,
        pub org_id: Option<Uuid>,
        pub template: bool,
        pub disabled: bool,
        pub version: i64,
        pub published_at: Option<OffsetDateTime>,
        pub draft: Option<String>,
        pub revision: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
        pub item_slug: Option<String>,
        pub bounds: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_fields`
pub(crate) mod field {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_fields")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub label: String,
        pub content: Json,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_uses`
pub(crate) mod used {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_uses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub definition_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub used_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub used_key: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_bindings`
pub(crate) mod bound {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_bindings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub rules_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub no: i64,
        pub version: i64,
        pub decision: String,
        pub form: Option<String>,
        pub item: Option<String>,
        /// Channels with a space before and behind each; empty for every one.
        pub channels: String,
        pub severity: String,
        /// First China date; empty for always.
        pub holds_from: String,
        /// Last China date; empty for always.
        pub holds_until: String,
        pub message: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_bound`
pub(crate) mod taken {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_bound")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub rules_key: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_data_items`
pub(crate) mod data_items {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_data_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub form_key: String,
        pub content: Json,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `design_settings`
pub(crate) mod setting {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "design_settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub content: Json,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lists a version that came with a pack. An entry people know already keeps its name and draft; only
/// what is published moves, and with it the revision, so that an editor's open page is seen to be old.
pub(crate) async fn enlist(tx: &Tx, id: Uuid, put: &Put, name: &str) -> Result<()> {
    let found = entry::Entity::find()
        .filter(entry::Column::Kind.eq(put.of.kind.as_str()))
        .filter(entry::Column::Key.eq(&put.of.key))
        .one(tx.conn())
        .await?;
    match found {
        Some(row) if row.version == put.of.version => Ok(()),
        Some(row) => {
            let moved = entry::ActiveModel {
                id: Set(row.id),
                version: Set(put.of.version),
                published_at: Set(Some(tx.now())),
                revision: Set(row.revision + 1),
                changed_at: Set(tx.now()),
                changed_by_name: Set(put.by.clone()),
                ..Default::default()
            };
            entry::Entity::update(moved).exec(tx.conn()).await?;
            Ok(())
        }
        None => {
            let row = entry::ActiveModel {
                id: Set(id),
                kind: Set(put.of.kind.as_str().to_owned()),
                key: Set(put.of.key.clone()),
                name: Set(name.to_owned()),
                purpose: Set(String::new()),
                channels: Set(serde_json::json!([])),
                org_id: Set(None),
                template: Set(false),
                disabled: Set(false),
                version: Set(put.of.version),
                published_at: Set(Some(tx.now())),
                draft: Set(None),
                revision: Set(1),
                changed_at: Set(tx.now()),
                changed_by_name: Set(put.by.clone()),
                item_slug: Set(None),
                bounds: Set(String::new()),
            };
            entry::Entity::insert(row).exec_without_returning(tx.conn()).await?;
            Ok(())
        }
    }
}
