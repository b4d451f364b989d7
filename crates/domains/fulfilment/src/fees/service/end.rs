//! The case ended, or its amount changed: open orders are stopped, an unpaid fee is dropped.

use casework::cases::model::State;
use casework::cases::service::beside::Record;
use casework::cases::service::change::Actor;
use platform::work::jobs::NewJob;
use platform::{Result, Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{id_of, order_event};
use crate::Fulfilment;
use crate::fees::model::{FeeState, OrderState};
use crate::fees::store;

/// The job behind the events by which a case ends.
pub const JOB: &str = "fulfilment.end_fee";
/// Job that stops an order over there.
pub const STOP_JOB: &str = "fulfilment.stop_order";

/// Cancels the open orders of a fee and leaves it to a job to stop them over there; what the chain is told.
pub(crate) async fn cancel_orders(domain: &Fulfilment, tx: &Tx, fee: Uuid) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for mut order in store::orders(tx.conn(), fee).await? {
        if order.state != OrderState::Created.as_str() {
            continue;
        }
        let read = std::mem::replace(&mut order.state, OrderState::Cancelled.as_str().to_owned());
        order.closed_at = Some(tx.now());
        tx.enqueue(NewJob {
            id: domain.platform.new_id(),
            kind: STOP_JOB,
            payload: json!({ "number": order.number }),
            run_at: None,
            key: Some(format!("{STOP_JOB}:{}", order.number)),
        });
        records.push(order_event(&order, None)?);
        store::save_order(tx.conn(), order, &read).await?;
    }
    Ok(records)
}

impl Fulfilment {
    /// Drops the unpaid fee of a case that ended without a positive result; a paid one is marked, so
    /// that somebody decides about giving it back.
    ///
    /// # Errors
    /// 409 and 500 to be tried again.
    pub async fn end_fee_job(&self, payload: Value) -> Result<()> {
        let Some(case) = self.casework.facts(id_of(&payload, "case_id")?).await? else { return Ok(()) };
        let granted = case.outcome.as_deref() == Some("granted") && case.state != State::Voided;
        if granted || store::of_case(self.platform.db.read(), case.id).await?.is_none() {
            return Ok(());
        }
        let domain = self.clone();
        let done = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = store::of_case(tx.conn(), case.id).await? else { return Ok(()) };
                    match row.state()? {
                        FeeState::ToReview | FeeState::Due => {
                            row.state = FeeState::Cancelled.as_str().to_owned();
                            let records = cancel_orders(&domain, tx, row.id).await?;
                            if !records.is_empty() {
                                domain.casework.record_beside(tx, case.id, Actor::system(), "fee.end", records).await?;
                            }
                        }
                        FeeState::Paid => row.refund_due = true,
                        _ => return Ok(()),
                    }
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await;
        again_when_stale(done)
    }

    /// Stops an order at the payment platform. One that was paid there first comes in as a confirmation.
    ///
    /// # Errors
    /// 503 when it does not answer: tried again.
    pub async fn stop_order_job(&self, payload: Value) -> Result<()> {
        let number: String = serde_json::from_value(payload.get("number").cloned().unwrap_or(Value::Null))?;
        self.payments.stop(&number).await?;
        Ok(())
    }
}

/// A job that met somebody's act is tried again; only a 5xx is.
pub(crate) fn again_when_stale(done: Result<()>) -> Result<()> {
    match done {
        Err(problem) if problem.code() == "stale_version" => {
            Err(platform::Problem::unavailable("办件正在被别人修改，稍后再试。", "stale"))
        }
        done => done,
    }
}
