//! Sign for an order, bring it to mind again, close it.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::outbox::Event;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::json;
use time::Duration;
use utoipa::ToSchema;

use super::{Stage, store};
use crate::Casework;
use crate::cases::service::tasks::hand_over::GIVEN_TOPIC;
use crate::cases::service::{reach, special};
use crate::cases::store::{case, urge};

/// Between two reminders of one order lies at least this: reminding by the minute makes nobody quicker.
const PAUSE: Duration = Duration::minutes(10);

/// Closes an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CloseSupervision {
    /// What came of it, at least 4 characters.
    pub note: String,
}

pub(crate) fn unknown() -> Problem {
    Problem::not_found("没有找到这条督办。")
}

impl Casework {
    /// An order with its case, within the caller's reach.
    ///
    /// # Errors
    /// 404 outside it.
    pub(crate) async fn order_in(&self, tx: &Tx, caller: &Principal, id: Uuid) -> Result<(urge::Model, case::Model)> {
        let order = urge::Entity::find_by_id(id).one(tx.conn()).await?.ok_or_else(unknown)?;
        let row = case::Entity::find_by_id(order.case_id).one(tx.conn()).await?.ok_or_else(unknown)?;
        reach(caller, &row).map_err(|_| unknown())?;
        Ok((order, row))
    }

    /// Tells somebody at the desk how an order stands.
    pub(crate) fn tell_of_order(&self, tx: &Tx, row: &case::Model, staff: Uuid, text: &str) {
        let id = self.platform.new_id();
        tx.publish(Event {
            id,
            topic: GIVEN_TOPIC,
            subject: format!("case:{}:{}", row.org_id, row.id),
            payload: json!({ "topic": GIVEN_TOPIC, "case_id": row.id, "occurrence": id, "staff": [staff], "text": text }),
        });
    }

    /// Signs for an order (签收).
    ///
    /// # Errors
    /// 404 outside one's reach, 403 for one's own order, 409 when somebody has signed.
    pub async fn sign_supervision(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (order, row) = casework.order_in(tx, &caller, id).await?;
                    if order.by_id == Some(caller.id) {
                        return Err(Problem::forbidden("这条督办是您发出的，要由办理的同事签收。"));
                    }
                    if !store::sign(tx.conn(), id, &caller.name, tx.now()).await? {
                        return Err(Problem::conflict("supervision_signed", "这条督办已经签收过，不用再签。"));
                    }
                    if let Some(giver) = order.by_id {
                        let text = format!("{} 签收了“{}”的督办", caller.name, row.item_name);
                        casework.tell_of_order(tx, &row, giver, &text);
                    }
                    tx.audit(Line::by(
                        &caller,
                        casework.platform.new_id(),
                        "supervision.sign",
                        format!("case:{}", row.id),
                        json!({ "supervision": id }),
                    ));
                    Ok(())
                })
            })
            .await
    }

    /// Brings an order to mind again: everybody with an open task of the case is told once more.
    ///
    /// # Errors
    /// 409 when it is answered or closed, or right after the last reminder.
    pub async fn remind_supervision(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (order, row) = casework.order_in(tx, &caller, id).await?;
                    let last = order.reminded_at.unwrap_or(order.at);
                    if tx.now() - last < PAUSE {
                        return Err(Problem::conflict("reminded_just_now", "刚刚提醒过，过 10 分钟再提醒。"));
                    }
                    if !store::remind(tx.conn(), id, tx.now()).await? {
                        return Err(Problem::conflict("supervision_answered", "这条督办已经回复，不用再提醒。"));
                    }
                    let text = format!("再次提醒：{}", order.text);
                    let occurrence = casework.platform.new_id();
                    tx.publish(Event {
                        id: occurrence,
                        topic: "case.urged",
                        subject: format!("case:{}:{}", row.org_id, row.id),
                        payload: json!({ "topic": "case.urged", "case_id": row.id, "case_number": row.case_number, "text": text, "urge_id": occurrence, "event_no": row.event_count }),
                    });
                    tx.audit(Line::by(&caller, casework.platform.new_id(), "supervision.remind", format!("case:{}", row.id), json!({ "supervision": id, "times": order.reminders + 1 })));
                    Ok(())
                })
            })
            .await
    }

    /// Closes an order: a reminder at any time, an order that wants an answer only when it has one.
    ///
    /// # Errors
    /// 409 before the answer or when it is closed, 422 without a word on what came of it.
    pub async fn close_supervision(&self, caller: &Principal, id: Uuid, closing: CloseSupervision) -> Result<()> {
        let note = special::reason("/note", &closing.note)?;
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (order, row) = casework.order_in(tx, &caller, id).await?;
                    if order.kind == "order" && Stage::of(&order) != Stage::Answered && order.closed_at.is_none() {
                        return Err(Problem::conflict("supervision_unanswered", "这条督办还没有回复，回复后再办结。"));
                    }
                    if !store::close(tx.conn(), id, &caller.name, &note, tx.now()).await? {
                        return Err(Problem::conflict("supervision_closed", "这条督办已经办结。"));
                    }
                    tx.audit(Line::by(
                        &caller,
                        casework.platform.new_id(),
                        "supervision.close",
                        format!("case:{}", row.id),
                        json!({ "supervision": id }),
                    ));
                    Ok(())
                })
            })
            .await
    }
}
