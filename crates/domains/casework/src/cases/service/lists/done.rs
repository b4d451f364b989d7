//! What the caller has done: his own list of tasks, the latest first (CASE-037).
//!
//! A person may give an entry a name of his own, and leave one out of his list; both are marks of his beside the task. The
//! task, the case and what others see stay as they are.

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict, Query};
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::cases::CaseRow;
use super::paging::{bad_cursor, id_part, moment_part};
use super::tasks::task_to_case;
use crate::cases::service::change::all_set;
use crate::cases::service::views::outcome_label;
use crate::cases::service::{Casework, special};
use crate::cases::store::{case, task, task_mark};

/// Characters of an own name at most.
const LONGEST: usize = 60;

/// Which done tasks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DoneFilter {
    /// Name of the case (the item's or an own one), case number or applicant.
    pub q: Option<String>,
    /// Those left out of the list instead of those in it.
    pub hidden: bool,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A task the caller has done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DoneRow {
    /// Task.
    pub id: Uuid,
    /// Stage.
    pub stage: String,
    /// Name of the step.
    pub name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<OffsetDateTime>,
    /// What he said.
    pub outcome_label: &'static str,
    /// His opinion.
    pub opinion: String,
    /// His own name for the case; empty without one.
    pub own_name: String,
    /// Whether it is left out of his list.
    pub hidden: bool,
    /// Its case.
    pub case: CaseRow,
}

/// Gives an entry a name of one's own; an empty one takes it away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NameDone {
    /// At most 60 characters.
    pub own_name: String,
}

/// Leaves an entry out of one's list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HideDone {
    /// Why, at least 4 characters.
    pub reason: String,
}

