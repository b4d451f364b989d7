//! HTTP of shipments: thin handlers, one service call each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unavailable, Unreadable};
use uuid::Uuid;

use super::service::change::{CancelShipment, RetryShipment};
use super::service::lists::{MyShipments, ShipmentFilter, ShipmentList, ShipmentView};
use super::service::order::{Made, NewArchive, NewShipments};
use crate::Fulfilment;
use crate::permissions::{OrderShipments, ReadMyShipments, ReadShipments};

const HEAD: [&str; 11] = [
    "寄件单号",
    "运单号",
    "快递",
    "内容",
    "办件编号",
    "状态",
    "费用（元）",
    "付费",
    "下单时间",
    "签收时间",
    "失败原因",
];

/// The list of waybills in the caller's reach, newest first.
#[utoipa::path(get, path = "/api/v1/shipments", tag = "shipments", operation_id = "list_shipments",
    params(ShipmentFilter),
    responses((status = 200, body = ShipmentList), Refused, Unreadable),
    security(("desk" = ["shipment.read"])))]
pub(crate) async fn list_shipments(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadShipments>,
    Query(filter): Query<ShipmentFilter>,
) -> Result<Json<ShipmentList>> {
    Ok(Json(fulfilment.shipments(&caller, &filter).await?))
}

/// Sends the results of closed cases by courier, many at once.
#[utoipa::path(post, path = "/api/v1/shipments", tag = "shipments", operation_id = "order_shipments",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewShipments,
    responses((status = 201, body = Made), Refused, Outdated, Unreadable),
    security(("desk" = ["shipment.order"])))]
pub(crate) async fn order_shipments(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<OrderShipments>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewShipments>,
) -> Result<(StatusCode, Json<Made>)> {
    Ok((StatusCode::CREATED, Json(fulfilment.order_results(&caller, body, key).await?)))
}

/// Sends boxes to the archive, each with a waybill of its own.
#[utoipa::path(post, path = "/api/v1/shipments/archive", tag = "shipments", operation_id = "order_archive_shipments",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewArchive,
    responses((status = 201, body = Made), Refused, Outdated, Unreadable),
    security(("desk" = ["shipment.order"])))]
pub(crate) async fn order_archive_shipments(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<OrderShipments>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewArchive>,
) -> Result<(StatusCode, Json<Made>)> {
    Ok((StatusCode::CREATED, Json(fulfilment.order_archive(&caller, body, key).await?)))
}

/// The list as CSV, at most 5,000 rows; the download is audited.
#[utoipa::path(get, path = "/api/v1/shipments/export", tag = "shipments", operation_id = "export_shipments",
    params(ShipmentFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["shipment.read"])))]
pub(crate) async fn export_shipments(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadShipments>,
    Query(filter): Query<ShipmentFilter>,
) -> Result<Response> {
    Ok(csv::file("shipments.csv", &HEAD, fulfilment.export_shipments(&caller, &filter).await?))
}

/// One shipment with its way.
#[utoipa::path(get, path = "/api/v1/shipments/{id}", tag = "shipments", operation_id = "get_shipment",
    params(("id" = Uuid, Path, description = "Shipment")),
    responses((status = 200, body = ShipmentView), Refused, Absent),
    security(("desk" = ["shipment.read"])))]
pub(crate) async fn get_shipment(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadShipments>,
    Path(id): Path<Uuid>,
) -> Result<Json<ShipmentView>> {
    Ok(Json(fulfilment.shipment(&caller, id).await?))
}

/// Orders a failed shipment again.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/retry", tag = "shipments", operation_id = "retry_shipment",
    params(("id" = Uuid, Path, description = "Shipment")), request_body = RetryShipment,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["shipment.order"])))]
pub(crate) async fn retry_shipment(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<OrderShipments>,
    Path(id): Path<Uuid>,
    Json(body): Json<RetryShipment>,
) -> Result<StatusCode> {
    fulfilment.retry_shipment(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the courier where a shipment is.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/refresh", tag = "shipments", operation_id = "refresh_shipment",
    params(("id" = Uuid, Path, description = "Shipment")),
    responses((status = 204), Refused, Absent, Outdated, Unavailable),
    security(("desk" = ["shipment.order"])))]
pub(crate) async fn refresh_shipment(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<OrderShipments>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    fulfilment.refresh_shipment(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Calls a shipment off before it is fetched.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/cancel", tag = "shipments", operation_id = "cancel_shipment",
    params(("id" = Uuid, Path, description = "Shipment")), request_body = CancelShipment,
    responses((status = 204), Refused, Absent, Outdated, Unreadable, Unavailable),
    security(("desk" = ["shipment.order"])))]
pub(crate) async fn cancel_shipment(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<OrderShipments>,
    Path(id): Path<Uuid>,
    Json(body): Json<CancelShipment>,
) -> Result<StatusCode> {
    fulfilment.cancel_shipment(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Parcels of an own case.
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/shipments", tag = "shipments", operation_id = "list_my_shipments",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = MyShipments), Refused, Absent),
    security(("portal" = ["my_shipment.read"])))]
pub(crate) async fn list_my_shipments(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadMyShipments>,
    Path(id): Path<Uuid>,
) -> Result<Json<MyShipments>> {
    Ok(Json(fulfilment.my_shipments(&caller, id).await?))
}
