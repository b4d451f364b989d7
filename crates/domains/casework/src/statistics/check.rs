//! The nightly reconciliation: are the figures those of the cases? It looks at every case, says how many were not
//! counted as they are, and mends them; then it adds up each month again, and the totals of lists.
//!
//! Differences are no everyday matter: a case whose row was changed past the product, a clock that went back by more
//! than the overlap of two rounds. They are told in the log and kept beside the figures.

use std::collections::{BTreeMap, HashSet};

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::keep::{OVERLAP, columns, count_anew};
use super::model::{Cell, Seen, same, share_of};
use super::store;
use super::tables::{cell, counted};
use crate::Casework;
use crate::cases::model::State;
use crate::cases::service::lists::Moment;
use crate::cases::store::{case, case_event};

/// Cases read at once.
const AT_ONCE: u64 = 500;

/// What a reconciliation found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Cases looked at.
    pub cases: u64,
    /// Of these, counted otherwise than they are; mended.
    pub differing: u64,
    /// Figures that were not the sum of their cases; mended.
    pub cells: u64,
    /// Months of those, `YYYYMM`.
    pub months: Vec<i64>,
}

/// How the figures stand, for pages and `tongban doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether the first count is over.
    pub ready: bool,
    /// Up to when changes are counted.
    pub until: OffsetDateTime,
    /// When the figures were last compared with the cases.
    pub checked_at: Option<OffsetDateTime>,
    /// Differences found then.
    pub differing: u64,
}

#[derive(FromQueryResult)]
struct Summed {
    org_id: Uuid,
    item_slug: String,
    item_name: String,
    taken_at: Uuid,
    channel: String,
    state: String,
    closing: String,
    on_time: bool,
    day: i64,
    number: i64,
}

/// What the counted cases add up to on some days.
async fn summed(conn: &impl ConnectionTrait, from: i64, to: i64) -> Result<BTreeMap<Cell, i64>> {
    use counted::Column as C;
    let mut all = BTreeMap::new();
    for moment in Moment::ALL {
        let day = match moment {
            Moment::Filed => C::FiledOn,
            Moment::Accepted => C::AcceptedOn,
            Moment::Closed => C::ClosedOn,
            Moment::Delivered => C::DeliveredOn,
        };
        let rows: Vec<Summed> = counted::Entity::find()
            .select_only()
            .columns([C::OrgId, C::ItemSlug, C::ItemName, C::TakenAt, C::Channel, C::State, C::Closing, C::OnTime])
            .column_as(day, "day")
            .column_as(Expr::cust("COUNT(*)"), "number")
            .filter(day.between(from, to))
            .group_by(C::OrgId)
            .group_by(C::ItemSlug)
            .group_by(C::ItemName)
            .group_by(C::TakenAt)
            .group_by(C::Channel)
            .group_by(C::State)
            .group_by(C::Closing)
            .group_by(C::OnTime)
            .group_by(day)
            .into_model()
            .all(conn)
            .await?;
        for row in rows {
            let (filed, closed) = (moment == Moment::Filed, moment == Moment::Closed);
            let cell = Cell {
                day: row.day,
                moment,
                org_id: row.org_id,
                item_slug: row.item_slug,
                item_name: row.item_name,
                taken_at: row.taken_at,
                channel: row.channel,
                state: if filed { row.state } else { String::new() },
                closing: if closed { row.closing } else { String::new() },
                on_time: closed && row.on_time,
            };
            *all.entry(cell).or_default() += row.number;
        }
    }
    Ok(all)
}

fn moment_of(text: &str) -> Result<Moment> {
    Moment::ALL
        .into_iter()
        .find(|moment| moment.as_str() == text)
        .ok_or_else(|| Problem::internal(format!("figures know no moment {text}")))
}

