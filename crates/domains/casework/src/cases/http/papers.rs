//! Printing, stamping and verifying papers of cases.

use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use platform::{Problem, Result};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Casework;
use crate::cases::service::authenticity::DocumentAnswer;
use crate::cases::service::printing::{PrintAsk, PrintChoice, PrintMenu, Printed};
use crate::cases::service::stamping::StampPaper;
use crate::papers::service::PaperStamp;
use crate::permissions;

/// Bytes of the largest file to verify.
const LARGEST: usize = 8 << 20;

/// What everybody may ask.
pub(super) fn public_routes() -> OpenApiRouter<Casework> {
    OpenApiRouter::new().routes(routes!(verify_document)).layer(DefaultBodyLimit::max(LARGEST + (64 << 10)))
}

/// The upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body in the OpenAPI document")]
pub(super) struct DocumentUpload {
    /// The document, PDF, at most 8 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

fn respond(printed: Printed) -> Result<Response> {
    // RFC 5987: names people read are not ASCII.
    let name: String = printed.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let disposition = HeaderValue::from_str(&format!("inline; filename*=UTF-8''{name}")).map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(printed.media)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, printed.bytes).into_response())
}

/// What an own case or draft may be printed on.
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/prints", tag = "case", operation_id = "list_my_prints",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = Vec<PrintChoice>), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn list_my_prints(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<PrintChoice>>> {
    Ok(Json(casework.my_print_menu(&caller, id).await?))
}

/// An own case as it prints; a draft is marked as a preview.
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/prints/{paper}", tag = "case", operation_id = "print_my_case",
    params(("id" = Uuid, Path, description = "Case"), ("paper" = String, Path, description = "`application` or a paper"), PrintAsk),
    responses(
        (status = 200, description = "PDF or DOCX", content_type = "application/pdf"),
        Refused,
        Absent,
        Unreadable,
    ),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn print_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path((id, paper)): Path<(Uuid, String)>,
    Query(ask): Query<PrintAsk>,
) -> Result<Response> {
    respond(casework.print_mine(&caller, id, &paper, ask).await?)
}

/// What a case may be printed on, what was stamped.
#[utoipa::path(get, path = "/api/v1/cases/{id}/prints", tag = "case", operation_id = "get_print_menu",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = PrintMenu), Refused, Absent),
    security(("desk" = ["case.print"])))]
pub(super) async fn get_print_menu(
    State(casework): State<Casework>,
    caller: Allowed<permissions::PrintCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<PrintMenu>> {
    Ok(Json(casework.print_menu(&caller, id).await?))
}

/// A case as it prints: masked, or in full by right, level and reason; logged.
#[utoipa::path(get, path = "/api/v1/cases/{id}/prints/{paper}", tag = "case", operation_id = "print_case",
    params(("id" = Uuid, Path, description = "Case"), ("paper" = String, Path, description = "`application` or a paper"), PrintAsk),
    responses(
        (status = 200, description = "PDF or DOCX", content_type = "application/pdf"),
        Refused,
        Absent,
        Unreadable,
    ),
    security(("desk" = ["case.print"])))]
pub(super) async fn print_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::PrintCase>,
    Path((id, paper)): Path<(Uuid, String)>,
    Query(ask): Query<PrintAsk>,
) -> Result<Response> {
    respond(casework.print_case(&caller, id, &paper, ask).await?)
}

/// Puts the bound seal on a paper of a case.
#[utoipa::path(post, path = "/api/v1/cases/{id}/stamps", tag = "case", operation_id = "stamp_case_paper",
    params(("id" = Uuid, Path, description = "Case")), request_body = StampPaper,
    responses((status = 200, body = PaperStamp), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.stamp"])))]
pub(super) async fn stamp_case_paper(
    State(casework): State<Casework>,
    caller: Allowed<permissions::StampCase>,
    Path(id): Path<Uuid>,
    Json(asked): Json<StampPaper>,
) -> Result<Json<PaperStamp>> {
    Ok(Json(casework.stamp_at_window(&caller, id, asked).await?))
}

/// Whether a PDF is a document of ours, unchanged. Nothing of it is kept.
#[utoipa::path(post, path = "/api/v1/documents/verify-file", tag = "case", operation_id = "verify_document_file",
    request_body(content = DocumentUpload, content_type = "multipart/form-data"),
    responses((status = 200, body = DocumentAnswer), Unreadable))]
pub(super) async fn verify_document(
    State(casework): State<Casework>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Json<DocumentAnswer>> {
    let file = read(multipart.map_err(|_| no_file())?).await?;
    Ok(Json(casework.check_document(file).await?))
}

/// The first part named `file`.
async fn read(mut multipart: Multipart) -> Result<Bytes> {
    while let Some(part) = multipart.next_field().await.map_err(|_| no_file())? {
        if part.name() == Some("file") {
            let bytes = part.bytes().await.map_err(|_| platform::files::too_large((LARGEST >> 20) as u64))?;
            return if bytes.is_empty() { Err(no_file()) } else { Ok(bytes) };
        }
    }
    Err(no_file())
}

fn no_file() -> Problem {
    Problem::invalid_field("/file", "required", "选一个要核验的 PDF 文件，不超过 8 兆字节")
}
