//! The staff's acts on a case.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use uuid::Uuid;

use crate::Casework;
use crate::cases::service::correction::AskCorrection;
use crate::cases::service::counter::{CounterApplication, CounterCheck};
use crate::cases::service::deliver::Deliver;
use crate::cases::service::intake::{Accept, NotAccept, PreReview};
use crate::cases::service::review::CompleteTaskRequest;
use crate::cases::service::special::{
    AskExtension, DecideExtensionRequest, Reason, ReplyUrgeRequest, Resume, Suspend, Urge,
};
use crate::cases::service::submit::Receipt;
use crate::permissions;

/// Pre-review
#[utoipa::path(post, path = "/api/v1/cases/{id}/pre-review", tag = "case", operation_id = "pre_review_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = PreReview,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.pre_review"])))]
pub(super) async fn pre_review_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::PreReviewCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<PreReview>,
) -> Result<StatusCode> {
    casework.pre_review(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for the one correction
#[utoipa::path(post, path = "/api/v1/cases/{id}/request-correction", tag = "case", operation_id = "request_case_correction",
    params(("id" = Uuid, Path, description = "Case")), request_body = AskCorrection,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.correct"])))]
pub(super) async fn request_case_correction(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CorrectCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<AskCorrection>,
) -> Result<StatusCode> {
    casework.request_correction(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accept
#[utoipa::path(post, path = "/api/v1/cases/{id}/accept", tag = "case", operation_id = "accept_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Accept,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.accept"])))]
pub(super) async fn accept_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::AcceptCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Accept>,
) -> Result<StatusCode> {
    casework.accept(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse to accept
#[utoipa::path(post, path = "/api/v1/cases/{id}/not-accept", tag = "case", operation_id = "not_accept_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = NotAccept,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.not_accept"])))]
pub(super) async fn not_accept_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::NotAcceptCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<NotAccept>,
) -> Result<StatusCode> {
    casework.not_accept(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Complete one of the caller's tasks
#[utoipa::path(post, path = "/api/v1/cases/{id}/tasks/{task}/complete", tag = "case", operation_id = "complete_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = CompleteTaskRequest,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["task.complete"])))]
pub(super) async fn complete_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CompleteTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<CompleteTaskRequest>,
) -> Result<StatusCode> {
    casework.complete_task(&caller, id, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin a special procedure
#[utoipa::path(post, path = "/api/v1/cases/{id}/suspend", tag = "case", operation_id = "suspend_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Suspend,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.suspend"])))]
pub(super) async fn suspend_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::SuspendCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Suspend>,
) -> Result<StatusCode> {
    casework.suspend(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End the special procedure
#[utoipa::path(post, path = "/api/v1/cases/{id}/resume", tag = "case", operation_id = "resume_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Resume,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.suspend"])))]
pub(super) async fn resume_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::SuspendCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Resume>,
) -> Result<StatusCode> {
    casework.resume(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for an extension
#[utoipa::path(post, path = "/api/v1/cases/{id}/extensions", tag = "case", operation_id = "ask_extension",
    params(("id" = Uuid, Path, description = "Case")), request_body = AskExtension,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.extend"])))]
pub(super) async fn ask_extension(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ExtendCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<AskExtension>,
) -> Result<StatusCode> {
    casework.ask_extension(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Decide on an extension
#[utoipa::path(post, path = "/api/v1/cases/{id}/extensions/{extension}/decide", tag = "case", operation_id = "decide_extension",
    params(("id" = Uuid, Path, description = "Case"), ("extension" = Uuid, Path, description = "Extension")), request_body = DecideExtensionRequest,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.extend_decide"])))]
pub(super) async fn decide_extension(
    State(casework): State<Casework>,
    caller: Allowed<permissions::DecideExtension>,
    Path((id, extension)): Path<(Uuid, Uuid)>,
    Json(body): Json<DecideExtensionRequest>,
) -> Result<StatusCode> {
    casework.decide_extension(&caller, id, extension, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Abort an examination
#[utoipa::path(post, path = "/api/v1/cases/{id}/abort", tag = "case", operation_id = "abort_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Reason,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.abort"])))]
pub(super) async fn abort_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::AbortCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Reason>,
) -> Result<StatusCode> {
    casework.abort(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Urge, or order to act
#[utoipa::path(post, path = "/api/v1/cases/{id}/urge", tag = "case", operation_id = "urge_case",
    params(("id" = Uuid, Path, description = "Case"), ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = Urge,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.urge"])))]
pub(super) async fn urge_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::UrgeCase>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<Urge>,
) -> Result<StatusCode> {
    casework.urge(&caller, id, body, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reply to an order
#[utoipa::path(post, path = "/api/v1/cases/{id}/urges/{urge}/reply", tag = "case", operation_id = "reply_urge",
    params(("id" = Uuid, Path, description = "Case"), ("urge" = Uuid, Path, description = "Reminder or order")), request_body = ReplyUrgeRequest,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.urge_reply"])))]
pub(super) async fn reply_urge(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReplyUrge>,
    Path((id, urge)): Path<(Uuid, Uuid)>,
    Json(body): Json<ReplyUrgeRequest>,
) -> Result<StatusCode> {
    casework.reply_urge(&caller, id, urge, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Record the hand-over
#[utoipa::path(post, path = "/api/v1/cases/{id}/deliver", tag = "case", operation_id = "deliver_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Deliver,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.deliver"])))]
pub(super) async fn deliver_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::DeliverCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Deliver>,
) -> Result<StatusCode> {
    casework.deliver(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Void a closed case
#[utoipa::path(post, path = "/api/v1/cases/{id}/void", tag = "case", operation_id = "void_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Reason,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.void"])))]
pub(super) async fn void_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::VoidCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Reason>,
) -> Result<StatusCode> {
    casework.void(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Judge an application at the counter
#[utoipa::path(post, path = "/api/v1/counter/check", tag = "case", operation_id = "check_counter_application",
    request_body = CounterApplication,
    responses((status = 200, description = "Judge an application at the counter", body = CounterCheck), Refused, Outdated, Unreadable),
    security(("desk" = ["case.intake"])))]
pub(super) async fn check_counter_application(
    State(casework): State<Casework>,
    caller: Allowed<permissions::IntakeCase>,
    Json(body): Json<CounterApplication>,
) -> Result<Json<CounterCheck>> {
    Ok(Json(casework.counter_check(&caller, &body).await?))
}

/// Take an application at the counter
#[utoipa::path(post, path = "/api/v1/counter/cases", tag = "case", operation_id = "take_counter_application",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = CounterApplication,
    responses((status = 201, description = "Take an application at the counter", body = Receipt), Refused, Outdated, Unreadable),
    security(("desk" = ["case.intake"])))]
pub(super) async fn take_counter_application(
    State(casework): State<Casework>,
    caller: Allowed<permissions::IntakeCase>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<CounterApplication>,
) -> Result<(StatusCode, Json<Receipt>)> {
    Ok((StatusCode::CREATED, Json(casework.take_at_counter(&caller, body, key).await?)))
}
