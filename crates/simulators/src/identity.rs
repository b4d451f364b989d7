//! Provincial unified identity: authorisation code flow with a page to choose who signs in.
//!
//! * `GET /authorize` shows the people; with `login=<key>` it redirects at once (tests);
//! * `POST /authorize` is the page's form;
//! * `POST /token` changes a code, once, within five minutes, into an access token;
//! * `GET /userinfo` tells who it is;
//! * `POST /real-name` says whether a name and an identity number belong together.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::people::Login;
use crate::{Dice, People, Refusal, Switch, lock, now};

#[derive(Clone)]
struct Province {
    switch: Switch,
    people: Arc<People>,
    codes: Arc<Mutex<HashMap<String, Code>>>,
    tokens: Arc<Mutex<HashMap<String, (Login, OffsetDateTime)>>>,
}

struct Code {
    login: Login,
    redirect_uri: String,
    nonce: Option<String>,
    expires: OffsetDateTime,
}

#[derive(Deserialize)]
struct Authorize {
    redirect_uri: String,
    state: String,
    nonce: Option<String>,
    /// Whom to sign in as; empty on the page's “cancel”.
    login: Option<String>,
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
}

pub(crate) fn routes(people: People) -> Router {
    let province =
        Province { switch: Switch::default(), people: Arc::new(people), codes: Arc::default(), tokens: Arc::default() };
    let common = province.switch.routes();
    Router::new()
        .route("/authorize", get(authorize).post(choose))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/real-name", post(real_name))
        .merge(common)
        .with_state(province)
}

async fn authorize(State(province): State<Province>, Query(asked): Query<Authorize>) -> Result<Response, Refusal> {
    province.switch.check()?;
    match &asked.login {
        Some(_) => province.answer(&asked),
        None => Ok(Html(page(&province.people, &asked)).into_response()),
    }
}

async fn choose(State(province): State<Province>, Form(asked): Form<Authorize>) -> Result<Response, Refusal> {
    province.switch.check()?;
    province.answer(&asked)
}

async fn token(State(province): State<Province>, Form(asked): Form<Exchange>) -> Result<Json<Value>, Refusal> {
    province.switch.check()?;
    let code = lock(&province.codes).remove(&asked.code);
    let good = code.filter(|code| {
        asked.grant_type == "authorization_code" && code.redirect_uri == asked.redirect_uri && code.expires > now()
    });
    let Some(code) = good else { return Err(Refusal(StatusCode::BAD_REQUEST, "invalid_grant")) };
    let token = base::id::token_hex(&Dice, 24);
    lock(&province.tokens).insert(token.clone(), (code.login, now() + Duration::minutes(5)));
    Ok(Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 300, "nonce": code.nonce })))
}

async fn userinfo(State(province): State<Province>, headers: HeaderMap) -> Result<Json<Login>, Refusal> {
    province.switch.check()?;
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let found =
        lock(&province.tokens).get(token).filter(|(_, expires)| *expires > now()).map(|(login, _)| login.clone());
    found.map(Json).ok_or(Refusal(StatusCode::UNAUTHORIZED, "invalid_token"))
}

#[derive(Deserialize)]
struct RealName {
    name: String,
    id_number: String,
}

async fn real_name(State(province): State<Province>, Json(asked): Json<RealName>) -> Result<Json<Value>, Refusal> {
    province.switch.check()?;
    let known = province.people.persons.iter().find(|person| person.id_number == asked.id_number);
    let result = match known {
        Some(person) if person.name == asked.name => "same",
        Some(_) => "different",
        None => "unknown",
    };
    Ok(Json(json!({ "result": result })))
}

