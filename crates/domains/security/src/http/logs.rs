//! Logs: the search, the proof, the collector.

use axum::extract::FromRequest;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use identity::systems::Signed;
use platform::Problem;
use platform::logs::visits::VISITORS;
use platform::web::csv;
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
use crate::logs::search::{LogFilter, LogRow, Response, SOURCES};
use crate::permissions::{ExportLogs, ReadLogs};
use crate::risks::model::label;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// `application`, `access`, `audit`, `device` or `system`.
    source: Option<String>,
    /// `error`, `warn`, `info` or `debug`.
    level: Option<String>,
    /// Part of the text; of a visit part of its route, or its trace id.
    q: Option<String>,
    /// A person: id, or part of name or login.
    actor: Option<String>,
    /// Visits of `anonymous`, `account`, `staff` or `system`.
    visitor: Option<String>,
    /// Visits of routes that contain this, `/api/v1/cases`.
    route: Option<String>,
    /// Visits answered so: `200`, or `2xx` to `5xx`.
    status: Option<String>,
    /// First China date; visits without one are those of the last seven days.
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
    /// What was answered to a visit; absent for lines of other kinds.
    response: Option<LogResponse>,
}

/// What was answered to a visit.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogResponse {
    method: String,
    /// Route template, without ids and conditions.
    route: String,
    status: i64,
    /// Milliseconds until the answer began.
    took_ms: i64,
    /// Bytes of the answer; absent where they were not known beforehand.
    bytes: Option<i64>,
}

impl From<Response> for LogResponse {
    fn from(said: Response) -> Self {
        Self { method: said.method, route: said.route, status: said.status, took_ms: said.took_ms, bytes: said.bytes }
    }
}

impl LogQuery {
    fn filter(&self) -> Result<LogFilter> {
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let visitor = given(&self.visitor);
        if visitor.as_deref().is_some_and(|kind| label(&VISITORS, kind).is_empty()) {
            return Err(Problem::invalid_field("/visitor", "option", "访问者请在列出的几类里选择。"));
        }
        Ok(LogFilter {
            source: given(&self.source),
            level: given(&self.level),
            text: given(&self.q),
            actor: given(&self.actor),
            visitor,
            route: given(&self.route),
            status: given(&self.status).as_deref().map(status).transpose()?,
            from: day("/from", self.from.as_deref())?.map(base::zone::start_of_day),
            until: day("/to", self.to.as_deref())?.map(base::zone::end_of_day),
        })
    }
}

/// First and last status of `404` or `4xx`.
fn status(text: &str) -> Result<(i64, i64)> {
    let class =
        text.strip_suffix("xx").and_then(|class| class.parse::<i64>().ok()).filter(|class| (1..=5).contains(class));
    let whole = text.parse::<i64>().ok().filter(|status| (100..600).contains(status));
    match (class, whole) {
        (Some(class), _) => Ok((class * 100, class * 100 + 99)),
        (None, Some(status)) => Ok((status, status)),
        (None, None) => Err(Problem::invalid_field("/status", "status", "响应状态写成 404，或者 4xx 这样的一类。")),
    }
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
        response: row.response.map(LogResponse::from),
    }
}

fn day(pointer: &str, text: Option<&str>) -> Result<Option<time::Date>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format)
        .map(Some)
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-21 这样。"))
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
    let filter = query.filter()?;
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (rows, total) = security.logs(&filter, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &LogLineView| {
        vec![row.id.to_string()]
    })))
}

const HEAD: [&str; 14] = [
    "时间",
    "来源",
    "级别",
    "来自",
    "事件",
    "内容",
    "人员",
    "网络地址",
    "方法",
    "路由",
    "响应状态",
    "毫秒",
    "字节",
    "追踪编号",
];

/// The lines that fit as CSV; names and addresses masked, as in a masked export of the audit log.
#[utoipa::path(get, path = "/api/v1/security/logs/export", tag = "security", operation_id = "export_logs", params(LogQuery),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["log.export"])))]
pub(crate) async fn export_logs(
    State(security): State<Security>,
    caller: Allowed<ExportLogs>,
    Query(query): Query<LogQuery>,
) -> Result<axum::response::Response> {
    let rows = security.export_logs(&caller, &query.filter()?).await?;
    let lines = rows.into_iter().map(view).map(|line| {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let said = line.response;
        vec![
            base::zone::moment_text(line.at),
            line.source_label.to_owned(),
            line.level_label.to_owned(),
            line.origin,
            line.event,
            line.message,
            line.actor,
            line.address,
            said.as_ref().map(|said| said.method.clone()).unwrap_or_default(),
            said.as_ref().map(|said| said.route.clone()).unwrap_or_default(),
            number(said.as_ref().map(|said| said.status)),
            number(said.as_ref().map(|said| said.took_ms)),
            number(said.as_ref().and_then(|said| said.bytes)),
            line.trace,
        ]
    });
    Ok(csv::file("logs.csv", &HEAD, lines))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-034
    #[test]
    fn a_status_is_a_number_or_a_class() {
        assert_eq!(status("404").unwrap(), (404, 404));
        assert_eq!(status("5xx").unwrap(), (500, 599));
        for wrong in ["", "6xx", "xx", "4x", "99", "600", "-4xx"] {
            assert_eq!(status(wrong).unwrap_err().field_errors()[0].pointer, "/status", "{wrong}");
        }
    }
}
