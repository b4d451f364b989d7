//! HTTP of the link to the mobile platform.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use identity::ReadSelf;
use platform::sessions::Origin;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::{Allowed, set_cookie};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unavailable, Unreadable};
use platform::web::terminal::Client;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::made;
use super::service::Wanted;
use super::store::row;
use crate::Recognition;
use crate::permissions::{EndMobileLink, MakeMobileLink, ReadMobileLinks};

/// The own password, and the code where there is a second factor.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MobileLinkProof {
    password: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[serde(default)]
    code: String,
}

/// Where to go on.
#[derive(Serialize, ToSchema)]
pub(crate) struct MobileLinkBegun {
    /// Page of the platform; it comes back to `/desk/m/link` with `state` and `ticket`.
    authorize_url: String,
}

/// What the platform's page came back with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MobileLinkAnswer {
    state: String,
    ticket: String,
}

/// The own link.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnMobileLink {
    linked: bool,
    /// Name on the platform.
    user_name: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    linked_at: Option<OffsetDateTime>,
    /// When the platform last confirmed it.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    verified_at: Option<OffsetDateTime>,
}

impl From<Option<row::Model>> for OwnMobileLink {
    fn from(link: Option<row::Model>) -> Self {
        Self {
            linked: link.is_some(),
            linked_at: link.as_ref().map(|link| link.linked_at),
            verified_at: link.as_ref().map(|link| link.verified_at),
            user_name: link.map(|link| link.user_name).unwrap_or_default(),
        }
    }
}

/// A link as administrators see it; the platform's user id stays sealed.
#[derive(Serialize, ToSchema)]
pub(crate) struct MobileLinkView {
    id: Uuid,
    staff_id: Uuid,
    staff_name: String,
    login: String,
    org_name: String,
    /// The staff account may not sign in any more.
    staff_disabled: bool,
    /// `linked` or `ended`.
    state: &'static str,
    state_label: &'static str,
    user_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    linked_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    verified_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<OffsetDateTime>,
    ended_by: String,
    end_reason: String,
    /// Who linked it for the owner; empty for an own link.
    linked_by: String,
    /// Why.
    link_reason: String,
}

/// Which links.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct MobileLinkFilter {
    /// Part of a name or login.
    q: String,
    /// `linked` or `ended`; both when absent.
    state: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Whose account is linked to which user.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MakeMobileLinkRequest {
    /// Staff id.
    staff_id: Uuid,
    /// Id of the user on the platform.
    user_id: String,
    /// Why it is done for the owner, 4 to 200 characters.
    reason: String,
}

/// Why a link is ended.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EndMobileLinkRequest {
    /// 4 to 200 characters.
    reason: String,
}

/// A one-time ticket of the platform.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MobileTicket {
    ticket: String,
}

/// Who came in.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameIn {
    name: String,
    /// Page of the desk to go on with.
    to: String,
}

impl CameIn {
    pub(crate) fn new(name: String, to: String) -> Self {
        Self { name, to }
    }
}

/// The own link to the mobile platform
#[utoipa::path(get, path = "/api/v1/staff/me/mobile-link", tag = "mobile", operation_id = "get_my_mobile_link",
    responses((status = 200, body = OwnMobileLink)), security(("desk" = ["staff.me"])))]
pub(crate) async fn get_my_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<OwnMobileLink>> {
    Ok(Json(recognition.own_link(&caller).await?.into()))
}

/// Begins to link the own account to the mobile platform
#[utoipa::path(post, path = "/api/v1/staff/me/mobile-link/begin", tag = "mobile", operation_id = "begin_mobile_link",
    request_body = MobileLinkProof,
    responses((status = 200, body = MobileLinkBegun), Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn begin_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Json(proof): Json<MobileLinkProof>,
) -> Result<Json<MobileLinkBegun>> {
    let authorize_url = recognition.begin_link(&caller, proof.password, &proof.code).await?;
    Ok(Json(MobileLinkBegun { authorize_url }))
}

/// Links the own account to who came back from the platform
#[utoipa::path(post, path = "/api/v1/staff/me/mobile-link", tag = "mobile", operation_id = "finish_mobile_link",
    request_body = MobileLinkAnswer,
    responses((status = 200, body = OwnMobileLink), Malformed, Outdated),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn finish_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Json(answer): Json<MobileLinkAnswer>,
) -> Result<Json<OwnMobileLink>> {
    let link = recognition.finish_link(&caller, &answer.state, &answer.ticket).await?;
    Ok(Json(Some(link).into()))
}

