//! Definitions in use: the design library asks, catalogue and casework answer.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casework::Casework;
use catalogue::Catalogue;
use design::library::{Use, Users};
use design::{DefinitionRef, FlowItem, Kind};
use platform::Result;
use uuid::Uuid;

/// Items and cases as the design library sees them.
pub struct InUse {
    /// Items.
    pub catalogue: Catalogue,
    /// Cases.
    pub casework: Casework,
}

#[async_trait]
impl Users for InUse {
    async fn items(&self, kind: Kind, key: &str) -> Result<Vec<Use>> {
        let using = self.catalogue.items_using(kind, key).await?;
        let uses = using.into_iter().map(|item| Use {
            kind: "item".to_owned(),
            key: item.slug,
            name: item.name,
            version: item.version,
        });
        Ok(uses.collect())
    }

    async fn item_counts(&self, of: &[(Kind, String)]) -> Result<BTreeMap<(Kind, String), u64>> {
        let keys: Vec<String> = of.iter().map(|(_, key)| key.clone()).collect();
        let counts = self.catalogue.count_using(&keys).await?;
        let count = |kind: Kind, key: &String| counts.get(&(kind.as_str().to_owned(), key.clone())).copied();
        Ok(of.iter().map(|(kind, key)| ((*kind, key.clone()), count(*kind, key).unwrap_or_default())).collect())
    }

    async fn cases(&self, of: &[DefinitionRef]) -> Result<BTreeMap<i64, u64>> {
        let Some(DefinitionRef { kind, key, .. }) = of.first() else { return Ok(BTreeMap::new()) };
        let holding = self.catalogue.versions_holding(*kind, key).await?;
        let slugs: std::collections::BTreeSet<String> = holding.iter().map(|(slug, ..)| slug.clone()).collect();
        let cases = self.casework.count_by_item_version(&slugs.into_iter().collect::<Vec<_>>()).await?;
        let mut counts = BTreeMap::new();
        for (slug, item_version, version) in holding {
            *counts.entry(version).or_default() += cases.get(&(slug, item_version)).copied().unwrap_or_default();
        }
        Ok(counts)
    }

    async fn limit_days(&self, item: &str) -> Result<Option<u32>> {
        let item = match self.catalogue.published(item).await {
            Ok(item) => item,
            Err(problem) if problem.status().is_client_error() => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let limit = &item.item.legal_limit;
        Ok((limit.unit == base::deadline::TimeUnit::WorkingDay).then_some(limit.value))
    }

    async fn flow_item(&self, slug: &str) -> Result<Option<FlowItem>> {
        self.catalogue.flow_item(slug).await
    }

    async fn flow_items(
        &self,
        orgs: &[Uuid],
        q: &str,
        after: Option<&str>,
        limit: u64,
    ) -> Result<(Vec<FlowItem>, u64)> {
        self.catalogue.flow_items(orgs, q, after, limit).await
    }
}
