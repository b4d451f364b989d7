//! HTTP of the log of messages.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{MessageFilter, MessageRow, texts_http};
use crate::Casework;
use crate::permissions::{ReadCase, ReadMessages, ResendMessages};

/// Routes of the log of messages.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(list_case_messages))
        .routes(routes!(resend_message))
        .routes(routes!(texts_http::list_message_texts))
        .routes(routes!(texts_http::export_message_texts))
        .routes(routes!(texts_http::get_message_text, texts_http::edit_message_text))
        .routes(routes!(texts_http::preview_message_text))
        .routes(routes!(texts_http::reset_message_text))
        .with_state(casework)
}

/// Messages about cases, newest first, without their texts
#[utoipa::path(get, path = "/api/v1/messages", tag = "case", operation_id = "list_messages", params(MessageFilter),
    responses((status = 200, body = List<MessageRow>), Malformed, Refused),
    security(("desk" = ["message.read"])))]
async fn list_messages(
    State(casework): State<Casework>,
    _caller: Allowed<ReadMessages>,
    Query(filter): Query<MessageFilter>,
) -> Result<Json<List<MessageRow>>> {
    Ok(Json(casework.message_log(&filter).await?))
}

/// Messages about one case
#[utoipa::path(get, path = "/api/v1/cases/{id}/messages", tag = "case", operation_id = "list_case_messages",
    params(("id" = Uuid, Path, description = "Case"), MessageFilter),
    responses((status = 200, body = List<MessageRow>), Malformed, Refused, Absent),
    security(("desk" = ["case.read"])))]
async fn list_case_messages(
    State(casework): State<Casework>,
    caller: Allowed<ReadCase>,
    Path(id): Path<Uuid>,
    Query(filter): Query<MessageFilter>,
) -> Result<Json<List<MessageRow>>> {
    Ok(Json(casework.case_messages(&caller, id, &filter).await?))
}

/// Send a failed message again
#[utoipa::path(post, path = "/api/v1/messages/{id}/resend", tag = "case", operation_id = "resend_message",
    params(("id" = Uuid, Path, description = "Message")),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["message.resend"])))]
async fn resend_message(
    State(casework): State<Casework>,
    caller: Allowed<ResendMessages>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    casework.resend_message(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
