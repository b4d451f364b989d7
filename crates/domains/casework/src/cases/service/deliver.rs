//! Handing the result over (CASE-028 in part) and voiding a closed case.

use std::sync::Arc;

use platform::web::guard::Principal;
use platform::work::jobs::NewJob;
use platform::{Platform, Problem, Result, Tx};
use recognition::identifying::{Identification, Purpose};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::barrier::Moment;
use super::change::{Actor, Change, all_set};
use super::documents::DocumentKind;
use super::identified::Seen;
use super::intake::{caller_of, close_tasks, object};
use super::special::{Reason, reason};
use super::{Casework, Delivery, Loaded};
use crate::cases::model::{Closing, EventKind, State};
use crate::cases::store::{self, task};

/// Job that abolishes the licences of a voided case.
pub const ABOLISH_JOB: &str = "case.abolish_licences";

/// Hands over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Deliver {
    /// Version of the page.
    pub version: i64,
    /// Who takes it.
    pub receiver_name: String,
    /// Identity number of who takes it, for a pick-up.
    #[serde(default)]
    pub receiver_id_number: String,
    /// `self`, `post` or `electronic`.
    pub way: String,
    /// Waybill, for post.
    #[serde(default)]
    pub waybill: String,
    /// Note.
    #[serde(default)]
    pub note: String,
    /// Who was identified by card or code; name and number above are then theirs.
    #[serde(default)]
    pub identification: Option<Uuid>,
}

impl Casework {
    /// A delivery task when somebody has to hand paper over; an electronic result is there at once.
    pub(crate) async fn deliver_task(&self, tx: &Tx, change: &mut Change) -> Result<()> {
        let form = self.form_of(tx.conn(), change.row.id).await?;
        let delivery: Delivery = self.open(&form.delivery_sealed, change.row.id, "delivery")?;
        if delivery.way == "electronic" && change.row.account_id.is_some() {
            return Ok(());
        }
        change.row.step_name = "领取".to_owned();
        let name = if delivery.way == "post" { "寄出结果" } else { "窗口发放" };
        let row = store::begun(self.platform.new_id(), &change.row, "deliver", name, "delivery", tx.now());
        task::Entity::insert(all_set::<_, task::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
        Ok(())
    }

    /// Who was identified to collect a result; name and number of the hand-over become theirs.
    ///
    /// # Errors
    /// 404 and 409 for an identification that does not count, 422 for another way than the window.
    async fn seen_at_delivery(&self, caller: &Principal, deliver: &mut Deliver) -> Result<Option<Identification>> {
        let Some(id) = deliver.identification else { return Ok(None) };
        if deliver.way != "self" {
            let message = "核验过领取人的，领取方式选“到窗口领取”";
            return Err(Problem::invalid_field("/way", "not_at_the_window", message));
        }
        let who = self.recognition.identified(caller, id, Purpose::Collection).await?;
        deliver.receiver_name.clone_from(&who.seen.person.name);
        deliver.receiver_id_number.clone_from(&who.seen.person.id_number);
        Ok(Some(who))
    }

    /// Records the hand-over.
    ///
    /// # Errors
    /// 409 before closing or when delivered, 422 naming what is missing.
    pub async fn deliver(&self, caller: &Principal, id: Uuid, mut deliver: Deliver) -> Result<()> {
        let seen = self.seen_at_delivery(caller, &mut deliver).await?;
        if deliver.receiver_name.trim().is_empty() {
            return Err(Problem::invalid_field("/receiver_name", "required", "填写领取人姓名"));
        }
        match deliver.way.as_str() {
            "self" => {
                let today = base::zone::china_date(self.platform.now());
                base::codes::CitizenId::parse(&deliver.receiver_id_number, today)
                    .map_err(|error| Problem::invalid_field("/receiver_id_number", "id_number", error.to_string()))?;
            }
            "post" if deliver.waybill.trim().is_empty() => {
                return Err(Problem::invalid_field("/waybill", "required", "填写寄件运单号"));
            }
            "post" | "electronic" => {}
            _ => return Err(Problem::invalid_field("/way", "option", "选择领取方式")),
        }
        let (casework, clerk) = (self.clone(), caller.id);
        self.act(caller, id, deliver.version, "case.deliver", move |tx, loaded, change| {
            Box::pin(async move {
                if loaded.row.outcome.as_deref() == Some("granted") {
                    casework.may_pass(tx, &loaded, Moment::Delivery).await?;
                }
                let seen = match seen {
                    Some(who) => Some(casework.collector(who, &loaded, &deliver.note).await?),
                    None => None,
                };
                let change = casework.hand_over(tx, &loaded, change, &deliver, seen.as_ref()).await?;
                if let Some(seen) = &seen {
                    casework.recognition.use_identification(tx, clerk, &seen.who, id).await?;
                }
                Ok(change)
            })
        })
        .await
    }

    /// The hand-over itself: event, 送达回证, the task done.
    async fn hand_over(
        &self,
        tx: &Tx,
        loaded: &Loaded,
        mut change: Change,
        deliver: &Deliver,
        seen: Option<&Seen>,
    ) -> Result<Change> {
        let id = loaded.row.id;
        if deliver.way == "post" && !ordered(tx, id, deliver.waybill.trim()).await? {
            change.record(
                &self.platform,
                EventKind::CourierOrder,
                format!("已寄出，运单号 {}", deliver.waybill.trim()),
                json!({ "waybill": deliver.waybill.trim() }),
            )?;
        }
        let more = self.delivery_data(tx, &change, loaded, deliver).await?;
        let document = self.document(&change.row, &loaded.item, DocumentKind::Delivery, None, more).await?;
        let text = match deliver.way.as_str() {
            "post" => format!("寄给{}", deliver.receiver_name.trim()),
            "self" => {
                let how = seen.map(|seen| format!("（{}）", seen.text())).unwrap_or_default();
                format!("{}已在窗口领取{how}", deliver.receiver_name.trim())
            }
            _ => "已领取电子结果".to_owned(),
        };
        change.record(
            &self.platform,
            EventKind::Collect,
            text,
            json!({
                "document_id": document.id,
                "way": deliver.way,
                "identified": seen.map(Seen::data),
            }),
        )?;
        change.row.delivered_at = Some(tx.now());
        change.row.step_name = String::new();
        close_tasks(tx, id, "deliver", caller_of(&change), "delivered", deliver.note.trim()).await?;
        self.keep_document(tx, document).await?;
        change.announce("case.delivered");
        Ok(change)
    }

    /// A parcel with the result was signed for: the result counts as handed over, inside the caller's command.
    /// A case that is not waiting for it stays as it is.
    ///
    /// # Errors
    /// 404 for an unknown case, 409 when somebody changed it meanwhile.
    pub async fn parcel_received(&self, tx: &Tx, id: Uuid, waybill: &str, receiver: &str) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        if loaded.state()? != State::Closed {
            return Ok(());
        }
        let deliver = Deliver {
            version: loaded.row.version,
            receiver_name: receiver.to_owned(),
            receiver_id_number: String::new(),
            way: "post".to_owned(),
            waybill: waybill.to_owned(),
            note: "快递显示已签收".to_owned(),
            identification: None,
        };
        let change = Change::of(loaded.row.clone(), Actor::system()).named("case.deliver");
        let change = self.hand_over(tx, &loaded, change, &deliver, None).await?;
        change.save(&self.platform, tx).await?;
        Ok(())
    }

