//! Open tasks of the caller’s roles, by time left.

use platform::Result;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery, cursor};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Expr, SimpleExpr};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::cases::CaseRow;
use super::paging::{after_task, by_time_left, seconds};
use super::within_tasks;
use crate::cases::clock::last_day;
use crate::cases::service::Casework;
use crate::cases::service::running::handlers::takeable;
use crate::cases::store::{case, task};

/// Filters of tasks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TaskFilter {
    /// intake, review, inspect, decide, make, deliver.
    pub stage: Option<String>,
    /// Case number or applicant.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A task of the caller's roles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskRow {
    /// Task.
    pub id: Uuid,
    /// Stage.
    pub stage: String,
    /// Name of the step.
    pub name: String,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// How it came: `role` (everybody of the role), `mine` (it names the caller or his department), `delegated`
    /// (in somebody's name), `joint` (one part of a joint review).
    pub mark: &'static str,
    /// In whose name.
    pub on_behalf_of: Option<String>,
    /// Last day of the step; absent without days of its own.
    pub due_on: Option<String>,
    /// Its case.
    pub case: CaseRow,
}

fn mark(task: &task::Model) -> &'static str {
    match (task.owner_id.is_some(), task.joint, task.narrowed) {
        (true, ..) => "delegated",
        (_, true, _) => "joint",
        (_, _, true) => "mine",
        _ => "role",
    }
}

impl Casework {
    /// Open tasks of the caller's roles within reach, by time left.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn my_tasks(&self, caller: &Principal, filter: &TaskFilter) -> Result<List<TaskRow>> {
        let conn = self.platform.db.read();
        let mut by_role = Cond::all()
            .add(task::Column::Narrowed.eq(false))
            .add(task::Column::OrgId.is_in(caller.met_orgs()))
            .add(task::Column::Role.is_in(caller.roles.iter().map(String::as_str)));
        if !caller.bounds.are_none() {
            by_role = by_role.add(within_tasks(caller));
        }
        // Tasks that name the caller are his wherever the case belongs.
        let mut select =
            task::Entity::find().filter(is_waiting()).filter(Cond::any().add(by_role).add(takeable(caller)));
        if let Some(stage) = &filter.stage {
            select = select.filter(task::Column::Stage.eq(stage));
        }
        let text = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = text {
            select = select.join(sea_orm::JoinType::InnerJoin, task_to_case()).filter(self.text_condition(text));
        }
        let select = select.select_only().column(task::Column::Id);
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        // First which, from an index alone; then those, with their cases. Tasks whose clock stands come last.
        let keys: Vec<(Uuid, Option<OffsetDateTime>)> = after_task(select.column(task::Column::CaseDueAt), &page)?
            .limit(page.limit() + 1)
            .into_tuple()
            .all(conn)
            .await?;
        let kept = usize::try_from(page.limit()).unwrap_or(100);
        let next = match kept.checked_sub(1).and_then(|last| keys.get(last)) {
            Some((id, due)) if keys.len() > kept => Some(cursor(&[seconds(*due), id.to_string()])),
            _ => None,
        };
        let these = task::Entity::find()
            .filter(task::Column::Id.is_in(keys.into_iter().take(kept).map(|(id, _)| id)))
            .join(sea_orm::JoinType::InnerJoin, task_to_case());
        let rows: Vec<(task::Model, Option<case::Model>)> =
            by_time_left(these).select_also(case::Entity).all(conn).await?;
        let (tasks, cases): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(|(task, row)| Some((task, row?))).unzip();
        let mut items = Vec::with_capacity(tasks.len());
        for (task, case) in tasks.into_iter().zip(self.rows(cases).await?) {
            let mark = mark(&task);
            let due_on = task.due_at.map(last_day);
            items.push(TaskRow {
                id: task.id,
                stage: task.stage,
                name: task.name,
                created_at: task.created_at,
                mark,
                on_behalf_of: task.owner_name,
                due_on,
                case,
            });
        }
        Ok(List { items, total, next, as_of: self.platform.now() })
    }
}

/// A task somebody still has to do. Written out instead of bound: nearly all tasks are done, and a planner that sees only
/// a place for a value takes those that wait for half of them (docs/adr/0097).
pub(crate) fn is_waiting() -> SimpleExpr {
    Expr::cust("tasks.state = 'open'")
}

pub(crate) fn task_to_case() -> sea_orm::RelationDef {
    task::Entity::belongs_to(case::Entity).from(task::Column::CaseId).to(case::Column::Id).into()
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, QueryTrait};

    use super::*;

    /// A planner that is given a place for a value instead of the word knows nothing of how few tasks wait.
    ///
    /// req: OPS-003
    #[test]
    fn tasks_that_wait_are_named_by_the_word() {
        let built = task::Entity::find().filter(is_waiting()).build(DbBackend::Sqlite);
        assert!(built.sql.ends_with("tasks.state = 'open'") && built.values.is_none_or(|values| values.0.is_empty()));
    }
}
