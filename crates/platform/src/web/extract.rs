//! Extractors whose rejections are problems too, and the trace id of a request.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Required};

use super::problem::{FieldProblem, Problem};

tokio::task_local! {
    static TRACE_ID: String;
}

/// Trace id of the request being served, or of the one that caused the job under way; `-` outside both.
pub fn current_trace_id() -> String {
    TRACE_ID.try_with(Clone::clone).unwrap_or_else(|_| {
        let context = super::context::current();
        let known = context.as_deref().map(super::context::Context::trace).filter(|trace| !trace.is_empty());
        known.unwrap_or("-").to_owned()
    })
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

/// Uploaded parts; a body that is none is a 400 problem.
pub struct Multipart(pub axum::extract::Multipart);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Multipart::from_request(request, state).await;
        read.map(Self)
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "unreadable", "没有收到文件，请选择文件后再上传。"))
    }
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
        Problem::new(status, code, "提交的内容读不出来，请检查格式。").errors(misread(&rejection.body_text()))
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "unreadable_query", "网址里的条件读不出来，请重新选择。")
            .errors(misread(&rejection.body_text()))
    }
}

/// Which field could not be read and why, out of the words of the reader; its words themselves repeat what was sent and
/// are not for people. Nothing when they name no field.
fn misread(told: &str) -> Vec<FieldProblem> {
    // "Failed to …: b[0].c: missing field `y` at line 1 column 23"
    let mut parts = told.splitn(3, ": ").skip(1);
    let (first, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_path =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.[]-".contains(&b));
    let (path, why) = if is_path(first) && !rest.is_empty() { (first, rest) } else { ("", first) };
    let quoted =
        |begin: &str| why.strip_prefix(begin).and_then(|rest| rest.split('`').next()).filter(|name| is_path(name));
    let mut pointer: String =
        path.split(['.', '[', ']']).filter(|part| !part.is_empty()).map(|part| format!("/{part}")).collect();
    let (code, message) = if let Some(name) = quoted("missing field `") {
        pointer.push_str(&format!("/{name}"));
        ("required", "缺少这一项")
    } else if let Some(name) = quoted("unknown field `") {
        pointer.push_str(&format!("/{name}"));
        ("unknown", "没有这一项")
    } else if why.starts_with("unknown variant") {
        ("not_offered", "不是可以选的值，请重新选择")
    } else {
        ("shape", "格式不对")
    };
    if pointer.is_empty() {
        return Vec::new();
    }
    let name = pointer.trim_start_matches('/').replace('/', ".");
    vec![FieldProblem::new(pointer, code, format!("“{name}”{message}"))]
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What was sent is not told back, the field is named.
    ///
    /// req: OPS-030, OPS-037
    #[test]
    fn a_field_that_cannot_be_read_is_named_in_words() {
        let told =
            |text: &str| misread(text).into_iter().map(|one| (one.pointer, one.code, one.message)).collect::<Vec<_>>();
        let one =
            |pointer: &str, code: &str, message: &str| vec![(pointer.to_owned(), code.to_owned(), message.to_owned())];
        assert_eq!(
            told(
                "Failed to deserialize the JSON body into the target type: b[0]: missing field `y` at line 1 column 23"
            ),
            one("/b/0/y", "required", "“b.0.y”缺少这一项")
        );
        assert_eq!(
            told(
                "Failed to deserialize query string: kind: unknown variant `zz') UNION SELECT: x`, expected `a` or `b`"
            ),
            one("/kind", "not_offered", "“kind”不是可以选的值，请重新选择")
        );
        assert_eq!(
            told("Failed to deserialize query string: n: invalid digit found in string"),
            one("/n", "shape", "“n”格式不对")
        );
        assert_eq!(
            told("Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2"),
            one("/name", "required", "“name”缺少这一项")
        );
        assert_eq!(told("Failed to parse the request body as JSON: expected value at line 1 column 1"), vec![]);
        assert_eq!(told("missing field `<script>`"), vec![]);
    }
}
