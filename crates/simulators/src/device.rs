//! What the devices of a window share: which pages may call them, and how they write pictures.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

/// The browser asks first whether a page of another address may call (CORS, private network).
pub(crate) async fn may_ask(headers: HeaderMap) -> Response {
    (StatusCode::NO_CONTENT, allowed(&headers)).into_response()
}

/// The demo lets every page of this machine call; a real gateway names the desk's address.
pub(crate) fn allowed(headers: &HeaderMap) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let local = ["http://127.0.0.1", "http://localhost"].iter().any(|own| origin.starts_with(own));
    if !local {
        return AppendHeaders(Vec::new());
    }
    AppendHeaders(vec![
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.to_owned()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type".to_owned()),
        (HeaderName::from_static("access-control-allow-private-network"), "true".to_owned()),
        (header::VARY, "origin".to_owned()),
    ])
}

/// Base64 with padding, as devices give pictures.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = base::encoding::to_base64url(bytes).replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}
