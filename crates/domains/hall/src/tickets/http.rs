//! HTTP of tickets: what queue systems tell, and what the windows do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::systems::Signed;
use platform::calls::{self, Direction, Entry};
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::problem::ProblemBody;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use platform::{Problem, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::acts::{FinishTicket, NewTicket, TakeTicket, TakenTicket};
use super::inbound::{QueueInterface, TicketNotice, TicketTaken};
use super::list::{CalledTickets, TicketFilter};
use super::model::{Ticket, TicketWhole};
use crate::{Hall, ReadTickets, TakeTickets};

const HEAD: [&str; 13] = [
    "号码",
    "大厅",
    "状态",
    "办什么",
    "窗口",
    "取号人",
    "叫了几次",
    "取号时间",
    "叫号时间",
    "结束时间",
    "接待人",
    "办件编号",
    "来源",
];

pub(crate) fn routes() -> OpenApiRouter<Hall> {
    OpenApiRouter::new()
        .routes(routes!(tell_of_ticket))
        .routes(routes!(list_called_tickets))
        .routes(routes!(watch_called_tickets))
        .routes(routes!(list_tickets, register_ticket))
        .routes(routes!(export_tickets))
        .routes(routes!(get_ticket))
        .routes(routes!(take_ticket))
        .routes(routes!(finish_ticket))
}

/// Takes what a hall's own queue system tells of a ticket. Told again it answers the same and changes nothing.
#[utoipa::path(post, path = "/api/v1/open/tickets", tag = "open", operation_id = "tell_of_hall_ticket", request_body = TicketNotice,
    responses(
        (status = 200, body = TicketTaken),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Outdated,
        Unreadable,
    ),
    security(("gateway" = ["queue"])))]
async fn tell_of_ticket(State(hall): State<Hall>, call: Signed<QueueInterface>) -> Result<Json<TicketTaken>> {
    let started = hall.platform.clock.now();
    let mut entry = Entry::new(&hall.platform, Direction::In);
    entry.party.clone_from(&call.system.app_id);
    entry.party_name.clone_from(&call.system.name);
    entry.address.clone_from(&call.address);
    entry.operation = "号票".to_owned();
    entry.event = Some("ticket".to_owned());
    entry.payload(&call.body);
    let done = take(&hall, &call).await;
    match &done {
        Ok(taken) => entry.succeeded(200, taken.result),
        Err(problem) => entry.refused(problem),
    }
    calls::write(&hall.platform, entry, started).await?;
    Ok(Json(done?))
}

async fn take(hall: &Hall, call: &Signed<QueueInterface>) -> Result<TicketTaken> {
    let notice: TicketNotice = serde_json::from_slice(&call.body)
        .map_err(|error| Problem::invalid_field("", "shape", format!("内容的格式不对：{error}")))?;
    hall.take_notice(&call.system, notice).await
}

/// Who was called to the caller's windows
#[utoipa::path(get, path = "/api/v1/called-tickets", tag = "hall", operation_id = "list_called_tickets",
    responses((status = 200, body = CalledTickets), Refused),
    security(("desk" = ["ticket.take"])))]
async fn list_called_tickets(State(hall): State<Hall>, caller: Allowed<TakeTickets>) -> Result<Json<CalledTickets>> {
    Ok(Json(hall.called_tickets(&caller).await?))
}

/// Tells the page of called tickets to fetch again
#[utoipa::path(get, path = "/api/v1/called-tickets/live", tag = "hall", operation_id = "watch_called_tickets",
    responses((status = 200, description = "Tells the page to fetch again", content_type = "text/event-stream"), Refused),
    security(("desk" = ["ticket.take"])))]
async fn watch_called_tickets(State(hall): State<Hall>, caller: Allowed<TakeTickets>) -> Result<Response> {
    let heard = hall.heard(&caller).await?;
    let wanted = move |subject: &str| heard.iter().any(|prefix| subject.starts_with(prefix));
    Ok(hall.platform.live.stream("tickets", wanted).into_response())
}

/// Tickets of the caller's halls, newest first, masked
#[utoipa::path(get, path = "/api/v1/hall-tickets", tag = "hall", operation_id = "list_hall_tickets", params(TicketFilter),
    responses((status = 200, body = List<Ticket>), Malformed, Refused, Unreadable),
    security(("desk" = ["ticket.read"])))]
async fn list_tickets(
    State(hall): State<Hall>,
    caller: Allowed<ReadTickets>,
    Query(filter): Query<TicketFilter>,
) -> Result<Json<List<Ticket>>> {
    Ok(Json(hall.list_tickets(&caller, &filter).await?))
}

/// The same as CSV, at most 5,000 rows
#[utoipa::path(get, path = "/api/v1/hall-tickets/export", tag = "hall", operation_id = "export_hall_tickets", params(TicketFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["ticket.read"])))]
async fn export_tickets(
    State(hall): State<Hall>,
    caller: Allowed<ReadTickets>,
    Query(filter): Query<TicketFilter>,
) -> Result<Response> {
    Ok(csv::file("tickets.csv", &HEAD, hall.ticket_lines(&caller, &filter).await?))
}

/// Write a number down where no queue system tells of it
#[utoipa::path(post, path = "/api/v1/hall-tickets", tag = "hall", operation_id = "register_hall_ticket",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewTicket,
    responses((status = 201, body = Ticket), Refused, Outdated, Unreadable),
    security(("desk" = ["ticket.take"])))]
async fn register_ticket(
    State(hall): State<Hall>,
    caller: Allowed<TakeTickets>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewTicket>,
) -> Result<(StatusCode, Json<Ticket>)> {
    Ok((StatusCode::CREATED, Json(hall.register_ticket(&caller, body, key).await?)))
}

/// A ticket with what happened
#[utoipa::path(get, path = "/api/v1/hall-tickets/{id}", tag = "hall", operation_id = "get_hall_ticket",
    params(("id" = Uuid, Path, description = "Ticket")),
    responses((status = 200, body = TicketWhole), Refused, Absent),
    security(("desk" = ["ticket.read"])))]
async fn get_ticket(
    State(hall): State<Hall>,
    caller: Allowed<ReadTickets>,
    Path(id): Path<Uuid>,
) -> Result<Json<TicketWhole>> {
    Ok(Json(hall.ticket(&caller, id).await?))
}

/// Take the visitor of a called ticket over; what is known of him is given raw, and logged
#[utoipa::path(post, path = "/api/v1/hall-tickets/{id}/take", tag = "hall", operation_id = "take_hall_ticket",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = TakeTicket,
    responses((status = 200, body = TakenTicket), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["ticket.take"])))]
async fn take_ticket(
    State(hall): State<Hall>,
    caller: Allowed<TakeTickets>,
    Path(id): Path<Uuid>,
    Json(body): Json<TakeTicket>,
) -> Result<Json<TakenTicket>> {
    Ok(Json(hall.take_ticket(&caller, id, body).await?))
}

/// Be done with the visitor of a ticket
#[utoipa::path(post, path = "/api/v1/hall-tickets/{id}/finish", tag = "hall", operation_id = "finish_hall_ticket",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FinishTicket,
    responses((status = 200, body = Ticket), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["ticket.take"])))]
async fn finish_ticket(
    State(hall): State<Hall>,
    caller: Allowed<TakeTickets>,
    Path(id): Path<Uuid>,
    Json(body): Json<FinishTicket>,
) -> Result<Json<Ticket>> {
    Ok(Json(hall.finish_ticket(&caller, id, body).await?))
}
