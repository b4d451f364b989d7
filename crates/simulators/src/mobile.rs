//! Government mobile platform of staff: users, one-time tickets, whether somebody is still one.
//!
//! * `GET /` is the platform on a phone: choose who one is and open the product;
//! * `GET /authorize?redirect_uri=…&state=…` asks who one is; with `user=<id>` it goes back at once;
//! * `POST /tickets` `{"user": …}` issues a ticket (tests);
//! * `POST /tickets/redeem`, `POST /users/state`, signed: whose ticket, once; whether a user is active;
//! * `POST /notices`, signed: a notice for a user, each key once; `GET /notices` shows them all;
//! * `POST /users` `{"user": …, "name": …, "active": false}` adds or changes one (tests).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::gateway::Client;
use crate::page::{button, escape, page};
use crate::{Dice, Product, Refusal, Switch, lock, now};

/// App id of the product here.
pub const APP_ID: &str = "mobile-platform";
/// Its secret.
pub const SECRET: &str = "mobile-platform-demo-secret";
/// Users of the demo: id and name, as the example city names its staff.
const USERS: [(&str, &str); 7] = [
    ("yzy-chenzhiyuan", "陈志远"),
    ("yzy-zhoumin", "周敏"),
    ("yzy-liuwenbin", "刘文斌"),
    ("yzy-huangli", "黄丽"),
    ("yzy-luokai", "罗凯"),
    ("yzy-heping", "何平"),
    ("yzy-majun", "马俊"),
];
/// Minutes a ticket counts.
const LASTS: Duration = Duration::minutes(2);

#[derive(Clone)]
struct Mobile {
    switch: Switch,
    product: Product,
    client: Arc<Mutex<Client>>,
    users: Arc<Mutex<BTreeMap<String, (String, bool)>>>,
    tickets: Arc<Mutex<HashMap<String, (String, OffsetDateTime)>>>,
    notices: Arc<Mutex<BTreeMap<String, Value>>>,
}

#[derive(Deserialize)]
struct Authorize {
    redirect_uri: String,
    state: String,
    user: Option<String>,
}

#[derive(Deserialize)]
struct Chosen {
    user: Option<String>,
}

#[derive(Deserialize)]
struct Change {
    user: String,
    #[serde(default)]
    name: String,
    active: bool,
}

#[derive(Deserialize)]
struct Redeem {
    ticket: String,
}

#[derive(Deserialize)]
struct Asked {
    user_id: String,
}

pub(crate) fn routes(product: Product) -> Router {
    let users = USERS.into_iter().map(|(id, name)| (id.to_owned(), (name.to_owned(), true))).collect();
    let mobile = Mobile {
        switch: Switch::default(),
        product,
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        users: Arc::new(Mutex::new(users)),
        tickets: Arc::default(),
        notices: Arc::default(),
    };
    let common = mobile.switch.routes();
    Router::new()
        .route("/", get(home))
        .route("/authorize", get(authorize))
        .route("/tickets", post(ticket))
        .route("/tickets/redeem", post(redeem))
        .route("/notices", get(notices).post(notice))
        .route("/users", post(change))
        .route("/users/state", post(state))
        .merge(common)
        .with_state(mobile)
}

async fn home(State(mobile): State<Mobile>, Query(chosen): Query<Chosen>) -> Result<Response, Refusal> {
    mobile.switch.check()?;
    if let Some(user) = chosen.user {
        let ticket = mobile.issue(&user)?;
        return Ok(Redirect::to(&format!("{}/desk/m?ticket={ticket}", mobile.product.address())).into_response());
    }
    let note = "这是移动政务平台的模拟页面，只用于演示和测试。点名字就以这个人打开“通办”。";
    Ok(page("移动政务平台", note, &mobile.choices(&[])).into_response())
}

