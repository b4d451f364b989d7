//! The ten public events of a case as they are reported to upper platforms (PORTAL-025).

use platform::Result;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cases::model::{Closing, EventKind};
use crate::cases::service::views::label;
use crate::cases::service::{Casework, parse_state};
use crate::cases::store::{self, case};

/// Outbox topics after which a case may have something new to report.
pub const REPORT_TOPICS: &[&str] = &[
    "case.submitted",
    "case.pre_reviewed",
    "case.correction_requested",
    "case.correction_supplied",
    "case.accepted",
    "case.not_accepted",
    "case.special_started",
    "case.special_ended",
    "case.extended",
    "case.decided",
    "case.closed",
    "case.delivered",
    "case.withdrawn",
    "case.voided",
    "case.changed",
];

/// One public event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStep {
    /// Number in the chain.
    pub no: i64,
    /// Standard event.
    pub kind: EventKind,
    /// One of the ten names.
    pub name: &'static str,
    /// When.
    pub at: OffsetDateTime,
}

/// What may be reported of a case: nothing personal.
#[derive(Debug, Clone)]
pub struct PublicProgress {
    /// Case.
    pub id: Uuid,
    /// Number.
    pub case_number: String,
    /// Item code 实施编码.
    pub item_code: String,
    /// Item.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Region of the department.
    pub region: String,
    /// State.
    pub state: &'static str,
    /// In words, as the public query says it.
    pub state_label: String,
    /// Public events, oldest first.
    pub steps: Vec<PublicStep>,
}

impl Casework {
    /// A case as it is checked before it is reported, by the names of the quality rules; none for a draft or an unknown
    /// one. Raw: who reports leaves out what is personal.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn report_record(&self, id: Uuid) -> Result<Option<Map<String, Value>>> {
        let conn = self.platform.db.read();
        let Some(row) = case::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
        if row.case_number.is_none() {
            return Ok(None);
        }
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let org = self.identity.org(row.org_id).await?;
        let personal = self.personal(&row)?;
        let moment = |at: Option<OffsetDateTime>| at.and_then(|at| at.format(&Rfc3339).ok());
        let materials = store::materials(conn, id).await?.into_iter().map(|one| {
            let files = one.files.as_array().map_or(0, Vec::len);
            json!({ "key": one.key, "name": one.name, "handing": one.handing, "files": files })
        });
        let closing = row.closing.as_deref().map(|closing| Closing::code_of(closing).to_owned());
        let number = row.case_number.clone().unwrap_or_default();
        let record = json!({
            "case_number": number, "state": row.state, "item_code": item.item.codes.task, "item_name": row.item_name,
            "handle_item_code": item.item.handle_item(&row.handle_item).map(|one| one.code.clone()),
            "org_name": org.as_ref().map(|org| org.name.clone()), "org_code": item.item.body.uscc,
            "region": org.map(|org| org.region), "channel": row.channel,
            "applicant_kind": if row.applicant_kind == "enterprise" { "2" } else { "1" },
            "applicant_name": row.applicant_name, "applicant_id": personal.id_number,
            "submitted_at": moment(row.submitted_at), "accepted_at": moment(row.accepted_at),
            "decided_at": moment(row.decided_at), "closed_at": moment(row.closed_at),
            "delivered_at": moment(row.delivered_at), "outcome": row.outcome, "closing": closing,
            "closing_reason": row.closing_reason, "materials": materials.collect::<Vec<_>>(),
            // Ratings are told apart by case and turn (standard 3); the first turn belongs to every accepted case.
            "evaluation_key": row.accepted_at.map(|_| format!("{number}-1")),
        });
        Ok(Some(crate::cases::service::intake::object(record)))
    }

    /// What upper platforms are told of a case; none for a draft or an unknown one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn public_progress(&self, id: Uuid) -> Result<Option<PublicProgress>> {
        let conn = self.platform.db.read();
        let Some(row) = case::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
        let Some(case_number) = row.case_number.clone() else { return Ok(None) };
        let state = parse_state(&row)?;
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let org = self.identity.org(row.org_id).await?;
        let steps = store::around(conn, id)
            .await?
            .events
            .iter()
            .filter_map(|event| {
                let kind = EventKind::parse(&event.kind)?;
                Some(PublicStep { no: event.no, kind, name: kind.public()?, at: event.at })
            })
            .collect();
        Ok(Some(PublicProgress {
            id,
            case_number,
            item_code: item.item.codes.task.clone(),
            region: org.as_ref().map(|org| org.region.clone()).unwrap_or_default(),
            org_name: org.map(|org| org.name).unwrap_or_default(),
            state: state.as_str(),
            state_label: label(&row, state),
            item_name: row.item_name,
            steps,
        }))
    }
}
