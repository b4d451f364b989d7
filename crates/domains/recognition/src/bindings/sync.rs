//! Changed registration data go to every system where the person has a bound account (IDENT-008).
//!
//! One event becomes one job for each binding, so that a system that is down holds up no other.

use platform::web::guard::Audience;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store;
use crate::Recognition;
use crate::outbound::{Answered, Call};

/// Job that finds who has to be told.
pub const CHANGED_JOB: &str = "recognition.account_changed";
/// Job that tells one system.
pub const SYNC_JOB: &str = "recognition.sync";

fn id_in(payload: &Value, name: &str) -> Result<Uuid> {
    Ok(serde_json::from_value(payload.get(name).cloned().unwrap_or(Value::Null))?)
}

impl Recognition {
    /// The job behind [`CHANGED_JOB`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_changed_job(&self, payload: Value) -> Result<()> {
        let account = id_in(&payload, "account_id")?;
        let bound = store::standing(self.platform.db.read(), Audience::Portal, account).await?;
        if bound.is_empty() {
            return Ok(());
        }
        let jobs: Vec<NewJob> = bound
            .into_iter()
            .map(|row| NewJob {
                id: self.platform.new_id(),
                kind: SYNC_JOB,
                payload: json!({ "binding": row.id }),
                run_at: None,
                key: None,
            })
            .collect();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for job in jobs {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The job behind [`SYNC_JOB`]. What is sent is read now: two changes at once may send the newest
    /// twice, never an old one last.
    ///
    /// # Errors
    /// 503 when the system does not answer: tried again. What it refuses is final and visible.
    pub async fn sync_job(&self, payload: Value) -> Result<()> {
        let id = id_in(&payload, "binding")?;
        let Some(row) = store::find(self.platform.db.read(), id).await?.filter(|row| row.ended_at.is_none()) else {
            return Ok(());
        };
        let Some(link) = self.live_link_of(row.system_id).await?.filter(|link| !link.row.sync_url.is_empty()) else {
            return Ok(());
        };
        let Some(user) = self.identity.user_data(&link.system, Audience::Portal, row.account_id).await? else {
            return Ok(());
        };
        let body = json!({
            "event": "changed",
            "subject": self.subject(&link.system.app_id, row.account_id),
            "external_id": self.external_of(&row)?,
            "user": user,
        });
        let (system, address) = (&link.system, &link.row.sync_url);
        match self.call(Call { system, address, operation: "同步用户信息", body, case: None }).await? {
            Answered::Taken(_) => {
                let note = self.platform.db.write(self.platform.now(), move |tx| {
                    Box::pin(async move { store::note_sync(tx.conn(), id, tx.now()).await })
                });
                note.await
            }
            Answered::Refused(status) => {
                Err(Problem::conflict("sync_refused", format!("{}不接收用户信息，回应 {status}。", link.system.name)))
            }
            Answered::Down(reason) => {
                Err(Problem::unavailable(format!("{}没有接收用户信息，稍后自动再送。", link.system.name), reason))
            }
        }
    }
}
