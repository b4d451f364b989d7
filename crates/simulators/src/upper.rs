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
    /// Calls that brought something already known.
    repeated: usize,
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
    known.push(event);
    Ok((StatusCode::CREATED, Json(json!({ "duplicate": false }))))
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
