//! Cases by the version of their item: what a change of a definition would leave on the old one.

use std::collections::BTreeMap;

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect};

use crate::cases::service::Casework;
use crate::cases::store::case;

#[derive(FromQueryResult)]
struct Counted {
    item_version: i64,
    cases: i64,
}

impl Casework {
    /// How many cases were filed under each version of an item.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_by_item_version(&self, slug: &str) -> Result<BTreeMap<i64, u64>> {
        let counted: Vec<Counted> = case::Entity::find()
            .select_only()
            .column(case::Column::ItemVersion)
            .column_as(case::Column::Id.count(), "cases")
            .filter(case::Column::ItemSlug.eq(slug))
            .group_by(case::Column::ItemVersion)
            .into_model()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|one| (one.item_version, one.cases.unsigned_abs())).collect())
    }
}
