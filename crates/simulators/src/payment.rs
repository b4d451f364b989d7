//! Unified payment platform: opens orders, shows a page to pay on, tells the product, pays back, gives a
//! day's statement.
//!
//! * signed by the product: `POST /orders`, `/orders/stop`, `/refunds`, `/statements`;
//! * `GET /pay/{number}` is the payer's page, its button pays and sends the browser back;
//! * for tests: `POST /orders/{number}/pay` pays without a page (`{"times": 2}` tells the product twice,
//!   `{"silent": true}` not at all), `POST /orders/{number}/tell` tells it again, `POST /clock {"at": seconds}`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::Client;
use crate::page::{escape, page};
use crate::{Dice, Refusal, Switch, lock, now};

/// App id that the product has here, and that this platform has there.
pub const APP_ID: &str = "payment-platform";
/// Its secret.
pub const SECRET: &str = "payment-platform-demo-secret";

#[derive(Clone)]
struct Payment {
    switch: Switch,
    client: Arc<Mutex<Client>>,
    orders: Arc<Mutex<BTreeMap<String, Order>>>,
    clock: Arc<Mutex<Option<i64>>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    number: String,
    amount_fen: i64,
    subject: String,
    return_url: String,
    notify_url: String,
    #[serde(default)]
    provider_number: String,
    /// `open`, `stopped`, `paid`.
    #[serde(default)]
    state: String,
    /// Day of the payment.
    #[serde(default)]
    paid_on: String,
    /// Numbers of refunds.
    #[serde(default)]
    refunds: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    number: String,
}

#[derive(Deserialize)]
struct Back {
    number: String,
    refund_number: String,
    amount_fen: i64,
}

#[derive(Deserialize)]
struct Day {
    day: String,
}

#[derive(Deserialize)]
struct Clock {
    at: i64,
}

#[derive(Deserialize)]
#[serde(default)]
struct Pay {
    times: usize,
    silent: bool,
}

impl Default for Pay {
    fn default() -> Self {
        Self { times: 1, silent: false }
    }
}

pub(crate) fn routes() -> Router {
    let payment = Payment {
        switch: Switch::default(),
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        orders: Arc::default(),
        clock: Arc::default(),
    };
    let common = payment.switch.routes();
    Router::new()
        .route("/orders", post(create).get(list))
        .route("/orders/stop", post(stop))
        .route("/orders/{number}/pay", post(pay))
        .route("/orders/{number}/tell", post(tell))
        .route("/refunds", post(refund))
        .route("/statements", post(statement))
        .route("/pay/{number}", get(till).post(till_paid))
        .route("/clock", post(set_clock))
        .merge(common)
        .with_state(payment)
}

fn unknown() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "unknown_order")
}

impl Payment {
    fn proven<T: serde::de::DeserializeOwned>(&self, headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
        self.switch.check()?;
        lock(&self.client).check(headers, body)?;
        serde_json::from_slice(body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))
    }

    fn today(&self) -> String {
        let at = self.seconds();
        let here = time::OffsetDateTime::from_unix_timestamp(at).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        base::zone::china_date(here).to_string()
    }

    fn seconds(&self) -> i64 {
        lock(&self.clock).unwrap_or_else(|| now().unix_timestamp())
    }

    /// Pays an open order; one that was stopped is paid all the same, as it happens between banks.
    fn take(&self, number: &str) -> Result<Order, Refusal> {
        self.switch.check()?;
        let today = self.today();
        let mut orders = lock(&self.orders);
        let order = orders.get_mut(number).ok_or_else(unknown)?;
        if order.state != "paid" {
            "paid".clone_into(&mut order.state);
            order.paid_on = today;
        }
        Ok(order.clone())
    }

    /// Tells the product, signed over the body: this platform's own reading of the formula.
    async fn notify(&self, order: &Order) -> Result<Value, Refusal> {
        let body = json!({
            "number": order.number, "provider_number": order.provider_number,
            "amount_fen": order.amount_fen, "state": "paid",
        })
        .to_string();
        let timestamp = self.seconds().to_string();
        let nonce = base::id::token_hex(&Dice, 16);
        let text = format!("{APP_ID}{timestamp}{nonce}{body}{SECRET}");
        let signature = base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())).to_uppercase();
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|_| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "client"))?;
        let answer = http
            .post(&order.notify_url)
            .header("x-tif-paasid", APP_ID)
            .header("x-tif-timestamp", timestamp)
            .header("x-tif-nonce", nonce)
            .header("x-tif-signature", signature)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .map_err(|_| Refusal(StatusCode::BAD_GATEWAY, "product_down"))?;
        let status = answer.status().as_u16();
        let answer: Value = answer.json().await.unwrap_or(Value::Null);
        Ok(json!({ "status": status, "answer": answer }))
    }
}

