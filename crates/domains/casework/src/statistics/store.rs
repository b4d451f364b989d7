//! Reading and writing the rows of figures ([`super::tables`]).

use std::collections::{BTreeMap, BTreeSet};

use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QuerySelect};
use time::OffsetDateTime;

use super::model::{Cell, Total, summed_up};
use super::tables::{cell, counted, counting, total};
use crate::cases::service::lists::Moment;

/// The one row of `case_counting`.
const THE_ROW: i64 = 1;
/// Rows of one INSERT: eleven values each, and SQLite takes 32,766.
const AT_ONCE: usize = 2_000;

/// How far counting is; none before it began.
pub(crate) async fn standing(conn: &impl ConnectionTrait) -> Result<Option<counting::Model>> {
    Ok(counting::Entity::find_by_id(THE_ROW).one(conn).await?)
}

/// Makes the row when there is none.
pub(crate) async fn begin(tx: &Tx) -> Result<()> {
    let fresh = counting::Model {
        id: THE_ROW,
        ready: false,
        after_id: Uuid::nil(),
        until_at: tx.now(),
        checked_at: None,
        checked: 0,
        differing: 0,
        // Part of a first count may be done by a node of the release before.
        summed_until: None,
    };
    counting::Entity::insert(fresh.into_active_model().reset_all())
        .on_conflict(OnConflict::column(counting::Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Waits for whoever else is counting and keeps others waiting until the end of the command: a case counted by two at
/// once would be counted twice.
pub(crate) async fn alone(tx: &Tx) -> Result<()> {
    set(tx, counting::Column::Id, THE_ROW).await
}

/// Writes one column of the row.
pub(crate) async fn set(tx: &Tx, column: counting::Column, value: impl Into<sea_orm::Value>) -> Result<()> {
    counting::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(counting::Column::Id.eq(THE_ROW))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes up to when changes are counted, in cells and totals.
pub(crate) async fn counted_up_to(tx: &Tx, at: OffsetDateTime) -> Result<()> {
    counting::Entity::update_many()
        .col_expr(counting::Column::UntilAt, Expr::value(at))
        .col_expr(counting::Column::SummedUntil, Expr::value(at))
        .filter(counting::Column::Id.eq(THE_ROW))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes that the totals are what the cells add up to.
pub(crate) async fn totals_are_counted(tx: &Tx) -> Result<()> {
    counting::Entity::update_many()
        .col_expr(counting::Column::SummedUntil, Expr::col(counting::Column::UntilAt))
        .filter(counting::Column::Id.eq(THE_ROW))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes what a reconciliation found.
pub(crate) async fn note_check(tx: &Tx, at: OffsetDateTime, checked: i64, differing: i64) -> Result<()> {
    counting::Entity::update_many()
        .col_expr(counting::Column::CheckedAt, Expr::value(at))
        .col_expr(counting::Column::Checked, Expr::value(checked))
        .col_expr(counting::Column::Differing, Expr::value(differing))
        .filter(counting::Column::Id.eq(THE_ROW))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Puts what some cases add in the place of what they added.
pub(crate) async fn replace(tx: &Tx, gone: Vec<Uuid>, rows: Vec<counted::Model>) -> Result<()> {
    if !gone.is_empty() {
        counted::Entity::delete_many().filter(counted::Column::CaseId.is_in(gone)).exec(tx.conn()).await?;
    }
    if !rows.is_empty() {
        let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
        counted::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

fn row(cell: &Cell, number: i64) -> cell::ActiveModel {
    let cell = cell.clone();
    cell::Model {
        day: cell.day,
        moment: cell.moment.as_str().to_owned(),
        org_id: cell.org_id,
        item_slug: cell.item_slug,
        item_name: cell.item_name,
        taken_at: cell.taken_at,
        channel: cell.channel,
        state: cell.state,
        closing: cell.closing,
        on_time: cell.on_time,
        number,
    }
    .into_active_model()
    .reset_all()
}

/// Adds to cells and totals, takes from them; what comes down to nothing goes.
pub(crate) async fn add(tx: &Tx, cells: BTreeMap<Cell, i64>) -> Result<()> {
    let totals = summed_up(&cells);
    add_cells(tx, cells).await?;
    add_totals(tx, totals).await
}

async fn add_cells(tx: &Tx, cells: impl IntoIterator<Item = (Cell, i64)>) -> Result<()> {
    use cell::Column as C;
    let cells: Vec<(Cell, i64)> = cells.into_iter().filter(|(_, number)| *number != 0).collect();
    let mut emptied: Vec<i64> = cells.iter().filter(|(_, number)| *number < 0).map(|(cell, _)| cell.day).collect();
    emptied.sort_unstable();
    emptied.dedup();
    for part in cells.chunks(AT_ONCE) {
        let key = [
            C::Day,
            C::Moment,
            C::OrgId,
            C::ItemSlug,
            C::ItemName,
            C::TakenAt,
            C::Channel,
            C::State,
            C::Closing,
            C::OnTime,
        ];
        let sum =
            OnConflict::columns(key).value(C::Number, Expr::cust("case_days.number + excluded.number")).to_owned();
        cell::Entity::insert_many(part.iter().map(|(cell, number)| row(cell, *number)))
            .on_conflict(sum)
            .exec_without_returning(tx.conn())
            .await?;
    }
    if !emptied.is_empty() {
        cell::Entity::delete_many().filter(C::Day.is_in(emptied)).filter(C::Number.eq(0)).exec(tx.conn()).await?;
    }
    Ok(())
}

async fn add_totals(tx: &Tx, totals: BTreeMap<Total, i64>) -> Result<()> {
    use total::Column as C;
    let emptied: BTreeSet<Uuid> =
        totals.iter().filter(|(_, number)| **number < 0).map(|(total, _)| total.org_id).collect();
    let rows: Vec<total::ActiveModel> = totals
        .into_iter()
        .filter(|(_, number)| *number != 0)
        .map(|(total, number)| {
            let Total { org_id, year, channel, state } = total;
            total::Model { org_id, year, channel, state, number }.into_active_model().reset_all()
        })
        .collect();
    for part in rows.chunks(AT_ONCE) {
        let sum = OnConflict::columns([C::OrgId, C::Year, C::Channel, C::State])
            .value(C::Number, Expr::cust("case_totals.number + excluded.number"))
            .to_owned();
        total::Entity::insert_many(part.to_vec()).on_conflict(sum).exec_without_returning(tx.conn()).await?;
    }
    if !emptied.is_empty() {
        total::Entity::delete_many().filter(C::OrgId.is_in(emptied)).filter(C::Number.eq(0)).exec(tx.conn()).await?;
    }
    Ok(())
}

/// Puts the cells of some days in the place of those there were. The totals stay: they are compared by themselves.
pub(crate) async fn put_days(tx: &Tx, from: i64, to: i64, cells: impl IntoIterator<Item = (Cell, i64)>) -> Result<()> {
    cell::Entity::delete_many().filter(cell::Column::Day.between(from, to)).exec(tx.conn()).await?;
    add_cells(tx, cells).await
}

/// The totals as they stand.
pub(crate) async fn kept_totals(conn: &impl ConnectionTrait) -> Result<BTreeMap<Total, i64>> {
    let rows = total::Entity::find().all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| (Total { org_id: row.org_id, year: row.year, channel: row.channel, state: row.state }, row.number))
        .collect())
}

/// The totals that the cells add up to.
pub(crate) async fn totals_of_cells(conn: &impl ConnectionTrait) -> Result<BTreeMap<Total, i64>> {
    use cell::Column as C;
    let year = || Expr::cust("day / 10000");
    let rows: Vec<(Uuid, i64, String, String, i64)> = cell::Entity::find()
        .select_only()
        .column(C::OrgId)
        .column_as(year(), "year")
        .column(C::Channel)
        .column(C::State)
        // A sum of whole numbers is another type on PostgreSQL.
        .column_as(Expr::col(C::Number).sum().cast_as(Alias::new("bigint")), "number")
        .filter(C::Moment.eq(Moment::Filed.as_str()))
        .group_by(C::OrgId)
        .group_by(year())
        .group_by(C::Channel)
        .group_by(C::State)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(org_id, year, channel, state, number)| (Total { org_id, year, channel, state }, number))
        .collect())
}

/// Puts totals in the place of those there were.
pub(crate) async fn put_totals(tx: &Tx, totals: BTreeMap<Total, i64>) -> Result<()> {
    total::Entity::delete_many().exec(tx.conn()).await?;
    add_totals(tx, totals).await
}
