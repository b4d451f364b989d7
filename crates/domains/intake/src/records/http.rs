//! HTTP of in-only and out-only cases.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::acts::{DeliverRecord, NewRecord, SendRecord, SetRecordResult};
use super::list::RecordFilter;
use super::{RecordView, RecordWhole};
use crate::{EditRecords, Intake, ReadRecords};

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new()
        .routes(routes!(list_intake_records, begin_intake_record))
        .routes(routes!(export_intake_records))
        .routes(routes!(get_intake_record))
        .routes(routes!(send_intake_record))
        .routes(routes!(set_intake_record_result))
        .routes(routes!(deliver_intake_record))
}

/// In-only and out-only cases within reach, newest first, masked
#[utoipa::path(get, path = "/api/v1/intake-records", tag = "intake", operation_id = "list_intake_records", params(RecordFilter),
    responses((status = 200, body = List<RecordView>), Malformed, Refused),
    security(("desk" = ["intake_record.read"])))]
async fn list_intake_records(
    State(intake): State<Intake>,
    caller: Allowed<ReadRecords>,
    Query(filter): Query<RecordFilter>,
) -> Result<Json<List<RecordView>>> {
    Ok(Json(intake.list_records(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/intake-records/export", tag = "intake", operation_id = "export_intake_records",
    params(RecordFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["intake_record.read"])))]
async fn export_intake_records(
    State(intake): State<Intake>,
    caller: Allowed<ReadRecords>,
    Query(filter): Query<RecordFilter>,
) -> Result<Response> {
    let head = [
        "编号",
        "类型",
        "状态",
        "事项",
        "申请人",
        "部门",
        "办理或受理的地方",
        "那边的编号",
        "结果",
        "结果名称",
        "结果编号",
        "收到时间",
        "领取时间",
    ];
    Ok(csv::file("intake-records.csv", &head, intake.export_records(&caller, &filter).await?))
}

/// Take an in-only case, or receive the result of an out-only one
#[utoipa::path(post, path = "/api/v1/intake-records", tag = "intake", operation_id = "begin_intake_record",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewRecord,
    responses((status = 201, body = RecordWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["intake_record.edit"])))]
async fn begin_intake_record(
    State(intake): State<Intake>,
    caller: Allowed<EditRecords>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewRecord>,
) -> Result<(StatusCode, Json<RecordWhole>)> {
    Ok((StatusCode::CREATED, Json(intake.begin_record(&caller, body, key).await?)))
}

/// A record with what was done
#[utoipa::path(get, path = "/api/v1/intake-records/{id}", tag = "intake", operation_id = "get_intake_record",
    params(("id" = Uuid, Path, description = "Record")),
    responses((status = 200, body = RecordWhole), Refused, Absent),
    security(("desk" = ["intake_record.read"])))]
async fn get_intake_record(
    State(intake): State<Intake>,
    caller: Allowed<ReadRecords>,
    Path(id): Path<Uuid>,
) -> Result<Json<RecordWhole>> {
    Ok(Json(intake.record(&caller, id).await?))
}

/// Send an in-only case on
#[utoipa::path(post, path = "/api/v1/intake-records/{id}/send", tag = "intake", operation_id = "send_intake_record",
    params(("id" = Uuid, Path, description = "Record")),
    request_body = SendRecord,
    responses((status = 200, body = RecordWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["intake_record.edit"])))]
async fn send_intake_record(
    State(intake): State<Intake>,
    caller: Allowed<EditRecords>,
    Path(id): Path<Uuid>,
    Json(body): Json<SendRecord>,
) -> Result<Json<RecordWhole>> {
    Ok(Json(intake.send_record(&caller, id, body).await?))
}

/// Write the approval result of an in-only case down
#[utoipa::path(post, path = "/api/v1/intake-records/{id}/result", tag = "intake", operation_id = "set_intake_record_result",
    params(("id" = Uuid, Path, description = "Record")),
    request_body = SetRecordResult,
    responses((status = 200, body = RecordWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["intake_record.edit"])))]
async fn set_intake_record_result(
    State(intake): State<Intake>,
    caller: Allowed<EditRecords>,
    Path(id): Path<Uuid>,
    Json(body): Json<SetRecordResult>,
) -> Result<Json<RecordWhole>> {
    Ok(Json(intake.set_record_result(&caller, id, body).await?))
}

/// Hand the result of an out-only case over
#[utoipa::path(post, path = "/api/v1/intake-records/{id}/deliver", tag = "intake", operation_id = "deliver_intake_record",
    params(("id" = Uuid, Path, description = "Record")),
    request_body = DeliverRecord,
    responses((status = 200, body = RecordWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["intake_record.edit"])))]
async fn deliver_intake_record(
    State(intake): State<Intake>,
    caller: Allowed<EditRecords>,
    Path(id): Path<Uuid>,
    Json(body): Json<DeliverRecord>,
) -> Result<Json<RecordWhole>> {
    Ok(Json(intake.deliver_record(&caller, id, body).await?))
}
