//! HTTP of the domain.

mod desk;
mod my;
mod public;

use platform::web::problem::Problem;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cases::RatedCase;
use crate::model::Rating;
use crate::{Feedback, Reasons};

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(feedback: Feedback) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(my::get_my_rating, my::rate_my_case))
        .routes(routes!(public::list_rating_reasons))
        .routes(routes!(public::open_rating))
        .routes(routes!(public::get_item_ratings))
        .routes(routes!(desk::list_ratings))
        .with_state(feedback)
}

/// A reason with its words.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonView {
    code: String,
    text: String,
}

impl ReasonView {
    /// Words of the codes, those out of use included.
    fn of(codes: &[String], list: &Reasons) -> Vec<Self> {
        let text = |code: &String| list.reason(code).map(|reason| reason.text.clone()).unwrap_or_default();
        codes.iter().map(|code| Self { code: code.clone(), text: text(code) }).collect()
    }
}

/// A rating as its giver sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatingView {
    /// 1 to 5, 5 best.
    stars: i64,
    /// 非常满意 … 非常不满意.
    label: String,
    /// Codes.
    reasons: Vec<String>,
    text: String,
    /// How often it was given: 1 = never changed.
    times: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    rated_at: OffsetDateTime,
}

impl RatingView {
    fn new(rating: Rating, list: &Reasons) -> Self {
        Self {
            label: list.grade(rating.stars).map(|grade| grade.name.clone()).unwrap_or_default(),
            stars: rating.stars,
            reasons: rating.reasons,
            text: rating.text,
            times: rating.times,
            rated_at: rating.updated_at,
        }
    }
}

/// The case to rate.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatedCaseView {
    item_name: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<OffsetDateTime>,
    /// Whether it may be rated now.
    finished: bool,
}

/// A case and its rating.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseRating {
    case: RatedCaseView,
    rating: Option<RatingView>,
}

impl CaseRating {
    fn new(case: RatedCase, rating: Option<Rating>, list: &Reasons) -> Self {
        Self {
            case: RatedCaseView { item_name: case.item_name, closed_at: case.closed_at, finished: case.finished },
            rating: rating.map(|rating| RatingView::new(rating, list)),
        }
    }
}

/// 422 for a filter that is no number of stars.
fn bad_stars() -> Problem {
    Problem::invalid_field("/stars", "out_of_range", "星级请用 1 到 5，多个用逗号隔开")
}
