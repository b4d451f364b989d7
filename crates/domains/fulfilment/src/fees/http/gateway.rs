//! The route of the payment platform. The call is signed like every call of a connected system, and the
//! formula of that system covers the body.

use axum::extract::State;
use identity::systems::{Formula, Signed};
use platform::calls::{self, Direction, Entry};
use platform::web::extract::Json;
use platform::web::problem::{Problem, ProblemBody, Result};
use platform::web::refusals::{Absent, Unreadable};

use crate::Fulfilment;
use crate::fees::PaymentsInterface;
use crate::fees::service::confirm::{PaymentNotice, PaymentTaken};

/// Takes the confirmation of a payment. Told again it answers the same and books nothing.
#[utoipa::path(post, path = "/api/v1/open/payments", tag = "open", operation_id = "confirm_payment", request_body = PaymentNotice,
    responses(
        (status = 200, body = PaymentTaken),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Unreadable,
    ),
    security(("gateway" = ["payments"])))]
pub(crate) async fn confirm_payment(
    State(fulfilment): State<Fulfilment>,
    call: Signed<PaymentsInterface>,
) -> Result<Json<PaymentTaken>> {
    let platform = &fulfilment.platform;
    let started = platform.clock.now();
    let mut entry = Entry::new(platform, Direction::In);
    entry.party.clone_from(&call.system.app_id);
    entry.party_name.clone_from(&call.system.name);
    entry.address.clone_from(&call.address);
    entry.operation = "缴费到账通知".to_owned();
    entry.event = Some("fee_order".to_owned());
    entry.payload(&call.body);
    let done = take(&fulfilment, &call).await;
    match &done {
        Ok(taken) => entry.succeeded(200, taken.result),
        Err(problem) => entry.refused(problem),
    }
    calls::write(platform, entry, started).await?;
    Ok(Json(done?))
}

async fn take(fulfilment: &Fulfilment, call: &Signed<PaymentsInterface>) -> Result<PaymentTaken> {
    // Money is booked by what the body says, so the signature has to cover the body.
    if call.system.formula != Formula::TifBody {
        return Err(Problem::forbidden("缴费通知要用带正文的签名方式，请系统管理员在接入系统里改。"));
    }
    let notice: PaymentNotice = serde_json::from_slice(&call.body)
        .map_err(|error| Problem::invalid_field("", "shape", format!("内容的格式不对：{error}")))?;
    fulfilment.confirm_online(notice).await
}
