//! Staff sign-in and the own data of who signed in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use platform::messages::{self, InboxItem};
use platform::sessions::Origin;
use platform::web::extract::Json;
use platform::web::guard::{Allowed, Audience, Permission, cookie, set_cookie};
use platform::web::problem::Result;
use platform::web::refusals::{Outdated, Refused, SignedOut, Unavailable};
use platform::web::terminal::Client;
use platform::work::asked::{self, WorkUnderWay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::staff::Staff;
use crate::permissions::ReadSelf;
use crate::second_factor::{self, Step};
use crate::{Identity, error};

/// Login and password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignInRequest {
    login: String,
    password: String,
}

/// Who is signed in at the desk.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffMe {
    id: Uuid,
    login: String,
    name: String,
    title: String,
    org: OrgName,
    roles: Vec<RoleName>,
    /// What the pages may offer; the server asks again at every act.
    permissions: Vec<String>,
    windows: Vec<WindowName>,
    region_name: String,
    /// A new password has to be chosen first; until then nothing else opens.
    must_change_password: bool,
    /// Day from which a new password has to be chosen.
    password_expires_on: Option<String>,
}

/// The password was right; a second step follows.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondStep {
    /// `code`: ask for the code; `enrol`: begin the enrolment first.
    step: &'static str,
    /// Names this sign-in; good once.
    ticket: String,
    /// Seconds it is good for.
    expires_in: i64,
}

/// Organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrgName {
    id: Uuid,
    name: String,
}

/// Role with its Chinese name.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleName {
    key: String,
    label: String,
}

/// Window held.
#[derive(Serialize, ToSchema)]
pub(crate) struct WindowName {
    id: Uuid,
    number: String,
    hall: String,
}

pub(crate) async fn view(identity: &Identity, staff: Staff) -> Result<StaffMe> {
    let org = identity.org(staff.org_id).await?;
    let windows = identity.windows_of(staff.id).await?;
    let region = org.as_ref().map_or(staff.region.as_str(), |org| org.region.as_str());
    let region_name = identity.region(region).await?.map(|region| region.name).unwrap_or_default();
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let book = &snapshot.roles;
    let label = |key: &String| book.get(key).map_or_else(|| key.clone(), |role| role.label.clone());
    let owes_password = staff.owes_password(identity.platform.now());
    let permissions = if owes_password {
        vec![<ReadSelf as Permission>::KEY.to_owned()]
    } else {
        book.permissions(Audience::Desk, &staff.roles).into_iter().collect()
    };
    let password_expires_on =
        staff.password_set_at.map(|at| base::zone::china_date(at + crate::model::staff::PASSWORD_AGE).to_string());
    Ok(StaffMe {
        id: staff.id,
        login: staff.login,
        name: staff.name,
        title: staff.title.unwrap_or_default(),
        org: OrgName { id: staff.org_id, name: org.map(|org| org.name).unwrap_or_default() },
        permissions,
        must_change_password: owes_password,
        password_expires_on,
        roles: staff.roles.iter().map(|key| RoleName { key: key.clone(), label: label(key) }).collect(),
        windows: windows
            .into_iter()
            .map(|window| WindowName { id: window.id, number: window.number, hall: window.hall_name })
            .collect(),
        region_name,
    })
}

/// Answer to a right password.
async fn answer(identity: &Identity, step: Step) -> Result<Response> {
    let expires_in = second_factor::PATIENCE.whole_seconds();
    Ok(match step {
        Step::Done(staff, cookie) => (set_cookie(cookie), Json(view(identity, *staff).await?)).into_response(),
        Step::Code(ticket) => {
            (StatusCode::ACCEPTED, Json(SecondStep { step: "code", ticket, expires_in })).into_response()
        }
        Step::Enrol(ticket) => {
            (StatusCode::ACCEPTED, Json(SecondStep { step: "enrol", ticket, expires_in })).into_response()
        }
    })
}

/// Signs staff in.
///
/// Five wrong passwords in a row lock the login for fifteen minutes; the answer never says which of
/// login, password and lock it was. A user with a second factor, or in a role that demands one, gets
/// a ticket for the second step instead of a session.
#[utoipa::path(post, path = "/api/v1/staff/sign-in", tag = "staff", operation_id = "sign_in_staff",
    request_body = SignInRequest,
    responses(
        (status = 200, body = StaffMe),
        (status = 202, body = SecondStep, description = "a second step follows"),
        Refused,
        Outdated,
        Unavailable,
    ))]
pub(crate) async fn sign_in_staff(
    State(identity): State<Identity>,
    client: Client,
    origin: Origin,
    Json(request): Json<SignInRequest>,
) -> Result<Response> {
    let step = identity.sign_in(&client, &origin, &request.login, request.password).await?;
    answer(&identity, step).await
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/staff/me", tag = "staff", operation_id = "get_staff_me",
    responses((status = 200, body = StaffMe), SignedOut),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn get_staff_me(State(identity): State<Identity>, caller: Allowed<ReadSelf>) -> Result<Json<StaffMe>> {
    let staff = identity.staff(caller.id).await?.ok_or_else(error::no_account)?;
    Ok(Json(view(&identity, staff).await?))
}

/// What was sent to the person lately, and the long work of theirs that goes on.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffNotices {
    /// The latest messages, the newest first.
    items: Vec<InboxItem>,
    /// Long work that the person asked for and that goes on in the background.
    running: Vec<WorkUnderWay>,
}

/// Messages shown.
const NOTICES: u64 = 20;

/// What was sent to the person lately, and the long work of theirs that goes on (OPS-006).
#[utoipa::path(get, path = "/api/v1/staff/me/notices", tag = "staff", operation_id = "get_staff_notices",
    responses((status = 200, body = StaffNotices), SignedOut),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn get_staff_notices(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<StaffNotices>> {
    let platform = &identity.platform;
    Ok(Json(StaffNotices {
        items: messages::inbox(platform, &format!("staff:{}", caller.id), NOTICES).await?,
        running: asked::under_way(platform, caller.id).await?,
    }))
}

/// Signs staff out.
#[utoipa::path(post, path = "/api/v1/staff/sign-out", tag = "staff", operation_id = "sign_out_staff",
    responses((status = 204), SignedOut),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn sign_out_staff(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSelf>,
    parts: Parts,
) -> Result<impl IntoResponse> {
    let token = cookie(&parts, Audience::Desk.cookie()).unwrap_or_default();
    let cleared = identity.platform.sessions.end(&identity.platform, Audience::Desk, token).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(cleared)))
}
