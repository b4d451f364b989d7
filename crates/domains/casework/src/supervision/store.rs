//! Rows of the dialogue, and the steps of an order, each written only once.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use crate::cases::store::urge;

/// `case_urge_notes`
pub mod note {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_urge_notes`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_urge_notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub urge_id: Uuid,
        pub case_id: Uuid,
        pub version: i64,
        pub supervisor: bool,
        pub by_id: Uuid,
        pub by_name: String,
        pub text: String,
        pub at: OffsetDateTime,
        pub changed_at: Option<OffsetDateTime>,
        pub deleted_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Notes of one order at most: more is a meeting.
pub(crate) const MOST_NOTES: u64 = 200;

pub(crate) async fn notes(conn: &impl ConnectionTrait, urge_id: Uuid) -> Result<Vec<note::Model>> {
    Ok(note::Entity::find()
        .filter(note::Column::UrgeId.eq(urge_id))
        .order_by_asc(note::Column::Id)
        .limit(MOST_NOTES)
        .all(conn)
        .await?)
}

/// Signs for an order; false when somebody has.
pub(crate) async fn sign(conn: &impl ConnectionTrait, id: Uuid, name: &str, at: OffsetDateTime) -> Result<bool> {
    let done = urge::Entity::update_many()
        .col_expr(urge::Column::SignedAt, Expr::value(Some(at)))
        .col_expr(urge::Column::SignedByName, Expr::value(Some(name.to_owned())))
        .filter(urge::Column::Id.eq(id))
        .filter(urge::Column::SignedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes one more reminder of an order that is neither answered nor closed; false when it is.
pub(crate) async fn remind(conn: &impl ConnectionTrait, id: Uuid, at: OffsetDateTime) -> Result<bool> {
    let done = urge::Entity::update_many()
        .col_expr(urge::Column::Reminders, Expr::col(urge::Column::Reminders).add(1))
        .col_expr(urge::Column::RemindedAt, Expr::value(Some(at)))
        .filter(urge::Column::Id.eq(id))
        .filter(urge::Column::RepliedAt.is_null())
        .filter(urge::Column::ClosedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Closes it; false when it is closed.
pub(crate) async fn close(
    conn: &impl ConnectionTrait,
    id: Uuid,
    name: &str,
    note: &str,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = urge::Entity::update_many()
        .col_expr(urge::Column::ClosedAt, Expr::value(Some(at)))
        .col_expr(urge::Column::ClosedByName, Expr::value(Some(name.to_owned())))
        .col_expr(urge::Column::ClosingNote, Expr::value(Some(note.to_owned())))
        .filter(urge::Column::Id.eq(id))
        .filter(urge::Column::ClosedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
