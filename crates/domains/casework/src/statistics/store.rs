//! Rows of `case_counted`, `case_days` and `case_counting`.

use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use time::OffsetDateTime;

use super::model::Cell;

/// What a case adds to the figures, as last counted.
pub(crate) mod counted {
    use sea_orm::entity::prelude::*;

    /// `case_counted`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_counted")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub version: i64,
        pub org_id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub taken_at: Uuid,
        pub channel: String,
        pub state: String,
        pub closing: String,
        pub on_time: bool,
        pub filed_on: i64,
        pub accepted_on: Option<i64>,
        pub closed_on: Option<i64>,
        pub delivered_on: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Cases of one day, moment and kind.
pub(crate) mod cell {
    use sea_orm::entity::prelude::*;

    /// `case_days`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub moment: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_name: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub taken_at: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub state: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub closing: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub on_time: bool,
        pub number: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How far counting is.
pub(crate) mod counting {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_counting`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_counting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub ready: bool,
        pub after_id: Uuid,
        pub until_at: OffsetDateTime,
        pub checked_at: Option<OffsetDateTime>,
        pub checked: i64,
        pub differing: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

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

/// Adds to cells, takes from them; what comes down to nothing goes.
pub(crate) async fn add(tx: &Tx, cells: impl IntoIterator<Item = (Cell, i64)>) -> Result<()> {
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

/// Puts the cells of some days in the place of those there were.
pub(crate) async fn put_days(tx: &Tx, from: i64, to: i64, cells: impl IntoIterator<Item = (Cell, i64)>) -> Result<()> {
    cell::Entity::delete_many().filter(cell::Column::Day.between(from, to)).exec(tx.conn()).await?;
    add(tx, cells).await
}
