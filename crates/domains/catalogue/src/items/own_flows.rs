//! What an item sets for the flows that its body draws for itself (FORM-031).

use base::deadline::TimeUnit;
use design::{FlowBounds, FlowItem};
use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::model::Limit;
use super::service::{Catalogue, PublishedItem};
use super::store::item;

/// A limit in working days, rounded so that nobody promises more than the item does.
fn working_days(limit: &Limit) -> u32 {
    match limit.unit {
        TimeUnit::WorkingDay => limit.value,
        // Five of seven days of the calendar.
        TimeUnit::NaturalDay => limit.value - limit.value / 7 * 2,
        // What is done on the spot takes one working day at most.
        TimeUnit::Hour | TimeUnit::Minute => 1,
        TimeUnit::Month => limit.value.saturating_mul(20),
    }
}

impl PublishedItem {
    /// What bounds a flow of the item's body. Nobody is made to come twice, whatever an old item says.
    pub fn flow_bounds(&self) -> FlowBounds {
        FlowBounds {
            flow: self.definitions.flow.clone(),
            days: Some(working_days(&self.item.promise_limit)),
            visits: self.item.on_site_times.min(1),
        }
    }
}

impl Catalogue {
    /// An offered item with what bounds the flows of its body.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_item(&self, slug: &str) -> Result<Option<FlowItem>> {
        match self.published(slug).await {
            Ok(found) => Ok(Some(flow_item(&found))),
            Err(problem) if problem.status().is_client_error() => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Offered items of these bodies by part of a name, in the order of their keys, and how many there are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_items(
        &self,
        orgs: &[Uuid],
        q: &str,
        after: Option<&str>,
        limit: u64,
    ) -> Result<(Vec<FlowItem>, u64)> {
        let mut select = item::Entity::find()
            .filter(item::Column::OrgId.is_in(orgs.iter().copied()))
            .filter(item::Column::State.eq("1"))
            .filter(item::Column::Version.gt(0));
        if !q.is_empty() {
            select = select.filter(item::Column::Name.contains(q));
        }
        let conn = self.platform.db.read();
        let total = select.clone().count(conn).await?;
        if let Some(after) = after {
            select = select.filter(item::Column::Slug.gt(after));
        }
        let heads: Vec<(String, i64)> = select
            .select_only()
            .columns([item::Column::Slug, item::Column::Version])
            .order_by_asc(item::Column::Slug)
            .limit(limit)
            .into_tuple()
            .all(conn)
            .await?;
        let mut items = Vec::with_capacity(heads.len());
        for (slug, version) in heads {
            // Kept in memory after the first time.
            let found = self.version(&slug, version).await?;
            items.push(flow_item(&found));
        }
        Ok((items, total))
    }
}

fn flow_item(item: &PublishedItem) -> FlowItem {
    FlowItem { slug: item.slug.clone(), name: item.item.name.clone(), org_id: item.org_id, bounds: item.flow_bounds() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-031
    #[test]
    fn a_promise_in_any_unit_is_so_many_working_days_at_most() {
        let of = |value, unit| working_days(&Limit { value, unit, note: None });
        assert_eq!((of(5, TimeUnit::WorkingDay), of(15, TimeUnit::NaturalDay)), (5, 11));
        assert_eq!((of(30, TimeUnit::Minute), of(1, TimeUnit::Month)), (1, 20));
    }
}
