//! HTTP of bulk cases.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Act;
use super::batches::{BatchAct, BatchFilter, BatchView, ChangeBatch, NewBatch};
use super::import::{HEAD, ImportLines, Imported};
use super::lines::{LineFilter, LineView, RemoveLines, SetLine};
use crate::{AcceptBatches, CompleteBatches, EditBatches, Intake, ReadBatches};

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new()
        .routes(routes!(list_bulk_batches, create_bulk_batch))
        .routes(routes!(get_bulk_batch, change_bulk_batch, remove_bulk_batch))
        .routes(routes!(list_bulk_lines, add_bulk_line))
        .routes(routes!(change_bulk_line))
        .routes(routes!(remove_bulk_lines))
        .routes(routes!(import_bulk_lines))
        .routes(routes!(export_bulk_lines))
        .routes(routes!(get_bulk_frame))
        .routes(routes!(register_bulk_batch))
        .routes(routes!(accept_bulk_batch))
        .routes(routes!(complete_bulk_batch))
}

/// Version of a batch to remove.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BatchVersion {
    /// Version of the page.
    version: i64,
}

/// How many lines were deleted.
#[derive(Debug, Serialize, ToSchema)]
struct RemovedLines {
    removed: u64,
}

/// Batches within reach, newest first
#[utoipa::path(get, path = "/api/v1/bulk-batches", tag = "intake", operation_id = "list_bulk_batches", params(BatchFilter),
    responses((status = 200, body = List<BatchView>), Malformed, Refused),
    security(("desk" = ["bulk.read"])))]
async fn list_bulk_batches(
    State(intake): State<Intake>,
    caller: Allowed<ReadBatches>,
    Query(filter): Query<BatchFilter>,
) -> Result<Json<List<BatchView>>> {
    Ok(Json(intake.list_batches(&caller, &filter).await?))
}

/// Make a batch
#[utoipa::path(post, path = "/api/v1/bulk-batches", tag = "intake", operation_id = "create_bulk_batch",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewBatch,
    responses((status = 201, body = BatchView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn create_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewBatch>,
) -> Result<(StatusCode, Json<BatchView>)> {
    Ok((StatusCode::CREATED, Json(intake.create_batch(&caller, body, key).await?)))
}

/// A batch
#[utoipa::path(get, path = "/api/v1/bulk-batches/{id}", tag = "intake", operation_id = "get_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch")),
    responses((status = 200, body = BatchView), Refused, Absent),
    security(("desk" = ["bulk.read"])))]
async fn get_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<ReadBatches>,
    Path(id): Path<Uuid>,
) -> Result<Json<BatchView>> {
    Ok(Json(intake.batch(&caller, id).await?))
}

/// Change a batch
#[utoipa::path(put, path = "/api/v1/bulk-batches/{id}", tag = "intake", operation_id = "change_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch")),
    request_body = ChangeBatch,
    responses((status = 200, body = BatchView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn change_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeBatch>,
) -> Result<Json<BatchView>> {
    Ok(Json(intake.change_batch(&caller, id, body).await?))
}

/// Throw away a batch without cases
#[utoipa::path(delete, path = "/api/v1/bulk-batches/{id}", tag = "intake", operation_id = "remove_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch"), BatchVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["bulk.edit"])))]
async fn remove_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    Query(asked): Query<BatchVersion>,
) -> Result<StatusCode> {
    intake.remove_batch(&caller, id, asked.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lines of a batch, masked
#[utoipa::path(get, path = "/api/v1/bulk-batches/{id}/lines", tag = "intake", operation_id = "list_bulk_lines",
    params(("id" = Uuid, Path, description = "Batch"), LineFilter),
    responses((status = 200, body = List<LineView>), Malformed, Refused, Absent),
    security(("desk" = ["bulk.read"])))]
async fn list_bulk_lines(
    State(intake): State<Intake>,
    caller: Allowed<ReadBatches>,
    Path(id): Path<Uuid>,
    Query(filter): Query<LineFilter>,
) -> Result<Json<List<LineView>>> {
    Ok(Json(intake.list_lines(&caller, id, &filter).await?))
}

