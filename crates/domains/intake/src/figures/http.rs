//! HTTP of the figures.

use axum::extract::State;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Figures, FiguresFilter, Statistics};
use crate::{Intake, ReadFigures};

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new().routes(routes!(get_intake_statistics)).routes(routes!(export_intake_statistics))
}

/// How many cases came in which way
#[utoipa::path(get, path = "/api/v1/intake-statistics", tag = "intake", operation_id = "get_intake_statistics",
    params(FiguresFilter),
    responses((status = 200, body = Statistics), Refused, Unreadable),
    security(("desk" = ["intake_figures.read"])))]
async fn get_intake_statistics(
    State(intake): State<Intake>,
    caller: Allowed<ReadFigures>,
    Query(filter): Query<FiguresFilter>,
) -> Result<Json<Statistics>> {
    Ok(Json(intake.statistics(&caller, &filter).await?))
}

/// The same as CSV, with the sum
#[utoipa::path(get, path = "/api/v1/intake-statistics/export", tag = "intake", operation_id = "export_intake_statistics",
    params(FiguresFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["intake_figures.read"])))]
async fn export_intake_statistics(
    State(intake): State<Intake>,
    caller: Allowed<ReadFigures>,
    Query(filter): Query<FiguresFilter>,
) -> Result<Response> {
    let found = intake.statistics(&caller, &filter).await?;
    let head = ["名称", "普通件", "批量件", "只进不出件", "只出不进件", "收件合计", "计入时限", "出件合计"];
    let line = |row: &Figures| {
        let mut cells = vec![row.label.clone()];
        cells.extend(
            [row.normal, row.bulk, row.in_only, row.out_only, row.taken, row.timed, row.handed_over]
                .map(|count| count.to_string()),
        );
        cells
    };
    let rows: Vec<Vec<String>> = found.items.iter().chain(std::iter::once(&found.total)).map(line).collect();
    intake.note_export(&caller, "intake_figures.export", rows.len()).await?;
    Ok(csv::file("intake-statistics.csv", &head, rows))
}
