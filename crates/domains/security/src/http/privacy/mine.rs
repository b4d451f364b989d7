//! One's own data on the portal: what is held, who looked, who got it, what to ask.

use axum::extract::State;
use axum::http::StatusCode;
use platform::personal::Keep;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::risks::cursor_id;
use super::desk::{PrivacyDone, done_view};
use crate::Security;
use crate::permissions::{DecideMyPrivacy, ReadMyPrivacy};
use crate::privacy::carry_out::Done;
use crate::privacy::model::Kind;
use crate::privacy::purposes::{Basis, Choice, Purpose};
use crate::privacy::requests::{Opened, state_label};
use crate::privacy::store::consent;

/// What one may do about a kind of data.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PrivacyErase {
    /// The law keeps it.
    Kept,
    /// One deletes it oneself.
    Own,
    /// It is deleted on request.
    OnRequest,
}

/// One kind of data held about the caller.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyHolding {
    key: &'static str,
    label: &'static str,
    /// What it consists of.
    content: &'static str,
    /// Where it came from.
    source: &'static str,
    /// Key of the purpose.
    purpose: &'static str,
    /// Title of the purpose.
    purpose_title: String,
    count: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<OffsetDateTime>,
    erase: PrivacyErase,
    /// Why it is kept, or the address where one deletes it oneself.
    erase_note: &'static str,
}

/// A purpose and what the caller decided.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyPurpose {
    key: String,
    version: i64,
    title: String,
    basis: Basis,
    basis_label: &'static str,
    text: String,
    data: String,
    kept: String,
    /// Whether there is something to decide.
    may_refuse: bool,
    /// Whether it happens now.
    on: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<OffsetDateTime>,
    /// Version the caller decided about.
    decided_version: Option<i64>,
}

/// What is held about the caller and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyPrivacy {
    holdings: Vec<PrivacyHolding>,
    purposes: Vec<PrivacyPurpose>,
    /// Working days in which a request is answered.
    answer_working_days: u32,
}

fn purpose_view(purpose: &Purpose, decided: Option<&consent::Model>) -> PrivacyPurpose {
    PrivacyPurpose {
        key: purpose.key.clone(),
        version: purpose.version,
        title: purpose.title.clone(),
        basis: purpose.basis,
        basis_label: purpose.basis.label(),
        text: purpose.text.clone(),
        data: purpose.data.clone(),
        kept: purpose.kept.clone(),
        may_refuse: purpose.choice == Choice::Refuse,
        on: decided.is_none_or(|row| row.given),
        decided_at: decided.map(|row| row.at),
        decided_version: decided.map(|row| row.purpose_version),
    }
}

/// What is held about me, why and since when.
#[utoipa::path(get, path = "/api/v1/my/privacy", tag = "privacy", operation_id = "get_my_privacy",
    responses((status = 200, body = MyPrivacy), Refused),
    security(("portal" = ["my_privacy.read"])))]
pub(crate) async fn get_my_privacy(
    State(security): State<Security>,
    caller: Allowed<ReadMyPrivacy>,
) -> Result<Json<MyPrivacy>> {
    let person = security.person(caller.id).await?;
    let decided = security.decisions(caller.id).await?;
    let holdings = security.held(&person).await?.into_iter().map(|(kind, found)| {
        let (erase, erase_note) = match kind.keep {
            Keep::Law(why) => (PrivacyErase::Kept, why),
            Keep::Own(path, _) => (PrivacyErase::Own, path),
            Keep::Delete | Keep::Clear(_) => (PrivacyErase::OnRequest, ""),
        };
        PrivacyHolding {
            key: kind.key,
            label: kind.label,
            content: kind.content,
            source: kind.source,
            purpose: kind.purpose,
            purpose_title: security.purposes.find(kind.purpose).map(|one| one.title.clone()).unwrap_or_default(),
            count: found.count,
            since: found.since,
            erase,
            erase_note,
        }
    });
    Ok(Json(MyPrivacy {
        holdings: holdings.collect(),
        purposes: security.purposes.purposes.iter().map(|one| purpose_view(one, decided.get(&one.key))).collect(),
        answer_working_days: security.purposes.answer_working_days,
    }))
}

/// Somebody of a body looked at the caller's data.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyLook {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// Body.
    org: String,
    /// Name, masked.
    who: String,
    act_label: String,
    /// Whether raw values were seen.
    raw: bool,
    /// What was looked at.
    about: String,
}

/// Who looked at my data.
#[utoipa::path(get, path = "/api/v1/my/privacy/looks", tag = "privacy", operation_id = "list_my_privacy_looks", params(PageQuery),
    responses((status = 200, body = List<PrivacyLook>), Refused),
    security(("portal" = ["my_privacy.read"])))]
pub(crate) async fn list_my_privacy_looks(
    State(security): State<Security>,
    caller: Allowed<ReadMyPrivacy>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<PrivacyLook>>> {
    let (looks, total) = security.looks(&caller, cursor_id(&page)?, page.limit() + 1).await?;
    let items = looks
        .into_iter()
        .map(|look| PrivacyLook {
            id: look.record.id,
            at: OffsetDateTime::from_unix_timestamp(look.record.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            org: look.org,
            who: base::mask::name(&look.record.actor_name),
            act_label: crate::audit::labels::action(&look.record.action),
            raw: look.record.kind == "reveal",
            about: look.about,
        })
        .collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |look: &PrivacyLook| {
        vec![look.id.to_string()]
    })))
}

