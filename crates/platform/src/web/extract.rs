//! Extractors whose rejections are problems too, and the trace id of a request.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Required};

use super::problem::Problem;

tokio::task_local! {
    static TRACE_ID: String;
}

/// Trace id of the request being served, or `-` outside one.
pub fn current_trace_id() -> String {
    TRACE_ID.try_with(Clone::clone).unwrap_or_else(|_| "-".to_owned())
}

/// Middleware: takes the trace id from `X-Request-Id` (set by the outer layer) for problems and logs.
pub async fn trace_id(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|value| value.len() <= 64 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .unwrap_or("-")
        .to_owned();
    TRACE_ID.scope(id, next.run(request)).await
}

/// JSON body; a body that can't be read is a 400 or 422 problem.
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: serde::de::DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = bytes::Bytes::from_request(whole, state).await.map_err(JsonRejection::from)?;
        if has_nul(&bytes) {
            return Err(nul());
        }
        let read = axum::Json::<T>::from_request(Request::from_parts(parts, bytes.into()), state).await?;
        Ok(Self(read.0))
    }
}

/// Whether a JSON text writes a NUL, which no text of ours holds and PostgreSQL does not store.
fn has_nul(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|part| part == b"\\u0000")
}

fn nul() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable", "提交的内容里有不能显示的字符，请删去后再提交。")
}

/// Middleware: an address with a NUL in it names nothing.
pub async fn readable(request: Request, next: Next) -> Response {
    let uri = request.uri();
    if uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00")) {
        return nul().into_response();
    }
    next.run(request).await
}

/// Query string.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// Path parameters; a malformed id is 404, since such a thing can't exist.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return Problem::new(status, "too_large", "提交的内容太大，请减少后再提交。");
        }
        let code = if status == StatusCode::UNPROCESSABLE_ENTITY { "invalid_shape" } else { "unreadable" };
        Problem::new(status, code, "提交的内容读不出来，请检查格式。").detail(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "unreadable_query", "网址里的条件读不出来，请重新选择。")
            .detail(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Problem::not_found("没有找到这一页。")
    }
}

/// The `Idempotency-Key` header of a creating POST; `params(IdempotencyKey)` declares it.
pub struct IdempotencyKey(pub Option<String>);

impl utoipa::IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])).build();
        vec![
            ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some("The same key makes one thing only"))
                .schema(Some(text))
                .build(),
        ]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(text) if (8..=64).contains(&text.len()) => Ok(Self(Some(text.to_owned()))),
            _ => {
                Err(Problem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", "Idempotency-Key 要 8 到 64 个字符。"))
            }
        }
    }
}
