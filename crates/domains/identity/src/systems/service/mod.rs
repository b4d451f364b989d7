//! What is done with connected systems: registering and changing, secrets, questions.

pub(crate) mod look_up;
pub(crate) mod register;
pub(crate) mod secrets;
pub(crate) mod trial;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use serde_json::Value;
use uuid::Uuid;

use super::store::{self, change};
use crate::Identity;

pub(crate) fn no_system() -> Problem {
    Problem::not_found("没有找到这个接入系统。")
}

impl Identity {
    /// Leaves a line in the system's own log and one in the audit log.
    pub(crate) async fn log_change(
        &self,
        tx: &Tx,
        caller: &Principal,
        system: Uuid,
        action: &'static str,
        detail: Value,
    ) -> Result<()> {
        store::insert_change(
            tx.conn(),
            change::Model {
                id: self.platform.new_id(),
                system_id: system,
                at: tx.now(),
                actor_id: caller.id,
                actor_name: caller.name.clone(),
                action: action.to_owned(),
                detail: detail.clone(),
            },
        )
        .await?;
        tx.audit(Line::by(caller, self.platform.new_id(), action, format!("system:{system}"), detail));
        Ok(())
    }
}
