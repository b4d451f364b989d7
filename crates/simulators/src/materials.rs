//! Gateway of sharing sources: what the big-data platform, the licence libraries of departments and authoritative
//! sources have of people and enterprises, answered to a signed call.
//!
//! * `POST /big-data`, `/licences`, `/authority` `{"id", "kind", "holder_kind", "holder_name", "number", "purpose",
//!   "case_number"}`: 200 with the paper; 202 while somebody there has to look; 404 `unknown` for nobody of ours, 403
//!   `not_granted` for a kind we have not got leave for;
//! * `POST /answer` `{"kind": …, "how": "normal" | "later" | "not_granted" | "forged" | "broken"}` changes how a kind is
//!   answered (tests).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::gateway::Client;
use crate::{People, Refusal, Switch, lock, now};

/// App id of the product here.
pub const APP_ID: &str = "material-sharing";
/// Its secret.
pub const SECRET: &str = "material-sharing-demo-secret";

/// What each source has: kind, name, who issues it, days it counts where it says so.
const PAPERS: [(&str, &str, &str, &str, Option<i64>); 10] = [
    ("big-data", "social-insurance-record", "社会保险参保证明", "示例市社会保险基金管理中心", None),
    ("big-data", "marriage-record", "婚姻登记记录证明", "示例市民政局", None),
    ("big-data", "tax-record", "完税证明", "国家税务总局示例市税务局", None),
    (
        "licences",
        "fire-safety-opinion",
        "公众聚集场所投入使用、营业前消防安全检查意见书",
        "示例区消防救援大队",
        Some(1095),
    ),
    ("licences", "business-licence", "营业执照", "示例区市场监督管理局", None),
    ("licences", "real-estate-certificate", "不动产权证书", "示例市自然资源局", None),
    ("licences", "education-certificate", "学历证书", "示例市教育局", None),
    ("authority", "no-crime-record", "无犯罪记录证明", "示例市公安局", None),
    ("authority", "real-estate-record", "不动产登记信息查询结果", "示例市自然资源局", None),
    ("authority", "resident-id", "居民身份证", "示例市公安局", Some(3650)),
];

#[derive(Clone)]
struct Sources {
    switch: Switch,
    people: Arc<People>,
    client: Arc<Mutex<Client>>,
    /// How a kind is answered, when not as usual.
    ways: Arc<Mutex<HashMap<String, String>>>,
}

#[derive(Deserialize)]
struct Asked {
    kind: String,
    holder_kind: String,
    number: String,
}

#[derive(Deserialize)]
struct Way {
    kind: String,
    how: String,
}

pub(crate) fn routes(people: People) -> Router {
    let sources = Sources {
        switch: Switch::default(),
        people: Arc::new(people),
        client: Arc::new(Mutex::new(Client::new(APP_ID, SECRET))),
        ways: Arc::default(),
    };
    let common = sources.switch.routes();
    Router::new().route("/{source}", post(ask)).route("/answer", post(change)).merge(common).with_state(sources)
}

async fn ask(
    State(sources): State<Sources>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    sources.switch.check()?;
    lock(&sources.client).check(&headers, &body)?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
    let paper = PAPERS.iter().find(|(at, kind, ..)| *at == source && *kind == asked.kind);
    let paper = paper.ok_or(Refusal(StatusCode::FORBIDDEN, "not_granted"))?;
    let holder = sources.holder(&asked).ok_or(Refusal(StatusCode::NOT_FOUND, "unknown"))?;
    let how = lock(&sources.ways).get(&asked.kind).cloned().unwrap_or_default();
    match how.as_str() {
        "later" => return Ok((StatusCode::ACCEPTED, Json(json!({ "status": "checking" }))).into_response()),
        "not_granted" => return Err(Refusal(StatusCode::FORBIDDEN, "not_granted")),
        "broken" => return Ok(Json(json!({ "material": "?" })).into_response()),
        _ => {}
    }
    let (_, kind, name, issuer, days) = *paper;
    let today = now().date();
    let until = days.map(|days| (today + time::Duration::days(days)).to_string());
    let tail: String = asked.number.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    let content = drawn(&[kind, &holder, &today.to_string()]);
    let mut digest = base::encoding::to_hex(&base::crypto::sm3(&content));
    if how == "forged" {
        digest = base::encoding::to_hex(&base::crypto::sm3(b"another file"));
    }
    Ok(Json(json!({ "material": {
        "name": name, "number": format!("{}-{tail}", kind.to_uppercase()), "issuer": issuer,
        "valid_from": today.to_string(), "valid_until": until,
        "file": { "name": format!("{name}.pdf"), "content": base::encoding::to_base64url(&content), "sm3": digest },
    } }))
    .into_response())
}

async fn change(State(sources): State<Sources>, Json(way): Json<Way>) -> Json<Value> {
    lock(&sources.ways).insert(way.kind, way.how);
    Json(json!({ "ok": true }))
}

impl Sources {
    /// Name of who is asked for.
    fn holder(&self, asked: &Asked) -> Option<String> {
        if asked.holder_kind == "enterprise" {
            return self.people.enterprises.iter().find(|one| one.uscc == asked.number).map(|one| one.name.clone());
        }
        self.people.persons.iter().find(|one| one.id_number == asked.number).map(|one| one.name.clone())
    }
}

/// A one-page PDF with a line of plain letters each; other letters are left out, the typeface inside every reader has
/// none.
fn drawn(lines: &[&str]) -> Vec<u8> {
    let mut text = "BT /F1 14 Tf 72 760 Td 22 TL".to_owned();
    for line in lines {
        let plain: String = line.chars().filter(|one| one.is_ascii_graphic() && !"()\\".contains(*one)).collect();
        text.push_str(&format!(" ({plain}) Tj T*"));
    }
    text.push_str(" ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj{object}endobj\n", at + 1).as_bytes());
    }
    let start = file.len();
    file.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF", objects.len() + 1);
    file.extend_from_slice(end.as_bytes());
    file
}
