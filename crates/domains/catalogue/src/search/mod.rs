//! Search and lists of what is offered (PORTAL-008): words, part of the name, pinyin initials,
//! department and theme, combined with four facets, with exact totals.
//!
//! Each node keeps a [`Snapshot`] of the published heads in memory, derived from the `items` table. It is read whole
//! once, behind the start; from then on only what changed is read and a new snapshot is made upon the old one: an item
//! published here before the next answer, one published on another node within [`CHECK_SECONDS`] (docs/adr/0093).

mod build;
mod columns;
mod forms;
mod model;
mod near;
mod query;
mod snapshot;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use time::{Duration, OffsetDateTime};
use tokio::sync::OwnedMutexGuard;

use crate::Catalogue;
use crate::items::store::item;
use build::{Builder, Source};

pub use build::Card;
pub use forms::{FormQuery, SampleForm, SampleForms};
pub use model::{Facet, Facets, Found, ItemCard, Limit, Matched, Offered, Query, Suggestion};
pub use snapshot::Snapshot;

/// Seconds within which a publication of another node shows.
pub const CHECK_SECONDS: i64 = 5;
/// How far back a look goes behind the one before: by so much the clocks of nodes may differ and a command may last.
const LOOK_BACK: Duration = Duration::minutes(10);
/// Changed items an asker waits for; more are read behind the answers.
const AT_ONCE: usize = 50;
/// Rows read at a time.
const ROWS: usize = 500;

/// The search of one node.
#[derive(Default)]
pub struct Search {
    current: RwLock<Option<Arc<Held>>>,
    /// Items changed here since they were read.
    changed: Mutex<BTreeSet<String>>,
    /// When this node last looked for changes of others.
    looked_at: Mutex<Option<OffsetDateTime>>,
    making: Arc<tokio::sync::Mutex<()>>,
}

struct Held {
    snapshot: Arc<Snapshot>,
    /// What other nodes changed before this moment is in it.
    complete_at: OffsetDateTime,
}

