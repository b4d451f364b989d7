//! Routes without sign-in: the captcha and the progress query (PORTAL-025).

use axum::extract::State;
use platform::captcha::{self, Answer, Captcha};
use platform::web::extract::Json;
use platform::web::problem::ProblemBody;
use platform::{Problem, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Casework;
use crate::cases::clock;
use crate::cases::model::State as CaseState;
use crate::cases::service::views::{EventView, events, label};
use crate::cases::store::{self, case};

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

/// Progress as anybody with the number and the proof may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Progress {
    /// Item.
    pub item_name: String,
    /// State in words.
    pub state_label: String,
    /// Department.
    pub org_name: String,
    /// Its phone.
    pub org_phone: String,
    /// Due date and what is left, in words.
    pub deadline_text: Option<String>,
    /// The ten public events.
    pub events: Vec<EventView>,
    /// Since when this stands so, for a case handled in the other network, of which only the state is
    /// known here.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub brought_at: Option<OffsetDateTime>,
}

/// What the ferry brought of a case that is handled in the other network.
async fn brought(casework: &Casework, number: &str, proof: &str) -> Result<Option<Progress>> {
    let Some(row) = casework.brought_out(number, proof).await? else { return Ok(None) };
    let state = CaseState::parse(&row.state).ok_or_else(|| Problem::internal("unknown state"))?;
    Ok(Some(Progress {
        item_name: row.item_name,
        state_label: state.label().to_owned(),
        org_name: String::new(),
        org_phone: String::new(),
        deadline_text: None,
        events: Vec::new(),
        brought_at: Some(row.at),
    }))
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
    captcha::check(&casework.platform, &query.captcha).await?;
    let conn = casework.platform.db.read();
    let number = query.case_number.trim();
    let found = case::Entity::find().filter(case::Column::CaseNumber.eq(number)).one(conn).await?;
    // Wrong number and wrong proof answer alike: whether a case exists is not told.
    let proof = query.proof.trim();
    if found.is_none()
        && let Some(progress) = brought(&casework, number, proof).await?
    {
        return Ok(Json(progress));
    }
    let row = found
        .filter(|row| row.query_code.as_deref() == Some(proof) || row.applicant_name == proof)
        .ok_or_else(|| Problem::not_found("办件编号和查询密码（或申请人）对不上，请核对后再查。"))?;
    let item = casework.catalogue.version(&row.item_slug, row.item_version).await?;
    let around = store::around(conn, row.id).await?;
    let calendar = casework.calendars.current().await?;
    let now = casework.platform.now();
    let deadline_text =
        clock::explain(&row, &item.item, &around, &calendar, now).into_iter().next().and_then(|deadline| {
            deadline.ledger.map(|ledger| format!("{}，{}", ledger.due_text, ledger.left_text)).or(deadline.problem)
        });
    let orgs = casework.identity.orgs().await?;
    let org = orgs.name_at(row.org_id, row.submitted_at.unwrap_or(now));
    let state = CaseState::parse(&row.state).ok_or_else(|| Problem::internal("unknown state"))?;
    Ok(Json(Progress {
        state_label: label(&row, state),
        org_name: org.map_or_else(|| item.item.body.name.clone(), str::to_owned),
        org_phone: item.item.consult_phone.clone(),
        deadline_text,
        // Sentences may name people and defects; the public view tells the event only.
        events: events(&around.events, &[], false)
            .into_iter()
            .filter(|event| event.public_kind.is_some())
            .map(|event| EventView { text: event.title.to_owned(), ..event })
            .collect(),
        item_name: row.item_name,
        brought_at: None,
    }))
}
