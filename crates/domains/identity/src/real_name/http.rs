//! HTTP of real-name checks and their review.

use axum::extract::State;
use base::mask;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::row;
use crate::permissions::{EditAccount, ReadAccount, ReadRealName, ReviewRealName};
use crate::{AccountKind, Identity};

/// Real-name state as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RealNameView {
    /// `none`, `pending`, `passed`, `failed`.
    state: String,
    state_label: &'static str,
    /// Why it failed; empty otherwise.
    reason: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<OffsetDateTime>,
    /// Whether one may file applications.
    may_file: bool,
    /// Whether one may ask for a check now.
    can_apply: bool,
}

fn label(state: &str) -> &'static str {
    match state {
        "pending" => "审核中",
        "passed" => "已实名",
        "failed" => "未通过",
        _ => "未实名",
    }
}

pub(crate) async fn own_view(identity: &Identity, account: Uuid) -> Result<RealNameView> {
    let known = identity.known_account(account).await?;
    let review = identity.real_name_review_of(account).await?;
    let state = match &review {
        _ if known.real_name => "passed".to_owned(),
        Some(review) => review.state.clone(),
        None => "none".to_owned(),
    };
    Ok(RealNameView {
        state_label: label(&state),
        reason: review.as_ref().filter(|_| !known.real_name).map(|one| one.reason.clone()).unwrap_or_default(),
        submitted_at: review.as_ref().map(|one| one.submitted_at),
        decided_at: review.as_ref().and_then(|one| one.decided_at),
        may_file: known.real_name,
        can_apply: known.kind == AccountKind::Person && !known.real_name && state != "pending",
        state,
    })
}

/// Name and number on the paper.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RealNameRequest {
    name: String,
    id_number: String,
}

/// One's own real-name state
#[utoipa::path(get, path = "/api/v1/portal/me/real-name", tag = "real name", operation_id = "get_my_real_name",
    responses((status = 200, body = RealNameView)), security(("portal" = ["account.read"])))]
pub(crate) async fn get_my_real_name(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
) -> Result<Json<RealNameView>> {
    Ok(Json(own_view(&identity, caller.id).await?))
}

/// Asks for a real-name check
#[utoipa::path(post, path = "/api/v1/portal/me/real-name", tag = "real name", operation_id = "check_my_real_name",
    request_body = RealNameRequest,
    responses((status = 200, body = RealNameView), Outdated, Unreadable),
    security(("portal" = ["account.edit"])))]
pub(crate) async fn check_my_real_name(
    State(identity): State<Identity>,
    caller: Allowed<EditAccount>,
    Json(request): Json<RealNameRequest>,
) -> Result<Json<RealNameView>> {
    identity.check_real_name(&caller, &request.name, &request.id_number).await?;
    Ok(Json(own_view(&identity, caller.id).await?))
}

/// Filter of the reviews.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// `pending`, `passed`, `failed`; all when absent.
    state: Option<String>,
    /// Part of the name.
    #[serde(default)]
    q: String,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A real-name review.
#[derive(Serialize, ToSchema)]
pub(crate) struct RealNameReview {
    id: Uuid,
    account_id: Uuid,
    name: String,
    id_number_masked: String,
    phone_masked: String,
    state: String,
    state_label: &'static str,
    reason: String,
    /// `authority` or `staff`.
    source: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    submitted_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<OffsetDateTime>,
    decided_by: Option<String>,
    /// What the authority answered.
    authority_says: String,
    version: i64,
}

/// Reviews by state.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct ReviewCounts {
    pending: i64,
    passed: i64,
    failed: i64,
}

/// Reviews with their number in each state.
#[derive(Serialize, ToSchema)]
pub(crate) struct RealNameReviews {
    #[serde(flatten)]
    page: List<RealNameReview>,
    counts: ReviewCounts,
}

