//! Rating an own case.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, SignedOut, Unreadable};
use uuid::Uuid;

use super::{CaseRating, RatingView};
use crate::Feedback;
use crate::model::NewRating;
use crate::permissions::RateMyCase;

/// The rating of an own case, if there is one.
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/rating", tag = "ratings", operation_id = "get_my_rating",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseRating), SignedOut, Absent),
    security(("portal" = ["my_case.rate"])))]
pub(crate) async fn get_my_rating(
    State(feedback): State<Feedback>,
    caller: Allowed<RateMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<CaseRating>> {
    let (case, rating) = feedback.my_rating(&caller, id).await?;
    Ok(Json(CaseRating::new(case, rating, feedback.reasons())))
}

/// Rates an own finished case, or changes the rating.
#[utoipa::path(put, path = "/api/v1/my/cases/{id}/rating", tag = "ratings", operation_id = "rate_my_case",
    params(("id" = Uuid, Path)), request_body = NewRating,
    responses((status = 200, body = RatingView), SignedOut, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.rate"])))]
pub(crate) async fn rate_my_case(
    State(feedback): State<Feedback>,
    caller: Allowed<RateMyCase>,
    Path(id): Path<Uuid>,
    Json(rating): Json<NewRating>,
) -> Result<Json<RatingView>> {
    let saved = feedback.rate(&caller, id, rating).await?;
    Ok(Json(RatingView::new(saved, feedback.reasons())))
}
