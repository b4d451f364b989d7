//! HTTP of dispatched cases: thin handlers, one service call each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::acts::{RetryDispatch, SettleDispatch, TakeDispatchOver};
use super::trace::TraceEntry;
use super::views::{CaseExchange, DispatchFilter, DispatchList};
use crate::{Exchange, HandleDispatches, ReadDispatches};

const HEAD: [&str; 12] = [
    "办件编号",
    "事项",
    "办理方式",
    "对方系统",
    "状态",
    "异常",
    "原因",
    "次数",
    "送达时间",
    "最近回音",
    "结束时间",
    "结束人",
];
const TRACE_HEAD: [&str; 12] = [
    "时间",
    "方向",
    "系统标识",
    "系统",
    "操作",
    "结果",
    "状态码",
    "代码",
    "摘要(SM3)",
    "大小(字节)",
    "耗时(毫秒)",
    "说明",
];

/// Which page.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct TracePage {
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Cases that other systems handle, newest first; the exceptions when no state is named.
#[utoipa::path(get, path = "/api/v1/dispatches", tag = "exchange", operation_id = "list_dispatches", params(DispatchFilter),
    responses((status = 200, body = DispatchList), Refused),
    security(("desk" = ["dispatch.read"])))]
pub(crate) async fn list_dispatches(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadDispatches>,
    Query(filter): Query<DispatchFilter>,
) -> Result<Json<DispatchList>> {
    Ok(Json(exchange.dispatches(&caller, &filter).await?))
}

/// The same as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/dispatches/export", tag = "exchange", operation_id = "export_dispatches", params(DispatchFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["dispatch.read"])))]
pub(crate) async fn export_dispatches(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadDispatches>,
    Query(filter): Query<DispatchFilter>,
) -> Result<Response> {
    Ok(csv::file("dispatches.csv", &HEAD, exchange.dispatch_lines(&caller, &filter).await?))
}

/// How a case stands with other systems.
#[utoipa::path(get, path = "/api/v1/cases/{id}/exchange", tag = "exchange", operation_id = "get_case_exchange",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = CaseExchange), Refused, Absent),
    security(("desk" = ["dispatch.read"])))]
pub(crate) async fn get_case_exchange(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadDispatches>,
    Path(id): Path<Uuid>,
) -> Result<Json<CaseExchange>> {
    Ok(Json(exchange.case_exchange(&caller, id).await?))
}

/// Every message in and out about a case, newest first.
#[utoipa::path(get, path = "/api/v1/cases/{id}/exchange/trace", tag = "exchange", operation_id = "list_case_trace",
    params(("id" = Uuid, Path, description = "Case"), TracePage),
    responses((status = 200, body = List<TraceEntry>), Malformed, Refused, Absent),
    security(("desk" = ["dispatch.read"])))]
pub(crate) async fn list_case_trace(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadDispatches>,
    Path(id): Path<Uuid>,
    Query(page): Query<TracePage>,
) -> Result<Json<List<TraceEntry>>> {
    let page = PageQuery { limit: page.limit, cursor: page.cursor };
    Ok(Json(exchange.trace(&caller, id, &page).await?))
}

/// The same as CSV, the newest 2,000; the download is audited.
#[utoipa::path(get, path = "/api/v1/cases/{id}/exchange/trace/export", tag = "exchange", operation_id = "export_case_trace",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, content_type = "text/csv"), Refused, Absent),
    security(("desk" = ["dispatch.read"])))]
pub(crate) async fn export_case_trace(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadDispatches>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    Ok(csv::file("trace.csv", &TRACE_HEAD, exchange.trace_lines(&caller, id).await?))
}

/// Sends a case to its system again now.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exchange/retry", tag = "exchange", operation_id = "retry_dispatch",
    params(("id" = Uuid, Path, description = "Case")), request_body = RetryDispatch,
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["dispatch.handle"])))]
pub(crate) async fn retry_dispatch(
    State(exchange): State<Exchange>,
    caller: Allowed<HandleDispatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<RetryDispatch>,
) -> Result<StatusCode> {
    exchange.retry_dispatch(&caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// People here go on with a case that another system had.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exchange/take-over", tag = "exchange", operation_id = "take_dispatch_over",
    params(("id" = Uuid, Path, description = "Case")), request_body = TakeDispatchOver,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["dispatch.handle"])))]
pub(crate) async fn take_dispatch_over(
    State(exchange): State<Exchange>,
    caller: Allowed<HandleDispatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<TakeDispatchOver>,
) -> Result<StatusCode> {
    exchange.take_dispatch_over(&caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The end of a case was told to its system by other means.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exchange/settle", tag = "exchange", operation_id = "settle_dispatch",
    params(("id" = Uuid, Path, description = "Case")), request_body = SettleDispatch,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["dispatch.handle"])))]
pub(crate) async fn settle_dispatch(
    State(exchange): State<Exchange>,
    caller: Allowed<HandleDispatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<SettleDispatch>,
) -> Result<StatusCode> {
    exchange.settle_dispatch(&caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is missing of the files named by address is fetched again now.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exchange/fetch", tag = "exchange", operation_id = "fetch_case_files",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["dispatch.handle"])))]
pub(crate) async fn fetch_case_files(
    State(exchange): State<Exchange>,
    caller: Allowed<HandleDispatches>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    exchange.fetch_again(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
