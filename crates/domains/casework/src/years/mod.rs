//! Years of cases: hot ones that people work on, closed ones that are only read (OPS-016).
//!
//! A case is of the year in which it was handed in. The database itself refuses changes to cases of a closed year
//! (migrations/0024_years.sql), so no act has to ask; lists leave closed years out unless asked for all
//! ([`Casework::hot_since`]). When a year may be closed is decided above, where archive and backups are known
//! (`archive::years`). Why so, and why not partitions: docs/adr/0086-closed-years.md.

mod store;

use std::collections::BTreeMap;

use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{QueryOrder, QuerySelect, Select};
use serde_json::Value;
use time::{Date, Month, OffsetDateTime};

use crate::Casework;
use crate::cases::model::State;
use crate::cases::service::lists::open_states;
use crate::cases::service::record::is_ended;
use crate::cases::store::case;
use crate::statistics::tables::cell;

/// A year of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Year {
    /// Year.
    pub year: i32,
    /// Cases handed in.
    pub filed: u64,
    /// Of these, somebody still has to do something.
    pub open: u64,
    /// Whether it is closed.
    pub closed: bool,
    /// Version to send back; 0 before it was closed the first time.
    pub version: i64,
    /// Why it was closed or opened again, last.
    pub reason: String,
    /// When.
    pub changed_at: Option<OffsetDateTime>,
    /// By whom.
    pub changed_by_name: String,
    /// What was looked at when it was closed.
    pub checks: Value,
}

/// Closing a year, or opening it again.
#[derive(Debug, Clone)]
pub struct SetYear {
    /// Year.
    pub year: i32,
    /// Version that was read.
    pub version: i64,
    /// Closed, or open again.
    pub closed: bool,
    /// Why.
    pub reason: String,
    /// What was looked at.
    pub checks: Value,
    /// Who; absent for the command line.
    pub by: Option<Uuid>,
    /// Name.
    pub by_name: String,
}

/// First instant of a year in China, and of the next.
///
/// # Errors
/// 422 for a year that no calendar has.
pub fn ends(year: i32) -> Result<(OffsetDateTime, OffsetDateTime)> {
    let first = |year: i32| {
        Date::from_calendar_date(year, Month::January, 1)
            .map(base::zone::start_of_day)
            .map_err(|_| Problem::invalid_field("/year", "year", "年度要写成 2025 的样子"))
    };
    if !(1949..=9998).contains(&year) {
        return Err(Problem::invalid_field("/year", "year", "年度要写成 2025 的样子"));
    }
    Ok((first(year)?, first(year + 1)?))
}

impl Casework {
    /// Years with cases, the newest first; this year always.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn years(&self) -> Result<Vec<Year>> {
        let this = base::zone::china_date(self.platform.now()).year();
        let mut all: BTreeMap<i32, Year> = BTreeMap::new();
        all.insert(this, Year { year: this, ..Year::default() });
        for (year, state, number) in self.filed_by_year().await? {
            let one = all.entry(year).or_insert_with(|| Year { year, ..Year::default() });
            one.filed += number;
            if State::parse(&state).is_some_and(State::is_open) {
                one.open += number;
            }
        }
        for row in store::all(self.platform.db.read()).await? {
            let year = i32::try_from(row.year).unwrap_or(0);
            let one = all.entry(year).or_insert_with(|| Year { year, ..Year::default() });
            one.closed = row.closed;
            one.version = row.version;
            one.reason = row.reason;
            one.changed_at = Some(row.changed_at);
            one.changed_by_name = row.changed_by_name;
            one.checks = row.checks;
        }
        Ok(all.into_values().rev().collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 for a year without cases.
    pub async fn year(&self, year: i32) -> Result<Year> {
        let found = self.years().await?.into_iter().find(|one| one.year == year);
        found.ok_or_else(|| Problem::not_found("这一年没有办件。"))
    }

    /// Year, state, cases handed in: from the figures, or from the cases before the first count is over.
    async fn filed_by_year(&self) -> Result<Vec<(i32, String, u64)>> {
        let conn = self.platform.db.read();
        let whole = |year: i64, number: i64| (i32::try_from(year).unwrap_or(0), u64::try_from(number).unwrap_or(0));
        if self.counted_until().await?.is_some() {
            let year = || Expr::cust("day / 10000");
            let rows: Vec<(i64, String, i64)> = cell::Entity::find()
                .select_only()
                .column_as(year(), "year")
                .column(cell::Column::State)
                .column_as(Expr::col(cell::Column::Number).sum().cast_as(Alias::new("bigint")), "number")
                .filter(cell::Column::Moment.eq("filed"))
                .group_by(year())
                .group_by(cell::Column::State)
                .into_tuple()
                .all(conn)
                .await?;
            return Ok(rows
                .into_iter()
                .map(|(year, state, number)| {
                    let (year, number) = whole(year, number);
                    (year, state, number)
                })
                .collect());
        }
        let oldest: Option<Option<OffsetDateTime>> = case::Entity::find()
            .select_only()
            .column_as(case::Column::SubmittedAt.min(), "oldest")
            .into_tuple()
            .one(conn)
            .await?;
        let Some(oldest) = oldest.flatten() else { return Ok(Vec::new()) };
        let this = base::zone::china_date(self.platform.now()).year();
        let mut found = Vec::new();
        for year in base::zone::china_date(oldest).year()..=this {
            let (from, until) = ends(year)?;
            let rows: Vec<(String, i64)> = case::Entity::find()
                .select_only()
                .column(case::Column::State)
                .column_as(case::Column::Id.count(), "number")
                .filter(case::Column::SubmittedAt.gte(from))
                .filter(case::Column::SubmittedAt.lt(until))
                .group_by(case::Column::State)
                .into_tuple()
                .all(conn)
                .await?;
            found.extend(rows.into_iter().map(|(state, number)| (year, state, whole(0, number).1)));
        }
        Ok(found)
    }

    /// Cases of a year that somebody still has to act on, counted now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_in_year(&self, year: i32) -> Result<u64> {
        let (from, until) = ends(year)?;
        Ok(open_between(from, until).count(self.platform.db.read()).await?)
    }

