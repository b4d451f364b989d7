//! HTTP of the second factor.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use platform::sessions::Origin;
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, set_cookie};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, SignedOut, Unreadable};
use platform::web::terminal::Client;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Enrolment;
use crate::Identity;
use crate::http::staff::{StaffMe, view};
use crate::permissions::{ReadSelf, ResetSecondFactor};

/// Ticket of a sign-in under way.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TicketRequest {
    ticket: String,
}

/// Ticket and code.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SecondStepRequest {
    ticket: String,
    /// Six digits of the app, or a recovery code.
    code: String,
}

/// What to put into the authenticator app.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentView {
    /// For typing, in groups of four.
    secret: String,
    otpauth_uri: String,
    /// The same as a picture to scan.
    qr_svg: String,
    /// Name of the entry in the app.
    account: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(made: Enrolment) -> Self {
        Self { secret: made.secret, otpauth_uri: made.uri, qr_svg: made.qr_svg, account: made.account }
    }
}

/// Signed in by both factors.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedInView {
    me: StaffMe,
    /// Only after an enrolment, shown once.
    recovery_codes: Option<Vec<String>>,
    recovery_left: u64,
}

/// State of one's second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorView {
    enrolled: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    enrolled_at: Option<time::OffsetDateTime>,
    required: bool,
    /// Chinese names of the roles that demand it.
    required_by: Vec<String>,
    recovery_left: u64,
}

/// The own password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordRequest {
    password: String,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CodeRequest {
    code: String,
}

/// Password and code.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RemoveRequest {
    password: String,
    /// Six digits of the app, or a recovery code.
    code: String,
}

/// Recovery codes, shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReasonRequest {
    /// 4 to 200 characters.
    #[serde(default)]
    pub(crate) reason: String,
}

/// What to put into the authenticator app, before the first session
#[utoipa::path(post, path = "/api/v1/staff/sign-in/enrolment", tag = "second factor", operation_id = "begin_sign_in_enrolment",
    request_body = TicketRequest,
    responses((status = 200, body = EnrolmentView), SignedOut))]
pub(crate) async fn begin_sign_in_enrolment(
    State(identity): State<Identity>,
    Json(request): Json<TicketRequest>,
) -> Result<Json<EnrolmentView>> {
    Ok(Json(identity.begin_enrolment_with(&request.ticket).await?.into()))
}

/// The second step of a sign-in
#[utoipa::path(post, path = "/api/v1/staff/sign-in/code", tag = "second factor", operation_id = "finish_sign_in_staff",
    request_body = SecondStepRequest,
    responses((status = 200, body = SignedInView), SignedOut))]
pub(crate) async fn finish_sign_in_staff(
    State(identity): State<Identity>,
    client: Client,
    origin: Origin,
    Json(request): Json<SecondStepRequest>,
) -> Result<impl IntoResponse> {
    let done = identity.second_step(&client, &request.ticket, &request.code, &origin).await?;
    let me = view(&identity, done.staff).await?;
    let body = SignedInView { me, recovery_codes: done.recovery_codes, recovery_left: done.recovery_left };
    Ok((set_cookie(done.cookie), Json(body)))
}

/// One's own second factor
#[utoipa::path(get, path = "/api/v1/staff/me/second-factor", tag = "second factor", operation_id = "get_second_factor",
    responses((status = 200, body = SecondFactorView), SignedOut),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn get_second_factor(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<SecondFactorView>> {
    let state = identity.second_factor_state(&caller).await?;
    Ok(Json(SecondFactorView {
        enrolled: state.enrolled_at.is_some(),
        enrolled_at: state.enrolled_at,
        required: !state.required_by.is_empty(),
        required_by: state.required_by,
        recovery_left: state.recovery_left,
    }))
}

/// Begins an enrolment, or a new one on another telephone
#[utoipa::path(post, path = "/api/v1/staff/me/second-factor", tag = "second factor", operation_id = "begin_second_factor",
    request_body = PasswordRequest,
    responses((status = 200, body = EnrolmentView), Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn begin_second_factor(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Json(request): Json<PasswordRequest>,
) -> Result<Json<EnrolmentView>> {
    Ok(Json(identity.begin_own_enrolment(&caller, request.password).await?.into()))
}

/// Ends the enrolment with a code of the app
#[utoipa::path(post, path = "/api/v1/staff/me/second-factor/confirm", tag = "second factor", operation_id = "confirm_second_factor",
    request_body = CodeRequest,
    responses((status = 200, body = RecoveryCodes), Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn confirm_second_factor(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Json(request): Json<CodeRequest>,
) -> Result<Json<RecoveryCodes>> {
    Ok(Json(RecoveryCodes { recovery_codes: identity.confirm_enrolment(&caller, &request.code).await? }))
}

/// New recovery codes in place of the old
#[utoipa::path(post, path = "/api/v1/staff/me/second-factor/recovery-codes", tag = "second factor", operation_id = "renew_recovery_codes",
    request_body = CodeRequest,
    responses((status = 200, body = RecoveryCodes), Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn renew_recovery_codes(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Json(request): Json<CodeRequest>,
) -> Result<Json<RecoveryCodes>> {
    Ok(Json(RecoveryCodes { recovery_codes: identity.renew_recovery(&caller, &request.code).await? }))
}

/// Takes one's own second factor off
#[utoipa::path(post, path = "/api/v1/staff/me/second-factor/remove", tag = "second factor", operation_id = "remove_second_factor",
    request_body = RemoveRequest,
    responses((status = 204), Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn remove_second_factor(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Json(request): Json<RemoveRequest>,
) -> Result<StatusCode> {
    identity.remove_second_factor(&caller, request.password, &request.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a lost second factor of somebody else away
#[utoipa::path(post, path = "/api/v1/staff/{id}/second-factor/reset", tag = "second factor", operation_id = "reset_second_factor",
    request_body = ReasonRequest, params(("id" = Uuid, Path)),
    responses((status = 204), Absent),
    security(("desk" = ["second_factor.reset"])))]
pub(crate) async fn reset_second_factor(
    State(identity): State<Identity>,
    caller: Allowed<ResetSecondFactor>,
    Path(id): Path<Uuid>,
    Json(request): Json<ReasonRequest>,
) -> Result<StatusCode> {
    identity.reset_second_factor(&caller, id, &request.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
