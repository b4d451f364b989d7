//! Giving a task to a colleague: for good (转办), or to be done in one's name (委托).

use platform::web::guard::Principal;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::chosen::Named;
use crate::cases::error::CaseError;
use crate::cases::model::EventKind;
use crate::cases::service::{Casework, special};
use crate::cases::store::{task, task_handler};

/// A task was given to somebody.
pub const GIVEN_TOPIC: &str = "case.task_given";

/// Gives a task to a colleague.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TransferTask {
    /// Version of the page.
    pub version: i64,
    /// Staff id of the colleague.
    pub to: Uuid,
    /// Why.
    pub reason: String,
    /// In one's name: it stays one's own and can be taken back by transferring it to oneself.
    #[serde(default)]
    pub delegate: bool,
}

impl Casework {
    /// Gives a task to a colleague; who delegated it may take it back the same way.
    ///
    /// # Errors
    /// 403 for somebody else's task, 409 when it is done, 422 for a colleague who can't do it.
    pub async fn transfer_task(&self, caller: &Principal, id: Uuid, task_id: Uuid, asked: TransferTask) -> Result<()> {
        let why = special::reason("/reason", &asked.reason)?;
        let to = self.chosen(asked.to, "/to").await?;
        let (casework, who) = (self.clone(), caller.clone());
        self.act_on_task(caller, id, asked.version, "task.transfer", move |tx, loaded, mut change| {
            Box::pin(async move {
                let at_hand = casework.at_hand(tx, &loaded.row, task_id).await?;
                let task = &at_hand.task;
                let owns = task.owner_id == Some(who.id);
                if !owns && !casework.may_take(tx.conn(), &who, task).await? {
                    return Err(CaseError::NotYourTask.into());
                }
                let back = owns && to.id == who.id;
                if !back && to.id == who.id {
                    return Err(Problem::invalid_field("/to", "self", "这一步本来就在您这里，请选一位同事"));
                }
                if !task.role.is_empty() && !to.roles.contains(&task.role) {
                    let message = format!("{} 没有这一步要的岗位，请另选一位", to.name);
                    return Err(Problem::invalid_field("/to", "role", message));
                }
                if asked.delegate && task.owner_id.is_some() && !owns {
                    return Err(Problem::invalid_field("/delegate", "twice", "别人委托给您的事不能再委托，可以转办"));
                }
                // Whose it stays: only with a delegation, and until it is taken back.
                let owner = (asked.delegate && !back).then(|| (who.id, who.name.clone()));
                task_handler::Entity::delete_many()
                    .filter(task_handler::Column::TaskId.eq(task_id))
                    .exec(tx.conn())
                    .await?;
                let named = Named { kind: "person", key: to.id.to_string(), label: to.name.clone() };
                casework.put_handlers(tx, task_id, vec![named]).await?;
                task::Entity::update_many()
                    .col_expr(task::Column::Narrowed, Expr::value(true))
                    .col_expr(task::Column::OwnerId, Expr::value(owner.as_ref().map(|(id, _)| *id)))
                    .col_expr(task::Column::OwnerName, Expr::value(owner.map(|(_, name)| name)))
                    .filter(task::Column::Id.eq(task_id))
                    .exec(tx.conn())
                    .await?;
                let act = match (back, asked.delegate) {
                    (true, _) => "收回委托".to_owned(),
                    (_, true) => format!("委托 {} 办理", to.name),
                    (_, false) => format!("转给 {} 办理", to.name),
                };
                change.record(
                    &casework.platform,
                    EventKind::Review,
                    format!("{}：{act}。{why}", task.name),
                    json!({ "task": task.element, "act": "transfer", "to": to.id, "delegate": asked.delegate }),
                )?;
                if !back {
                    let text = format!("{} 把“{}”的“{}”交给您办理：{why}", who.name, loaded.row.item_name, task.name);
                    casework.announce_given(tx, &change, &[to.id], &text);
                }
                Ok(change)
            })
        })
        .await
    }

    /// Tells colleagues that a task waits for them, once the change is kept.
    pub(super) fn announce_given(
        &self,
        tx: &platform::Tx,
        change: &crate::cases::service::change::Change,
        staff: &[Uuid],
        text: &str,
    ) {
        let id = self.platform.new_id();
        tx.publish(Event {
            id,
            topic: GIVEN_TOPIC,
            subject: format!("case:{}:{}", change.row.org_id, change.row.id),
            payload: json!({ "topic": GIVEN_TOPIC, "case_id": change.row.id, "occurrence": id, "staff": staff, "text": text }),
        });
    }
}
