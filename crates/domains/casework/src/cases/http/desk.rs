//! The staff's routes: reading, lists, files.

use axum::extract::State;
use axum::response::Response;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::problem::ProblemBody;
use uuid::Uuid;

use super::{FieldChecks, IdentifiedQuery, RevealQuery, Revealed};
use crate::Casework;
use crate::cases::service::identified::IdentifiedCases;
use crate::cases::service::lists::{BoardColumn, CaseFilter, CaseList, ExportAsk, TaskFilter, TaskRow, Workbench};
use crate::cases::service::views::DeskCase;
use crate::permissions;
use platform::web::page::List;
use platform::web::refusals::{Absent, Refused};

/// The workbench
#[utoipa::path(get, path = "/api/v1/workbench", tag = "case", operation_id = "get_workbench",
    responses((status = 200, description = "The workbench", body = Workbench), Refused),
    security(("desk" = ["workbench.read"])))]
pub(super) async fn get_workbench(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadWorkbench>,
) -> Result<Json<Workbench>> {
    Ok(Json(casework.workbench(&caller).await?))
}

/// Open tasks of the caller
#[utoipa::path(get, path = "/api/v1/tasks", tag = "case", operation_id = "list_tasks",
    params(TaskFilter),
    responses((status = 200, description = "Open tasks of the caller", body = List<TaskRow>), Refused),
    security(("desk" = ["task.list"])))]
pub(super) async fn list_tasks(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ListTasks>,
    Query(query): Query<TaskFilter>,
) -> Result<Json<List<TaskRow>>> {
    Ok(Json(casework.my_tasks(&caller, &query).await?))
}

/// Cases within reach
#[utoipa::path(get, path = "/api/v1/cases", tag = "case", operation_id = "list_cases",
    params(CaseFilter),
    responses((status = 200, description = "Cases within reach", body = CaseList), Refused),
    security(("desk" = ["case.list"])))]
pub(super) async fn list_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ListCases>,
    Query(query): Query<CaseFilter>,
) -> Result<Json<CaseList>> {
    Ok(Json(casework.list_cases(&caller, &query).await?))
}

/// The list as CSV, masked
#[utoipa::path(get, path = "/api/v1/cases/export", tag = "case", operation_id = "export_cases",
    params(CaseFilter, ExportAsk),
    responses((status = 200, description = "The list as CSV, masked unless asked for by right, level and reason", content_type = "text/csv"), Refused),
    security(("desk" = ["case.export"])))]
pub(super) async fn export_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ExportCases>,
    Query(query): Query<CaseFilter>,
    Query(ask): Query<ExportAsk>,
) -> Result<Response> {
    super::csv(casework.export_cases(&caller, &query, &ask).await?)
}

/// Open cases by time left
#[utoipa::path(get, path = "/api/v1/cases/board", tag = "case", operation_id = "get_board",
    responses((status = 200, description = "Open cases by time left", body = Vec<BoardColumn>), Refused),
    security(("desk" = ["board.read"])))]
pub(super) async fn get_board(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadBoard>,
) -> Result<Json<Vec<BoardColumn>>> {
    Ok(Json(casework.board(&caller).await?))
}

/// Tells lists to fetch again
#[utoipa::path(get, path = "/api/v1/cases/live", tag = "case", operation_id = "watch_cases",
    responses((status = 200, description = "Tells lists to fetch again", content_type = "text/event-stream"), Refused),
    security(("desk" = ["case.list"])))]
pub(super) async fn watch_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ListCases>,
) -> Result<Response> {
    super::watch_reach(&casework, &caller)
}

/// A case
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "case", operation_id = "get_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "A case", body = DeskCase), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(super) async fn get_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<DeskCase>> {
    Ok(Json(casework.desk_case(&caller, id).await?))
}

/// Cases of somebody identified at the counter
#[utoipa::path(get, path = "/api/v1/counter/identifications/{id}/cases", tag = "case", operation_id = "list_identified_cases",
    params(("id" = Uuid, Path, description = "Identification"), IdentifiedQuery),
    responses((status = 200, description = "Cases of somebody identified at the counter", body = IdentifiedCases), Refused, Absent, (status = 409, description = "Used or over", body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["case.read"])))]
pub(super) async fn list_identified_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadCase>,
    Path(id): Path<Uuid>,
    Query(query): Query<IdentifiedQuery>,
) -> Result<Json<IdentifiedCases>> {
    Ok(Json(casework.cases_of_identified(&caller, id, query.purpose).await?))
}

/// A raw personal value; logged
#[utoipa::path(get, path = "/api/v1/cases/{id}/reveal", tag = "case", operation_id = "reveal_case_field",
    params(("id" = Uuid, Path, description = "Case"), RevealQuery),
    responses((status = 200, description = "A raw personal value; logged", body = Revealed), Refused, Absent),
    security(("desk" = ["case.reveal"])))]
pub(super) async fn reveal_case_field(
    State(casework): State<Casework>,
    caller: Allowed<permissions::RevealCase>,
    Path(id): Path<Uuid>,
    Query(query): Query<RevealQuery>,
) -> Result<Json<Revealed>> {
    Ok(Json(Revealed { value: casework.reveal(&caller, id, &query.field, &query.reason).await? }))
}

/// Compare the form anew with what others know; logged
#[utoipa::path(post, path = "/api/v1/cases/{id}/compare", tag = "case", operation_id = "compare_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "Compare the form anew with what others know; logged", body = FieldChecks), Refused, Absent),
    security(("desk" = ["case.compare"])))]
pub(super) async fn compare_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CompareCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<FieldChecks>> {
    Ok(Json(FieldChecks { items: casework.compare_at_desk(&caller, id).await? }))
}

/// A document of a case
#[utoipa::path(get, path = "/api/v1/cases/{id}/documents/{document}", tag = "case", operation_id = "get_case_document",
    params(("id" = Uuid, Path, description = "Case"), ("document" = Uuid, Path, description = "Document")),
    responses((status = 200, description = "A document of a case", content_type = "application/pdf"), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(super) async fn get_case_document(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadCase>,
    Path((id, document)): Path<(Uuid, Uuid)>,
) -> Result<Response> {
    super::reached_document(&casework, &caller, id, document).await
}

/// A file of a case
#[utoipa::path(get, path = "/api/v1/cases/{id}/files/{file}", tag = "case", operation_id = "get_case_file",
    params(("id" = Uuid, Path, description = "Case"), ("file" = Uuid, Path, description = "File")),
    responses((status = 200, description = "A file of a case", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(super) async fn get_case_file(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadCase>,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<Response> {
    super::reached_file(&casework, &caller, id, file).await
}

/// Tells the page to fetch again
#[utoipa::path(get, path = "/api/v1/cases/{id}/live", tag = "case", operation_id = "watch_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "Tells the page to fetch again", content_type = "text/event-stream"), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(super) async fn watch_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadCase>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    super::watch_reached(&casework, &caller, id).await
}