async fn create(
    State(payment): State<Payment>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut order: Order = payment.proven(&headers, &body)?;
    let mut orders = lock(&payment.orders);
    let next = orders.len() + 1;
    let (status, order) = match orders.get(&order.number) {
        Some(known) => (StatusCode::OK, known.clone()),
        None => {
            order.provider_number = format!("ZF{next:012}");
            "open".clone_into(&mut order.state);
            orders.insert(order.number.clone(), order.clone());
            (StatusCode::CREATED, order)
        }
    };
    // The page is where the product found this service.
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let pay_url = format!("http://{host}/payment/pay/{}", order.number);
    Ok((status, Json(json!({ "provider_number": order.provider_number, "pay_url": pay_url }))))
}

async fn list(State(payment): State<Payment>) -> Json<Value> {
    let orders: Vec<Order> = lock(&payment.orders).values().cloned().collect();
    Json(json!({ "items": orders }))
}

async fn stop(State(payment): State<Payment>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let named: Named = payment.proven(&headers, &body)?;
    let mut orders = lock(&payment.orders);
    let order = orders.get_mut(&named.number).ok_or_else(unknown)?;
    if order.state == "paid" {
        return Err(Refusal(StatusCode::CONFLICT, "paid"));
    }
    "stopped".clone_into(&mut order.state);
    Ok(Json(json!({ "state": "stopped" })))
}

async fn refund(State(payment): State<Payment>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let back: Back = payment.proven(&headers, &body)?;
    let mut orders = lock(&payment.orders);
    let order = orders.get_mut(&back.number).ok_or_else(unknown)?;
    if order.state != "paid" || back.amount_fen > order.amount_fen {
        return Err(Refusal(StatusCode::CONFLICT, "not_paid"));
    }
    if !order.refunds.contains(&back.refund_number) {
        if !order.refunds.is_empty() {
            return Err(Refusal(StatusCode::CONFLICT, "refunded_before"));
        }
        order.refunds.push(back.refund_number);
    }
    Ok(Json(json!({ "state": "refunded" })))
}

async fn statement(State(payment): State<Payment>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let day: Day = payment.proven(&headers, &body)?;
    let orders = lock(&payment.orders);
    let paid = orders.values().filter(|one| one.state == "paid" && one.paid_on == day.day);
    let items: Vec<Value> = paid.map(|one| json!({ "number": one.number, "amount_fen": one.amount_fen })).collect();
    Ok(Json(json!({ "day": day.day, "items": items })))
}

async fn pay(
    State(payment): State<Payment>,
    Path(number): Path<String>,
    Json(how): Json<Pay>,
) -> Result<Json<Value>, Refusal> {
    let order = payment.take(&number)?;
    let mut told = Vec::new();
    for _ in 0..if how.silent { 0 } else { how.times } {
        told.push(payment.notify(&order).await?);
    }
    Ok(Json(json!({ "told": told })))
}

async fn tell(State(payment): State<Payment>, Path(number): Path<String>) -> Result<Json<Value>, Refusal> {
    let order = lock(&payment.orders).get(&number).cloned().ok_or_else(unknown)?;
    Ok(Json(payment.notify(&order).await?))
}

async fn till(State(payment): State<Payment>, Path(number): Path<String>) -> Result<Html<String>, Refusal> {
    payment.switch.check()?;
    let order = lock(&payment.orders).get(&number).cloned().ok_or_else(unknown)?;
    let body = format!(
        "<p>{}</p><p>订单号 {}，金额 <strong>{} 元</strong></p><form method=\"post\"><button>确认支付</button></form>\
         <p><a href=\"{}\">先不支付，回到办件页面</a></p>",
        escape(&order.subject),
        escape(&order.number),
        base::money::Fen(order.amount_fen).plain(),
        escape(&order.return_url)
    );
    Ok(page("统一支付平台", "这是统一支付平台的模拟页面，只用于演示和测试，不会扣钱。", &body))
}

async fn till_paid(State(payment): State<Payment>, Path(number): Path<String>) -> Result<Redirect, Refusal> {
    let order = payment.take(&number)?;
    payment.notify(&order).await?;
    Ok(Redirect::to(&order.return_url))
}

async fn set_clock(State(payment): State<Payment>, Json(clock): Json<Clock>) -> Json<Value> {
    *lock(&payment.clock) = Some(clock.at);
    Json(json!({ "at": clock.at }))
}
