//! Rows of `case_tolerances`.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::{DROPPED, Dates, LAPSED, OPEN, SUPPLIED};
use crate::cases::service::change::all_set;

/// `case_tolerances`
pub mod tolerance {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_tolerances`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_tolerances")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub org_id: Uuid,
        pub item_slug: String,
        pub taken_at: Option<Uuid>,
        pub state: String,
        pub days: i64,
        pub grace_days: i64,
        pub promised_at: OffsetDateTime,
        pub since: OffsetDateTime,
        pub warn_at: Option<OffsetDateTime>,
        pub due_at: Option<OffsetDateTime>,
        pub closes_at: Option<OffsetDateTime>,
        pub warned_at: Option<OffsetDateTime>,
        pub overdue_at: Option<OffsetDateTime>,
        pub supplied_at: Option<OffsetDateTime>,
        pub supplied_by_name: Option<String>,
        pub handing: Option<String>,
        pub returned_reason: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use tolerance::Column;

pub(super) async fn insert(conn: &impl ConnectionTrait, rows: Vec<tolerance::Model>) -> Result<()> {
    tolerance::Entity::insert_many(rows.into_iter().map(all_set::<_, tolerance::ActiveModel>))
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<tolerance::Model>> {
    Ok(tolerance::Entity::find().filter(Column::CaseId.eq(case)).order_by_asc(Column::Key).all(conn).await?)
}

/// What is still to come for a case.
pub(crate) async fn open_of(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<tolerance::Model>> {
    Ok(tolerance::Entity::find()
        .filter(Column::CaseId.eq(case))
        .filter(Column::State.eq(OPEN))
        .order_by_asc(Column::Key)
        .all(conn)
        .await?)
}

pub(crate) async fn supplied(
    conn: &impl ConnectionTrait,
    (case, key): (Uuid, &str),
    by: &str,
    handing: &str,
    at: OffsetDateTime,
) -> Result<()> {
    tolerance::Entity::update_many()
        .col_expr(Column::State, Expr::value(SUPPLIED))
        .col_expr(Column::SuppliedAt, Expr::value(Some(at)))
        .col_expr(Column::SuppliedByName, Expr::value(Some(by)))
        .col_expr(Column::Handing, Expr::value(Some(handing)))
        .col_expr(Column::ReturnedReason, Expr::value(Option::<String>::None))
        .filter(Column::CaseId.eq(case))
        .filter(Column::Key.eq(key))
        .exec(conn)
        .await?;
    Ok(())
}

/// Opens a supplied one again; its days begin anew.
pub(super) async fn reopened(
    conn: &impl ConnectionTrait,
    (case, key): (Uuid, &str),
    reason: &str,
    since: OffsetDateTime,
    dates: Dates,
) -> Result<()> {
    tolerance::Entity::update_many()
        .col_expr(Column::State, Expr::value(OPEN))
        .col_expr(Column::Since, Expr::value(since))
        .col_expr(Column::WarnAt, Expr::value(dates.warn_at))
        .col_expr(Column::DueAt, Expr::value(dates.due_at))
        .col_expr(Column::ClosesAt, Expr::value(dates.closes_at))
        .col_expr(Column::WarnedAt, Expr::value(Option::<OffsetDateTime>::None))
        .col_expr(Column::OverdueAt, Expr::value(Option::<OffsetDateTime>::None))
        .col_expr(Column::SuppliedAt, Expr::value(Option::<OffsetDateTime>::None))
        .col_expr(Column::SuppliedByName, Expr::value(Option::<String>::None))
        .col_expr(Column::ReturnedReason, Expr::value(Some(reason)))
        .filter(Column::CaseId.eq(case))
        .filter(Column::Key.eq(key))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends what is still to come: lapsed when the case is closed for it, dropped when it ends otherwise.
pub(crate) async fn end_open(conn: &impl ConnectionTrait, case: Uuid, lapsed: bool) -> Result<()> {
    tolerance::Entity::update_many()
        .col_expr(Column::State, Expr::value(if lapsed { LAPSED } else { DROPPED }))
        .filter(Column::CaseId.eq(case))
        .filter(Column::State.eq(OPEN))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes that people were told: of the last day, or of lateness.
pub(super) async fn told(
    conn: &impl ConnectionTrait,
    case: Uuid,
    column: Column,
    reached: Column,
    at: OffsetDateTime,
) -> Result<u64> {
    let told = tolerance::Entity::update_many()
        .col_expr(column, Expr::value(Some(at)))
        .filter(Column::CaseId.eq(case))
        .filter(Column::State.eq(OPEN))
        .filter(reached.lte(at))
        .filter(column.is_null())
        .exec(conn)
        .await?;
    Ok(told.rows_affected)
}

/// Cases with something to remind of, to alert or to close, after a case; at most a page of them.
pub(super) async fn waking(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    use sea_orm::sea_query::Cond;
    let wakes = Cond::any()
        .add(Cond::all().add(Column::WarnAt.lte(now)).add(Column::WarnedAt.is_null()))
        .add(Cond::all().add(Column::DueAt.lte(now)).add(Column::OverdueAt.is_null()))
        .add(Column::ClosesAt.lte(now));
    let mut select = tolerance::Entity::find()
        .select_only()
        .column(Column::CaseId)
        .distinct()
        .filter(Column::State.eq(OPEN))
        .filter(wakes);
    if let Some(after) = after {
        select = select.filter(Column::CaseId.gt(after));
    }
    Ok(select.order_by_asc(Column::CaseId).limit(limit).into_tuple().all(conn).await?)
}

/// Open rows after one, for a calendar that changed.
pub(super) async fn open_after(
    conn: &impl ConnectionTrait,
    after: Option<(Uuid, String)>,
    limit: u64,
) -> Result<Vec<tolerance::Model>> {
    use sea_orm::sea_query::Cond;
    let mut select = tolerance::Entity::find().filter(Column::State.eq(OPEN));
    if let Some((case, key)) = after {
        let same = Cond::all().add(Column::CaseId.eq(case)).add(Column::Key.gt(key));
        select = select.filter(Cond::any().add(Column::CaseId.gt(case)).add(same));
    }
    Ok(select.order_by_asc(Column::CaseId).order_by_asc(Column::Key).limit(limit).all(conn).await?)
}

pub(super) async fn put_dates(conn: &impl ConnectionTrait, row: &tolerance::Model, dates: Dates) -> Result<()> {
    tolerance::Entity::update_many()
        .col_expr(Column::WarnAt, Expr::value(dates.warn_at))
        .col_expr(Column::DueAt, Expr::value(dates.due_at))
        .col_expr(Column::ClosesAt, Expr::value(dates.closes_at))
        .filter(Column::CaseId.eq(row.case_id))
        .filter(Column::Key.eq(&row.key))
        .filter(Column::State.eq(OPEN))
        .exec(conn)
        .await?;
    Ok(())
}