/// The figures of some days as they stand.
async fn kept(conn: &impl ConnectionTrait, from: i64, to: i64) -> Result<BTreeMap<Cell, i64>> {
    let rows = cell::Entity::find().filter(cell::Column::Day.between(from, to)).all(conn).await?;
    rows.into_iter()
        .map(|row| {
            let cell = Cell {
                day: row.day,
                moment: moment_of(&row.moment)?,
                org_id: row.org_id,
                item_slug: row.item_slug,
                item_name: row.item_name,
                taken_at: row.taken_at,
                channel: row.channel,
                state: row.state,
                closing: row.closing,
                on_time: row.on_time,
            };
            Ok((cell, row.number))
        })
        .collect()
}

/// Figures that are not the same in both.
pub(super) fn differing<K: Ord>(one: &BTreeMap<K, i64>, other: &BTreeMap<K, i64>) -> u64 {
    let only = |a: &BTreeMap<K, i64>, b: &BTreeMap<K, i64>| a.keys().filter(|key| !b.contains_key(*key)).count();
    let unequal = one.iter().filter(|(key, number)| other.get(*key).is_some_and(|there| there != *number)).count();
    (only(one, other) + only(other, one) + unequal) as u64
}

impl Casework {
    /// How the figures stand; none before counting began.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn figures_standing(&self) -> Result<Option<Standing>> {
        Ok(store::standing(self.platform.db.read()).await?.map(|row| Standing {
            ready: row.ready,
            until: row.until_at,
            checked_at: row.checked_at,
            differing: u64::try_from(row.differing).unwrap_or(0),
        }))
    }

    /// The reconciliation when it was not done today yet: the daily round asks more than once a day.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn check_figures_daily(&self) -> Result<()> {
        let Some(standing) = self.figures_standing().await? else { return Ok(()) };
        let today = base::zone::china_date(self.platform.now());
        if !standing.ready || standing.checked_at.is_some_and(|at| base::zone::china_date(at) >= today) {
            return Ok(());
        }
        self.check_figures().await.map(drop)
    }

    /// Compares the figures with the cases, mends them and tells what differed. Counts to the end first when the first
    /// count is not over.
    ///
    /// # Errors
    /// When the database refuses; what was mended stays mended.
    pub async fn check_figures(&self) -> Result<Checked> {
        while !self.count_cases().await?.ready {}
        let mut found = Checked::default();
        self.check_cases(&mut found, self.platform.now()).await?;
        self.check_gone(&mut found).await?;
        self.check_months(&mut found).await?;
        found.cells += self.sum_up_totals().await?;
        let (cases, differing) = (found.cases, found.differing + found.cells);
        if differing > 0 {
            tracing::warn!(
                cases,
                differing = found.differing,
                cells = found.cells,
                "figures were not those of the cases"
            );
        }
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { store::note_check(tx, tx.now(), whole(cases), whole(differing)).await })
            })
            .await?;
        Ok(found)
    }

    async fn check_cases(&self, found: &mut Checked, begun: OffsetDateTime) -> Result<()> {
        let conn = self.platform.db.read();
        let mut after = Uuid::nil();
        loop {
            let cases: Vec<Seen> = columns(case::Entity::find())
                .filter(case::Column::Id.gt(after))
                .filter(case::Column::State.ne(State::Draft.as_str()))
                .order_by_asc(case::Column::Id)
                .limit(AT_ONCE)
                .into_model()
                .all(conn)
                .await?;
            let Some(last) = cases.last().map(|one| one.id) else { return Ok(()) };
            after = last;
            found.cases += cases.len() as u64;
            let counted: BTreeMap<Uuid, counted::Model> = counted::Entity::find()
                .filter(counted::Column::CaseId.is_in(cases.iter().map(|one| one.id)))
                .all(conn)
                .await?
                .into_iter()
                .map(|row| (row.case_id, row))
                .collect();
            let wrong: Vec<Uuid> = cases
                .iter()
                .filter(|one| match (share_of(one), counted.get(&one.id)) {
                    (Some(share), Some(row)) => !same(row, &share),
                    (share, row) => share.is_some() != row.is_some(),
                })
                .map(|one| one.id)
                .collect();
            // What changed while this runs is no difference; the next count has it.
            let busy: HashSet<Uuid> = case_event::Entity::find()
                .select_only()
                .column(case_event::Column::CaseId)
                .filter(case_event::Column::CaseId.is_in(wrong.iter().copied()))
                .filter(case_event::Column::At.gte(begun - OVERLAP))
                .into_tuple()
                .all(conn)
                .await?
                .into_iter()
                .collect();
            let wrong = wrong.into_iter().filter(|id| !busy.contains(id)).collect();
            found.differing += self.mend(wrong).await?;
        }
    }

    /// Counted cases that are no more.
    async fn check_gone(&self, found: &mut Checked) -> Result<()> {
        // Every case has its row by now: only more rows than cases can hold one too many.
        if counted::Entity::find().count(self.platform.db.read()).await? <= found.cases {
            return Ok(());
        }
        loop {
            let there = sea_orm::sea_query::Query::select()
                .column(case::Column::Id)
                .from(case::Entity)
                .and_where(case::Column::SubmittedAt.is_not_null())
                .to_owned();
            let gone: Vec<Uuid> = counted::Entity::find()
                .select_only()
                .column(counted::Column::CaseId)
                .filter(counted::Column::CaseId.not_in_subquery(there))
                .limit(AT_ONCE)
                .into_tuple()
                .all(self.platform.db.read())
                .await?;
            if gone.is_empty() {
                return Ok(());
            }
            found.differing += self.mend(gone).await?;
        }
    }

    async fn mend(&self, ids: Vec<Uuid>) -> Result<u64> {
        if ids.is_empty() {
            return Ok(0);
        }
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::alone(tx).await?;
                    count_anew(tx, &ids).await
                })
            })
            .await
    }

    /// Each month's figures against the sums of the counted cases.
    async fn check_months(&self, found: &mut Checked) -> Result<()> {
        let conn = self.platform.db.read();
        use counted::Column as C;
        let days: Option<(Option<i64>, Option<i64>)> = cell::Entity::find()
            .select_only()
            .column_as(cell::Column::Day.min(), "first")
            .column_as(cell::Column::Day.max(), "last")
            .into_tuple()
            .one(conn)
            .await?;
        let counted: Option<[Option<i64>; 5]> = counted::Entity::find()
            .select_only()
            .column_as(C::FiledOn.min(), "first")
            .column_as(C::FiledOn.max(), "filed")
            .column_as(C::AcceptedOn.max(), "accepted")
            .column_as(C::ClosedOn.max(), "closed")
            .column_as(C::DeliveredOn.max(), "delivered")
            .into_tuple::<(Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>)>()
            .one(conn)
            .await?
            .map(|(first, filed, accepted, closed, delivered)| [first, filed, accepted, closed, delivered]);
        let ends: Vec<i64> = days
            .map(|(first, last)| [first, last])
            .into_iter()
            .flatten()
            .chain(counted.into_iter().flatten())
            .flatten()
            .collect();
        let (Some(first), Some(last)) = (ends.iter().min(), ends.iter().max()) else { return Ok(()) };
        let mut month = first / 100;
        while month <= last / 100 {
            let (from, to) = (month * 100, month * 100 + 99);
            let mended = self
                .platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        store::alone(tx).await?;
                        let (there, right) = (kept(tx.conn(), from, to).await?, summed(tx.conn(), from, to).await?);
                        let wrong = differing(&there, &right);
                        if wrong > 0 {
                            store::put_days(tx, from, to, right).await?;
                        }
                        Ok(wrong)
                    })
                })
                .await?;
            if mended > 0 {
                found.cells += mended;
                found.months.push(month);
            }
            month = if month % 100 == 12 { month + 89 } else { month + 1 };
        }
        Ok(())
    }
}
