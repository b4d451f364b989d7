//! Routes without sign-in: the captcha and the progress query (PORTAL-025).

use axum::extract::State;
use platform::Result;
use platform::captcha::{self, Answer, Captcha};
use platform::web::extract::Json;
use platform::web::problem::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Casework;
use crate::cases::service::public_progress::Progress;

/// A progress query.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ProgressQuery {
    /// Case number 办件编号.
    pub case_number: String,
    /// Query code from the receipt, or the applicant's name.
    pub proof: String,
    /// Answered captcha.
    #[serde(flatten)]
    pub captcha: Answer,
}

/// A question to answer before a public query
#[utoipa::path(get, path = "/api/v1/captcha", tag = "public", operation_id = "ask_captcha", responses((status = 200, description = "Question", body = Captcha)))]
pub(super) async fn ask_captcha(State(casework): State<Casework>) -> Result<Json<Captcha>> {
    Ok(Json(captcha::ask(&casework.platform).await?))
}

/// Progress of a case by number
#[utoipa::path(post, path = "/api/v1/progress", tag = "public", operation_id = "query_progress", request_body = ProgressQuery, responses((status = 200, description = "Progress", body = Progress), (status = 404, description = "Number and proof do not fit", body = ProblemBody, content_type = "application/problem+json"), (status = 422, description = "Captcha wrong", body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn query_progress(
    State(casework): State<Casework>,
    Json(query): Json<ProgressQuery>,
) -> Result<Json<Progress>> {
    casework.progress_by_proof(&query.case_number, &query.proof, &query.captcha).await.map(Json)
}
