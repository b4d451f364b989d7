//! How far each case has been reported.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

pub(crate) mod report {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_reports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub case_number: String,
        pub sent_no: i64,
        pub last_no: i64,
        pub state: String,
        pub attempts: i64,
        pub last_error: Option<String>,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use report::Column;

pub(crate) async fn find(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<report::Model>> {
    Ok(report::Entity::find_by_id(case_id).one(conn).await?)
}

/// Notes that there is something to send; how far it came stays.
pub(crate) async fn begin(conn: &impl ConnectionTrait, row: report::Model) -> Result<()> {
    report::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(Column::CaseId)
                .update_columns([Column::LastNo, Column::State, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Notes how far it came. Never back: two jobs of one case may overlap.
pub(crate) async fn sent(conn: &impl ConnectionTrait, case_id: Uuid, no: i64, now: OffsetDateTime) -> Result<()> {
    report::Entity::update_many()
        .col_expr(Column::SentNo, Expr::value(no))
        .col_expr(Column::Attempts, Expr::value(0_i64))
        .col_expr(Column::LastError, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::SentNo.lt(no))
        .exec(conn)
        .await?;
    report::Entity::update_many()
        .col_expr(Column::State, Expr::value("sent"))
        .filter(Column::CaseId.eq(case_id))
        .filter(Expr::col(Column::SentNo).gte(Expr::col(Column::LastNo)))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes a failure, or the wish to try again.
pub(crate) async fn failed(
    conn: &impl ConnectionTrait,
    case_id: Uuid,
    attempts: i64,
    state: &str,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let reason: String = reason.chars().take(500).collect();
    report::Entity::update_many()
        .col_expr(Column::Attempts, Expr::value(attempts))
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::LastError, Expr::value(Some(reason)))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::CaseId.eq(case_id))
        .exec(conn)
        .await?;
    Ok(())
}

/// How many reports are in each state.
pub(crate) async fn counts(conn: &impl ConnectionTrait, number: Option<&str>) -> Result<Vec<(String, i64)>> {
    Ok(numbered(number)
        .select_only()
        .column(Column::State)
        .column_as(Column::CaseId.count(), "count")
        .group_by(Column::State)
        .into_tuple()
        .all(conn)
        .await?)
}

fn numbered(number: Option<&str>) -> sea_orm::Select<report::Entity> {
    let select = report::Entity::find();
    match number {
        Some(number) => select.filter(Column::CaseNumber.like(platform::db::containing(number))),
        None => select,
    }
}

/// One page by case, newest first, one row more than asked for.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    state: Option<&str>,
    number: Option<&str>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<report::Model>> {
    let mut select = numbered(number);
    if let Some(state) = state {
        select = select.filter(Column::State.eq(state));
    }
    if let Some(before) = before {
        select = select.filter(Column::CaseId.lt(before));
    }
    Ok(select.order_by_desc(Column::CaseId).limit(limit + 1).all(conn).await?)
}
