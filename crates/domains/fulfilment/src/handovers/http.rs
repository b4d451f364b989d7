//! HTTP of hand-overs: thin handlers, one service call each.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::service::lists::{HandOverFilter, HandOverList, HandOverView, Receivers};
use super::service::{HandOverVersion, NewHandOver, ReceiveHandOver};
use crate::Fulfilment;
use crate::permissions::{DoHandOvers, ReadHandOvers};

const HEAD: [&str; 9] = ["交接单号", "移交方", "接收方", "状态", "签出人", "签出时间", "签收人", "签收时间", "备注"];

/// Hand-overs of the caller's organisations, newest first, with what is late or missing.
#[utoipa::path(get, path = "/api/v1/hand-overs", tag = "hand-overs", operation_id = "list_hand_overs",
    params(HandOverFilter),
    responses((status = 200, body = HandOverList), Refused, Unreadable),
    security(("desk" = ["hand_over.read"])))]
pub(crate) async fn list_hand_overs(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadHandOvers>,
    Query(filter): Query<HandOverFilter>,
) -> Result<Json<HandOverList>> {
    Ok(Json(fulfilment.hand_overs(&caller, &filter).await?))
}

/// Lists paper to be handed over.
#[utoipa::path(post, path = "/api/v1/hand-overs", tag = "hand-overs", operation_id = "create_hand_over",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewHandOver,
    responses((status = 201, body = HandOverView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["hand_over.do"])))]
pub(crate) async fn create_hand_over(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<DoHandOvers>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewHandOver>,
) -> Result<(StatusCode, Json<HandOverView>)> {
    Ok((StatusCode::CREATED, Json(fulfilment.create_hand_over(&caller, body, key).await?)))
}

/// Signs in what was scanned.
#[utoipa::path(post, path = "/api/v1/hand-overs/receive", tag = "hand-overs", operation_id = "receive_hand_over",
    request_body = ReceiveHandOver,
    responses((status = 200, body = HandOverView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["hand_over.do"])))]
pub(crate) async fn receive_hand_over(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<DoHandOvers>,
    Json(body): Json<ReceiveHandOver>,
) -> Result<Json<HandOverView>> {
    Ok(Json(fulfilment.receive_hand_over(&caller, body).await?))
}

/// Part of a name.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ReceiverFilter {
    /// Part of the name.
    q: String,
}

/// Organisations paper can be handed to, by a part of the name.
#[utoipa::path(get, path = "/api/v1/hand-overs/receivers", tag = "hand-overs", operation_id = "list_hand_over_receivers", params(ReceiverFilter),
    responses((status = 200, body = Receivers), Refused),
    security(("desk" = ["hand_over.do"])))]
pub(crate) async fn list_hand_over_receivers(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<DoHandOvers>,
    Query(filter): Query<ReceiverFilter>,
) -> Result<Json<Receivers>> {
    Ok(Json(fulfilment.hand_over_receivers(&caller, &filter.q).await?))
}

/// The list as CSV, at most 5,000 rows; the download is audited.
#[utoipa::path(get, path = "/api/v1/hand-overs/export", tag = "hand-overs", operation_id = "export_hand_overs",
    params(HandOverFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["hand_over.read"])))]
pub(crate) async fn export_hand_overs(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadHandOvers>,
    Query(filter): Query<HandOverFilter>,
) -> Result<Response> {
    Ok(csv::file("hand-overs.csv", &HEAD, fulfilment.export_hand_overs(&caller, &filter).await?))
}

/// One hand-over with its pieces.
#[utoipa::path(get, path = "/api/v1/hand-overs/{id}", tag = "hand-overs", operation_id = "get_hand_over",
    params(("id" = Uuid, Path, description = "Hand-over")),
    responses((status = 200, body = HandOverView), Refused, Absent),
    security(("desk" = ["hand_over.read"])))]
pub(crate) async fn get_hand_over(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadHandOvers>,
    Path(id): Path<Uuid>,
) -> Result<Json<HandOverView>> {
    Ok(Json(fulfilment.read_hand_over(&caller, id).await?))
}

/// Signs out.
#[utoipa::path(post, path = "/api/v1/hand-overs/{id}/send", tag = "hand-overs", operation_id = "send_hand_over",
    params(("id" = Uuid, Path, description = "Hand-over")), request_body = HandOverVersion,
    responses((status = 200, body = HandOverView), Refused, Absent, Outdated),
    security(("desk" = ["hand_over.do"])))]
pub(crate) async fn send_hand_over(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<DoHandOvers>,
    Path(id): Path<Uuid>,
    Json(body): Json<HandOverVersion>,
) -> Result<Json<HandOverView>> {
    Ok(Json(fulfilment.send_hand_over(&caller, id, body.version).await?))
}

/// Calls a list off before it is signed out.
#[utoipa::path(post, path = "/api/v1/hand-overs/{id}/cancel", tag = "hand-overs", operation_id = "cancel_hand_over",
    params(("id" = Uuid, Path, description = "Hand-over")), request_body = HandOverVersion,
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["hand_over.do"])))]
pub(crate) async fn cancel_hand_over(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<DoHandOvers>,
    Path(id): Path<Uuid>,
    Json(body): Json<HandOverVersion>,
) -> Result<StatusCode> {
    fulfilment.cancel_hand_over(&caller, id, body.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The list to print, with its code.
#[utoipa::path(get, path = "/api/v1/hand-overs/{id}/sheet", tag = "hand-overs", operation_id = "get_hand_over_sheet",
    params(("id" = Uuid, Path, description = "Hand-over")),
    responses((status = 200, content_type = "application/pdf"), Refused, Absent),
    security(("desk" = ["hand_over.read"])))]
pub(crate) async fn get_hand_over_sheet(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadHandOvers>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let pdf = fulfilment.hand_over_sheet(&caller, id).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], pdf).into_response())
}
