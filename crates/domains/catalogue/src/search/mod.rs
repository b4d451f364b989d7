//! Search and lists of what is offered (PORTAL-008): words, part of the name, pinyin initials,
//! department and theme, combined with four facets, with exact totals.
//!
//! Each node keeps a [`Snapshot`] of the published heads in memory. It is derived data: made from
//! the `items` table at the first question, made again after a publication here, and after one
//! on another node within [`CHECK_SECONDS`].

mod build;
mod forms;
mod model;
mod offered;
mod query;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use platform::{Problem, Result};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, ExprTrait, Func};
use time::OffsetDateTime;

use crate::Catalogue;
use crate::items::store::item;

pub use build::{Card, Snapshot, Source};
pub use forms::{FormQuery, SampleForm, SampleForms};
pub use model::{Facet, Facets, Found, ItemCard, Limit, Matched, Query, Suggestion};
pub use offered::Offered;

/// Seconds within which a publication of another node shows.
pub const CHECK_SECONDS: i64 = 5;

/// Number of heads and sum of their change counters: differs after every change.
type Stamp = (i64, i64);

/// The search of one node.
#[derive(Default)]
pub struct Search {
    current: RwLock<Option<Arc<Held>>>,
    /// Raised when the snapshot is known to be old.
    wanted: AtomicU64,
    checked_at: Mutex<Option<OffsetDateTime>>,
    building: tokio::sync::Mutex<()>,
}

struct Held {
    generation: u64,
    stamp: Stamp,
    snapshot: Arc<Snapshot>,
}

impl Search {
    /// The snapshot is old from now on.
    pub fn forget(&self) {
        self.wanted.fetch_add(1, Ordering::SeqCst);
    }

    fn held(&self) -> Option<Arc<Held>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it is time to look at the table again; says yes to one caller only.
    fn is_due(&self, now: OffsetDateTime) -> bool {
        let mut checked = self.checked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = checked.is_none_or(|at| now < at || now - at >= time::Duration::seconds(CHECK_SECONDS));
        if due {
            *checked = Some(now);
        }
        due
    }
}

impl Catalogue {
    /// What is offered now, as lists and search see it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>> {
        if let Some(held) = self.search.held() {
            let mut fresh = held.generation == self.search.wanted.load(Ordering::SeqCst);
            if fresh && self.search.is_due(self.platform.now()) && self.stamp().await? != held.stamp {
                self.search.forget();
                fresh = false;
            }
            if fresh {
                return Ok(Arc::clone(&held.snapshot));
            }
            // One caller builds; the others go on with what there is.
            return match self.search.building.try_lock() {
                Ok(_building) => self.build().await,
                Err(_) => Ok(Arc::clone(&held.snapshot)),
            };
        }
        let _building = self.search.building.lock().await;
        match self.search.held() {
            Some(held) => Ok(Arc::clone(&held.snapshot)),
            None => self.build().await,
        }
    }

    async fn stamp(&self) -> Result<Stamp> {
        // The cast, because PostgreSQL sums whole numbers to `numeric`.
        let sum = Expr::expr(Func::coalesce([
            Expr::from(Func::sum(Expr::col(item::Column::DraftVersion))).cast_as(Alias::new("bigint")),
            Expr::val(0_i64),
        ]));
        let found: Option<(i64, i64)> = item::Entity::find()
            .select_only()
            .column_as(item::Column::Slug.count(), "heads")
            .column_as(sum, "changes")
            .into_tuple()
            .one(self.platform.db.read())
            .await?;
        Ok(found.unwrap_or_default())
    }

    async fn build(&self) -> Result<Arc<Snapshot>> {
        let generation = self.search.wanted.load(Ordering::SeqCst);
        // Before the rows: a change in between makes the stamp old, never the rows.
        let stamp = self.stamp().await?;
        let rows: Vec<(String, String, Uuid, String, Option<Json>)> = item::Entity::find()
            .select_only()
            .columns([
                item::Column::Slug,
                item::Column::BasicCode,
                item::Column::OrgId,
                item::Column::Region,
                item::Column::Card,
            ])
            .filter(item::Column::State.eq("1"))
            .filter(item::Column::Version.gt(0))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let orgs = self.identity.orgs().await?;
        let navigation = self.navigation();
        // Cutting thirty thousand names into words takes a while: not on a thread that answers.
        let snapshot = tokio::task::spawn_blocking(move || {
            let mut sources = Vec::with_capacity(rows.len());
            for (slug, basic_code, org_id, region, card) in rows {
                let Some(card) = card else { continue };
                sources.push(Source {
                    slug,
                    basic_code,
                    org_id,
                    org_name: orgs.get(org_id).map_or_else(String::new, |org| org.name.clone()),
                    region,
                    card: serde_json::from_value(card)?,
                });
            }
            Snapshot::build(sources, &navigation)
        })
        .await
        .map_err(Problem::internal)??;
        let snapshot = Arc::new(snapshot);
        *self.search.current.write().unwrap_or_else(PoisonError::into_inner) =
            Some(Arc::new(Held { generation, stamp, snapshot: Arc::clone(&snapshot) }));
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests;
