//! Ratings at the desk.

use axum::extract::State;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{ReasonView, bad_stars};
use crate::model::Rating;
use crate::permissions::ReadRatings;
use crate::service::survey::may_trace;
use crate::{Feedback, Reasons};

/// Which ratings.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RatingFilter {
    /// Stars, several separated by commas.
    stars: Option<String>,
    /// Part of the item's name or the opinion; for those who may trace ratings also a case number.
    q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A rating without the rater.
#[derive(Serialize, ToSchema)]
#[schema(as = RatingRow)]
pub(crate) struct Row {
    id: Uuid,
    item_slug: String,
    item_name: String,
    org_id: Uuid,
    /// 1 to 5, 5 best.
    stars: i64,
    /// 非常满意 … 非常不满意.
    label: String,
    /// Whether it is to be followed up.
    bad: bool,
    reasons: Vec<ReasonView>,
    text: String,
    entry_label: &'static str,
    /// How often it was given: 1 = never changed.
    times: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    rated_at: OffsetDateTime,
    /// Only for those who may trace ratings.
    case_id: Option<Uuid>,
    /// Only for those who may trace ratings.
    case_number: Option<String>,
}

impl Row {
    fn new(rating: Rating, list: &Reasons, traced: bool) -> Self {
        let grade = list.grade(rating.stars);
        Self {
            id: rating.id,
            label: grade.map(|grade| grade.name.clone()).unwrap_or_default(),
            bad: grade.is_some_and(|grade| grade.bad),
            reasons: ReasonView::of(&rating.reasons, list),
            item_slug: rating.item_slug,
            item_name: rating.item_name,
            org_id: rating.org_id,
            stars: rating.stars,
            text: rating.text,
            entry_label: rating.entry.label(),
            times: rating.times,
            rated_at: rating.updated_at,
            case_id: traced.then_some(rating.case_id),
            case_number: traced.then_some(rating.case_number),
        }
    }
}

/// Ratings of the caller's organisations, newest first.
#[utoipa::path(get, path = "/api/v1/ratings", tag = "ratings", operation_id = "list_ratings", params(RatingFilter),
    responses((status = 200, body = List<Row>), Refused, Unreadable),
    security(("desk" = ["rating.read"])))]
pub(crate) async fn list_ratings(
    State(feedback): State<Feedback>,
    caller: Allowed<ReadRatings>,
    Query(filter): Query<RatingFilter>,
) -> Result<Json<List<Row>>> {
    let mut stars = Vec::new();
    for part in filter.stars.as_deref().unwrap_or_default().split(',').filter(|part| !part.trim().is_empty()) {
        let one: i64 = part.trim().parse().map_err(|_| bad_stars())?;
        if !(1..=5).contains(&one) {
            return Err(bad_stars());
        }
        stars.push(one);
    }
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let (found, total) = feedback.ratings(&caller, stars, filter.q.as_deref(), &page).await?;
    let (list, traced) = (feedback.reasons(), may_trace(&caller));
    let items = found.into_iter().map(|rating| Row::new(rating, list, traced)).collect();
    let as_of = feedback.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |row: &Row| vec![row.id.to_string()])))
}
