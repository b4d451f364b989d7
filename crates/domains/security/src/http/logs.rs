//! Logs: the search, the proof, the collector.

use axum::extract::FromRequest;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use identity::systems::Signed;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::risks::cursor_id;
use crate::Security;
use crate::logs::collect::LogsInterface;
use crate::logs::search::{LogFilter, LogRow, SOURCES};
use crate::permissions::ReadLogs;
use crate::risks::model::label;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// `application`, `access`, `audit`, `device` or `system`.
    source: Option<String>,
    /// `error`, `warn`, `info` or `debug`.
    level: Option<String>,
    /// Part of the text.
    q: Option<String>,
    /// First China date.
    from: Option<String>,
    /// Last China date, included.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A line in the one form.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogLineView {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    source: &'static str,
    source_label: &'static str,
    /// Host, part or system.
    origin: String,
    level: &'static str,
    level_label: &'static str,
    event: String,
    message: String,
    actor: String,
    address: String,
    trace: String,
}

fn view(row: LogRow) -> LogLineView {
    LogLineView {
        id: row.id,
        at: row.at,
        source_label: label(&SOURCES, row.source),
        source: row.source,
        origin: row.origin,
        level_label: label(&platform::logs::form::LEVELS, row.level),
        level: row.level,
        event: row.event,
        message: row.message,
        actor: row.actor,
        address: row.address,
        trace: row.trace,
    }
}

fn day(pointer: &str, text: Option<&str>) -> Result<Option<time::Date>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format)
        .map(Some)
        .map_err(|_| platform::Problem::invalid_field(pointer, "date", "日期要写成 2026-09-21 这样。"))
}

/// Logs of all sources, newest first.
#[utoipa::path(get, path = "/api/v1/security/logs", tag = "security", operation_id = "search_logs", params(LogQuery),
    responses((status = 200, body = List<LogLineView>), Refused, Unreadable),
    security(("desk" = ["log.read"])))]
pub(crate) async fn search_logs(
    State(security): State<Security>,
    _caller: Allowed<ReadLogs>,
    Query(query): Query<LogQuery>,
) -> Result<Json<List<LogLineView>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let filter = LogFilter {
        source: query.source.filter(|text| !text.is_empty()),
        level: query.level.filter(|text| !text.is_empty()),
        text: query.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        from: day("/from", query.from.as_deref())?.map(base::zone::start_of_day),
        until: day("/to", query.to.as_deref())?.map(base::zone::end_of_day),
    };
    let (rows, total) = security.logs(&filter, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &LogLineView| {
        vec![row.id.to_string()]
    })))
}

/// What a check of the collected lines found.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogVerdict {
    batches: usize,
    lines: usize,
    faults: Vec<String>,
}

/// Compute the digests of the lines collected in the last 31 days anew.
#[utoipa::path(post, path = "/api/v1/security/logs/verify", tag = "security", operation_id = "verify_logs",
    responses((status = 200, body = LogVerdict), Refused),
    security(("desk" = ["log.read"])))]
pub(crate) async fn verify_logs(
    State(security): State<Security>,
    _caller: Allowed<ReadLogs>,
) -> Result<Json<LogVerdict>> {
    let found = security.verify_logs(31).await?;
    Ok(Json(LogVerdict { batches: found.batches, lines: found.lines, faults: found.faults }))
}

/// One line as a device sends it.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "read by platform::logs::Raw; this is its description")]
pub(crate) struct LogLineSent {
    /// RFC 3339, or Unix seconds or milliseconds; the time of receipt when absent.
    at: Option<String>,
    /// A word or a syslog number.
    level: Option<String>,
    /// What happened, a key.
    event: Option<String>,
    message: Option<String>,
    /// Host or part; the app id when absent.
    origin: Option<String>,
    actor: Option<String>,
    address: Option<String>,
    trace: Option<String>,
}

/// Lines of a device or system.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "read by hand after the signature is proven; this is its description")]
pub(crate) struct LogsSent {
    /// `device` or `system`.
    source: Option<String>,
    /// At most 500.
    lines: Vec<LogLineSent>,
}

/// What was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogsTaken {
    taken: usize,
}

/// Takes logs of a registered system or device. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/logs/collect", tag = "exchange", operation_id = "collect_logs", request_body = LogsSent,
    responses((status = 202, body = LogsTaken),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"), Unreadable),
    security(("gateway" = ["logs"])))]
pub(crate) async fn collect_logs(
    State(security): State<Security>,
    request: Request,
) -> Result<(StatusCode, Json<LogsTaken>)> {
    let call = Signed::<LogsInterface>::from_request(request, &security).await?;
    let taken = security.collect_logs(&call.system.app_id, &call.body).await?;
    Ok((StatusCode::ACCEPTED, Json(LogsTaken { taken })))
}
