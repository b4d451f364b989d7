//! Masked copies.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Security;
use crate::copies::run::{NewCopy, USES};
use crate::copies::store::{copy, copy_file};
use crate::copies::take::STATES;
use crate::http::risks::cursor_id;
use crate::permissions::{DownloadCopies, ReadProtection, RunCopies};
use crate::risks::model::label;

/// A copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataCopy {
    id: Uuid,
    purpose: String,
    use_kind: String,
    use_label: &'static str,
    format: String,
    tables: Vec<String>,
    /// `running`, `done`, `expired` or `discarded`.
    state: String,
    state_label: &'static str,
    /// Files written so far.
    position: i64,
    rows_done: i64,
    columns_masked: i64,
    started_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    version: i64,
}

impl From<copy::Model> for DataCopy {
    fn from(row: copy::Model) -> Self {
        Self {
            id: row.id,
            purpose: row.purpose,
            use_label: label(&USES, &row.use_kind),
            use_kind: row.use_kind,
            format: row.format,
            tables: serde_json::from_value(row.tables).unwrap_or_default(),
            state_label: label(&STATES, &row.state),
            state: row.state,
            position: row.position,
            rows_done: row.rows_done,
            columns_masked: row.columns_masked,
            started_by_name: row.started_by_name,
            started_at: row.started_at,
            finished_at: row.finished_at,
            expires_at: row.expires_at,
            version: row.version,
        }
    }
}

/// Masked copies, the newest first.
#[utoipa::path(get, path = "/api/v1/security/copies", tag = "security", operation_id = "list_data_copies",
    params(PageQuery),
    responses((status = 200, body = List<DataCopy>), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn list_data_copies(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<DataCopy>>> {
    let (rows, total) = security.copies(cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(DataCopy::from).collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &DataCopy| vec![row.id.to_string()])))
}

/// A file of a copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataCopyFile {
    id: Uuid,
    table: String,
    rows: i64,
    size: i64,
    /// SM3 of the file, hex.
    digest: String,
    columns: Vec<DataCopyColumn>,
}

/// How a column went into a copy.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct DataCopyColumn {
    column: String,
    class: String,
    level: i64,
    masking: String,
}

/// A copy with its files.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataCopyWhole {
    #[serde(flatten)]
    copy: DataCopy,
    files: Vec<DataCopyFile>,
    /// Whether the caller may download now.
    can_download: bool,
    /// Whether the caller may remove it now.
    can_discard: bool,
}

fn file_view(row: copy_file::Model) -> DataCopyFile {
    DataCopyFile {
        id: row.id,
        table: row.table_name,
        rows: row.rows_in,
        size: row.file_size,
        digest: row.digest,
        columns: serde_json::from_value::<Vec<DataCopyColumn>>(row.columns).unwrap_or_default(),
    }
}

async fn whole(security: &Security, caller: &Principal, id: Uuid) -> Result<Json<DataCopyWhole>> {
    let (row, files) = security.copy(id).await?;
    let there = row.state == "done" && row.expires_at > security.platform.now();
    Ok(Json(DataCopyWhole {
        can_download: there && caller.may("copy.download"),
        can_discard: matches!(row.state.as_str(), "running" | "done") && caller.may("copy.run"),
        copy: row.into(),
        files: files.into_iter().map(file_view).collect(),
    }))
}

/// Tables a copy can be made of.
#[utoipa::path(get, path = "/api/v1/security/copies/tables", tag = "security", operation_id = "list_data_copy_tables",
    responses((status = 200, body = Vec<DataCopyTable>), Refused),
    security(("desk" = ["copy.run"])))]
pub(crate) async fn list_data_copy_tables(
    State(security): State<Security>,
    _caller: Allowed<RunCopies>,
) -> Result<Json<Vec<DataCopyTable>>> {
    let tables = crate::protection::rows::tables(security.platform.db.read()).await?;
    let named = tables.into_iter().map(|table| {
        let domain = security.owners.get(&table.name).map_or("platform", String::as_str);
        DataCopyTable { domain_label: security.pack.domain_label(domain), table: table.name }
    });
    Ok(Json(named.collect()))
}

/// A table.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataCopyTable {
    table: String,
    domain_label: String,
}

/// A copy to be made.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateDataCopy {
    purpose: String,
    /// `test`, `statistics` or `outside`.
    use_kind: String,
    /// `csv` or `jsonl`.
    format: String,
    tables: Vec<String>,
    /// Days until it is removed, 1 to 30.
    days: i64,
}

/// Begin a masked copy.
#[utoipa::path(post, path = "/api/v1/security/copies", tag = "security", operation_id = "start_data_copy", params(IdempotencyKey), request_body = CreateDataCopy,
    responses((status = 201, body = DataCopyWhole), Refused, Unreadable),
    security(("desk" = ["copy.run"])))]
pub(crate) async fn start_data_copy(
    State(security): State<Security>,
    caller: Allowed<RunCopies>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<CreateDataCopy>,
) -> Result<(StatusCode, Json<DataCopyWhole>)> {
    let new = NewCopy {
        purpose: new.purpose,
        use_kind: new.use_kind,
        format: new.format,
        tables: new.tables,
        days: new.days,
    };
    let id = security.start_copy(&caller, new, key).await?;
    Ok((StatusCode::CREATED, whole(&security, &caller, id).await?))
}

/// One copy with its files and how each column was masked.
#[utoipa::path(get, path = "/api/v1/security/copies/{id}", tag = "security", operation_id = "get_data_copy",
    params(("id" = Uuid, Path, description = "Copy")),
    responses((status = 200, body = DataCopyWhole), Refused, Absent),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_data_copy(
    State(security): State<Security>,
    caller: Allowed<ReadProtection>,
    Path(id): Path<Uuid>,
) -> Result<Json<DataCopyWhole>> {
    whole(&security, &caller, id).await
}

/// Why it goes.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DiscardDataCopy {
    version: i64,
    reason: String,
}

/// Remove a copy before its time.
#[utoipa::path(post, path = "/api/v1/security/copies/{id}/discard", tag = "security", operation_id = "discard_data_copy",
    params(("id" = Uuid, Path, description = "Copy")), request_body = DiscardDataCopy,
    responses((status = 200, body = DataCopyWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["copy.run"])))]
pub(crate) async fn discard_data_copy(
    State(security): State<Security>,
    caller: Allowed<RunCopies>,
    Path(id): Path<Uuid>,
    Json(request): Json<DiscardDataCopy>,
) -> Result<Json<DataCopyWhole>> {
    security.discard_copy(&caller, id, request.version, &request.reason).await?;
    whole(&security, &caller, id).await
}

/// One file of a finished copy; taking it is logged.
#[utoipa::path(get, path = "/api/v1/security/copies/{id}/files/{file}", tag = "security", operation_id = "download_data_copy_file",
    params(("id" = Uuid, Path, description = "Copy"), ("file" = Uuid, Path, description = "File")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent, Outdated),
    security(("desk" = ["copy.download"])))]
pub(crate) async fn download_data_copy_file(
    State(security): State<Security>,
    caller: Allowed<DownloadCopies>,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<impl IntoResponse> {
    let (about, bytes) = security.take_copy_file(&caller, id, file).await?;
    // Names are made of table names and numbers only.
    let name = format!("attachment; filename=\"{}\"", about.name);
    Ok(([(header::CONTENT_TYPE, about.media_type), (header::CONTENT_DISPOSITION, name)], bytes))
}
