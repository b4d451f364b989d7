//! Tells the applicant that the result is on its way.

use platform::Result;
use serde_json::Value;

use crate::Fulfilment;
use crate::fees::id_of;

/// The job behind [`super::super::SHIPPED`].
pub const JOB: &str = "fulfilment.tell_shipped";

impl Fulfilment {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the gateway is down: tried again.
    pub async fn tell_shipped_job(&self, payload: Value) -> Result<()> {
        let case = id_of(&payload, "case_id")?;
        let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
        let more = [("courier", text("company")), ("tracking_number", text("waybill"))];
        self.casework.tell_about(case, "shipped", &format!("shipment.ordered:{}", text("number")), &more).await
    }
}
