//! The desk's side: see, compute, review, confirm, invoice, give back.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use uuid::Uuid;

use crate::Fulfilment;
use crate::fees::service::confirm::{BankPayment, Invoice};
use crate::fees::service::refund::Refund;
use crate::fees::service::review::Review;
use crate::fees::service::views::{CaseFee, FeeView};
use crate::permissions::{ConfirmFees, ReadFees, RefundFees, ReviewFees};

/// The fee of a case.
#[utoipa::path(get, path = "/api/v1/cases/{id}/fee", tag = "fees", operation_id = "get_case_fee",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = CaseFee), Refused, Absent),
    security(("desk" = ["fee.read"])))]
pub(crate) async fn get_case_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadFees>,
    Path(id): Path<Uuid>,
) -> Result<Json<CaseFee>> {
    Ok(Json(fulfilment.case_fee(&caller, id).await?))
}

/// Computes the fee of a case that has none yet.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee", tag = "fees", operation_id = "assess_case_fee",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = FeeView), Refused, Absent, Outdated),
    security(("desk" = ["fee.review"])))]
pub(crate) async fn assess_case_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReviewFees>,
    Path(id): Path<Uuid>,
) -> Result<Json<FeeView>> {
    Ok(Json(fulfilment.assess_fee(&caller, id).await?))
}

/// Settles the amount and issues the payment notice.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee/review", tag = "fees", operation_id = "review_case_fee",
    params(("id" = Uuid, Path, description = "Case")), request_body = Review,
    responses((status = 200, body = FeeView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fee.review"])))]
pub(crate) async fn review_case_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReviewFees>,
    Path(id): Path<Uuid>,
    Json(body): Json<Review>,
) -> Result<Json<FeeView>> {
    Ok(Json(fulfilment.review_fee(&caller, id, body).await?))
}

/// Confirms a payment made at a bank by its receipt.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee/confirm-bank", tag = "fees", operation_id = "confirm_bank_payment",
    params(("id" = Uuid, Path, description = "Case")), request_body = BankPayment,
    responses((status = 200, body = FeeView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fee.confirm"])))]
pub(crate) async fn confirm_bank_payment(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ConfirmFees>,
    Path(id): Path<Uuid>,
    Json(body): Json<BankPayment>,
) -> Result<Json<FeeView>> {
    Ok(Json(fulfilment.confirm_bank(&caller, id, body).await?))
}

/// Notes the invoice given out.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee/invoice", tag = "fees", operation_id = "invoice_case_fee",
    params(("id" = Uuid, Path, description = "Case")), request_body = Invoice,
    responses((status = 200, body = FeeView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fee.confirm"])))]
pub(crate) async fn invoice_case_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ConfirmFees>,
    Path(id): Path<Uuid>,
    Json(body): Json<Invoice>,
) -> Result<Json<FeeView>> {
    Ok(Json(fulfilment.invoice_fee(&caller, id, body).await?))
}

/// Gives a payment back.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee/refund", tag = "fees", operation_id = "refund_case_fee",
    params(("id" = Uuid, Path, description = "Case")), request_body = Refund,
    responses((status = 200, body = FeeView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fee.refund"])))]
pub(crate) async fn refund_case_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<RefundFees>,
    Path(id): Path<Uuid>,
    Json(body): Json<Refund>,
) -> Result<Json<FeeView>> {
    Ok(Json(fulfilment.refund_fee(&caller, id, body).await?))
}
