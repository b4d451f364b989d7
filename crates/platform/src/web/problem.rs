//! RFC 9457 problems: the one shape of every error a caller sees.
//!
//! Status codes: 400 unreadable, 422 readable but invalid, 401 unknown caller, 403 may know but
//! not do, 404 absent or not to be known, 409 wrong state or version, 413/415 uploads,
//! 429 too often, 500 our fault, 503 a dependency is down. A 5xx body never shows inner text.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::standing::{self, Trouble};

/// Result of a service call.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// One field that is wrong, and the way out.
#[derive(Debug, Clone, Serialize, ToSchema, PartialEq, Eq)]
pub struct FieldProblem {
    /// JSON pointer into the request, for example `/form/area`.
    pub pointer: String,
    /// Stable machine code, for example `required`.
    pub code: String,
    /// What to do, in plain Chinese.
    pub message: String,
}

impl FieldProblem {
    /// Names a field, a code and what to do.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into() }
    }
}

/// An error on its way to the caller.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    title: String,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    retry_after: Option<u64>,
    /// For the log only.
    cause: Option<String>,
}

/// Body of a problem as documented in the OpenAPI file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable address of the kind of problem.
    pub r#type: String,
    /// What happened, one sentence in plain Chinese.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// The way out, when there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Machine code.
    pub code: String,
    /// Quote this when asking for help.
    pub trace_id: String,
    /// Wrong fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl Problem {
    /// A problem of the caller's making or of the situation.
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            title: title.into(),
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// Our fault: the cause goes to the log, not to the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统出了问题，没有办成。您填的内容都在，请稍后再试。",
        );
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// A connected system does not answer.
    pub fn unavailable(title: impl Into<String>, cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "dependency_down", title);
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// 404: absent, or not to be known by this caller.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what)
    }

    /// 409: wrong state.
    pub fn conflict(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }

    /// 409: the page is older than the record.
    pub fn stale() -> Self {
        Self::conflict("stale_version", "这一页不是最新的，刚才有人改过。请刷新后再操作。")
    }

    /// 409: data of a year that is closed.
    pub fn year_closed() -> Self {
        Self::conflict("year_closed", "这一年的办件已经封存，只能查看，不能再改。")
            .detail("确需改动，请系统管理员在“年度”页写明原因，先解除封存。")
    }

    /// 403: known caller without the right.
    pub fn forbidden(title: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", title)
    }

    /// 422 with the fields to mend.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let title = match errors.as_slice() {
            [one] => one.message.clone(),
            many => format!("有 {} 处要改，改完才能继续", many.len()),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title);
        problem.0.errors = errors;
        problem
    }

    /// 422 with one field to mend.
    pub fn invalid_field(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::new(pointer, code, message)])
    }

    /// Adds the way out.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the wrong fields.
    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Asks the caller to wait, seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// What is wrong with the database, when that is what it tells of.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::of_code(self.0.code)
    }

    /// HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Machine code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The way out, when there is one to say.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What the caller reads.
    pub fn title(&self) -> &str {
        &self.0.title
    }

    /// The wrong fields.
    pub fn field_errors(&self) -> &[FieldProblem] {
        &self.0.errors
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}: {}", self.0.status.as_u16(), self.0.code, self.0.title)?;
        if let Some(cause) = &self.0.cause {
            write!(formatter, " ({cause})")?;
        }
        for error in &self.0.errors {
            write!(formatter, "; {} {}", error.pointer, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        match Trouble::of(&error) {
            Some(trouble) => trouble.problem(error),
            None if standing::of_closed_year(&error) => Self::year_closed(),
            None => Self::internal(error),
        }
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<base::calendar::CalendarError> for Problem {
    /// A missing calendar year is the operator's to mend; the caller learns why there is no date.
    fn from(error: base::calendar::CalendarError) -> Self {
        Self::conflict("calendar_missing", error.to_string())
            .detail("请系统管理员在“工作日历”里导入这一年的日历，再继续办理。")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let trace_id = super::extract::current_trace_id();
        let inner = *self.0;
        if inner.status.is_server_error() {
            tracing::error!(trace.id = %trace_id, error.code = inner.code, cause = inner.cause.as_deref().unwrap_or(""), "request failed");
        }
        let body = ProblemBody {
            r#type: format!("/problems/{}", inner.code),
            title: inner.title,
            status: inner.status.as_u16(),
            detail: inner.detail,
            code: inner.code.to_owned(),
            trace_id,
            errors: inner.errors,
        };
        let mut response = (inner.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = inner.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
