//! HTTP of signatures and opinions written by hand.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{ChangeDrawing, NewSignature, NewWrittenOpinion, OwnDrawing, Sort};
use crate::{Approval, OwnDrawings};

pub(crate) fn routes() -> OpenApiRouter<Approval> {
    OpenApiRouter::new()
        .routes(routes!(list_signatures))
        .routes(routes!(add_signature))
        .routes(routes!(change_signature))
        .routes(routes!(enable_signature))
        .routes(routes!(disable_signature))
        .routes(routes!(delete_signature))
        .routes(routes!(get_signature_picture))
        .routes(routes!(list_written_opinions))
        .routes(routes!(add_written_opinion))
        .routes(routes!(change_written_opinion))
        .routes(routes!(delete_written_opinion))
        .routes(routes!(get_written_opinion_picture))
}

/// The version read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DrawingVersion {
    /// Version of the page.
    version: i64,
}

/// Switches a signature.
#[derive(Debug, Deserialize, ToSchema)]
struct SwitchSignature {
    /// Version of the page.
    version: i64,
}

/// Own signatures
#[utoipa::path(get, path = "/api/v1/signatures", tag = "approval", operation_id = "list_signatures",
    responses((status = 200, body = List<OwnDrawing>), Refused),
    security(("desk" = ["drawing.own"])))]
async fn list_signatures(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
) -> Result<Json<List<OwnDrawing>>> {
    Ok(Json(approval.own_drawings(&caller, Sort::Signature).await?))
}

/// Keep a new signature
#[utoipa::path(post, path = "/api/v1/signatures", tag = "approval", operation_id = "add_signature",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewSignature,
    responses((status = 201, body = OwnDrawing), Refused, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn add_signature(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewSignature>,
) -> Result<(StatusCode, Json<OwnDrawing>)> {
    Ok((StatusCode::CREATED, Json(approval.add_signature(&caller, body, key).await?)))
}

/// Change a signature
#[utoipa::path(put, path = "/api/v1/signatures/{id}", tag = "approval", operation_id = "change_signature",
    params(("id" = Uuid, Path, description = "Signature")),
    request_body = ChangeDrawing,
    responses((status = 200, body = OwnDrawing), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn change_signature(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeDrawing>,
) -> Result<Json<OwnDrawing>> {
    Ok(Json(approval.change_drawing(&caller, Sort::Signature, id, body).await?))
}

/// Switch a signature on
#[utoipa::path(post, path = "/api/v1/signatures/{id}/enable", tag = "approval", operation_id = "enable_signature",
    params(("id" = Uuid, Path, description = "Signature")),
    request_body = SwitchSignature,
    responses((status = 200, body = OwnDrawing), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn enable_signature(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Json(body): Json<SwitchSignature>,
) -> Result<Json<OwnDrawing>> {
    Ok(Json(approval.switch_signature(&caller, id, body.version, true).await?))
}

/// Switch a signature off
#[utoipa::path(post, path = "/api/v1/signatures/{id}/disable", tag = "approval", operation_id = "disable_signature",
    params(("id" = Uuid, Path, description = "Signature")),
    request_body = SwitchSignature,
    responses((status = 200, body = OwnDrawing), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn disable_signature(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Json(body): Json<SwitchSignature>,
) -> Result<Json<OwnDrawing>> {
    Ok(Json(approval.switch_signature(&caller, id, body.version, false).await?))
}

/// Delete a signature
#[utoipa::path(delete, path = "/api/v1/signatures/{id}", tag = "approval", operation_id = "delete_signature",
    params(("id" = Uuid, Path, description = "Signature"), DrawingVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["drawing.own"])))]
async fn delete_signature(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Query(query): Query<DrawingVersion>,
) -> Result<StatusCode> {
    approval.delete_drawing(&caller, Sort::Signature, id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Picture of an own signature
#[utoipa::path(get, path = "/api/v1/signatures/{id}/picture", tag = "approval", operation_id = "get_signature_picture",
    params(("id" = Uuid, Path, description = "Signature")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["drawing.own"])))]
async fn get_signature_picture(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    approval.drawing_picture(&caller, Sort::Signature, id).await
}

/// Own opinions written by hand
#[utoipa::path(get, path = "/api/v1/written-opinions", tag = "approval", operation_id = "list_written_opinions",
    responses((status = 200, body = List<OwnDrawing>), Refused),
    security(("desk" = ["drawing.own"])))]
async fn list_written_opinions(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
) -> Result<Json<List<OwnDrawing>>> {
    Ok(Json(approval.own_drawings(&caller, Sort::Opinion).await?))
}

/// Keep a new opinion written by hand
#[utoipa::path(post, path = "/api/v1/written-opinions", tag = "approval", operation_id = "add_written_opinion",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewWrittenOpinion,
    responses((status = 201, body = OwnDrawing), Refused, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn add_written_opinion(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewWrittenOpinion>,
) -> Result<(StatusCode, Json<OwnDrawing>)> {
    Ok((StatusCode::CREATED, Json(approval.add_opinion(&caller, body, key).await?)))
}

/// Change an opinion written by hand
#[utoipa::path(put, path = "/api/v1/written-opinions/{id}", tag = "approval", operation_id = "change_written_opinion",
    params(("id" = Uuid, Path, description = "Opinion")),
    request_body = ChangeDrawing,
    responses((status = 200, body = OwnDrawing), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["drawing.own"])))]
async fn change_written_opinion(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeDrawing>,
) -> Result<Json<OwnDrawing>> {
    Ok(Json(approval.change_drawing(&caller, Sort::Opinion, id, body).await?))
}

/// Delete an opinion written by hand
#[utoipa::path(delete, path = "/api/v1/written-opinions/{id}", tag = "approval", operation_id = "delete_written_opinion",
    params(("id" = Uuid, Path, description = "Opinion"), DrawingVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["drawing.own"])))]
async fn delete_written_opinion(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
    Query(query): Query<DrawingVersion>,
) -> Result<StatusCode> {
    approval.delete_drawing(&caller, Sort::Opinion, id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Picture of an own opinion
#[utoipa::path(get, path = "/api/v1/written-opinions/{id}/picture", tag = "approval", operation_id = "get_written_opinion_picture",
    params(("id" = Uuid, Path, description = "Opinion")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["drawing.own"])))]
async fn get_written_opinion_picture(
    State(approval): State<Approval>,
    caller: Allowed<OwnDrawings>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    approval.drawing_picture(&caller, Sort::Opinion, id).await
}