async fn authorize(State(mobile): State<Mobile>, Query(asked): Query<Authorize>) -> Result<Response, Refusal> {
    mobile.switch.check()?;
    let Some(user) = &asked.user else {
        let kept = [("redirect_uri", asked.redirect_uri.as_str()), ("state", asked.state.as_str())];
        let note = "这是移动政务平台的模拟页面，只用于演示和测试。点自己的名字，把平台账号绑定到通办。";
        let shown: Html<String> = page("绑定到通办", note, &mobile.choices(&kept));
        return Ok(shown.into_response());
    };
    let mut back =
        url::Url::parse(&asked.redirect_uri).map_err(|_| Refusal(StatusCode::BAD_REQUEST, "redirect_uri"))?;
    let ticket = mobile.issue(user)?;
    back.query_pairs_mut().append_pair("ticket", &ticket).append_pair("state", &asked.state);
    Ok(Redirect::to(back.as_str()).into_response())
}

async fn ticket(State(mobile): State<Mobile>, Json(chosen): Json<Chosen>) -> Result<Json<Value>, Refusal> {
    let ticket = mobile.issue(chosen.user.as_deref().unwrap_or_default())?;
    Ok(Json(json!({ "ticket": ticket })))
}

async fn redeem(State(mobile): State<Mobile>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Redeem = mobile.asked(&headers, &body)?;
    let found = lock(&mobile.tickets).remove(&asked.ticket).filter(|(_, until)| *until > now());
    let (user, _) = found.ok_or(Refusal(StatusCode::BAD_REQUEST, "invalid_ticket"))?;
    let users = lock(&mobile.users);
    let (name, active) = users.get(&user).ok_or(Refusal(StatusCode::BAD_REQUEST, "invalid_ticket"))?;
    Ok(Json(json!({ "user_id": user, "name": name, "active": active })))
}

async fn state(State(mobile): State<Mobile>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Asked = mobile.asked(&headers, &body)?;
    let users = lock(&mobile.users);
    let (name, active) = users.get(&asked.user_id).ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_user"))?;
    Ok(Json(json!({ "user_id": asked.user_id, "name": name, "active": active })))
}

#[derive(Deserialize)]
struct Notice {
    user_id: String,
    key: String,
    text: String,
}

async fn notice(State(mobile): State<Mobile>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let told: Notice = mobile.asked(&headers, &body)?;
    if !lock(&mobile.users).contains_key(&told.user_id) {
        return Err(Refusal(StatusCode::NOT_FOUND, "unknown_user"));
    }
    lock(&mobile.notices).entry(told.key).or_insert(json!({ "user_id": told.user_id, "text": told.text }));
    Ok(Json(json!({})))
}

async fn notices(State(mobile): State<Mobile>) -> Json<Value> {
    Json(json!({ "items": lock(&mobile.notices).values().collect::<Vec<_>>() }))
}

async fn change(State(mobile): State<Mobile>, Json(change): Json<Change>) -> Json<Value> {
    let mut users = lock(&mobile.users);
    let user = users.entry(change.user).or_default();
    if !change.name.is_empty() {
        user.0 = change.name;
    }
    user.1 = change.active;
    Json(json!({ "name": user.0, "active": user.1 }))
}

impl Mobile {
    fn asked<T: for<'de> Deserialize<'de>>(&self, headers: &HeaderMap, body: &[u8]) -> Result<T, Refusal> {
        self.switch.check()?;
        lock(&self.client).check(headers, body)?;
        serde_json::from_slice(body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))
    }

    fn issue(&self, user: &str) -> Result<String, Refusal> {
        if !lock(&self.users).contains_key(user) {
            return Err(Refusal(StatusCode::NOT_FOUND, "unknown_user"));
        }
        let ticket = base::id::token_hex(&Dice, 24);
        lock(&self.tickets).insert(ticket.clone(), (user.to_owned(), now() + LASTS));
        Ok(ticket)
    }

    fn choices(&self, kept: &[(&str, &str)]) -> String {
        let hidden: String = kept
            .iter()
            .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
            .collect();
        let buttons: String = lock(&self.users).iter().map(|(id, (name, _))| button("user", id, name)).collect();
        format!("<form method=\"get\">{hidden}<div class=\"people\">{buttons}</div></form>")
    }
}
