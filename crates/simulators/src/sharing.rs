//! Data-sharing platform: what other bodies know about somebody, answered to a signed query.
//!
//! * `POST /query` `{"interface": "person" | "enterprise", "number": …}`: the record; 404 `unknown` for nobody
//!   of ours, 404 `no_interface` for another interface;
//! * `POST /record` `{"number": …, "values": {…}}` changes what is known (tests).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::gateway::Client;
use crate::{People, Refusal, Switch, lock};

/// App id of the product here.
pub const APP_ID: &str = "data-sharing";
/// Its secret.
pub const SECRET: &str = "data-sharing-demo-secret";

#[derive(Clone)]
struct Sharing {
    switch: Switch,
    people: Arc<People>,
    client: Arc<Mutex<Client>>,
    /// What was changed, by number.
    changed: Arc<Mutex<HashMap<String, Map<String, Value>>>>,
}

#[derive(Deserialize)]
struct Asked {
    interface: String,
    number: String,
}

#[derive(Deserialize)]
struct Change {
    number: String,
    values: Map<String, Value>,
}

pub(crate) fn routes(people: People) -> Router {
    let sharing = Sharing {
        switch: Switch::default(),
        people: Arc::new(people),
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        changed: Arc::default(),
    };
    let common = sharing.switch.routes();
    Router::new().route("/query", post(query)).route("/record", post(change)).merge(common).with_state(sharing)
}

async fn query(State(sharing): State<Sharing>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    sharing.switch.check()?;
    lock(&sharing.client).check(&headers, &body)?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let unknown = Refusal(StatusCode::NOT_FOUND, "unknown");
    let mut record = match asked.interface.as_str() {
        "person" => sharing.person(&asked.number).ok_or(unknown)?,
        "enterprise" => sharing.enterprise(&asked.number).ok_or(unknown)?,
        _ => return Err(Refusal(StatusCode::NOT_FOUND, "no_interface")),
    };
    if let (Some(changed), Value::Object(record)) = (lock(&sharing.changed).get(&asked.number), &mut record) {
        record.extend(changed.clone());
    }
    Ok(Json(json!({ "record": record })))
}

async fn change(State(sharing): State<Sharing>, Json(change): Json<Change>) -> Json<Value> {
    lock(&sharing.changed).entry(change.number).or_default().extend(change.values);
    Json(json!({ "ok": true }))
}

impl Sharing {
    fn person(&self, number: &str) -> Option<Value> {
        let found = self.people.persons.iter().find(|one| one.id_number == number)?;
        Some(json!({
            "name": found.name, "id_number": found.id_number, "address": found.address, "birth": found.birth,
            "sex": if found.sex == "1" { "男" } else { "女" }, "nation": found.nation, "phone": found.phone,
        }))
    }

    fn enterprise(&self, number: &str) -> Option<Value> {
        let body = self.people.enterprises.iter().find(|one| one.uscc == number)?;
        Some(json!({
            "name": body.name, "uscc": body.uscc, "address": body.address,
            "legal_representative": body.legal_representative.name,
            "status": if body.status.is_empty() { "存续" } else { body.status.as_str() },
        }))
    }
}
