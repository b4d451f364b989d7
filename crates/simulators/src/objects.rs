//! Object store that speaks the S3 protocol: `GET`, `HEAD`, `PUT`, `DELETE` of `/objects/{bucket}/{path}`, signed
//! (AWS Signature Version 4, checked by arithmetic of its own). It has no clock: tests live in days of their own.
//!
//! For tests: `GET /objects-control/{bucket}` lists what lies there with its bytes (base64url).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use base::crypto::{constant_time_eq, hmac_sha256, sha256, sm3};
use base::encoding::{to_base64url, to_hex};
use serde_json::{Value, json};

use crate::{Refusal, Switch, lock};

/// Id of the access key.
pub const KEY_ID: &str = "objects-demo";
/// Its secret.
pub const SECRET: &str = "objects-demo-secret";
/// The one bucket there is.
pub const BUCKET: &str = "tongban";

#[derive(Clone, Default)]
struct Objects {
    switch: Switch,
    kept: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

/// The store and its window for tests.
pub(crate) fn routes() -> (Router, Router) {
    let objects = Objects::default();
    let common = objects.switch.routes();
    let store = Router::new().route("/{bucket}/{*path}", any(object)).with_state(objects.clone());
    let control = Router::new().route("/{bucket}", get(list)).merge(common).with_state(objects);
    (store, control)
}

/// Why a request is not what its signature says, in the protocol's words.
fn check(method: &Method, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let denied = |why: &'static str| Refusal(StatusCode::FORBIDDEN, why);
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let authorization = text("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or(denied("AccessDenied"))?;
    let part = |name: &str| {
        let found = authorization.split(',').map(str::trim).find_map(|part| part.strip_prefix(name));
        found.and_then(|rest| rest.strip_prefix('=')).unwrap_or_default()
    };
    let scope = part("Credential").strip_prefix(KEY_ID).and_then(|rest| rest.strip_prefix('/'));
    let scope = scope.ok_or(denied("InvalidAccessKeyId"))?;
    let payload = text("x-amz-content-sha256");
    if payload != to_hex(&sha256(body)) {
        return Err(denied("XAmzContentSHA256Mismatch"));
    }
    let names: Vec<&str> = part("SignedHeaders").split(';').collect();
    if !["host", "x-amz-content-sha256", "x-amz-date"].iter().all(|needed| names.contains(needed)) {
        return Err(denied("AccessDenied"));
    }
    let mut request = format!("{method}\n{path}\n{query}\n");
    for name in &names {
        request.push_str(&format!("{name}:{}\n", text(name)));
    }
    request.push_str(&format!("\n{}\n{payload}", names.join(";")));
    let signed = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", text("x-amz-date"), to_hex(&sha256(request.as_bytes())));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for one in scope.split('/') {
        key = hmac_sha256(&key, one.as_bytes()).to_vec();
    }
    let own = to_hex(&hmac_sha256(&key, signed.as_bytes()));
    let right = constant_time_eq(own.as_bytes(), part("Signature").as_bytes());
    if right { Ok(()) } else { Err(denied("SignatureDoesNotMatch")) }
}

async fn object(
    State(objects): State<Objects>,
    Path((bucket, path)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    objects.switch.check()?;
    check(&method, uri.path(), uri.query().unwrap_or_default(), &headers, &body)?;
    if bucket != BUCKET {
        return Err(Refusal(StatusCode::NOT_FOUND, "NoSuchBucket"));
    }
    let none = Refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    let mut kept = lock(&objects.kept);
    match method {
        Method::PUT => {
            kept.insert(path, body);
            Ok(StatusCode::OK.into_response())
        }
        Method::DELETE => {
            kept.remove(&path);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Method::HEAD => {
            let bytes = kept.get(&path).ok_or(none)?;
            Ok([(header::CONTENT_LENGTH, bytes.len().to_string()), (header::ETAG, etag(bytes))].into_response())
        }
        Method::GET => {
            let bytes = kept.get(&path).ok_or(none)?.clone();
            let tag = [(header::ETAG, etag(&bytes))];
            Ok(match wanted(&headers, bytes.len()) {
                Some(end) => (StatusCode::PARTIAL_CONTENT, tag, bytes.slice(..end)).into_response(),
                None => (tag, bytes).into_response(),
            })
        }
        _ => Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed")),
    }
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", to_hex(&sm3(bytes)))
}

/// How many bytes from the beginning are asked for; none without a range.
fn wanted(headers: &HeaderMap, size: usize) -> Option<usize> {
    let range = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=0-")?;
    Some(range.parse::<usize>().ok()?.saturating_add(1).min(size))
}

async fn list(State(objects): State<Objects>, Path(bucket): Path<String>) -> Result<Json<Value>, Refusal> {
    if bucket != BUCKET {
        return Err(Refusal(StatusCode::NOT_FOUND, "NoSuchBucket"));
    }
    let kept = lock(&objects.kept);
    let items: Vec<Value> =
        kept.iter().map(|(path, bytes)| json!({ "path": path, "content": to_base64url(bytes) })).collect();
    Ok(Json(json!({ "items": items })))
}
