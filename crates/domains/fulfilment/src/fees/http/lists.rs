//! Lists of fees at the desk, and days compared with the payment platform.

use axum::extract::State;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Refused, Unavailable, Unreadable};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::Fulfilment;
use crate::fees::service::lists::{FeeFilter, FeeList};
use crate::fees::service::reconcile::Reconciliation;
use crate::permissions::{ReadFees, ReconcileFees};

const HEAD: [&str; 10] =
    ["办件编号", "事项", "申请人", "状态", "金额（元）", "缴费方式", "缴费时间", "凭证号", "票据号码", "核算时间"];

/// Fees of the caller's reach, newest first, with sums by state.
#[utoipa::path(get, path = "/api/v1/fees", tag = "fees", operation_id = "list_fees", params(FeeFilter),
    responses((status = 200, body = FeeList), Refused, Unreadable),
    security(("desk" = ["fee.read"])))]
pub(crate) async fn list_fees(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadFees>,
    Query(filter): Query<FeeFilter>,
) -> Result<Json<FeeList>> {
    Ok(Json(fulfilment.fees(&caller, &filter).await?))
}

/// The list as CSV, at most 5,000 rows; the download is audited.
#[utoipa::path(get, path = "/api/v1/fees/export", tag = "fees", operation_id = "export_fees", params(FeeFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["fee.read"])))]
pub(crate) async fn export_fees(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadFees>,
    Query(filter): Query<FeeFilter>,
) -> Result<Response> {
    Ok(csv::file("fees.csv", &HEAD, fulfilment.export_fees(&caller, &filter).await?))
}

/// Which page of days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementFilter {
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A day to compare.
#[derive(Deserialize, ToSchema)]
pub(crate) struct StatementDay {
    /// `YYYY-MM-DD`.
    day: String,
}

/// Days compared with the statement of the payment platform, newest first.
#[utoipa::path(get, path = "/api/v1/fee-statements", tag = "fees", operation_id = "list_fee_statements", params(StatementFilter),
    responses((status = 200, body = List<Reconciliation>), Refused),
    security(("desk" = ["fee.reconcile"])))]
pub(crate) async fn list_fee_statements(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReconcileFees>,
    Query(filter): Query<StatementFilter>,
) -> Result<Json<List<Reconciliation>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    Ok(Json(fulfilment.fee_statements(&caller, &page).await?))
}

/// Compares a day with the statement of the payment platform; again replaces the earlier result.
#[utoipa::path(post, path = "/api/v1/fee-statements", tag = "fees", operation_id = "reconcile_fees", request_body = StatementDay,
    responses((status = 200, body = Reconciliation), Refused, Unreadable, Unavailable),
    security(("desk" = ["fee.reconcile"])))]
pub(crate) async fn reconcile_fees(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReconcileFees>,
    Json(body): Json<StatementDay>,
) -> Result<Json<Reconciliation>> {
    Ok(Json(fulfilment.reconcile_fees(&caller, &body.day).await?))
}
