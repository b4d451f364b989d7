//! A hall's own queue system: numbers are drawn and called here, and the hall is told of each change, signed over the
//! body. What the hall did not take is kept and sent again in order.
//!
//! * the page at `/queue` draws and calls numbers by hand;
//! * `POST /tickets {"hall", "business", "item", "visitor", "priority"}` draws the next number;
//! * `POST /call {"hall", "window"}` calls the next one waiting, those to be served first before the others;
//! * `POST /tickets/{id}/{state} {"window"}` sets another state (`called` again, `missed`, `held`, `transferred`, `done`, …);
//! * `POST /tell` sends a message just as it is, for messages out of order; `POST /send-again` sends what is kept;
//! * `GET /tickets`: what is known here; `POST /hall` says where and when the hall is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::hall::{Hall, escape, page};
use crate::{Refusal, Switch, lock};

/// App id of this system at the hall.
pub const APP_ID: &str = "hall-queue";
/// Its secret.
pub const SECRET: &str = "hall-queue-demo-secret";

const INTERFACE: &str = "/api/v1/open/tickets";

#[derive(Debug, Clone, Serialize)]
struct Number {
    ticket: String,
    revision: i64,
    hall: String,
    number: String,
    state: String,
    business: String,
    item: Option<String>,
    window: Option<String>,
    priority: bool,
    visitor: Option<Value>,
}

#[derive(Default)]
struct Kept {
    numbers: Vec<Number>,
    unsent: VecDeque<Value>,
}

#[derive(Clone)]
struct Queue {
    switch: Switch,
    hall: Hall,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Deserialize)]
struct Draw {
    hall: String,
    #[serde(default)]
    business: String,
    #[serde(default)]
    item: Option<String>,
    #[serde(default)]
    visitor: Option<Value>,
    #[serde(default)]
    priority: bool,
}

