//! Approval systems elsewhere that handle accepted cases: one of a department and one of the province, by the same
//! program with the system as parameter (`dept`, `province`).
//!
//! * `POST /{system}/cases`, `POST /{system}/cases/files` (signed) take a case and its files; a repeat is recognised by
//!   the case's id;
//! * `POST /{system}/cases/ended` (signed) hears that a case ended at the hall; one it never had is fine;
//! * `GET /{system}/cases` what was taken, and how often; `GET /{system}` the same as a page with buttons;
//! * `POST /{system}/answer` sends process, result and closing to the hall, in a wrong order or twice when asked;
//! * `POST /{system}/behave` `{"down": true}`, `{"fail": 2}`, `{"refuse": true}`, `{"slow_ms": 500}`, `{"lose": true}`
//!   (takes the case and answers 504, as a gateway that gave up waiting).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::hall::{Hall, escape, page};
use crate::{Refusal, Switch, lock};

/// App id of the department's system.
pub const DEPARTMENT_ID: &str = "dept-approval";
/// Its secret.
pub const DEPARTMENT_SECRET: &str = "dept-approval-demo-secret";
/// App id of the provincial system.
pub const PROVINCE_ID: &str = "province-approval";
/// Its secret.
pub const PROVINCE_SECRET: &str = "province-approval-demo-secret";

/// A one-page PDF that stands for the licence of the other system.
const LICENCE: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n171\n%%EOF\n";

#[derive(Default)]
struct Kept {
    down: bool,
    fail: u32,
    refuse: bool,
    lose: bool,
    slow_ms: u64,
    cases: BTreeMap<String, Value>,
    /// Deliveries by case, repeats included.
    deliveries: BTreeMap<String, usize>,
    files: BTreeMap<String, Vec<String>>,
    /// What was heard of the end of a case.
    ended: BTreeMap<String, Value>,
    answers: Vec<Value>,
}

#[derive(Clone)]
struct System {
    hall: Hall,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Clone)]
struct Approval {
    switch: Switch,
    systems: Arc<BTreeMap<&'static str, System>>,
}

#[derive(Deserialize)]
struct Behave {
    down: Option<bool>,
    fail: Option<u32>,
    refuse: Option<bool>,
    lose: Option<bool>,
    slow_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Answer {
    case_number: String,
    /// `granted` or `refused`.
    outcome: String,
    /// Which of the messages to send, in this order; all of them, each once, when absent. The messages are: 0 and 1
    /// steps, 2 the decision, 3 the result, 4 the closing.
    #[serde(default)]
    order: Vec<usize>,
    /// When it happened, RFC 3339.
    at: Option<String>,
}

#[derive(Deserialize)]
struct Decide {
    case_number: String,
    outcome: String,
}

#[derive(Deserialize)]
struct Where {
    url: Option<String>,
    at: Option<i64>,
}

pub(crate) fn routes(hall: &str) -> Router {
    let system = |id, secret| System { hall: Hall::new(id, secret, hall), kept: Arc::default() };
    let systems = BTreeMap::from([
        ("dept", system(DEPARTMENT_ID, DEPARTMENT_SECRET)),
        ("province", system(PROVINCE_ID, PROVINCE_SECRET)),
    ]);
    let approval = Approval { switch: Switch::default(), systems: Arc::new(systems) };
    let common = approval.switch.routes();
    Router::new()
        .route("/{system}", get(shown))
        .route("/{system}/cases", get(cases).post(take))
        .route("/{system}/cases/files", post(take_file))
        .route("/{system}/cases/ended", post(hear_end))
        .route("/{system}/answer", post(answer))
        .route("/{system}/decide", post(decide))
        .route("/{system}/behave", post(behave))
        .route("/{system}/hall", post(set_hall))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .merge(common)
        .with_state(approval)
}

impl Approval {
    fn system(&self, name: &str) -> Result<System, Refusal> {
        self.switch.check()?;
        self.systems.get(name).cloned().ok_or(Refusal(StatusCode::NOT_FOUND, "unknown_system"))
    }
}

impl System {
    /// Lets a call through as the system behaves now.
    async fn enter(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let slow = lock(&self.kept).slow_ms;
        if slow > 0 {
            tokio::time::sleep(Duration::from_millis(slow)).await;
        }
        {
            let mut kept = lock(&self.kept);
            if kept.down {
                return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "down"));
            }
            if kept.fail > 0 {
                kept.fail -= 1;
                return Err(Refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed"));
            }
            if kept.refuse {
                return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unknown_item"));
            }
        }
        self.hall.check(headers)
    }