impl Province {
    /// Sends the browser back with a code, or with a refusal.
    fn answer(&self, asked: &Authorize) -> Result<Response, Refusal> {
        let mut back = url::Url::parse(&asked.redirect_uri)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or(Refusal(StatusCode::BAD_REQUEST, "invalid_redirect_uri"))?;
        let key = asked.login.as_deref().unwrap_or_default();
        if key.is_empty() {
            back.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", &asked.state);
            return Ok(Redirect::to(back.as_str()).into_response());
        }
        let login = self.people.login(key).ok_or(Refusal(StatusCode::BAD_REQUEST, "unknown_login"))?;
        let code = base::id::token_hex(&Dice, 16);
        let mut codes = lock(&self.codes);
        codes.retain(|_, code| code.expires > now());
        codes.insert(
            code.clone(),
            Code {
                login,
                redirect_uri: asked.redirect_uri.clone(),
                nonce: asked.nonce.clone(),
                expires: now() + Duration::minutes(5),
            },
        );
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked.state);
        Ok(Redirect::to(back.as_str()).into_response())
    }
}

/// The page: one button a person, plain HTML, works without script and with a keyboard.
fn page(people: &People, asked: &Authorize) -> String {
    let mut persons = String::new();
    for person in &people.persons {
        let note = if person.real_name { "" } else { "（还没有实名认证）" };
        button(&mut persons, &person.key, &person.name, note);
    }
    let mut bodies = String::new();
    for body in &people.enterprises {
        let note = format!("（{}）", body.legal_representative.name);
        button(&mut bodies, &body.key, &body.name, &note);
    }
    format!(
        r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>选择登录的人 - 省统一身份认证（模拟）</title>
<style>
body {{ font: 1.125rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1b1f24; background: #fff; max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }}
h1 {{ font-size: 1.6rem; line-height: 1.4 }}
.note {{ border-left: .3rem solid #8a5a00; background: #fff7e6; padding: .6rem 1rem }}
fieldset {{ border: 0; padding: 0; margin: 1.5rem 0 }}
legend {{ font-weight: 600; padding: 0; margin-bottom: .5rem }}
.people {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .6rem }}
button {{ font: inherit; text-align: left; min-height: 3rem; padding: .5rem 1rem; color: inherit; background: #fff; border: 1px solid #6b7280; border-radius: .3rem; cursor: pointer }}
button:hover {{ background: #f2f5f9 }}
button:focus-visible {{ outline: .2rem solid #0b5cad; outline-offset: .15rem }}
</style>
</head>
<body>
<main>
<h1>选择登录的人</h1>
<p class="note">这是省统一身份认证的模拟页面，只用于演示和测试。下面的人和企业都是虚构的。</p>
<form method="post">
<input type="hidden" name="redirect_uri" value="{redirect}">
<input type="hidden" name="state" value="{state}">
{nonce}<fieldset><legend>个人</legend><div class="people">
{persons}</div></fieldset>
<fieldset><legend>企业和其他单位（括号里是法定代表人）</legend><div class="people">
{bodies}</div></fieldset>
<button name="login" value="">不登录，返回</button>
</form>
</main>
</body>
</html>
"#,
        redirect = escape(&asked.redirect_uri),
        state = escape(&asked.state),
        nonce = asked
            .nonce
            .as_deref()
            .map(|nonce| format!("<input type=\"hidden\" name=\"nonce\" value=\"{}\">\n", escape(nonce)))
            .unwrap_or_default(),
    )
}

fn button(page: &mut String, key: &str, name: &str, note: &str) {
    // Writing to a String can't fail.
    let _ =
        writeln!(page, "<button name=\"login\" value=\"{}\">{}{}</button>", escape(key), escape(name), escape(note));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_everybody_and_escapes_what_it_was_given() {
        let people = People::from_yaml(
            "persons: [{key: wang, name: 王海燕, id_number: '1', phone: '2', real_name: true}]\n\
             enterprises: [{key: shop, name: 海燕小厨, uscc: '9', legal_representative: {name: 王海燕, id_number: '1'}}]",
        )
        .unwrap();
        let asked = Authorize {
            redirect_uri: "http://here/back".into(),
            state: "\"><script>".into(),
            nonce: None,
            login: None,
        };
        let html = page(&people, &asked);
        assert!(html.contains("value=\"wang\">王海燕</button>") && html.contains("海燕小厨（王海燕）"));
        assert!(!html.contains("<script>"));
    }
}
