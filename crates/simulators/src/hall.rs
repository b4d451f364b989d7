//! The hall as the systems around it see it: one address, one secret each. Their own reading of the
//! gateway's signature and of the ticket, not the product's.
//!
//! `POST /<service>/hall {"url": …, "at": seconds}` says where the hall is and, for a product that
//! lives in another year, what time it is here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Json;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Dice, Refusal, lock, now};

/// The name the hall has in the systems around it.
pub const HALL_ID: &str = "tongban-hall";

/// What a ticket says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) jti: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) to: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) net: String,
}

#[derive(Default)]
struct Settings {
    url: String,
    at: Option<i64>,
    nonces: HashSet<String>,
}

/// One system's way to the hall.
#[derive(Clone)]
pub(crate) struct Hall {
    app_id: &'static str,
    secret: &'static str,
    settings: Arc<Mutex<Settings>>,
}

#[derive(Deserialize)]
struct Where {
    url: Option<String>,
    at: Option<i64>,
}

fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "a simulator without an HTTP client is of no use")]
    CLIENT.get_or_init(|| reqwest::Client::builder().no_proxy().build().expect("an HTTP client"))
}

fn hmac(secret: &str, body: &str) -> String {
    let digest = base::crypto::hmac_sm3(secret.as_bytes(), format!("tongban-ticket-1.{body}").as_bytes());
    base::encoding::to_base64url(&digest)
}

impl Hall {
    pub(crate) fn new(app_id: &'static str, secret: &'static str, url: &str) -> Self {
        let settings = Settings { url: url.trim_end_matches('/').to_owned(), ..Settings::default() };
        Self { app_id, secret, settings: Arc::new(Mutex::new(settings)) }
    }

    /// `/hall`, the same for each system.
    pub(crate) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let hall = self.clone();
        let set = move |Json(told): Json<Where>| async move {
            hall.is_at(told.url.as_deref(), told.at);
            Json(json!({}))
        };
        Router::new().route("/hall", post(set))
    }

    /// Says where the hall is and what time it is there.
    pub(crate) fn is_at(&self, url: Option<&str>, at: Option<i64>) {
        let mut settings = lock(&self.settings);
        if let Some(url) = url {
            url.trim_end_matches('/').clone_into(&mut settings.url);
        }
        if at.is_some() {
            settings.at = at;
        }
    }

    /// An address of the hall.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", lock(&self.settings).url)
    }

    /// What time it is at the hall, seconds.
    pub(crate) fn now(&self) -> i64 {
        lock(&self.settings).at.unwrap_or_else(|| now().unix_timestamp())
    }

    fn signature(&self, timestamp: &str, nonce: &str) -> String {
        let text = format!("{timestamp}{}{nonce}{timestamp}", self.secret);
        base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())).to_uppercase()
    }

    /// Proves a call of the hall.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let refused = Refusal(StatusCode::UNAUTHORIZED, "400001");
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(refused);
        let (app_id, timestamp) = (header("x-tif-paasid")?, header("x-tif-timestamp")?);
        let (nonce, signature) = (header("x-tif-nonce")?, header("x-tif-signature")?);
        let seconds: i64 = timestamp.parse().map_err(|_| refused)?;
        let near = (self.now() - seconds).abs() <= 180;
        let right = self.signature(timestamp, nonce).eq_ignore_ascii_case(signature);
        let fresh = lock(&self.settings).nonces.insert(nonce.to_owned());
        if app_id == self.app_id && near && right && fresh { Ok(()) } else { Err(refused) }
    }

    /// Calls the hall; status and answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), Refusal> {
        let down = Refusal(StatusCode::BAD_GATEWAY, "hall_down");
        let (timestamp, nonce) = (self.now().to_string(), base::id::token_hex(&Dice, 16));
        let request = client()
            .post(self.url(path))
            .header("x-tif-paasid", self.app_id)
            .header("x-tif-timestamp", &timestamp)
            .header("x-tif-signature", self.signature(&timestamp, &nonce))
            .header("x-tif-nonce", nonce)
            .json(body);
        let answer = request.send().await.map_err(|_| down)?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or(Value::Null)))
    }

    /// The same with a signature that covers the body.
    pub(crate) async fn post_covered(&self, path: &str, body: &Value) -> Result<(u16, Value), Refusal> {
        let down = Refusal(StatusCode::BAD_GATEWAY, "hall_down");
        let (timestamp, nonce) = (self.now().to_string(), base::id::token_hex(&Dice, 16));
        let body = body.to_string();
        let text = format!("{}{timestamp}{nonce}{body}{}", self.app_id, self.secret);
        let request = client()
            .post(self.url(path))
            .header("x-tif-paasid", self.app_id)
            .header("x-tif-timestamp", timestamp)
            .header("x-tif-nonce", nonce)
            .header("x-tif-signature", base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())).to_uppercase())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let answer = request.send().await.map_err(|_| down)?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or(Value::Null)))
    }

    /// Redeems a ticket the browser brought.
    pub(crate) async fn redeem(&self, ticket: &str, address: &str) -> Result<Value, Refusal> {
        self.proven(ticket, self.app_id)?;
        let body = json!({ "ticket": ticket, "browser_address": address });
        match self.post("/api/v1/tickets/redeem", &body).await? {
            (200, told) => Ok(told),
            _ => Err(Refusal(StatusCode::FORBIDDEN, "ticket_refused")),
        }
    }

    /// Reports which account here somebody has.
    pub(crate) async fn report(&self, redemption: &Value, id: &str, name: &str, way: &str) -> Result<(), Value> {
        let body = json!({ "redemption": redemption, "external_id": id, "external_name": name, "way": way });
        match self.post("/api/v1/tickets/bind", &body).await {
            Ok((200, _)) => Ok(()),
            Ok((_, problem)) => Err(problem),
            Err(_) => Err(json!({ "title": "通办没有回应" })),
        }
    }

    /// A ticket for a page of the hall.
    pub(crate) fn ticket(&self, to: &str, net: &str) -> (String, Ticket) {
        let now = self.now();
        let ticket = Ticket {
            iss: self.app_id.to_owned(),
            aud: HALL_ID.to_owned(),
            jti: base::id::token_hex(&Dice, 16),
            iat: now,
            exp: now + 60,
            to: to.to_owned(),
            net: net.to_owned(),
        };
        let body = base::encoding::to_base64url(&serde_json::to_vec(&ticket).unwrap_or_default());
        let signature = hmac(self.secret, &body);
        (format!("{body}.{signature}"), ticket)
    }

    /// What a ticket says, when it is signed with our secret, for us and in time.
    pub(crate) fn proven(&self, text: &str, audience: &str) -> Result<Ticket, Refusal> {
        let refused = Refusal(StatusCode::FORBIDDEN, "ticket_refused");
        let (body, signature) = text.split_once('.').ok_or(refused)?;
        let claims: Option<Ticket> =
            base::encoding::from_base64url(body).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let claims = claims.ok_or(refused)?;
        let good = hmac(self.secret, body) == signature && claims.aud == audience && claims.exp > self.now();
        if good { Ok(claims) } else { Err(refused) }
    }
}

