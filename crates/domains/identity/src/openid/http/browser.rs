//! What a browser passes through: request, sign-in, end of session; and the two public documents.

use axum::Form;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use platform::sessions::Whose;
use platform::web::extract::{Json, Query};
use platform::web::guard::{Audience, cookie, set_cookie};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::Malformed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::sign_on::escape;
use crate::openid::model::{Asked, SCOPES};
use crate::openid::service::authorize::{Next, Present};
use crate::{Identity, error};

/// A client's request (OpenID Connect Core 3.1.2.1).
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuthorizeQuery {
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    code_challenge: String,
    /// `S256`.
    #[serde(default)]
    code_challenge_method: String,
    /// `none`, `login`, `consent`.
    #[serde(default)]
    prompt: String,
    max_age: Option<i64>,
}

impl From<AuthorizeQuery> for Asked {
    fn from(query: AuthorizeQuery) -> Self {
        Self {
            response_type: query.response_type,
            client_id: query.client_id,
            redirect_uri: query.redirect_uri,
            scope: query.scope,
            state: query.state,
            nonce: query.nonce,
            code_challenge: query.code_challenge,
            code_challenge_method: query.code_challenge_method,
            prompt: query.prompt,
            max_age: query.max_age,
        }
    }
}

/// A page for a browser, a problem document for a program. The browser is not sent on: where to is
/// what could not be trusted.
fn explain(headers: &HeaderMap, problem: Problem) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepts.contains("text/html") {
        return problem.into_response();
    }
    let (title, hint) = (escape(problem.title()), escape(problem.detail_text().unwrap_or_default()));
    let page = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>body{{font:1.125rem/1.7 system-ui,\"PingFang SC\",\"Microsoft YaHei\",sans-serif;color:#1b1f24;\
         max-width:36rem;margin:0 auto;padding:2rem 1rem}}h1{{font-size:1.5rem;line-height:1.4}}\
         a{{color:#0b5cad}}</style></head>\
         <body><main><h1>{title}</h1><p>{hint}</p><p><a href=\"/\">回通办首页</a></p></main></body></html>\n"
    );
    (problem.into_response().status(), Html(page)).into_response()
}

/// Whoever is signed in in a user system, by the request's cookie.
pub(crate) async fn present(identity: &Identity, parts: &Parts, audience: Audience) -> Result<Option<Present>> {
    let platform = &identity.platform;
    let Some(token) = cookie(parts, audience.cookie()) else { return Ok(None) };
    let Some(caller) = platform.sessions.resolve(platform, audience, token).await? else { return Ok(None) };
    let whose = Whose::Account(caller.id);
    let (open, _) = platform.sessions.open(platform, audience, whose, Some(token), (100, None)).await?;
    let since = open.iter().find(|session| session.current).map(|session| session.started_at);
    Ok(since.map(|since| Present { caller, since }))
}

/// Address of the next page.
fn address(next: &Next) -> String {
    match next {
        Next::Back(address) => address.clone(),
        Next::SignIn(Audience::Portal, id) => {
            format!("/api/v1/portal/sign-on?return_to=%2Foauth%2Fcontinue%3Frequest%3D{id}")
        }
        Next::SignIn(Audience::Desk, id) => format!("/desk/sign-in?return_to=%2Foauth%2Fcontinue%3Frequest%3D{id}"),
        Next::Consent(Audience::Portal, id) => format!("/consent?request={id}"),
        Next::Consent(Audience::Desk, id) => format!("/desk/consent?request={id}"),
    }
}

async fn begin(identity: &Identity, parts: &Parts, asked: Asked) -> Result<String> {
    let silent = asked.prompts("none");
    let (next, kept) = identity.begin_authorization(asked).await?;
    let next = match (next, kept) {
        (Next::SignIn(audience, id), Some(_)) => {
            let present = present(identity, parts, audience).await?;
            identity.go_on(id, present, silent).await?
        }
        (next, _) => next,
    };
    Ok(address(&next))
}

fn moved(parts: &HeaderMap, found: Result<String>) -> Response {
    match found {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(problem) => explain(parts, problem),
    }
}

/// A connected system asks who somebody is: the beginning of a sign-in (OpenID Connect)
#[utoipa::path(get, path = "/oauth/authorize", tag = "openid", operation_id = "authorize", params(AuthorizeQuery),
    responses((status = 303, description = "to the sign-in, the page of consent or back to the client"), Malformed))]
pub(crate) async fn authorize(
    State(identity): State<Identity>,
    parts: Parts,
    Query(query): Query<AuthorizeQuery>,
) -> Response {
    moved(&parts.headers, begin(&identity, &parts, query.into()).await)
}

/// The same by form, as the standard allows
#[utoipa::path(post, path = "/oauth/authorize", tag = "openid", operation_id = "authorize_by_form",
    request_body(content = AuthorizeQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "to the sign-in, the page of consent or back to the client"), Malformed))]
