//! HTTP of earlier cases and of bringing them in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::list::{EarlierFilter, EarlierView, Reveal, Revealed};
use super::mapping::FIELDS;
use super::runs::{KeptMapping, NewRun, ProblemFilter, ProblemView, RunView};
use crate::{Archive, ExportLibrary, ReadLegacy, ReadLibrary, RunLegacy};

pub(crate) fn routes() -> OpenApiRouter<Archive> {
    OpenApiRouter::new()
        .routes(routes!(list_legacy_cases))
        .routes(routes!(export_legacy_cases))
        .routes(routes!(reveal_legacy_case))
        .routes(routes!(list_legacy_mappings))
        .routes(routes!(list_legacy_runs, begin_legacy_run))
        .routes(routes!(get_legacy_run))
        .routes(routes!(list_legacy_problems))
        .routes(routes!(continue_legacy_run))
}

/// A field of ours.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyField)]
pub(super) struct FieldName {
    key: &'static str,
    label: &'static str,
}

/// Mappings kept, and the fields a column may stand for.
#[derive(Serialize, ToSchema)]
#[schema(as = LegacyMappings)]
pub(super) struct Mappings {
    fields: Vec<FieldName>,
    items: Vec<KeptMapping>,
}

/// The page that goes on.
#[derive(Deserialize, ToSchema)]
#[schema(as = ContinueLegacyRun)]
pub(super) struct Continue {
    version: i64,
}

/// Cases of earlier systems within reach, handed in last first, masked
#[utoipa::path(get, path = "/api/v1/legacy-cases", tag = "archive", operation_id = "list_legacy_cases", params(EarlierFilter),
    responses((status = 200, body = List<EarlierView>), Malformed, Refused),
    security(("desk" = ["library.read"])))]
async fn list_legacy_cases(
    State(archive): State<Archive>,
    caller: Allowed<ReadLibrary>,
    Query(filter): Query<EarlierFilter>,
) -> Result<Json<List<EarlierView>>> {
    Ok(Json(archive.list_earlier(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/legacy-cases/export", tag = "archive", operation_id = "export_legacy_cases", params(EarlierFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["library.export"])))]
async fn export_legacy_cases(
    State(archive): State<Archive>,
    caller: Allowed<ExportLibrary>,
    Query(filter): Query<EarlierFilter>,
) -> Result<Response> {
    let head =
        ["原系统", "原编号", "事项", "办理部门", "申请人", "申请来源", "办理结果", "申请时间", "受理时间", "办结时间"];
    Ok(csv::file("legacy-cases.csv", &head, archive.export_earlier(&caller, &filter).await?))
}

/// A raw value of an earlier case, by right and with a reason; logged
#[utoipa::path(post, path = "/api/v1/legacy-cases/{id}/reveal", tag = "archive", operation_id = "reveal_legacy_case",
    params(("id" = Uuid, Path, description = "Earlier case")), request_body = Reveal,
    responses((status = 200, body = Revealed), Refused, Absent, Unreadable),
    security(("desk" = ["library.read"])))]
async fn reveal_legacy_case(
    State(archive): State<Archive>,
    caller: Allowed<ReadLibrary>,
    Path(id): Path<Uuid>,
    Json(body): Json<Reveal>,
) -> Result<Json<Revealed>> {
    Ok(Json(archive.reveal_earlier(&caller, id, &body).await?))
}

/// Mappings kept by source, and the fields there are
#[utoipa::path(get, path = "/api/v1/legacy-mappings", tag = "archive", operation_id = "list_legacy_mappings",
    responses((status = 200, body = Mappings), Refused),
    security(("desk" = ["legacy.read"])))]
async fn list_legacy_mappings(State(archive): State<Archive>, _caller: Allowed<ReadLegacy>) -> Result<Json<Mappings>> {
    let fields = FIELDS.iter().map(|(key, label)| FieldName { key, label }).collect();
    Ok(Json(Mappings { fields, items: archive.kept_mappings().await? }))
}

/// Imports and trials, newest first
#[utoipa::path(get, path = "/api/v1/legacy-runs", tag = "archive", operation_id = "list_legacy_runs", params(PageQuery),
    responses((status = 200, body = List<RunView>), Malformed, Refused),
    security(("desk" = ["legacy.read"])))]
async fn list_legacy_runs(
    State(archive): State<Archive>,
    _caller: Allowed<ReadLegacy>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<RunView>>> {
    Ok(Json(archive.list_legacy_runs(&page).await?))
}

/// Bring a file of earlier cases in, or only try
#[utoipa::path(post, path = "/api/v1/legacy-runs", tag = "archive", operation_id = "begin_legacy_run",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewRun,
    responses((status = 201, body = RunView), Refused, Unreadable),
    security(("desk" = ["legacy.run"])))]
async fn begin_legacy_run(
    State(archive): State<Archive>,
    caller: Allowed<RunLegacy>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewRun>,
) -> Result<(StatusCode, Json<RunView>)> {
    Ok((StatusCode::CREATED, Json(archive.begin_legacy(&caller, body, key).await?)))
}

/// One import or trial
#[utoipa::path(get, path = "/api/v1/legacy-runs/{id}", tag = "archive", operation_id = "get_legacy_run",
    params(("id" = Uuid, Path, description = "Import")),
    responses((status = 200, body = RunView), Refused, Absent),
    security(("desk" = ["legacy.read"])))]
async fn get_legacy_run(
    State(archive): State<Archive>,
    _caller: Allowed<ReadLegacy>,
    Path(id): Path<Uuid>,
) -> Result<Json<RunView>> {
    Ok(Json(archive.legacy_run(id).await?))
}

/// Lines that were not taken, and differences, in the order of the file
#[utoipa::path(get, path = "/api/v1/legacy-runs/{id}/problems", tag = "archive", operation_id = "list_legacy_problems",
    params(("id" = Uuid, Path, description = "Import"), ProblemFilter),
    responses((status = 200, body = List<ProblemView>), Malformed, Refused, Absent),
    security(("desk" = ["legacy.read"])))]
async fn list_legacy_problems(
    State(archive): State<Archive>,
    _caller: Allowed<ReadLegacy>,
    Path(id): Path<Uuid>,
    Query(filter): Query<ProblemFilter>,
) -> Result<Json<List<ProblemView>>> {
    Ok(Json(archive.legacy_problems(id, &filter).await?))
}

/// Go on with an import that stopped
#[utoipa::path(post, path = "/api/v1/legacy-runs/{id}/continue", tag = "archive", operation_id = "continue_legacy_run",
    params(("id" = Uuid, Path, description = "Import")), request_body = Continue,
    responses((status = 200, body = RunView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["legacy.run"])))]
async fn continue_legacy_run(
    State(archive): State<Archive>,
    caller: Allowed<RunLegacy>,
    Path(id): Path<Uuid>,
    Json(body): Json<Continue>,
) -> Result<Json<RunView>> {
    Ok(Json(archive.continue_legacy(&caller, id, body.version).await?))
}
