//! Ratings without signing in.

use std::collections::BTreeMap;

use axum::extract::State;
use platform::captcha::Answer;
use platform::web::extract::{Json, Path};
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CaseRating, ReasonView};
use crate::Feedback;
use crate::model::NewRating;

/// A grade of satisfaction.
#[derive(Serialize, ToSchema)]
pub(crate) struct GradeView {
    /// 1 to 5, 5 best.
    stars: i64,
    /// 非常满意 … 非常不满意.
    name: String,
    /// Whether a reason or a text is asked for.
    bad: bool,
}

/// The reasons in use.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonList {
    /// Version of the list.
    version: i64,
    /// Best first.
    grades: Vec<GradeView>,
    /// Reasons to choose from, by stars.
    by_stars: BTreeMap<String, Vec<ReasonView>>,
}

/// What opens a case for rating.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OpenRating {
    case_number: String,
    applicant_name: String,
    #[serde(flatten)]
    captcha: Answer,
    /// With a rating it is saved at once.
    #[serde(default)]
    rating: Option<NewRating>,
}

/// How an item is rated.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemRatings {
    total: u64,
    /// Average stars, one decimal; null without ratings.
    average: Option<f64>,
    /// Three stars and more, percent; null without ratings.
    good_percent: Option<u64>,
    /// How many, by stars.
    by_stars: BTreeMap<String, u64>,
}

/// Grades and reasons to choose from.
#[utoipa::path(get, path = "/api/v1/ratings/reasons", tag = "ratings", operation_id = "list_rating_reasons",
    responses((status = 200, body = ReasonList)))]
pub(crate) async fn list_rating_reasons(State(feedback): State<Feedback>) -> Result<Json<ReasonList>> {
    let list = feedback.reasons();
    let mut grades: Vec<GradeView> = list
        .grades
        .iter()
        .map(|grade| GradeView { stars: grade.value, name: grade.name.clone(), bad: grade.bad })
        .collect();
    grades.sort_by_key(|grade| std::cmp::Reverse(grade.stars));
    let offered = |stars: i64| {
        let views =
            list.offered(stars).map(|reason| ReasonView { code: reason.code.clone(), text: reason.text.clone() });
        (stars.to_string(), views.collect())
    };
    let by_stars = grades.iter().map(|grade| offered(grade.stars)).collect();
    Ok(Json(ReasonList { version: list.version, grades, by_stars }))
}

/// Opens a finished case by number and applicant's name; with a rating, saves it.
#[utoipa::path(post, path = "/api/v1/ratings/open", tag = "ratings", operation_id = "open_rating",
    request_body = OpenRating,
    responses(
        (status = 200, body = CaseRating),
        Absent,
        Outdated,
        Unreadable,
        (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn open_rating(
    State(feedback): State<Feedback>,
    Json(asked): Json<OpenRating>,
) -> Result<Json<CaseRating>> {
    let (case, rating) = feedback.open(&asked.case_number, &asked.applicant_name, &asked.captcha, asked.rating).await?;
    Ok(Json(CaseRating::new(case, rating, feedback.reasons())))
}

/// How an item is rated: numbers only.
#[utoipa::path(get, path = "/api/v1/items/{slug}/ratings", tag = "ratings", operation_id = "get_item_ratings",
    params(("slug" = String, Path)),
    responses((status = 200, body = ItemRatings)))]
pub(crate) async fn get_item_ratings(
    State(feedback): State<Feedback>,
    Path(slug): Path<String>,
) -> Result<Json<ItemRatings>> {
    let summary = feedback.summary(&slug).await?;
    Ok(Json(ItemRatings {
        total: summary.total(),
        average: summary.average_tenths().map(|tenths| tenths as f64 / 10.0),
        good_percent: summary.good_percent(),
        by_stars: (1..).zip(summary.by_stars).map(|(stars, given): (u8, u64)| (stars.to_string(), given)).collect(),
    }))
}
