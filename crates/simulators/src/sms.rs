//! SMS gateway: takes messages, keeps one per reference, shows what it took.

use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Refusal, Switch, lock, now_text};

/// Messages kept; a load test must not fill the memory.
const KEPT: usize = 20_000;

#[derive(Clone, Default)]
struct Gateway {
    switch: Switch,
    messages: Arc<Mutex<Vec<Message>>>,
}

#[derive(Clone, Serialize)]
struct Message {
    reference: String,
    phone: String,
    text: String,
    received_at: String,
}

#[derive(Deserialize)]
struct NewMessage {
    reference: String,
    phone: String,
    text: String,
}

#[derive(Deserialize)]
struct Filter {
    phone: Option<String>,
}

pub(crate) fn routes() -> Router {
    let gateway = Gateway::default();
    let common = gateway.switch.routes();
    Router::new().route("/messages", post(accept).get(list)).merge(common).with_state(gateway)
}

async fn accept(
    State(gateway): State<Gateway>,
    Json(new): Json<NewMessage>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    gateway.switch.check()?;
    let mut messages = lock(&gateway.messages);
    // The sender repeats a message when our answer got lost; the reader gets it once all the same.
    if messages.iter().rev().any(|message| message.reference == new.reference) {
        return Ok((StatusCode::OK, Json(json!({ "reference": new.reference, "duplicate": true }))));
    }
    if messages.len() >= KEPT {
        messages.drain(..KEPT / 2);
    }
    let answer = json!({ "reference": new.reference, "duplicate": false });
    messages.push(Message { reference: new.reference, phone: new.phone, text: new.text, received_at: now_text() });
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn list(State(gateway): State<Gateway>, Query(filter): Query<Filter>) -> Json<Value> {
    let messages = lock(&gateway.messages);
    let items: Vec<&Message> =
        messages.iter().filter(|message| filter.phone.as_ref().is_none_or(|phone| *phone == message.phone)).collect();
    Json(json!({ "items": items }))
}
