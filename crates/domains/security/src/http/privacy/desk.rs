//! Personal data at the desk: requests and their answers, purposes, impact assessments.

use axum::extract::State;
use axum::http::StatusCode;
use platform::personal::{Correctable, Keep};
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::risks::cursor_id;
use crate::Security;
use crate::permissions::{AnswerPrivacy, AssessPrivacy, ReadPrivacy};
use crate::privacy::assessments::{NewAssessment, OCCASIONS};
use crate::privacy::carry_out::{Done, Place};
use crate::privacy::model::{Kind, Order, act_label};
use crate::privacy::requests::{Opened, state_label};
use crate::privacy::store::assessment;
use crate::risks::model::{LEVELS, label};

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PrivacyQuery {
    /// `open`, `granted`, `refused`, or `overdue`: open ones whose day has passed.
    state: Option<String>,
    /// Part of the name.
    q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A request at the desk.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyRequestView {
    id: Uuid,
    /// Masked.
    applicant_name: String,
    kind: String,
    kind_label: &'static str,
    /// What it is about.
    what: String,
    text: String,
    state: String,
    state_label: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    asked_at: OffsetDateTime,
    due_on: String,
    overdue: bool,
    /// Why a deletion can't be granted; empty when it can.
    kept_because: &'static str,
    answer: String,
    answered_by_name: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<OffsetDateTime>,
    erased: i64,
    /// What was done at each place.
    done: Vec<PrivacyDone>,
    version: i64,
}

/// What was done at one place; values are masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyDone {
    held_label: String,
    /// `correct`, `erase` or `keep`.
    act: String,
    act_label: &'static str,
    field_label: String,
    before: String,
    after: String,
    /// Things corrected or deleted.
    things: i64,
    note: String,
}

pub(super) fn done_view(done: Vec<Done>) -> Vec<PrivacyDone> {
    done.into_iter()
        .map(|Done { row, note }| PrivacyDone {
            held_label: row.held_label,
            act_label: act_label(&row.act),
            act: row.act,
            field_label: row.field_label,
            before: row.before,
            after: row.after,
            things: row.things,
            note,
        })
        .collect()
}

fn request_view(security: &Security, asked: Opened, done: Vec<Done>) -> PrivacyRequestView {
    let Opened { row, text, answer } = asked;
    let today = base::zone::china_date(security.platform.now()).to_string();
    PrivacyRequestView {
        id: row.id,
        applicant_name: base::mask::name(&row.applicant_name),
        kind_label: Kind::label(&row.kind),
        kept_because: if row.kind == Kind::Delete.as_str() { security.kept_because(&row.held_key) } else { "" },
        kind: row.kind,
        what: row.held_label,
        text,
        overdue: row.state == "open" && row.due_on < today,
        state_label: state_label(&row.state),
        state: row.state,
        asked_at: row.asked_at,
        due_on: row.due_on,
        answer,
        answered_by_name: row.answered_by_name,
        answered_at: row.answered_at,
        erased: row.erased,
        done: done_view(done),
        version: row.version,
    }
}

async fn viewed(security: &Security, id: Uuid) -> Result<PrivacyRequestView> {
    let asked = security.privacy_request(id).await?;
    let done = security.done_at(&[id]).await?.remove(&id).unwrap_or_default();
    Ok(request_view(security, asked, done))
}

/// A value that can be corrected.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyField {
    field: String,
    label: String,
    /// What stands there, masked.
    now: String,
}

/// A place where data of who asked lie.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyPlace {
    key: &'static str,
    label: &'static str,
    content: &'static str,
    source: &'static str,
    count: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<OffsetDateTime>,
    /// Whether the request is about it.
    asked: bool,
    /// Whether it may be deleted here.
    may_erase: bool,
    /// Why not: the law, or where the person does it.
    kept_because: String,
    /// What can be corrected here.
    fields: Vec<PrivacyField>,
    /// Why the rest can't.
    why_not: &'static str,
}

/// A request with the places where data lie.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyCase {
    request: PrivacyRequestView,
    /// The one asked about first; empty once answered.
    places: Vec<PrivacyPlace>,
}

fn place_view(place: Place) -> PrivacyPlace {
    let Place { held, found, correction, asked } = place;
    let (may_erase, kept_because) = match held.keep {
        Keep::Law(why) => (false, why.to_owned()),
        Keep::Own(_, page) => (false, format!("由本人在“{page}”里自己删除")),
        Keep::Delete | Keep::Clear(_) => (found.count > 0, String::new()),
    };
    let field = |one: Correctable| PrivacyField { field: one.field, label: one.label, now: one.now };
    PrivacyPlace {
        key: held.key,
        label: held.label,
        content: held.content,
        source: held.source,
        count: found.count,
        since: found.since,
        asked,
        may_erase,
        kept_because,
        fields: correction.fields.into_iter().map(field).collect(),
        why_not: correction.why_not,
    }
}

