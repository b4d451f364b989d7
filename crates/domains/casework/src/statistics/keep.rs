//! Keeping the figures: the first count, and once a minute the changes since.
//!
//! An act writes nothing for it. Every change of a case leaves an event with its time, so the cases that changed are
//! those with an event since the last count; what such a case added is taken out and what it adds now is put in, in one
//! command. Counting a case twice changes nothing, therefore each round looks a little further back than the last one
//! ended ([`OVERLAP`]), and a round that broke off is simply done again.

use std::collections::{BTreeMap, HashMap};

use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Select};
use time::{Duration, OffsetDateTime};

use super::model::{Seen, same, share_of, sum_up};
use super::store;
use super::tables::{counted, counting};
use crate::Casework;
use crate::cases::model::State;
use crate::cases::store::{case, case_event};

/// How far back a round looks beyond the end of the one before: longer than any command runs and than the clocks of
/// two nodes differ.
pub const OVERLAP: Duration = Duration::minutes(10);
/// How long after the time written on it a change may become visible: its command ran that long, or the clock of another
/// node is behind. What is older than the last count by more than this is in the figures; what is younger is read from
/// the cases. Less than [`OVERLAP`], because every reader pays for it.
pub const LATE: Duration = Duration::minutes(2);
/// Cases of one command: 14 values each to write, and others wait for the writer meanwhile.
const AT_ONCE: usize = 500;
/// Commands of the first count in one round, so that a round ends before the next.
const ROUNDS: usize = 60;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Cases counted anew.
    pub cases: u64,
    /// Whether everything is counted; otherwise the first count goes on next time.
    pub ready: bool,
}

