//! HTTP of tickets: open and bind from here, redeem from there, arrive from elsewhere.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use bytes::Bytes;
use identity::systems::Signed;
use identity::{OpenSystems, ReadSelf, local_path};
use platform::captcha::Answer;
use platform::sessions::Origin;
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, Audience, Principal, cookie, set_cookie};
use platform::web::problem::{Problem, ProblemBody, Result};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unavailable, Unreadable};
use platform::web::terminal::Client;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::arrive::{Arrived, Visitor};
use super::first_time::HallAccount;
use super::issue::with_query;
use super::redeem::{RedeemTicket, TicketRedemption};
use super::{Issued, Journey, SignOnInterface};
use crate::Recognition;

/// Where over there.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct OpenSystem {
    /// Path of a page over there, for portals; its first page when absent.
    to: Option<String>,
}

/// A ticket somebody brings.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ArrivalRequest {
    /// The ticket as it came.
    ticket: String,
    /// Path of the page it is for.
    to: String,
}

/// What an arrival led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArrivalAnswer {
    /// `arrived`: signed in. `account_needed`: show the account here once.
    state: &'static str,
    /// Page to go on to.
    to: String,
    system_name: String,
    /// Who is signed in now, masked; empty while an account is asked for.
    person: String,
    /// Proof that it is this arrival whose account is asked for.
    pending: Option<String>,
    /// Name of the account over there that is asked about.
    external_name: Option<String>,
}

/// An enterprise shows its account here, once.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ArrivalPassword {
    pending: String,
    captcha_id: Uuid,
    captcha_answer: String,
    /// Credit code or registration number.
    code: String,
    password: String,
}

/// Somebody signed in confirms the account.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ArrivalConfirm {
    pending: String,
}

/// The page to go on to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArrivalDone {
    to: String,
}

/// JSON body of a signed call, read after the proof.
pub(crate) fn read_body<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", "提交的内容读不出来，请按接口说明填写。")
            .detail(error.to_string())
    })
}

async fn open(
    recognition: &Recognition,
    caller: &Principal,
    app: &str,
    origin: &Origin,
    wanted: OpenSystem,
) -> Result<Json<Issued>> {
    let link = recognition.usable_link(app, caller.audience).await?;
    let target = match wanted.to.as_deref() {
        None => link.row.entry_url.clone(),
        Some(to) if local_path(Some(to)) == to => with_query(&link.row.entry_url, [("to", to)])?,
        Some(_) => return Err(Problem::invalid_field("/to", "path", "要打开的页面写成以 / 开头的路径")),
    };
    let journey = Journey { purpose: "open", target, ..Journey::default() };
    Ok(Json(recognition.issue(caller, &link, origin, journey).await?))
}

async fn bind(recognition: &Recognition, caller: &Principal, app: &str, origin: &Origin) -> Result<Json<Issued>> {
    let link = recognition.usable_link(app, caller.audience).await?;
    if link.row.bind_url.is_empty() {
        return Err(Problem::conflict("no_own_accounts", format!("{}没有自己的账号，不用绑定。", link.system.name)));
    }
    let journey = Journey { purpose: "bind", target: link.row.bind_url.clone(), ..Journey::default() };
    Ok(Json(recognition.issue(caller, &link, origin, journey).await?))
}

/// Opens a connected system with a ticket: one is signed in there
#[utoipa::path(post, path = "/api/v1/portal/systems/{app}/open", tag = "recognition", operation_id = "open_system",
    params(("app" = String, Path, description = "App id")), request_body = OpenSystem,
    responses((status = 200, body = Issued), Absent, Outdated, Unreadable),
    security(("portal" = ["systems.open"])))]
pub(crate) async fn open_system(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
    Path(app): Path<String>,
    origin: Origin,
    Json(wanted): Json<OpenSystem>,
) -> Result<Json<Issued>> {
    open(&recognition, &caller, &app, &origin, wanted).await
}

/// Goes to a connected system to bind one's own account there
#[utoipa::path(post, path = "/api/v1/portal/systems/{app}/bind", tag = "recognition", operation_id = "bind_system",
    params(("app" = String, Path, description = "App id")),
    responses((status = 200, body = Issued), Absent, Outdated),
    security(("portal" = ["systems.open"])))]
pub(crate) async fn bind_system(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
    Path(app): Path<String>,
    origin: Origin,
) -> Result<Json<Issued>> {
    bind(&recognition, &caller, &app, &origin).await
}

/// Opens a connected system as a staff user
#[utoipa::path(post, path = "/api/v1/staff/systems/{app}/open", tag = "recognition", operation_id = "open_staff_system",
    params(("app" = String, Path, description = "App id")), request_body = OpenSystem,
    responses((status = 200, body = Issued), Absent, Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn open_staff_system(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Path(app): Path<String>,
    origin: Origin,
    Json(wanted): Json<OpenSystem>,
) -> Result<Json<Issued>> {
    open(&recognition, &caller, &app, &origin, wanted).await
}

/// Goes to a connected system to bind a staff user's own account there
#[utoipa::path(post, path = "/api/v1/staff/systems/{app}/bind", tag = "recognition", operation_id = "bind_staff_system",
    params(("app" = String, Path, description = "App id")),
    responses((status = 200, body = Issued), Absent, Outdated),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn bind_staff_system(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Path(app): Path<String>,
    origin: Origin,
) -> Result<Json<Issued>> {
    bind(&recognition, &caller, &app, &origin).await
}

/// A connected system redeems a ticket of ours. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/tickets/redeem", tag = "recognition", operation_id = "redeem_ticket",
    request_body = RedeemTicket,
    responses(
        (status = 200, body = TicketRedemption),
        Malformed,
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ),
    security(("gateway" = ["sign_on"])))]
