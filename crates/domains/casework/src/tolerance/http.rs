//! HTTP of promised materials.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::list::{ToleranceFilter, ToleranceList};
use super::supply::{ReceiveTolerated, ReturnTolerated, SupplyTolerated};
use crate::Casework;
use crate::permissions::{AcceptCase, EditMyCase, ExportCases, ListCases};

/// Routes of promised materials.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(supply_my_tolerated))
        .routes(routes!(receive_tolerated))
        .routes(routes!(return_tolerated))
        .routes(routes!(list_tolerances))
        .routes(routes!(export_tolerances))
        .with_state(casework)
}

/// Supply materials promised for later
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/tolerated", tag = "case", operation_id = "supply_my_tolerated",
    params(("id" = Uuid, Path, description = "Case")),
    request_body = SupplyTolerated,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.edit"])))]
async fn supply_my_tolerated(
    State(casework): State<Casework>,
    caller: Allowed<EditMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<SupplyTolerated>,
) -> Result<StatusCode> {
    casework.supply_tolerated(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take materials promised for later at the counter
#[utoipa::path(post, path = "/api/v1/cases/{id}/tolerated/receive", tag = "case", operation_id = "receive_tolerated",
    params(("id" = Uuid, Path, description = "Case")),
    request_body = ReceiveTolerated,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.accept"])))]
async fn receive_tolerated(
    State(casework): State<Casework>,
    caller: Allowed<AcceptCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReceiveTolerated>,
) -> Result<StatusCode> {
    casework.receive_tolerated(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a material supplied later back
#[utoipa::path(post, path = "/api/v1/cases/{id}/tolerated/return", tag = "case", operation_id = "return_tolerated",
    params(("id" = Uuid, Path, description = "Case")),
    request_body = ReturnTolerated,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.accept"])))]
async fn return_tolerated(
    State(casework): State<Casework>,
    caller: Allowed<AcceptCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReturnTolerated>,
) -> Result<StatusCode> {
    casework.return_tolerated(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Materials promised for later, the soonest due first
#[utoipa::path(get, path = "/api/v1/tolerances", tag = "case", operation_id = "list_tolerances", params(ToleranceFilter),
    responses((status = 200, body = ToleranceList), Malformed, Refused),
    security(("desk" = ["case.list"])))]
async fn list_tolerances(
    State(casework): State<Casework>,
    caller: Allowed<ListCases>,
    Query(filter): Query<ToleranceFilter>,
) -> Result<Json<ToleranceList>> {
    Ok(Json(casework.list_tolerances(&caller, &filter).await?))
}

/// The ledger of materials promised for later as CSV, names masked
#[utoipa::path(get, path = "/api/v1/tolerances/export", tag = "case", operation_id = "export_tolerances",
    params(ToleranceFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["case.export"])))]
async fn export_tolerances(
    State(casework): State<Casework>,
    caller: Allowed<ExportCases>,
    Query(filter): Query<ToleranceFilter>,
) -> Result<Response> {
    let head =
        ["办件编号", "事项", "申请人", "办理部门", "容缺材料", "状态", "补交期限", "办结期限", "补交时间", "补交人"];
    Ok(csv::file("tolerances.csv", &head, casework.export_tolerances(&caller, &filter).await?))
}
