//! HTTP of archivable files.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Refused, Unreadable};
use platform::{Problem, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::list::{Download, SetFilter, SetView};
use crate::{Archive, DownloadSets, MakeSets, ReadSets};

pub(crate) fn routes() -> OpenApiRouter<Archive> {
    OpenApiRouter::new()
        .routes(routes!(list_archive_sets))
        .routes(routes!(export_archive_sets))
        .routes(routes!(make_missing_archive_sets))
        .routes(routes!(get_archive_set))
        .routes(routes!(download_archive_set))
}

/// Archivable files of cases within reach, made last first
#[utoipa::path(get, path = "/api/v1/archive-sets", tag = "archive", operation_id = "list_archive_sets", params(SetFilter),
    responses((status = 200, body = List<SetView>), Malformed, Refused, Unreadable),
    security(("desk" = ["archive.read"])))]
async fn list_archive_sets(
    State(archive): State<Archive>,
    caller: Allowed<ReadSets>,
    Query(filter): Query<SetFilter>,
) -> Result<Json<List<SetView>>> {
    Ok(Json(archive.list_sets(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/archive-sets/export", tag = "archive", operation_id = "export_archive_sets", params(SetFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["archive.read"])))]
async fn export_archive_sets(
    State(archive): State<Archive>,
    caller: Allowed<ReadSets>,
    Query(filter): Query<SetFilter>,
) -> Result<Response> {
    let head = [
        "办件编号",
        "事项",
        "办理部门",
        "办件状态",
        "办结时间",
        "归档文件形成时间",
        "文件数",
        "字节数",
        "SM3 摘要",
        "接续的归档文件摘要",
    ];
    Ok(csv::file("archive-sets.csv", &head, archive.export_sets(&caller, &filter).await?))
}

/// Have the files made of ended cases that have none; they are made by jobs
#[utoipa::path(post, path = "/api/v1/archive-sets/make-missing", tag = "archive", operation_id = "make_missing_archive_sets",
    responses((status = 202), Refused),
    security(("desk" = ["archive.make"])))]
async fn make_missing_archive_sets(State(archive): State<Archive>, caller: Allowed<MakeSets>) -> Result<StatusCode> {
    archive.make_missing(&caller).await?;
    Ok(StatusCode::ACCEPTED)
}

/// One archivable file with its parts
#[utoipa::path(get, path = "/api/v1/archive-sets/{id}", tag = "archive", operation_id = "get_archive_set",
    params(("id" = Uuid, Path, description = "Archivable file")),
    responses((status = 200, body = SetView), Refused, Absent),
    security(("desk" = ["archive.read"])))]
async fn get_archive_set(
    State(archive): State<Archive>,
    caller: Allowed<ReadSets>,
    Path(id): Path<Uuid>,
) -> Result<Json<SetView>> {
    Ok(Json(archive.set(&caller, id).await?))
}

/// The file itself, with a reason; logged
#[utoipa::path(post, path = "/api/v1/archive-sets/{id}/download", tag = "archive", operation_id = "download_archive_set",
    params(("id" = Uuid, Path, description = "Archivable file")), request_body = Download,
    responses((status = 200, content_type = "application/zip"), Refused, Absent, Unreadable),
    security(("desk" = ["archive.download"])))]
async fn download_archive_set(
    State(archive): State<Archive>,
    caller: Allowed<DownloadSets>,
    Path(id): Path<Uuid>,
    Json(body): Json<Download>,
) -> Result<Response> {
    let (file, bytes) = archive.download_set(&caller, id, &body.reason).await?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name.replace('"', "")))
        .map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
