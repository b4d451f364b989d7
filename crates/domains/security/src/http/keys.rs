//! Keys at the desk.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Security;
use crate::keys::KeyState;
use crate::keys::life::Counted;
use crate::permissions::{ApproveKeys, MakeKeys, ReadKeys};

/// The cryptography provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderView {
    name: String,
    certified: bool,
    algorithms: Vec<&'static str>,
}

/// What may be done with a key now.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyCan {
    activate: bool,
    revoke: bool,
    destroy: bool,
}

/// A key; never its bytes.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyView {
    id: String,
    purpose: String,
    purpose_label: &'static str,
    algorithm: String,
    state: String,
    state_label: &'static str,
    made_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    made_at: OffsetDateTime,
    activated_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<OffsetDateTime>,
    /// Values sealed with it.
    sealed_values: i64,
    version: i64,
    can: KeyCan,
}

/// A change of keys under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotationView {
    key_id: String,
    total: i64,
    done: i64,
    left: i64,
    /// `running` or `done`.
    state: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<OffsetDateTime>,
}

/// The keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    provider: ProviderView,
    items: Vec<KeyView>,
    rotation: Option<RotationView>,
}

pub(super) fn provider(security: &Security) -> ProviderView {
    let about = security.platform.crypto.provider().describe();
    ProviderView { name: about.name, certified: about.certified, algorithms: about.algorithms }
}

fn key_view(caller: &Principal, key: Counted) -> KeyView {
    let Counted { row, values } = key;
    let waits = ["made", "retired"].contains(&row.state.as_str());
    KeyView {
        can: KeyCan {
            activate: caller.may("key.approve") && waits && row.made_by != Some(caller.id),
            revoke: caller.may("key.approve") && waits,
            destroy: caller.may("key.make") && row.state == "revoked" && values == 0,
        },
        purpose_label: "字段加密",
        state_label: KeyState::label(&row.state),
        id: row.id,
        purpose: row.purpose,
        algorithm: row.algorithm,
        state: row.state,
        made_by: row.made_by_name,
        made_at: row.made_at,
        activated_by: row.activated_by_name,
        activated_at: row.activated_at,
        ended_at: row.ended_at,
        sealed_values: values,
        version: row.version,
    }
}

async fn one(security: &Security, caller: &Principal, id: &str) -> Result<Json<KeyView>> {
    let found = security.keys().await?.into_iter().find(|key| key.row.id == id);
    found.map(|key| Json(key_view(caller, key))).ok_or_else(|| platform::Problem::not_found("没有这把密钥。"))
}

/// Keys and the change under way.
#[utoipa::path(get, path = "/api/v1/security/keys", tag = "security", operation_id = "list_keys",
    responses((status = 200, body = Keys), Refused),
    security(("desk" = ["key.read"])))]
pub(crate) async fn list_keys(State(security): State<Security>, caller: Allowed<ReadKeys>) -> Result<Json<Keys>> {
    let items = security.keys().await?.into_iter().map(|key| key_view(&caller, key)).collect();
    let rotation = security.rotation().await?.map(|row| RotationView {
        left: (row.total - row.done).max(0),
        key_id: row.key_id,
        total: row.total,
        done: row.done,
        state: row.state,
        started_at: row.started_at,
        finished_at: row.finished_at,
    });
    Ok(Json(Keys { provider: provider(&security), items, rotation }))
}

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MakeKeyRequest {
    reason: String,
}

/// Why, on which version.
#[derive(Deserialize, ToSchema)]
pub(crate) struct KeyActRequest {
    version: i64,
    reason: String,
}

/// Make a field key.
#[utoipa::path(post, path = "/api/v1/security/keys", tag = "security", operation_id = "make_key", params(IdempotencyKey), request_body = MakeKeyRequest,
    responses((status = 201, body = KeyView), Refused, Unreadable),
    security(("desk" = ["key.make"])))]
pub(crate) async fn make_key(
    State(security): State<Security>,
    caller: Allowed<MakeKeys>,
    IdempotencyKey(once): IdempotencyKey,
    Json(request): Json<MakeKeyRequest>,
) -> Result<(StatusCode, Json<KeyView>)> {
    let id = security.make_key(&caller, &request.reason, once).await?;
    Ok((StatusCode::CREATED, one(&security, &caller, &id).await?))
}

/// Seal with this key from now on; old values are sealed anew in the background.
#[utoipa::path(post, path = "/api/v1/security/keys/{id}/activate", tag = "security", operation_id = "activate_key",
    params(("id" = String, Path, description = "Key")), request_body = KeyActRequest,
    responses((status = 200, body = KeyView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["key.approve"])))]
pub(crate) async fn activate_key(
    State(security): State<Security>,
    caller: Allowed<ApproveKeys>,
    Path(id): Path<String>,
    Json(request): Json<KeyActRequest>,
) -> Result<Json<KeyView>> {
    security.activate_key(&caller, &id, request.version, &request.reason).await?;
    one(&security, &caller, &id).await
}

/// Take a key out of use.
#[utoipa::path(post, path = "/api/v1/security/keys/{id}/revoke", tag = "security", operation_id = "revoke_key",
    params(("id" = String, Path, description = "Key")), request_body = KeyActRequest,
    responses((status = 200, body = KeyView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["key.approve"])))]
pub(crate) async fn revoke_key(
    State(security): State<Security>,
    caller: Allowed<ApproveKeys>,
    Path(id): Path<String>,
    Json(request): Json<KeyActRequest>,
) -> Result<Json<KeyView>> {
    security.revoke_key(&caller, &id, request.version, &request.reason).await?;
    one(&security, &caller, &id).await
}

/// Destroy a revoked key.
#[utoipa::path(post, path = "/api/v1/security/keys/{id}/destroy", tag = "security", operation_id = "destroy_key",
    params(("id" = String, Path, description = "Key")), request_body = KeyActRequest,
    responses((status = 200, body = KeyView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["key.make"])))]
pub(crate) async fn destroy_key(
    State(security): State<Security>,
    caller: Allowed<MakeKeys>,
    Path(id): Path<String>,
    Json(request): Json<KeyActRequest>,
) -> Result<Json<KeyView>> {
    security.destroy_key(&caller, &id, request.version, &request.reason).await?;
    one(&security, &caller, &id).await
}
