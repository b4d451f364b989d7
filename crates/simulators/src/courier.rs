//! Courier: makes a waybill for a parcel, moves it on when told.
//!
//! * signed by the product: `POST /orders`, `/track`, `/cancel`;
//! * for tests: `GET /orders` lists, `GET /orders/{waybill}` shows, `POST /orders/{waybill}/advance` moves a parcel on.
//!
//! A parcel without name, phone and address is refused for good (`bad_address`), one to 无法送达 too (`no_service`).

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::Client;
use crate::{Refusal, Switch, lock, now_text};

/// App id of the product here.
pub const APP_ID: &str = "courier";
/// Its secret.
pub const SECRET: &str = "courier-demo-secret";

/// States of a parcel in order, with what the track says.
const STATES: [(&str, &str); 4] = [
    ("created", "已下单，等待揽收"),
    ("collected", "快递员已揽收"),
    ("on_the_way", "正在派送"),
    ("delivered", "已签收"),
];

#[derive(Clone)]
struct Courier {
    switch: Switch,
    client: Arc<Mutex<Client>>,
    orders: Arc<Mutex<Vec<Order>>>,
}

#[derive(Clone, Serialize)]
struct Order {
    waybill: String,
    reference: String,
    state: &'static str,
    sender: Value,
    receiver: Value,
    track: Vec<Step>,
    cancelled: bool,
    #[serde(skip)]
    step: usize,
}

#[derive(Clone, Serialize)]
struct Step {
    at: String,
    text: &'static str,
}

#[derive(Deserialize)]
struct NewOrder {
    /// The sender's own number; a second order with it gives the first waybill.
    reference: String,
    /// Name, phone, address as the sender has them.
    #[serde(default)]
    sender: Value,
    #[serde(default)]
    receiver: Value,
}

#[derive(Deserialize)]
struct Named {
    waybill: String,
}

pub(crate) fn routes() -> Router {
    let courier = Courier {
        switch: Switch::default(),
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        orders: Arc::default(),
    };
    let common = courier.switch.routes();
    Router::new()
        .route("/orders", post(create).get(list))
        .route("/track", post(track))
        .route("/cancel", post(cancel))
        .route("/orders/{waybill}", get(show))
        .route("/orders/{waybill}/advance", post(advance))
        .merge(common)
        .with_state(courier)
}

impl Courier {
    fn proven<T: serde::de::DeserializeOwned>(&self, headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
        self.switch.check()?;
        lock(&self.client).check(headers, body)?;
        serde_json::from_slice(body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))
    }
}

async fn create(
    State(courier): State<Courier>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Order>), Refusal> {
    let new: NewOrder = courier.proven(&headers, &body)?;
    let text = |key: &str| new.receiver.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("name").is_empty() || text("phone").is_empty() || text("address").is_empty() {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "bad_address"));
    }
    if text("address").contains("无法送达") {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "no_service"));
    }
    let mut orders = lock(&courier.orders);
    if let Some(order) = orders.iter().find(|order| order.reference == new.reference) {
        return Ok((StatusCode::OK, Json(order.clone())));
    }
    let order = Order {
        waybill: format!("YB{:011}", orders.len() + 1),
        reference: new.reference,
        state: STATES[0].0,
        sender: new.sender,
        receiver: new.receiver,
        track: vec![Step { at: now_text(), text: STATES[0].1 }],
        cancelled: false,
        step: 0,
    };
    orders.push(order.clone());
    Ok((StatusCode::CREATED, Json(order)))
}

async fn track(State(courier): State<Courier>, headers: HeaderMap, body: Bytes) -> Result<Json<Order>, Refusal> {
    let named: Named = courier.proven(&headers, &body)?;
    let orders = lock(&courier.orders);
    orders.iter().find(|order| order.waybill == named.waybill).cloned().map(Json).ok_or_else(unknown)
}

async fn cancel(State(courier): State<Courier>, headers: HeaderMap, body: Bytes) -> Result<Json<Order>, Refusal> {
    let named: Named = courier.proven(&headers, &body)?;
    let mut orders = lock(&courier.orders);
    let order = orders.iter_mut().find(|order| order.waybill == named.waybill).ok_or_else(unknown)?;
    if order.step > 0 {
        return Err(Refusal(StatusCode::CONFLICT, "collected"));
    }
    order.cancelled = true;
    Ok(Json(order.clone()))
}

async fn list(State(courier): State<Courier>) -> Json<Value> {
    Json(json!({ "items": *lock(&courier.orders) }))
}

async fn show(State(courier): State<Courier>, Path(waybill): Path<String>) -> Result<Json<Order>, Refusal> {
    courier.switch.check()?;
    let orders = lock(&courier.orders);
    orders.iter().find(|order| order.waybill == waybill).cloned().map(Json).ok_or_else(unknown)
}

async fn advance(State(courier): State<Courier>, Path(waybill): Path<String>) -> Result<Json<Order>, Refusal> {
    let mut orders = lock(&courier.orders);
    let order = orders.iter_mut().find(|order| order.waybill == waybill).ok_or_else(unknown)?;
    if let Some((state, text)) = STATES.get(order.step + 1) {
        order.step += 1;
        order.state = state;
        order.track.push(Step { at: now_text(), text });
    }
    Ok(Json(order.clone()))
}

fn unknown() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "unknown_waybill")
}
