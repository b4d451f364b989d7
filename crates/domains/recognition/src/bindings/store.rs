//! Rows of bindings.

use platform::web::guard::Audience;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bindings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub system_id: Uuid,
        pub audience: String,
        pub account_id: Uuid,
        pub external_sealed: Option<String>,
        pub external_index: Option<String>,
        pub name_sealed: Option<String>,
        pub way: String,
        pub bound_at: OffsetDateTime,
        pub last_used_at: Option<OffsetDateTime>,
        pub synced_at: Option<OffsetDateTime>,
        pub ended_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The row of an account in a system, bound or ended; locked for the command under way.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    system: Uuid,
    audience: Audience,
    account: Uuid,
) -> Result<Option<row::Model>> {
    let own = row::Entity::find()
        .filter(row::Column::SystemId.eq(system))
        .filter(row::Column::Audience.eq(audience.as_str()))
        .filter(row::Column::AccountId.eq(account));
    Ok(own.lock_exclusive().one(conn).await?)
}

/// The same, only looked at.
pub(crate) async fn peek(
    conn: &impl ConnectionTrait,
    system: Uuid,
    audience: Audience,
    account: Uuid,
) -> Result<Option<row::Model>> {
    let own = row::Entity::find()
        .filter(row::Column::SystemId.eq(system))
        .filter(row::Column::Audience.eq(audience.as_str()))
        .filter(row::Column::AccountId.eq(account));
    Ok(own.one(conn).await?)
}

/// Whose an account over there is.
pub(crate) async fn by_external(
    conn: &impl ConnectionTrait,
    system: Uuid,
    audience: Audience,
    index: &str,
) -> Result<Option<row::Model>> {
    let bound = row::Entity::find()
        .filter(row::Column::SystemId.eq(system))
        .filter(row::Column::Audience.eq(audience.as_str()))
        .filter(row::Column::ExternalIndex.eq(index));
    Ok(bound.one(conn).await?)
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

/// Bindings of an account that stand, newest first.
pub(crate) async fn standing(
    conn: &impl ConnectionTrait,
    audience: Audience,
    account: Uuid,
) -> Result<Vec<row::Model>> {
    let own = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Audience.eq(audience.as_str()))
        .filter(row::Column::EndedAt.is_null());
    Ok(own.order_by_desc(row::Column::BoundAt).order_by_desc(row::Column::Id).all(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: row::Model) -> Result<()> {
    row::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn update(conn: &impl ConnectionTrait, row: row::Model) -> Result<()> {
    let id = row.id;
    row::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn note_use(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastUsedAt, Expr::value(Some(now)))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn note_sync(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::SyncedAt, Expr::value(Some(now)))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
