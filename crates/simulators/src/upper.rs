//! The upper platform: checks the gateway signature, keeps events, answers a progress query.
//!
//! It has a clock of its own, as the real one has. A test whose product lives in another year says
//! so with `POST /upper/clock {"at": seconds}`: from then on that is the time here.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Refusal, Switch, lock, now, now_text};

/// App id that the product has here, and its secret, unless a test says otherwise.
pub const APP_ID: &str = "upper-platform";
/// Its secret.
pub const SECRET: &str = "upper-platform-demo-secret";

#[derive(Clone, Default)]
struct Upper {
    switch: Switch,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    secret: Option<String>,
    clock: Option<i64>,
    nonces: HashSet<String>,
    cases: BTreeMap<String, Vec<Event>>,
    /// What came on each day in China: case, event, digest of the message.
    days: BTreeMap<String, Vec<Value>>,
    /// Calls that brought something already known.
    repeated: usize,
    /// Items of the library; the demonstration's when nobody set them.
    items: Option<Vec<Value>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Event {
    case_number: String,
    item_name: String,
    event: i64,
    event_name: String,
    sequence: i64,
    version: i64,
    at: String,
    state_label: String,
    #[serde(default)]
    received_at: String,
}

#[derive(Deserialize)]
struct Clock {
    at: i64,
}

#[derive(Deserialize)]
struct Secret {
    secret: String,
}

pub(crate) fn routes() -> Router {
    let upper = Upper::default();
    let common = upper.switch.routes();
    Router::new()
        .route("/events", post(accept))
        .route("/cases/{number}", get(progress))
        .route("/items", post(items))
        .route("/items/set", post(set_items))
        .route("/days", post(day))
        .route("/days/forget", post(forget))
        .route("/clock", post(set_clock))
        .route("/secret", post(set_secret))
        .merge(common)
        .with_state(upper)
}

async fn set_clock(State(upper): State<Upper>, Json(clock): Json<Clock>) -> Json<Value> {
    lock(&upper.kept).clock = Some(clock.at);
    Json(json!({ "at": clock.at }))
}

async fn set_secret(State(upper): State<Upper>, Json(new): Json<Secret>) -> Json<Value> {
    lock(&upper.kept).secret = Some(new.secret);
    Json(json!({}))
}

/// The gateway in front: its own reading of the formula, not the product's.
fn check(kept: &mut Kept, headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = Refusal(StatusCode::UNAUTHORIZED, "400001");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(refused);
    let (app_id, timestamp) = (header("x-tif-paasid")?, header("x-tif-timestamp")?);
    let (nonce, signature) = (header("x-tif-nonce")?, header("x-tif-signature")?);
    let here = kept.clock.unwrap_or_else(|| now().unix_timestamp());
    let seconds: i64 = timestamp.parse().map_err(|_| refused)?;
    let secret = kept.secret.as_deref().unwrap_or(SECRET);
    let text = format!("{timestamp}{secret}{nonce}{timestamp}");
    let right = base::encoding::to_hex(&base::crypto::sha256(text.as_bytes()));
    let good = app_id == APP_ID
        && (here - seconds).abs() <= 180
        && right.eq_ignore_ascii_case(signature)
        && kept.nonces.insert(nonce.to_owned());
    if good { Ok(()) } else { Err(refused) }
}

async fn accept(
    State(upper): State<Upper>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    upper.switch.check()?;
    let mut kept = lock(&upper.kept);
    check(&mut kept, &headers)?;
    let mut event: Event =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let known = kept.cases.entry(event.case_number.clone()).or_default();
    if known.iter().any(|one| one.sequence == event.sequence && one.version >= event.version) {
        kept.repeated += 1;
        return Ok((StatusCode::OK, Json(json!({ "duplicate": true }))));
    }
    // Something of this case came after it already: the sender broke the order.
    if known.last().is_some_and(|last| last.sequence > event.sequence) {
        return Err(Refusal(StatusCode::CONFLICT, "out_of_order"));
    }
    event.received_at = now_text();
    let told = json!({ "case_number": event.case_number, "event_name": event.event_name,
        "sm3": base::encoding::to_hex(&base::crypto::sm3(&body)) });
    known.push(event);
    let here = kept.clock.unwrap_or_else(|| now().unix_timestamp());
    kept.days.entry(day_of(here)).or_default().push(told);
    Ok((StatusCode::CREATED, Json(json!({ "duplicate": false }))))
}

/// The day in China of a moment.
fn day_of(seconds: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    base::zone::china_date(at).to_string()
}

#[derive(Deserialize)]
struct Day {
    day: String,
}

/// Items of the library, two to a page so that pages are seen; `task_code` asks for one.
async fn items(State(upper): State<Upper>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    upper.switch.check()?;
    let mut kept = lock(&upper.kept);
    check(&mut kept, &headers)?;
    let asked: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let all = kept.items.clone().unwrap_or_else(library);
    let code = asked.get("task_code").and_then(Value::as_str);
    let fitting: Vec<&Value> = all.iter().filter(|one| code.is_none_or(|code| one["task_code"] == code)).collect();
    let from: usize = asked.get("cursor").and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or(0);
    let page: Vec<&&Value> = fitting.iter().skip(from).take(2).collect();
    let next = (from + 2 < fitting.len()).then(|| (from + 2).to_string());
    Ok(Json(json!({ "items": page, "next": next })))
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Value>,
}

/// Says what the library holds from now on (tests).
async fn set_items(State(upper): State<Upper>, Json(told): Json<Items>) -> Json<Value> {
    let count = told.items.len();
    lock(&upper.kept).items = Some(told.items);
    Json(json!({ "count": count }))
}

/// What the library holds in the demonstration: an item whose limit was changed, one as it is here, one that is not
/// offered here.
fn library() -> Vec<Value> {
    let limit = |days: i64| json!({ "value": days, "unit": "working_day" });
    vec![
        json!({ "task_code": "11449902MB9900128N4440131004000", "name": "食品经营许可证核发", "version": 3, "in_use": true,
            "elements": { "name": "食品经营许可证核发", "on_site_times": 0, "promise_limit": limit(4) } }),
        json!({ "task_code": "11449900MB99002168444011801200A", "name": "道路旅客运输驾驶员从业资格证核发", "version": 1,
            "in_use": true, "elements": { "name": "道路旅客运输驾驶员从业资格证核发", "legal_limit": limit(10) } }),
        json!({ "task_code": "11449902MB9900611C444011100100B", "name": "养老机构备案", "version": 2, "in_use": true,
            "elements": { "name": "养老机构备案" } }),
    ]
}

/// What came on a day, for whoever compares.
async fn day(State(upper): State<Upper>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    upper.switch.check()?;
    let mut kept = lock(&upper.kept);
    check(&mut kept, &headers)?;
    let asked: Day =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    Ok(Json(json!({ "day": asked.day, "items": kept.days.get(&asked.day).cloned().unwrap_or_default() })))
}

/// Loses the last message of a day and has one that nobody sent (tests).
async fn forget(State(upper): State<Upper>, Json(asked): Json<Day>) -> Json<Value> {
    let mut kept = lock(&upper.kept);
    let list = kept.days.entry(asked.day).or_default();
    let lost = list.pop();
    list.push(json!({ "case_number": "X-1", "event_name": "受理", "sm3": "f".repeat(64) }));
    Json(json!({ "lost": lost }))
}

async fn progress(State(upper): State<Upper>, Path(number): Path<String>) -> Result<Json<Value>, Refusal> {
    upper.switch.check()?;
    let kept = lock(&upper.kept);
    let events = kept.cases.get(&number).ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_case"))?;
    let last = events.last();
    Ok(Json(json!({
        "case_number": number,
        "item_name": last.map(|event| &event.item_name),
        "state_label": last.map(|event| &event.state_label),
        "events": events,
        "repeated": kept.repeated,
    })))
}
