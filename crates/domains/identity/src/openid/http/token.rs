//! The two endpoints a client calls itself. Their errors have the form of RFC 6749 5.2, not ours:
//! standard clients read them.

use axum::Form;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::web::problem::Result;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Identity;
use crate::openid::model::TOKEN_VALID;
use crate::openid::service::token::{Credentials, Exchange, Refused};

/// Form of the token endpoint (RFC 6749 4.1.3, RFC 7636 4.5).
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenForm {
    /// `authorization_code`.
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    /// When not sent by HTTP Basic.
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
}

/// Tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    id_token: String,
    scope: String,
}

/// Error of RFC 6749 5.2.
#[derive(Serialize, ToSchema)]
pub(crate) struct OAuthError {
    error: &'static str,
    error_description: &'static str,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error, error_description, challenge) = match self {
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "client authentication failed",
                Some("Basic realm=\"tongban\""),
            ),
            Self::InvalidGrant => {
                (StatusCode::BAD_REQUEST, "invalid_grant", "the code is not valid for this request", None)
            }
            Self::UnsupportedGrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "only authorization_code", None)
            }
            Self::InvalidToken => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the access token is unknown, expired or ended",
                Some("Bearer realm=\"tongban\", error=\"invalid_token\""),
            ),
        };
        let mut response = (status, axum::Json(OAuthError { error, error_description })).into_response();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, axum::http::HeaderValue::from_static(challenge));
        }
        response
    }
}

const NO_STORE: [(HeaderName, &str); 2] = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

/// Client id and secret: HTTP Basic with both parts form-encoded (RFC 6749 2.3.1), else the form's.
pub(crate) fn credentials(headers: &HeaderMap, id: &str, secret: &str) -> Credentials {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic ").or_else(|| value.strip_prefix("basic ")))
        .and_then(|text| {
            // Standard base64 into the URL-safe letters we read.
            let text: String = text.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
            String::from_utf8(base::encoding::from_base64url(&text)?).ok()
        });
    let decoded = |text: &str| {
        let pair = format!("v={text}");
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    match basic.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((id, secret)) => Credentials { client_id: decoded(id), secret: decoded(secret) },
        None => Credentials { client_id: id.to_owned(), secret: secret.to_owned() },
    }
}

/// Changes a code into tokens, once
#[utoipa::path(post, path = "/oauth/token", tag = "openid", operation_id = "exchange_code",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenView), (status = 400, body = OAuthError), (status = 401, body = OAuthError)))]
pub(crate) async fn exchange_code(
    State(identity): State<Identity>,
    parts: Parts,
    Form(form): Form<TokenForm>,
) -> Result<Response> {
    let shown = credentials(&parts.headers, &form.client_id, &form.client_secret);
    let address = platform::web::client::address(&parts.extensions, &parts.headers, &identity.platform.config);
    let client = match identity.proven_client(&shown, address).await? {
        Ok(client) => client,
        Err(refused) => return Ok((NO_STORE, refused).into_response()),
    };
    let asked = Exchange {
        grant_type: form.grant_type,
        code: form.code,
        redirect_uri: form.redirect_uri,
        verifier: form.code_verifier,
    };
    Ok(match identity.exchange_code(&client, &asked).await? {
        Ok(tokens) => {
            let body = TokenView {
                access_token: tokens.access_token,
                token_type: "Bearer",
                expires_in: TOKEN_VALID.whole_seconds(),
                id_token: tokens.id_token,
                scope: tokens.scope,
            };
            (NO_STORE, axum::Json(body)).into_response()
        }
        Err(refused) => (NO_STORE, refused).into_response(),
    })
}

async fn answer(identity: &Identity, headers: &HeaderMap) -> Result<Response> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")))
        .unwrap_or_default();
    Ok(match identity.user_info(token.trim()).await? {
        Ok(claims) => (NO_STORE, axum::Json(claims)).into_response(),
        Err(refused) => (NO_STORE, refused).into_response(),
    })
}

/// User data for an access token: what was agreed to and is granted
#[utoipa::path(get, path = "/oauth/userinfo", tag = "openid", operation_id = "get_user_info",
    responses((status = 200, body = Value), (status = 401, body = OAuthError)))]
pub(crate) async fn get_user_info(State(identity): State<Identity>, headers: HeaderMap) -> Result<Response> {
    answer(&identity, &headers).await
}

/// The same by POST, as the standard allows
#[utoipa::path(post, path = "/oauth/userinfo", tag = "openid", operation_id = "post_user_info",
    responses((status = 200, body = Value), (status = 401, body = OAuthError)))]
pub(crate) async fn post_user_info(State(identity): State<Identity>, headers: HeaderMap) -> Result<Response> {
    answer(&identity, &headers).await
}
