//! Asking colleagues to give their opinion on an open task too (加签).

use flow::{Command, Handler};
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::cases::model::EventKind;
use crate::cases::service::{Casework, special};
use crate::cases::store;
use crate::cases::store::task;

/// Asks colleagues.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CountersignTask {
    /// Version of the page.
    pub version: i64,
    /// Staff ids of the colleagues, at most ten.
    pub who: Vec<Uuid>,
    /// One after the other instead of all at once.
    #[serde(default)]
    pub sequential: bool,
    /// What they are asked.
    pub reason: String,
}

impl Casework {
    /// Asks colleagues; the step goes on when all of them have passed it.
    ///
    /// # Errors
    /// 403 for somebody else's task, 409 when it is done, 422 for colleagues who can't do it or were asked already.
    pub async fn countersign_task(
        &self,
        caller: &Principal,
        id: Uuid,
        task_id: Uuid,
        asked: CountersignTask,
    ) -> Result<()> {
        let why = special::reason("/reason", &asked.reason)?;
        if asked.who.is_empty() || asked.who.len() > 10 {
            return Err(Problem::invalid_field("/who", "count", "选 1 到 10 位同事"));
        }
        let mut people = Vec::with_capacity(asked.who.len());
        for (at, id) in asked.who.iter().enumerate() {
            let pointer = format!("/who/{at}");
            if *id == caller.id || asked.who.iter().take(at).any(|other| other == id) {
                return Err(Problem::invalid_field(pointer, "twice", "同一位同事只选一次，自己不用选"));
            }
            people.push(self.chosen(*id, &pointer).await?);
        }
        let (casework, who) = (self.clone(), caller.clone());
        self.act_on_task(caller, id, asked.version, "task.countersign", move |tx, loaded, mut change| {
            Box::pin(async move {
                let at_hand = casework.own_at_hand(tx, &who, &loaded.row, task_id).await?;
                let together = at_hand.running.instance.together_with(&at_hand.flow_task);
                let tasks = store::tasks(tx.conn(), id).await?;
                let seats: Vec<Uuid> = tasks
                    .iter()
                    .filter(|task| task.flow_task.as_ref().is_some_and(|name| together.contains(name)))
                    .map(|task| task.id)
                    .collect();
                let named = store::handlers(tx.conn(), &seats).await?;
                for (at, person) in people.iter().enumerate() {
                    if named.iter().any(|one| one.kind == "person" && one.key == person.id.to_string()) {
                        let message = format!("{} 已经在会签名单里，不用再选", person.name);
                        return Err(Problem::invalid_field(format!("/who/{at}"), "asked", message));
                    }
                }
                let handlers =
                    people.iter().map(|person| Handler::person(person.id.to_string(), person.name.as_str())).collect();
                let command =
                    at_hand.command(|task| Command::Countersign { task, handlers, sequential: asked.sequential });
                let advance = casework.advance(&at_hand.running, command)?;
                // One's own task is one part of several from now on.
                task::Entity::update_many()
                    .col_expr(task::Column::Joint, Expr::value(true))
                    .filter(task::Column::Id.eq(task_id))
                    .exec(tx.conn())
                    .await?;
                let names = people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join("、");
                let name = &at_hand.task.name;
                change.record(
                    &casework.platform,
                    EventKind::Review,
                    format!("{name}：请 {names} 会签。{why}"),
                    json!({ "task": at_hand.task.element, "act": "countersign", "who": asked.who }),
                )?;
                let step = change.row.step_name.clone();
                casework.follow(tx, &mut change, &advance).await?;
                change.row.step_name = step;
                let text = format!("{} 请您会签“{}”的“{name}”：{why}", who.name, loaded.row.item_name);
                casework.announce_given(tx, &change, &asked.who, &text);
                Ok(change)
            })
        })
        .await
    }
}