impl Search {
    /// An item was changed here.
    pub(crate) fn note(&self, slug: &str) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(slug.to_owned());
    }

    fn has_changed(&self) -> bool {
        !self.changed.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take_changed(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn held(&self) -> Option<Arc<Held>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, snapshot: Arc<Snapshot>, complete_at: OffsetDateTime) {
        let held = Arc::new(Held { snapshot, complete_at });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }

    /// Whether it is time to look at the table again.
    fn is_due(&self, now: OffsetDateTime) -> bool {
        let looked = *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_none_or(|at| now < at || now - at >= Duration::seconds(CHECK_SECONDS))
    }

    fn looks(&self, now: OffsetDateTime) {
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

/// Heads that are offered, with what the snapshot needs of them.
fn offered() -> Select<item::Entity> {
    use item::Column as C;
    item::Entity::find()
        .select_only()
        .columns([C::Slug, C::BasicCode, C::DraftVersion, C::OrgId, C::Region, C::Card])
        .filter(C::State.eq("1"))
        .filter(C::Version.gt(0))
}

type Head = (String, String, i64, Uuid, String, Option<Json>);

impl Catalogue {
    /// What is offered now, as lists and search see it. Whoever asks waits for the few items changed since, and for
    /// everything only where there is no snapshot yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn snapshot(&self) -> Result<Arc<Snapshot>> {
        let Some(held) = self.search.held() else { return self.first_snapshot().await };
        let (now, navigation) = (self.platform.now(), self.navigation());
        let other = |held: &Held| !Arc::ptr_eq(&held.snapshot.navigation, &navigation);
        if !(self.search.has_changed() || self.search.is_due(now) || other(&held)) {
            return Ok(Arc::clone(&held.snapshot));
        }
        // One caller makes the next one; the others go on with what there is.
        let Ok(making) = Arc::clone(&self.search.making).try_lock_owned() else {
            return Ok(Arc::clone(&held.snapshot));
        };
        let held = self.search.held().unwrap_or(held);
        let (mut stale, mut complete_at) = (BTreeSet::new(), held.complete_at);
        if self.search.is_due(now) {
            self.search.looks(now);
            stale = self.look(&held, now).await?;
            complete_at = now;
        }
        stale.extend(self.search.take_changed());
        let whole = other(&held);
        if stale.is_empty() && !whole {
            self.search.keep(Arc::clone(&held.snapshot), complete_at);
            return Ok(Arc::clone(&held.snapshot));
        }
        let at_once = !whole && stale.len() <= AT_ONCE;
        let (catalogue, before) = (self.clone(), Arc::clone(&held.snapshot));
        // A task of its own: an asker who goes away must not undo it, and a replica may not have the change yet.
        let next = tokio::spawn(async move {
            let next = catalogue.next_snapshot(&before, &stale, whole, complete_at, making).await;
            if let Err(problem) = &next
                && problem.trouble().is_none()
            {
                tracing::error!(cause = %problem, "search could not be brought up to now");
            }
            next
        });
        if at_once { next.await.map_err(Problem::internal)? } else { Ok(Arc::clone(&held.snapshot)) }
    }

    /// The first one: everything is read once, however many ask meanwhile.
    async fn first_snapshot(&self) -> Result<Arc<Snapshot>> {
        let making = Arc::clone(&self.search.making).lock_owned().await;
        if let Some(held) = self.search.held() {
            return Ok(Arc::clone(&held.snapshot));
        }
        let (catalogue, now) = (self.clone(), self.platform.now());
        let first = tokio::spawn(async move {
            let _making = making;
            // Read from now on, so these are among them.
            catalogue.search.take_changed();
            catalogue.search.looks(now);
            let snapshot = Arc::new(catalogue.all().await?);
            catalogue.search.keep(Arc::clone(&snapshot), now);
            Ok::<_, Problem>(snapshot)
        });
        first.await.map_err(Problem::internal)?
    }

    async fn next_snapshot(
        &self,
        before: &Arc<Snapshot>,
        stale: &BTreeSet<String>,
        whole: bool,
        complete_at: OffsetDateTime,
        _making: OwnedMutexGuard<()>,
    ) -> Result<Arc<Snapshot>> {
        let made = if whole { self.all().await } else { self.upon(before, stale).await };
        match made {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                self.search.keep(Arc::clone(&snapshot), complete_at);
                Ok(snapshot)
            }
            Err(problem) => {
                for slug in stale {
                    self.search.note(slug);
                }
                Err(problem)
            }
        }
    }

    /// Items that are otherwise in the table than in the snapshot: of what changed lately by the index on it, and of
    /// departments with a new name.
    async fn look(&self, held: &Held, now: OffsetDateTime) -> Result<BTreeSet<String>> {
        use item::Column as C;
        let since = held.complete_at.min(now) - LOOK_BACK;
        let recent: Vec<(String, i64, String, i64)> = item::Entity::find()
            .select_only()
            .columns([C::Slug, C::DraftVersion, C::State, C::Version])
            .filter(C::UpdatedAt.gte(since))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let mut stale = BTreeSet::new();
        for (slug, draft_version, state, version) in recent {
            let listed = (state == "1" && version > 0).then_some(draft_version);
            if held.snapshot.differs(&slug, listed) {
                stale.insert(slug);
            }
        }
        let orgs = self.identity.orgs().await?;
        stale.extend(held.snapshot.of_renamed(|id| orgs.get(id).map(|org| org.name.as_str())));
        Ok(stale)
    }

    /// A snapshot of everything, read a part at a time: thirty thousand cards at once would be as large as all the rest.
    async fn all(&self) -> Result<Snapshot> {
        let mut builder = Builder::new(&self.navigation());
        let mut after = String::new();
        loop {
            let page = offered().filter(item::Column::Slug.gt(after)).order_by_asc(item::Column::Slug);
            let heads: Vec<Head> = page.limit(ROWS as u64).into_tuple().all(self.platform.db.read()).await?;
            let last = heads.last().map(|(slug, ..)| slug.clone());
            let more = heads.len() == ROWS;
            builder = self.put_in(builder, Vec::new(), heads).await?;
            match last {
                Some(last) if more => after = last,
                _ => break,
            }
        }
        tokio::task::spawn_blocking(move || builder.finish()).await.map_err(Problem::internal)
    }

    /// A snapshot upon the one before, in which some items are read again.
    async fn upon(&self, before: &Arc<Snapshot>, stale: &BTreeSet<String>) -> Result<Snapshot> {
        let before = Arc::clone(before);
        let begun = tokio::task::spawn_blocking(move || Builder::upon(&before));
        let mut builder = begun.await.map_err(Problem::internal)?;
        let slugs: Vec<String> = stale.iter().cloned().collect();
        for slugs in slugs.chunks(ROWS) {
            let named = item::Column::Slug.is_in(slugs.iter().map(String::as_str));
            let heads: Vec<Head> = offered().filter(named).into_tuple().all(self.platform.db.read()).await?;
            builder = self.put_in(builder, slugs.to_vec(), heads).await?;
        }
        tokio::task::spawn_blocking(move || builder.finish()).await.map_err(Problem::internal)
    }

    /// Takes items out of a snapshot in the making and puts in what is offered of them.
    async fn put_in(&self, mut builder: Builder, out: Vec<String>, heads: Vec<Head>) -> Result<Builder> {
        let orgs = self.identity.orgs().await?;
        // Cutting names and texts into words takes a while: not on a thread that answers.
        let put = tokio::task::spawn_blocking(move || {
            for slug in out {
                builder.remove(&slug);
            }
            for (slug, basic_code, draft_version, org_id, region, card) in heads {
                let Some(card) = card else { continue };
                let card: Card = serde_json::from_value(card)?;
                let org_name = orgs.get(org_id).map_or_else(String::new, |org| org.name.clone());
                builder.add(Source { slug, basic_code, draft_version, org_id, org_name, region, card });
            }
            Ok::<_, Problem>(builder)
        });
        put.await.map_err(Problem::internal)?
    }
}

#[cfg(test)]
mod tests;
