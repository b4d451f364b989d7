//! Citizens' sign-on: the two addresses a browser passes through.
//!
//! Both are opened by the browser itself, not by a script. A sign-on that was cancelled or came too
//! late leads a reader back to the portal's sign-in page, which says so and offers another try; a
//! province that is down is a small page of its own; everybody else gets a problem document.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use platform::sessions::Origin;
use platform::web::extract::Query;
use platform::web::guard::{Audience, cookie, set_cookie};
use platform::web::problem::Problem;
use platform::web::refusals::{Malformed, Unavailable};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{Identity, error};

/// Cookie that keeps a sign-on's state in the browser that began it.
const STATE_COOKIE: &str = "tb_sign_on";

/// Where to go afterwards.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BeginQuery {
    /// Path of this site to come back to; anything else goes to the first page.
    return_to: Option<String>,
}

/// What the province sends along.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackQuery {
    /// State of the sign-on.
    #[serde(default)]
    state: String,
    /// Code to change into a profile; absent when nobody signed in.
    code: Option<String>,
}

/// Sends the browser to the provincial identity platform.
#[utoipa::path(get, path = "/api/v1/portal/sign-on", tag = "sign-on", operation_id = "begin_sign_on", params(BeginQuery),
    responses((status = 303, description = "to the provincial identity platform"), Unavailable))]
pub(crate) async fn begin_sign_on(
    State(identity): State<Identity>,
    headers: HeaderMap,
    Query(query): Query<BeginQuery>,
) -> Response {
    match identity.begin_sign_on(query.return_to.as_deref()).await {
        Ok(begun) => {
            let secure = if identity.platform.config.secure_cookies { "; Secure" } else { "" };
            let path = "/api/v1/portal/sign-on";
            let kept =
                format!("{STATE_COOKIE}={}; Path={path}; HttpOnly; SameSite=Lax; Max-Age=600{secure}", begun.state);
            (set_cookie(kept), Redirect::to(&begun.address)).into_response()
        }
        Err(problem) => explain(&headers, problem),
    }
}

/// Takes the browser back from the province, starts a session and goes where the citizen was.
#[utoipa::path(get, path = "/api/v1/portal/sign-on/callback", tag = "sign-on", operation_id = "finish_sign_on",
    params(CallbackQuery),
    responses(
        (status = 303, description = "to the page the citizen came from; to /sign-in?failed when nobody signed in or it took too long"),
        Malformed,
        Unavailable,
    ))]
pub(crate) async fn finish_sign_on(
    State(identity): State<Identity>,
    parts: Parts,
    Query(query): Query<CallbackQuery>,
) -> Response {
    let kept = cookie(&parts, STATE_COOKIE);
    let signed_on = identity
        .finish_sign_on(&query.state, kept, query.code.as_deref(), &Origin::of(&parts, &identity.platform))
        .await;
    let (session, return_to) = match signed_on {
        Ok(done) => done,
        Err(problem) => return explain(&parts.headers, problem),
    };
    // Whoever was signed in before in this browser is signed out.
    if let Some(old) = cookie(&parts, Audience::Portal.cookie())
        && let Err(problem) = identity.platform.sessions.end(&identity.platform, Audience::Portal, old).await
    {
        return explain(&parts.headers, problem);
    }
    (set_cookie(session), Redirect::to(&return_to)).into_response()
}

/// The portal's sign-in page. `over`: too late, used, or begun in another browser; `refused`: nobody signed in.
fn sign_in_page(problem: &Problem) -> &'static str {
    if problem.code() == error::SIGN_ON_OVER { "/sign-in?failed=over" } else { "/sign-in?failed=refused" }
}

/// The way on for a browser, a problem document for a program.
fn explain(headers: &HeaderMap, problem: Problem) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepts.contains("text/html") {
        return problem.into_response();
    }
    if problem.status().is_client_error() {
        // The answer to the browser is a redirect; the reason stays in the log.
        tracing::info!(code = problem.code(), "a sign-on did not succeed");
        return Redirect::to(sign_in_page(&problem)).into_response();
    }
    let title = escape(problem.title());
    let hint = "您可以先看办事指南，过几分钟再登录。已经保存的申请都在。";
    let page = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>没有登录成功</title>\
         <style>body{{font:1.125rem/1.7 system-ui,\"PingFang SC\",\"Microsoft YaHei\",sans-serif;color:#1b1f24;\
         max-width:36rem;margin:0 auto;padding:2rem 1rem}}h1{{font-size:1.5rem;line-height:1.4}}\
         a{{color:#0b5cad}}</style></head>\
         <body><main><h1>{title}</h1><p>{hint}</p>\
         <p><a href=\"/api/v1/portal/sign-on\">重新登录</a></p><p><a href=\"/\">回首页</a></p></main></body></html>\n"
    );
    // The problem's own answer carries status, waiting time and the line in the log.
    let answer = problem.into_response();
    let mut response = (answer.status(), Html(page)).into_response();
    if let Some(wait) = answer.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    response
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
