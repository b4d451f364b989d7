//! HTTP of the material centre.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::files;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{MaterialDetail, MaterialFilter, MaterialView, MaterialWords, OpenMaterial, UseMaterial};
use crate::{ExportMaterials, Materials, PullMaterials, ReadMaterials, RevealMaterials};

pub(crate) fn routes() -> OpenApiRouter<Materials> {
    OpenApiRouter::new()
        .routes(routes!(list_materials))
        .routes(routes!(export_materials))
        .routes(routes!(get_material_words))
        .routes(routes!(get_material))
        .routes(routes!(open_material))
        .routes(routes!(use_material))
}

/// Whose paper it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfHolder {
    /// The holder's whole number, for a paper the own side did not bring.
    number: Option<String>,
}

/// Kept papers, masked, added last first
#[utoipa::path(get, path = "/api/v1/materials", tag = "material", operation_id = "list_materials", params(MaterialFilter),
    responses((status = 200, body = List<MaterialView>), Malformed, Refused, Unreadable),
    security(("desk" = ["material.read"])))]
async fn list_materials(
    State(materials): State<Materials>,
    caller: Allowed<ReadMaterials>,
    Query(filter): Query<MaterialFilter>,
) -> Result<Json<List<MaterialView>>> {
    Ok(Json(materials.materials(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/materials/export", tag = "material", operation_id = "export_materials", params(MaterialFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["material.export"])))]
async fn export_materials(
    State(materials): State<Materials>,
    caller: Allowed<ExportMaterials>,
    Query(filter): Query<MaterialFilter>,
) -> Result<Response> {
    let head = [
        "材料名称",
        "类别",
        "持有人",
        "证件号码",
        "来源",
        "来源名称",
        "有效期至",
        "有效情况",
        "版本数",
        "更新时间",
        "SM3 摘要",
    ];
    Ok(csv::file("materials.csv", &head, materials.export_materials(&caller, &filter).await?))
}

/// Categories, kinds, sources and bodies to choose from
#[utoipa::path(get, path = "/api/v1/materials/words", tag = "material", operation_id = "get_material_words",
    responses((status = 200, body = MaterialWords), Refused),
    security(("desk" = ["material.read"])))]
async fn get_material_words(
    State(materials): State<Materials>,
    _caller: Allowed<ReadMaterials>,
) -> Result<Json<MaterialWords>> {
    Ok(Json(materials.choices().await?))
}

/// One kept paper, masked, with its versions and who opened it
#[utoipa::path(get, path = "/api/v1/materials/{id}", tag = "material", operation_id = "get_material",
    params(("id" = Uuid, Path, description = "Paper"), OfHolder),
    responses((status = 200, body = MaterialDetail), Refused, Absent),
    security(("desk" = ["material.read"])))]
async fn get_material(
    State(materials): State<Materials>,
    caller: Allowed<ReadMaterials>,
    Path(id): Path<Uuid>,
    Query(query): Query<OfHolder>,
) -> Result<Json<MaterialDetail>> {
    Ok(Json(materials.material(&caller, id, query.number.as_deref()).await?))
}

/// The paper itself, with a reason; logged and shown to its owner
#[utoipa::path(post, path = "/api/v1/materials/{id}/open", tag = "material", operation_id = "open_material",
    params(("id" = Uuid, Path, description = "Paper")), request_body = OpenMaterial,
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        Refused,
        Absent,
        Unreadable,
    ),
    security(("desk" = ["material.reveal"])))]
async fn open_material(
    State(materials): State<Materials>,
    caller: Allowed<RevealMaterials>,
    Path(id): Path<Uuid>,
    Json(body): Json<OpenMaterial>,
) -> Result<Response> {
    let (file, bytes) = materials.open_material(&caller, id, body).await?;
    Ok(files::respond(&file, bytes))
}

/// Put a kept paper of its applicant into a material of a case
#[utoipa::path(post, path = "/api/v1/materials/{id}/use", tag = "material", operation_id = "use_material",
    params(("id" = Uuid, Path, description = "Paper")), request_body = UseMaterial,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["material.pull"])))]
async fn use_material(
    State(materials): State<Materials>,
    caller: Allowed<PullMaterials>,
    Path(id): Path<Uuid>,
    Json(body): Json<UseMaterial>,
) -> Result<StatusCode> {
    materials.use_material(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
