//! HTTP of supervision.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Supervision;
use super::acts::CloseSupervision;
use super::list::{SupervisionFilter, SupervisionList};
use super::notes::{ChangeSupervisionNote, NewSupervisionNote, SupervisionNote};
use super::warnings::LimitWarnings;
use crate::Casework;
use crate::permissions::{ReadSupervision, ReplyUrge, UrgeCase, WriteSupervision};

/// Routes of supervision.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_supervisions))
        .routes(routes!(get_limit_warnings))
        .routes(routes!(get_supervision))
        .routes(routes!(sign_supervision))
        .routes(routes!(remind_supervision))
        .routes(routes!(close_supervision))
        .routes(routes!(add_supervision_note))
        .routes(routes!(change_supervision_note))
        .routes(routes!(delete_supervision_note))
        .with_state(casework)
}

/// An order with its dialogue.
#[derive(Debug, Serialize, ToSchema)]
struct SupervisionPage {
    #[serde(flatten)]
    order: Supervision,
    /// The dialogue, oldest first.
    notes: Vec<SupervisionNote>,
}

/// A note that was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeNote {
    id: Uuid,
}

/// The version read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NoteVersion {
    /// Version of the note.
    version: i64,
}

/// Reminders and orders of one's reach
#[utoipa::path(get, path = "/api/v1/supervisions", tag = "supervision", operation_id = "list_supervisions",
    params(SupervisionFilter),
    responses((status = 200, body = SupervisionList), Refused),
    security(("desk" = ["supervision.read"])))]
async fn list_supervisions(
    State(casework): State<Casework>,
    caller: Allowed<ReadSupervision>,
    Query(filter): Query<SupervisionFilter>,
) -> Result<Json<SupervisionList>> {
    Ok(Json(casework.list_supervisions(&caller, &filter).await?))
}

/// How many cases are near or past their limits
#[utoipa::path(get, path = "/api/v1/supervisions/warnings", tag = "supervision", operation_id = "get_limit_warnings",
    responses((status = 200, body = LimitWarnings), Refused),
    security(("desk" = ["supervision.read"])))]
async fn get_limit_warnings(
    State(casework): State<Casework>,
    caller: Allowed<ReadSupervision>,
) -> Result<Json<LimitWarnings>> {
    Ok(Json(casework.limit_warnings(&caller).await?))
}

/// One reminder or order with its dialogue
#[utoipa::path(get, path = "/api/v1/supervisions/{id}", tag = "supervision", operation_id = "get_supervision",
    params(("id" = Uuid, Path, description = "Reminder or order")),
    responses((status = 200, body = SupervisionPage), Refused, Absent),
    security(("desk" = ["supervision.read"])))]
async fn get_supervision(
    State(casework): State<Casework>,
    caller: Allowed<ReadSupervision>,
    Path(id): Path<Uuid>,
) -> Result<Json<SupervisionPage>> {
    let order = casework.supervision(&caller, id).await?;
    let notes = casework.supervision_notes(&caller, id).await?;
    Ok(Json(SupervisionPage { order, notes }))
}

/// Sign for an order
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/sign", tag = "supervision", operation_id = "sign_supervision",
    params(("id" = Uuid, Path, description = "Reminder or order")),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["case.urge_reply"])))]
async fn sign_supervision(
    State(casework): State<Casework>,
    caller: Allowed<ReplyUrge>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    casework.sign_supervision(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring an order to mind again
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/remind", tag = "supervision", operation_id = "remind_supervision",
    params(("id" = Uuid, Path, description = "Reminder or order")),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["case.urge"])))]
async fn remind_supervision(
    State(casework): State<Casework>,
    caller: Allowed<UrgeCase>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    casework.remind_supervision(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close an order
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/close", tag = "supervision", operation_id = "close_supervision",
    params(("id" = Uuid, Path, description = "Reminder or order")), request_body = CloseSupervision,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.urge"])))]
async fn close_supervision(
    State(casework): State<Casework>,
    caller: Allowed<UrgeCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<CloseSupervision>,
) -> Result<StatusCode> {
    casework.close_supervision(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Write into the dialogue of an order
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/notes", tag = "supervision", operation_id = "add_supervision_note",
    params(("id" = Uuid, Path, description = "Reminder or order"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewSupervisionNote,
    responses((status = 201, body = MadeNote), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["supervision.note"])))]
async fn add_supervision_note(
    State(casework): State<Casework>,
    caller: Allowed<WriteSupervision>,
    Path(id): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewSupervisionNote>,
) -> Result<(StatusCode, Json<MadeNote>)> {
    let id = casework.add_supervision_note(&caller, id, body, key).await?;
    Ok((StatusCode::CREATED, Json(MadeNote { id })))
}

/// Change an own note
#[utoipa::path(put, path = "/api/v1/supervisions/{id}/notes/{note}", tag = "supervision", operation_id = "change_supervision_note",
    params(("id" = Uuid, Path, description = "Reminder or order"), ("note" = Uuid, Path, description = "Note")),
    request_body = ChangeSupervisionNote,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["supervision.note"])))]
async fn change_supervision_note(
    State(casework): State<Casework>,
    caller: Allowed<WriteSupervision>,
    Path((id, note)): Path<(Uuid, Uuid)>,
    Json(body): Json<ChangeSupervisionNote>,
) -> Result<StatusCode> {
    casework.change_supervision_note(&caller, id, note, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete an own note
#[utoipa::path(delete, path = "/api/v1/supervisions/{id}/notes/{note}", tag = "supervision", operation_id = "delete_supervision_note",
    params(("id" = Uuid, Path, description = "Reminder or order"), ("note" = Uuid, Path, description = "Note"), NoteVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["supervision.note"])))]
async fn delete_supervision_note(
    State(casework): State<Casework>,
    caller: Allowed<WriteSupervision>,
    Path((id, note)): Path<(Uuid, Uuid)>,
    Query(read): Query<NoteVersion>,
) -> Result<StatusCode> {
    casework.delete_supervision_note(&caller, id, note, read.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
