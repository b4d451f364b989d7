//! Changing the registry.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::read::SystemView;
use crate::Identity;
use crate::permissions::EditSystems;
use crate::systems::model::{Grant, SystemDraft};
use crate::systems::service::secrets::{IssuedSecret, NewSecret};

/// A change of what is written down.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EditSystem {
    /// Version of the page.
    version: i64,
    #[serde(flatten)]
    draft: SystemDraft,
}

/// Switching on or off.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SwitchSystem {
    /// Version of the page.
    version: i64,
    /// Why, 4 to 200 characters.
    reason: String,
}

/// New grants in place of the old ones.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GrantSystem {
    /// Version of the page.
    version: i64,
    grants: Vec<Grant>,
}

/// The end of a secret.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct EndSecret {
    /// Last moment; now when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<OffsetDateTime>,
}

/// Registers a system, switched off and without a grant.
#[utoipa::path(post, path = "/api/v1/systems", tag = "systems", operation_id = "register_system", params(IdempotencyKey),
    request_body = SystemDraft,
    responses((status = 201, body = SystemView), Refused, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn register_system(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<SystemDraft>,
) -> Result<(StatusCode, Json<SystemView>)> {
    let id = identity.register_system(&caller, draft, key).await?;
    Ok((StatusCode::CREATED, Json(identity.system_view(id).await?)))
}

/// Changes what is written down about a system.
#[utoipa::path(put, path = "/api/v1/systems/{id}", tag = "systems", operation_id = "edit_system",
    params(("id" = Uuid, Path, description = "System")), request_body = EditSystem,
    responses((status = 200, body = SystemView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn edit_system(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(change): Json<EditSystem>,
) -> Result<Json<SystemView>> {
    identity.edit_system(&caller, id, change.version, change.draft).await?;
    Ok(Json(identity.system_view(id).await?))
}

/// Switches a system on.
#[utoipa::path(post, path = "/api/v1/systems/{id}/enable", tag = "systems", operation_id = "enable_system",
    params(("id" = Uuid, Path, description = "System")), request_body = SwitchSystem,
    responses((status = 200, body = SystemView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn enable_system(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(wanted): Json<SwitchSystem>,
) -> Result<Json<SystemView>> {
    identity.switch_system(&caller, id, wanted.version, true, &wanted.reason).await?;
    Ok(Json(identity.system_view(id).await?))
}

/// Switches a system off; its next call is refused.
#[utoipa::path(post, path = "/api/v1/systems/{id}/disable", tag = "systems", operation_id = "disable_system",
    params(("id" = Uuid, Path, description = "System")), request_body = SwitchSystem,
    responses((status = 200, body = SystemView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn disable_system(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(wanted): Json<SwitchSystem>,
) -> Result<Json<SystemView>> {
    identity.switch_system(&caller, id, wanted.version, false, &wanted.reason).await?;
    Ok(Json(identity.system_view(id).await?))
}

/// Replaces the grants of a system.
#[utoipa::path(put, path = "/api/v1/systems/{id}/grants", tag = "systems", operation_id = "grant_system",
    params(("id" = Uuid, Path, description = "System")), request_body = GrantSystem,
    responses((status = 200, body = SystemView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn grant_system(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(wanted): Json<GrantSystem>,
) -> Result<Json<SystemView>> {
    identity.grant_system(&caller, id, wanted.version, wanted.grants).await?;
    Ok(Json(identity.system_view(id).await?))
}

/// Gives a system one more secret; the answer is the only place that shows it.
#[utoipa::path(post, path = "/api/v1/systems/{id}/secrets", tag = "systems", operation_id = "issue_system_secret",
    params(("id" = Uuid, Path, description = "System"), IdempotencyKey), request_body = NewSecret,
    responses((status = 201, body = IssuedSecret), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn issue_system_secret(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(wanted): Json<NewSecret>,
) -> Result<(StatusCode, Json<IssuedSecret>)> {
    Ok((StatusCode::CREATED, Json(identity.issue_secret(&caller, id, wanted, key).await?)))
}

/// Ends a secret, now or at a moment to come.
#[utoipa::path(post, path = "/api/v1/systems/{id}/secrets/{secret}/end", tag = "systems", operation_id = "end_system_secret",
    params(("id" = Uuid, Path, description = "System"), ("secret" = Uuid, Path, description = "Secret")),
    request_body = EndSecret,
    responses((status = 200, body = SystemView), Refused, Absent, Outdated),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn end_system_secret(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path((id, secret)): Path<(Uuid, Uuid)>,
    Json(wanted): Json<EndSecret>,
) -> Result<Json<SystemView>> {
    identity.end_secret(&caller, id, secret, wanted.at).await?;
    Ok(Json(identity.system_view(id).await?))
}
