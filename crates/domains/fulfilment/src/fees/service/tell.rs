//! Tells the applicant that there is something to pay, that it was paid, or that it came back.

use platform::Result;
use serde_json::Value;

use super::id_of;
use crate::Fulfilment;
use crate::fees::model::yuan;
use crate::fees::store;

/// The job behind the events of fees.
pub const JOB: &str = "fulfilment.tell_fee";

impl Fulfilment {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the gateway is down: tried again.
    pub async fn tell_fee_job(&self, payload: Value) -> Result<()> {
        let case = id_of(&payload, "case_id")?;
        let Some(row) = store::of_case(self.platform.db.read(), case).await? else { return Ok(()) };
        let topic = payload.get("topic").and_then(Value::as_str).unwrap_or_default();
        let version = payload.get("version").and_then(Value::as_i64).unwrap_or_default();
        let amount = yuan(payload.get("amount_fen").and_then(Value::as_i64).unwrap_or(row.amount_fen));
        let template = topic.replace('.', "_");
        let key = format!("{topic}:{case}:{version}");
        self.casework.tell_about(case, &template, &key, &[("amount", &amount)]).await
    }
}
