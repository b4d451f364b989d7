//! The page of consent, for both user systems, and the consents given.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::Result;
use platform::web::refusals::Absent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::browser::present;
use crate::openid::model;
use crate::permissions::{GiveConsent, ReadAccount, ReadSelf};
use crate::{Identity, error};

/// Which system asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskingSystem {
    app_id: String,
    name: String,
    /// Organisation that answers for it.
    owner: String,
    description: String,
}

/// What is asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScopeView {
    key: &'static str,
    label: &'static str,
    /// What is handed over.
    items: Vec<&'static str>,
    /// Can't be left out.
    required: bool,
}

/// A connected system asks for consent.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorizationView {
    id: Uuid,
    system: AskingSystem,
    scopes: Vec<ScopeView>,
    /// As whom one is signed in.
    account_name: String,
    /// Host the browser goes back to.
    return_host: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// Scopes agreed to.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ApproveRequest {
    #[serde(default)]
    scopes: Vec<String>,
}

/// Where the page goes next.
#[derive(Serialize, ToSchema)]
pub(crate) struct RedirectView {
    pub(crate) redirect_to: String,
}

async fn asking(identity: &Identity, caller: &Principal, id: Uuid) -> Result<Json<AuthorizationView>> {
    let asking = identity.asking_of(id, caller).await?;
    let owner = identity.org(asking.client.system.owner_org_id).await?.map(|org| org.name).unwrap_or_default();
    let host = url::Url::parse(&asking.request.redirect_uri).ok();
    let scope = |scope: &&'static model::Scope| ScopeView {
        key: scope.key,
        label: scope.label,
        items: scope.items.to_vec(),
        required: scope.key == "openid",
    };
    Ok(Json(AuthorizationView {
        id,
        scopes: asking.scopes.iter().map(scope).collect(),
        system: AskingSystem {
            app_id: asking.client.system.app_id,
            name: asking.client.system.name,
            owner,
            description: asking.client.settings.summary,
        },
        account_name: caller.name.clone(),
        return_host: host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
        expires_at: asking.request.expires_at,
    }))
}

async fn approve(
    identity: &Identity,
    caller: &Principal,
    parts: &Parts,
    id: Uuid,
    agreed: &[String],
) -> Result<Json<RedirectView>> {
    let present = present(identity, parts, caller.audience).await?.ok_or_else(error::no_account)?;
    Ok(Json(RedirectView { redirect_to: identity.approve(id, present, agreed).await? }))
}

/// What a connected system asks a citizen for
#[utoipa::path(get, path = "/api/v1/portal/authorizations/{id}", tag = "openid", operation_id = "get_authorization",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = AuthorizationView), Absent),
    security(("portal" = ["consent.give"])))]
pub(crate) async fn get_authorization(
    State(identity): State<Identity>,
    caller: Allowed<GiveConsent>,
    Path(id): Path<Uuid>,
) -> Result<Json<AuthorizationView>> {
    asking(&identity, &caller, id).await
}

/// A citizen agrees
#[utoipa::path(post, path = "/api/v1/portal/authorizations/{id}/approve", tag = "openid", operation_id = "approve_authorization",
    request_body = ApproveRequest, params(("id" = Uuid, Path)),
    responses((status = 200, body = RedirectView), Absent),
    security(("portal" = ["consent.give"])))]
pub(crate) async fn approve_authorization(
    State(identity): State<Identity>,
    caller: Allowed<GiveConsent>,
    Path(id): Path<Uuid>,
    parts: Parts,
    Json(request): Json<ApproveRequest>,
) -> Result<Json<RedirectView>> {
    approve(&identity, &caller, &parts, id, &request.scopes).await
}

/// A citizen does not agree
#[utoipa::path(post, path = "/api/v1/portal/authorizations/{id}/refuse", tag = "openid", operation_id = "refuse_authorization",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RedirectView), Absent),
    security(("portal" = ["consent.give"])))]
pub(crate) async fn refuse_authorization(
    State(identity): State<Identity>,
    caller: Allowed<GiveConsent>,
    Path(id): Path<Uuid>,
) -> Result<Json<RedirectView>> {
    Ok(Json(RedirectView { redirect_to: identity.refuse_authorization(id, &caller).await? }))
}

/// What a connected system asks a staff user for
#[utoipa::path(get, path = "/api/v1/staff/authorizations/{id}", tag = "openid", operation_id = "get_staff_authorization",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = AuthorizationView), Absent),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn get_staff_authorization(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Path(id): Path<Uuid>,
) -> Result<Json<AuthorizationView>> {
    asking(&identity, &caller, id).await
}

/// A staff user agrees
#[utoipa::path(post, path = "/api/v1/staff/authorizations/{id}/approve", tag = "openid", operation_id = "approve_staff_authorization",
    request_body = ApproveRequest, params(("id" = Uuid, Path)),
    responses((status = 200, body = RedirectView), Absent),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn approve_staff_authorization(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Path(id): Path<Uuid>,
    parts: Parts,
    Json(request): Json<ApproveRequest>,
) -> Result<Json<RedirectView>> {
    approve(&identity, &caller, &parts, id, &request.scopes).await
}

/// A staff user does not agree
#[utoipa::path(post, path = "/api/v1/staff/authorizations/{id}/refuse", tag = "openid", operation_id = "refuse_staff_authorization",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RedirectView), Absent),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn refuse_staff_authorization(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Path(id): Path<Uuid>,
) -> Result<Json<RedirectView>> {
    Ok(Json(RedirectView { redirect_to: identity.refuse_authorization(id, &caller).await? }))
}

/// A scope agreed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenScope {
    key: &'static str,
    label: &'static str,
}

/// A consent given.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentView {
    app_id: String,
    system_name: String,
    owner: String,
    scopes: Vec<GivenScope>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    given_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
}

/// Consents given.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentList {
    items: Vec<ConsentView>,
}

/// Which systems may know who one is
#[utoipa::path(get, path = "/api/v1/portal/me/consents", tag = "openid", operation_id = "list_my_consents",
    responses((status = 200, body = ConsentList)), security(("portal" = ["account.read"])))]
pub(crate) async fn list_my_consents(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
) -> Result<Json<ConsentList>> {
    let given = identity.own_consents(&caller).await?;
    let view = |(row, system_name, owner): (crate::openid::store::consent::Model, String, String)| ConsentView {
        scopes: model::known(&row.scopes).iter().map(|one| GivenScope { key: one.key, label: one.label }).collect(),
        app_id: row.app_id,
        system_name,
        owner,
        given_at: row.given_at,
        last_used_at: row.last_used_at,
    };
    Ok(Json(ConsentList { items: given.into_iter().map(view).collect() }))
}

/// Takes a consent back; the system's tokens end at once
#[utoipa::path(post, path = "/api/v1/portal/me/consents/{app_id}/withdraw", tag = "openid", operation_id = "withdraw_my_consent",
    params(("app_id" = String, Path)),
    responses((status = 204), Absent),
    security(("portal" = ["consent.give"])))]
pub(crate) async fn withdraw_my_consent(
    State(identity): State<Identity>,
    caller: Allowed<GiveConsent>,
    Path(app_id): Path<String>,
) -> Result<StatusCode> {
    identity.withdraw_consent(&caller, &app_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
