//! Administration: the sign-on part of connected systems, and the signing keys.

use axum::extract::State;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::{Allowed, Audience};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Identity;
use crate::openid::model;
use crate::openid::service::clients::Client;
use crate::openid::store::{self, client, key};
use crate::permissions::{EditSignOn, ReadSignOn, RotateSignOnKeys};
use crate::second_factor::http::ReasonRequest;

/// Filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClientQuery {
    /// Part of the app id or of the summary.
    #[serde(default)]
    q: String,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A connected system with its sign-on settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOnClient {
    app_id: String,
    name: String,
    owner: String,
    /// Whether the system itself is switched on.
    enabled: bool,
    /// Whether the system's grants let it sign users in now.
    granted: bool,
    /// `portal` or `desk`, never both.
    audience: String,
    audience_label: &'static str,
    /// Whether it may sign users in.
    sign_on: bool,
    /// Registered with the system.
    redirect_uris: Vec<String>,
    logout_uris: Vec<String>,
    /// What its grants allow now.
    scopes: Vec<&'static str>,
    /// The same in words.
    scope_labels: Vec<&'static str>,
    skip_consent: bool,
    /// Shown in the portal of connected systems.
    listed: bool,
    start_url: String,
    summary: String,
    notice: String,
    /// 0 when nothing was set yet.
    version: i64,
}

/// New sign-on settings.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignOnClientChange {
    version: i64,
    /// `portal` or `desk`.
    #[schema(value_type = String)]
    audience: Audience,
    sign_on: bool,
    #[serde(default)]
    logout_uris: Vec<String>,
    #[serde(default)]
    skip_consent: bool,
    #[serde(default)]
    listed: bool,
    #[serde(default)]
    start_url: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    notice: String,
}

async fn view(identity: &Identity, client: Client) -> Result<SignOnClient> {
    let owner = identity.org(client.system.owner_org_id).await?.map(|org| org.name).unwrap_or_default();
    let scopes = model::allowed(&client.system, client.audience, identity.platform.now());
    Ok(SignOnClient {
        scope_labels: scopes.iter().map(|scope| scope.label).collect(),
        scopes: scopes.iter().map(|scope| scope.key).collect(),
        granted: client.system.grant("sign_on", identity.platform.now()).is_some(),
        logout_uris: client.settings.logout_addresses(),
        app_id: client.system.app_id,
        name: client.system.name,
        owner,
        enabled: client.system.enabled,
        audience: client.settings.audience,
        audience_label: if client.audience == Audience::Desk { "工作人员" } else { "公众" },
        sign_on: client.settings.sign_on,
        redirect_uris: client.system.callbacks,
        skip_consent: client.settings.skip_consent,
        listed: client.settings.listed,
        start_url: client.settings.start_url,
        summary: client.settings.summary,
        notice: client.settings.notice,
        version: client.settings.version,
    })
}

/// Systems that are set up for sign-on
#[utoipa::path(get, path = "/api/v1/sign-on/clients", tag = "sign-on administration", operation_id = "list_sign_on_clients",
    params(ClientQuery), responses((status = 200, body = List<SignOnClient>)), security(("desk" = ["sign_on.read"])))]
pub(crate) async fn list_sign_on_clients(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSignOn>,
    Query(query): Query<ClientQuery>,
) -> Result<Json<List<SignOnClient>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let after = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next());
    let conn = identity.platform.db.read();
    let (rows, total) = store::clients(conn, query.q.trim(), page.limit() + 1, after).await?;
    let mut items = Vec::new();
    for row in rows {
        items.push(view(&identity, identity.client(&row.app_id).await?).await?);
    }
    let as_of = identity.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |one| vec![one.app_id.clone()])))
}

/// The sign-on settings of a connected system
#[utoipa::path(get, path = "/api/v1/sign-on/clients/{app_id}", tag = "sign-on administration", operation_id = "get_sign_on_client",
    params(("app_id" = String, Path)),
    responses((status = 200, body = SignOnClient), Absent),
    security(("desk" = ["sign_on.read"])))]
pub(crate) async fn get_sign_on_client(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSignOn>,
    Path(app_id): Path<String>,
) -> Result<Json<SignOnClient>> {
    Ok(Json(view(&identity, identity.client(&app_id).await?).await?))
}

/// Changes the sign-on settings of a connected system
#[utoipa::path(put, path = "/api/v1/sign-on/clients/{app_id}", tag = "sign-on administration", operation_id = "update_sign_on_client",
    request_body = SignOnClientChange, params(("app_id" = String, Path)),
    responses((status = 200, body = SignOnClient), Absent, Outdated, Unreadable),
    security(("desk" = ["sign_on.edit"])))]
pub(crate) async fn update_sign_on_client(
    State(identity): State<Identity>,
    caller: Allowed<EditSignOn>,
    Path(app_id): Path<String>,
    Json(change): Json<SignOnClientChange>,
) -> Result<Json<SignOnClient>> {
    let new = client::Model {
        app_id,
        audience: change.audience.as_str().to_owned(),
        sign_on: change.sign_on,
        skip_consent: change.skip_consent,
        listed: change.listed,
        start_url: change.start_url,
        logout_uris: serde_json::to_value(change.logout_uris)?,
        summary: change.summary,
        notice: change.notice,
        version: change.version,
    };
    Ok(Json(view(&identity, identity.set_client(&caller, change.version, new).await?).await?))
}

/// A signing key.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOnKey {
    kid: String,
    algorithm: &'static str,
    /// `signing`, `verifying`, `gone`.
    state: &'static str,
    state_label: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    signs_until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    published_until: Option<OffsetDateTime>,
}

/// Signing keys, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOnKeys {
    items: Vec<SignOnKey>,
}

async fn keys(identity: &Identity) -> Result<Json<SignOnKeys>> {
    let now = identity.platform.now();
    let view = |key: key::Model| {
        let (state, state_label) = match (key.signs_until, key.published_until) {
            (None, _) => ("signing", "签发中"),
            (Some(_), Some(until)) if until <= now => ("gone", "已停用"),
            (Some(_), _) => ("verifying", "只验证"),
        };
        SignOnKey {
            kid: key.kid,
            algorithm: "RS256",
            state,
            state_label,
            created_at: key.created_at,
            signs_until: key.signs_until,
            published_until: key.published_until,
        }
    };
    Ok(Json(SignOnKeys { items: identity.sign_on_keys().await?.into_iter().map(view).collect() }))
}

/// Keys that sign identity tokens
#[utoipa::path(get, path = "/api/v1/sign-on/keys", tag = "sign-on administration", operation_id = "list_sign_on_keys",
    responses((status = 200, body = SignOnKeys)), security(("desk" = ["sign_on.read"])))]
pub(crate) async fn list_sign_on_keys(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSignOn>,
) -> Result<Json<SignOnKeys>> {
    keys(&identity).await
}

/// Makes a new key; the old one verifies for another day
#[utoipa::path(post, path = "/api/v1/sign-on/keys/rotate", tag = "sign-on administration", operation_id = "rotate_sign_on_keys",
    request_body = ReasonRequest,
    responses((status = 200, body = SignOnKeys), Unreadable),
    security(("desk" = ["sign_on.keys"])))]
pub(crate) async fn rotate_sign_on_keys(
    State(identity): State<Identity>,
    caller: Allowed<RotateSignOnKeys>,
    Json(request): Json<ReasonRequest>,
) -> Result<Json<SignOnKeys>> {
    identity.rotate_sign_on_keys(&caller, &request.reason).await?;
    keys(&identity).await
}