#[derive(Deserialize)]
struct Call {
    hall: String,
    window: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Set {
    window: Option<String>,
}

/// What the form of the page asks for.
#[derive(Deserialize)]
struct ByHand {
    hall: String,
    #[serde(default)]
    business: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    id_number: String,
    #[serde(default)]
    phone: String,
}

pub(crate) fn routes(hall: &str) -> Router {
    let queue = Queue { switch: Switch::default(), hall: Hall::new(APP_ID, SECRET, hall), kept: Arc::default() };
    let (common, set) = (queue.switch.routes(), queue.hall.routes());
    Router::new()
        .route("/", get(shown))
        .route("/draw", post(draw_by_hand))
        .route("/next", post(next_by_hand))
        .route("/tickets", get(list).post(draw))
        .route("/tickets/{id}/{state}", post(change))
        .route("/call", post(call))
        .route("/tell", post(tell))
        .route("/send-again", post(send_again))
        .merge(common)
        .merge(set)
        .with_state(queue)
}

impl Queue {
    fn message(&self, one: &Number) -> Value {
        let at = time::OffsetDateTime::from_unix_timestamp(self.hall.now()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        let mut message = json!(one);
        message["at"] = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default().into();
        message
    }

    fn drawn(&self, asked: Draw) -> Number {
        let mut kept = lock(&self.kept);
        let place = kept.numbers.iter().filter(|one| one.hall == asked.hall).count() + 1;
        let letter = if asked.priority { 'Y' } else { 'A' };
        let one = Number {
            ticket: format!("{}-{}-{place}", asked.hall, self.hall.now() / 86_400),
            revision: 1,
            number: format!("{letter}{place:03}"),
            hall: asked.hall,
            state: "waiting".into(),
            business: asked.business,
            item: asked.item,
            window: None,
            priority: asked.priority,
            visitor: asked.visitor,
        };
        kept.numbers.push(one.clone());
        one
    }

    fn changed(&self, ticket: &str, state: &str, window: Option<String>) -> Result<Number, Refusal> {
        let mut kept = lock(&self.kept);
        let one = kept.numbers.iter_mut().find(|one| one.ticket == ticket);
        let one = one.ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_ticket"))?;
        state.clone_into(&mut one.state);
        one.window = window.or(one.window.take());
        one.revision += 1;
        Ok(one.clone())
    }

    /// The one to be called next.
    fn next(&self, hall: &str) -> Option<String> {
        let kept = lock(&self.kept);
        let waiting = kept.numbers.iter().filter(|one| one.hall == hall && one.state == "waiting");
        waiting.min_by_key(|one| !one.priority).map(|one| one.ticket.clone())
    }

    /// Tells the hall, after everything it has not taken yet; what it does not take now is kept.
    async fn tell(&self, message: Option<Value>) -> Value {
        lock(&self.kept).unsent.extend(message);
        let mut last = Value::Null;
        loop {
            let Some(next) = lock(&self.kept).unsent.front().cloned() else { break };
            match self.hall.post_covered(INTERFACE, &next).await {
                // A message that is wrong stays wrong: it is told, not kept. 409 asks to send it again.
                Ok((status, answer)) if status < 500 && status != 409 => {
                    lock(&self.kept).unsent.pop_front();
                    last = json!({ "status": status, "answer": answer });
                }
                Ok((status, answer)) => {
                    last = json!({ "status": status, "answer": answer });
                    break;
                }
                Err(_) => {
                    last = json!({ "status": 0, "answer": null });
                    break;
                }
            }
        }
        json!({ "told": last, "unsent": lock(&self.kept).unsent.len() })
    }

    async fn told(&self, one: Number) -> Value {
        let mut answer = self.tell(Some(self.message(&one))).await;
        answer["ticket"] = json!(one);
        answer
    }
}

async fn draw(State(queue): State<Queue>, Json(asked): Json<Draw>) -> Result<Json<Value>, Refusal> {
    queue.switch.check()?;
    let one = queue.drawn(asked);
    Ok(Json(queue.told(one).await))
}

async fn call(State(queue): State<Queue>, Json(asked): Json<Call>) -> Result<Json<Value>, Refusal> {
    queue.switch.check()?;
    let next = queue.next(&asked.hall).ok_or(Refusal(StatusCode::CONFLICT, "nobody_waits"))?;
    let one = queue.changed(&next, "called", Some(asked.window))?;
    Ok(Json(queue.told(one).await))
}

async fn change(
    State(queue): State<Queue>,
    Path((ticket, state)): Path<(String, String)>,
    Json(set): Json<Set>,
) -> Result<Json<Value>, Refusal> {
    queue.switch.check()?;
    let one = queue.changed(&ticket, &state, set.window)?;
    Ok(Json(queue.told(one).await))
}

async fn tell(State(queue): State<Queue>, Json(message): Json<Value>) -> Result<Json<Value>, Refusal> {
    queue.switch.check()?;
    Ok(Json(queue.tell(Some(message)).await))
}

async fn send_again(State(queue): State<Queue>) -> Result<Json<Value>, Refusal> {
    queue.switch.check()?;
    Ok(Json(queue.tell(None).await))
}

async fn list(State(queue): State<Queue>) -> Json<Value> {
    let kept = lock(&queue.kept);
    Json(json!({ "items": kept.numbers, "unsent": kept.unsent.len() }))
}

async fn shown(State(queue): State<Queue>) -> Result<Html<String>, Refusal> {
    queue.switch.check()?;
    let kept = lock(&queue.kept);
    let row = |one: &Number| {
        let window = one.window.as_deref().map(|window| format!("，{} 号窗口", escape(window))).unwrap_or_default();
        format!("<li>{} {}：{}{window}</li>", escape(&one.number), escape(&one.hall), escape(&one.state))
    };
    let rows: String = kept.numbers.iter().rev().take(30).map(row).collect();
    let hall = "<label for=\"h\">大厅</label><input id=\"h\" name=\"hall\" value=\"district-hall\" required>";
    let body = format!(
        "<h2>取号</h2><form method=\"post\" action=\"/queue/draw\">{hall}\
         <label for=\"b\">办什么</label><input id=\"b\" name=\"business\" value=\"养老助残\">\
         <label for=\"n\">姓名（读证）</label><input id=\"n\" name=\"name\">\
         <label for=\"i\">身份证号码</label><input id=\"i\" name=\"id_number\">\
         <label for=\"p\">手机号码</label><input id=\"p\" name=\"phone\"><p><button>取号</button></p></form>\
         <h2>叫号</h2><form method=\"post\" action=\"/queue/next\">{}\
         <label for=\"w\">窗口编号</label><input id=\"w\" name=\"window\" value=\"2\" required>\
         <p><button>叫下一个</button></p></form><h2>号票</h2><ul>{rows}</ul>",
        hall.replace("\"h\"", "\"hc\"")
    );
    Ok(Html(page("大厅叫号系统", &body)))
}

async fn draw_by_hand(State(queue): State<Queue>, Form(asked): Form<ByHand>) -> Result<Redirect, Refusal> {
    queue.switch.check()?;
    let visitor = json!({ "name": asked.name, "id_number": asked.id_number, "phone": asked.phone });
    let one = queue.drawn(Draw {
        hall: asked.hall,
        business: asked.business,
        item: None,
        visitor: (!asked.name.is_empty()).then_some(visitor),
        priority: false,
    });
    queue.told(one).await;
    Ok(Redirect::to("/queue"))
}

async fn next_by_hand(State(queue): State<Queue>, Form(asked): Form<Call>) -> Result<Redirect, Refusal> {
    queue.switch.check()?;
    if let Some(next) = queue.next(&asked.hall) {
        let one = queue.changed(&next, "called", Some(asked.window))?;
        queue.told(one).await;
    }
    Ok(Redirect::to("/queue"))
}
