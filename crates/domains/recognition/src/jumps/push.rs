//! What is pushed along with a jump: the called number, the data of the case (IDENT-012). After the
//! ticket was redeemed, so that nothing goes to a system where nobody arrived.

use platform::{Problem, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Recognition;
use crate::arrivals::store;
use crate::outbound::{Answered, Call};

/// Job that pushes.
pub const PUSH_JOB: &str = "recognition.push";

impl Recognition {
    /// The job behind [`PUSH_JOB`]. The receiver knows a repeated push by the redemption.
    ///
    /// # Errors
    /// 503 when the system does not answer: tried again. What it refuses is final and visible.
    pub async fn push_job(&self, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("ticket").cloned().unwrap_or(Value::Null))?;
        let Some(ticket) = store::ticket(self.platform.db.read(), id).await? else { return Ok(()) };
        let link = self.live_link_of(ticket.system_id).await?.filter(|link| !link.row.push_url.is_empty());
        let Some(link) = link else { return Ok(()) };
        let case = match ticket.case_id {
            Some(case) => self.cases()?.facts(case).await?,
            None => None,
        };
        let body = json!({
            "redemption": ticket.id,
            "subject": self.subject(&link.system.app_id, ticket.account_id),
            "item": ticket.item_slug,
            "call_ticket": ticket.call_ticket,
            "case": case.as_ref().map(|case| &case.data),
        });
        let call = Call {
            system: &link.system,
            address: &link.row.push_url,
            operation: "推送叫号和办件数据",
            body,
            case: ticket.case_id.zip(case.map(|case| case.number)),
        };
        match self.call(call).await? {
            Answered::Taken(_) => Ok(()),
            Answered::Refused(status) => {
                Err(Problem::conflict("push_refused", format!("{}不接收推送，回应 {status}。", link.system.name)))
            }
            Answered::Down(reason) => {
                Err(Problem::unavailable(format!("{}没有接收推送，稍后自动再送。", link.system.name), reason))
            }
        }
    }
}