    /// What the 送达回证 says: what was handed over, where, how, and to whom.
    async fn delivery_data(
        &self,
        tx: &Tx,
        change: &Change,
        loaded: &Loaded,
        deliver: &Deliver,
    ) -> Result<Map<String, Value>> {
        let id = loaded.row.id;
        let place = loaded.item.item.places.first().map(|place| format!("{}，{}", place.name, place.address));
        let (place, method) = match deliver.way.as_str() {
            "self" => (place.unwrap_or_default(), "直接送达（窗口领取）"),
            "post" => {
                let form = self.form_of(tx.conn(), id).await?;
                let delivery: Delivery = self.open(&form.delivery_sealed, id, "delivery")?;
                let to = delivery.address.unwrap_or_default();
                (format!("{}{}", to.region, to.address), "邮寄送达")
            }
            _ => ("网上办事大厅".to_owned(), "电子送达"),
        };
        let documents = store::documents(tx.conn(), id).await?;
        let mut handed: Vec<Value> = documents
            .iter()
            .filter(|document| !DocumentKind::is_of_process(&document.kind))
            .map(|document| json!({ "name": document.name, "number": document.number, "copies": 1 }))
            .collect();
        let licences = self.licences.of_case(id).await?;
        let valid = licences.iter().filter(|licence| licence.state == licences::State::Valid);
        handed.extend(valid.map(|licence| json!({ "name": licence.name, "number": licence.number, "copies": 1 })));
        let courier = (deliver.way == "post").then(|| deliver.waybill.trim());
        Ok(object(json!({
            "place": place,
            "method": method,
            "documents": handed,
            "deliverer": change.actor().name,
            "delivered_at": super::documents::minute(tx.now()),
            "signed_by": deliver.receiver_name.trim(),
            "signed_on": base::zone::china_date(tx.now()).to_string(),
            "courier": courier,
            "note": deliver.note.trim(),
        })))
    }

    /// Voids a closed case (办件撤销); its licence is abolished with it.
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason.
    pub async fn void(&self, caller: &Principal, id: Uuid, void: Reason) -> Result<()> {
        let why = reason("/reason", &void.reason)?;
        let casework = self.clone();
        self.act(caller, id, void.version, "case.void", move |tx, _, mut change| {
            Box::pin(async move {
                let text = why;
                change.record(
                    &casework.platform,
                    EventKind::Revoke,
                    format!("撤销：{text}"),
                    json!({ "reason": text }),
                )?;
                change.row.step_name = String::new();
                super::intake::cancel_tasks(tx, id).await?;
                change.row.closing = Some(Closing::Voided.as_str().to_owned());
                tx.enqueue(NewJob {
                    id: casework.platform.new_id(),
                    kind: ABOLISH_JOB,
                    payload: json!({ "case_id": id, "reason": text }),
                    run_at: None,
                    key: Some(format!("{ABOLISH_JOB}:{id}")),
                });
                change.announce("case.voided");
                Ok(change)
            })
        })
        .await
    }

    /// The job behind [`ABOLISH_JOB`]: a job, so that no voided case keeps a valid licence when
    /// something fails in between.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn abolish_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        let reason: String = serde_json::from_value(payload.get("reason").cloned().unwrap_or(Value::Null))?;
        // A licence keeps a shorter reason than a case.
        let reason: String = reason.chars().take(200).collect();
        for licence in self.licences.of_case(id).await? {
            if licence.state == licences::State::Valid {
                self.licences.abolish(licence.id, &reason, None).await?;
            }
        }
        Ok(())
    }
}

/// Whether the courier's order with this waybill stands in the chain already.
async fn ordered(tx: &Tx, case: Uuid, waybill: &str) -> Result<bool> {
    let events = store::around(tx.conn(), case).await?.events;
    Ok(events.iter().any(|event| {
        let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
        event.kind == EventKind::CourierOrder.as_str() && data.get("waybill").and_then(Value::as_str) == Some(waybill)
    }))
}
