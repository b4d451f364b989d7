//! Print templates and field mappings: looking in, test runs.

use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Refused, Unreadable};

use crate::Library;
use crate::permissions::{EditDesign, ReadDesign};
use crate::prints::{InspectPrint, MappingRun, PreviewPrint, PrintInsight, RunMapping};

/// The places of a print template with their sources, and what they may take.
#[utoipa::path(post, path = "/api/v1/design/prints/inspect", tag = "design", operation_id = "inspect_print",
    request_body = InspectPrint,
    responses((status = 200, body = PrintInsight), Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn inspect_print(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<InspectPrint>,
) -> Result<Json<PrintInsight>> {
    Ok(Json(library.inspect_print(&asked).await?))
}

/// Fills a print template with sample data.
#[utoipa::path(post, path = "/api/v1/design/prints/preview", tag = "design", operation_id = "preview_print",
    request_body = PreviewPrint,
    responses(
        (status = 200, description = "PDF or DOCX", content_type = "application/octet-stream"),
        Refused,
        Unreadable,
    ),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn preview_print(
    State(library): State<Library>,
    _caller: Allowed<EditDesign>,
    Json(asked): Json<PreviewPrint>,
) -> Result<impl IntoResponse> {
    let (file, media) = library.preview_print(asked).await?;
    Ok((AppendHeaders([(header::CONTENT_TYPE, media)]), file))
}

/// Runs a field mapping with sample data: what the other system would get, and what it would not take.
#[utoipa::path(post, path = "/api/v1/design/mappings/run", tag = "design", operation_id = "run_mapping",
    request_body = RunMapping,
    responses((status = 200, body = MappingRun), Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn run_mapping(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<RunMapping>,
) -> Result<Json<MappingRun>> {
    Ok(Json(library.run_mapping(&asked).await?))
}
