//! Templates and reports.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use platform::files;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::spreadsheet;
use crate::Tables;
use crate::permissions::UseTables;
use crate::report::Report;
use crate::reports::ReportResult;
use crate::schedule::OutputView;
use crate::templates::{TemplateContent, TemplateView};

/// The templates of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableTemplates {
    items: Vec<TemplateView>,
}

/// A role a template is shared with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableRole {
    key: String,
    title: String,
}

/// The roles a template may be shared with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableRoles {
    items: Vec<TableRole>,
}

/// A changed template.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeTemplate {
    revision: i64,
    content: TemplateContent,
}

/// A report as a JSON text.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// A `TableReport` as JSON.
    report: String,
    /// Title of the file.
    title: Option<String>,
}

/// The caller's templates on a table and those shared with the own roles.
#[utoipa::path(get, path = "/api/v1/tables/{key}/templates", tag = "tables", operation_id = "list_table_templates",
    params(("key" = String, Path)),
    responses((status = 200, body = TableTemplates), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn list_table_templates(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
) -> Result<Json<TableTemplates>> {
    Ok(Json(TableTemplates { items: tables.templates(&caller, &key).await? }))
}

/// The roles a template of this table may be shared with: those that see the table.
#[utoipa::path(get, path = "/api/v1/tables/{key}/roles", tag = "tables", operation_id = "list_table_roles",
    params(("key" = String, Path)),
    responses((status = 200, body = TableRoles), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn list_table_roles(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
) -> Result<Json<TableRoles>> {
    let opened = tables.open(&caller, &key).await?;
    let names = tables.role_names().await?.into_iter();
    let seeing = names.filter(|(key, _)| opened.table.content.rights.get(key).is_some_and(|rights| !rights.is_empty()));
    Ok(Json(TableRoles { items: seeing.map(|(key, title)| TableRole { key, title }).collect() }))
}

/// Saves a new template.
#[utoipa::path(post, path = "/api/v1/tables/{key}/templates", tag = "tables", operation_id = "save_table_template",
    params(("key" = String, Path), IdempotencyKey),
    request_body = TemplateContent,
    responses((status = 201, body = TemplateView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn save_table_template(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    IdempotencyKey(once): IdempotencyKey,
    Json(content): Json<TemplateContent>,
) -> Result<(StatusCode, Json<TemplateView>)> {
    Ok((StatusCode::CREATED, Json(tables.save_template(&caller, &key, content, once).await?)))
}

/// A template.
#[utoipa::path(get, path = "/api/v1/tables/{key}/templates/{id}", tag = "tables", operation_id = "get_table_template",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = TemplateView), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table_template(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
) -> Result<Json<TemplateView>> {
    Ok(Json(tables.template(&caller, &key, id).await?))
}

/// Changes an own template.
#[utoipa::path(put, path = "/api/v1/tables/{key}/templates/{id}", tag = "tables", operation_id = "change_table_template",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    request_body = ChangeTemplate,
    responses((status = 200, body = TemplateView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn change_table_template(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
    Json(asked): Json<ChangeTemplate>,
) -> Result<Json<TemplateView>> {
    Ok(Json(tables.change_template(&caller, &key, id, asked.revision, asked.content).await?))
}

/// Deletes an own template.
#[utoipa::path(delete, path = "/api/v1/tables/{key}/templates/{id}", tag = "tables", operation_id = "delete_table_template",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    responses((status = 204), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn delete_table_template(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
) -> Result<StatusCode> {
    tables.delete_template(&caller, &key, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reckons a report, saved or not.
#[utoipa::path(post, path = "/api/v1/tables/{key}/report", tag = "tables", operation_id = "run_table_report",
    params(("key" = String, Path)),
    request_body = Report,
    responses((status = 200, body = ReportResult), Refused, Absent, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn run_table_report(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    Json(report): Json<Report>,
) -> Result<Json<ReportResult>> {
    Ok(Json(tables.report(&caller, &key, &report).await?))
}

/// A report as a spreadsheet.
#[utoipa::path(get, path = "/api/v1/tables/{key}/report/export", tag = "tables", operation_id = "export_table_report",
    params(("key" = String, Path), ReportQuery),
    responses(
        (status = 200, description = "Spreadsheet", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused,
        Absent,
        Unreadable,
    ),
    security(("desk" = ["table.use"])))]
pub(crate) async fn export_table_report(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    Query(asked): Query<ReportQuery>,
) -> Result<impl IntoResponse + use<>> {
    let report: Report = serde_json::from_str(&asked.report)
        .map_err(|_| Problem::invalid_field("/report", "unreadable", "统计的设置读不出来，请重新选择"))?;
    let title = asked.title.unwrap_or_default();
    Ok(spreadsheet(&format!("{key}-report.xlsx"), tables.export_report(&caller, &key, &title, &report).await?))
}

/// Files made on schedule for the caller, newest first.
#[utoipa::path(get, path = "/api/v1/table-outputs", tag = "tables", operation_id = "list_table_outputs",
    params(PageQuery),
    responses((status = 200, body = List<OutputView>), Refused),
    security(("desk" = ["table.use"])))]
pub(crate) async fn list_table_outputs(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<OutputView>>> {
    Ok(Json(tables.outputs(&caller, &page).await?))
}

/// A file made on schedule for the caller.
#[utoipa::path(get, path = "/api/v1/table-outputs/{id}/file", tag = "tables", operation_id = "get_table_output",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Spreadsheet", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused,
        Absent,
    ),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table_output(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (file, bytes) = tables.output(&caller, id).await?;
    Ok(files::respond(&file, bytes))
}
