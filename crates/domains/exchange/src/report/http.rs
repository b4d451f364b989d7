//! Reports to the upper platform at the desk.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unavailable, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::held::{MendReport, ReportCheck};
use super::reconcile::DayReconciliation;
use super::store;
use crate::ledger::http::before;
use crate::{Exchange, ReadExchange, ResendReports};

/// Which reports.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportFilter {
    /// `waiting`, `sent`, `failed`, `held` (by the quality check).
    state: Option<String>,
    /// Case number or a part of it.
    q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// How far one case has been reported.
#[derive(Serialize, ToSchema)]
#[schema(as = ExchangeReport)]
pub(crate) struct ReportView {
    case_id: Uuid,
    case_number: String,
    state: String,
    /// 待上报、已上报、上报失败.
    state_label: &'static str,
    /// Last event sent, by its number in the chain; 0 for none.
    sent_no: i64,
    /// Last event to send.
    last_no: i64,
    /// Failures since the last success.
    attempts: i64,
    last_error: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: OffsetDateTime,
}

/// Reports with the counts per state and where they go.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportList {
    #[serde(flatten)]
    list: List<ReportView>,
    /// Reports per state under the other filters.
    #[schema(value_type = Object)]
    counts: std::collections::BTreeMap<String, u64>,
    target: TargetView,
}

/// Where reports go.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportTarget)]
pub(crate) struct TargetView {
    /// Whether an upper platform is set.
    on: bool,
    /// Its address; empty when none is set.
    url: String,
    app_id: String,
}

fn label(state: &str) -> &'static str {
    match state {
        "sent" => "已上报",
        "failed" => "上报失败",
        "held" => "质检未通过",
        _ => "待上报",
    }
}

/// How far cases have been reported to the upper platform, newest cases first.
#[utoipa::path(get, path = "/api/v1/exchange/reports", tag = "exchange", operation_id = "list_exchange_reports", params(ReportFilter),
    responses((status = 200, body = ReportList), Refused),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn list_exchange_reports(
    State(exchange): State<Exchange>,
    _caller: Allowed<ReadExchange>,
    Query(filter): Query<ReportFilter>,
) -> Result<Json<ReportList>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let full = |text: &&str| !text.trim().is_empty();
    let (state, number) = (filter.state.as_deref().filter(full), filter.q.as_deref().map(str::trim).filter(full));
    let conn = exchange.platform.db.read();
    let counts: std::collections::BTreeMap<String, u64> = store::counts(conn, number)
        .await?
        .into_iter()
        .map(|(state, count)| (state, u64::try_from(count).unwrap_or(0)))
        .collect();
    let total = match state {
        Some(state) => counts.get(state).copied().unwrap_or(0),
        None => counts.values().sum(),
    };
    let rows = store::page(conn, state, number, before(&page)?, page.limit()).await?;
    let items = rows
        .into_iter()
        .map(|row| ReportView {
            case_id: row.case_id,
            case_number: row.case_number,
            state_label: label(&row.state),
            state: row.state,
            sent_no: row.sent_no,
            last_no: row.last_no,
            attempts: row.attempts,
            last_error: row.last_error,
            updated_at: row.updated_at,
        })
        .collect();
    let now = exchange.platform.now();
    let target = exchange.upper.target();
    let on = exchange.upper.is_on();
    Ok(Json(ReportList {
        list: List::cut(items, page.limit(), total, now, |one: &ReportView| vec![one.case_id.to_string()]),
        counts,
        target: TargetView { on, url: if on { target.address } else { String::new() }, app_id: target.app_id },
    }))
}

/// Sends what a case still has to report again.
#[utoipa::path(post, path = "/api/v1/exchange/reports/{id}/resend", tag = "exchange", operation_id = "resend_exchange_report",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["exchange.resend"])))]
pub(crate) async fn resend_exchange_report(
    State(exchange): State<Exchange>,
    caller: Allowed<ResendReports>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    exchange.resend(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the quality check says of a case that is to be reported.
#[utoipa::path(get, path = "/api/v1/exchange/reports/{id}/check", tag = "exchange", operation_id = "get_report_check",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = ReportCheck), Refused, Absent),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn get_report_check(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadExchange>,
    Path(id): Path<Uuid>,
) -> Result<Json<ReportCheck>> {
    Ok(Json(exchange.report_check(&caller, id).await?))
}

/// Checks a held case again; one that passes is reported at once.
#[utoipa::path(post, path = "/api/v1/exchange/reports/{id}/check", tag = "exchange", operation_id = "check_exchange_report",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = ReportCheck), Refused, Absent),
    security(("desk" = ["exchange.resend"])))]
pub(crate) async fn check_exchange_report(
    State(exchange): State<Exchange>,
    caller: Allowed<ResendReports>,
    Path(id): Path<Uuid>,
) -> Result<Json<ReportCheck>> {
    Ok(Json(exchange.check_report_again(&caller, id).await?))
}

/// Mends fields for the report of a case, then checks it again.
#[utoipa::path(put, path = "/api/v1/exchange/reports/{id}/mended", tag = "exchange", operation_id = "mend_exchange_report",
    params(("id" = Uuid, Path, description = "Case")), request_body = MendReport,
    responses((status = 200, body = ReportCheck), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["exchange.resend"])))]
pub(crate) async fn mend_exchange_report(
    State(exchange): State<Exchange>,
    caller: Allowed<ResendReports>,
    Path(id): Path<Uuid>,
    Json(body): Json<MendReport>,
) -> Result<Json<ReportCheck>> {
    Ok(Json(exchange.mend_report(&caller, id, body).await?))
}

/// Which page.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct DayPage {
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Days compared with the upper platform, newest first.
#[utoipa::path(get, path = "/api/v1/exchange/reconciliations", tag = "exchange", operation_id = "list_reconciliations", params(DayPage),
    responses((status = 200, body = List<DayReconciliation>), Refused),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn list_reconciliations(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadExchange>,
    Query(page): Query<DayPage>,
) -> Result<Json<List<DayReconciliation>>> {
    let page = PageQuery { limit: page.limit, cursor: page.cursor };
    Ok(Json(exchange.reconciliations(&caller, &page).await?))
}

/// Compares what was reported on a day with what the upper platform has; again replaces what was found.
#[utoipa::path(put, path = "/api/v1/exchange/reconciliations/{day}", tag = "exchange", operation_id = "reconcile_day",
    params(("day" = String, Path, description = "Day in China, YYYY-MM-DD")),
    responses((status = 200, body = DayReconciliation), Refused, Outdated, Unreadable, Unavailable),
    security(("desk" = ["exchange.resend"])))]
pub(crate) async fn reconcile_day(
    State(exchange): State<Exchange>,
    caller: Allowed<ResendReports>,
    Path(day): Path<String>,
) -> Result<Json<DayReconciliation>> {
    Ok(Json(exchange.reconcile(&caller, &day).await?))
}
