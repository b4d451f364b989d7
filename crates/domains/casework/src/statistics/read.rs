//! Figures of a period within reach, from `case_days` instead of the cases.
//!
//! What changed since the last count is laid over them in the same statement: the cells, less what the changed cases
//! added, plus what they add now. So figures are exact at every moment and a report needs no "as of", while it reads
//! the cells of its days and the cases of the last minutes only. Before the first count is over the same statement
//! reads the cases alone.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{
    Alias, CaseStatement, Cond, Expr, ExprTrait, Func, IntoCondition, Query, SelectStatement, SimpleExpr, UnionType,
};
use sea_orm::{QuerySelect, QueryTrait};
use time::OffsetDateTime;

use super::keep::LATE;
use super::model::day_number;
use super::store;
use super::tables::{cell, counted};
use crate::Casework;
use crate::cases::service::lists::{Moment, bucket, within};
use crate::cases::store::case;

/// What is asked: which moments, in which periods.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    moments: Vec<Moment>,
    /// Begins of the periods, and the end of the last.
    edges: Vec<OffsetDateTime>,
    /// The same as days, when each period begins with a day; figures know no hours.
    days: Option<Vec<i64>>,
    item: Option<String>,
}

impl Asked {
    /// Some moments between edges; none when there is no period.
    pub(crate) fn of(moments: &[Moment], edges: &[OffsetDateTime]) -> Option<Self> {
        if edges.len() < 2 || moments.is_empty() {
            return None;
        }
        let day = |edge: &OffsetDateTime| {
            let day = base::zone::china_date(*edge);
            (base::zone::start_of_day(day) == *edge).then(|| day_number(day))
        };
        Some(Self {
            moments: moments.to_vec(),
            edges: edges.to_vec(),
            days: edges.iter().map(day).collect(),
            item: None,
        })
    }

    /// Of one item alone.
    #[must_use]
    pub(crate) fn item(mut self, slug: Option<String>) -> Self {
        self.item = slug;
        self
    }

    fn span<T: Copy + Default>(edges: &[T]) -> (T, T) {
        (edges.first().copied().unwrap_or_default(), edges.last().copied().unwrap_or_default())
    }
}

/// Cases, of all rows of a group.
pub(crate) fn number() -> SimpleExpr {
    // A sum of whole numbers is another type on PostgreSQL.
    Expr::col(Alias::new("number")).sum().cast_as(Alias::new("bigint"))
}

/// Cases, of the rows of a group that are so.
pub(crate) fn number_when(condition: impl IntoCondition) -> SimpleExpr {
    let counts: SimpleExpr = Expr::case(condition, Expr::col(Alias::new("number"))).finally(0_i64).into();
    counts.sum().cast_as(Alias::new("bigint"))
}

/// Rows of one moment.
pub(crate) fn is(moment: Moment) -> SimpleExpr {
    Expr::col(Alias::new("moment")).eq(moment.as_str())
}

impl Casework {
    /// Up to when changes are counted; none before the first count is over, when figures are read from the cases.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn counted_until(&self) -> Result<Option<OffsetDateTime>> {
        let standing = store::standing(self.platform.db.read()).await?;
        Ok(standing.filter(|row| row.ready).map(|row| row.until_at))
    }

    /// A SELECT over signed rows of what is asked, without columns yet: `moment`, `org_id`, `item_slug`, `item_name`,
    /// `taken_at` (nil for none), `channel`, `state`, `closing`, `on_time`, `bucket` (number of the period), `number`.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn figures(&self, caller: &Principal, asked: &Asked) -> Result<SelectStatement> {
        let until = match &asked.days {
            Some(_) => self.counted_until().await?,
            None => None,
        };
        // An older moment is right too, it only reads more: rows, cells and cases are of one statement.
        let since = until.map(|at| at - LATE);
        let mut parts = Vec::new();
        if let (Some(since), Some(days)) = (since, &asked.days) {
            parts.push(of_cells(caller, asked, days));
            parts.extend(asked.moments.iter().map(|moment| of_counted(caller, asked, days, *moment, since)));
        }
        parts.extend(asked.moments.iter().map(|moment| of_cases(caller, asked, *moment, since)));
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            all.union(UnionType::All, part);
        }
        Ok(Query::select().from_subquery(all, Alias::new("signed")).to_owned())
    }
}

/// Cases that something happened to since. Every act writes this time on its case, and one index holds time and id: no
/// event and no case is read to know them.
pub(super) fn changed(since: OffsetDateTime) -> SelectStatement {
    Query::select().column(case::Column::Id).from(case::Entity).and_where(case::Column::UpdatedAt.gte(since)).to_owned()
}

fn text(text: &str) -> SimpleExpr {
    Expr::value(text)
}

/// Number of the period a day falls into.
fn bucket_of_days<C: ColumnTrait>(column: C, days: &[i64]) -> SimpleExpr {
    let inner = days.get(1..days.len().saturating_sub(1)).unwrap_or_default();
    if inner.is_empty() {
        return Expr::value(0_i64);
    }
    let mut number = 0_i64;
    let mut periods = CaseStatement::new();
    for day in inner {
        periods = periods.case(column.lt(*day), number);
        number += 1;
    }
    periods.finally(number).into()
}