    /// When a case of a year was changed last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_change_in_year(&self, year: i32) -> Result<Option<OffsetDateTime>> {
        let (from, until) = ends(year)?;
        let found: Option<Option<OffsetDateTime>> = case::Entity::find()
            .select_only()
            .column_as(case::Column::UpdatedAt.max(), "changed")
            .filter(case::Column::SubmittedAt.gte(from))
            .filter(case::Column::SubmittedAt.lt(until))
            .into_tuple()
            .one(self.platform.db.read())
            .await?;
        Ok(found.flatten())
    }

    /// Cases of a year that came to an end, by id after a given one: what has to be archived.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ended_in_year(&self, year: i32, after: Option<Uuid>, limit: u64) -> Result<Vec<(Uuid, State)>> {
        let (from, until) = ends(year)?;
        let ended: Vec<&str> =
            State::ALL.iter().filter(|state| is_ended(**state)).map(|state| state.as_str()).collect();
        let mut select = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::State)
            .filter(case::Column::SubmittedAt.gte(from))
            .filter(case::Column::SubmittedAt.lt(until))
            .filter(case::Column::State.is_in(ended));
        if let Some(after) = after {
            select = select.filter(case::Column::Id.gt(after));
        }
        let rows: Vec<(Uuid, String)> =
            select.order_by_asc(case::Column::Id).limit(limit).into_tuple().all(self.platform.db.read()).await?;
        rows.into_iter()
            .map(|(id, state)| Ok((id, State::parse(&state).ok_or_else(|| Problem::internal("an unknown state"))?)))
            .collect()
    }

    /// Closes a year or opens it again, inside a command. What else a year needs to be closed is checked before; that
    /// nothing of it is open is checked here once more, because somebody may have acted meanwhile.
    ///
    /// # Errors
    /// 409 for an old page or a case that is open.
    pub async fn set_year(&self, tx: &Tx, set: SetYear) -> Result<()> {
        let (from_at, until_at) = ends(set.year)?;
        if set.closed && open_between(from_at, until_at).count(tx.conn()).await? > 0 {
            return Err(Problem::conflict("year_open", "这一年刚有办件重新在办，不能封存。请刷新后再看。"));
        }
        let cases = case::Entity::find()
            .filter(case::Column::SubmittedAt.gte(from_at))
            .filter(case::Column::SubmittedAt.lt(until_at))
            .count(tx.conn())
            .await?;
        let row = store::year::Model {
            year: i64::from(set.year),
            version: set.version + 1,
            closed: set.closed,
            from_at,
            until_at,
            cases: i64::try_from(cases).unwrap_or(i64::MAX),
            checks: set.checks,
            reason: set.reason,
            changed_at: tx.now(),
            changed_by: set.by,
            changed_by_name: set.by_name,
        };
        store::put(tx, row, set.version).await
    }

    /// The day from which lists read when nobody asks for more: the one after the last closed year. None while no year
    /// is closed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hot_since(&self) -> Result<Option<Date>> {
        Ok(store::closed_until(self.platform.db.read()).await?.map(base::zone::china_date))
    }
}

fn open_between(from: OffsetDateTime, until: OffsetDateTime) -> Select<case::Entity> {
    case::Entity::find()
        .filter(case::Column::State.is_in(open_states()))
        .filter(case::Column::SubmittedAt.gte(from))
        .filter(case::Column::SubmittedAt.lt(until))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::ends;

    /// req: OPS-016
    #[test]
    fn a_year_is_one_of_china() {
        let (from, until) = ends(2025).unwrap();
        assert_eq!((from, until), (datetime!(2024-12-31 16:00 UTC), datetime!(2025-12-31 16:00 UTC)));
        assert!(ends(25).is_err());
        assert!(ends(9999).is_err());
    }
}
