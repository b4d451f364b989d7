//! Hand-over 材料交接 (CASE-024, CASE-025): every transfer of paper between window and department is a list of
//! pieces with a code. It is signed out by scanning, signed in by scanning; missing pieces and late receipts show.
//! Across levels a shipment goes with it.
//!
//! [`model`] says what may follow what; `service` has the acts.

pub(crate) mod http;
pub mod model;
mod service;
pub(crate) mod store;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Fulfilment;
pub use service::{NewHandOver, NewPiece, ReceiveHandOver};

pub(crate) fn routes() -> OpenApiRouter<Fulfilment> {
    OpenApiRouter::new()
        .routes(routes!(http::list_hand_overs, http::create_hand_over))
        .routes(routes!(http::receive_hand_over))
        .routes(routes!(http::list_hand_over_receivers))
        .routes(routes!(http::export_hand_overs))
        .routes(routes!(http::get_hand_over))
        .routes(routes!(http::send_hand_over))
        .routes(routes!(http::cancel_hand_over))
        .routes(routes!(http::get_hand_over_sheet))
}
