//! Rows of enterprises' own credentials and of activations under way.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QuerySelect};
use time::OffsetDateTime;

use crate::model::staff::{MAX_FAILURES, Tries};

pub(crate) mod credential {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "enterprise_credentials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: Uuid,
        pub uscc: String,
        pub registration_number: String,
        pub password_hash: String,
        pub password_changed_at: OffsetDateTime,
        pub failed_count: i64,
        pub locked_until: Option<OffsetDateTime>,
        pub activated_at: OffsetDateTime,
        pub licence_checked_at: OffsetDateTime,
        pub licence_valid_until: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod activation {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "enterprise_activations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_hash: String,
        pub uscc: String,
        pub code_index: String,
        pub tries: i64,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<credential::Model>> {
    let either =
        Condition::any().add(credential::Column::Uscc.eq(code)).add(credential::Column::RegistrationNumber.eq(code));
    Ok(credential::Entity::find().filter(either).one(conn).await?)
}

pub(crate) async fn of_account(conn: &impl ConnectionTrait, account: Uuid) -> Result<Option<credential::Model>> {
    Ok(credential::Entity::find_by_id(account).one(conn).await?)
}

/// Counts a try before the password is looked at; `None` when unknown or locked.
pub(crate) async fn begin_try(
    conn: &impl ConnectionTrait,
    code: &str,
    now: OffsetDateTime,
) -> Result<Option<credential::Model>> {
    let either =
        Condition::any().add(credential::Column::Uscc.eq(code)).add(credential::Column::RegistrationNumber.eq(code));
    let Some(row) = credential::Entity::find().filter(either).lock_exclusive().one(conn).await? else {
        return Ok(None);
    };
    let Some(tries) = (Tries { failed: row.failed_count, locked_until: row.locked_until }).begin(now) else {
        return Ok(None);
    };
    set_tries(conn, row.account_id, tries).await?;
    Ok(Some(row))
}

pub(crate) async fn set_tries(conn: &impl ConnectionTrait, account: Uuid, tries: Tries) -> Result<()> {
    credential::Entity::update_many()
        .col_expr(credential::Column::FailedCount, Expr::value(tries.failed))
        .col_expr(credential::Column::LockedUntil, Expr::value(tries.locked_until))
        .filter(credential::Column::AccountId.eq(account))
        .exec(conn)
        .await?;
    Ok(())
}

/// Keeps a credential; false when the enterprise has one already.
pub(crate) async fn activate(conn: &impl ConnectionTrait, new: credential::Model) -> Result<bool> {
    if by_code(conn, &new.uscc).await?.is_some() {
        return Ok(false);
    }
    credential::Entity::insert(credential::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(true)
}

pub(crate) async fn set_password(
    conn: &impl ConnectionTrait,
    account: Uuid,
    hash: String,
    now: OffsetDateTime,
) -> Result<()> {
    credential::Entity::update_many()
        .col_expr(credential::Column::PasswordHash, Expr::value(hash))
        .col_expr(credential::Column::PasswordChangedAt, Expr::value(now))
        .filter(credential::Column::AccountId.eq(account))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn note_licence(
    conn: &impl ConnectionTrait,
    account: Uuid,
    until: Option<String>,
    now: OffsetDateTime,
) -> Result<()> {
    credential::Entity::update_many()
        .col_expr(credential::Column::LicenceCheckedAt, Expr::value(now))
        .col_expr(credential::Column::LicenceValidUntil, Expr::value(until))
        .filter(credential::Column::AccountId.eq(account))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn begin_activation(
    conn: &impl ConnectionTrait,
    new: activation::Model,
    now: OffsetDateTime,
) -> Result<()> {
    activation::Entity::delete_many().filter(activation::Column::ExpiresAt.lt(now)).exec(conn).await?;
    activation::Entity::insert(activation::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(())
}

/// Counts a try of an activation; `None` when it is over.
pub(crate) async fn try_activation(
    conn: &impl ConnectionTrait,
    hash: &str,
    now: OffsetDateTime,
) -> Result<Option<activation::Model>> {
    let counted = activation::Entity::update_many()
        .col_expr(
            activation::Column::Tries,
            sea_orm::sea_query::ExprTrait::add(Expr::col(activation::Column::Tries), 1),
        )
        .filter(activation::Column::TicketHash.eq(hash))
        .filter(activation::Column::UsedAt.is_null())
        .filter(activation::Column::ExpiresAt.gt(now))
        .filter(activation::Column::Tries.lt(MAX_FAILURES))
        .exec(conn)
        .await?;
    if counted.rows_affected != 1 {
        return Ok(None);
    }
    Ok(activation::Entity::find_by_id(hash.to_owned()).one(conn).await?)
}

pub(crate) async fn use_activation(conn: &impl ConnectionTrait, hash: &str, now: OffsetDateTime) -> Result<()> {
    activation::Entity::update_many()
        .col_expr(activation::Column::UsedAt, Expr::value(Some(now)))
        .filter(activation::Column::TicketHash.eq(hash))
        .exec(conn)
        .await?;
    Ok(())
}