impl Casework {
    /// Done tasks of the caller, the latest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn done_tasks(&self, caller: &Principal, filter: &DoneFilter) -> Result<List<DoneRow>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let marked = |more: Cond| {
            Query::select()
                .column(task_mark::Column::TaskId)
                .from(task_mark::Entity)
                .cond_where(task_mark::Column::StaffId.eq(caller.id))
                .cond_where(more)
                .to_owned()
        };
        let left_out = marked(Cond::all().add(task_mark::Column::HiddenAt.is_not_null()));
        let mut select = task::Entity::find()
            .filter(task::Column::DoneBy.eq(caller.id))
            .filter(task::Column::State.eq("done"))
            .filter(if filter.hidden {
                task::Column::Id.in_subquery(left_out)
            } else {
                task::Column::Id.not_in_subquery(left_out)
            })
            .join(sea_orm::JoinType::InnerJoin, task_to_case());
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let pattern = format!("%{}%", text.replace(['%', '_'], ""));
            let own = marked(Cond::all().add(task_mark::Column::OwnName.like(&pattern)));
            select = select.filter(
                Cond::any()
                    .add(self.text_condition(text))
                    .add(case::Column::ItemName.like(&pattern))
                    .add(case::Column::HandleItemName.like(&pattern))
                    .add(task::Column::Id.in_subquery(own)),
            );
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(2)? {
            let at = moment_part(parts.first().ok_or_else(bad_cursor)?)?;
            let id = id_part(parts.get(1))?;
            select = select.filter(
                Cond::any()
                    .add(task::Column::DoneAt.lt(at))
                    .add(Cond::all().add(task::Column::DoneAt.eq(at)).add(task::Column::Id.lt(id))),
            );
        }
        let rows: Vec<(task::Model, Option<case::Model>)> = select
            .select_also(case::Entity)
            .order_by_desc(task::Column::DoneAt)
            .order_by_desc(task::Column::Id)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let (tasks, cases): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(|(task, row)| Some((task, row?))).unzip();
        let marks: std::collections::HashMap<Uuid, task_mark::Model> = task_mark::Entity::find()
            .filter(task_mark::Column::StaffId.eq(caller.id))
            .filter(task_mark::Column::TaskId.is_in(tasks.iter().map(|task| task.id)))
            .all(conn)
            .await?
            .into_iter()
            .map(|mark| (mark.task_id, mark))
            .collect();
        let items = tasks
            .into_iter()
            .zip(self.rows(cases).await?)
            .map(|(task, case)| DoneRow {
                own_name: marks.get(&task.id).map(|mark| mark.own_name.clone()).unwrap_or_default(),
                hidden: filter.hidden,
                id: task.id,
                stage: task.stage,
                name: task.name,
                done_at: task.done_at,
                outcome_label: outcome_label(task.outcome.as_deref().unwrap_or_default()),
                opinion: task.opinion.unwrap_or_default(),
                case,
            })
            .collect();
        let key = |row: &DoneRow| {
            vec![row.done_at.map(|at| at.unix_timestamp().to_string()).unwrap_or_default(), row.id.to_string()]
        };
        Ok(List::cut(items, page.limit(), total, self.platform.now(), key))
    }

    /// Names an entry of the own list.
    ///
    /// # Errors
    /// 404 for a task somebody else did, 422 for a name too long.
    pub async fn name_done(&self, caller: &Principal, task_id: Uuid, name: NameDone) -> Result<()> {
        let own_name = name.own_name.trim().to_owned();
        if own_name.chars().count() > LONGEST {
            return Err(Problem::invalid_field("/own_name", "length", format!("名称最多 {LONGEST} 字")));
        }
        self.mark_done(caller, task_id, "done_task.name", move |mark, _| {
            let told = json!({ "before": mark.own_name, "after": own_name });
            mark.own_name = own_name;
            told
        })
        .await
    }

    /// Leaves an entry out of the own list; the case keeps everything.
    ///
    /// # Errors
    /// 404 for a task somebody else did, 422 without a reason.
    pub async fn hide_done(&self, caller: &Principal, task_id: Uuid, hide: HideDone) -> Result<()> {
        let reason = special::reason("/reason", &hide.reason)?;
        self.mark_done(caller, task_id, "done_task.hide", move |mark, now| {
            mark.hidden_at = Some(now);
            mark.reason.clone_from(&reason);
            json!({ "reason": reason })
        })
        .await
    }

    /// Takes an entry back into the own list.
    ///
    /// # Errors
    /// 404 for a task somebody else did.
    pub async fn show_done(&self, caller: &Principal, task_id: Uuid) -> Result<()> {
        self.mark_done(caller, task_id, "done_task.show", move |mark, _| {
            mark.hidden_at = None;
            mark.reason = String::new();
            json!({})
        })
        .await
    }

    async fn mark_done(
        &self,
        caller: &Principal,
        task_id: Uuid,
        action: &'static str,
        change: impl FnOnce(&mut task_mark::Model, OffsetDateTime) -> serde_json::Value + Send + 'static,
    ) -> Result<()> {
        let (caller, line_id) = (caller.clone(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let found = task::Entity::find_by_id(task_id)
                        .one(tx.conn())
                        .await?
                        .filter(|task| task.done_by == Some(caller.id) && task.state == "done")
                        .ok_or_else(|| Problem::not_found("您的已办里没有这一条。"))?;
                    let mut mark = task_mark::Entity::find_by_id((task_id, caller.id))
                        .one(tx.conn())
                        .await?
                        .unwrap_or_else(|| task_mark::Model {
                            task_id,
                            staff_id: caller.id,
                            own_name: String::new(),
                            hidden_at: None,
                            reason: String::new(),
                        });
                    let told = change(&mut mark, tx.now());
                    put_mark(tx, mark).await?;
                    tx.audit(Line::by(
                        &caller,
                        line_id,
                        action,
                        format!("case:{}", found.case_id),
                        json!({ "task": task_id, "mark": told }),
                    ));
                    Ok(())
                })
            })
            .await
    }
}

async fn put_mark(tx: &Tx, mark: task_mark::Model) -> Result<()> {
    use task_mark::Column::{HiddenAt, OwnName, Reason, StaffId, TaskId};
    task_mark::Entity::insert(all_set::<_, task_mark::ActiveModel>(mark))
        .on_conflict(OnConflict::columns([TaskId, StaffId]).update_columns([OwnName, HiddenAt, Reason]).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
