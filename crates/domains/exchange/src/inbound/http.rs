//! The one route for other systems.

use axum::extract::{FromRequest, Request, State};
use identity::systems::{EventsInterface, Signed};
use platform::calls::{self, Direction, Entry};
use platform::web::extract::Json;
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Envelope, EventAnswer};
use crate::Exchange;

/// An event as another system submits it.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "read by hand, so that each wrong field is named; this is its description")]
pub(crate) struct EventEnvelope {
    /// One of the 24 standard events, by key or name: `accept` or 办件受理.
    event: String,
    /// Case number; absent for `apply`.
    case_number: Option<String>,
    /// For `apply`: the sender's own number 申办流水号.
    source_number: Option<String>,
    /// Which one of several of a kind (step, order, procedure); 1 when absent.
    sequence: Option<i64>,
    /// Data version, from 1; a higher one corrects a lower one.
    version: i64,
    /// When it happened, RFC 3339.
    at: String,
    /// Who did it.
    operator: Option<String>,
    /// Content by event, see docs/api.md.
    #[schema(value_type = Object)]
    data: Value,
}

/// Takes one of the 24 standard events from a registered system. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/exchange/events", tag = "exchange", operation_id = "submit_exchange_event",
    request_body = EventEnvelope,
    responses(
        (status = 200, body = EventAnswer),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("gateway" = ["events"])))]
pub(crate) async fn submit_exchange_event(
    State(exchange): State<Exchange>,
    request: Request,
) -> Result<Json<EventAnswer>> {
    let started = exchange.platform.clock.now();
    let mut entry = Entry::new(&exchange.platform, Direction::In);
    entry.operation = "办件事件".to_owned();
    let claimed = request.headers().get("x-tif-paasid").and_then(|value| value.to_str().ok()).unwrap_or("-");
    entry.party = claimed.chars().filter(|one| !one.is_control()).take(64).collect();
    entry.address = platform::web::client::address(request.extensions(), request.headers(), &exchange.platform.config)
        .map(|address| address.to_string())
        .unwrap_or_default();
    let done = match Signed::<EventsInterface>::from_request(request, &exchange).await {
        Err(problem) => Err(problem),
        Ok(call) => {
            entry.party_name.clone_from(&call.system.name);
            entry.payload(&call.body);
            match Envelope::read(&call.body) {
                Err(problem) => Err(problem),
                Ok(envelope) => {
                    entry.operation = envelope.kind.label().to_owned();
                    entry.event = Some(envelope.kind.as_str().to_owned());
                    entry.case_number = Some(envelope.number.clone());
                    exchange.take(&call.system, &envelope).await
                }
            }
        }
    };
    match &done {
        Ok(answer) => {
            entry.case_number = Some(answer.case_number.clone());
            entry.succeeded(200, answer.result);
        }
        Err(problem) => entry.refused(problem),
    }
    calls::write(&exchange.platform, entry, started).await?;
    Ok(Json(done?))
}
