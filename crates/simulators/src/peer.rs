//! Another portal, the province's: its people come to the hall with a ticket, the hall's people come
//! here with one. It also has an enterprise page (企业专属页) with accounts of its own.
//!
//! * `GET /` chooses who goes where; `GET /go?login=…&to=…[&page=enterprise][&net=…]` goes at once;
//! * `POST /redeem` (signed) tells the hall who came with a ticket, once;
//! * `GET /arrive?ticket=…` takes somebody in from the hall;
//! * `GET /bind?ticket=…` binds the account of an enterprise page.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::hall::{Hall, arrival, escape, page, shown, wants_page};
use crate::{People, Refusal, Switch, lock};

/// App id of this portal at the hall.
pub const APP_ID: &str = "province-portal";
/// Its secret.
pub const SECRET: &str = "province-portal-demo-secret";

#[derive(Clone)]
struct Peer {
    switch: Switch,
    hall: Hall,
    people: Arc<People>,
    /// What is told about each ticket given out, once.
    given: Arc<Mutex<HashMap<String, Value>>>,
    /// Redemptions waiting for an enterprise page to be chosen.
    waiting: Arc<Mutex<HashMap<String, Value>>>,
}

#[derive(Deserialize)]
struct Go {
    login: String,
    to: String,
    /// `enterprise` for the enterprise page.
    #[serde(default)]
    page: String,
    /// Network to bind the ticket to.
    #[serde(default)]
    net: String,
}

#[derive(Deserialize)]
struct Brought {
    ticket: String,
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
struct Chosen {
    waiting: String,
    login: String,
}

pub(crate) fn routes(people: People, hall: &str) -> Router {
    let peer = Peer {
        switch: Switch::default(),
        hall: Hall::new(APP_ID, SECRET, hall),
        people: Arc::new(people),
        given: Arc::default(),
        waiting: Arc::default(),
    };
    let (common, set) = (peer.switch.routes(), peer.hall.routes());
    Router::new()
        .route("/", get(choose))
        .route("/go", get(go))
        .route("/redeem", post(redeem))
        .route("/arrive", get(arrive))
        .route("/bind", get(bind).post(bound))
        .merge(common)
        .merge(set)
        .with_state(peer)
}

async fn choose(State(peer): State<Peer>) -> Result<Html<String>, Refusal> {
    peer.switch.check()?;
    let mut options = String::new();
    for person in &peer.people.persons {
        let _ = writeln!(options, "<option value=\"{}\">{}</option>", escape(&person.key), escape(&person.name));
    }
    for body in &peer.people.enterprises {
        let _ = writeln!(options, "<option value=\"{}\">{}</option>", escape(&body.key), escape(&body.name));
    }
    let body = format!(
        "<form action=\"go\"><label for=\"who\">已登录的人</label><select id=\"who\" name=\"login\">{options}</select>\
         <label for=\"to\">示例区的页面</label><input id=\"to\" name=\"to\" value=\"/my/cases\">\
         <p><button>以省政务服务网的身份去示例区</button>\
         <button name=\"page\" value=\"enterprise\">从企业专属页去示例区</button></p></form>"
    );
    Ok(Html(page("省政务服务网", &body)))
}

async fn go(State(peer): State<Peer>, headers: HeaderMap, Query(go): Query<Go>) -> Result<Response, Refusal> {
    peer.switch.check()?;
    let login = peer.people.login(&go.login).ok_or(Refusal(StatusCode::BAD_REQUEST, "unknown_login"))?;
    let told = if go.page == "enterprise" {
        let name = login.enterprise.as_ref().map_or_else(|| login.name.clone(), |body| body.name.clone());
        json!({ "external": { "id": page_id(&go.login), "name": name } })
    } else {
        json!({ "profile": login })
    };
    let (text, ticket) = peer.hall.ticket(&go.to, &go.net);
    lock(&peer.given).insert(ticket.jti, told);
    let url = arrival(&peer.hall, false, &text, &go.to)?;
    if wants_page(&headers) {
        return Ok(Redirect::to(&url).into_response());
    }
    Ok(Json(json!({ "url": url, "ticket": text, "to": go.to })).into_response())
}

/// Account of an enterprise page.
fn page_id(login: &str) -> String {
    format!("page-{login}")
}

async fn redeem(
    State(peer): State<Peer>,
    headers: HeaderMap,
    Json(brought): Json<Brought>,
) -> Result<Json<Value>, Refusal> {
    peer.switch.check()?;
    peer.hall.check(&headers)?;
    let ticket = peer.hall.proven(&brought.ticket, crate::hall::HALL_ID)?;
    let told = lock(&peer.given).remove(&ticket.jti);
    told.map(Json).ok_or(Refusal(StatusCode::FORBIDDEN, "ticket_refused"))
}

fn name_in(told: &Value) -> String {
    told.pointer("/user/name").and_then(Value::as_str).unwrap_or("（没有授权看姓名）").to_owned()
}

async fn arrive(
    State(peer): State<Peer>,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, Refusal> {
    peer.switch.check()?;
    let told = peer.hall.redeem(&brought.ticket, "127.0.0.1").await?;
    let name = escape(&name_in(&told));
    let body = format!(
        "<p id=\"who\">您好，{name}。已经用示例区的登录打开，不用再登录。</p><p>要看的页面：{}</p>",
        escape(&brought.to)
    );
    Ok(shown(&headers, "省政务服务网", &body, told))
}

/// The enterprise page asks which enterprise it is: it knows who is signed in to it.
async fn bind(State(peer): State<Peer>, Query(brought): Query<Brought>) -> Result<Response, Refusal> {
    peer.switch.check()?;
    let told = peer.hall.redeem(&brought.ticket, "127.0.0.1").await?;
    let waiting = base::id::token_hex(&crate::Dice, 16);
    lock(&peer.waiting).insert(waiting.clone(), told);
    let mut buttons = String::new();
    for body in &peer.people.enterprises {
        let (key, name) = (escape(&body.key), escape(&body.name));
        let _ = writeln!(buttons, "<button name=\"login\" value=\"{key}\">{name}</button>");
    }
    let body = format!(
        "<form method=\"post\" action=\"bind\"><input type=\"hidden\" name=\"waiting\" value=\"{waiting}\">\
         <p>登录企业专属页：</p>{buttons}</form>"
    );
    Ok(Html(page("企业专属页", &body)).into_response())
}

async fn bound(State(peer): State<Peer>, Form(chosen): Form<Chosen>) -> Result<Response, Refusal> {
    let told = lock(&peer.waiting).remove(&chosen.waiting).ok_or(Refusal(StatusCode::BAD_REQUEST, "over"))?;
    let login = peer.people.login(&chosen.login).ok_or(Refusal(StatusCode::BAD_REQUEST, "unknown_login"))?;
    let name = login.enterprise.map_or(login.name, |body| body.name);
    let redemption = told.get("id").cloned().unwrap_or_default();
    if let Err(problem) = peer.hall.report(&redemption, &page_id(&chosen.login), &name, "signed_in").await {
        let title = problem.get("title").and_then(Value::as_str).unwrap_or("没有绑定");
        return Ok(Html(page("没有绑定", &format!("<p>{}</p>", escape(title)))).into_response());
    }
    let back = told.get("return_to").and_then(Value::as_str).unwrap_or("/");
    Ok(Redirect::to(back).into_response())
}