pub(crate) async fn redeem_ticket(
    State(recognition): State<Recognition>,
    call: Signed<SignOnInterface>,
) -> Result<Json<TicketRedemption>> {
    let wanted: RedeemTicket = read_body(&call.body)?;
    let work = async { recognition.redeem(&call.system, &call.address, &wanted).await.map(Json) };
    recognition.recorded(&call, "核验票据", work).await
}

impl Visitor {
    fn of(audience: Audience, parts: &Parts, recognition: &Recognition) -> Self {
        let platform = &recognition.platform;
        Self {
            audience,
            client: Client::of(&parts.extensions, &parts.headers, &platform.config),
            origin: Origin::of(parts, platform),
        }
    }
}

async fn arrive(
    recognition: &Recognition,
    audience: Audience,
    parts: &Parts,
    request: ArrivalRequest,
) -> Result<axum::response::Response> {
    let visitor = Visitor::of(audience, parts, recognition);
    Ok(match recognition.arrive(&request.ticket, &request.to, &visitor).await? {
        Arrived::SignedIn { cookie: session, to, system_name, person } => {
            // Whoever was signed in before in this browser is signed out.
            if let Some(old) = cookie(parts, audience.cookie()) {
                recognition.platform.sessions.end(&recognition.platform, audience, old).await?;
            }
            let answer =
                ArrivalAnswer { state: "arrived", to, system_name, person, pending: None, external_name: None };
            (set_cookie(session), Json(answer)).into_response()
        }
        Arrived::AskAccount { pending, to, system_name, external_name } => {
            let (pending, external_name) = (Some(pending), Some(external_name));
            let person = String::new();
            Json(ArrivalAnswer { state: "account_needed", to, system_name, person, pending, external_name })
                .into_response()
        }
    })
}

/// Takes in a citizen or enterprise who comes with another portal's ticket
#[utoipa::path(post, path = "/api/v1/portal/arrivals", tag = "recognition", operation_id = "arrive",
    request_body = ArrivalRequest,
    responses(
        (status = 200, body = ArrivalAnswer),
        Malformed,
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Outdated,
        Unavailable,
    ))]
pub(crate) async fn arrive_portal(
    State(recognition): State<Recognition>,
    parts: Parts,
    Json(request): Json<ArrivalRequest>,
) -> Result<axum::response::Response> {
    arrive(&recognition, Audience::Portal, &parts, request).await
}

/// Takes in a staff user who comes from a system with a bound account
#[utoipa::path(post, path = "/api/v1/staff/arrivals", tag = "recognition", operation_id = "arrive_staff",
    request_body = ArrivalRequest,
    responses(
        (status = 200, body = ArrivalAnswer),
        Malformed,
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Unavailable,
    ))]
pub(crate) async fn arrive_staff(
    State(recognition): State<Recognition>,
    parts: Parts,
    Json(request): Json<ArrivalRequest>,
) -> Result<axum::response::Response> {
    arrive(&recognition, Audience::Desk, &parts, request).await
}

/// An enterprise that comes for the first time shows its account here: signed in and bound
#[utoipa::path(post, path = "/api/v1/portal/arrivals/account", tag = "recognition", operation_id = "show_arrival_account",
    request_body = ArrivalPassword,
    responses((status = 200, body = ArrivalDone), Malformed, Refused, Outdated, Unreadable))]
pub(crate) async fn show_arrival_account(
    State(recognition): State<Recognition>,
    parts: Parts,
    Json(shown): Json<ArrivalPassword>,
) -> Result<impl IntoResponse> {
    let visitor = Visitor::of(Audience::Portal, &parts, &recognition);
    let captcha = Answer { captcha_id: shown.captcha_id, captcha_answer: shown.captcha_answer };
    let account = HallAccount { captcha, code: shown.code, password: shown.password };
    let (session, to) = recognition.bind_with_password(&shown.pending, account, &visitor).await?;
    Ok((set_cookie(session), Json(ArrivalDone { to })))
}

/// Somebody signed in confirms that the account they came with is theirs
#[utoipa::path(post, path = "/api/v1/portal/arrivals/confirm", tag = "recognition", operation_id = "confirm_arrival",
    request_body = ArrivalConfirm,
    responses((status = 200, body = ArrivalDone), Malformed, Outdated),
    security(("portal" = ["systems.open"])))]
pub(crate) async fn confirm_arrival(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
    Json(confirm): Json<ArrivalConfirm>,
) -> Result<Json<ArrivalDone>> {
    Ok(Json(ArrivalDone { to: recognition.bind_signed_in(&caller, &confirm.pending).await? }))
}

/// The same for a staff user
#[utoipa::path(post, path = "/api/v1/staff/arrivals/confirm", tag = "recognition", operation_id = "confirm_staff_arrival",
    request_body = ArrivalConfirm,
    responses((status = 200, body = ArrivalDone), Malformed, Outdated),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn confirm_staff_arrival(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Json(confirm): Json<ArrivalConfirm>,
) -> Result<Json<ArrivalDone>> {
    Ok(Json(ArrivalDone { to: recognition.bind_signed_in(&caller, &confirm.pending).await? }))
}
