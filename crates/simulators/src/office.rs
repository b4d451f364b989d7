//! Document system: shows on its desktop what waits in the product, and opens it without sign-in.
//!
//! * `GET /?user=<login>` is the desktop; `GET /enter?user=…&to=…` asks the product for a ticket and
//!   sends the browser there;
//! * `POST /product` `{"url": …}` says where the product is (tests).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::page::{escape, page};
use crate::{Dice, Product, Refusal, Switch, now};

/// App id of this system in the product.
pub const APP_ID: &str = "document-system";
/// Its secret.
pub const SECRET: &str = "document-system-demo-secret";

#[derive(Clone)]
struct Office {
    switch: Switch,
    product: Product,
}

#[derive(Deserialize)]
struct Desktop {
    #[serde(default = "somebody")]
    user: String,
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
struct Place {
    url: String,
}

fn somebody() -> String {
    "reviewer".to_owned()
}

pub(crate) fn routes(product: Product) -> Router {
    let office = Office { switch: Switch::default(), product };
    let common = office.switch.routes();
    Router::new()
        .route("/", get(desktop))
        .route("/enter", get(enter))
        .route("/product", post(place))
        .merge(common)
        .with_state(office)
}

async fn place(State(office): State<Office>, Json(place): Json<Place>) -> Json<Value> {
    office.product.moved(&place.url);
    Json(json!({ "url": place.url }))
}

async fn desktop(State(office): State<Office>, Query(wanted): Query<Desktop>) -> Result<Html<String>, Refusal> {
    office.switch.check()?;
    let desk = office.asked(reqwest::Method::GET, "/api/v1/open/staff-desk", &wanted.user, "").await?;
    let text = |value: &Value, key: &str| escape(value.get(key).and_then(Value::as_str).unwrap_or_default());
    let list = |key: &str| desk.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let user = escape(&wanted.user);
    let todos: String = list("todos")
        .iter()
        .map(|todo| {
            let to = text(todo, "to");
            format!(
                "<li><a href=\"/office/enter?user={user}&amp;to={to}\">{}</a> {}</li>",
                text(todo, "title"),
                text(todo, "case_number")
            )
        })
        .collect();
    let reminders: String = list("reminders").iter().map(|one| format!("<li>{}</li>", text(one, "text"))).collect();
    let total = desk.get("todo_total").and_then(Value::as_u64).unwrap_or(0);
    let body = format!(
        "<h2>通办待办 <span id=\"todo-total\">{total}</span> 件</h2><ul>{todos}</ul><h2>消息提醒</h2><ul>{reminders}</ul>\
         <p><a class=\"button\" href=\"/office/enter?user={user}&amp;to=/desk/\">打开通办工作台</a></p>"
    );
    Ok(page("公文系统桌面", "这是电子公文系统的模拟页面，只用于演示和测试。", &body))
}

async fn enter(State(office): State<Office>, Query(wanted): Query<Desktop>) -> Result<Response, Refusal> {
    office.switch.check()?;
    let body = json!({ "to": wanted.to }).to_string();
    let ticket = office.asked(reqwest::Method::POST, "/api/v1/open/staff-tickets", &wanted.user, &body).await?;
    let url = ticket.get("url").and_then(Value::as_str).ok_or(Refusal(StatusCode::BAD_GATEWAY, "no_url"))?;
    Ok(Redirect::to(url).into_response())
}

impl Office {
    /// Calls the product, signed with the user: this system's own reading of the formula.
    async fn asked(&self, method: reqwest::Method, path: &str, user: &str, body: &str) -> Result<Value, Refusal> {
        let timestamp = now().unix_timestamp().to_string();
        let nonce = base::id::token_hex(&Dice, 16);
        let text = format!("{timestamp}{SECRET}{nonce},{user},,{timestamp}");
        let signature = base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())).to_uppercase();
        // Made when it is needed: a process that never calls out need not have chosen a TLS provider.
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|_| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "client"))?;
        let answer = http
            .request(method, format!("{}{path}", self.product.address()))
            .header("x-tif-paasid", APP_ID)
            .header("x-tif-timestamp", &timestamp)
            .header("x-tif-nonce", nonce)
            .header("x-tif-uid", user)
            .header("x-tif-uinfo", "")
            .header("x-tif-ext", "")
            .header("x-tif-signature", signature)
            .header("content-type", "application/json")
            .body(body.to_owned())
            .send()
            .await
            .map_err(|_| Refusal(StatusCode::BAD_GATEWAY, "product_down"))?;
        match answer.status().as_u16() {
            200 | 201 => answer.json().await.map_err(|_| Refusal(StatusCode::BAD_GATEWAY, "unreadable")),
            404 => Err(Refusal(StatusCode::NOT_FOUND, "unknown_user")),
            _ => Err(Refusal(StatusCode::BAD_GATEWAY, "refused")),
        }
    }
}
