//! HTTP of figures: the report of cases and its export.

use axum::extract::State;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::report::{CaseFigures, CaseStatistics, CaseStatisticsFilter};
use crate::Casework;
use crate::permissions::ReadCaseStatistics;

/// Routes of figures.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_case_statistics))
        .routes(routes!(export_case_statistics))
        .with_state(casework)
}

/// Cases of one's reach by item, department, area, channel, state, result or period (OPS-007)
#[utoipa::path(get, path = "/api/v1/case-statistics", tag = "statistics", operation_id = "get_case_statistics",
    params(CaseStatisticsFilter),
    responses((status = 200, body = CaseStatistics), Refused, Unreadable),
    security(("desk" = ["case_statistics.read"])))]
async fn get_case_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadCaseStatistics>,
    Query(filter): Query<CaseStatisticsFilter>,
) -> Result<Json<CaseStatistics>> {
    Ok(Json(casework.case_statistics(&caller, &filter).await?))
}

/// The same as CSV, with the sum
#[utoipa::path(get, path = "/api/v1/case-statistics/export", tag = "statistics", operation_id = "export_case_statistics",
    params(CaseStatisticsFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["case_statistics.read"])))]
async fn export_case_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadCaseStatistics>,
    Query(filter): Query<CaseStatisticsFilter>,
) -> Result<Response> {
    let found = casework.case_statistics(&caller, &filter).await?;
    let share = |permille: Option<u64>| {
        permille.map(|permille| format!("{}.{}%", permille / 10, permille % 10)).unwrap_or_default()
    };
    let line = |row: &CaseFigures| {
        let mut cells = vec![row.label.clone()];
        cells.extend([row.filed, row.ended, row.accepted, row.closed, row.on_time].map(|number| number.to_string()));
        cells.push(share(row.punctuality));
        cells.push(row.delivered.to_string());
        cells
    };
    let rows: Vec<Vec<String>> = found.items.iter().chain(std::iter::once(&found.total)).map(line).collect();
    let head = ["名称", "申请", "其中已结束", "受理", "办结", "按时办结", "按时率", "领取"];
    Ok(csv::file("case-statistics.csv", &head, rows))
}
