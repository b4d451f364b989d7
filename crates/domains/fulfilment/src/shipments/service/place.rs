//! Ordering a parcel with the courier: a job, so that a courier that is down delays a parcel and nothing else.

use casework::cases::model::{EventKind, State};
use casework::cases::service::beside::Record;
use casework::cases::service::change::Actor;
use platform::work::jobs::{MAX_ATTEMPTS, NewJob};
use platform::work::outbox::Event;
use platform::{Problem, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Fulfilment;
use crate::fees::{again_when_stale, id_of};
use crate::shipments::SHIPPED;
use crate::shipments::courier::Parcel;
use crate::shipments::model::ShipmentState;
use crate::shipments::store;

/// Job that orders a parcel.
pub const JOB: &str = "fulfilment.place_order";

impl Fulfilment {
    /// The job behind [`JOB`]: orders once, however often it runs.
    ///
    /// # Errors
    /// 503 when the courier does not answer: tried again; 409 when it refuses for good: shown as failed.
    pub async fn place_order_job(&self, payload: Value) -> Result<()> {
        let id = id_of(&payload, "shipment_id")?;
        let Some(row) = store::find(self.platform.db.read(), id).await? else { return Ok(()) };
        if row.state()? != ShipmentState::Ordering {
            return Ok(());
        }
        let parties = self.parties(&row)?;
        let parcel = Parcel {
            number: row.number.clone(),
            sender: parties.sender,
            receiver: parties.receiver,
            content: row.title.clone(),
            weight_g: row.weight_g,
            payer: row.payer.clone(),
        };
        match self.courier.order(&parcel).await {
            Ok(waybill) => {
                // Somebody may have handed the result over by other means while we asked.
                let waits = match row.case_id {
                    Some(case) => self.casework.state_of(case).await? == State::Closed,
                    None => false,
                };
                self.ordered(id, waybill, waits).await
            }
            Err(problem) => self.note_failure(id, problem).await,
        }
    }

    async fn ordered(&self, id: Uuid, waybill: String, waits: bool) -> Result<()> {
        let domain = self.clone();
        let done = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = store::find(tx.conn(), id).await? else { return Ok(()) };
                    if row.state()? != ShipmentState::Ordering {
                        return Ok(());
                    }
                    row.state = ShipmentState::Ordered.as_str().to_owned();
                    row.company = Some(domain.courier_rules.company.clone());
                    row.waybill = Some(waybill.clone());
                    row.error = None;
                    row.ordered_at = Some(tx.now());
                    if let (Some(case), true) = (row.case_id, waits) {
                        let record = Record {
                            kind: EventKind::CourierOrder,
                            text: format!("已寄出，运单号 {waybill}"),
                            data: json!({ "waybill": waybill, "company": row.company, "order": row.number }),
                            paper: None,
                        };
                        domain
                            .casework
                            .record_beside(tx, case, Actor::system(), "shipment.order", vec![record])
                            .await?;
                        tx.publish(Event {
                            id: domain.platform.new_id(),
                            topic: SHIPPED,
                            subject: format!("case:{}:{case}", row.org_id),
                            payload: json!({
                                "case_id": case, "number": row.number, "waybill": waybill, "company": row.company,
                            }),
                        });
                    }
                    tx.enqueue(NewJob {
                        id: domain.platform.new_id(),
                        kind: super::track::JOB,
                        payload: json!({ "shipment_id": id, "look": 1 }),
                        run_at: Some(tx.now() + super::track::FIRST),
                        key: Some(format!("{}:{id}:1", super::track::JOB)),
                    });
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await;
        again_when_stale(done)
    }

    /// Counts a failure; a refusal for good, or one too many, shows as failed until somebody looks.
    async fn note_failure(&self, id: Uuid, problem: Problem) -> Result<()> {
        let for_good = !problem.status().is_server_error();
        let text = problem.title().to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = store::find(tx.conn(), id).await? else { return Ok(()) };
                    if row.state()? != ShipmentState::Ordering {
                        return Ok(());
                    }
                    row.attempts += 1;
                    row.error = Some(text);
                    if for_good || row.attempts % MAX_ATTEMPTS == 0 {
                        row.state = ShipmentState::Failed.as_str().to_owned();
                    }
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        Err(problem)
    }
}
