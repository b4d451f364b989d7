//! Import of staff, migration of an earlier system.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery, cursor};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Refused, Unreadable};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Giver;
use super::super::migration::table::Table;
use super::super::migration::{Kind, Mapping, MigrationReport, Source, TEMPLATE};
use super::super::store::migration_rows;
use crate::Identity;
use crate::permissions::{EditStaff, RunMigration};

/// A table of staff in our own columns.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ImportStaff {
    /// Ends with .csv or .xlsx.
    file_name: String,
    /// The file, base64.
    content_base64: String,
    /// Only try; keep nothing.
    trial: bool,
}

/// A table of an earlier system.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RunMigrationRequest {
    kind: Kind,
    /// Name of the earlier system.
    source: String,
    /// Ends with .csv or .xlsx.
    file_name: String,
    /// The file, base64.
    content_base64: String,
    /// Columns and values.
    #[serde(default)]
    mapping: Mapping,
    /// Only try; keep nothing.
    trial: bool,
}

/// A migration that was run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MigrationView {
    id: Uuid,
    kind: String,
    source: String,
    file_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    actor_name: String,
    source_rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    failed: u64,
}

/// Brings staff in from a table with our own columns.
#[utoipa::path(post, path = "/api/v1/admin/staff/import", tag = "administration", operation_id = "import_staff", request_body = ImportStaff,
    responses((status = 200, body = MigrationReport), Refused, Unreadable),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn import_staff(
    State(identity): State<Identity>,
    caller: Allowed<EditStaff>,
    Json(request): Json<ImportStaff>,
) -> Result<Json<MigrationReport>> {
    let source = Source {
        kind: Kind::Staff,
        source: "人员导入".to_owned(),
        table: Table::sent(&request.file_name, &request.content_base64)?,
        file_name: request.file_name,
        mapping: Mapping::staff_template(),
        may_grant: caller.may("staff.grant"),
    };
    Ok(Json(identity.run_migration(&Giver::from(&*caller), source, request.trial).await?))
}

/// The empty table for the import of staff.
#[utoipa::path(get, path = "/api/v1/admin/staff/import-template", tag = "administration", operation_id = "get_import_template",
    responses((status = 200, content_type = "text/csv"), Refused),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn get_import_template(_caller: Allowed<EditStaff>) -> Response {
    let columns: Vec<&str> = TEMPLATE.iter().map(|(column, _)| *column).collect();
    // With a mark of UTF-8, so that spreadsheet programs show Chinese.
    let text = format!("\u{feff}{}\r\n", columns.join(","));
    let disposition = "attachment; filename=\"staff.csv\"";
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}

/// Brings accounts or organisations of an earlier system in.
#[utoipa::path(post, path = "/api/v1/admin/migrations", tag = "administration", operation_id = "run_migration", request_body = RunMigrationRequest,
    responses((status = 200, body = MigrationReport), Refused, Unreadable),
    security(("desk" = ["migration.run"])))]
pub(crate) async fn run_migration(
    State(identity): State<Identity>,
    caller: Allowed<RunMigration>,
    Json(request): Json<RunMigrationRequest>,
) -> Result<Json<MigrationReport>> {
    let source = Source {
        kind: request.kind,
        source: request.source,
        table: Table::sent(&request.file_name, &request.content_base64)?,
        file_name: request.file_name,
        mapping: request.mapping,
        may_grant: caller.may("staff.grant"),
    };
    Ok(Json(identity.run_migration(&Giver::from(&*caller), source, request.trial).await?))
}

/// Migrations that were run, newest first.
#[utoipa::path(get, path = "/api/v1/admin/migrations", tag = "administration", operation_id = "list_migrations", params(PageQuery),
    responses((status = 200, body = List<MigrationView>), Refused, Malformed),
    security(("desk" = ["migration.run"])))]
pub(crate) async fn list_migrations(
    State(identity): State<Identity>,
    _caller: Allowed<RunMigration>,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<MigrationView>>> {
    let conn = identity.platform.db.read();
    let total = migration_rows::Entity::find().count(conn).await?;
    let mut select = migration_rows::Entity::find();
    if let Some(after) = query.cursor_parts(1)?.and_then(|mut parts| parts.pop()).and_then(|id| id.parse::<Uuid>().ok())
    {
        select = select.filter(migration_rows::Column::Id.lt(after));
    }
    let limit = query.limit();
    let mut rows = select.order_by_desc(migration_rows::Column::Id).limit(limit + 1).all(conn).await?;
    let kept = usize::try_from(limit).unwrap_or(100);
    let more = rows.len() > kept;
    rows.truncate(kept);
    let next = rows.last().filter(|_| more).map(|last| cursor(&[last.id.to_string()]));
    let view = |row: migration_rows::Model| {
        let report: MigrationReport = serde_json::from_value(row.report)?;
        Ok(MigrationView {
            id: row.id,
            kind: row.kind,
            source: row.source,
            file_name: row.file_name,
            at: row.at,
            actor_name: row.actor_name,
            source_rows: report.source_rows,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            failed: report.failed,
        })
    };
    let items = rows.into_iter().map(view).collect::<Result<Vec<_>>>()?;
    Ok(Json(List { items, total, next, as_of: identity.platform.now() }))
}

/// The report of a migration.
#[utoipa::path(get, path = "/api/v1/admin/migrations/{id}", tag = "administration", operation_id = "get_migration", params(("id" = Uuid, Path)),
    responses((status = 200, body = MigrationReport), Refused, Absent),
    security(("desk" = ["migration.run"])))]
pub(crate) async fn get_migration(
    State(identity): State<Identity>,
    _caller: Allowed<RunMigration>,
    Path(id): Path<Uuid>,
) -> Result<Json<MigrationReport>> {
    let row = migration_rows::Entity::find_by_id(id).one(identity.platform.db.read()).await?;
    let row = row.ok_or_else(|| Problem::not_found("没有找到这次迁移。"))?;
    Ok(Json(serde_json::from_value(row.report)?))
}
