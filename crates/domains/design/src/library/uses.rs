//! Who uses a definition: asked of the domains above.

use std::collections::BTreeMap;

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::contents::DEFINITION;
use super::{FlowItem, Library};
use crate::calls::CALL;
use crate::store::{entry, used};
use crate::{DefinitionRef, Kind};

/// One place where a definition is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DefinitionUse)]
pub struct Use {
    /// `item`, `definition`, `binding` (a check of forms).
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Version of the definition that is used there.
    pub version: i64,
}

/// Answered by the domains above.
#[async_trait::async_trait]
pub trait Users: Send + Sync {
    /// Items whose offered version uses a version of this definition.
    ///
    /// # Errors
    /// When the database refuses.
    async fn items(&self, kind: Kind, key: &str) -> Result<Vec<Use>>;

    /// How many items use each of these keys.
    ///
    /// # Errors
    /// When the database refuses.
    async fn item_counts(&self, of: &[(Kind, String)]) -> Result<BTreeMap<(Kind, String), u64>>;

    /// How many cases were filed under each of these versions.
    ///
    /// # Errors
    /// When the database refuses.
    async fn cases(&self, of: &[DefinitionRef]) -> Result<BTreeMap<i64, u64>>;

    /// The limit of an item in working days, for the check of a flow; none when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    async fn limit_days(&self, item: &str) -> Result<Option<u32>>;

    /// An offered item with what bounds the flows of its body.
    ///
    /// # Errors
    /// When the database refuses.
    async fn flow_item(&self, slug: &str) -> Result<Option<FlowItem>>;

    /// Offered items of these bodies by part of a name, in the order of their keys after one, and how many there are.
    ///
    /// # Errors
    /// When the database refuses.
    async fn flow_items(&self, orgs: &[Uuid], q: &str, after: Option<&str>, limit: u64)
    -> Result<(Vec<FlowItem>, u64)>;
}

/// How often a key is used.
#[derive(FromQueryResult)]
pub(crate) struct Counted {
    pub used_key: String,
    pub uses: i64,
}

impl Library {
    /// How many definitions contain each of these as a part, by key.
    pub(crate) async fn definition_counts(&self, rows: &[entry::Model]) -> Result<BTreeMap<String, u64>> {
        let templates = rows.iter().filter(|row| row.template).map(|row| row.key.clone());
        self.used_counts(DEFINITION, templates.collect()).await
    }

    /// How many definitions use each of these keys.
    pub(crate) async fn used_counts(&self, kind: &str, keys: Vec<String>) -> Result<BTreeMap<String, u64>> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let counted: Vec<Counted> = used::Entity::find()
            .select_only()
            .column(used::Column::UsedKey)
            .column_as(used::Column::DefinitionId.count(), "uses")
            .filter(used::Column::UsedKind.eq(kind))
            .filter(used::Column::UsedKey.is_in(keys))
            .group_by(used::Column::UsedKey)
            .into_model()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|row| (row.used_key, row.uses.unsigned_abs())).collect())
    }

    /// Definitions that use a shared field or part, at most a hundred.
    pub(crate) async fn used_by(&self, kind: &str, key: &str) -> Result<Vec<Use>> {
        let ids: Vec<Uuid> = used::Entity::find()
            .select_only()
            .column(used::Column::DefinitionId)
            .filter(used::Column::UsedKind.eq(kind))
            .filter(used::Column::UsedKey.eq(key))
            .limit(100)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let rows = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(self.platform.db.read()).await?;
        let uses = rows.into_iter().map(|row| Use {
            kind: "definition".to_owned(),
            key: row.key,
            name: row.name,
            version: row.version,
        });
        Ok(uses.collect())
    }

    /// Everything that uses an entry: items, and forms that contain it.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn uses(&self, row: &entry::Model) -> Result<Vec<Use>> {
        let mut uses = self.users.items(Kind::of(&row.kind)?, &row.key).await?;
        let by = if row.kind == Kind::Flow.as_str() { CALL } else { DEFINITION };
        uses.extend(self.used_by(by, &row.key).await?);
        uses.extend(self.bound_uses(row).await?);
        Ok(uses)
    }
}
