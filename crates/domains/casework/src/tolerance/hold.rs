//! The result waits for what was promised: no grant, no licence, no closing before it is there.

use flow::Status;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use super::store;
use crate::Casework;
use crate::cases::model::State;
use crate::cases::service::change::Change;
use crate::cases::service::running::jobs::SERVICE_JOB;

impl Casework {
    /// Whether something promised is still to come.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn is_held(&self, conn: &impl ConnectionTrait, case: Uuid) -> Result<bool> {
        Ok(!store::open_of(conn, case).await?.is_empty())
    }

    /// Refuses to grant while something is still to come.
    ///
    /// # Errors
    /// 409 naming what is missing and the last day.
    pub(crate) async fn may_grant(&self, tx: &Tx, case: Uuid) -> Result<()> {
        let open = store::open_of(tx.conn(), case).await?;
        if open.is_empty() {
            return Ok(());
        }
        let names = open.iter().map(|row| format!("“{}”", row.name)).collect::<Vec<_>>().join("、");
        let until = open.iter().filter_map(|row| row.due_at).min().map(crate::cases::clock::last_day);
        let until = until.map(|day| format!("，约定 {day} 前补交")).unwrap_or_default();
        Err(Problem::conflict(
            "tolerance_open",
            format!("容缺的{names}还没有补齐{until}。补齐后才能准予；意见可以先写好，也可以催申请人补交。"),
        ))
    }

    /// Goes on with a result that waited, once everything promised is there.
    pub(crate) async fn release(&self, tx: &Tx, change: &mut Change) -> Result<()> {
        let id = change.row.id;
        if self.is_held(tx.conn(), id).await? {
            return Ok(());
        }
        let Some(running) = self.running(tx.conn(), id).await? else { return Ok(()) };
        if running.instance.status == Status::Finished {
            // The flow came to its end meanwhile; what waited is the closing.
            let over = matches!(State::parse(&change.row.state), Some(State::Closed | State::Delivered));
            return if over { Ok(()) } else { self.close(tx, change).await };
        }
        for (token, element) in running.instance.pending(&running.definition) {
            let Some(node) = running.definition.node(&element) else { continue };
            let Some(service) = node.attributes.get("service") else { continue };
            change.row.step_name = "制作结果".to_owned();
            tx.enqueue(NewJob {
                id: self.platform.new_id(),
                kind: SERVICE_JOB,
                payload: json!({
                    "case_id": id, "token": token, "element": element, "service": service,
                    "attributes": node.attributes,
                }),
                run_at: None,
                key: Some(format!("{SERVICE_JOB}:{id}:{token}:after:{}", change.row.event_count)),
            });
        }
        Ok(())
    }
}
