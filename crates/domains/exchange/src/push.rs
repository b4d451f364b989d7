//! What a step of a flow tells a connected system (FORM-026, event `push`): which case, which step, entered or left.
//!
//! The receiver is the connected system whose app id the flow names; it gets the data at the first of its registered
//! addresses that ends with `/events`, signed as agreed with it. Nothing personal is sent: who wants more asks by the
//! case number, with his own right. At least once; the receiver drops what it has by `id`.

use identity::systems::ConnectedSystem;
use platform::calls::{self, Direction, Entry};
use platform::{Problem, Result};
use serde_json::Value;
use uuid::Uuid;

use crate::{Exchange, outgoing};

/// Job that tells a connected system of a step.
pub const JOB: &str = "exchange.push";

fn address(system: &ConnectedSystem) -> Option<&String> {
    system.callbacks.iter().find(|address| address.ends_with("/events"))
}

impl Exchange {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the system does not answer: tried again. One that is not there, or refuses the content, is final and
    /// visible in the ledger.
    pub async fn push_job(&self, payload: Value) -> Result<()> {
        let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let app_id = text("system");
        let started = self.platform.clock.now();
        let mut entry = Entry::new(&self.platform, Direction::Out);
        entry.party.clone_from(&app_id);
        entry.party_name.clone_from(&app_id);
        entry.operation = format!("通知“{}”", text("step_name"));
        entry.case_id = text("case_id").parse::<Uuid>().ok();
        entry.case_number = Some(text("case_number")).filter(|number| !number.is_empty());
        let body = payload.to_string();
        entry.payload(body.as_bytes());
        let system = self.identity.live_system(&app_id).await?;
        let Some(address) = system.as_ref().and_then(address) else {
            let reason = format!("接入系统“{app_id}”没有启用，或者没有登记以 /events 结尾的回调地址");
            entry.failed(0, &reason);
            calls::write(&self.platform, entry, started).await?;
            return Err(Problem::conflict("push_nowhere", reason));
        };
        entry.address.clone_from(address);
        let sent = outgoing::post(&self.platform, &self.identity, &app_id, address, body).await;
        match &sent {
            Ok(status) => entry.succeeded(*status, ""),
            Err(refused) => entry.failed(refused.status, &refused.reason),
        }
        calls::write(&self.platform, entry, started).await?;
        match sent {
            Ok(_) => Ok(()),
            Err(refused) if matches!(refused.status, 400 | 422) => {
                Err(Problem::conflict("push_refused", format!("“{app_id}”不接收：{}", refused.reason)))
            }
            Err(refused) => Err(Problem::unavailable("对方系统没有接收，稍后自动再发。", &refused.reason)),
        }
    }
}
