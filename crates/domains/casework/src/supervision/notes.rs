//! The dialogue under an order: progress, questions, feedback. Everybody changes and deletes his own words only; a
//! deleted note stays as a line that says so, and its words as they were stand in the audit log.

use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line};
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::PaginatorTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::acts::unknown;
use super::store::{MOST_NOTES, note, notes};
use crate::Casework;
use crate::cases::service::{change::all_set, special};

/// Writes a note.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewSupervisionNote {
    /// 4 to 1000 characters.
    pub text: String,
}

/// Changes an own note.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangeSupervisionNote {
    /// Version of the page.
    pub version: i64,
    /// 4 to 1000 characters.
    pub text: String,
}

/// A note.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SupervisionNote {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Whether a supervisor wrote it; otherwise a handler.
    pub supervisor: bool,
    /// Who.
    pub by: String,
    /// Whether the caller wrote it.
    pub own: bool,
    /// Words; empty when deleted.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Whether it was changed.
    pub changed: bool,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl SupervisionNote {
    fn of(row: note::Model, caller: Uuid) -> Self {
        Self {
            id: row.id,
            version: row.version,
            supervisor: row.supervisor,
            own: row.by_id == caller,
            by: row.by_name,
            at: row.at,
            changed: row.changed_at.is_some(),
            deleted: row.deleted_at.is_some(),
            text: if row.deleted_at.is_some() { String::new() } else { row.text },
        }
    }
}

impl Casework {
    /// The dialogue, oldest first.
    ///
    /// # Errors
    /// 404 outside one's reach.
    pub async fn supervision_notes(&self, caller: &Principal, id: Uuid) -> Result<Vec<SupervisionNote>> {
        self.supervision(caller, id).await?;
        let rows = notes(self.platform.db.read(), id).await?;
        Ok(rows.into_iter().map(|row| SupervisionNote::of(row, caller.id)).collect())
    }

    /// Writes into the dialogue and tells whoever gave the order, or the handlers.
    ///
    /// # Errors
    /// 409 when the order is closed or the dialogue is full, 422 without words.
    pub async fn add_supervision_note(
        &self,
        caller: &Principal,
        id: Uuid,
        new: NewSupervisionNote,
        key: Option<String>,
    ) -> Result<Uuid> {
        let text = special::reason("/text", &new.text)?;
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (order, row) = casework.order_in(tx, &caller, id).await?;
                    let note_id = casework.platform.new_id();
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller.id, "supervision.note", key, note_id).await?
                    {
                        return Ok(made);
                    }
                    if order.closed_at.is_some() {
                        return Err(Problem::conflict("supervision_closed", "这条督办已经办结，不能再写。"));
                    }
                    let written = note::Entity::find().filter(note::Column::UrgeId.eq(id)).count(tx.conn()).await?;
                    if written >= MOST_NOTES {
                        return Err(Problem::conflict("dialogue_full", "这条督办下面写满了，请办结后另发一条。"));
                    }
                    let supervisor = caller.may("case.urge") && order.by_id == Some(caller.id);
                    note::Entity::insert(all_set::<_, note::ActiveModel>(note::Model {
                        id: note_id,
                        urge_id: id,
                        case_id: row.id,
                        version: 1,
                        supervisor,
                        by_id: caller.id,
                        by_name: caller.name.clone(),
                        text: text.clone(),
                        at: tx.now(),
                        changed_at: None,
                        deleted_at: None,
                    }))
                    .exec_without_returning(tx.conn())
                    .await?;
                    if let Some(giver) = order.by_id.filter(|giver| *giver != caller.id) {
                        casework.tell_of_order(tx, &row, giver, &format!("{} 在“{}”的督办下写道：{text}", caller.name, row.item_name));
                    } else {
                        // From the supervisor to whoever has the case in hand now.
                        tx.publish(platform::work::outbox::Event {
                            id: note_id,
                            topic: "case.urged",
                            subject: format!("case:{}:{}", row.org_id, row.id),
                            payload: json!({ "topic": "case.urged", "case_id": row.id, "case_number": row.case_number, "text": text, "urge_id": note_id, "event_no": row.event_count }),
                        });
                    }
                    tx.audit(Line::by(&caller, casework.platform.new_id(), "supervision.note", format!("case:{}", row.id), json!({ "supervision": id, "note": note_id })));
                    Ok(note_id)
                })
            })
            .await
    }

    /// Changes an own note.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page or a closed order.
    pub async fn change_supervision_note(
        &self,
        caller: &Principal,
        id: Uuid,
        note_id: Uuid,
        change: ChangeSupervisionNote,
    ) -> Result<()> {
        let text = special::reason("/text", &change.text)?;
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut found = casework.own_note(tx, &caller, id, note_id, change.version).await?;
                    let line = Line::by(
                        &caller,
                        casework.platform.new_id(),
                        "supervision.note_change",
                        format!("case:{}", found.case_id),
                        json!({ "supervision": id, "note": note_id }),
                    )
                    .entry()
                    .kind(Kind::Change)
                    .changed(json!({ "text": found.text }), json!({ "text": text }));
                    tx.audit(line);
                    found.text = text;
                    found.changed_at = Some(tx.now());
                    put(tx, found).await
                })
            })
            .await
    }

    /// Deletes an own note; its words stay in the audit log only.
    ///
    /// # Errors
    /// As for a change.
    pub async fn delete_supervision_note(
        &self,
        caller: &Principal,
        id: Uuid,
        note_id: Uuid,
        version: i64,
    ) -> Result<()> {
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut found = casework.own_note(tx, &caller, id, note_id, version).await?;
                    let line = Line::by(
                        &caller,
                        casework.platform.new_id(),
                        "supervision.note_delete",
                        format!("case:{}", found.case_id),
                        json!({ "supervision": id, "note": note_id }),
                    )
                    .entry()
                    .kind(Kind::Change)
                    .changed(json!({ "text": found.text }), json!({ "text": null }));
                    tx.audit(line);
                    found.text = String::new();
                    found.deleted_at = Some(tx.now());
                    put(tx, found).await
                })
            })
            .await
    }

    async fn own_note(
        &self,
        tx: &Tx,
        caller: &Principal,
        id: Uuid,
        note_id: Uuid,
        version: i64,
    ) -> Result<note::Model> {
        let (order, _) = self.order_in(tx, caller, id).await?;
        let found = note::Entity::find_by_id(note_id)
            .one(tx.conn())
            .await?
            .filter(|note| note.urge_id == id && note.by_id == caller.id && note.deleted_at.is_none())
            .ok_or_else(unknown)?;
        if order.closed_at.is_some() {
            return Err(Problem::conflict("supervision_closed", "这条督办已经办结，不能再改。"));
        }
        if found.version == version { Ok(found) } else { Err(Problem::stale()) }
    }
}

async fn put(tx: &Tx, mut row: note::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let done = note::Entity::update_many()
        .set(all_set::<_, note::ActiveModel>(row))
        .filter(note::Column::Id.eq(id))
        .filter(note::Column::Version.eq(read))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}
