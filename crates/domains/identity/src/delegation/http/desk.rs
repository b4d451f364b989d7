//! An elder confirms at the window what a child asked for, before a clerk who verifies the identity.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Identity;
use crate::delegation::service::answer::WindowAnswer;
use crate::delegation::service::lists::GrantView;
use crate::permissions::ConfirmGrants;

/// Whose requests.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FindWaitingGrants {
    /// Identity number of the elder at the window.
    #[serde(default)]
    id_number: String,
}

/// Requests that wait for the elder.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingGrants {
    /// Newest first.
    items: Vec<GrantView>,
}

/// Requests that wait for an elder; the look is logged
#[utoipa::path(post, path = "/api/v1/desk/grants/find", tag = "grants", operation_id = "find_waiting_grants", request_body = FindWaitingGrants,
    responses((status = 200, description = "Newest first", body = WaitingGrants), Refused, Unreadable),
    security(("desk" = ["grant.confirm"])))]
pub(crate) async fn find_waiting_grants(
    State(identity): State<Identity>,
    caller: Allowed<ConfirmGrants>,
    Json(body): Json<FindWaitingGrants>,
) -> Result<Json<WaitingGrants>> {
    Ok(Json(WaitingGrants { items: identity.grants_waiting_for(&caller, &body.id_number).await? }))
}

/// The elder agrees at the window
#[utoipa::path(post, path = "/api/v1/desk/grants/{id}/confirm", tag = "grants", operation_id = "confirm_grant_at_window", request_body = WindowAnswer,
    params(("id" = Uuid, Path, description = "Grant")),
    responses(
        (status = 200, description = "The grant as it is now", body = GrantView),
        Refused,
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("desk" = ["grant.confirm"])))]
pub(crate) async fn confirm_grant_at_window(
    State(identity): State<Identity>,
    caller: Allowed<ConfirmGrants>,
    Path(id): Path<Uuid>,
    Json(body): Json<WindowAnswer>,
) -> Result<Json<GrantView>> {
    identity.answer_at_window(&caller, id, body, true).await?;
    Ok(Json(identity.desk_grant(&caller, id).await?))
}

/// The elder does not agree
#[utoipa::path(post, path = "/api/v1/desk/grants/{id}/refuse", tag = "grants", operation_id = "refuse_grant_at_window", request_body = WindowAnswer,
    params(("id" = Uuid, Path, description = "Grant")),
    responses(
        (status = 200, description = "The grant as it is now", body = GrantView),
        Refused,
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("desk" = ["grant.confirm"])))]
pub(crate) async fn refuse_grant_at_window(
    State(identity): State<Identity>,
    caller: Allowed<ConfirmGrants>,
    Path(id): Path<Uuid>,
    Json(body): Json<WindowAnswer>,
) -> Result<Json<GrantView>> {
    identity.answer_at_window(&caller, id, body, false).await?;
    Ok(Json(identity.desk_grant(&caller, id).await?))
}
