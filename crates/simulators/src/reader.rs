//! Device gateway on the computer of a window, with its card reader.
//!
//! * `GET /` lays a card on the reader; `POST /lay` `{"key": …, "kind": "id_card"}` does it (tests),
//!   without key takes it away;
//! * `POST /v1/card/read` `{"challenge": …}` reads and signs, as docs/operations/devices.md says.

use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::crypto::Sm2Key;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::device::{allowed, base64, may_ask};
use crate::page::{button, page};
use crate::people::Person;
use crate::{People, Refusal, Switch, lock, now_text};

/// Number of the device.
pub const DEVICE: &str = "READER-06";
/// Secret scalar of its demo key: a real gateway makes its own and never shows it.
const KEY: [u8; 32] = *b"tongban demo card reader key 06!";
/// Portrait of every card: nobody's.
const PORTRAIT: &[u8] = include_bytes!("portrait.png");

#[derive(Clone)]
struct Reader {
    switch: Switch,
    people: Arc<People>,
    laid: Arc<Mutex<Option<Laid>>>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Laid {
    /// Whose card.
    key: String,
    /// `id_card` or `citizen_card`.
    kind: String,
    /// Last day, when it is not the usual one.
    valid_until: String,
}

#[derive(Deserialize)]
struct Wanted {
    challenge: String,
}

/// The device's public key, as a registration wants it.
///
/// # Errors
/// Never in practice: the key is ours.
pub fn public_key() -> anyhow::Result<String> {
    Ok(key()?.public().to_pem()?)
}

fn key() -> anyhow::Result<Sm2Key> {
    Ok(Sm2Key::from_bytes(&KEY)?)
}

pub(crate) fn routes(people: People) -> Router {
    let reader = Reader { switch: Switch::default(), people: Arc::new(people), laid: Arc::default() };
    let common = reader.switch.routes();
    Router::new()
        .route("/", get(choose).post(put))
        .route("/lay", post(lay))
        .route("/v1/card/read", post(read).options(may_ask))
        .merge(common)
        .with_state(reader)
        .merge(crate::camera::routes())
}

async fn choose(State(reader): State<Reader>) -> Html<String> {
    let laid = lock(&reader.laid).clone();
    let name = |laid: &Laid| reader.person(&laid.key).map(|person| person.name.clone()).unwrap_or_default();
    let state =
        laid.as_ref().map_or_else(|| "读卡器上没有卡。".to_owned(), |laid| format!("读卡器上是{}的卡。", name(laid)));
    let mut cards = String::new();
    for person in &reader.people.persons {
        cards.push_str(&button("key", &person.key, &person.name));
    }
    let form = format!(
        "<p>{}</p><form method=\"post\"><input type=\"hidden\" name=\"kind\" value=\"id_card\">\
         <fieldset><legend>放上谁的身份证</legend><div class=\"people\">{cards}</div></fieldset>{}</form>",
        crate::page::escape(&state),
        button("key", "", "拿走卡"),
    );
    page("窗口读卡器", "这是设备网关的模拟页面，只用于演示和测试。下面的人都是虚构的。", &form)
}

async fn put(State(reader): State<Reader>, Form(laid): Form<Laid>) -> Redirect {
    reader.lay(laid);
    Redirect::to("/reader")
}

async fn lay(State(reader): State<Reader>, Json(laid): Json<Laid>) -> Json<Value> {
    reader.lay(laid);
    Json(json!({ "laid": lock(&reader.laid).is_some() }))
}

async fn read(State(reader): State<Reader>, headers: HeaderMap, Json(wanted): Json<Wanted>) -> Response {
    match reader.signed(&wanted.challenge) {
        Ok(answer) => (allowed(&headers), Json(answer)).into_response(),
        Err(refusal) => (allowed(&headers), refusal).into_response(),
    }
}

impl Reader {
    fn person(&self, key: &str) -> Option<&Person> {
        self.people.persons.iter().find(|person| person.key == key)
    }

    fn lay(&self, laid: Laid) {
        *lock(&self.laid) = Some(laid).filter(|laid| !laid.key.is_empty());
    }

    fn signed(&self, challenge: &str) -> Result<Value, Refusal> {
        self.switch.check()?;
        let laid = lock(&self.laid).clone().ok_or(Refusal(StatusCode::REQUEST_TIMEOUT, "no_card"))?;
        let person = self.person(&laid.key).ok_or(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
        let citizen = laid.kind == "citizen_card";
        let usual = if citizen { "" } else { "2040-12-31" };
        let payload = json!({
            "challenge": challenge,
            "device": DEVICE,
            "read_at": now_text(),
            "card": {
                "kind": if citizen { "citizen_card" } else { "id_card" },
                "name": person.name,
                "sex": match person.sex.as_str() { "1" => "男", "2" => "女", _ => "" },
                "nation": person.nation,
                "birth": person.birth,
                "address": person.address,
                "id_number": person.id_number,
                "valid_until": if laid.valid_until.is_empty() { usual } else { laid.valid_until.as_str() },
                "photo": base64(PORTRAIT),
            },
        })
        .to_string();
        let failed = Refusal(StatusCode::INTERNAL_SERVER_ERROR, "key");
        let signature = key().map_err(|_| failed)?.sign(payload.as_bytes()).map_err(|_| failed)?;
        Ok(json!({ "device": DEVICE, "payload": payload, "signature": base::encoding::to_hex(&signature) }))
    }
}
