//! A department's own system, road transport: accounts and passwords of its own, items of its own.
//!
//! * `GET /enter?ticket=…` takes somebody in from the hall: the bound account, the one with the same
//!   papers, or a new one; asks for account and password when it may do neither;
//! * `GET /bind?ticket=…` asks for account and password and binds;
//! * `POST /sign-in` is the form of both; `POST /sync`, `POST /push` (signed) take what the hall sends;
//! * `GET /go?login=…&password=…&to=…[&desk=1]` goes to the hall from here; `POST /redeem` (signed);
//! * `GET /accounts`, `GET /pushes`: what is kept here, for tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::hall::{Hall, arrival, escape, shown, wants_page};
use crate::{Refusal, Switch, lock};

/// App id of this system at the hall.
pub const APP_ID: &str = "transport-dept";
/// Its secret.
pub const SECRET: &str = "transport-dept-demo-secret";
/// Password of the accounts that were here before the hall.
pub const PASSWORD: &str = "Yunzheng-2026";

/// An account of this system.
#[derive(Debug, Clone, Serialize)]
struct Own {
    id: String,
    login: String,
    #[serde(skip)]
    password: String,
    name: String,
    id_number: String,
    phone: String,
    /// Who it is at the hall.
    subject: String,
    /// How often its data came anew.
    synchronised: usize,
}

#[derive(Clone)]
struct Department {
    switch: Switch,
    hall: Hall,
    accounts: Arc<Mutex<Vec<Own>>>,
    pushes: Arc<Mutex<Vec<Value>>>,
    given: Arc<Mutex<HashMap<String, Value>>>,
    /// People who came with a ticket and are to sign in.
    waiting: Arc<Mutex<HashMap<String, Value>>>,
}

fn before_the_hall() -> Vec<Own> {
    // The first was opened long ago without papers; the second with them.
    [
        ("old-1", "wanghy", "王海燕", ""),
        ("old-2", "zhouq", "周强", "449903199004300334"),
        ("old-3", "clerk6", "六号窗口", ""),
    ]
    .map(|(id, login, name, id_number)| Own {
        id: id.into(),
        login: login.into(),
        password: PASSWORD.into(),
        name: name.into(),
        id_number: id_number.into(),
        phone: String::new(),
        subject: String::new(),
        synchronised: 0,
    })
    .into()
}

