//! The whole record of a case, raw: application, materials, acceptance, steps, special procedures, completion and the
//! chained log (CASE-040, CASE-044). What the archive keeps and what the case library shows is made of this.
//!
//! Who may see it is decided above: [`Record::mask`] covers what must not be seen.

mod model;

use platform::files;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde_json::{Map, Value};

use super::views::{DocumentRef, RoundFile};
use super::{Casework, Delivery, parse_state};
use crate::cases::error::CaseError;
use crate::cases::model::{Channel, EventKind, State};
use crate::cases::service::draft::MaterialFile;
use crate::cases::service::views::desk_label;
use crate::cases::store::{self, case, case_step, urge};

pub use model::{
    Record, RecordAct, RecordDelivery, RecordEvent, RecordExtension, RecordForm, RecordMaterial, RecordSpecial,
    RecordStep, RecordTolerance, RecordUrge,
};

/// Whether nothing is left to be handled.
pub fn is_ended(state: State) -> bool {
    state != State::Draft && !state.is_open()
}

impl Casework {
    /// The whole record of a case that was handed in, raw. The caller has decided what it is for.
    ///
    /// # Errors
    /// 404 for an unknown case or a draft.
    pub async fn record_of(&self, id: Uuid) -> Result<Record> {
        Ok(self.whole_record(self.head(id).await?).await?.0)
    }

