//! Progress of a case for whoever has its number and a proof, without signing in (PORTAL-025).
//!
//! The JSON query and the page without script both ask here, so that neither tells more than the other.

use platform::captcha::{self, Answer};
use platform::{Problem, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Casework;
use super::views::{EventView, events, label};
use crate::cases::clock;
use crate::cases::model::State as CaseState;
use crate::cases::store::{self, case};

/// Progress as anybody with the number and the proof may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
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

impl Casework {
    /// Progress of a case by its number and a proof: the query code of the receipt, or the applicant's name.
    /// The captcha is used up either way.
    ///
    /// # Errors
    /// 422 for a wrong captcha, 429 after too many wrong questions for this number, then one and the same 404 whether the
    /// number or the proof is wrong.
    ///
    /// req: PORTAL-025
    pub async fn progress_by_proof(&self, number: &str, proof: &str, answer: &Answer) -> Result<Progress> {
        captcha::check(&self.platform, answer).await?;
        let conn = self.platform.db.read();
        let number = number.trim();
        let index = self.platform.blind_index(number);
        self.may_ask_progress(&index).await?;
        let found = case::Entity::find().filter(case::Column::CaseNumber.eq(number)).one(conn).await?;
        // Wrong number and wrong proof answer alike: whether a case exists is not told.
        let proof = proof.trim();
        if found.is_none()
            && let Some(progress) = self.brought_progress(number, proof).await?
        {
            return Ok(progress);
        }
        let Some(row) = found.filter(|row| row.query_code.as_deref() == Some(proof) || row.applicant_name == proof)
        else {
            self.count_wrong_progress(index).await?;
            return Err(Problem::not_found("办件编号和查询密码（或申请人）对不上，请核对后再查。"));
        };
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let around = store::around(conn, row.id).await?;
        let calendar = self.calendars.current().await?;
        let now = self.platform.now();
        let deadline_text =
            clock::explain(&row, &item.item, &around, &calendar, now).into_iter().next().and_then(|deadline| {
                deadline.ledger.map(|ledger| format!("{}，{}", ledger.due_text, ledger.left_text)).or(deadline.problem)
            });
        let orgs = self.identity.orgs().await?;
        let org = orgs.name_at(row.org_id, row.submitted_at.unwrap_or(now));
        let state = CaseState::parse(&row.state).ok_or_else(|| Problem::internal("unknown state"))?;
        Ok(Progress {
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
        })
    }

    /// What the ferry brought of a case that is handled in the other network.
    async fn brought_progress(&self, number: &str, proof: &str) -> Result<Option<Progress>> {
        let Some(row) = self.brought_out(number, proof).await? else { return Ok(None) };
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
}
