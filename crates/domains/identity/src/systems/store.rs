//! Rows of connected systems, their secrets, their changes and used nonces.

use platform::Platform;
use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, Set, TryInsertResult};
use time::OffsetDateTime;

use super::formula::Formula;
use super::model::ConnectedSystem;

pub(crate) mod system {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "systems")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub app_id: String,
        pub name: String,
        pub owner_org_id: Uuid,
        pub contact_name: String,
        pub contact_phone_sealed: String,
        pub description: String,
        pub callbacks: Json,
        pub environment: String,
        pub networks: Json,
        pub formula: String,
        pub grants: Json,
        pub enabled: bool,
        pub version: i64,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod secret {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "system_secrets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub system_id: Uuid,
        pub secret_sealed: String,
        pub hint: String,
        pub valid_from: OffsetDateTime,
        pub valid_until: Option<OffsetDateTime>,
        pub created_at: OffsetDateTime,
        pub created_by: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod change {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "system_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub system_id: Uuid,
        pub at: OffsetDateTime,
        pub actor_id: Uuid,
        pub actor_name: String,
        pub action: String,
        pub detail: Json,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod nonce {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "gateway_nonces")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub nonce: String,
        pub seen_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Place of a secret for sealing.
pub(crate) fn secret_place(id: Uuid) -> String {
    format!("system_secret:{id}")
}

/// Place of a contact's phone for sealing.
pub(crate) fn phone_place(id: Uuid) -> String {
    format!("system:{id}:phone")
}

impl system::Model {
    pub(crate) fn connected(&self) -> Result<ConnectedSystem> {
        let networks: Vec<String> = serde_json::from_value(self.networks.clone())?;
        Ok(ConnectedSystem {
            id: self.id,
            app_id: self.app_id.clone(),
            name: self.name.clone(),
            owner_org_id: self.owner_org_id,
            environment: self.environment.clone(),
            callbacks: serde_json::from_value(self.callbacks.clone())?,
            networks: networks.iter().filter_map(|text| platform::web::client::network(text)).collect(),
            formula: Formula::parse(&self.formula)
                .ok_or_else(|| Problem::internal(format!("system {} has formula {}", self.app_id, self.formula)))?,
            enabled: self.enabled,
            grants: serde_json::from_value(self.grants.clone())?,
        })
    }
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<system::Model>> {
    Ok(system::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn by_app_id(conn: &impl ConnectionTrait, app_id: &str) -> Result<Option<system::Model>> {
    Ok(system::Entity::find().filter(system::Column::AppId.eq(app_id)).one(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: system::Model) -> Result<bool> {
    let done = system::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(system::Column::AppId).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

/// Writes a row whose version is still `read`; the new row carries `read + 1`.
pub(crate) async fn update(conn: &impl ConnectionTrait, row: system::Model, read: i64) -> Result<()> {
    let id = row.id;
    let done = system::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(system::Column::Id.eq(id))
        .filter(system::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Which systems a list shows.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) words: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) environment: Option<String>,
    pub(crate) after: Option<Uuid>,
}

/// One page, newest first, one row more than asked for, and the total.
pub(crate) async fn page(conn: &impl ConnectionTrait, wanted: Wanted, limit: u64) -> Result<(Vec<system::Model>, u64)> {
    let mut select = system::Entity::find();
    if let Some(words) = wanted.words {
        let pattern = platform::db::containing(&words);
        select = select
            .filter(Cond::any().add(system::Column::Name.like(&pattern)).add(system::Column::AppId.like(&pattern)));
    }
    if let Some(enabled) = wanted.enabled {
        select = select.filter(system::Column::Enabled.eq(enabled));
    }
    if let Some(environment) = wanted.environment {
        select = select.filter(system::Column::Environment.eq(environment));
    }
    let total = select.clone().count(conn).await?;
    if let Some(after) = wanted.after {
        select = select.filter(system::Column::Id.lt(after));
    }
    let rows = select.order_by_desc(system::Column::Id).limit(limit + 1).all(conn).await?;
    Ok((rows, total))
}

pub(crate) async fn secrets(conn: &impl ConnectionTrait, system: Uuid) -> Result<Vec<secret::Model>> {
    Ok(secret::Entity::find()
        .filter(secret::Column::SystemId.eq(system))
        .order_by_desc(secret::Column::Id)
        .all(conn)
        .await?)
}

/// Secrets of several systems at once.
pub(crate) async fn secrets_of(conn: &impl ConnectionTrait, systems: Vec<Uuid>) -> Result<Vec<secret::Model>> {
    Ok(secret::Entity::find().filter(secret::Column::SystemId.is_in(systems)).all(conn).await?)
}

pub(crate) async fn insert_secret(conn: &impl ConnectionTrait, row: secret::Model) -> Result<()> {
    secret::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn end_secret(conn: &impl ConnectionTrait, id: Uuid, at: OffsetDateTime) -> Result<()> {
    secret::Entity::update_many()
        .col_expr(secret::Column::ValidUntil, Expr::value(Some(at)))
        .filter(secret::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn insert_change(conn: &impl ConnectionTrait, row: change::Model) -> Result<()> {
    change::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn changes(
    conn: &impl ConnectionTrait,
    system: Uuid,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<change::Model>, u64)> {
    let mut select = change::Entity::find().filter(change::Column::SystemId.eq(system));
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(change::Column::Id.lt(before));
    }
    Ok((select.order_by_desc(change::Column::Id).limit(limit + 1).all(conn).await?, total))
}

/// Remembers a nonce; false when it was used before. Old ones are forgotten on the way.
pub(crate) async fn take_nonce(platform: &Platform, app_id: &str, nonce: &str, kept: time::Duration) -> Result<bool> {
    let (app_id, nonce) = (app_id.to_owned(), nonce.to_owned());
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                nonce::Entity::delete_many().filter(nonce::Column::SeenAt.lt(tx.now() - kept)).exec(tx.conn()).await?;
                let row = nonce::ActiveModel { app_id: Set(app_id), nonce: Set(nonce), seen_at: Set(tx.now()) };
                let done = nonce::Entity::insert(row)
                    .on_conflict(
                        OnConflict::columns([nonce::Column::AppId, nonce::Column::Nonce]).do_nothing().to_owned(),
                    )
                    .try_insert()
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(matches!(done, TryInsertResult::Inserted(1..)))
            })
        })
        .await
}
