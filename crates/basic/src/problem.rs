//! A refusal as a page: whatever stops a request on its way, the reader gets words and a way out, in HTML.
//!
//! Handlers, limits, the database and the framework all answer with a problem document or a bare status;
//! one middleware at the outside of the router draws any of them, so that no old browser is offered a JSON
//! file to save.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use crate::layout::{Page, send_once};
use crate::{ROOT, TellsSite};

/// Largest problem document read; ours are far smaller.
const MOST: usize = 64 * 1024;

/// Middleware: problems below [`ROOT`] become pages, everything else passes.
pub async fn as_page(State(site): State<Arc<dyn TellsSite>>, request: Request, next: Next) -> Response {
    let is_ours = is_ours(request.uri().path());
    let response = next.run(request).await;
    if !is_ours || !is_refusal(&response) {
        return response;
    }
    let status = response.status();
    let kept = [header::RETRY_AFTER, header::ALLOW].map(|name| (name.clone(), response.headers().get(&name).cloned()));
    let body = to_bytes(response.into_body(), MOST).await.unwrap_or_default();
    let told = Told::read(status, &body);
    // Without its own words the frame still stands.
    let site = site.site().await.unwrap_or_default();
    let page = Page { title: &told.title, here: "", full: "/", wrong: true, body: told.body() }.draw(&site);
    match send_once(status, page) {
        Ok(mut page) => {
            for (name, value) in kept {
                if let Some(value) = value {
                    page.headers_mut().insert(name, value);
                }
            }
            page
        }
        Err(problem) => problem.into_response(),
    }
}

pub(crate) fn is_ours(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_refusal(response: &Response) -> bool {
    let is_page = |kind: &HeaderValue| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"));
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && !response.headers().get(header::CONTENT_TYPE).is_some_and(is_page)
}

/// What a problem says.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    title: String,
    detail: String,
    fields: Vec<String>,
    trace: String,
}

impl Told {
    /// Reads a problem document; of anything else only the status is told.
    fn read(status: StatusCode, body: &[u8]) -> Self {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let title = Some(text("title")).filter(|title| !title.is_empty()).unwrap_or_else(|| plain(status).to_owned());
        let errors = document.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let message = |one: &Value| one.get("message").and_then(Value::as_str).map(str::to_owned);
        // One wrong field is told by the title already.
        let fields = errors.iter().filter_map(message).filter(|message| *message != title).collect();
        let trace = Some(text("trace_id")).filter(|trace| trace != "-" && status.is_server_error());
        Self { detail: text("detail"), fields, trace: trace.unwrap_or_default(), title }
    }

    fn body(&self) -> Markup {
        html! {
            div class="errors" role="alert" {
                p { strong { (self.title) } }
                @if !self.detail.is_empty() { p { (self.detail) } }
                @if !self.fields.is_empty() { ul { @for field in &self.fields { li { (field) } } } }
            }
            p { "可以" a href="/basic/items" { "搜索要办的事项" } "，或者" a href="/basic" { "回到首页" } "。" }
            @if !self.trace.is_empty() { p class="soft" { "打电话求助时，请报这个编号：" (self.trace) } }
        }
    }
}

fn plain(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "没有找到这一页。",
        StatusCode::METHOD_NOT_ALLOWED => "这个地址不能这样访问。",
        StatusCode::PAYLOAD_TOO_LARGE => "提交的内容太大，请减少后再提交。",
        status if status.is_server_error() => "系统出了问题，没有办成。请稍后再试。",
        _ => "这个请求读不出来，请回到页面再操作。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-021
    #[test]
    fn a_refusal_becomes_words_and_a_way_out() {
        let body =
            r#"{"title":"操作太频繁了，请稍等再试。","detail":"请等 <9> 秒再试。","status":429,"trace_id":"x1"}"#;
        let told = Told::read(StatusCode::TOO_MANY_REQUESTS, body.as_bytes());
        let page = told.body().into_string();
        assert!(page.contains("操作太频繁了") && page.contains("&lt;9&gt;") && page.contains("href=\"/basic\""));
        assert!(!page.contains("x1"), "a number to quote is for our own faults");
        let ours = Told::read(StatusCode::SERVICE_UNAVAILABLE, br#"{"title":"t","trace_id":"x1"}"#);
        assert!(ours.body().into_string().contains("x1"));
        assert_eq!(Told::read(StatusCode::NOT_FOUND, b"no JSON").title, "没有找到这一页。");
        assert_eq!(Told::read(StatusCode::BAD_REQUEST, b"").fields, Vec::<String>::new());
    }

    #[test]
    fn only_pages_of_here_are_drawn() {
        for (path, ours) in
            [("/basic", true), ("/basic/items", true), ("/basics", false), ("/api/v1/items", false), ("/", false)]
        {
            assert_eq!(is_ours(path), ours, "{path}");
        }
    }
}
