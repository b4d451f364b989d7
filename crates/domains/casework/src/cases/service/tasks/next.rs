//! Who hands a case on may say who of those able does the next step (CASE-033), where the flow allows it.
//!
//! A step with `choose` (`may`, or `must`) is given to the colleagues chosen among those who could do it anyway: the
//! holders of its role in the body of the case, or those the step names. Nobody chosen: as without the setting, all of
//! them. Which steps follow is what the engine says to the outcome, nothing is kept for asking.

use std::collections::BTreeMap;

use flow::{Advance, Command, Effect, TaskOrder};
use identity::Staff;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::chosen::{Chosen, Named};
use super::colleagues::Colleague;
use crate::cases::error::CaseError;
use crate::cases::service::Casework;
use crate::cases::service::change::Change;
use crate::cases::store::{case, task};

/// Most colleagues one step may be given to.
const MOST: usize = 10;

/// Which outcome is meant.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NextFilter {
    /// Outcome the task would be completed with.
    pub outcome: String,
}

/// A step that would follow, and who can be chosen for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextStep {
    /// Element of the flow.
    pub element: String,
    /// Name.
    pub name: String,
    /// Whether somebody has to be chosen.
    pub required: bool,
    /// Who can be chosen.
    pub candidates: Vec<Colleague>,
}

/// Steps that would follow and whose handler is chosen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextSteps {
    /// In the order of the flow; empty when nothing is to be chosen.
    pub steps: Vec<NextStep>,
}

/// Steps that begin and whose handler may be chosen; `true` for those that want it.
fn choosable(advance: &Advance) -> impl Iterator<Item = (&TaskOrder, bool)> {
    advance.effects.iter().filter_map(|effect| match effect {
        Effect::CreateTask(order) if !order.joint => match order.attributes.get("choose").map(|text| text.trim()) {
            Some("may") => Some((order, false)),
            Some("must") => Some((order, true)),
            _ => None,
        },
        _ => None,
    })
}

impl Casework {
    /// Which steps would follow an outcome, and who can be chosen for them.
    ///
    /// # Errors
    /// 404 for a case out of reach, 403 for somebody else's task, 409 when it is done or does not end so.
    pub async fn next_steps(
        &self,
        caller: &Principal,
        id: Uuid,
        task_id: Uuid,
        filter: &NextFilter,
    ) -> Result<NextSteps> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        self.reaches(conn, caller, &row).await?;
        let found = task::Entity::find_by_id(task_id).one(conn).await?.filter(|task| task.case_id == id);
        let task = found.ok_or(CaseError::NotFound)?;
        if task.state != "open" {
            return Err(CaseError::TaskGone.into());
        }
        let (Some(flow_task), Some(running)) = (&task.flow_task, self.running(conn, id).await?) else {
            return Ok(NextSteps { steps: Vec::new() });
        };
        if !self.may_take(conn, caller, &task).await? {
            return Err(CaseError::NotYourTask.into());
        }
        let variables = crate::cases::service::intake::object(json!({ "outcome": filter.outcome }));
        let advance = self.advance(&running, Command::CompleteTask { task: flow_task.clone(), variables })?;
        let (book, tree) = (self.identity.role_book().await?, self.identity.orgs().await?);
        let mut steps = Vec::new();
        for (order, required) in choosable(&advance) {
            let able = self.able(conn, &row, order).await?;
            let candidates = able.into_iter().map(|one| Colleague {
                org_name: tree.get(one.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                roles: one.roles.iter().filter_map(|key| Some(book.get(key)?.label.clone())).collect(),
                id: one.id,
                name: one.name,
            });
            steps.push(NextStep {
                element: order.element.clone(),
                name: order.name.clone(),
                required,
                candidates: candidates.collect(),
            });
        }
        Ok(NextSteps { steps })
    }

    /// Who could do a step.
    async fn able(&self, conn: &impl ConnectionTrait, row: &case::Model, order: &TaskOrder) -> Result<Vec<Staff>> {
        let assigned = self.assigned(conn, row, order).await?;
        if assigned.handlers.is_empty() {
            return self.identity.staff_for(row.org_id, &assigned.role, &row.item_slug).await;
        }
        let mut able: Vec<Staff> = Vec::new();
        for named in &assigned.handlers {
            let found = match (named.kind, named.key.parse::<Uuid>()) {
                ("person", Ok(id)) => self.identity.staff(id).await?.into_iter().collect(),
                ("department", Ok(org)) => {
                    let mut members = self.identity.staff_of(&[org]).await?;
                    members.retain(|one| assigned.role.is_empty() || one.roles.contains(&assigned.role));
                    members
                }
                _ => self.identity.staff_for(row.org_id, &named.key, &row.item_slug).await?,
            };
            able.extend(found.into_iter().filter(|one| !one.disabled));
        }
        able.sort_by_key(|one| one.id);
        able.dedup_by_key(|one| one.id);
        Ok(able)
    }

    /// Checks who was chosen for the steps that now begin.
    ///
    /// # Errors
    /// 422 at the step for somebody who could not do it, for a step where nobody is chosen, or for one that wants it.
    pub(crate) async fn chosen_next(
        &self,
        tx: &Tx,
        row: &case::Model,
        advance: &Advance,
        asked: &BTreeMap<String, Vec<Uuid>>,
    ) -> Result<Chosen> {
        let mut chosen = Chosen::new();
        for (order, required) in choosable(advance) {
            let pointer = format!("/next/{}", order.element);
            let wanted = asked.get(&order.element).map(Vec::as_slice).unwrap_or_default();
            if wanted.is_empty() {
                if required {
                    let message = format!("选一位同事办理下一步“{}”", order.name);
                    return Err(Problem::invalid_field(pointer, "required", message));
                }
                continue;
            }
            if wanted.len() > MOST {
                return Err(Problem::invalid_field(pointer, "count", format!("最多选 {MOST} 位同事")));
            }
            let able = self.able(tx.conn(), row, order).await?;
            let mut named: Vec<Named> = Vec::with_capacity(wanted.len());
            for id in wanted {
                let Some(one) = able.iter().find(|one| one.id == *id) else {
                    let message = format!("这位同事不能办“{}”，请在列出的同事里选", order.name);
                    return Err(Problem::invalid_field(pointer, "not_able", message));
                };
                let key = one.id.to_string();
                if !named.iter().any(|other| other.key == key) {
                    named.push(Named { kind: "person", key, label: one.name.clone() });
                }
            }
            chosen.insert(order.element.clone(), named);
        }
        if let Some(other) = asked.iter().find(|(element, who)| !who.is_empty() && !chosen.contains_key(*element)) {
            let message = "下一步不用选办理人，请刷新后再提交";
            return Err(Problem::invalid_field(format!("/next/{}", other.0), "not_asked", message));
        }
        Ok(chosen)
    }

    /// Tells those chosen that the next step waits for them.
    pub(crate) fn tell_chosen(&self, tx: &Tx, change: &Change, by: &Principal, chosen: &Chosen, advance: &Advance) {
        for (order, _) in choosable(advance) {
            let Some(named) = chosen.get(&order.element) else { continue };
            let staff: Vec<Uuid> = named.iter().filter_map(|one| one.key.parse().ok()).collect();
            let text = format!("{} 把“{}”的“{}”交给您办理", by.name, change.row.item_name, order.name);
            self.announce_given(tx, change, &staff, &text);
        }
    }
}
