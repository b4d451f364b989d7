//! The exact total of a list, and its number for each state, from the figures instead of a count of its cases
//! (CASE-022).
//!
//! One statement, as reports are: what is summed up, less what the cases of the last minutes were counted as, plus what
//! they are now. Years that are asked for whole come from `case_totals`, other days and single items from `case_days`;
//! rights are the conditions of every list.

use std::collections::BTreeMap;

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{DatabaseConnection, FromQueryResult, QuerySelect, QueryTrait, Select};
use time::OffsetDateTime;

use super::check::differing;
use super::keep::LATE;
use super::model::day_number;
use super::read::{changed, number};
use super::store;
use super::tables::{cell, counted, total};
use crate::Casework;
use crate::cases::service::lists::{CaseFilter, Moment, day};
use crate::cases::store::case;

/// Days of filing as numbers, both ends among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Days {
    from: i64,
    to: i64,
}

impl Days {
    const ALL: Self = Self { from: 0, to: 99_991_231 };

    fn of(filter: &CaseFilter) -> Result<Self> {
        let number = |pointer: &str, text: &Option<String>| match text {
            Some(text) => Ok::<_, platform::Problem>(Some(day_number(day(pointer, text)?))),
            None => Ok(None),
        };
        Ok(Self {
            from: number("/from", &filter.from)?.unwrap_or(Self::ALL.from),
            to: number("/to", &filter.to)?.unwrap_or(Self::ALL.to),
        })
    }

    /// First and last of the years that are asked for whole.
    fn years(self) -> Option<(i64, i64)> {
        let (from, to) = (self.from / 10_000, self.to / 10_000);
        let first = if self.from % 10_000 <= 101 { from } else { from + 1 };
        let last = if self.to % 10_000 >= 1_231 { to } else { to - 1 };
        (first <= last).then_some((first, last))
    }

    /// The days before and after some whole years.
    fn beside(self, years: Option<(i64, i64)>) -> Vec<Self> {
        let Some((first, last)) = years else { return vec![self] };
        let before = Self { from: self.from, to: first * 10_000 - 1 };
        let after = Self { from: (last + 1) * 10_000, to: self.to };
        [before, after].into_iter().filter(|days| days.from <= days.to).collect()
    }

    /// As a condition; an end that nobody named is none, so that no index is chosen for it.
    fn hold<C: ColumnTrait>(self, column: C) -> Condition {
        let mut all = Condition::all();
        if self.from > Self::ALL.from {
            all = all.add(column.gte(self.from));
        }
        if self.to < Self::ALL.to {
            all = all.add(column.lte(self.to));
        }
        all
    }
}

/// What a list asks, in words that figures know.
struct Asked<'a> {
    caller: &'a Principal,
    filter: &'a CaseFilter,
    days: Days,
}

impl<'a> Asked<'a> {
    /// None for what only the cases themselves tell: a name or number, a date of being due, and what the own side took
    /// in for others, which is few of their cases and found by an index over these.
    fn of(caller: &'a Principal, filter: &'a CaseFilter) -> Result<Option<Self>> {
        let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        if said(&filter.q) || said(&filter.light) || !caller.bounds.intake.orgs.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { caller, filter, days: Days::of(filter)? }))
    }

    /// Whether the items don't matter: none is asked for, and the caller sees all of his organisations.
    fn of_all_items(&self) -> bool {
        self.filter.item.is_none() && self.caller.bounds.are_none()
    }

    fn narrowed<C: ColumnTrait>(&self, org: C, channel: C) -> Condition {
        let mut all = Condition::all();
        if let Some(id) = self.filter.org {
            all = all.add(org.eq(id));
        }
        if let Some(ids) = &self.filter.orgs {
            all = all.add(org.is_in(ids.iter().copied()));
        }
        if let Some(channel_name) = &self.filter.channel {
            all = all.add(channel.eq(channel_name.as_str()));
        }
        all
    }

    fn of_totals(&self, years: (i64, i64)) -> SelectStatement {
        use total::Column as C;
        let (first, last) = years;
        let mut select = total::Entity::find()
            .select_only()
            .column_as(C::State, "state")
            .column_as(C::Number, "number")
            .filter(C::OrgId.is_in(self.caller.visible_orgs.iter().copied()))
            .filter(self.narrowed(C::OrgId, C::Channel));
        if first > Days::ALL.from / 10_000 {
            select = select.filter(C::Year.gte(first));
        }
        if last < Days::ALL.to / 10_000 {
            select = select.filter(C::Year.lte(last));
        }
        select.into_query()
    }

    fn of_cells(&self, days: Days) -> SelectStatement {
        use cell::Column as C;
        let mut select = cell::Entity::find()
            .select_only()
            .column_as(C::State, "state")
            .column_as(C::Number, "number")
            .filter(self.caller.within_taken(C::OrgId, C::ItemSlug, C::TakenAt))
            .filter(C::Moment.eq(Moment::Filed.as_str()))
            .filter(self.narrowed(C::OrgId, C::Channel))
            .filter(days.hold(C::Day));
        if let Some(item) = &self.filter.item {
            select = select.filter(C::ItemSlug.eq(item.as_str()));
        }
        select.into_query()
    }

    /// What the cases that changed were counted as.
    fn of_counted(&self, since: OffsetDateTime) -> SelectStatement {
        use counted::Column as C;
        let mut select = counted::Entity::find()
            .select_only()
            .column_as(C::State, "state")
            .column_as(Expr::value(-1_i64), "number")
            .filter(self.caller.within_taken(C::OrgId, C::ItemSlug, C::TakenAt))
            .filter(self.narrowed(C::OrgId, C::Channel))
            .filter(self.days.hold(C::FiledOn))
            .filter(C::CaseId.in_subquery(changed(since)));
        if let Some(item) = &self.filter.item {
            select = select.filter(C::ItemSlug.eq(item.as_str()));
        }
        select.into_query()
    }
}

