//! HTTP of codes.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Outdated, Unavailable, Unreadable};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Recognition;
use crate::identifying::Purpose;
use crate::identifying::http::View;
use crate::permissions::IdentifyPerson;

/// A code from a scanner.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ScannedCode {
    /// The text as scanned.
    code: String,
    /// What the person is identified for.
    purpose: Purpose,
}

/// Identifies somebody by a citizen or enterprise code; a code is answered once
#[utoipa::path(post, path = "/api/v1/identifications/codes", tag = "identification", operation_id = "identify_by_code",
    request_body = ScannedCode,
    responses(
        (status = 201, body = View),
        Outdated,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
        Unavailable,
    ),
    security(("desk" = ["identify.person"])))]
pub(crate) async fn identify_by_code(
    State(recognition): State<Recognition>,
    caller: Allowed<IdentifyPerson>,
    Json(scanned): Json<ScannedCode>,
) -> Result<(StatusCode, Json<View>)> {
    let found = recognition.scan_code(&caller, &scanned.code, scanned.purpose).await?;
    Ok((StatusCode::CREATED, Json(View::new(found, None))))
}