fn of_cells(caller: &Principal, asked: &Asked, days: &[i64]) -> SelectStatement {
    use cell::Column as C;
    let (from, until) = Asked::span(days);
    let mut select = cell::Entity::find()
        .select_only()
        .column_as(C::Moment, "moment")
        .column_as(C::OrgId, "org_id")
        .column_as(C::ItemSlug, "item_slug")
        .column_as(C::ItemName, "item_name")
        .column_as(C::TakenAt, "taken_at")
        .column_as(C::Channel, "channel")
        .column_as(C::State, "state")
        .column_as(C::Closing, "closing")
        .column_as(C::OnTime, "on_time")
        .column_as(bucket_of_days(C::Day, days), "bucket")
        .column_as(C::Number, "number")
        .filter(caller.within_taken(C::OrgId, C::ItemSlug, C::TakenAt))
        .filter(C::Moment.is_in(asked.moments.iter().map(|moment| moment.as_str())))
        .filter(C::Day.gte(from))
        .filter(C::Day.lt(until));
    if let Some(item) = &asked.item {
        select = select.filter(C::ItemSlug.eq(item));
    }
    select.into_query()
}

fn of_counted(
    caller: &Principal,
    asked: &Asked,
    days: &[i64],
    moment: Moment,
    since: OffsetDateTime,
) -> SelectStatement {
    use counted::Column as C;
    let (from, until) = Asked::span(days);
    let day = match moment {
        Moment::Filed => C::FiledOn,
        Moment::Accepted => C::AcceptedOn,
        Moment::Closed => C::ClosedOn,
        Moment::Delivered => C::DeliveredOn,
    };
    let own = |column: C| Expr::col((counted::Entity, column));
    let mut select = counted::Entity::find()
        .select_only()
        .column_as(text(moment.as_str()), "moment")
        .column_as(C::OrgId, "org_id")
        .column_as(C::ItemSlug, "item_slug")
        .column_as(C::ItemName, "item_name")
        .column_as(C::TakenAt, "taken_at")
        .column_as(C::Channel, "channel")
        .column_as(if moment == Moment::Filed { own(C::State) } else { text("") }, "state")
        .column_as(if moment == Moment::Closed { own(C::Closing) } else { text("") }, "closing")
        .column_as(if moment == Moment::Closed { own(C::OnTime) } else { Expr::value(false) }, "on_time")
        .column_as(bucket_of_days(day, days), "bucket")
        .column_as(Expr::value(-1_i64), "number")
        .filter(caller.within_taken(C::OrgId, C::ItemSlug, C::TakenAt))
        .filter(day.gte(from))
        .filter(day.lt(until))
        .filter(C::CaseId.in_subquery(changed(since)));
    if let Some(item) = &asked.item {
        select = select.filter(C::ItemSlug.eq(item));
    }
    select.into_query()
}

fn of_cases(caller: &Principal, asked: &Asked, moment: Moment, since: Option<OffsetDateTime>) -> SelectStatement {
    use case::Column as C;
    let (Some(from), Some(until)) = (asked.edges.first(), asked.edges.last()) else {
        return SelectStatement::default();
    };
    let at = match moment {
        Moment::Filed => C::SubmittedAt,
        Moment::Accepted => C::AcceptedAt,
        Moment::Closed => C::ClosedAt,
        Moment::Delivered => C::DeliveredAt,
    };
    let own = |column: C| Expr::col((case::Entity, column));
    let closed = moment == Moment::Closed;
    let decided: SimpleExpr = Func::coalesce([own(C::DecidedAt), own(C::ClosedAt)]).into();
    let in_time = Cond::any().add(C::DueAt.is_null()).add(decided.lte(own(C::DueAt)));
    let on_time: SimpleExpr = if closed { Expr::case(in_time, true).finally(false).into() } else { Expr::value(false) };
    let closing: SimpleExpr = if closed { Func::coalesce([own(C::Closing), text("")]).into() } else { text("") };
    let taken_at: SimpleExpr = Func::coalesce([own(C::TakenAt), Expr::value(Uuid::nil())]).into();
    let mut select = case::Entity::find()
        .select_only()
        .column_as(text(moment.as_str()), "moment")
        .column_as(C::OrgId, "org_id")
        .column_as(C::ItemSlug, "item_slug")
        .column_as(C::ItemName, "item_name")
        .column_as(taken_at, "taken_at")
        .column_as(C::Channel, "channel")
        .column_as(if moment == Moment::Filed { own(C::State) } else { text("") }, "state")
        .column_as(closing, "closing")
        .column_as(on_time, "on_time")
        .column_as(bucket(at, &asked.edges), "bucket")
        .column_as(Expr::value(1_i64), "number")
        .filter(within(caller))
        // What was never handed in has none of the other moments either.
        .filter(C::SubmittedAt.is_not_null())
        .filter(at.gte(*from))
        .filter(at.lt(*until));
    if let Some(since) = since {
        select = select.filter(C::Id.in_subquery(changed(since)));
    }
    if let Some(item) = &asked.item {
        select = select.filter(C::ItemSlug.eq(item));
    }
    select.into_query()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// Figures know days: a question that begins within one is answered from the cases.
    ///
    /// req: OPS-007
    #[test]
    fn only_whole_days_are_asked_of_the_figures() {
        let midnight = datetime!(2026-02-28 16:00 UTC);
        let later = datetime!(2026-03-31 16:00 UTC);
        let asked = Asked::of(&[Moment::Filed], &[midnight, later]).unwrap();
        assert_eq!(asked.days.as_deref(), Some([20_260_301, 20_260_401].as_slice()));
        let asked = Asked::of(&[Moment::Filed], &[datetime!(2026-02-28 16:30 UTC), later]).unwrap();
        assert_eq!(asked.days, None);
        assert!(Asked::of(&[Moment::Filed], &[later]).is_none());
    }
}
