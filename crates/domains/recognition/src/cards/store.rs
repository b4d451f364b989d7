//! Rows of card devices.

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, TryInsertResult};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "card_devices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub code: String,
        pub name: String,
        pub window_id: Uuid,
        pub hall_key: String,
        pub org_id: Uuid,
        pub public_key: String,
        pub enabled: bool,
        pub version: i64,
        pub created_at: OffsetDateTime,
        pub last_read_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Writes a new device; false when its code is taken.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: row::Model) -> Result<bool> {
    let done = row::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(row::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Code.eq(code)).one(conn).await?)
}

/// Devices of some organisations, by code.
pub(crate) async fn of_orgs(conn: &impl ConnectionTrait, orgs: &[Uuid]) -> Result<Vec<row::Model>> {
    let own = row::Entity::find().filter(row::Column::OrgId.is_in(orgs.iter().copied()));
    Ok(own.order_by_asc(row::Column::Code).all(conn).await?)
}

/// Switches a device whose version is still the one read.
pub(crate) async fn switch(conn: &impl ConnectionTrait, id: Uuid, version: i64, enabled: bool) -> Result<()> {
    let done = row::Entity::update_many()
        .col_expr(row::Column::Enabled, Expr::value(enabled))
        .col_expr(row::Column::Version, Expr::value(version + 1))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::Version.eq(version))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Notes that a device read something.
pub(crate) async fn note_read(conn: &impl ConnectionTrait, id: Uuid, at: OffsetDateTime) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastReadAt, Expr::value(Some(at)))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