/// Enter a line
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/lines", tag = "intake", operation_id = "add_bulk_line",
    params(("id" = Uuid, Path, description = "Batch"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = SetLine,
    responses((status = 201, body = LineView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn add_bulk_line(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<SetLine>,
) -> Result<(StatusCode, Json<LineView>)> {
    Ok((StatusCode::CREATED, Json(intake.add_line(&caller, id, body, key).await?)))
}

/// Change a line that is no case yet
#[utoipa::path(put, path = "/api/v1/bulk-batches/{id}/lines/{line}", tag = "intake", operation_id = "change_bulk_line",
    params(("id" = Uuid, Path, description = "Batch"), ("line" = Uuid, Path, description = "Line")),
    request_body = SetLine,
    responses((status = 200, body = LineView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn change_bulk_line(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path((id, line)): Path<(Uuid, Uuid)>,
    Json(body): Json<SetLine>,
) -> Result<Json<LineView>> {
    Ok(Json(intake.change_line(&caller, id, line, body).await?))
}

/// Delete lines that are no cases yet
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/lines/remove", tag = "intake", operation_id = "remove_bulk_lines",
    params(("id" = Uuid, Path, description = "Batch")),
    request_body = RemoveLines,
    responses((status = 200, body = RemovedLines), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn remove_bulk_lines(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<RemoveLines>,
) -> Result<Json<RemovedLines>> {
    Ok(Json(RemovedLines { removed: intake.remove_lines(&caller, id, body).await? }))
}

/// Enter the right lines of an Excel or CSV file
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/import", tag = "intake", operation_id = "import_bulk_lines",
    params(("id" = Uuid, Path, description = "Batch"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = ImportLines,
    responses((status = 200, body = Imported), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn import_bulk_lines(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<ImportLines>,
) -> Result<Json<Imported>> {
    Ok(Json(intake.import_lines(&caller, id, body, key).await?))
}

/// Lines with their cases and problems as CSV, masked
#[utoipa::path(get, path = "/api/v1/bulk-batches/{id}/export", tag = "intake", operation_id = "export_bulk_lines",
    params(("id" = Uuid, Path, description = "Batch"), LineFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Absent),
    security(("desk" = ["bulk.read"])))]
async fn export_bulk_lines(
    State(intake): State<Intake>,
    caller: Allowed<ReadBatches>,
    Path(id): Path<Uuid>,
    Query(filter): Query<LineFilter>,
) -> Result<Response> {
    let head = ["行号", "申请人", "证件号码", "联系电话", "办件编号", "状态", "没有办成的原因"];
    let mut filter = LineFilter { limit: Some(100), cursor: None, ..filter };
    let mut rows = Vec::new();
    // A batch has an upper limit of lines, so the file has one.
    loop {
        let page = intake.list_lines(&caller, id, &filter).await?;
        rows.extend(page.items.into_iter().map(|line| {
            vec![
                line.no.to_string(),
                line.applicant_name,
                line.id_masked,
                line.phone_masked,
                line.case_number,
                line.state_label,
                line.problem,
            ]
        }));
        match page.next {
            Some(next) => filter.cursor = Some(next),
            None => break,
        }
    }
    Ok(csv::file("bulk-lines.csv", &head, rows))
}

/// An empty table to fill in
#[utoipa::path(get, path = "/api/v1/bulk-frame", tag = "intake", operation_id = "get_bulk_frame",
    responses((status = 200, content_type = "text/csv"), Refused),
    security(("desk" = ["bulk.edit"])))]
async fn get_bulk_frame(_caller: Allowed<EditBatches>) -> Result<Response> {
    Ok(csv::file("bulk-frame.csv", &HEAD, Vec::new()))
}

/// Make cases of the lines
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/register", tag = "intake", operation_id = "register_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch")),
    request_body = BatchAct,
    responses((status = 202, body = BatchView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.edit"])))]
async fn register_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<EditBatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<BatchAct>,
) -> Result<(StatusCode, Json<BatchView>)> {
    Ok((StatusCode::ACCEPTED, Json(intake.begin_act(&caller, id, Act::Register, body).await?)))
}

/// Accept the cases of a batch
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/accept", tag = "intake", operation_id = "accept_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch")),
    request_body = BatchAct,
    responses((status = 202, body = BatchView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.accept"])))]
async fn accept_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<AcceptBatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<BatchAct>,
) -> Result<(StatusCode, Json<BatchView>)> {
    Ok((StatusCode::ACCEPTED, Json(intake.begin_act(&caller, id, Act::Accept, body).await?)))
}

/// Do the caller's steps of all cases of a batch
#[utoipa::path(post, path = "/api/v1/bulk-batches/{id}/complete", tag = "intake", operation_id = "complete_bulk_batch",
    params(("id" = Uuid, Path, description = "Batch")),
    request_body = BatchAct,
    responses((status = 202, body = BatchView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["bulk.complete"])))]
async fn complete_bulk_batch(
    State(intake): State<Intake>,
    caller: Allowed<CompleteBatches>,
    Path(id): Path<Uuid>,
    Json(body): Json<BatchAct>,
) -> Result<(StatusCode, Json<BatchView>)> {
    Ok((StatusCode::ACCEPTED, Json(intake.begin_act(&caller, id, Act::Complete, body).await?)))
}