/// Takes the own link off; sessions on the phone end
#[utoipa::path(post, path = "/api/v1/staff/me/mobile-link/remove", tag = "mobile", operation_id = "remove_mobile_link",
    request_body = MobileLinkProof,
    responses((status = 204), Absent, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn remove_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Json(proof): Json<MobileLinkProof>,
) -> Result<StatusCode> {
    recognition.remove_link(&caller, proof.password, &proof.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Links of staff to the mobile platform
#[utoipa::path(get, path = "/api/v1/mobile-links", tag = "mobile", operation_id = "list_mobile_links",
    params(MobileLinkFilter), responses((status = 200, body = List<MobileLinkView>)),
    security(("desk" = ["mobile_link.read"])))]
pub(crate) async fn list_mobile_links(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadMobileLinks>,
    Query(filter): Query<MobileLinkFilter>,
) -> Result<Json<List<MobileLinkView>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let wanted = Wanted { q: &filter.q, state: filter.state.as_deref().filter(|state| !state.is_empty()), page: &page };
    let (rows, total) = recognition.links(&caller, &wanted).await?;
    let orgs = recognition.identity.orgs().await?;
    let items = rows.into_iter().map(|(row, staff)| MobileLinkView {
        id: row.id,
        staff_id: staff.id,
        org_name: orgs.get(staff.org_id).map(|org| org.name.clone()).unwrap_or_default(),
        staff_name: staff.name,
        login: staff.login,
        staff_disabled: staff.disabled,
        state: if row.ended_at.is_none() { "linked" } else { "ended" },
        state_label: if row.ended_at.is_none() { "已绑定" } else { "已结束" },
        user_name: row.user_name,
        linked_at: row.linked_at,
        verified_at: row.verified_at,
        ended_at: row.ended_at,
        ended_by: row.ended_by,
        end_reason: row.end_reason,
        linked_by: row.linked_by,
        link_reason: row.link_reason,
    });
    let now = recognition.platform.now();
    Ok(Json(List::cut(items.collect(), page.limit(), total, now, |row: &MobileLinkView| vec![row.id.to_string()])))
}

/// Links somebody's account to a user of the mobile platform; both sides are told
#[utoipa::path(post, path = "/api/v1/mobile-links", tag = "mobile", operation_id = "make_mobile_link",
    request_body = MakeMobileLinkRequest,
    responses((status = 200, body = OwnMobileLink), Outdated, Unreadable, Unavailable),
    security(("desk" = ["mobile_link.make"])))]
pub(crate) async fn make_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<MakeMobileLink>,
    Json(asked): Json<MakeMobileLinkRequest>,
) -> Result<Json<OwnMobileLink>> {
    let wanted = made::Wanted { staff_id: asked.staff_id, user_id: asked.user_id, reason: asked.reason };
    Ok(Json(Some(recognition.make_link(&caller, wanted).await?).into()))
}

/// Ends somebody's link to the mobile platform
#[utoipa::path(post, path = "/api/v1/mobile-links/{id}/end", tag = "mobile", operation_id = "end_mobile_link",
    params(("id" = Uuid, Path, description = "Link")), request_body = EndMobileLinkRequest,
    responses((status = 204), Absent, Outdated, Unreadable),
    security(("desk" = ["mobile_link.end"])))]
pub(crate) async fn end_mobile_link(
    State(recognition): State<Recognition>,
    caller: Allowed<EndMobileLink>,
    Path(id): Path<Uuid>,
    Json(request): Json<EndMobileLinkRequest>,
) -> Result<StatusCode> {
    recognition.end_link(&caller, id, &request.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs staff in on the phone with the platform's one-time ticket
#[utoipa::path(post, path = "/api/v1/staff/mobile/sign-on", tag = "mobile", operation_id = "sign_on_mobile",
    request_body = MobileTicket,
    responses((status = 200, body = CameIn), Refused, Unavailable))]
pub(crate) async fn sign_on_mobile(
    State(recognition): State<Recognition>,
    client: Client,
    origin: Origin,
    Json(request): Json<MobileTicket>,
) -> Result<impl IntoResponse> {
    let (staff, cookie) = recognition.mobile_sign_on(&client, &origin, &request.ticket).await?;
    Ok((set_cookie(cookie), Json(CameIn::new(staff.name, "/m/todo".to_owned()))))
}
