//! An administrator sends a case to another step (FORM-029), with a reason, and only to where it can still end.

use flow::Command;
use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::cases::model::EventKind;
use crate::cases::service::{Casework, special};
use crate::cases::store::task;

/// Sends a case elsewhere.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct JumpTask {
    /// Version of the page.
    pub version: i64,
    /// Step to go on with.
    pub element: String,
    /// Why.
    pub reason: String,
}

impl Casework {
    /// Leaves an open task for another step.
    ///
    /// # Errors
    /// 409 when the flow could not end from there, 422 without a reason.
    pub async fn jump_task(&self, caller: &Principal, id: Uuid, task_id: Uuid, asked: JumpTask) -> Result<()> {
        let why = special::reason("/reason", &asked.reason)?;
        let casework = self.clone();
        self.act(caller, id, asked.version, "flow.jump", move |tx, loaded, mut change| {
            Box::pin(async move {
                let at_hand = casework.at_hand(tx, &loaded.row, task_id).await?;
                let (element, reason) = (asked.element.clone(), why.clone());
                let command = at_hand.command(|task| Command::Jump { task, element, reason });
                let advance = casework.advance(&at_hand.running, command)?;
                task::Entity::update_many()
                    .col_expr(task::Column::State, Expr::value("cancelled"))
                    .filter(task::Column::Id.eq(task_id))
                    .exec(tx.conn())
                    .await?;
                let (from, to) = (&at_hand.task.name, at_hand.running.label(&asked.element));
                change.record(
                    &casework.platform,
                    EventKind::Review,
                    format!("管理员调整：从“{from}”到“{to}”。{why}"),
                    json!({ "task": at_hand.task.element, "act": "jump", "to": asked.element }),
                )?;
                casework.follow(tx, &mut change, &advance).await?;
                Ok(change)
            })
        })
        .await
    }
}
