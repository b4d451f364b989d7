//! Definitions in use: the design library asks, catalogue and casework answer.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casework::Casework;
use catalogue::{Catalogue, PublishedItem};
use design::library::{Use, Users};
use design::{DefinitionRef, Kind};
use platform::Result;

/// Items and cases as the design library sees them.
pub struct InUse {
    /// Items.
    pub catalogue: Catalogue,
    /// Cases.
    pub casework: Casework,
}

impl InUse {
    /// The item that holds a definition now: its own definitions carry its slug as their key.
    async fn item(&self, slug: &str) -> Result<Option<std::sync::Arc<PublishedItem>>> {
        match self.catalogue.published(slug).await {
            Ok(item) => Ok(Some(item)),
            Err(problem) if problem.status().is_client_error() => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

#[async_trait]
impl Users for InUse {
    async fn items(&self, kind: Kind, key: &str) -> Result<Vec<Use>> {
        let Some(item) = self.item(key).await? else { return Ok(Vec::new()) };
        let held = item.definitions.of(kind).map(|held| Use {
            kind: "item".to_owned(),
            key: item.slug.clone(),
            name: item.item.name.clone(),
            version: held.version,
        });
        Ok(held.into_iter().collect())
    }

    async fn item_counts(&self, of: &[(Kind, String)]) -> Result<BTreeMap<(Kind, String), u64>> {
        let mut counts = BTreeMap::new();
        for (kind, key) in of {
            // Published items are cached: no query a row.
            let held = self.item(key).await?.is_some_and(|item| item.definitions.of(*kind).is_some());
            counts.insert((*kind, key.clone()), u64::from(held));
        }
        Ok(counts)
    }

    async fn cases(&self, of: &[DefinitionRef]) -> Result<BTreeMap<i64, u64>> {
        let Some(DefinitionRef { kind, key, .. }) = of.first() else { return Ok(BTreeMap::new()) };
        let cases = self.casework.count_by_item_version(key).await?;
        let mut counts = BTreeMap::new();
        for (item, version) in self.catalogue.definition_versions(key, *kind).await? {
            *counts.entry(version).or_default() += cases.get(&item).copied().unwrap_or_default();
        }
        Ok(counts)
    }

    async fn limit_days(&self, item: &str) -> Result<Option<u32>> {
        let Some(item) = self.item(item).await? else { return Ok(None) };
        let limit = &item.item.legal_limit;
        Ok((limit.unit == base::deadline::TimeUnit::WorkingDay).then_some(limit.value))
    }
}