/// One request with the places where data of who asked lie, what may be done at each and why not.
#[utoipa::path(get, path = "/api/v1/security/privacy/requests/{id}", tag = "privacy", operation_id = "get_privacy_request",
    params(("id" = Uuid, Path, description = "Request")),
    responses((status = 200, body = PrivacyCase), Refused, Absent),
    security(("desk" = ["privacy.answer"])))]
pub(crate) async fn get_privacy_request(
    State(security): State<Security>,
    _caller: Allowed<AnswerPrivacy>,
    Path(id): Path<Uuid>,
) -> Result<Json<PrivacyCase>> {
    let request = viewed(&security, id).await?;
    let asked = security.privacy_request(id).await?.row;
    let places = if asked.state == "open" { security.places(&asked).await? } else { Vec::new() };
    Ok(Json(PrivacyCase { request, places: places.into_iter().map(place_view).collect() }))
}

/// Requests to correct or delete, newest first.
#[utoipa::path(get, path = "/api/v1/security/privacy/requests", tag = "privacy", operation_id = "list_privacy_requests", params(PrivacyQuery),
    responses((status = 200, body = List<PrivacyRequestView>), Refused),
    security(("desk" = ["privacy.read"])))]
pub(crate) async fn list_privacy_requests(
    State(security): State<Security>,
    _caller: Allowed<ReadPrivacy>,
    Query(query): Query<PrivacyQuery>,
) -> Result<Json<List<PrivacyRequestView>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (found, total) =
        security.all_requests(query.state.as_deref(), query.q.as_deref(), cursor_id(&page)?, page.limit() + 1).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.row.id).collect();
    let mut done = security.done_at(&ids).await?;
    let items = found
        .into_iter()
        .map(|one| {
            let done = done.remove(&one.row.id).unwrap_or_default();
            request_view(&security, one, done)
        })
        .collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |one: &PrivacyRequestView| {
        vec![one.id.to_string()]
    })))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AnswerPrivacyRequest {
    version: i64,
    granted: bool,
    text: String,
    /// What is done at each place. Without any, a deletion that is granted deletes what was asked for.
    #[serde(default)]
    places: Vec<Order>,
}

/// Answer a request; what is granted is carried out now, at each place.
#[utoipa::path(post, path = "/api/v1/security/privacy/requests/{id}/answer", tag = "privacy", operation_id = "answer_privacy_request",
    params(("id" = Uuid, Path, description = "Request")), request_body = AnswerPrivacyRequest,
    responses((status = 200, body = PrivacyRequestView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["privacy.answer"])))]
pub(crate) async fn answer_privacy_request(
    State(security): State<Security>,
    caller: Allowed<AnswerPrivacy>,
    Path(id): Path<Uuid>,
    Json(answer): Json<AnswerPrivacyRequest>,
) -> Result<Json<PrivacyRequestView>> {
    security.answer_privacy(&caller, id, answer.version, answer.granted, &answer.text, answer.places).await?;
    Ok(Json(viewed(&security, id).await?))
}

/// A purpose with what people decided.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyPurposeRow {
    key: String,
    version: i64,
    title: String,
    basis_label: &'static str,
    text: String,
    data: String,
    kept: String,
    /// Kinds of data used for it.
    holdings: Vec<&'static str>,
    given: i64,
    refused: i64,
}

/// The purposes.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyPurposes {
    items: Vec<PrivacyPurposeRow>,
    overdue: u64,
}

/// Purposes with the data used for each and how many people refused.
#[utoipa::path(get, path = "/api/v1/security/privacy/purposes", tag = "privacy", operation_id = "list_privacy_purposes",
    responses((status = 200, body = PrivacyPurposes), Refused),
    security(("desk" = ["privacy.read"])))]
pub(crate) async fn list_privacy_purposes(
    State(security): State<Security>,
    _caller: Allowed<ReadPrivacy>,
) -> Result<Json<PrivacyPurposes>> {
    let decided = security.decided().await?;
    let items = security.purposes.purposes.iter().map(|one| {
        let (given, refused) = decided.get(&one.key).copied().unwrap_or_default();
        PrivacyPurposeRow {
            key: one.key.clone(),
            version: one.version,
            title: one.title.clone(),
            basis_label: one.basis.label(),
            text: one.text.clone(),
            data: one.data.clone(),
            kept: one.kept.clone(),
            holdings: security
                .personal
                .held
                .iter()
                .filter(|kind| kind.purpose == one.key)
                .map(|kind| kind.label)
                .collect(),
            given,
            refused,
        }
    });
    Ok(Json(PrivacyPurposes {
        items: items.collect(),
        overdue: security.overdue_requests(security.platform.now()).await?,
    }))
}