    /// The five messages of a case, in the order in which they happened.
    fn messages(&self, number: &str, outcome: &str, at: &str) -> Vec<Value> {
        let message = |event: &str, sequence: i64, data: Value| {
            json!({ "event": event, "case_number": number, "sequence": sequence, "version": 1, "at": at,
                "operator": "孙立", "data": data })
        };
        let granted = outcome == "granted";
        let opinion = if granted { "符合条件，准予" } else { "不符合申领条件，不予许可" };
        let mut result = json!({ "outcome": outcome, "name": "从业资格证" });
        if granted {
            let sm3 = base::encoding::to_hex(&base::crypto::sm3(LICENCE));
            result["number"] = json!("DZ-2026-0001");
            result["licence"] = json!({ "name": "从业资格证（电子证照）", "number": "DZ-2026-0001", "sm3": sm3,
                "content": base::encoding::to_base64url(LICENCE) });
        }
        vec![
            message("review", 1, json!({ "step": "初审", "outcome": "pass", "opinion": "材料齐全" })),
            message("review", 2, json!({ "step": "复核", "outcome": "pass", "opinion": "信息一致" })),
            message("review", 3, json!({ "step": "审批", "outcome": outcome, "opinion": opinion })),
            message("result", 1, result),
            message("close", 1, json!({ "result": if granted { "0" } else { "1" }, "reason": opinion })),
        ]
    }

    async fn send(&self, answer: &Answer) -> Result<Vec<Value>, Refusal> {
        let at = answer.at.clone().unwrap_or_else(crate::now_text);
        let messages = self.messages(&answer.case_number, &answer.outcome, &at);
        let order = if answer.order.is_empty() { (0..messages.len()).collect() } else { answer.order.clone() };
        let mut told = Vec::new();
        for at in order {
            let Some(message) = messages.get(at) else { continue };
            let (status, said) = self.hall.post("/api/v1/exchange/events", message).await?;
            told.push(json!({ "message": at, "status": status, "answer": said }));
        }
        lock(&self.kept).answers.extend(told.clone());
        Ok(told)
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

async fn take(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let system = approval.system(&name)?;
    system.enter(&headers).await?;
    let case: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let id = text(&case, "id").to_owned();
    if id.is_empty() || text(&case, "case_number").is_empty() {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "no_id"));
    }
    let mut kept = lock(&system.kept);
    *kept.deliveries.entry(id.clone()).or_default() += 1;
    let known = kept.cases.contains_key(&id);
    kept.cases.entry(id.clone()).or_insert(case);
    if kept.lose {
        return Err(Refusal(StatusCode::GATEWAY_TIMEOUT, "gave_up_waiting"));
    }
    let receipt = format!("SL-{}", id.get(..8).unwrap_or(&id));
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(json!({ "receipt": receipt, "duplicate": known }))))
}

async fn take_file(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let system = approval.system(&name)?;
    system.enter(&headers).await?;
    let refused = Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable");
    let file: Value = serde_json::from_slice(&body).map_err(|_| refused)?;
    let bytes = base::encoding::from_base64url(text(&file, "content")).ok_or(refused)?;
    if base::encoding::to_hex(&base::crypto::sm3(&bytes)) != text(&file, "sm3") {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "digest"));
    }
    let (id, name) = (text(&file, "id").to_owned(), text(&file, "name").to_owned());
    let mut kept = lock(&system.kept);
    let files = kept.files.entry(id).or_default();
    if !files.contains(&name) {
        files.push(name);
    }
    Ok(Json(json!({})))
}

