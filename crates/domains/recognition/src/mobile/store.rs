//! Rows of links between staff and users of the mobile platform.

use platform::Tx;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, TryInsertResult};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mobile_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub user_sealed: String,
        pub user_index: String,
        pub user_name: String,
        pub linked_at: OffsetDateTime,
        pub verified_at: OffsetDateTime,
        pub ended_at: Option<OffsetDateTime>,
        pub ended_by: String,
        pub end_reason: String,
        pub linked_by: String,
        pub link_reason: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Place of a user id for sealing.
pub(crate) fn place(id: Uuid) -> String {
    format!("mobile_link:{id}")
}

/// The open link of a staff user.
pub(crate) async fn of_staff(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Option<row::Model>> {
    let open = row::Entity::find().filter(row::Column::StaffId.eq(staff)).filter(row::Column::EndedAt.is_null());
    Ok(open.one(conn).await?)
}

/// The open link of a user of the platform.
pub(crate) async fn of_user(conn: &impl ConnectionTrait, index: &str) -> Result<Option<row::Model>> {
    let open = row::Entity::find().filter(row::Column::UserIndex.eq(index)).filter(row::Column::EndedAt.is_null());
    Ok(open.one(conn).await?)
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

/// Writes a link; false when either side has an open one.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: row::Model) -> Result<bool> {
    let done = row::Entity::insert(row.into_active_model().reset_all())
        // Without a target: the two indexes hold for open links only.
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

/// Notes that the platform has confirmed a link.
pub(crate) async fn verified(conn: &impl ConnectionTrait, id: Uuid, at: OffsetDateTime) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::VerifiedAt, Expr::value(at))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends an open link; false when it had ended.
pub(crate) async fn end(tx: &Tx, id: Uuid, by: &str, reason: &str) -> Result<bool> {
    let done = row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(Some(tx.now())))
        .col_expr(row::Column::EndedBy, Expr::value(by))
        .col_expr(row::Column::EndReason, Expr::value(reason))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::EndedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Links of some staff, newest first, one more than asked for, and the total.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    staff: Vec<Uuid>,
    open: Option<bool>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<row::Model>, u64)> {
    let mut select = row::Entity::find().filter(row::Column::StaffId.is_in(staff));
    select = match open {
        Some(true) => select.filter(row::Column::EndedAt.is_null()),
        Some(false) => select.filter(row::Column::EndedAt.is_not_null()),
        None => select,
    };
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(row::Column::Id.lt(before));
    }
    Ok((select.order_by_desc(row::Column::Id).limit(limit).all(conn).await?, total))
}
