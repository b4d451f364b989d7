//! Document camera of a window, behind the same device gateway as the card reader (docs/operations/devices.md).
//!
//! * `POST /v1/camera/page` `{"size": "A4"}` takes one page, straightened and compressed;
//! * `POST /camera` `{"pages": 3, "fail": "drop"}` lays paper under it and says what the page after them meets (tests):
//!   `no_paper` (default), `drop` (the connection breaks), `no_camera`, `blurred`.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::device::{allowed, base64, may_ask};
use crate::lock;

/// Number of the device.
pub const DEVICE: &str = "CAMERA-06";
/// A page of nobody's paper.
const A4: &[u8] = include_bytes!("scans/a4.jpg");
/// A page twice the size.
const A3: &[u8] = include_bytes!("scans/a3.jpg");

#[derive(Clone, Deserialize)]
#[serde(default)]
struct Laid {
    /// Pages left.
    pages: u32,
    /// What the page after them meets.
    fail: String,
}

impl Default for Laid {
    fn default() -> Self {
        Self { pages: 2, fail: "no_paper".to_owned() }
    }
}

#[derive(Deserialize)]
struct Wanted {
    size: String,
}

type Camera = Arc<Mutex<Laid>>;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/camera", post(lay))
        .route("/v1/camera/page", post(page).options(may_ask))
        .with_state(Camera::default())
}

async fn lay(State(camera): State<Camera>, Json(laid): Json<Laid>) -> Json<Value> {
    let pages = laid.pages;
    *lock(&camera) = laid;
    Json(json!({ "pages": pages }))
}

async fn page(State(camera): State<Camera>, headers: HeaderMap, Json(wanted): Json<Wanted>) -> Response {
    let fail = {
        let mut laid = lock(&camera);
        if laid.pages > 0 {
            laid.pages -= 1;
            None
        } else {
            // What is laid anew after a failure can be taken.
            Some(std::mem::take(&mut *laid).fail)
        }
    };
    match fail.as_deref() {
        None => {
            let (bytes, width, height) = if wanted.size == "A3" { (A3, 1120, 792) } else { (A4, 560, 792) };
            let body = json!({
                "device": DEVICE, "size": wanted.size, "type": "image/jpeg", "width": width, "height": height,
                "data": base64(bytes),
            });
            (allowed(&headers), Json(body)).into_response()
        }
        // A broken connection as the browser sees it: an answer its page may not read.
        Some("drop") => StatusCode::BAD_GATEWAY.into_response(),
        Some(code) => {
            let (status, code) = match code {
                "no_camera" => (StatusCode::NOT_FOUND, "no_camera"),
                "blurred" => (StatusCode::UNPROCESSABLE_ENTITY, "blurred"),
                _ => (StatusCode::REQUEST_TIMEOUT, "no_paper"),
            };
            (allowed(&headers), crate::Refusal(status, code)).into_response()
        }
    }
}
