//! Cases by the version of their item: what a change of a definition would leave on the old one.

use std::collections::BTreeMap;

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect};

use crate::cases::service::Casework;
use crate::cases::store::case;

#[derive(FromQueryResult)]
struct Counted {
    item_slug: String,
    item_version: i64,
    cases: i64,
}

impl Casework {
    /// How many cases were filed under each version of some items.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_by_item_version(&self, slugs: &[String]) -> Result<BTreeMap<(String, i64), u64>> {
        if slugs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let counted: Vec<Counted> = case::Entity::find()
            .select_only()
            .columns([case::Column::ItemSlug, case::Column::ItemVersion])
            .column_as(case::Column::Id.count(), "cases")
            .filter(case::Column::ItemSlug.is_in(slugs.iter().map(String::as_str)))
            .group_by(case::Column::ItemSlug)
            .group_by(case::Column::ItemVersion)
            .into_model()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|one| ((one.item_slug, one.item_version), one.cases.unsigned_abs())).collect())
    }
}
