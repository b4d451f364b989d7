//! Grants for citizens and enterprises: give, ask, answer, change, take back, and who used them.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Identity;
use crate::delegation::service::answer::Answer;
use crate::delegation::service::change::ChangeGrant;
use crate::delegation::service::give::NewGrant;
use crate::delegation::service::lists::{ActingFor, GrantFilter, GrantList, GrantView, UseView};
use crate::permissions::{EditGrants, ReadGrants};

/// For whom the caller may act.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActingForList {
    /// Oneself first.
    items: Vec<ActingFor>,
}

/// For whom the caller may act now
#[utoipa::path(get, path = "/api/v1/portal/me/acting-for", tag = "grants", operation_id = "list_acting_for",
    responses((status = 200, description = "Oneself first", body = ActingForList), Refused),
    security(("portal" = ["grant.read"])))]
pub(crate) async fn list_acting_for(
    State(identity): State<Identity>,
    caller: Allowed<ReadGrants>,
) -> Result<Json<ActingForList>> {
    Ok(Json(ActingForList { items: identity.acting_for(&caller).await? }))
}

/// Grants given and received
#[utoipa::path(get, path = "/api/v1/portal/grants", tag = "grants", operation_id = "list_grants",
    params(GrantFilter),
    responses((status = 200, description = "Newest first", body = GrantList), Malformed, Refused),
    security(("portal" = ["grant.read"])))]
pub(crate) async fn list_grants(
    State(identity): State<Identity>,
    caller: Allowed<ReadGrants>,
    Query(filter): Query<GrantFilter>,
) -> Result<Json<GrantList>> {
    Ok(Json(identity.grants(&caller, &filter).await?))
}

/// Give a grant, or ask for one
#[utoipa::path(post, path = "/api/v1/portal/grants", tag = "grants", operation_id = "create_grant", request_body = NewGrant,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    responses(
        (status = 201, description = "Waiting for the other side", body = GrantView),
        Refused,
        Outdated,
        Unreadable,
    ),
    security(("portal" = ["grant.edit"])))]
pub(crate) async fn create_grant(
    State(identity): State<Identity>,
    caller: Allowed<EditGrants>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewGrant>,
) -> Result<(StatusCode, Json<GrantView>)> {
    let id = identity.give_grant(&caller, body, key).await?;
    Ok((StatusCode::CREATED, Json(identity.grant(&caller, id).await?)))
}

/// One grant
#[utoipa::path(get, path = "/api/v1/portal/grants/{id}", tag = "grants", operation_id = "get_grant",
    params(("id" = Uuid, Path, description = "Grant")),
    responses((status = 200, description = "The grant", body = GrantView), Refused, Absent),
    security(("portal" = ["grant.read"])))]
pub(crate) async fn get_grant(
    State(identity): State<Identity>,
    caller: Allowed<ReadGrants>,
    Path(id): Path<Uuid>,
) -> Result<Json<GrantView>> {
    Ok(Json(identity.grant(&caller, id).await?))
}

/// Change period, items and materials
#[utoipa::path(put, path = "/api/v1/portal/grants/{id}", tag = "grants", operation_id = "change_grant", request_body = ChangeGrant,
    params(("id" = Uuid, Path, description = "Grant")),
    responses(
        (status = 200, description = "The grant as it is now", body = GrantView),
        Refused,
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("portal" = ["grant.edit"])))]
pub(crate) async fn change_grant(
    State(identity): State<Identity>,
    caller: Allowed<EditGrants>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeGrant>,
) -> Result<Json<GrantView>> {
    identity.change_grant(&caller, id, body).await?;
    Ok(Json(identity.grant(&caller, id).await?))
}

/// What somebody does with a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantAct {
    /// Agree.
    Accept,
    /// Not agree.
    Refuse,
    /// Take back, give up, or withdraw the request.
    Revoke,
}

/// Agree, not agree, or end it
#[utoipa::path(post, path = "/api/v1/portal/grants/{id}/{act}", tag = "grants", operation_id = "answer_grant", request_body = Answer,
    params(("id" = Uuid, Path, description = "Grant"), ("act" = inline(GrantAct), Path, description = "What to do with it")),
    responses(
        (status = 200, description = "The grant as it is now", body = GrantView),
        Refused,
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("portal" = ["grant.edit"])))]
pub(crate) async fn answer_grant(
    State(identity): State<Identity>,
    caller: Allowed<EditGrants>,
    Path((id, act)): Path<(Uuid, GrantAct)>,
    Json(answer): Json<Answer>,
) -> Result<Json<GrantView>> {
    match act {
        GrantAct::Accept => identity.accept_grant(&caller, id, answer.version).await?,
        GrantAct::Refuse => identity.refuse_grant(&caller, id, answer).await?,
        GrantAct::Revoke => identity.revoke_grant(&caller, id, answer).await?,
    }
    Ok(Json(identity.grant(&caller, id).await?))
}

/// Every use of a grant
#[utoipa::path(get, path = "/api/v1/portal/grants/{id}/uses", tag = "grants", operation_id = "list_grant_uses",
    params(("id" = Uuid, Path, description = "Grant"), PageQuery),
    responses((status = 200, description = "Newest first", body = List<UseView>), Malformed, Refused, Absent),
    security(("portal" = ["grant.read"])))]
pub(crate) async fn list_grant_uses(
    State(identity): State<Identity>,
    caller: Allowed<ReadGrants>,
    Path(id): Path<Uuid>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<UseView>>> {
    Ok(Json(identity.grant_uses(&caller, id, &page).await?))
}