/// Somebody outside got data of the caller.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyDisclosure {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    receiver: String,
    what: String,
    way: String,
    about: String,
}

/// The newest disclosures.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyDisclosures {
    items: Vec<PrivacyDisclosure>,
    /// Most that are shown here.
    most: usize,
}

/// Who outside got what of me.
#[utoipa::path(get, path = "/api/v1/my/privacy/disclosures", tag = "privacy", operation_id = "list_my_privacy_disclosures",
    responses((status = 200, body = PrivacyDisclosures), Refused),
    security(("portal" = ["my_privacy.read"])))]
pub(crate) async fn list_my_privacy_disclosures(
    State(security): State<Security>,
    caller: Allowed<ReadMyPrivacy>,
) -> Result<Json<PrivacyDisclosures>> {
    let found = security.disclosed(&caller).await?;
    let items = found.into_iter().map(|one| PrivacyDisclosure {
        at: one.at,
        receiver: one.receiver,
        what: one.what,
        way: one.way,
        about: one.about,
    });
    Ok(Json(PrivacyDisclosures { items: items.collect(), most: crate::privacy::holdings::MOST }))
}

/// A decision about a purpose.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PrivacyDecision {
    /// Version of the text the caller has read.
    version: i64,
    /// Whether it may go on.
    given: bool,
}

/// Allow or refuse a purpose.
#[utoipa::path(put, path = "/api/v1/my/privacy/purposes/{key}", tag = "privacy", operation_id = "decide_my_privacy",
    params(("key" = String, Path, description = "Purpose")), request_body = PrivacyDecision,
    responses((status = 200, body = PrivacyPurpose), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_privacy.edit"])))]
pub(crate) async fn decide_my_privacy(
    State(security): State<Security>,
    caller: Allowed<DecideMyPrivacy>,
    Path(key): Path<String>,
    Json(decision): Json<PrivacyDecision>,
) -> Result<Json<PrivacyPurpose>> {
    security.decide(&caller, &key, decision.version, decision.given).await?;
    let decided = security.decisions(caller.id).await?;
    let purpose = security.purposes.find(&key).ok_or_else(|| platform::Problem::not_found("没有这个用途。"))?;
    Ok(Json(purpose_view(purpose, decided.get(&key))))
}

/// A request of the caller.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyPrivacyRequest {
    id: Uuid,
    kind: String,
    kind_label: &'static str,
    held_label: String,
    text: String,
    state: String,
    state_label: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    asked_at: OffsetDateTime,
    due_on: String,
    answer: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<OffsetDateTime>,
    /// Things deleted.
    erased: i64,
    /// What was done at each place.
    done: Vec<PrivacyDone>,
}

fn request_view(asked: Opened, done: Vec<Done>) -> MyPrivacyRequest {
    let Opened { row, text, answer } = asked;
    MyPrivacyRequest {
        id: row.id,
        kind_label: Kind::label(&row.kind),
        kind: row.kind,
        held_label: row.held_label,
        text,
        state_label: state_label(&row.state),
        state: row.state,
        asked_at: row.asked_at,
        due_on: row.due_on,
        answer,
        answered_at: row.answered_at,
        erased: row.erased,
        done: done_view(done),
    }
}

/// The caller's requests.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyPrivacyRequests {
    items: Vec<MyPrivacyRequest>,
}

/// My requests, newest first.
#[utoipa::path(get, path = "/api/v1/my/privacy/requests", tag = "privacy", operation_id = "list_my_privacy_requests",
    responses((status = 200, body = MyPrivacyRequests), Refused),
    security(("portal" = ["my_privacy.read"])))]
pub(crate) async fn list_my_privacy_requests(
    State(security): State<Security>,
    caller: Allowed<ReadMyPrivacy>,
) -> Result<Json<MyPrivacyRequests>> {
    let found = security.own_requests(&caller).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.row.id).collect();
    let mut done = security.done_at(&ids).await?;
    let items = found
        .into_iter()
        .map(|one| {
            let done = done.remove(&one.row.id).unwrap_or_default();
            request_view(one, done)
        })
        .collect();
    Ok(Json(MyPrivacyRequests { items }))
}

/// What is asked.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AskPrivacy {
    #[schema(inline)]
    kind: Kind,
    /// Key of the holding.
    held_key: String,
    text: String,
}

/// Ask to correct or delete.
#[utoipa::path(post, path = "/api/v1/my/privacy/requests", tag = "privacy", operation_id = "ask_privacy", params(IdempotencyKey), request_body = AskPrivacy,
    responses((status = 201, body = MyPrivacyRequest), Refused, Outdated, Unreadable),
    security(("portal" = ["my_privacy.edit"])))]
pub(crate) async fn ask_privacy(
    State(security): State<Security>,
    caller: Allowed<DecideMyPrivacy>,
    IdempotencyKey(once): IdempotencyKey,
    Json(asked): Json<AskPrivacy>,
) -> Result<(StatusCode, Json<MyPrivacyRequest>)> {
    let id = security.ask_privacy(&caller, asked.kind, &asked.held_key, &asked.text, once).await?;
    Ok((StatusCode::CREATED, Json(request_view(security.privacy_request(id).await?, Vec::new()))))
}
