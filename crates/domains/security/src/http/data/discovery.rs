//! Scans and their findings.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Problem;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Decision;
use crate::Security;
use crate::discovery::detect::Detector;
use crate::discovery::findings::STATES;
use crate::discovery::store::{finding, scan};
use crate::http::risks::cursor_id;
use crate::permissions::{ReadProtection, ReviewClassification, RunDiscovery};
use crate::risks::model::label;

/// A scan.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataScan {
    id: Uuid,
    /// `running` or `done`.
    state: String,
    state_label: &'static str,
    /// Tables looked at.
    position: i64,
    /// Tables there are.
    total: i64,
    /// Values looked at per column at most.
    sample: i64,
    values_seen: i64,
    /// Open findings it left.
    found: i64,
    started_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<OffsetDateTime>,
}

impl From<scan::Model> for DataScan {
    fn from(row: scan::Model) -> Self {
        Self {
            id: row.id,
            state_label: if row.state == "running" { "正在扫描" } else { "已完成" },
            state: row.state,
            position: row.position,
            total: row.total,
            sample: row.sample,
            values_seen: row.values_seen,
            found: row.found,
            started_by_name: row.started_by_name,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

/// Scans, the newest first.
#[utoipa::path(get, path = "/api/v1/security/scans", tag = "security", operation_id = "list_data_scans",
    params(PageQuery),
    responses((status = 200, body = List<DataScan>), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn list_data_scans(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<DataScan>>> {
    let (rows, total) = security.scans(cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(DataScan::from).collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &DataScan| vec![row.id.to_string()])))
}

/// The scan begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartedDataScan {
    id: Uuid,
}

/// Begin a scan of samples of everything stored.
#[utoipa::path(post, path = "/api/v1/security/scans", tag = "security", operation_id = "start_data_scan", params(IdempotencyKey),
    responses((status = 201, body = StartedDataScan), Refused, Outdated),
    security(("desk" = ["discovery.run"])))]
pub(crate) async fn start_data_scan(
    State(security): State<Security>,
    caller: Allowed<RunDiscovery>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<(StatusCode, Json<StartedDataScan>)> {
    let id = security.start_scan(&caller, key).await?;
    Ok((StatusCode::CREATED, Json(StartedDataScan { id })))
}

/// Which findings.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingQuery {
    /// `open`, `accepted`, `dismissed` or `covered`.
    state: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// What a scan found in a column.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFinding {
    id: Uuid,
    table: String,
    column: String,
    content: String,
    content_label: String,
    /// Values of the sample that hold it.
    hits: i64,
    sampled: i64,
    /// One of them, masked.
    example: String,
    level_before: i64,
    level_before_label: String,
    level: i64,
    level_label: String,
    class_label: String,
    state: String,
    state_label: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    seen_at: OffsetDateTime,
    decided_by_name: Option<String>,
    reason: String,
    version: i64,
}

fn view(security: &Security, row: finding::Model) -> DataFinding {
    let content = Detector::parse(&row.detector).and_then(|what| security.pack.content(what));
    DataFinding {
        id: row.id,
        table: row.table_name,
        column: row.column_name,
        content_label: content.map_or_else(|| row.detector.clone(), |content| content.label.clone()),
        content: row.detector,
        hits: row.hits,
        sampled: row.sampled,
        example: row.example,
        level_before: row.level_before,
        level_before_label: security.pack.level_label(row.level_before),
        level: row.level,
        level_label: security.pack.level_label(row.level),
        class_label: security.pack.class_label(&row.class),
        state_label: label(&STATES, &row.state),
        state: row.state,
        seen_at: row.seen_at,
        decided_by_name: row.decided_by_name,
        reason: row.reason,
        version: row.version,
    }
}

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFindingList {
    #[serde(flatten)]
    list: List<DataFinding>,
    /// Findings that wait for a person.
    open: u64,
}

/// What scans found, the gravest first.
#[utoipa::path(get, path = "/api/v1/security/findings", tag = "security", operation_id = "list_data_findings",
    params(FindingQuery),
    responses((status = 200, body = DataFindingList), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn list_data_findings(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
    Query(query): Query<FindingQuery>,
) -> Result<Json<DataFindingList>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let after = match page.cursor_parts(2)?.as_deref() {
        Some([level, id]) => match (level.parse::<i64>(), Uuid::parse_str(id)) {
            (Ok(level), Ok(id)) => Some((level, id)),
            _ => return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")),
        },
        _ => None,
    };
    let (rows, total, open) = security.findings(query.state.as_deref(), after, page.limit() + 1).await?;
    let items = rows.into_iter().map(|row| view(&security, row)).collect();
    let list = List::cut(items, page.limit(), total, security.platform.now(), |row: &DataFinding| {
        vec![row.level.to_string(), row.id.to_string()]
    });
    Ok(Json(DataFindingList { list, open }))
}

/// Take a finding over: the column gets its class and level.
#[utoipa::path(post, path = "/api/v1/security/findings/{id}/accept", tag = "security", operation_id = "accept_data_finding",
    params(("id" = Uuid, Path, description = "Finding")), request_body = Decision,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.review"])))]
pub(crate) async fn accept_data_finding(
    State(security): State<Security>,
    caller: Allowed<ReviewClassification>,
    Path(id): Path<Uuid>,
    Json(request): Json<Decision>,
) -> Result<StatusCode> {
    security.accept_finding(&caller, id, request.version, &request.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that a finding is none.
#[utoipa::path(post, path = "/api/v1/security/findings/{id}/dismiss", tag = "security", operation_id = "dismiss_data_finding",
    params(("id" = Uuid, Path, description = "Finding")), request_body = Decision,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.review"])))]
pub(crate) async fn dismiss_data_finding(
    State(security): State<Security>,
    caller: Allowed<ReviewClassification>,
    Path(id): Path<Uuid>,
    Json(request): Json<Decision>,
) -> Result<StatusCode> {
    security.dismiss_finding(&caller, id, request.version, &request.text).await?;
    Ok(StatusCode::NO_CONTENT)
}
