//! HTTP of barcodes.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{NewScan, Scanned, Trace};
use crate::{Intake, ScanCases, TraceCases};

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new().routes(routes!(get_case_barcode)).routes(routes!(list_case_scans)).routes(routes!(scan_case))
}

/// The barcode label of a case
#[utoipa::path(get, path = "/api/v1/cases/{id}/barcode", tag = "intake", operation_id = "get_case_barcode",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, content_type = "image/svg+xml"), Refused, Absent),
    security(("desk" = ["case.trace"])))]
async fn get_case_barcode(
    State(intake): State<Intake>,
    caller: Allowed<TraceCases>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let svg = intake.case_label(&caller, id).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// The scans of a case with the times between them
#[utoipa::path(get, path = "/api/v1/cases/{id}/scans", tag = "intake", operation_id = "list_case_scans",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = Trace), Refused, Absent),
    security(("desk" = ["case.trace"])))]
async fn list_case_scans(
    State(intake): State<Intake>,
    caller: Allowed<TraceCases>,
    Path(id): Path<Uuid>,
) -> Result<Json<Trace>> {
    Ok(Json(intake.case_trace(&caller, id).await?))
}

/// Stamp a scan of a barcode with the time
#[utoipa::path(post, path = "/api/v1/barcode-scans", tag = "intake", operation_id = "scan_case",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewScan,
    responses((status = 201, body = Scanned), Refused, Outdated, Unreadable),
    security(("desk" = ["case.scan"])))]
async fn scan_case(
    State(intake): State<Intake>,
    caller: Allowed<ScanCases>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewScan>,
) -> Result<(StatusCode, Json<Scanned>)> {
    Ok((StatusCode::CREATED, Json(intake.scan(&caller, body, key).await?)))
}
