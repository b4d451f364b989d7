//! The built pages: inside the binary in a release build, from the source tree while developing.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/apps/portal/dist"]
struct Portal;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/apps/desk/dist"]
struct Desk;

/// A file of the pages, or the page itself: routes inside a page are the browser's.
pub async fn page(uri: Uri) -> Response {
    let path = uri.path();
    let (found, index) = match path.strip_prefix("/desk") {
        Some(rest) => (Desk::get(rest.trim_start_matches('/')), Desk::get("index.html")),
        None => (Portal::get(path.trim_start_matches('/')), Portal::get("index.html")),
    };
    if let Some(file) = found.filter(|_| !path.ends_with('/')) {
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        // Built files carry a hash in their names; the page itself must always be asked for.
        let cache = if path.contains("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return answer(kind.as_ref(), cache, file.data.into_owned());
    }
    match index {
        Some(index) if !path.contains("/assets/") => {
            answer("text/html; charset=utf-8", "no-cache", index.data.into_owned())
        }
        _ => (StatusCode::NOT_FOUND, "没有这个页面。").into_response(),
    }
}

fn answer(kind: &str, cache: &'static str, body: Vec<u8>) -> Response {
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static(cache))], body).into_response()
}
