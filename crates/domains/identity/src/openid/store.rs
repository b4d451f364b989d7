//! Rows of the provider: clients, requests, codes, tokens, consents, keys.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
use time::OffsetDateTime;

pub(crate) mod client {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_on_clients")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: String,
        pub audience: String,
        pub sign_on: bool,
        pub skip_consent: bool,
        pub listed: bool,
        pub start_url: String,
        pub logout_uris: Json,
        pub summary: String,
        pub notice: String,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod request {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub app_id: String,
        pub audience: String,
        pub redirect_uri: String,
        pub scopes: String,
        pub state: String,
        pub nonce: String,
        pub challenge: String,
        pub force_login: bool,
        pub ask_consent: bool,
        pub created_at: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod code {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_hash: String,
        pub request_id: Uuid,
        pub account_id: Uuid,
        pub scopes: String,
        pub auth_time: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod token {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub code_hash: String,
        pub app_id: String,
        pub audience: String,
        pub account_id: Uuid,
        pub scopes: String,
        pub expires_at: OffsetDateTime,
        pub revoked_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod consent {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_consents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_id: String,
        pub scopes: String,
        pub given_at: OffsetDateTime,
        pub last_used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod key {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "oauth_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub kid: String,
        pub private_sealed: String,
        pub n: String,
        pub e: String,
        pub created_at: OffsetDateTime,
        pub signs_until: Option<OffsetDateTime>,
        pub published_until: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn client(conn: &impl ConnectionTrait, app_id: &str) -> Result<Option<client::Model>> {
    Ok(client::Entity::find_by_id(app_id.to_owned()).one(conn).await?)
}

/// Settings by app id, after a cursor; and how many there are.
pub(crate) async fn clients(
    conn: &impl ConnectionTrait,
    q: &str,
    limit: u64,
    after: Option<String>,
) -> Result<(Vec<client::Model>, u64)> {
    let mut found = client::Entity::find();
    if !q.is_empty() {
        found = found
            .filter(Condition::any().add(client::Column::AppId.contains(q)).add(client::Column::Summary.contains(q)));
    }
    let total = found.clone().count(conn).await?;
    if let Some(after) = after {
        found = found.filter(client::Column::AppId.gt(after));
    }
    Ok((found.order_by_asc(client::Column::AppId).limit(limit).all(conn).await?, total))
}

/// Clients shown to one user system.
pub(crate) async fn listed(conn: &impl ConnectionTrait, audience: &str) -> Result<Vec<client::Model>> {
    Ok(client::Entity::find()
        .filter(client::Column::Audience.eq(audience))
        .filter(client::Column::Listed.eq(true))
        .filter(client::Column::SignOn.eq(true))
        .order_by_asc(client::Column::AppId)
        .limit(200)
        .all(conn)
        .await?)
}

/// Writes the settings of a client; false when the version is no longer the one given.
pub(crate) async fn save_client(conn: &impl ConnectionTrait, new: client::Model, version: i64) -> Result<bool> {
    if version == 0 {
        let written = client::Entity::insert(client::ActiveModel::from(new))
            .on_conflict(OnConflict::column(client::Column::AppId).do_nothing().to_owned())
            .exec_without_returning(conn)
            .await;
        return match written {
            Ok(rows) => Ok(rows == 1),
            Err(DbErr::RecordNotInserted) => Ok(false),
            Err(error) => Err(error.into()),
        };
    }
    let changed = client::Entity::update_many()
        .col_expr(client::Column::Audience, Expr::value(new.audience))
        .col_expr(client::Column::SignOn, Expr::value(new.sign_on))
        .col_expr(client::Column::SkipConsent, Expr::value(new.skip_consent))
        .col_expr(client::Column::Listed, Expr::value(new.listed))
        .col_expr(client::Column::StartUrl, Expr::value(new.start_url))
        .col_expr(client::Column::LogoutUris, Expr::value(new.logout_uris))
        .col_expr(client::Column::Summary, Expr::value(new.summary))
        .col_expr(client::Column::Notice, Expr::value(new.notice))
        .col_expr(client::Column::Version, Expr::value(version + 1))
        .filter(client::Column::AppId.eq(new.app_id))
        .filter(client::Column::Version.eq(version))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Whether anybody has a token or a consent of a client.
pub(crate) async fn is_used(conn: &impl ConnectionTrait, app_id: &str) -> Result<bool> {
    Ok(token::Entity::find().filter(token::Column::AppId.eq(app_id)).one(conn).await?.is_some()
        || consent::Entity::find().filter(consent::Column::AppId.eq(app_id)).one(conn).await?.is_some())
}

/// Keeps a request and forgets those long over.
pub(crate) async fn keep_request(conn: &impl ConnectionTrait, new: request::Model) -> Result<()> {
    let over = new.created_at - time::Duration::hours(1);
    request::Entity::delete_many().filter(request::Column::ExpiresAt.lt(over)).exec(conn).await?;
    code::Entity::delete_many().filter(code::Column::ExpiresAt.lt(over)).exec(conn).await?;
    request::Entity::insert(request::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(())
}

/// A request that may still be answered.
pub(crate) async fn open_request(
    conn: &impl ConnectionTrait,
    id: Uuid,
    now: OffsetDateTime,
) -> Result<Option<request::Model>> {
    Ok(request::Entity::find_by_id(id)
        .filter(request::Column::UsedAt.is_null())
        .filter(request::Column::ExpiresAt.gt(now))
        .one(conn)
        .await?)
}

pub(crate) async fn request(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<request::Model>> {
    Ok(request::Entity::find_by_id(id).one(conn).await?)
}

/// Answers a request, once.
pub(crate) async fn use_request(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<bool> {
    let used = request::Entity::update_many()
        .col_expr(request::Column::UsedAt, Expr::value(Some(now)))
        .filter(request::Column::Id.eq(id))
        .filter(request::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(used.rows_affected == 1)
}

pub(crate) async fn keep_code(conn: &impl ConnectionTrait, new: code::Model) -> Result<()> {
    code::Entity::insert(code::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(())
}

/// A code, and whether this call was the one that used it up.
pub(crate) async fn use_code(
    conn: &impl ConnectionTrait,
    hash: &str,
    now: OffsetDateTime,
) -> Result<Option<(code::Model, bool)>> {
    let used = code::Entity::update_many()
        .col_expr(code::Column::UsedAt, Expr::value(Some(now)))
        .filter(code::Column::CodeHash.eq(hash))
        .filter(code::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    let found = code::Entity::find_by_id(hash.to_owned()).one(conn).await?;
    Ok(found.map(|code| (code, used.rows_affected == 1)))
}

pub(crate) async fn keep_token(conn: &impl ConnectionTrait, new: token::Model) -> Result<()> {
    token::Entity::insert(token::ActiveModel::from(new)).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn live_token(
    conn: &impl ConnectionTrait,
    hash: &str,
    now: OffsetDateTime,
) -> Result<Option<token::Model>> {
    Ok(token::Entity::find_by_id(hash.to_owned())
        .filter(token::Column::RevokedAt.is_null())
        .filter(token::Column::ExpiresAt.gt(now))
        .one(conn)
        .await?)
}

/// Ends what came of a code that was shown twice.
pub(crate) async fn revoke_of_code(conn: &impl ConnectionTrait, hash: &str, now: OffsetDateTime) -> Result<()> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::value(Some(now)))
        .filter(token::Column::CodeHash.eq(hash))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends the tokens of an account at a client.
pub(crate) async fn revoke_of(
    conn: &impl ConnectionTrait,
    account: Uuid,
    app_id: &str,
    now: OffsetDateTime,
) -> Result<()> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::value(Some(now)))
        .filter(token::Column::AccountId.eq(account))
        .filter(token::Column::AppId.eq(app_id))
        .filter(token::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn consent(
    conn: &impl ConnectionTrait,
    account: Uuid,
    app_id: &str,
) -> Result<Option<consent::Model>> {
    Ok(consent::Entity::find_by_id((account, app_id.to_owned())).one(conn).await?)
}

pub(crate) async fn consents(conn: &impl ConnectionTrait, account: Uuid) -> Result<Vec<consent::Model>> {
    Ok(consent::Entity::find()
        .filter(consent::Column::AccountId.eq(account))
        .order_by_desc(consent::Column::GivenAt)
        .all(conn)
        .await?)
}

pub(crate) async fn give_consent(
    conn: &impl ConnectionTrait,
    account: Uuid,
    app_id: &str,
    scopes: String,
    now: OffsetDateTime,
) -> Result<()> {
    consent::Entity::insert(consent::ActiveModel {
        account_id: Set(account),
        app_id: Set(app_id.to_owned()),
        scopes: Set(scopes),
        given_at: Set(now),
        last_used_at: Set(None),
    })
    .on_conflict(
        OnConflict::columns([consent::Column::AccountId, consent::Column::AppId])
            .update_columns([consent::Column::Scopes, consent::Column::GivenAt])
            .to_owned(),
    )
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

pub(crate) async fn note_use(
    conn: &impl ConnectionTrait,
    account: Uuid,
    app_id: &str,
    now: OffsetDateTime,
) -> Result<()> {
    consent::Entity::update_many()
        .col_expr(consent::Column::LastUsedAt, Expr::value(Some(now)))
        .filter(consent::Column::AccountId.eq(account))
        .filter(consent::Column::AppId.eq(app_id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Takes a consent back; false when there was none.
pub(crate) async fn withdraw(conn: &impl ConnectionTrait, account: Uuid, app_id: &str) -> Result<bool> {
    let gone = consent::Entity::delete_by_id((account, app_id.to_owned())).exec(conn).await?;
    Ok(gone.rows_affected == 1)
}

/// All keys, the newest first.
pub(crate) async fn keys(conn: &impl ConnectionTrait) -> Result<Vec<key::Model>> {
    Ok(key::Entity::find().order_by_desc(key::Column::Number).limit(50).all(conn).await?)
}

/// Adds a key and lets the one before only verify; false when another node was quicker.
pub(crate) async fn add_key(
    conn: &impl ConnectionTrait,
    new: key::Model,
    published_until: OffsetDateTime,
) -> Result<bool> {
    let (number, now) = (new.number, new.created_at);
    if key::Entity::find_by_id(number).one(conn).await?.is_some() {
        return Ok(false);
    }
    key::Entity::insert(key::ActiveModel::from(new)).exec_without_returning(conn).await?;
    key::Entity::update_many()
        .col_expr(key::Column::SignsUntil, Expr::value(Some(now)))
        .col_expr(key::Column::PublishedUntil, Expr::value(Some(published_until)))
        .filter(key::Column::Number.lt(number))
        .filter(key::Column::SignsUntil.is_null())
        .exec(conn)
        .await?;
    Ok(true)
}