pub(crate) fn routes(hall: &str) -> Router {
    let department = Department {
        switch: Switch::default(),
        hall: Hall::new(APP_ID, SECRET, hall),
        accounts: Arc::new(Mutex::new(before_the_hall())),
        pushes: Arc::default(),
        given: Arc::default(),
        waiting: Arc::default(),
    };
    let (common, set) = (department.switch.routes(), department.hall.routes());
    Router::new()
        .route("/enter", get(enter))
        .route("/bind", get(bind))
        .route("/sign-in", post(sign_in))
        .route("/sync", post(sync))
        .route("/push", post(push))
        .route("/go", get(go))
        .route("/redeem", post(redeem))
        .route("/accounts", get(accounts))
        .route("/pushes", get(pushes))
        .merge(common)
        .merge(set)
        .with_state(department)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

impl Own {
    /// Takes over what the hall tells.
    fn learn(&mut self, user: &Value) {
        for (slot, pointer) in
            [(&mut self.name, "/name"), (&mut self.id_number, "/id_number"), (&mut self.phone, "/phone_number")]
        {
            if let Some(told) = user.pointer(pointer).and_then(Value::as_str) {
                told.clone_into(slot);
            }
        }
        self.synchronised += 1;
    }
}

impl Department {
    /// The account of somebody the hall sent, without asking: bound, with the same papers, or new.
    async fn account_of(&self, told: &Value) -> Result<Option<(Own, &'static str)>, Value> {
        let user = told.get("user").cloned().unwrap_or_default();
        if let Some(bound) = told.get("external_id").and_then(Value::as_str) {
            let mut accounts = lock(&self.accounts);
            let own = accounts.iter_mut().find(|own| own.id == bound);
            return Ok(own.map(|own| {
                own.learn(&user);
                (own.clone(), "bound")
            }));
        }
        if told.get("create") != Some(&Value::Bool(true)) {
            return Ok(None);
        }
        let (own, way) = {
            let mut accounts = lock(&self.accounts);
            let papers = text(&user, "/id_number").to_owned();
            let found = accounts.iter_mut().find(|own| !papers.is_empty() && own.id_number == papers);
            match found {
                Some(own) => (own.clone(), "matched"),
                None => {
                    let id = format!("new-{}", accounts.len() + 1);
                    let own = Own {
                        login: id.clone(),
                        id,
                        password: base::id::token_hex(&crate::Dice, 16),
                        name: String::new(),
                        id_number: String::new(),
                        phone: String::new(),
                        subject: String::new(),
                        synchronised: 0,
                    };
                    accounts.push(own.clone());
                    (own, "created")
                }
            }
        };
        let shown_name = if user.get("name").is_some() { text(&user, "/name") } else { &own.login };
        self.hall.report(told.get("id").unwrap_or(&Value::Null), &own.id, shown_name, way).await?;
        Ok(self.keep(&own.id, told).map(|own| (own, way)))
    }

    /// Learns what the hall told of an account that is bound now.
    fn keep(&self, id: &str, told: &Value) -> Option<Own> {
        let mut accounts = lock(&self.accounts);
        let own = accounts.iter_mut().find(|own| own.id == id)?;
        own.learn(told.get("user").unwrap_or(&Value::Null));
        text(told, "/subject").clone_into(&mut own.subject);
        Some(own.clone())
    }

    /// Asks for account and password of here.
    fn ask(&self, headers: &HeaderMap, told: Value, said: &str) -> Response {
        let waiting = base::id::token_hex(&crate::Dice, 16);
        let form = format!(
            "<p>请用道路运政系统的账号登录一次，以后从通办过来不用再登录。</p>{said}\
             <form method=\"post\" action=\"sign-in\"><input type=\"hidden\" name=\"waiting\" value=\"{waiting}\">\
             <label for=\"login\">账号</label><input id=\"login\" name=\"login\" autocomplete=\"username\">\
             <label for=\"password\">密码</label><input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\">\
             <p><button>登录并绑定</button></p></form>"
        );
        let answer = json!({ "ask": "sign_in", "waiting": waiting });
        lock(&self.waiting).insert(waiting, told);
        shown(headers, "道路运政系统登录", &form, answer)
    }

    fn by_password(&self, login: &str, password: &str) -> Option<Own> {
        lock(&self.accounts).iter().find(|own| own.login == login && own.password == password).cloned()
    }
}

#[derive(Deserialize)]
struct Brought {
    ticket: String,
}

async fn enter(
    State(department): State<Department>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Refusal> {
    department.switch.check()?;
    let ticket = query.get("ticket").cloned().unwrap_or_default();
    if ticket.is_empty() {
        return Err(Refusal(StatusCode::UNAUTHORIZED, "ticket_missing"));
    }
    let told = department.hall.redeem(&ticket, "127.0.0.1").await?;
    let params: Map<String, Value> =
        query.into_iter().filter(|(name, _)| name != "ticket").map(|(name, value)| (name, value.into())).collect();
    match department.account_of(&told).await {
        Err(problem) => Ok(department.ask(&headers, told, &format!("<p>{}</p>", escape(text(&problem, "/title"))))),
        Ok(None) => Ok(department.ask(&headers, told, "")),
        Ok(Some((own, way))) => {
            let fields = told.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
            let rows: String = params
                .iter()
                .chain(&fields)
                .map(|(name, value)| {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(&value))
                })
                .collect();
            let body = format!(
                "<p id=\"who\">您好，{}。已登录道路运政系统，不用再注册。</p><h2>带过来的信息</h2><dl>{rows}</dl>",
                escape(&own.name)
            );
            let answer = json!({ "account": own, "way": way, "params": params, "fields": fields, "item": told.get("item"), "redemption": told.get("id") });
            Ok(shown(&headers, "道路运政系统", &body, answer))
        }
    }
}

async fn bind(
    State(department): State<Department>,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, Refusal> {
    department.switch.check()?;
    let told = department.hall.redeem(&brought.ticket, "127.0.0.1").await?;
    Ok(department.ask(&headers, told, ""))
}

#[derive(Deserialize)]
struct SignIn {
    waiting: String,
    login: String,
    password: String,
}

async fn sign_in(
    State(department): State<Department>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response, Refusal> {
    let told = lock(&department.waiting).remove(&form.waiting).ok_or(Refusal(StatusCode::BAD_REQUEST, "over"))?;
    let Some(own) = department.by_password(&form.login, &form.password) else {
        return Ok(department.ask(&headers, told, "<p id=\"wrong\">账号或密码不对，没有登录。</p>"));
    };
    let redemption = told.get("id").cloned().unwrap_or_default();
    if let Err(problem) = department.hall.report(&redemption, &own.id, &own.login, "signed_in").await {
        let body = format!("<p id=\"wrong\">{}</p>", escape(text(&problem, "/title")));
        return Ok(shown(&headers, "没有绑定", &body, problem));
    }
    department.keep(&own.id, &told);
    let back = text(&told, "/return_to").to_owned();
    if wants_page(&headers) {
        Ok(Redirect::to(&back).into_response())
    } else {
        Ok(Json(json!({ "return_to": back })).into_response())
    }
}

async fn sync(
    State(department): State<Department>,
    headers: HeaderMap,
    Json(told): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    department.switch.check()?;
    department.hall.check(&headers)?;
    let mut accounts = lock(&department.accounts);
    let own = accounts.iter_mut().find(|own| own.id == text(&told, "/external_id"));
    let own = own.ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_account"))?;
    own.learn(told.get("user").unwrap_or(&Value::Null));
    Ok(Json(json!({})))
}

async fn push(
    State(department): State<Department>,
    headers: HeaderMap,
    Json(told): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    department.switch.check()?;
    department.hall.check(&headers)?;
    let mut pushes = lock(&department.pushes);
    let repeated = pushes.iter().any(|one| one.get("redemption") == told.get("redemption"));
    if !repeated {
        pushes.push(told);
    }
    Ok(Json(json!({ "duplicate": repeated })))
}

#[derive(Deserialize)]
struct Go {
    login: String,
    password: String,
    to: String,
    #[serde(default)]
    desk: String,
}

async fn go(
    State(department): State<Department>,
    headers: HeaderMap,
    Query(go): Query<Go>,
) -> Result<Response, Refusal> {
    department.switch.check()?;
    let own = department.by_password(&go.login, &go.password).ok_or(Refusal(StatusCode::UNAUTHORIZED, "wrong"))?;
    let (text, ticket) = department.hall.ticket(&go.to, "");
    lock(&department.given).insert(ticket.jti, json!({ "external": { "id": own.id, "name": own.login } }));
    let url = arrival(&department.hall, !go.desk.is_empty(), &text, &go.to)?;
    if wants_page(&headers) {
        return Ok(Redirect::to(&url).into_response());
    }
    Ok(Json(json!({ "url": url, "ticket": text, "to": go.to })).into_response())
}

async fn redeem(
    State(department): State<Department>,
    headers: HeaderMap,
    Json(brought): Json<Brought>,
) -> Result<Json<Value>, Refusal> {
    department.switch.check()?;
    department.hall.check(&headers)?;
    let ticket = department.hall.proven(&brought.ticket, crate::hall::HALL_ID)?;
    let told = lock(&department.given).remove(&ticket.jti);
    told.map(Json).ok_or(Refusal(StatusCode::FORBIDDEN, "ticket_refused"))
}

async fn accounts(State(department): State<Department>) -> Json<Value> {
    Json(json!({ "items": *lock(&department.accounts) }))
}

async fn pushes(State(department): State<Department>) -> Json<Value> {
    Json(json!({ "items": *lock(&department.pushes) }))
}
