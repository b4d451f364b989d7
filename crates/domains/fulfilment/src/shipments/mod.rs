//! Shipments 寄递 (CASE-028, CASE-030): results go to applicants, boxes to the archive, many at once; each has one
//! waybill, is followed until it is signed for, and shows when an order failed.
//!
//! [`model`] says what may follow what, [`cost`] what a parcel costs, [`courier`] is the connector. A parcel that is
//! signed for hands the result over in casework; an order with the courier is the standard event 邮寄下单.

pub mod cost;
pub mod courier;
pub(crate) mod http;
pub mod model;
mod service;
pub(crate) mod store;

use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Fulfilment;
pub use courier::{Courier, HttpCourier};
pub use service::order::{ArchiveBox, Made, NewArchive, NewShipments};

/// A result went to the courier; payload `{case_id, number, waybill, company}`.
pub const SHIPPED: &str = "shipment.ordered";

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    subscriptions.on(SHIPPED, service::tell::JOB)
}

pub(crate) fn jobs(fulfilment: &Fulfilment, handlers: Handlers) -> Handlers {
    let (order, track, tell) = (fulfilment.clone(), fulfilment.clone(), fulfilment.clone());
    handlers
        .with(service::tell::JOB, move |_, payload| {
            let fulfilment = tell.clone();
            Box::pin(async move { fulfilment.tell_shipped_job(payload).await })
        })
        .with(service::place::JOB, move |_, payload| {
            let fulfilment = order.clone();
            Box::pin(async move { fulfilment.place_order_job(payload).await })
        })
        .with(service::track::JOB, move |_, payload| {
            let fulfilment = track.clone();
            Box::pin(async move { fulfilment.track_job(payload).await })
        })
}

pub(crate) fn routes() -> OpenApiRouter<Fulfilment> {
    OpenApiRouter::new()
        .routes(routes!(http::list_shipments, http::order_shipments))
        .routes(routes!(http::order_archive_shipments))
        .routes(routes!(http::export_shipments))
        .routes(routes!(http::get_shipment))
        .routes(routes!(http::retry_shipment))
        .routes(routes!(http::refresh_shipment))
        .routes(routes!(http::cancel_shipment))
        .routes(routes!(http::list_my_shipments))
}
