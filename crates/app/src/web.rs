//! The built pages: inside the binary in a release build, from the source tree while developing.
//!
//! The build of the pages leaves a smaller copy beside each file (`web/compress.mjs`); who takes it gets that one. A page
//! itself is asked for every time and answered with 304 while it is the same.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use platform::Problem;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/apps/portal/dist"]
struct Portal;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/apps/desk/dist"]
struct Desk;

/// One built file.
struct Built {
    data: Cow<'static, [u8]>,
    hash: [u8; 32],
}

fn of<E: RustEmbed>(name: &str) -> Option<Built> {
    E::get(name).map(|file| Built { hash: file.metadata.sha256_hash(), data: file.data })
}

/// The smaller copies, best first: what a browser calls each, and how its files end.
const SMALLER: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];
const INDEX: &str = "index.html";

/// A file of the pages, or the page itself: routes inside a page are the browser's.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    // A page is only looked at: a CONNECT that is told 200 would take us for a proxy.
    if !matches!(method, Method::GET | Method::HEAD) {
        return no_such_method().await.into_response();
    }
    let path = uri.path();
    let (get, name): (fn(&str) -> Option<Built>, _) = match path.strip_prefix("/desk") {
        Some(rest) => (of::<Desk>, rest),
        None => (of::<Portal>, path),
    };
    let name = name.trim_start_matches('/');
    let is_file = !name.is_empty() && !name.ends_with('/');
    if is_file && let Some(answer) = answer(get, name, &headers) {
        return answer;
    }
    let page = if path.contains("/assets/") { None } else { answer(get, INDEX, &headers) };
    page.unwrap_or_else(|| (StatusCode::NOT_FOUND, "没有这个页面。").into_response())
}

/// Answers a method that an address does not have.
pub(crate) async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "这个地址不能这样访问。")
}

/// The answer with one file, if there is one of that name.
fn answer(get: fn(&str) -> Option<Built>, name: &str, asked: &HeaderMap) -> Option<Response> {
    let whole = get(name)?;
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == mime_guess::mime::TEXT { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    // Built files carry a hash in their names; the page itself must always be asked for.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{}\"", base::encoding::to_hex(&whole.hash));
    let same = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let smaller = SMALLER.iter().filter(|(called, _)| takes(asked, called));
        let copy = smaller.map(|(called, ending)| (called, get(&format!("{name}.{ending}"))));
        match copy.into_iter().find_map(|(called, copy)| copy.map(|copy| (*called, copy))) {
            Some((called, copy)) => {
                let mut response = Response::new(body(copy));
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(called));
                response
            }
            None => Response::new(body(whole)),
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    Some(response)
}

/// The bytes as they lie in the binary, without a copy.
fn body(file: Built) -> Body {
    match file.data {
        Cow::Borrowed(data) => Body::from(Bytes::from_static(data)),
        Cow::Owned(data) => Body::from(data),
    }
}

/// Whether a browser takes an encoding: named, and not with the weight nothing.
fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    let named = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)));
        name.eq_ignore_ascii_case(encoding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Option<Built> {
        let data: &'static [u8] = match name {
            "index.html" => b"<!doctype html>",
            "assets/a-1.js" => b"let a = 1",
            "assets/a-1.js.br" => b"br",
            "assets/a-1.js.gz" => b"gz",
            _ => return None,
        };
        Some(Built { data: Cow::Borrowed(data), hash: [u8::try_from(data.len()).unwrap(); 32] })
    }

    fn asked(name: &str, header: header::HeaderName, value: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header, HeaderValue::from_static(value));
        answer(file, name, &headers).unwrap()
    }

    /// req: OPS-001
    #[test]
    fn who_takes_a_smaller_copy_gets_the_smallest_he_takes() {
        let encoding = |value| {
            let response = asked("assets/a-1.js", header::ACCEPT_ENCODING, value);
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            response.headers().get(header::CONTENT_ENCODING).map(|name| name.to_str().unwrap().to_owned())
        };
        assert_eq!(encoding("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(encoding("gzip;q=1.0, br;q=0").as_deref(), Some("gzip"));
        assert_eq!(encoding("identity"), None);
        // Too small to be worth a copy.
        assert!(asked("index.html", header::ACCEPT_ENCODING, "br").headers().get(header::CONTENT_ENCODING).is_none());
    }

    /// req: OPS-001
    #[test]
    fn a_page_that_is_the_same_is_not_sent_again() {
        let first = asked("index.html", header::ACCEPT_ENCODING, "br");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&format!("W/{tag}, \"other\"")).unwrap());
        assert_eq!(answer(file, "index.html", &headers).unwrap().status(), StatusCode::NOT_MODIFIED);
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"other\""));
        assert_eq!(answer(file, "index.html", &headers).unwrap().status(), StatusCode::OK);
        assert!(answer(file, "assets/gone.js", &headers).is_none());
    }
}