/// The cases that changed, as they are.
fn of_cases(listed: Select<case::Entity>, since: OffsetDateTime) -> SelectStatement {
    use case::Column as C;
    listed
        .select_only()
        .column_as(C::State, "state")
        .column_as(Expr::value(1_i64), "number")
        .filter(C::SubmittedAt.is_not_null())
        .filter(C::Id.in_subquery(changed(since)))
        .into_query()
}

impl Casework {
    /// Cases of a list by state, whatever state is asked for; `listed` are the cases the list would count. None when
    /// figures can't tell: before the first count is over, and for what they don't know.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn filed_by_state(
        &self,
        conn: &DatabaseConnection,
        caller: &Principal,
        filter: &CaseFilter,
        listed: Select<case::Entity>,
    ) -> Result<Option<BTreeMap<String, u64>>> {
        #[derive(FromQueryResult)]
        struct Found {
            state: String,
            cases: i64,
        }
        let Some(asked) = Asked::of(caller, filter)? else { return Ok(None) };
        let Some(standing) = store::standing(conn).await?.filter(|row| row.ready) else { return Ok(None) };
        // An older moment is right too, it only reads more: all that is added up is of one statement.
        let since = standing.until_at - LATE;
        let years = if asked.of_all_items() && standing.has_totals() { asked.days.years() } else { None };
        let mut all = asked.of_counted(since);
        all.union(UnionType::All, of_cases(listed, since));
        if let Some(years) = years {
            all.union(UnionType::All, asked.of_totals(years));
        }
        for days in asked.days.beside(years) {
            all.union(UnionType::All, asked.of_cells(days));
        }
        let signed = Query::select()
            .column(Alias::new("state"))
            .expr_as(number(), Alias::new("cases"))
            .from_subquery(all, Alias::new("signed"))
            .group_by_col(Alias::new("state"))
            // What was taken out of a state wholly leaves no row of noughts.
            .and_having(number().ne(0_i64))
            .to_owned();
        let rows = Found::find_by_statement(self.platform.db.backend().build(&signed)).all(conn).await?;
        Ok(Some(rows.into_iter().map(|row| (row.state, u64::try_from(row.cases).unwrap_or(0))).collect()))
    }

    /// Makes the totals what the cells add up to; returns how many were something else although they were thought
    /// counted.
    pub(super) async fn sum_up_totals(&self) -> Result<u64> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::alone(tx).await?;
                    let known = store::standing(tx.conn()).await?.is_some_and(|row| row.has_totals());
                    let (there, right) =
                        (store::kept_totals(tx.conn()).await?, store::totals_of_cells(tx.conn()).await?);
                    let wrong = differing(&there, &right);
                    if wrong > 0 {
                        store::put_totals(tx, right).await?;
                    }
                    store::totals_are_counted(tx).await?;
                    Ok(if known { wrong } else { 0 })
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: i64, to: i64) -> Days {
        Days { from, to }
    }

    /// Whole years are taken as years, and every day is read once: in its year or beside it.
    ///
    /// req: CASE-022
    #[test]
    fn days_are_whole_years_and_what_is_left_beside_them() {
        let split = |asked: Days| (asked.years(), asked.beside(asked.years()));
        assert_eq!(split(Days::ALL), (Some((0, 9999)), vec![]));
        assert_eq!(split(days(20_260_101, Days::ALL.to)), (Some((2026, 9999)), vec![]));
        assert_eq!(split(days(20_250_101, 20_251_231)), (Some((2025, 2025)), vec![]));
        assert_eq!(
            split(days(20_230_615, 20_260_301)),
            (Some((2024, 2025)), vec![days(20_230_615, 20_239_999), days(20_260_000, 20_260_301)])
        );
        assert_eq!(split(days(20_250_102, 20_251_231)), (None, vec![days(20_250_102, 20_251_231)]));
        assert_eq!(split(days(20_251_231, 20_260_101)), (None, vec![days(20_251_231, 20_260_101)]));
        assert_eq!(split(days(20_260_301, 20_250_101)), (None, vec![days(20_260_301, 20_250_101)]), "none at all");
    }
}
