//! HTTP of the texts of messages: thin handlers, one service call each.

use axum::extract::State;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};

use super::texts::{EditText, MessageText, MessageTextWhole, PreviewText, ResetText, TextFilter, TextPreview};
use crate::Casework;
use crate::permissions::{EditMessageTexts, ReadMessageTexts};

const HEAD: [&str; 8] = ["消息", "用在", "方式", "短信", "站内消息", "改过", "改的人", "改的时间"];

/// Texts of messages
#[utoipa::path(get, path = "/api/v1/message-texts", tag = "case", operation_id = "list_message_texts", params(TextFilter),
    responses((status = 200, body = List<MessageText>), Refused),
    security(("desk" = ["message_text.read"])))]
pub(super) async fn list_message_texts(
    State(casework): State<Casework>,
    _caller: Allowed<ReadMessageTexts>,
    Query(filter): Query<TextFilter>,
) -> Result<Json<List<MessageText>>> {
    Ok(Json(casework.message_texts(&filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/message-texts/export", tag = "case", operation_id = "export_message_texts", params(TextFilter),
    responses((status = 200, content_type = "text/csv"), Refused),
    security(("desk" = ["message_text.read"])))]
pub(super) async fn export_message_texts(
    State(casework): State<Casework>,
    _caller: Allowed<ReadMessageTexts>,
    Query(filter): Query<TextFilter>,
) -> Result<Response> {
    let rows = casework.message_texts(&filter).await?.items.into_iter().map(|one| {
        let ways = one.channels.iter().map(|way| if way == "sms" { "短信" } else { "站内消息" });
        let ways = ways.collect::<Vec<_>>().join("、");
        let edited = if one.edited { "是" } else { "否" }.to_owned();
        let at = one.at.map(base::zone::moment_text).unwrap_or_default();
        vec![one.title, one.condition, ways, one.sms, one.in_app, edited, one.by, at]
    });
    Ok(csv::file("message-texts.csv", &HEAD, rows))
}

/// A text with its versions
#[utoipa::path(get, path = "/api/v1/message-texts/{key}", tag = "case", operation_id = "get_message_text",
    params(("key" = String, Path, description = "Key of the text")),
    responses((status = 200, body = MessageTextWhole), Refused, Absent),
    security(("desk" = ["message_text.read"])))]
pub(super) async fn get_message_text(
    State(casework): State<Casework>,
    _caller: Allowed<ReadMessageTexts>,
    Path(key): Path<String>,
) -> Result<Json<MessageTextWhole>> {
    Ok(Json(casework.message_text(&key).await?))
}

/// How words read in the sample case or in one within reach, masked; nothing is kept
#[utoipa::path(post, path = "/api/v1/message-texts/{key}/preview", tag = "case", operation_id = "preview_message_text",
    params(("key" = String, Path, description = "Key of the text")), request_body = PreviewText,
    responses((status = 200, body = TextPreview), Refused, Absent, Unreadable),
    security(("desk" = ["message_text.edit"])))]
pub(super) async fn preview_message_text(
    State(casework): State<Casework>,
    caller: Allowed<EditMessageTexts>,
    Path(key): Path<String>,
    Json(body): Json<PreviewText>,
) -> Result<Json<TextPreview>> {
    Ok(Json(casework.preview_text(&caller, &key, &body).await?))
}

/// Keep new words
#[utoipa::path(put, path = "/api/v1/message-texts/{key}", tag = "case", operation_id = "edit_message_text",
    params(("key" = String, Path, description = "Key of the text")), request_body = EditText,
    responses((status = 200, body = MessageTextWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["message_text.edit"])))]
pub(super) async fn edit_message_text(
    State(casework): State<Casework>,
    caller: Allowed<EditMessageTexts>,
    Path(key): Path<String>,
    Json(body): Json<EditText>,
) -> Result<Json<MessageTextWhole>> {
    Ok(Json(casework.edit_text(&caller, &key, &body).await?))
}

/// Back to the words of the content pack
#[utoipa::path(post, path = "/api/v1/message-texts/{key}/reset", tag = "case", operation_id = "reset_message_text",
    params(("key" = String, Path, description = "Key of the text")), request_body = ResetText,
    responses((status = 200, body = MessageTextWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["message_text.edit"])))]
pub(super) async fn reset_message_text(
    State(casework): State<Casework>,
    caller: Allowed<EditMessageTexts>,
    Path(key): Path<String>,
    Json(body): Json<ResetText>,
) -> Result<Json<MessageTextWhole>> {
    Ok(Json(casework.reset_text(&caller, &key, &body).await?))
}
