//! HTTP of own files.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{AddOwnMaterial, ChangeOwnMaterial, OwnMaterial, OwnMaterialFilter};
use crate::{Approval, OwnMaterials};

pub(crate) fn routes() -> OpenApiRouter<Approval> {
    OpenApiRouter::new()
        .routes(routes!(list_own_materials))
        .routes(routes!(add_own_material))
        .routes(routes!(change_own_material))
        .routes(routes!(delete_own_material))
        .routes(routes!(get_own_material_file))
}

/// The version read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OwnMaterialVersion {
    /// Version of the page.
    version: i64,
}

/// Own files
#[utoipa::path(get, path = "/api/v1/own-materials", tag = "approval", operation_id = "list_own_materials",
    params(OwnMaterialFilter),
    responses((status = 200, body = List<OwnMaterial>), Refused),
    security(("desk" = ["own_material.edit"])))]
async fn list_own_materials(
    State(approval): State<Approval>,
    caller: Allowed<OwnMaterials>,
    Query(query): Query<OwnMaterialFilter>,
) -> Result<Json<List<OwnMaterial>>> {
    Ok(Json(approval.own_materials(&caller, &query).await?))
}

/// Keep an uploaded file
#[utoipa::path(post, path = "/api/v1/own-materials", tag = "approval", operation_id = "add_own_material",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = AddOwnMaterial,
    responses((status = 201, body = OwnMaterial), Refused, Outdated, Unreadable),
    security(("desk" = ["own_material.edit"])))]
async fn add_own_material(
    State(approval): State<Approval>,
    caller: Allowed<OwnMaterials>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<AddOwnMaterial>,
) -> Result<(StatusCode, Json<OwnMaterial>)> {
    Ok((StatusCode::CREATED, Json(approval.add_own_material(&caller, body, key).await?)))
}

/// Change name or note of an own file
#[utoipa::path(put, path = "/api/v1/own-materials/{id}", tag = "approval", operation_id = "change_own_material",
    params(("id" = Uuid, Path, description = "Material")),
    request_body = ChangeOwnMaterial,
    responses((status = 200, body = OwnMaterial), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["own_material.edit"])))]
async fn change_own_material(
    State(approval): State<Approval>,
    caller: Allowed<OwnMaterials>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeOwnMaterial>,
) -> Result<Json<OwnMaterial>> {
    Ok(Json(approval.change_own_material(&caller, id, body).await?))
}

/// Delete an own file
#[utoipa::path(delete, path = "/api/v1/own-materials/{id}", tag = "approval", operation_id = "delete_own_material",
    params(("id" = Uuid, Path, description = "Material"), OwnMaterialVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["own_material.edit"])))]
async fn delete_own_material(
    State(approval): State<Approval>,
    caller: Allowed<OwnMaterials>,
    Path(id): Path<Uuid>,
    Query(query): Query<OwnMaterialVersion>,
) -> Result<StatusCode> {
    approval.delete_own_material(&caller, id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open an own file
#[utoipa::path(get, path = "/api/v1/own-materials/{id}/file", tag = "approval", operation_id = "get_own_material_file",
    params(("id" = Uuid, Path, description = "Material")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["own_material.edit"])))]
async fn get_own_material_file(
    State(approval): State<Approval>,
    caller: Allowed<OwnMaterials>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    approval.own_material_file(&caller, id).await
}