pub(crate) async fn authorize_by_form(
    State(identity): State<Identity>,
    parts: Parts,
    Form(query): Form<AuthorizeQuery>,
) -> Response {
    moved(&parts.headers, begin(&identity, &parts, query.into()).await)
}

/// Which request goes on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContinueQuery {
    /// The request.
    request: Uuid,
}

/// Goes on with a request after the person signed in
#[utoipa::path(get, path = "/oauth/continue", tag = "openid", operation_id = "continue_authorization", params(ContinueQuery),
    responses((status = 303, description = "to the page of consent or back to the client"), Malformed))]
pub(crate) async fn continue_authorization(
    State(identity): State<Identity>,
    parts: Parts,
    Query(query): Query<ContinueQuery>,
) -> Response {
    let go_on = async {
        let audience = identity.audience_of_request(query.request).await?.ok_or_else(error::request_over)?;
        let present = present(&identity, &parts, audience).await?;
        Ok(address(&identity.go_on(query.request, present, false).await?))
    };
    moved(&parts.headers, go_on.await)
}

/// End of a session (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndQuery {
    /// Identity token that this provider gave the client.
    #[serde(default)]
    id_token_hint: String,
    /// Registered address to go to.
    #[serde(default)]
    post_logout_redirect_uri: String,
    #[serde(default)]
    state: String,
}

/// Ends the person's session; wants the identity token, so that no other page can sign somebody out
#[utoipa::path(get, path = "/oauth/end-session", tag = "openid", operation_id = "end_session", params(EndQuery),
    responses((status = 303, description = "to the client's address, or to our first page"), Malformed))]
pub(crate) async fn end_session(
    State(identity): State<Identity>,
    parts: Parts,
    Query(query): Query<EndQuery>,
) -> Response {
    let ended = identity.end_with_hint(&query.id_token_hint, &query.post_logout_redirect_uri, &query.state).await;
    let ended = match ended {
        Ok(Some(ended)) => ended,
        Ok(None) => return explain(&parts.headers, error::logout_refused()),
        Err(problem) => return explain(&parts.headers, problem),
    };
    let to = Redirect::to(&ended.go_to);
    // Somebody else who signed in meanwhile in this browser stays signed in.
    let own = present(&identity, &parts, ended.audience).await;
    let own = own.map(|own| own.is_some_and(|own| own.caller.id == ended.account));
    match (own, cookie(&parts, ended.audience.cookie())) {
        (Ok(true), Some(token)) => {
            match identity.platform.sessions.end(&identity.platform, ended.audience, token).await {
                Ok(cleared) => (set_cookie(cleared), to).into_response(),
                Err(problem) => explain(&parts.headers, problem),
            }
        }
        (Err(problem), _) => explain(&parts.headers, problem),
        _ => to.into_response(),
    }
}

/// What the provider can do (OpenID Connect Discovery 1.0)
#[utoipa::path(get, path = "/.well-known/openid-configuration", tag = "openid", operation_id = "get_openid_configuration",
    responses((status = 200, body = Value)))]
pub(crate) async fn openid_configuration(State(identity): State<Identity>) -> Json<Value> {
    let issuer = identity.issuer();
    let at = |path: &str| format!("{issuer}{path}");
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/oauth/jwks"),
        "end_session_endpoint": at("/oauth/end-session"),
        "scopes_supported": SCOPES.iter().map(|scope| scope.key).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name", "nickname", "user_kind",
            "real_name", "id_type", "id_number", "phone_number", "email", "enterprise", "preferred_username", "org_name", "roles"],
        "prompt_values_supported": ["none", "login", "consent"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "ui_locales_supported": ["zh-CN"],
    }))
}

/// A public key.
#[derive(Serialize, ToSchema)]
pub(crate) struct Jwk {
    kty: &'static str,
    r#use: &'static str,
    alg: &'static str,
    kid: String,
    n: String,
    e: String,
}

/// Public keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct Jwks {
    keys: Vec<Jwk>,
}

/// Keys that verify identity tokens (RFC 7517)
#[utoipa::path(get, path = "/oauth/jwks", tag = "openid", operation_id = "get_jwks", responses((status = 200, body = Jwks)))]
pub(crate) async fn jwks(State(identity): State<Identity>) -> Result<Json<Jwks>, Problem> {
    let keys = identity.published_keys().await?;
    let jwk = |(kid, key): (String, base::crypto::rs256::RsaPublic)| Jwk {
        kty: "RSA",
        r#use: "sig",
        alg: "RS256",
        kid,
        n: key.n,
        e: key.e,
    };
    Ok(Json(Jwks { keys: keys.into_iter().map(jwk).collect() }))
}
