//! Code platform: citizen and enterprise codes.
//!
//! * `GET /` chooses whose code to show; `POST /` shows it;
//! * `POST /issue` `{"key": …, "operator": …, "seconds": 60}` issues one (tests);
//! * `POST /codes/resolve` `{"code": …}`, signed: whose code it is, once; 410 `expired`, 409 `used`,
//!   422 `altered`, 404 `unknown`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::gateway::Client;
use crate::page::{button, escape, page};
use crate::{Dice, People, Refusal, Switch, lock, now};

/// App id of the product here.
pub const APP_ID: &str = "code-platform";
/// Its secret.
pub const SECRET: &str = "code-platform-demo-secret";
/// Key of the platform's own proof inside a code.
const PROOF: &[u8] = b"the code platform's own key";
/// Seconds a code counts.
const LASTS: i64 = 60;

#[derive(Clone)]
struct Codes {
    switch: Switch,
    people: Arc<People>,
    client: Arc<Mutex<Client>>,
    issued: Arc<Mutex<HashMap<String, Issued>>>,
}

struct Issued {
    holder: Value,
    expires: OffsetDateTime,
    used: bool,
}

#[derive(Deserialize)]
struct Wanted {
    /// Person or enterprise.
    key: String,
    /// Who shows the enterprise's code; its legal representative when absent.
    operator: Option<String>,
    seconds: Option<i64>,
}

#[derive(Deserialize)]
struct Asked {
    code: String,
}

pub(crate) fn routes(people: People) -> Router {
    let codes = Codes {
        switch: Switch::default(),
        people: Arc::new(people),
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        issued: Arc::default(),
    };
    let common = codes.switch.routes();
    Router::new()
        .route("/", get(choose).post(show))
        .route("/issue", post(issue))
        .route("/codes/resolve", post(resolve))
        .merge(common)
        .with_state(codes)
}

async fn choose(State(codes): State<Codes>) -> Html<String> {
    let (mut persons, mut bodies) = (String::new(), String::new());
    for person in &codes.people.persons {
        persons.push_str(&button("key", &person.key, &person.name));
    }
    for body in &codes.people.enterprises {
        bodies.push_str(&button("key", &body.key, &format!("{}（{}）", body.name, body.legal_representative.name)));
    }
    let mut form = String::new();
    let _ = write!(
        form,
        "<form method=\"post\"><fieldset><legend>个人码</legend><div class=\"people\">{persons}</div></fieldset>\
         <fieldset><legend>企业码（括号里是法定代表人）</legend><div class=\"people\">{bodies}</div></fieldset></form>"
    );
    page("出示身份码", "这是码平台的模拟页面，只用于演示和测试。下面的人和企业都是虚构的。", &form)
}

async fn show(State(codes): State<Codes>, Form(wanted): Form<Wanted>) -> Result<Html<String>, Refusal> {
    let (code, _) = codes.issue(&wanted)?;
    let body = format!(
        "<p>码的内容（扫码枪读出来就是这一段），{LASTS} 秒内有效，只能用一次：</p><p class=\"code\" id=\"code\">{}</p>\
         <p><a class=\"button\" href=\"/codes\">换一个人</a></p>",
        escape(&code)
    );
    Ok(page("出示身份码", "这是码平台的模拟页面，只用于演示和测试。", &body))
}

async fn issue(State(codes): State<Codes>, Json(wanted): Json<Wanted>) -> Result<Json<Value>, Refusal> {
    let (code, expires) = codes.issue(&wanted)?;
    Ok(Json(json!({ "code": code, "expires_at": expires.format(&Rfc3339).unwrap_or_default() })))
}

async fn resolve(State(codes): State<Codes>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    codes.switch.check()?;
    lock(&codes.client).check(&headers, &body)?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let unknown = Refusal(StatusCode::NOT_FOUND, "unknown");
    let (id, proof) = asked.code.strip_prefix("TBC1.").and_then(|rest| rest.split_once('.')).ok_or(unknown)?;
    if proof != proof_of(id) {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "altered"));
    }
    let mut issued = lock(&codes.issued);
    let code = issued.get_mut(id).ok_or(unknown)?;
    if code.expires <= now() {
        return Err(Refusal(StatusCode::GONE, "expired"));
    }
    if std::mem::replace(&mut code.used, true) {
        return Err(Refusal(StatusCode::CONFLICT, "used"));
    }
    let mut answer = code.holder.clone();
    if let Value::Object(answer) = &mut answer {
        answer.insert("expires_at".to_owned(), code.expires.format(&Rfc3339).unwrap_or_default().into());
    }
    Ok(Json(answer))
}

impl Codes {
    fn issue(&self, wanted: &Wanted) -> Result<(String, OffsetDateTime), Refusal> {
        let holder = self.holder(wanted).ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_person"))?;
        let id = base::id::token_hex(&Dice, 16);
        let expires = now() + Duration::seconds(wanted.seconds.unwrap_or(LASTS));
        lock(&self.issued).insert(id.clone(), Issued { holder, expires, used: false });
        Ok((format!("TBC1.{id}.{}", proof_of(&id)), expires))
    }

    fn holder(&self, wanted: &Wanted) -> Option<Value> {
        let person = |key: &str| {
            let found = self.people.persons.iter().find(|one| one.key == key)?;
            Some(
                json!({ "name": found.name, "id_number": found.id_number, "phone": found.phone, "address": found.address }),
            )
        };
        let Some(body) = self.people.enterprises.iter().find(|body| body.key == wanted.key) else {
            return Some(json!({ "kind": "person", "person": person(&wanted.key)? }));
        };
        let legal = &body.legal_representative;
        let phone =
            self.people.persons.iter().find(|one| one.id_number == legal.id_number).map(|one| one.phone.clone());
        let shown_by = match wanted.operator.as_deref().filter(|key| !key.is_empty()) {
            Some(key) => person(key)?,
            None => json!({ "name": legal.name, "id_number": legal.id_number, "phone": phone.unwrap_or_default() }),
        };
        Some(json!({
            "kind": "enterprise",
            "person": shown_by,
            "enterprise": {
                "name": body.name, "uscc": body.uscc, "address": body.address,
                "legal_person": legal.name, "legal_person_id_number": legal.id_number,
            },
        }))
    }
}

fn proof_of(id: &str) -> String {
    let proof = base::crypto::hmac_sm3(PROOF, id.as_bytes());
    base::encoding::to_hex(proof.get(..12).unwrap_or(&proof))
}
