//! Registration authority of enterprises.
//!
//! * `GET /enterprises/{code}` by unified social credit code or registration number; 404 when unknown;
//! * `POST /licence` `{"uscc": …, "status": "吊销"}` changes the state of a licence (tests).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::people::Enterprise;
use crate::{People, Refusal, Switch, lock};

#[derive(Clone)]
struct Authority {
    switch: Switch,
    people: Arc<People>,
    /// State of a licence by credit code, where it was changed.
    changed: Arc<Mutex<HashMap<String, String>>>,
}

#[derive(Deserialize)]
struct Change {
    uscc: String,
    status: String,
}

pub(crate) fn routes(people: People) -> Router {
    let authority = Authority { switch: Switch::default(), people: Arc::new(people), changed: Arc::default() };
    let common = authority.switch.routes();
    Router::new()
        .route("/enterprises/{code}", get(find))
        .route("/licence", post(change))
        .merge(common)
        .with_state(authority)
}

/// Number of before the credit code: fifteen digits made from the code's body.
fn registration_number(body: &Enterprise) -> String {
    body.registration_number.clone().unwrap_or_else(|| {
        let digits = body.uscc.bytes().skip(2).map(|byte| char::from(b'0' + byte % 10));
        digits.take(15).collect()
    })
}

async fn find(State(authority): State<Authority>, Path(code): Path<String>) -> Result<Json<Value>, Refusal> {
    authority.switch.check()?;
    let found = authority.people.enterprises.iter().find(|body| body.uscc == code || registration_number(body) == code);
    let body = found.ok_or(Refusal(StatusCode::NOT_FOUND, "not_registered"))?;
    let acting = authority.people.persons.iter().find(|person| person.id_number == body.legal_representative.id_number);
    let status = lock(&authority.changed).get(&body.uscc).cloned().unwrap_or_else(|| body.status.clone());
    let valid = matches!(status.as_str(), "" | "存续" | "在业" | "正常");
    Ok(Json(json!({
        "name": body.name,
        "uscc": body.uscc,
        "registration_number": registration_number(body),
        "legal_person": body.legal_representative.name,
        "legal_person_id_number": body.legal_representative.id_number,
        "phone": acting.map(|person| person.phone.clone()).unwrap_or_default(),
        "address": body.address,
        "licence": {
            "number": body.uscc,
            "valid": valid,
            "valid_until": null,
            "reason": if valid { String::new() } else { format!("已{status}") },
        },
    })))
}

async fn change(State(authority): State<Authority>, Json(change): Json<Change>) -> Json<Value> {
    lock(&authority.changed).insert(change.uscc, change.status);
    Json(json!({ "ok": true }))
}