/// An impact assessment.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyAssessment {
    id: Uuid,
    title: String,
    purpose: String,
    purpose_title: String,
    occasion: String,
    occasion_label: &'static str,
    necessity: String,
    risks: String,
    measures: String,
    level: String,
    level_label: &'static str,
    /// `draft` or `confirmed`.
    state: String,
    state_label: &'static str,
    made_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    made_at: OffsetDateTime,
    confirmed_by_name: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    confirmed_at: Option<OffsetDateTime>,
    /// Day of the next look.
    review_on: String,
    /// Whether the caller may confirm it.
    may_confirm: bool,
    version: i64,
}

fn assessment_view(security: &Security, caller: &Principal, row: assessment::Model) -> PrivacyAssessment {
    PrivacyAssessment {
        id: row.id,
        title: row.title,
        purpose_title: security.purposes.find(&row.purpose).map(|one| one.title.clone()).unwrap_or_default(),
        purpose: row.purpose,
        occasion_label: label(&OCCASIONS, &row.occasion),
        occasion: row.occasion,
        necessity: row.necessity,
        risks: row.risks,
        measures: row.measures,
        level_label: label(&LEVELS, &row.level),
        level: row.level,
        may_confirm: row.state == "draft" && row.made_by != caller.id && caller.may("privacy.assess"),
        state_label: if row.state == "confirmed" { "已确认" } else { "待确认" },
        state: row.state,
        made_by_name: row.made_by_name,
        made_at: row.made_at,
        confirmed_by_name: row.confirmed_by_name,
        confirmed_at: row.confirmed_at,
        review_on: row.review_on,
        version: row.version,
    }
}

/// Impact assessments, newest first.
#[utoipa::path(get, path = "/api/v1/security/privacy/assessments", tag = "privacy", operation_id = "list_privacy_assessments", params(PageQuery),
    responses((status = 200, body = List<PrivacyAssessment>), Refused),
    security(("desk" = ["privacy.read"])))]
pub(crate) async fn list_privacy_assessments(
    State(security): State<Security>,
    caller: Allowed<ReadPrivacy>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<PrivacyAssessment>>> {
    let (found, total) = security.assessments(cursor_id(&page)?, page.limit() + 1).await?;
    let items = found.into_iter().map(|row| assessment_view(&security, &caller, row)).collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |one: &PrivacyAssessment| {
        vec![one.id.to_string()]
    })))
}

/// What is entered.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPrivacyAssessment {
    title: String,
    /// Key of a purpose.
    purpose: String,
    /// `sensitive`, `automated`, `entrusted`, `abroad` or `other`.
    occasion: String,
    necessity: String,
    risks: String,
    measures: String,
    /// `high`, `middle` or `low`.
    level: String,
    /// Day of the next look, `YYYY-MM-DD`.
    review_on: String,
}

/// Enter an impact assessment.
#[utoipa::path(post, path = "/api/v1/security/privacy/assessments", tag = "privacy", operation_id = "create_privacy_assessment", params(IdempotencyKey), request_body = NewPrivacyAssessment,
    responses((status = 201, body = PrivacyAssessment), Refused, Unreadable),
    security(("desk" = ["privacy.assess"])))]
pub(crate) async fn create_privacy_assessment(
    State(security): State<Security>,
    caller: Allowed<AssessPrivacy>,
    IdempotencyKey(once): IdempotencyKey,
    Json(new): Json<NewPrivacyAssessment>,
) -> Result<(StatusCode, Json<PrivacyAssessment>)> {
    let new = NewAssessment {
        title: new.title,
        purpose: new.purpose,
        occasion: new.occasion,
        necessity: new.necessity,
        risks: new.risks,
        measures: new.measures,
        level: new.level,
        review_on: new.review_on,
    };
    let id = security.assess(&caller, new, once).await?;
    Ok((StatusCode::CREATED, Json(one(&security, &caller, id).await?)))
}

async fn one(security: &Security, caller: &Principal, id: Uuid) -> Result<PrivacyAssessment> {
    let row = security.assessment(id).await?;
    Ok(assessment_view(security, caller, row))
}

/// Version of the page.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ConfirmPrivacyAssessment {
    version: i64,
}

/// Confirm an impact assessment; never one's own.
#[utoipa::path(post, path = "/api/v1/security/privacy/assessments/{id}/confirm", tag = "privacy", operation_id = "confirm_privacy_assessment",
    params(("id" = Uuid, Path, description = "Assessment")), request_body = ConfirmPrivacyAssessment,
    responses((status = 200, body = PrivacyAssessment), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["privacy.assess"])))]
pub(crate) async fn confirm_privacy_assessment(
    State(security): State<Security>,
    caller: Allowed<AssessPrivacy>,
    Path(id): Path<Uuid>,
    Json(seen): Json<ConfirmPrivacyAssessment>,
) -> Result<Json<PrivacyAssessment>> {
    security.confirm_assessment(&caller, id, seen.version).await?;
    Ok(Json(one(&security, &caller, id).await?))
}
