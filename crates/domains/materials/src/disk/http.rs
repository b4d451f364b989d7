//! HTTP of the disk.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::files::{self, FileRef};
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, SignedOut, Unreadable};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AddToDisk, ChangeInDisk, CopyOfPaper, DiskDetail, DiskFilter, DiskItem, DiskList, DiskUse, Offers};
use crate::{EditDisk, Materials, ReadDisk};

pub(crate) fn routes() -> OpenApiRouter<Materials> {
    OpenApiRouter::new()
        .routes(routes!(list_my_disk))
        .routes(routes!(add_to_my_disk))
        .routes(routes!(list_my_disk_offers))
        .routes(routes!(get_my_disk_item))
        .routes(routes!(change_my_disk_item))
        .routes(routes!(delete_my_disk_item))
        .routes(routes!(get_my_disk_file))
        .routes(routes!(copy_my_disk_item))
        .routes(routes!(use_my_disk_item))
        .routes(routes!(take_my_disk_item))
}

/// The version read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DiskItemVersion {
    /// Version of the page.
    version: i64,
}

/// For which application.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DiskOfferQuery {
    /// Own draft.
    case_id: Uuid,
}

/// Own papers with counts by category
#[utoipa::path(get, path = "/api/v1/my/disk", tag = "material", operation_id = "list_my_disk", params(DiskFilter),
    responses((status = 200, body = DiskList), Malformed, SignedOut, Unreadable),
    security(("portal" = ["my_disk.read"])))]
async fn list_my_disk(
    State(materials): State<Materials>,
    caller: Allowed<ReadDisk>,
    Query(filter): Query<DiskFilter>,
) -> Result<Json<DiskList>> {
    Ok(Json(materials.disk(&caller, &filter).await?))
}

/// Keep an uploaded file
#[utoipa::path(post, path = "/api/v1/my/disk", tag = "material", operation_id = "add_to_my_disk",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = AddToDisk,
    responses((status = 201, body = DiskItem), SignedOut, Outdated, Unreadable),
    security(("portal" = ["my_disk.edit"])))]
async fn add_to_my_disk(
    State(materials): State<Materials>,
    caller: Allowed<EditDisk>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<AddToDisk>,
) -> Result<(StatusCode, Json<DiskItem>)> {
    Ok((StatusCode::CREATED, Json(materials.add_to_disk(&caller, body, key).await?)))
}

/// What of the own papers suits the materials of an own draft
#[utoipa::path(get, path = "/api/v1/my/disk/offers", tag = "material", operation_id = "list_my_disk_offers",
    params(DiskOfferQuery),
    responses((status = 200, body = Offers), SignedOut, Absent),
    security(("portal" = ["my_disk.read"])))]
async fn list_my_disk_offers(
    State(materials): State<Materials>,
    caller: Allowed<ReadDisk>,
    Query(query): Query<DiskOfferQuery>,
) -> Result<Json<Offers>> {
    Ok(Json(materials.disk_offers(&caller, query.case_id).await?))
}

/// One own paper with its versions and who looked at it
#[utoipa::path(get, path = "/api/v1/my/disk/{id}", tag = "material", operation_id = "get_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper")),
    responses((status = 200, body = DiskDetail), SignedOut, Absent),
    security(("portal" = ["my_disk.read"])))]
async fn get_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<ReadDisk>,
    Path(id): Path<Uuid>,
) -> Result<Json<DiskDetail>> {
    Ok(Json(materials.disk_item(&caller, id).await?))
}

/// Rename or move an own paper, exchange the file of an own upload
#[utoipa::path(put, path = "/api/v1/my/disk/{id}", tag = "material", operation_id = "change_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper")), request_body = ChangeInDisk,
    responses((status = 200, body = DiskItem), SignedOut, Absent, Outdated, Unreadable),
    security(("portal" = ["my_disk.edit"])))]
async fn change_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<EditDisk>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeInDisk>,
) -> Result<Json<DiskItem>> {
    Ok(Json(materials.change_in_disk(&caller, id, body).await?))
}

/// Take a paper out of the disk
#[utoipa::path(delete, path = "/api/v1/my/disk/{id}", tag = "material", operation_id = "delete_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper"), DiskItemVersion),
    responses((status = 204), SignedOut, Absent, Outdated),
    security(("portal" = ["my_disk.edit"])))]
async fn delete_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<EditDisk>,
    Path(id): Path<Uuid>,
    Query(query): Query<DiskItemVersion>,
) -> Result<StatusCode> {
    materials.delete_from_disk(&caller, id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look at an own paper
#[utoipa::path(get, path = "/api/v1/my/disk/{id}/file", tag = "material", operation_id = "get_my_disk_file",
    params(("id" = Uuid, Path, description = "Paper")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), SignedOut, Absent),
    security(("portal" = ["my_disk.read"])))]
async fn get_my_disk_file(
    State(materials): State<Materials>,
    caller: Allowed<ReadDisk>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    materials.disk_file(&caller, id).await
}

/// A copy to take away, with who, when and what for on every page
#[utoipa::path(post, path = "/api/v1/my/disk/{id}/copy", tag = "material", operation_id = "copy_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper")), request_body = CopyOfPaper,
    responses(
        (status = 200, description = "The copy", content_type = "application/pdf"),
        SignedOut,
        Absent,
        Unreadable,
    ),
    security(("portal" = ["my_disk.read"])))]
async fn copy_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<ReadDisk>,
    Path(id): Path<Uuid>,
    Json(body): Json<CopyOfPaper>,
) -> Result<Response> {
    let (file, bytes) = materials.copy_from_disk(&caller, id, &body.purpose).await?;
    Ok(files::respond(&file, bytes))
}

/// Hand an own paper in for a material of an own application
#[utoipa::path(post, path = "/api/v1/my/disk/{id}/use", tag = "material", operation_id = "use_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper")), request_body = DiskUse,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_disk.edit"])))]
async fn use_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<EditDisk>,
    Path(id): Path<Uuid>,
    Json(body): Json<DiskUse>,
) -> Result<StatusCode> {
    materials.use_from_disk(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An own paper as an uploaded file, to be sent with a correction
#[utoipa::path(post, path = "/api/v1/my/disk/{id}/take", tag = "material", operation_id = "take_my_disk_item",
    params(("id" = Uuid, Path, description = "Paper")),
    responses((status = 201, body = FileRef), Refused, Absent, Outdated),
    security(("portal" = ["my_disk.edit"])))]
async fn take_my_disk_item(
    State(materials): State<Materials>,
    caller: Allowed<EditDisk>,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<FileRef>)> {
    Ok((StatusCode::CREATED, Json(materials.take_from_disk(&caller, id).await?)))
}
