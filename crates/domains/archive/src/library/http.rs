//! HTTP of the case library at the desk.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use casework::cases::service::lists::CaseList;
use casework::cases::service::record::Record;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Malformed, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::list::LibraryFilter;
use crate::{Archive, ExportLibrary, ReadLibrary};

pub(crate) fn routes() -> OpenApiRouter<Archive> {
    OpenApiRouter::new()
        .routes(routes!(list_library_cases))
        .routes(routes!(export_library_cases))
        .routes(routes!(get_library_case))
}

/// Records of cases within reach, handed in last first, with counts per state
#[utoipa::path(get, path = "/api/v1/library/cases", tag = "archive", operation_id = "list_library_cases", params(LibraryFilter),
    responses((status = 200, body = CaseList), Malformed, Refused, Unreadable),
    security(("desk" = ["library.read"])))]
async fn list_library_cases(
    State(archive): State<Archive>,
    caller: Allowed<ReadLibrary>,
    Query(filter): Query<LibraryFilter>,
) -> Result<Json<CaseList>> {
    Ok(Json(archive.list_records(&caller, &filter).await?))
}

/// The same as CSV, masked
#[utoipa::path(get, path = "/api/v1/library/cases/export", tag = "archive", operation_id = "export_library_cases", params(LibraryFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["library.export"])))]
async fn export_library_cases(
    State(archive): State<Archive>,
    caller: Allowed<ExportLibrary>,
    Query(filter): Query<LibraryFilter>,
) -> Result<Response> {
    let text = archive.export_records(&caller, &filter).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"case-library.csv\""),
    ];
    Ok((headers, text).into_response())
}

/// The whole record of a case, masked
#[utoipa::path(get, path = "/api/v1/library/cases/{id}", tag = "archive", operation_id = "get_library_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = Record), Refused, Absent),
    security(("desk" = ["library.read"])))]
async fn get_library_case(
    State(archive): State<Archive>,
    caller: Allowed<ReadLibrary>,
    Path(id): Path<Uuid>,
) -> Result<Json<Record>> {
    Ok(Json(archive.record(&caller, id).await?))
}