/// An address with a ticket and the page it is for.
pub(crate) fn arrival(hall: &Hall, desk: bool, ticket: &str, to: &str) -> Result<String, Refusal> {
    let page = hall.url(if desk { "/desk/arrive" } else { "/arrive" });
    let mut url = url::Url::parse(&page).map_err(|_| Refusal(StatusCode::BAD_REQUEST, "no_hall"))?;
    url.query_pairs_mut().append_pair("ticket", ticket).append_pair("to", to);
    Ok(url.into())
}

/// Whether a browser asks, not a program.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// A page for a browser, JSON for a program.
pub(crate) fn shown(headers: &HeaderMap, title: &str, body: &str, told: Value) -> Response {
    if wants_page(headers) { Html(page(title, body)).into_response() } else { Json(told).into_response() }
}

/// A plain page that works without script and with a keyboard.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}（模拟）</title>
<style>
body {{ font: 1.125rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1b1f24; background: #fff; max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }}
h1 {{ font-size: 1.6rem; line-height: 1.4 }}
.note {{ border-left: .3rem solid #8a5a00; background: #fff7e6; padding: .6rem 1rem }}
label {{ display: block; margin: 1rem 0 .3rem }}
input, button, select {{ font: inherit; min-height: 3rem; padding: .5rem 1rem; color: inherit; background: #fff; border: 1px solid #6b7280; border-radius: .3rem }}
button {{ cursor: pointer; margin: .3rem .3rem 0 0 }}
button:focus-visible, input:focus-visible, a:focus-visible {{ outline: .2rem solid #0b5cad; outline-offset: .15rem }}
dt {{ font-weight: 600 }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="note">这是外部系统的模拟页面，只用于演示和测试。</p>
{body}
</main>
</body>
</html>
"#
    )
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
