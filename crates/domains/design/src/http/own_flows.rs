//! Flows that a body draws for itself (FORM-031).

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::change::{DisableDefinition, DiscardDefinitionDraft};
use super::read::{Definition, whole_of};
use crate::Library;
use crate::library::{OwnFlowLine, SavedDraft};
use crate::permissions::DesignOwnFlows;

/// Part of an item's name.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct OwnFlowQuery {
    /// Part of an item's name.
    q: String,
}

/// The item whose flow is adapted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BeginOwnFlow {
    item: String,
}

/// A publication of an own flow.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PublishOwnFlow {
    revision: i64,
    /// What changed, for the history.
    #[serde(default)]
    note: String,
}

/// Items of one's part with their own flows.
#[utoipa::path(get, path = "/api/v1/design/own-flows", tag = "design", operation_id = "list_own_flows",
    params(OwnFlowQuery, PageQuery),
    responses((status = 200, body = List<OwnFlowLine>), Malformed, Refused),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn list_own_flows(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Query(query): Query<OwnFlowQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<OwnFlowLine>>> {
    Ok(Json(library.own_flows(&caller, &query.q, &page).await?))
}

/// Begins an own flow with a copy of the item's.
#[utoipa::path(post, path = "/api/v1/design/own-flows", tag = "design", operation_id = "begin_own_flow",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = BeginOwnFlow,
    responses((status = 201, body = Definition), Refused, Absent, Outdated),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn begin_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    IdempotencyKey(key): IdempotencyKey,
    Json(asked): Json<BeginOwnFlow>,
) -> Result<(StatusCode, Json<Definition>)> {
    let id = library.begin_own_flow(&caller, &asked.item, key).await?;
    Ok((StatusCode::CREATED, Json(own(&library, &caller, id).await?)))
}

async fn own(library: &Library, caller: &Allowed<DesignOwnFlows>, id: Uuid) -> Result<Definition> {
    let row = library.own_entry(caller, id).await?;
    whole_of(library, caller, row).await
}

/// Saves the draft of an own flow, also one with findings.
#[utoipa::path(put, path = "/api/v1/design/own-flows/{id}/draft", tag = "design", operation_id = "save_own_flow",
    params(("id" = Uuid, Path)), request_body = SavedDraft,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn save_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Path(id): Path<Uuid>,
    Json(draft): Json<SavedDraft>,
) -> Result<Json<Definition>> {
    library.save_own_flow(&caller, id, draft).await?;
    Ok(Json(own(&library, &caller, id).await?))
}

/// Drops the draft of an own flow; one never published goes away whole.
#[utoipa::path(delete, path = "/api/v1/design/own-flows/{id}/draft", tag = "design", operation_id = "discard_own_flow",
    params(("id" = Uuid, Path)), request_body = DiscardDefinitionDraft,
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn discard_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Path(id): Path<Uuid>,
    Json(asked): Json<DiscardDefinitionDraft>,
) -> Result<StatusCode> {
    library.discard_own_flow(&caller, id, asked.revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes an own flow; cases accepted from now on take it.
#[utoipa::path(post, path = "/api/v1/design/own-flows/{id}/publish", tag = "design", operation_id = "publish_own_flow",
    params(("id" = Uuid, Path)), request_body = PublishOwnFlow,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn publish_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Path(id): Path<Uuid>,
    Json(asked): Json<PublishOwnFlow>,
) -> Result<Json<Definition>> {
    library.publish_own_flow(&caller, id, asked.revision, &asked.note).await?;
    Ok(Json(own(&library, &caller, id).await?))
}

/// Takes an own flow out of use: cases take the item's flow.
#[utoipa::path(post, path = "/api/v1/design/own-flows/{id}/disable", tag = "design", operation_id = "disable_own_flow",
    params(("id" = Uuid, Path)), request_body = DisableDefinition,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn disable_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Path(id): Path<Uuid>,
    Json(asked): Json<DisableDefinition>,
) -> Result<Json<Definition>> {
    library.switch_own_flow(&caller, id, true, &asked.reason).await?;
    Ok(Json(own(&library, &caller, id).await?))
}

/// Brings an own flow back into use.
#[utoipa::path(post, path = "/api/v1/design/own-flows/{id}/enable", tag = "design", operation_id = "enable_own_flow",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Definition), Refused, Absent, Outdated),
    security(("desk" = ["flow.own"])))]
pub(crate) async fn enable_own_flow(
    State(library): State<Library>,
    caller: Allowed<DesignOwnFlows>,
    Path(id): Path<Uuid>,
) -> Result<Json<Definition>> {
    library.switch_own_flow(&caller, id, false, "").await?;
    Ok(Json(own(&library, &caller, id).await?))
}
