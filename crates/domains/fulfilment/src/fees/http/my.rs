//! The applicant's side: see what a case costs, go and pay.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unavailable};
use uuid::Uuid;

use crate::Fulfilment;
use crate::fees::service::pay::Checkout;
use crate::fees::service::views::CaseFee;
use crate::permissions::PayMyFee;

/// The fee of an own case.
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/fee", tag = "fees", operation_id = "get_my_fee",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = CaseFee), Refused, Absent),
    security(("portal" = ["my_fee.pay"])))]
pub(crate) async fn get_my_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<PayMyFee>,
    Path(id): Path<Uuid>,
) -> Result<Json<CaseFee>> {
    Ok(Json(fulfilment.my_fee(&caller, id).await?))
}

/// Opens an order for the fee of an own case; the answer says where to pay.
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/fee/pay", tag = "fees", operation_id = "pay_my_fee",
    params(("id" = Uuid, Path, description = "Case"), ("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    responses((status = 201, body = Checkout), Refused, Absent, Outdated, Unavailable),
    security(("portal" = ["my_fee.pay"])))]
pub(crate) async fn pay_my_fee(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<PayMyFee>,
    IdempotencyKey(key): IdempotencyKey,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<Checkout>)> {
    Ok((StatusCode::CREATED, Json(fulfilment.pay_fee(&caller, id, key).await?)))
}