/// Reads cases as figures look at them.
pub(crate) async fn seen(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Seen>> {
    Ok(columns(case::Entity::find().filter(case::Column::Id.is_in(ids.iter().copied())))
        .into_model::<Seen>()
        .all(conn)
        .await?)
}

/// The columns of [`Seen`], not the long ones.
pub(crate) fn columns(select: Select<case::Entity>) -> Select<case::Entity> {
    use case::Column as C;
    select.select_only().columns([
        C::Id,
        C::Version,
        C::OrgId,
        C::ItemSlug,
        C::ItemName,
        C::TakenAt,
        C::Channel,
        C::State,
        C::Closing,
        C::SubmittedAt,
        C::AcceptedAt,
        C::DecidedAt,
        C::ClosedAt,
        C::DeliveredAt,
        C::DueAt,
    ])
}

/// Counts some cases as they are now; returns how many add something else than before.
pub(crate) async fn count_anew(tx: &Tx, ids: &[Uuid]) -> Result<u64> {
    let cases: HashMap<Uuid, Seen> = seen(tx.conn(), ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let before: HashMap<Uuid, counted::Model> = counted::Entity::find()
        .filter(counted::Column::CaseId.is_in(ids.iter().copied()))
        .all(tx.conn())
        .await?
        .into_iter()
        .map(|row| (row.case_id, row))
        .collect();
    let (mut sums, mut gone, mut fresh, mut other) = (BTreeMap::new(), Vec::new(), Vec::new(), 0);
    for id in ids {
        let (old, new) = (before.get(id), cases.get(id).and_then(share_of));
        if old == new.as_ref() {
            continue;
        }
        if !old.zip(new.as_ref()).is_some_and(|(old, new)| same(old, new)) {
            other += 1;
        }
        if let Some(old) = old {
            sum_up(&mut sums, old, -1);
            gone.push(*id);
        }
        if let Some(new) = new {
            sum_up(&mut sums, &new, 1);
            fresh.push(new);
        }
    }
    store::replace(tx, gone, fresh).await?;
    store::add(tx, sums).await?;
    Ok(other)
}

impl Casework {
    /// Brings the figures up to now: goes on with the first count, or counts what changed. Done once a minute by one
    /// node; two at once would only wait for each other.
    ///
    /// # Errors
    /// When the database refuses; the next round goes on where this one stopped.
    pub async fn count_cases(&self) -> Result<Counted> {
        let standing = match store::standing(self.platform.db.read()).await? {
            Some(standing) => standing,
            None => {
                let now = self.platform.now();
                self.platform
                    .db
                    .write(now, move |tx| {
                        Box::pin(async move {
                            store::begin(tx).await?;
                            store::standing(tx.conn())
                                .await?
                                .ok_or_else(|| platform::Problem::internal("no row tells how far counting is"))
                        })
                    })
                    .await?
            }
        };
        if standing.ready { self.count_changes(&standing).await } else { self.count_first(standing.after_id).await }
    }

    /// Cases in the order of their ids, from where the round before stopped.
    async fn count_first(&self, mut after: Uuid) -> Result<Counted> {
        let mut done = Counted::default();
        for _ in 0..ROUNDS {
            let ids: Vec<Uuid> = case::Entity::find()
                .select_only()
                .column(case::Column::Id)
                .filter(case::Column::Id.gt(after))
                .filter(case::Column::State.ne(State::Draft.as_str()))
                .order_by_asc(case::Column::Id)
                .limit(AT_ONCE as u64)
                .into_tuple()
                .all(self.platform.db.read())
                .await?;
            let ended = ids.len() < AT_ONCE;
            let last = ids.last().copied().unwrap_or(after);
            done.cases += self
                .platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        store::alone(tx).await?;
                        let cases = count_anew(tx, &ids).await?;
                        store::set(tx, counting::Column::AfterId, last).await?;
                        if ended {
                            // Until stays at the begin of the count: what changed meanwhile is counted again.
                            store::set(tx, counting::Column::Ready, true).await?;
                        }
                        Ok(cases)
                    })
                })
                .await?;
            after = last;
            if ended {
                done.ready = true;
                break;
            }
        }
        Ok(done)
    }

    async fn count_changes(&self, standing: &counting::Model) -> Result<Counted> {
        if !standing.has_totals() {
            self.sum_up_totals().await?;
        }
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let mut ids: Vec<Uuid> = case_event::Entity::find()
            .select_only()
            .column(case_event::Column::CaseId)
            .distinct()
            .filter(case_event::Column::At.gte(standing.until_at - OVERLAP))
            .into_tuple()
            .all(conn)
            .await?;
        ids.sort_unstable();
        let mut done = Counted { cases: 0, ready: true };
        for part in ids.chunks(AT_ONCE) {
            let part = self.out_of_date(part).await?;
            if part.is_empty() {
                continue;
            }
            done.cases += self
                .platform
                .db
                .write(now, move |tx| {
                    Box::pin(async move {
                        store::alone(tx).await?;
                        count_anew(tx, &part).await
                    })
                })
                .await?;
        }
        // A clock that went back must not hide what is written under it; what is long counted is not read again.
        if done.cases > 0 || now < standing.until_at || now - standing.until_at >= LATE {
            self.counted_up_to(now).await?;
        }
        Ok(done)
    }

    async fn counted_up_to(&self, now: OffsetDateTime) -> Result<()> {
        self.platform.db.write(now, move |tx| Box::pin(async move { store::counted_up_to(tx, now).await })).await
    }

    /// Of these, the cases that changed since they were counted.
    async fn out_of_date(&self, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        let conn = self.platform.db.read();
        let now: Vec<(Uuid, i64)> = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::Version)
            .filter(case::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let then: Vec<(Uuid, i64)> = counted::Entity::find()
            .select_only()
            .column(counted::Column::CaseId)
            .column(counted::Column::Version)
            .filter(counted::Column::CaseId.is_in(ids.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let then: HashMap<Uuid, i64> = then.into_iter().collect();
        Ok(now.into_iter().filter(|(id, version)| then.get(id) != Some(version)).map(|(id, _)| id).collect())
    }
}
