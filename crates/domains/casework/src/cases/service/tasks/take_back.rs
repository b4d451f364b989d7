//! Taking back a task that one just completed (收回), while nobody has gone on from there.

use flow::Command;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::examined;
use crate::cases::error::CaseError;
use crate::cases::model::{EventKind, OutOfOrder, State};
use crate::cases::service::Casework;
use crate::cases::service::running::Running;
use crate::cases::store::task;

/// A task that can be taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakeableTask {
    /// Task.
    pub task: Uuid,
    /// Name of the step.
    pub name: String,
}

/// A decision told to the applicant is not taken back this way.
fn ordinary(task: &task::Model, caller: &Principal) -> bool {
    task.state == "done"
        && task.done_by == Some(caller.id)
        && task.stage != "decide"
        && task.outcome.as_deref() != Some("return")
}

impl Casework {
    /// Tasks of a case that the caller may take back now.
    pub(crate) fn takeable_tasks(
        &self,
        caller: &Principal,
        state: State,
        tasks: &[task::Model],
        running: &Running,
    ) -> Vec<TakeableTask> {
        if !examined(state) {
            return Vec::new();
        }
        let may = |task: &&task::Model| {
            let Some(name) = task.flow_task.clone() else { return false };
            ordinary(task, caller) && self.advance(running, Command::TakeBack { task: name }).is_ok()
        };
        let found = tasks.iter().rev().filter(may);
        found.map(|task| TakeableTask { task: task.id, name: task.name.clone() }).collect()
    }

    /// Takes a task back: it is open again, what followed from it is taken off the lists.
    ///
    /// # Errors
    /// 403 for somebody else's, 409 when somebody has gone on or the case is not examined any more.
    pub async fn take_back_task(&self, caller: &Principal, id: Uuid, task_id: Uuid, version: i64) -> Result<()> {
        let (casework, who) = (self.clone(), caller.clone());
        self.act_on_task(caller, id, version, "task.complete", move |tx, loaded, mut change| {
            Box::pin(async move {
                let found = task::Entity::find_by_id(task_id).one(tx.conn()).await?.filter(|task| task.case_id == id);
                let task = found.ok_or(CaseError::NotFound)?;
                let (Some(flow_task), true) = (task.flow_task.clone(), ordinary(&task, &who)) else {
                    return Err(Problem::conflict("not_takeable", "只能收回自己刚办的、还不是审批决定的一步。"));
                };
                let state = loaded.state()?;
                if !examined(state) {
                    return Err(OutOfOrder { state, event: EventKind::Review }.into());
                }
                let running = casework.running_in(tx, id).await?;
                let advance = casework.advance(&running, Command::TakeBack { task: flow_task })?;
                task::Entity::update_many()
                    .col_expr(task::Column::State, Expr::value("taken_back"))
                    .filter(task::Column::Id.eq(task_id))
                    .exec(tx.conn())
                    .await?;
                change.record(
                    &casework.platform,
                    EventKind::Review,
                    format!("{}：收回重办", task.name),
                    json!({ "task": task.element, "act": "take_back" }),
                )?;
                casework.follow(tx, &mut change, &advance).await?;
                Ok(change)
            })
        })
        .await
    }
}
