//! HTTP of years.

use axum::extract::State;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{By, CheckedYear, Close, Reopen, YearFilter, YearView};
use crate::{Archive, CloseYears, ReadYears};

pub(crate) fn routes() -> OpenApiRouter<Archive> {
    OpenApiRouter::new()
        .routes(routes!(list_case_years))
        .routes(routes!(get_case_year))
        .routes(routes!(close_case_year))
        .routes(routes!(reopen_case_year))
}

/// Years of cases with their numbers and state, the newest first (OPS-016)
#[utoipa::path(get, path = "/api/v1/case-years", tag = "archive", operation_id = "list_case_years", params(YearFilter),
    responses((status = 200, body = List<YearView>), Refused),
    security(("desk" = ["year.read"])))]
async fn list_case_years(
    State(archive): State<Archive>,
    _caller: Allowed<ReadYears>,
    Query(filter): Query<YearFilter>,
) -> Result<Json<List<YearView>>> {
    Ok(Json(archive.list_years(&filter).await?))
}

/// A year with what stands between it and its closing
#[utoipa::path(get, path = "/api/v1/case-years/{year}", tag = "archive", operation_id = "get_case_year",
    params(("year" = i32, Path, description = "Year")),
    responses((status = 200, body = CheckedYear), Refused, Absent),
    security(("desk" = ["year.read"])))]
async fn get_case_year(
    State(archive): State<Archive>,
    _caller: Allowed<ReadYears>,
    Path(year): Path<i32>,
) -> Result<Json<CheckedYear>> {
    Ok(Json(archive.checked_year(year).await?))
}

/// Close a year: its cases can be read and not changed
#[utoipa::path(post, path = "/api/v1/case-years/{year}/close", tag = "archive", operation_id = "close_case_year",
    params(("year" = i32, Path, description = "Year")),
    request_body = Close,
    responses((status = 200, body = CheckedYear), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["year.close"])))]
async fn close_case_year(
    State(archive): State<Archive>,
    caller: Allowed<CloseYears>,
    Path(year): Path<i32>,
    Json(body): Json<Close>,
) -> Result<Json<CheckedYear>> {
    Ok(Json(archive.close_year(By::caller(&caller), year, body).await?))
}

/// Open a closed year again, with a reason
#[utoipa::path(post, path = "/api/v1/case-years/{year}/reopen", tag = "archive", operation_id = "reopen_case_year",
    params(("year" = i32, Path, description = "Year")),
    request_body = Reopen,
    responses((status = 200, body = CheckedYear), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["year.close"])))]
async fn reopen_case_year(
    State(archive): State<Archive>,
    caller: Allowed<CloseYears>,
    Path(year): Path<i32>,
    Json(body): Json<Reopen>,
) -> Result<Json<CheckedYear>> {
    Ok(Json(archive.reopen_year(By::caller(&caller), year, body).await?))
}