async fn view(identity: &Identity, review: row::Model) -> Result<RealNameReview> {
    Ok(RealNameReview {
        id_number_masked: mask::citizen_id(&identity.number_of_review(&review)?),
        phone_masked: identity.phone_of_review(&review).await?,
        state_label: label(&review.state),
        id: review.id,
        account_id: review.account_id,
        name: review.name,
        state: review.state,
        reason: review.reason,
        source: review.source,
        submitted_at: review.submitted_at,
        decided_at: review.decided_at,
        decided_by: review.decided_by,
        authority_says: review.authority_says,
        version: review.version,
    })
}

/// Real-name reviews
#[utoipa::path(get, path = "/api/v1/real-name-reviews", tag = "real name", operation_id = "list_real_name_reviews", params(ReviewQuery),
    responses((status = 200, body = RealNameReviews)), security(("desk" = ["real_name.read"])))]
pub(crate) async fn list_real_name_reviews(
    State(identity): State<Identity>,
    _caller: Allowed<ReadRealName>,
    Query(query): Query<ReviewQuery>,
) -> Result<Json<RealNameReviews>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let state = query.state.as_deref().filter(|state| !state.is_empty());
    let (rows, total) = identity.real_name_reviews(state, query.q.trim(), &page).await?;
    let mut items = Vec::new();
    for row in rows {
        items.push(view(&identity, row).await?);
    }
    let mut counts = ReviewCounts::default();
    for (state, count) in identity.real_name_counts().await? {
        match state.as_str() {
            "pending" => counts.pending = count,
            "passed" => counts.passed = count,
            "failed" => counts.failed = count,
            _ => {}
        }
    }
    let as_of = identity.platform.now();
    let page = List::cut(items, page.limit(), total, as_of, |one: &RealNameReview| vec![one.id.to_string()]);
    Ok(Json(RealNameReviews { page, counts }))
}

/// One real-name review
#[utoipa::path(get, path = "/api/v1/real-name-reviews/{id}", tag = "real name", operation_id = "get_real_name_review",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RealNameReview), Absent),
    security(("desk" = ["real_name.read"])))]
pub(crate) async fn get_real_name_review(
    State(identity): State<Identity>,
    _caller: Allowed<ReadRealName>,
    Path(id): Path<Uuid>,
) -> Result<Json<RealNameReview>> {
    Ok(Json(view(&identity, identity.real_name_review(id).await?).await?))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DecideRequest {
    version: i64,
    /// 4 to 200 characters; only for a failure.
    #[serde(default)]
    reason: String,
}

/// The person is who they say
#[utoipa::path(post, path = "/api/v1/real-name-reviews/{id}/pass", tag = "real name", operation_id = "pass_real_name_review",
    request_body = DecideRequest, params(("id" = Uuid, Path)),
    responses((status = 200, body = RealNameReview), Outdated),
    security(("desk" = ["real_name.review"])))]
pub(crate) async fn pass_real_name_review(
    State(identity): State<Identity>,
    caller: Allowed<ReviewRealName>,
    Path(id): Path<Uuid>,
    Json(request): Json<DecideRequest>,
) -> Result<Json<RealNameReview>> {
    let decided = identity.decide_real_name(&caller, id, request.version, true, "").await?;
    Ok(Json(view(&identity, decided).await?))
}

/// The person is not, or can't be proven to be; with the reason they read
#[utoipa::path(post, path = "/api/v1/real-name-reviews/{id}/fail", tag = "real name", operation_id = "fail_real_name_review",
    request_body = DecideRequest, params(("id" = Uuid, Path)),
    responses((status = 200, body = RealNameReview), Outdated, Unreadable),
    security(("desk" = ["real_name.review"])))]
pub(crate) async fn fail_real_name_review(
    State(identity): State<Identity>,
    caller: Allowed<ReviewRealName>,
    Path(id): Path<Uuid>,
    Json(request): Json<DecideRequest>,
) -> Result<Json<RealNameReview>> {
    let decided = identity.decide_real_name(&caller, id, request.version, false, &request.reason).await?;
    Ok(Json(view(&identity, decided).await?))
}
