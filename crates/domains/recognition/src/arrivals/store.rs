//! Rows of tickets given out, tickets taken, people who are to show an account, and the log.

use platform::web::guard::Audience;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, Set, TryInsertResult};
use time::{Duration, OffsetDateTime};

/// How long a redeemed ticket is kept: a system may still report the account after it.
const KEPT: Duration = Duration::hours(2);

pub(crate) mod ticket {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub ticket_hash: String,
        pub system_id: Uuid,
        pub audience: String,
        pub account_id: Uuid,
        pub purpose: String,
        pub target: String,
        pub network: String,
        pub item_slug: Option<String>,
        pub case_id: Option<Uuid>,
        pub call_ticket: Option<Json>,
        pub issued_at: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod used {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_uses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: String,
        pub expires_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod pending {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "pending_bindings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub token_hash: String,
        pub system_id: Uuid,
        pub audience: String,
        pub external_sealed: String,
        pub name_sealed: String,
        pub go_to: String,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod log {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub direction: String,
        pub app_id: String,
        pub system_name: String,
        pub purpose: String,
        pub audience: String,
        pub account_id: Option<Uuid>,
        pub person: String,
        pub item_slug: Option<String>,
        pub target: String,
        pub result: String,
        pub reason: String,
        pub address: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Reads an audience column.
pub(crate) fn audience_of(text: &str) -> Audience {
    if text == "desk" { Audience::Desk } else { Audience::Portal }
}

/// Keeps a ticket given out, and forgets those long over.
pub(crate) async fn issue(conn: &impl ConnectionTrait, row: ticket::Model) -> Result<()> {
    ticket::Entity::delete_many().filter(ticket::Column::ExpiresAt.lt(row.issued_at - KEPT)).exec(conn).await?;
    ticket::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn ticket(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<ticket::Model>> {
    Ok(ticket::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn ticket_by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<ticket::Model>> {
    Ok(ticket::Entity::find().filter(ticket::Column::TicketHash.eq(hash)).one(conn).await?)
}

/// Uses a ticket up; false when somebody did before.
pub(crate) async fn use_ticket(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<bool> {
    let used = ticket::Entity::update_many()
        .col_expr(ticket::Column::UsedAt, Expr::value(Some(now)))
        .filter(ticket::Column::Id.eq(id))
        .filter(ticket::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Remembers the number of a ticket shown here; false when it was shown before.
pub(crate) async fn take(
    conn: &impl ConnectionTrait,
    app_id: &str,
    number: &str,
    expires_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<bool> {
    used::Entity::delete_many().filter(used::Column::ExpiresAt.lt(now)).exec(conn).await?;
    let row = used::ActiveModel {
        app_id: Set(app_id.to_owned()),
        number: Set(number.to_owned()),
        expires_at: Set(expires_at),
    };
    let done = used::Entity::insert(row)
        .on_conflict(OnConflict::columns([used::Column::AppId, used::Column::Number]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

pub(crate) async fn ask(conn: &impl ConnectionTrait, row: pending::Model, now: OffsetDateTime) -> Result<()> {
    pending::Entity::delete_many().filter(pending::Column::ExpiresAt.lt(now)).exec(conn).await?;
    pending::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Who is to show an account, while the question stands.
pub(crate) async fn asked(
    conn: &impl ConnectionTrait,
    token_hash: &str,
    now: OffsetDateTime,
) -> Result<Option<pending::Model>> {
    let standing = pending::Entity::find()
        .filter(pending::Column::TokenHash.eq(token_hash))
        .filter(pending::Column::UsedAt.is_null())
        .filter(pending::Column::ExpiresAt.gt(now));
    Ok(standing.one(conn).await?)
}

pub(crate) async fn answer(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<bool> {
    let used = pending::Entity::update_many()
        .col_expr(pending::Column::UsedAt, Expr::value(Some(now)))
        .filter(pending::Column::Id.eq(id))
        .filter(pending::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(used.rows_affected == 1)
}

pub(crate) async fn note(conn: &impl ConnectionTrait, row: log::Model) -> Result<()> {
    log::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Which lines of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Part of the system's name, app id, person, item or page.
    pub(crate) words: Option<String>,
    /// Codes of reasons that the words may mean.
    pub(crate) reasons: Vec<&'static str>,
    pub(crate) direction: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) app_id: Option<String>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
}

/// One page, newest first, one row more than asked for, and the total.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    wanted: Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<log::Model>, u64)> {
    use log::Column;
    let mut select = log::Entity::find();
    for (column, value) in
        [(Column::Direction, &wanted.direction), (Column::Result, &wanted.result), (Column::AppId, &wanted.app_id)]
    {
        if let Some(value) = value {
            select = select.filter(column.eq(value.as_str()));
        }
    }
    if let Some(words) = wanted.words {
        let pattern = platform::db::containing(&words);
        let any = [Column::SystemName, Column::AppId, Column::Person, Column::ItemSlug, Column::Target, Column::Reason]
            .into_iter()
            .fold(Cond::any(), |any, column| any.add(column.like(&pattern)));
        select = select.filter(any.add(Column::Reason.is_in(wanted.reasons)));
    }
    if let Some(from) = wanted.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(until) = wanted.until {
        select = select.filter(Column::At.lt(until));
    }
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(Column::Id.lt(before));
    }
    Ok((select.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?, total))
}
