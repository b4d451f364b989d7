//! Courier: makes a waybill for a parcel, moves it on when told.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Refusal, Switch, lock, now_text};

/// States of a parcel in order, with what the track says.
const STATES: [(&str, &str); 4] = [
    ("created", "已下单，等待揽收"),
    ("collected", "快递员已揽收"),
    ("on_the_way", "正在派送"),
    ("delivered", "已签收"),
];

#[derive(Clone, Default)]
struct Courier {
    switch: Switch,
    orders: Arc<Mutex<Vec<Order>>>,
}

#[derive(Clone, Serialize)]
struct Order {
    waybill: String,
    reference: String,
    state: &'static str,
    receiver: Value,
    track: Vec<Step>,
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
    receiver: Value,
}

pub(crate) fn routes() -> Router {
    let courier = Courier::default();
    let common = courier.switch.routes();
    Router::new()
        .route("/orders", post(create).get(list))
        .route("/orders/{waybill}", get(show))
        .route("/orders/{waybill}/advance", post(advance))
        .merge(common)
        .with_state(courier)
}

async fn create(
    State(courier): State<Courier>,
    Json(new): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), Refusal> {
    courier.switch.check()?;
    let mut orders = lock(&courier.orders);
    if let Some(order) = orders.iter().find(|order| order.reference == new.reference) {
        return Ok((StatusCode::OK, Json(order.clone())));
    }
    let order = Order {
        waybill: format!("YB{:011}", orders.len() + 1),
        reference: new.reference,
        state: STATES[0].0,
        receiver: new.receiver,
        track: vec![Step { at: now_text(), text: STATES[0].1 }],
        step: 0,
    };
    orders.push(order.clone());
    Ok((StatusCode::CREATED, Json(order)))
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
