//! HTTP of what handling adds to a case.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{AddHandling, ChangeHandling, DeleteHandling, HandlingMaterial};
use crate::{Approval, EditHandling, ReadHandling};

pub(crate) fn routes() -> OpenApiRouter<Approval> {
    OpenApiRouter::new()
        .routes(routes!(list_handling_materials))
        .routes(routes!(add_handling_material))
        .routes(routes!(change_handling_material))
        .routes(routes!(delete_handling_material))
        .routes(routes!(get_handling_material_file))
}

/// What handling added to a case
#[utoipa::path(get, path = "/api/v1/cases/{id}/handling-materials", tag = "approval", operation_id = "list_handling_materials",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = List<HandlingMaterial>), Refused, Absent),
    security(("desk" = ["handling_material.read"])))]
async fn list_handling_materials(
    State(approval): State<Approval>,
    caller: Allowed<ReadHandling>,
    Path(id): Path<Uuid>,
) -> Result<Json<List<HandlingMaterial>>> {
    Ok(Json(approval.handling_materials(&caller, id).await?))
}

/// Add a file or a note to the handling of a case
#[utoipa::path(post, path = "/api/v1/cases/{id}/handling-materials", tag = "approval", operation_id = "add_handling_material",
    params(("id" = Uuid, Path, description = "Case"), ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = AddHandling,
    responses((status = 201, body = HandlingMaterial), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["handling_material.edit"])))]
async fn add_handling_material(
    State(approval): State<Approval>,
    caller: Allowed<EditHandling>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<AddHandling>,
) -> Result<(StatusCode, Json<HandlingMaterial>)> {
    Ok((StatusCode::CREATED, Json(approval.add_handling(&caller, id, body, key).await?)))
}

/// Change, or replace the file of, what one added
#[utoipa::path(put, path = "/api/v1/cases/{id}/handling-materials/{material}", tag = "approval", operation_id = "change_handling_material",
    params(("id" = Uuid, Path, description = "Case"), ("material" = Uuid, Path, description = "Material")),
    request_body = ChangeHandling,
    responses((status = 200, body = HandlingMaterial), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["handling_material.edit"])))]
async fn change_handling_material(
    State(approval): State<Approval>,
    caller: Allowed<EditHandling>,
    Path((id, material)): Path<(Uuid, Uuid)>,
    Json(body): Json<ChangeHandling>,
) -> Result<Json<HandlingMaterial>> {
    Ok(Json(approval.change_handling(&caller, id, material, body).await?))
}

/// Delete what one added, with a reason
#[utoipa::path(post, path = "/api/v1/cases/{id}/handling-materials/{material}/delete", tag = "approval", operation_id = "delete_handling_material",
    params(("id" = Uuid, Path, description = "Case"), ("material" = Uuid, Path, description = "Material")),
    request_body = DeleteHandling,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["handling_material.edit"])))]
async fn delete_handling_material(
    State(approval): State<Approval>,
    caller: Allowed<EditHandling>,
    Path((id, material)): Path<(Uuid, Uuid)>,
    Json(body): Json<DeleteHandling>,
) -> Result<StatusCode> {
    approval.delete_handling(&caller, id, material, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a file that handling added
#[utoipa::path(get, path = "/api/v1/cases/{id}/handling-materials/{material}/file", tag = "approval", operation_id = "get_handling_material_file",
    params(("id" = Uuid, Path, description = "Case"), ("material" = Uuid, Path, description = "Material")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["handling_material.read"])))]
async fn get_handling_material_file(
    State(approval): State<Approval>,
    caller: Allowed<ReadHandling>,
    Path((id, material)): Path<(Uuid, Uuid)>,
) -> Result<Response> {
    approval.handling_file(&caller, id, material).await
}
