//! Fees 收费 (CASE-026): computed from the item's fee basis, reviewed by a clerk, paid through the
//! payment platform or at a bank, confirmed, invoiced, given back, compared with the bank's statement.
//!
//! Pure: [`model`] (states, and what may follow what) and [`compute`] (from fee basis and form to lines).
//! One file per act in `service`; [`Unpaid`] tells casework which cases have to wait.

mod barrier;
pub mod compute;
pub(crate) mod http;
pub mod model;
mod payments;
mod service;
pub(crate) mod store;

use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Fulfilment;
pub use barrier::Unpaid;
pub use payments::{
    Created, HttpPayments, OrderAsk, PaymentPlatform, PaymentsInterface, RefundAsk, StatementLine, Stopped,
};
pub use service::confirm::{BankPayment, Invoice};
pub(crate) use service::end::again_when_stale;
pub(crate) use service::id_of;
pub(crate) use service::lists::before;
pub use service::lists::{FeeFilter, FeeRow};
pub use service::pay::Checkout;
pub use service::reconcile::{Difference, Reconciliation};
pub use service::refund::Refund;
pub use service::review::{LineAmount, Review};
pub use service::views::{FeeView, OrderView};

/// A fee is to be paid; payload `{case_id, fee_id, amount_fen}`.
pub const FEE_DUE: &str = "fee.due";
/// A fee was paid; payload `{case_id, fee_id, amount_fen}`.
pub const FEE_PAID: &str = "fee.paid";
/// A payment was given back; payload `{case_id, fee_id, amount_fen}`.
pub const FEE_REFUNDED: &str = "fee.refunded";

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    let ended = ["case.withdrawn", "case.closed", "case.voided"];
    let subscriptions = subscriptions
        .on("case.accepted", service::assess::JOB)
        .on(FEE_DUE, service::tell::JOB)
        .on(FEE_PAID, service::tell::JOB)
        .on(FEE_REFUNDED, service::tell::JOB);
    ended.into_iter().fold(subscriptions, |all, topic| all.on(topic, service::end::JOB))
}

pub(crate) fn jobs(fulfilment: &Fulfilment, handlers: Handlers) -> Handlers {
    let (assess, end, stop) = (fulfilment.clone(), fulfilment.clone(), fulfilment.clone());
    let (refund, tell) = (fulfilment.clone(), fulfilment.clone());
    handlers
        .with(service::assess::JOB, move |_, payload| {
            let fulfilment = assess.clone();
            Box::pin(async move { fulfilment.assess_job(payload).await })
        })
        .with(service::end::JOB, move |_, payload| {
            let fulfilment = end.clone();
            Box::pin(async move { fulfilment.end_fee_job(payload).await })
        })
        .with(service::end::STOP_JOB, move |_, payload| {
            let fulfilment = stop.clone();
            Box::pin(async move { fulfilment.stop_order_job(payload).await })
        })
        .with(service::refund::JOB, move |_, payload| {
            let fulfilment = refund.clone();
            Box::pin(async move { fulfilment.refund_job(payload).await })
        })
        .with(service::tell::JOB, move |_, payload| {
            let fulfilment = tell.clone();
            Box::pin(async move { fulfilment.tell_fee_job(payload).await })
        })
}

pub(crate) fn routes() -> OpenApiRouter<Fulfilment> {
    OpenApiRouter::new()
        .routes(routes!(http::my::get_my_fee))
        .routes(routes!(http::my::pay_my_fee))
        .routes(routes!(http::desk::get_case_fee, http::desk::assess_case_fee))
        .routes(routes!(http::desk::review_case_fee))
        .routes(routes!(http::desk::confirm_bank_payment))
        .routes(routes!(http::desk::invoice_case_fee))
        .routes(routes!(http::desk::refund_case_fee))
        .routes(routes!(http::lists::list_fees))
        .routes(routes!(http::lists::export_fees))
        .routes(routes!(http::lists::list_fee_statements, http::lists::reconcile_fees))
        .routes(routes!(http::gateway::confirm_payment))
}
