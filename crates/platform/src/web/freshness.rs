//! Who may read from the replica: a list or a report, asked for by somebody who changed nothing a moment ago.
//!
//! A replica that is asked is at most [`servers::LAG`] behind. An answer that changed something leaves a
//! cookie for [`REMEMBERED`] seconds, twice as long; whoever brings it reads from the primary. So
//! everybody sees what they themselves did, on whichever node they come out next, and no node has to
//! remember anything. What names a single thing, every session, every right and every command is read
//! from the primary always.
//!
//! [`servers::LAG`]: crate::db::servers::LAG

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::guard::cookie;

/// Seconds a change is remembered.
pub const REMEMBERED: u64 = 10;
const NAME: &str = "tb_changed";

/// Whether a request that was let in may be answered from the replica; `template` is its route.
pub(crate) fn may_lag(parts: &Parts, template: &str) -> bool {
    // A route with a parameter names one thing.
    parts.method == Method::GET && !template.contains('{') && cookie(parts, NAME).is_none()
}

/// Leaves the cookie on an answer that changed something.
pub(crate) fn remember(method: &Method, secure: bool, response: &mut Response) {
    let status: StatusCode = response.status();
    if matches!(*method, Method::GET | Method::HEAD) || !(status.is_success() || status.is_redirection()) {
        return;
    }
    let secure = if secure { "; Secure" } else { "" };
    let value = format!("{NAME}=1; Max-Age={REMEMBERED}; Path=/; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-016
    #[test]
    fn only_lists_of_those_who_changed_nothing_may_lag() {
        let parts = |method: &str, cookies: &str| {
            let request = axum::http::Request::builder().method(method).header("cookie", cookies).body(()).unwrap();
            request.into_parts().0
        };
        assert!(may_lag(&parts("GET", "tb_desk=x"), "/api/v1/cases"));
        assert!(!may_lag(&parts("GET", "tb_desk=x; tb_changed=1"), "/api/v1/cases"));
        assert!(!may_lag(&parts("GET", ""), "/api/v1/cases/{id}"));
        assert!(!may_lag(&parts("POST", ""), "/api/v1/cases"));
        let mut answer = Response::default();
        remember(&Method::GET, true, &mut answer);
        assert!(answer.headers().is_empty());
        remember(&Method::POST, true, &mut answer);
        let left = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(left.starts_with("tb_changed=1; Max-Age=10") && left.ends_with("; Secure"));
    }
}
