//! Rows of real-name reviews.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "real_name_reviews")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account_id: Uuid,
        pub name: String,
        pub id_number_sealed: String,
        pub state: String,
        pub reason: String,
        pub source: String,
        pub authority_says: String,
        pub submitted_at: OffsetDateTime,
        pub decided_at: Option<OffsetDateTime>,
        pub decided_by: Option<String>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The review of an account that counts: the latest.
pub(crate) async fn latest(conn: &impl ConnectionTrait, account: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::AccountId.eq(account)).order_by_desc(row::Column::Id).one(conn).await?)
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn keep(conn: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    row::Entity::insert(row::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(())
}

/// A decision; false when the version is no longer the one given.
pub(crate) async fn decide(
    conn: &impl ConnectionTrait,
    id: Uuid,
    version: i64,
    state: &str,
    reason: String,
    by: String,
    now: OffsetDateTime,
) -> Result<bool> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state))
        .col_expr(row::Column::Reason, Expr::value(reason))
        .col_expr(row::Column::Source, Expr::value("staff"))
        .col_expr(row::Column::DecidedAt, Expr::value(Some(now)))
        .col_expr(row::Column::DecidedBy, Expr::value(Some(by)))
        .col_expr(row::Column::Version, Expr::value(version + 1))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::Version.eq(version))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Reviews, newest first; and how many there are.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    state: Option<&str>,
    q: &str,
    limit: u64,
    before: Option<Uuid>,
) -> Result<(Vec<row::Model>, u64)> {
    let mut found = row::Entity::find();
    if let Some(state) = state {
        found = found.filter(row::Column::State.eq(state));
    }
    if !q.is_empty() {
        found = found.filter(row::Column::Name.contains(q));
    }
    let total = found.clone().count(conn).await?;
    if let Some(before) = before {
        found = found.filter(row::Column::Id.lt(before));
    }
    Ok((found.order_by_desc(row::Column::Id).limit(limit).all(conn).await?, total))
}

/// Reviews by state.
pub(crate) async fn counts(conn: &impl ConnectionTrait) -> Result<Vec<(String, i64)>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::State)
        .column_as(row::Column::Id.count(), "count")
        .group_by(row::Column::State)
        .into_tuple::<(String, i64)>()
        .all(conn)
        .await?)
}
