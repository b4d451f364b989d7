//! Rows of second factors, recovery codes and tickets between the two steps.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QuerySelect, Set};
use time::OffsetDateTime;

use super::model::MAX_TRIES;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factors")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub staff_id: Uuid,
        pub secret_sealed: Option<String>,
        pub pending_sealed: Option<String>,
        pub enrolled_at: Option<OffsetDateTime>,
        pub last_step: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod recovery {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub code_index: String,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod ticket {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_hash: String,
        pub staff_id: Uuid,
        pub step: String,
        pub tries: i64,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(staff).one(conn).await?)
}

/// The same, kept from being changed by another command until this one ends.
pub(crate) async fn locked(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(staff).lock_exclusive().one(conn).await?)
}

/// Keeps a secret that is not confirmed yet.
pub(crate) async fn set_pending(conn: &impl ConnectionTrait, staff: Uuid, sealed: String) -> Result<()> {
    row::Entity::insert(row::ActiveModel {
        staff_id: Set(staff),
        secret_sealed: Set(None),
        pending_sealed: Set(Some(sealed)),
        enrolled_at: Set(None),
        last_step: Set(-1),
    })
    .on_conflict(OnConflict::column(row::Column::StaffId).update_column(row::Column::PendingSealed).to_owned())
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// The pending secret becomes the one that counts.
pub(crate) async fn confirm(
    conn: &impl ConnectionTrait,
    staff: Uuid,
    sealed: String,
    step: i64,
    now: OffsetDateTime,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::SecretSealed, Expr::value(Some(sealed)))
        .col_expr(row::Column::PendingSealed, Expr::value(None::<String>))
        .col_expr(row::Column::EnrolledAt, Expr::value(Some(now)))
        .col_expr(row::Column::LastStep, Expr::value(step))
        .filter(row::Column::StaffId.eq(staff))
        .exec(conn)
        .await?;
    Ok(())
}

/// Remembers the step of a code that was used; false when another sign-in was quicker with it.
pub(crate) async fn use_step(conn: &impl ConnectionTrait, staff: Uuid, step: i64) -> Result<bool> {
    let used = row::Entity::update_many()
        .col_expr(row::Column::LastStep, Expr::value(step))
        .filter(row::Column::StaffId.eq(staff))
        .filter(row::Column::LastStep.lt(step))
        .exec(conn)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Takes the factor and its recovery codes away.
pub(crate) async fn remove(conn: &impl ConnectionTrait, staff: Uuid) -> Result<()> {
    row::Entity::delete_by_id(staff).exec(conn).await?;
    recovery::Entity::delete_many().filter(recovery::Column::StaffId.eq(staff)).exec(conn).await?;
    Ok(())
}

/// New recovery codes in place of the old.
pub(crate) async fn set_recovery(conn: &impl ConnectionTrait, staff: Uuid, codes: Vec<(Uuid, String)>) -> Result<()> {
    recovery::Entity::delete_many().filter(recovery::Column::StaffId.eq(staff)).exec(conn).await?;
    recovery::Entity::insert_many(codes.into_iter().map(|(id, code_index)| recovery::ActiveModel {
        id: Set(id),
        staff_id: Set(staff),
        code_index: Set(code_index),
        used_at: Set(None),
    }))
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Uses a recovery code up; false when there is none like it left.
pub(crate) async fn use_recovery(
    conn: &impl ConnectionTrait,
    staff: Uuid,
    index: &str,
    now: OffsetDateTime,
) -> Result<bool> {
    let used = recovery::Entity::update_many()
        .col_expr(recovery::Column::UsedAt, Expr::value(Some(now)))
        .filter(recovery::Column::StaffId.eq(staff))
        .filter(recovery::Column::CodeIndex.eq(index))
        .filter(recovery::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(used.rows_affected == 1)
}

pub(crate) async fn recovery_left(conn: &impl ConnectionTrait, staff: Uuid) -> Result<u64> {
    Ok(recovery::Entity::find()
        .filter(recovery::Column::StaffId.eq(staff))
        .filter(recovery::Column::UsedAt.is_null())
        .count(conn)
        .await?)
}

pub(crate) async fn issue_ticket(
    conn: &impl ConnectionTrait,
    hash: String,
    staff: Uuid,
    step: &str,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<()> {
    ticket::Entity::delete_many().filter(ticket::Column::ExpiresAt.lt(now)).exec(conn).await?;
    ticket::Entity::insert(ticket::ActiveModel {
        ticket_hash: Set(hash),
        staff_id: Set(staff),
        step: Set(step.to_owned()),
        tries: Set(0),
        expires_at: Set(expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Whose ticket it is and for which step, while it is good.
pub(crate) async fn ticket(
    conn: &impl ConnectionTrait,
    hash: &str,
    now: OffsetDateTime,
) -> Result<Option<(Uuid, String)>> {
    let found = ticket::Entity::find_by_id(hash.to_owned())
        .filter(ticket::Column::UsedAt.is_null())
        .filter(ticket::Column::ExpiresAt.gt(now))
        .filter(ticket::Column::Tries.lt(MAX_TRIES))
        .one(conn)
        .await?;
    Ok(found.map(|row| (row.staff_id, row.step)))
}

/// Counts a try before the code is looked at; `None` when the ticket is over.
pub(crate) async fn try_ticket(
    conn: &impl ConnectionTrait,
    hash: &str,
    now: OffsetDateTime,
) -> Result<Option<(Uuid, String)>> {
    let counted = ticket::Entity::update_many()
        .col_expr(ticket::Column::Tries, sea_orm::sea_query::ExprTrait::add(Expr::col(ticket::Column::Tries), 1))
        .filter(ticket::Column::TicketHash.eq(hash))
        .filter(ticket::Column::UsedAt.is_null())
        .filter(ticket::Column::ExpiresAt.gt(now))
        .filter(ticket::Column::Tries.lt(MAX_TRIES))
        .exec(conn)
        .await?;
    if counted.rows_affected != 1 {
        return Ok(None);
    }
    Ok(ticket::Entity::find_by_id(hash.to_owned()).one(conn).await?.map(|row| (row.staff_id, row.step)))
}

pub(crate) async fn use_ticket(conn: &impl ConnectionTrait, hash: &str, now: OffsetDateTime) -> Result<()> {
    ticket::Entity::update_many()
        .col_expr(ticket::Column::UsedAt, Expr::value(Some(now)))
        .filter(ticket::Column::TicketHash.eq(hash))
        .exec(conn)
        .await?;
    Ok(())
}
