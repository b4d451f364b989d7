//! HTTP of enterprises' own accounts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use base::mask;
use platform::captcha::Answer;
use platform::sessions::Origin;
use platform::web::extract::Json;
use platform::web::guard::{Allowed, Audience, cookie, set_cookie};
use platform::web::page::PageQuery;
use platform::web::problem::Result;
use platform::web::refusals::{Malformed, Outdated, Refused, Unavailable, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::service::ACTIVATION_VALID;
use crate::Identity;
use crate::http::me::Me;
use crate::permissions::{EditAccount, ReadAccount};
use crate::real_name::http::{RealNameView, own_view};
use crate::sign_ins::http::{SignInView, sign_in_view};

/// An enterprise wants to activate its account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ActivationRequest {
    captcha_id: Uuid,
    captcha_answer: String,
    /// Credit code or registration number.
    code: String,
}

/// Licence as the authority tells.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivationLicence {
    number: String,
    valid_until: Option<String>,
}

/// The authority knows the enterprise; a text is on its way.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivationView {
    ticket: String,
    name: String,
    uscc: String,
    legal_person_masked: String,
    /// Where the text goes.
    phone_masked: String,
    licence: ActivationLicence,
    /// Seconds the code is good for.
    expires_in: i64,
}

/// Second step of the activation.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FinishActivationRequest {
    ticket: String,
    sms_code: String,
    legal_person_id_number: String,
    password: String,
}

/// An enterprise signs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EnterpriseSignInRequest {
    captcha_id: Uuid,
    captcha_answer: String,
    /// Credit code or registration number.
    code: String,
    password: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordRequest {
    old_password: String,
    /// Ten characters or more of three of four kinds.
    new_password: String,
}

/// What a person watches over on the own account.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecurityView {
    /// Whether the account has a password here; otherwise the province keeps it.
    has_password: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    password_changed_at: Option<OffsetDateTime>,
    /// Time to change it.
    password_overdue: bool,
    password_days_left: Option<i64>,
    /// Open sessions.
    sessions: usize,
    /// The sign-in before this one.
    last_sign_in: Option<SignInView>,
    real_name: RealNameView,
}

/// An enterprise begins to activate its account
#[utoipa::path(post, path = "/api/v1/portal/enterprise/activation", tag = "enterprise account", operation_id = "begin_activation",
    request_body = ActivationRequest,
    responses((status = 201, body = ActivationView), Outdated, Unreadable, Unavailable))]
pub(crate) async fn begin_activation(
    State(identity): State<Identity>,
    Json(request): Json<ActivationRequest>,
) -> Result<impl IntoResponse> {
    let answer = Answer { captcha_id: request.captcha_id, captcha_answer: request.captcha_answer };
    let begun = identity.begin_activation(&answer, &request.code).await?;
    let known = begun.registration;
    let view = ActivationView {
        ticket: begun.ticket,
        name: known.name,
        uscc: known.uscc,
        legal_person_masked: mask::name(&known.legal_person),
        phone_masked: mask::phone(&known.phone),
        licence: ActivationLicence { number: known.licence.number, valid_until: known.licence.valid_until },
        expires_in: ACTIVATION_VALID.whole_seconds(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Ends the activation; the enterprise is signed in
#[utoipa::path(post, path = "/api/v1/portal/enterprise/activation/finish", tag = "enterprise account", operation_id = "finish_activation",
    request_body = FinishActivationRequest,
    responses((status = 200, body = Me), Malformed, Unreadable))]
pub(crate) async fn finish_activation(
    State(identity): State<Identity>,
    origin: Origin,
    Json(request): Json<FinishActivationRequest>,
) -> Result<impl IntoResponse> {
    let (account, session) = identity
        .finish_activation(
            &request.ticket,
            &request.sms_code,
            &request.legal_person_id_number,
            request.password,
            &origin,
        )
        .await?;
    Ok((set_cookie(session), Json(Me::from(account))))
}

/// An enterprise signs in with code, password and captcha
#[utoipa::path(post, path = "/api/v1/portal/enterprise/sign-in", tag = "enterprise account", operation_id = "sign_in_enterprise",
    request_body = EnterpriseSignInRequest,
    responses((status = 200, body = Me), Refused, Unreadable))]
pub(crate) async fn sign_in_enterprise(
    State(identity): State<Identity>,
    origin: Origin,
    Json(request): Json<EnterpriseSignInRequest>,
) -> Result<impl IntoResponse> {
    let answer = Answer { captcha_id: request.captcha_id, captcha_answer: request.captcha_answer };
    let (account, session) = identity.sign_in_enterprise(&answer, &request.code, request.password, &origin).await?;
    Ok((set_cookie(session), Json(Me::from(account))))
}

/// Changes one's own password; the other sessions end
#[utoipa::path(put, path = "/api/v1/portal/me/password", tag = "account", operation_id = "change_my_password",
    request_body = ChangePasswordRequest,
    responses((status = 204), Outdated, Unreadable),
    security(("portal" = ["account.edit"])))]
pub(crate) async fn change_my_password(
    State(identity): State<Identity>,
    caller: Allowed<EditAccount>,
    parts: Parts,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<StatusCode> {
    let current = cookie(&parts, Audience::Portal.cookie()).unwrap_or_default();
    identity.change_enterprise_password(&caller, current, request.old_password, request.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Password, sessions, last sign-in and real-name state of one's own account
#[utoipa::path(get, path = "/api/v1/portal/me/security", tag = "account", operation_id = "get_my_security",
    responses((status = 200, body = SecurityView)), security(("portal" = ["account.read"])))]
pub(crate) async fn get_my_security(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
    parts: Parts,
) -> Result<Json<SecurityView>> {
    let current = cookie(&parts, Audience::Portal.cookie()).unwrap_or_default();
    let password = identity.password_state(caller.id).await?;
    let page = PageQuery { limit: Some(2), cursor: None };
    let (records, _) = identity.own_sign_ins(&caller, &page).await?;
    let last_sign_in = match records.into_iter().nth(1) {
        Some(row) => Some(sign_in_view(&identity, Audience::Portal, row).await?),
        None => None,
    };
    Ok(Json(SecurityView {
        has_password: password.is_some(),
        password_changed_at: password.as_ref().map(|state| state.changed_at),
        password_overdue: password.as_ref().is_some_and(|state| state.overdue),
        password_days_left: password.as_ref().map(|state| state.days_left),
        sessions: identity.own_sessions(&caller, current).await?.len(),
        last_sign_in,
        real_name: own_view(&identity, caller.id).await?,
    }))
}