async fn hear_end(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let system = approval.system(&name)?;
    system.enter(&headers).await?;
    let told: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let id = text(&told, "id").to_owned();
    let mut kept = lock(&system.kept);
    let known = kept.cases.contains_key(&id);
    if known {
        kept.ended.entry(id).or_insert(told);
    }
    Ok(Json(json!({ "known": known })))
}

async fn cases(State(approval): State<Approval>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    let system = approval.system(&name)?;
    let kept = lock(&system.kept);
    let list: Vec<Value> = kept
        .cases
        .iter()
        .map(|(id, case)| {
            json!({ "case": case, "deliveries": kept.deliveries.get(id), "files": kept.files.get(id),
            "ended": kept.ended.get(id) })
        })
        .collect();
    Ok(Json(json!({ "cases": list, "answers": kept.answers })))
}

async fn answer(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    Json(answer): Json<Answer>,
) -> Result<Json<Value>, Refusal> {
    let system = approval.system(&name)?;
    Ok(Json(json!({ "told": system.send(&answer).await? })))
}

async fn behave(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    Json(wanted): Json<Behave>,
) -> Result<Json<Value>, Refusal> {
    let system = approval.system(&name)?;
    let mut kept = lock(&system.kept);
    kept.down = wanted.down.unwrap_or(false);
    kept.fail = wanted.fail.unwrap_or(0);
    kept.refuse = wanted.refuse.unwrap_or(false);
    kept.lose = wanted.lose.unwrap_or(false);
    kept.slow_ms = wanted.slow_ms.unwrap_or(0);
    Ok(Json(json!({})))
}

async fn set_hall(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    Json(told): Json<Where>,
) -> Result<Json<Value>, Refusal> {
    approval.system(&name)?.hall.is_at(told.url.as_deref(), told.at);
    Ok(Json(json!({})))
}

async fn shown(State(approval): State<Approval>, Path(name): Path<String>) -> Result<Html<String>, Refusal> {
    let system = approval.system(&name)?;
    let title = if name == "province" { "省级业务系统" } else { "部门审批系统" };
    let kept = lock(&system.kept);
    let rows: String = kept
        .cases
        .iter()
        .map(|(id, case)| {
            if let Some(told) = kept.ended.get(id) {
                let number = escape(text(case, "case_number"));
                return format!("<p><code>{number}</code>　{}</p>", escape(text(told, "text")));
            }
            let number = escape(text(case, "case_number"));
            let (item, who) = (escape(text(case, "item_name")), escape(text(&case["applicant"], "name")));
            format!(
                "<form method=\"post\" action=\"/approval/{name}/decide\"><p>{item}　{who}　<code>{number}</code></p>\
                 <input type=\"hidden\" name=\"case_number\" value=\"{number}\">\
                 <button name=\"outcome\" value=\"granted\">准予并发证</button>\
                 <button name=\"outcome\" value=\"refused\">不予</button></form>"
            )
        })
        .collect();
    drop(kept);
    let body = if rows.is_empty() { "<p>还没有收到办件。</p>".to_owned() } else { rows };
    Ok(Html(page(title, &body)))
}

async fn decide(
    State(approval): State<Approval>,
    Path(name): Path<String>,
    Form(decide): Form<Decide>,
) -> Result<Response, Refusal> {
    let system = approval.system(&name)?;
    let answer = Answer { case_number: decide.case_number, outcome: decide.outcome, order: Vec::new(), at: None };
    system.send(&answer).await?;
    Ok(Redirect::to(&format!("/approval/{name}")).into_response())
}
