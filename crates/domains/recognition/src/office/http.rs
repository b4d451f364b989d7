//! HTTP for the document system, and for the browser it sends.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use identity::systems::{ConnectedSystem, Formula, Signed};
use platform::calls::{self, Direction, Entry};
use platform::sessions::Origin;
use platform::web::extract::Json;
use platform::web::guard::set_cookie;
use platform::web::problem::{Problem, ProblemBody, Result};
use platform::web::refusals::{Absent, Refused};
use platform::web::terminal::Client;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DeskSummary;
use super::service::{StaffDeskInterface, TICKET_SECONDS};
use crate::Recognition;
use crate::mobile::http::CameIn;

/// Header that names the staff user; the formula with user signs it.
const USER: &str = "x-tif-uid";

/// Where the person wants to go.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct StaffTicketRequest {
    /// Page of the desk such as `/desk/cases/…`; the workbench when absent.
    to: String,
}

/// A one-time ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffTicket {
    ticket: String,
    /// Where to send the browser.
    url: String,
    /// Seconds it counts.
    expires_in: i64,
}

/// A ticket that came with the browser.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DocumentTicket {
    ticket: String,
}

/// Gives the document system a one-time ticket for somebody of its organisation. The call is signed
/// with the formula with user; `x-tif-uid` is the login.
#[utoipa::path(post, path = "/api/v1/open/staff-tickets", tag = "open", operation_id = "issue_staff_ticket",
    request_body = StaffTicketRequest,
    responses(
        (status = 201, body = StaffTicket),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
    ),
    security(("gateway" = ["staff_desk"])))]
pub(crate) async fn issue_staff_ticket(
    State(recognition): State<Recognition>,
    headers: HeaderMap,
    call: Signed<StaffDeskInterface>,
) -> Result<(StatusCode, Json<StaffTicket>)> {
    let wanted: StaffTicketRequest = if call.body.is_empty() {
        StaffTicketRequest::default()
    } else {
        serde_json::from_slice(&call.body)
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "unreadable_body", "提交的内容不是 JSON。"))?
    };
    let done = async {
        let login = user(&call.system, &headers)?;
        recognition.issue_ticket(&call.system, login, &wanted.to).await
    };
    let ticket = recorded(&recognition, &call, "免登录票据", done).await?;
    let base = recognition.platform.config.public_url.trim_end_matches('/');
    let url = format!("{base}/desk/enter?ticket={ticket}");
    Ok((StatusCode::CREATED, Json(StaffTicket { ticket, url, expires_in: TICKET_SECONDS })))
}

/// To-dos and reminders of somebody, for the desktop of the document system. Signed like a ticket.
#[utoipa::path(get, path = "/api/v1/open/staff-desk", tag = "open", operation_id = "get_staff_desk",
    responses(
        (status = 200, body = DeskSummary),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
    ),
    security(("gateway" = ["staff_desk"])))]
pub(crate) async fn get_staff_desk(
    State(recognition): State<Recognition>,
    headers: HeaderMap,
    call: Signed<StaffDeskInterface>,
) -> Result<Json<DeskSummary>> {
    let done = async {
        let login = user(&call.system, &headers)?;
        recognition.desk_of(&call.system, login).await
    };
    Ok(Json(recorded(&recognition, &call, "待办和提醒", done).await?))
}

/// Signs staff in who come from the document system with its one-time ticket
#[utoipa::path(post, path = "/api/v1/staff/document/sign-on", tag = "staff", operation_id = "sign_on_document",
    request_body = DocumentTicket,
    responses((status = 200, body = CameIn), Refused))]
pub(crate) async fn sign_on_document(
    State(recognition): State<Recognition>,
    client: Client,
    origin: Origin,
    Json(request): Json<DocumentTicket>,
) -> Result<impl IntoResponse> {
    let (staff, to, cookie) = recognition.document_sign_on(&client, &origin, &request.ticket).await?;
    Ok((set_cookie(cookie), Json(CameIn::new(staff.name, to))))
}

/// The login a call is about. Only the formula with user covers it: without, anybody on the way could
/// ask for somebody else.
fn user<'a>(system: &ConnectedSystem, headers: &'a HeaderMap) -> Result<&'a str> {
    if system.formula != Formula::TifUser {
        return Err(Problem::forbidden("这个接口要用“网关签名（带用户）”。请联系平台管理员改签名方式。"));
    }
    headers
        .get(USER)
        .and_then(|value| value.to_str().ok())
        .filter(|login| !login.is_empty() && login.len() <= 64)
        .ok_or_else(|| Problem::invalid_field("/x-tif-uid", "required", "请求头 x-tif-uid 要写工作人员的登录名"))
}

/// Runs what a call asks for and writes the call into the ledger.
async fn recorded<T>(
    recognition: &Recognition,
    call: &Signed<StaffDeskInterface>,
    operation: &str,
    done: impl Future<Output = Result<T>>,
) -> Result<T> {
    let platform = &recognition.platform;
    let started = platform.clock.now();
    let mut entry = Entry::new(platform, Direction::In);
    entry.party.clone_from(&call.system.app_id);
    entry.party_name.clone_from(&call.system.name);
    entry.address.clone_from(&call.address);
    operation.clone_into(&mut entry.operation);
    entry.payload(&call.body);
    let done = done.await;
    match &done {
        Ok(_) => entry.succeeded(200, ""),
        Err(problem) => entry.refused(problem),
    }
    calls::write(platform, entry, started).await?;
    done
}
