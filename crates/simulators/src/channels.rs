//! Channels that file applications: phone mini-program, self-service machine, window system, WeChat, cross-area platform,
//! the province's unified acceptance. One program, the channel is a parameter.
//!
//! * `POST /{channel}/apply` sends an application to the hall, signed as that channel;
//! * `POST /{channel}/status` (signed) takes what became of one; a repeat is recognised by case and sequence;
//! * `GET /{channel}/files/{name}` (signed) is a file of an application: [`file`], or another one when its name says
//!   `altered`;
//! * `GET /{channel}/cases` shows what this channel's people would see of their applications;
//! * `POST /{channel}/behave {"down": true}`; `POST /{channel}/hall` says where and when the hall is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::hall::Hall;
use crate::{Refusal, Switch, lock};

/// Channel, its app id at the hall, its secret, its name.
pub const CHANNELS: [(&str, &str, &str, &str); 6] = [
    ("mobile", "channel-mobile", "channel-mobile-demo-secret", "粤省事小程序"),
    ("terminal", "channel-terminal", "channel-terminal-demo-secret", "自助终端"),
    ("window", "channel-window", "channel-window-demo-secret", "镇街窗口系统"),
    ("wechat", "channel-wechat", "channel-wechat-demo-secret", "微信公众号"),
    ("cross_area", "channel-cross-area", "channel-cross-area-demo-secret", "跨域通办平台"),
    ("province", "channel-province", "channel-province-demo-secret", "省统一受理平台"),
];

#[derive(Default)]
struct Kept {
    down: bool,
    cases: BTreeMap<String, Vec<Value>>,
    repeated: usize,
}

#[derive(Clone)]
struct One {
    hall: Hall,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Clone)]
struct Channels {
    switch: Switch,
    all: Arc<BTreeMap<&'static str, One>>,
}

#[derive(Deserialize)]
struct Behave {
    down: bool,
}

#[derive(Deserialize)]
struct Where {
    url: Option<String>,
    at: Option<i64>,
}

pub(crate) fn routes(hall: &str) -> Router {
    let all =
        CHANNELS.map(|(key, id, secret, _)| (key, One { hall: Hall::new(id, secret, hall), kept: Arc::default() }));
    let channels = Channels { switch: Switch::default(), all: Arc::new(BTreeMap::from(all)) };
    let common = channels.switch.routes();
    Router::new()
        .route("/{channel}/apply", post(apply))
        .route("/{channel}/files/{name}", get(served))
        .route("/{channel}/status", post(status))
        .route("/{channel}/cases", get(cases))
        .route("/{channel}/behave", post(behave))
        .route("/{channel}/hall", post(set_hall))
        .merge(common)
        .with_state(channels)
}

impl Channels {
    fn one(&self, key: &str) -> Result<One, Refusal> {
        self.switch.check()?;
        self.all.get(key).cloned().ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_channel"))
    }
}

/// A file as each channel has it: a PDF that says its name.
pub fn file(name: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {name}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").into_bytes()
}

async fn served(
    State(channels): State<Channels>,
    Path((key, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Vec<u8>, Refusal> {
    let one = channels.one(&key)?;
    if lock(&one.kept).down {
        return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "down"));
    }
    one.hall.check(&headers)?;
    let mut bytes = file(&name);
    if name.contains("altered") {
        bytes.rotate_right(1);
    }
    Ok(bytes)
}

async fn apply(
    State(channels): State<Channels>,
    Path(key): Path<String>,
    Json(application): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    let (status, answer) = channels.one(&key)?.hall.post("/api/v1/exchange/events", &application).await?;
    Ok(Json(json!({ "status": status, "answer": answer })))
}

async fn status(
    State(channels): State<Channels>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let one = channels.one(&key)?;
    if lock(&one.kept).down {
        return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "down"));
    }
    one.hall.check(&headers)?;
    let told: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let number = told.get("case_number").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut kept = lock(&one.kept);
    let known = kept.cases.entry(number).or_default();
    let sequence = |value: &Value| value.get("sequence").and_then(Value::as_i64).unwrap_or_default();
    if known.iter().any(|row| sequence(row) == sequence(&told)) {
        kept.repeated += 1;
        return Ok(Json(json!({ "duplicate": true })));
    }
    // Something of this case came after it already: the sender broke the order.
    if known.last().is_some_and(|last| sequence(last) > sequence(&told)) {
        return Err(Refusal(StatusCode::CONFLICT, "out_of_order"));
    }
    known.push(told);
    Ok(Json(json!({ "duplicate": false })))
}

async fn cases(State(channels): State<Channels>, Path(key): Path<String>) -> Result<Json<Value>, Refusal> {
    let one = channels.one(&key)?;
    let kept = lock(&one.kept);
    Ok(Json(json!({ "cases": kept.cases, "repeated": kept.repeated })))
}

async fn behave(
    State(channels): State<Channels>,
    Path(key): Path<String>,
    Json(wanted): Json<Behave>,
) -> Result<Json<Value>, Refusal> {
    lock(&channels.one(&key)?.kept).down = wanted.down;
    Ok(Json(json!({})))
}

async fn set_hall(
    State(channels): State<Channels>,
    Path(key): Path<String>,
    Json(told): Json<Where>,
) -> Result<Json<Value>, Refusal> {
    channels.one(&key)?.hall.is_at(told.url.as_deref(), told.at);
    Ok(Json(json!({})))
}