    /// The same within a staff caller's reach, masked; fields that the caller's step hides are left out.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn record_for(&self, caller: &Principal, id: Uuid) -> Result<Record> {
        let row = self.head(id).await?;
        super::reach(caller, &row)?;
        let hidden = self.hidden_fields(caller, &row).await?;
        let (mut record, form) = self.whole_record(row).await?;
        record.mask(&form);
        record.form.data.retain(|key, _| !hidden.hides(key));
        Ok(record)
    }

    /// The same masked, for a system that has been proven; whoever calls has checked that its items are granted.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn masked_record(&self, id: Uuid) -> Result<Record> {
        let (mut record, form) = self.whole_record(self.head(id).await?).await?;
        record.mask(&form);
        Ok(record)
    }

    async fn whole_record(&self, row: case::Model) -> Result<(Record, std::sync::Arc<form::Form>)> {
        let state = parse_state(&row)?;
        let (Some(case_number), true) = (row.case_number.clone(), state != State::Draft) else {
            return Err(CaseError::NotFound.into());
        };
        let conn = self.platform.db.read();
        let id = row.id;
        let loaded = self.with_item(row).await?;
        let row = &loaded.row;
        let around = store::around(conn, id).await?;
        let kept = self.form_of(conn, id).await?;
        let data: Map<String, Value> = self.open(&kept.form_sealed, id, "form")?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let form_files: Vec<Uuid> =
            form.files(&data).into_iter().filter_map(|(_, id)| Uuid::parse_str(&id).ok()).collect();
        let delivery: Delivery = self.open(&kept.delivery_sealed, id, "delivery")?;
        let personal = self.personal(row)?;
        let orgs = self.identity.orgs().await?;
        let filed_at = row.submitted_at.unwrap_or(row.created_at);
        let documents = store::documents(conn, id).await?;
        let steps = case_step::Entity::find()
            .filter(case_step::Column::CaseId.eq(id))
            .order_by_asc(case_step::Column::No)
            .all(conn)
            .await?;
        let urges =
            urge::Entity::find().filter(urge::Column::CaseId.eq(id)).order_by_asc(urge::Column::Id).all(conn).await?;
        let accepted = around
            .events
            .iter()
            .rev()
            .find(|event| matches!(EventKind::parse(&event.kind), Some(EventKind::Accept | EventKind::NotAccept)));
        let acceptance = accepted.map(|event| RecordAct {
            title: EventKind::parse(&event.kind).map_or("", EventKind::label).to_owned(),
            by_name: event.actor_name.clone(),
            text: event.text.clone(),
            at: event.at,
        });
        let record = Record {
            id,
            case_number,
            item_slug: row.item_slug.clone(),
            item_name: row.item_name.clone(),
            item_version: row.item_version,
            handle_item_name: row.handle_item_name.clone(),
            org_id: row.org_id,
            org_name: orgs.name_at(row.org_id, filed_at).unwrap_or_default().to_owned(),
            org_path: orgs.path_at(row.org_id, filed_at),
            region: orgs.get(row.org_id).map(|org| org.region.clone()).unwrap_or_default(),
            channel: row.channel.clone(),
            channel_label: Channel::label_of(&row.channel),
            state,
            state_label: desk_label(row, state),
            applicant_kind: row.applicant_kind.clone(),
            applicant_name: row.applicant_name.clone(),
            applicant: personal,
            submitted_at: row.submitted_at,
            accepted_at: row.accepted_at,
            decided_at: row.decided_at,
            closed_at: row.closed_at,
            delivered_at: row.delivered_at,
            due_at: row.due_at,
            situations: kept.situations.clone(),
            form: RecordForm {
                key: loaded.item.definitions.form.key.clone(),
                version: loaded.item.definitions.form.version,
                title: form.title.clone(),
                labels: form.answerable().into_iter().map(|one| (one.path, one.label)).collect(),
                data,
                files: files::find(conn, &form_files).await?.into_iter().map(|(file, _)| file).collect(),
            },
            delivery: RecordDelivery {
                label: delivery.label().to_owned(),
                address: delivery.address,
                way: delivery.way,
            },
            materials: store::materials(conn, id)
                .await?
                .into_iter()
                .map(|one| {
                    let files: Vec<MaterialFile> = serde_json::from_value(one.files)?;
                    Ok(RecordMaterial {
                        key: one.key,
                        name: one.name,
                        handing: one.handing,
                        note: one.note.unwrap_or_default(),
                        files: files
                            .into_iter()
                            .map(|one| RoundFile { file: one.file, version_no: one.round })
                            .collect(),
                    })
                })
                .collect::<Result<_>>()?,
            acceptance,
            steps: store::tasks(conn, id)
                .await?
                .into_iter()
                .map(|one| {
                    Ok(RecordStep {
                        files: serde_json::from_value(one.files)?,
                        name: one.name,
                        stage: one.stage,
                        role: one.role,
                        state: one.state,
                        begun_at: one.created_at,
                        done_at: one.done_at,
                        done_by_name: one.done_by_name.unwrap_or_default(),
                        outcome: one.outcome.unwrap_or_default(),
                        opinion: one.opinion.unwrap_or_default(),
                    })
                })
                .collect::<Result<_>>()?,
            applicant_steps: steps
                .into_iter()
                .map(|one| RecordAct { title: one.role_label, by_name: one.who, text: one.text, at: one.at })
                .collect(),
            special: around
                .specials
                .iter()
                .map(|one| RecordSpecial {
                    name: one.name.clone(),
                    reason: one.reason.clone(),
                    started_at: one.started_at,
                    started_by: one.started_by.clone(),
                    ended_at: one.ended_at,
                    result: one.result.clone().unwrap_or_default(),
                })
                .collect(),
            extensions: around
                .extensions
                .iter()
                .map(|one| RecordExtension {
                    value: one.value,
                    unit: one.unit.clone(),
                    reason: one.reason.clone(),
                    state: one.state.clone(),
                    asked_by_name: one.asked_by_name.clone(),
                    decided_by_name: one.decided_by_name.clone().unwrap_or_default(),
                    opinion: one.opinion.clone().unwrap_or_default(),
                })
                .collect(),
            urges: urges
                .into_iter()
                .map(|one| RecordUrge {
                    kind: one.kind,
                    text: one.text,
                    by_name: one.by_name,
                    at: one.at,
                    reply: one.reply.unwrap_or_default(),
                })
                .collect(),
            tolerances: self
                .tolerances_of(id)
                .await?
                .into_iter()
                .map(|one| RecordTolerance {
                    name: one.name,
                    state: one.state,
                    due_at: one.due_at,
                    supplied_at: one.supplied_at,
                })
                .collect(),
            documents: documents
                .iter()
                .map(|one| DocumentRef {
                    id: one.id,
                    kind: one.kind.clone(),
                    name: one.name.clone(),
                    number: one.number.clone(),
                    at: one.created_at,
                })
                .collect(),
            licence: self.licence_ref(row).await?,
            result: super::views::result(row),
            events: around
                .events
                .iter()
                .map(|event| RecordEvent {
                    no: event.no,
                    kind: event.kind.clone(),
                    title: EventKind::parse(&event.kind).map_or("", EventKind::label),
                    at: event.at,
                    actor_name: event.actor_name.clone(),
                    text: event.text.clone(),
                    data: event.data.clone(),
                    previous_hash: event.previous_hash.clone(),
                    hash: event.hash.clone(),
                })
                .collect(),
            head_hash: row.head_hash.clone(),
        };
        Ok((record, form))
    }

    /// Cases that were closed, the newest first, before a given one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn closed_before(&self, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
        let closed = [State::Closed.as_str(), State::Delivered.as_str()];
        let mut select =
            case::Entity::find().select_only().column(case::Column::Id).filter(case::Column::State.is_in(closed));
        if let Some(before) = before {
            select = select.filter(case::Column::Id.lt(before));
        }
        Ok(select.order_by_desc(case::Column::Id).limit(limit).into_tuple().all(self.platform.db.read()).await?)
    }

    /// Cases that came to an end, by id after a given one: what is to be archived.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ended_after(&self, after: Option<Uuid>, limit: u64) -> Result<Vec<(Uuid, State)>> {
        let ended: Vec<&str> =
            State::ALL.iter().filter(|state| is_ended(**state)).map(|state| state.as_str()).collect();
        let mut select = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::State)
            .filter(case::Column::State.is_in(ended));
        if let Some(after) = after {
            select = select.filter(case::Column::Id.gt(after));
        }
        let rows: Vec<(Uuid, String)> =
            select.order_by_asc(case::Column::Id).limit(limit).into_tuple().all(self.platform.db.read()).await?;
        rows.into_iter()
            .map(|(id, state)| Ok((id, State::parse(&state).ok_or_else(|| Problem::internal("an unknown state"))?)))
            .collect()
    }
}
