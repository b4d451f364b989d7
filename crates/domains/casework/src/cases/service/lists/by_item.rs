//! Cases by their item, and by its version: what a change of a definition would leave on the old one.

use std::collections::{BTreeMap, HashMap};

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

/// Items one statement names at most.
const NAMED: usize = 500;

impl Casework {
    /// How many cases were filed under each version of some items.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_by_item_version(&self, slugs: &[String]) -> Result<BTreeMap<(String, i64), u64>> {
        let mut counts = BTreeMap::new();
        for slugs in slugs.chunks(NAMED) {
            let counted: Vec<Counted> = by_version(slugs).into_model().all(self.platform.db.read()).await?;
            counts.extend(counted.into_iter().map(|one| ((one.item_slug, one.item_version), one.cases.unsigned_abs())));
        }
        Ok(counts)
    }

    /// How many cases each item has, of all items that have any.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_by_item(&self) -> Result<HashMap<String, u64>> {
        let counted: Vec<(String, i64)> = case::Entity::find()
            .select_only()
            .column(case::Column::ItemSlug)
            .column_as(case::Column::Id.count(), "cases")
            .group_by(case::Column::ItemSlug)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|(slug, cases)| (slug, cases.unsigned_abs())).collect())
    }
}

fn by_version(slugs: &[String]) -> Select<case::Entity> {
    case::Entity::find()
        .select_only()
        .columns([case::Column::ItemSlug, case::Column::ItemVersion])
        .column_as(case::Column::Id.count(), "cases")
        .filter(case::Column::ItemSlug.is_in(slugs.iter().map(String::as_str)))
        .group_by(case::Column::ItemSlug)
        .group_by(case::Column::ItemVersion)
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, QueryTrait};

    use super::*;

    /// req: ITEM-001
    #[test]
    fn no_statement_names_more_items_than_a_page() {
        let slugs: Vec<String> = (0..30_000).map(|at| format!("item-{at}")).collect();
        let named = |page: &[String]| by_version(page).build(DbBackend::Sqlite).values.map_or(0, |named| named.0.len());
        let pages: Vec<usize> = slugs.chunks(NAMED).map(named).collect();
        assert_eq!((pages.len(), pages.iter().max()), (60, Some(&NAMED)));
    }
}
