//! How the running cases of a flow stand: per step, per version, with averages and what is late (FORM-030).

use design::Kind;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{JoinType, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::reference;
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::service::lists::{open_states, within};
use crate::cases::store::{case, case_flow, task};

/// Steps of a flow with their cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowMonitor {
    /// Key of the flow.
    pub flow_key: String,
    /// Its name.
    pub name: String,
    /// Versions with running cases, and the newest, newest first.
    pub versions: Vec<FlowVersion>,
    /// Steps, by version and in the order of the flow.
    pub nodes: Vec<FlowNode>,
    /// When this was counted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
}

/// A version of a flow.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RunningFlowVersion)]
pub struct FlowVersion {
    /// Number.
    pub version: i64,
    /// Cases running on it.
    pub running: i64,
    /// Whether new cases begin on it.
    pub current: bool,
}

/// A step of a version.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RunningFlowNode)]
pub struct FlowNode {
    /// Id in the drawing.
    pub element: String,
    /// Label.
    pub name: String,
    /// Version.
    pub version: i64,
    /// Cases that stand here.
    pub open: i64,
    /// Open tasks past their days.
    pub overdue: i64,
    /// Cases that have done it.
    pub done: i64,
    /// Hours a done task took on average; absent when none was done.
    pub average_hours: Option<f64>,
}

/// Which cases of a flow.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FlowCaseFilter {
    /// Version.
    pub version: Option<i64>,
    /// Step at which they stand; of a call, any step of the flow that is called.
    pub element: Option<String>,
    /// Part of the case number, the applicant's name or the item's name; or the applicant's credit code or identity
    /// number.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A case running on a flow.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlowCase {
    /// Case.
    pub case_id: Uuid,
    /// Number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Version of the flow.
    pub version: i64,
    /// Open steps.
    pub steps: Vec<String>,
    /// Since when the oldest of them is open.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<OffsetDateTime>,
    /// Whether one of them is past its days.
    pub overdue: bool,
}

/// Cases on a flow that still run, within reach.
pub(super) fn running_on(caller: &Principal, key: &str) -> Select<case::Entity> {
    case::Entity::find()
        .join(JoinType::InnerJoin, case_to_flow())
        .filter(case_flow::Column::FlowKey.eq(key))
        .filter(case::Column::State.is_in(open_states()))
        .filter(within(caller))
}

fn case_to_flow() -> sea_orm::RelationDef {
    case::Entity::belongs_to(case_flow::Entity).from(case::Column::Id).to(case_flow::Column::CaseId).into()
}

fn task_to_flow() -> sea_orm::RelationDef {
    task::Entity::belongs_to(case_flow::Entity).from(task::Column::CaseId).to(case_flow::Column::CaseId).into()
}

/// Version, element, state; cases, tasks, late ones, seconds taken together.
type Counted = (i64, String, String, i64, i64, Option<i64>, Option<i64>);

impl Casework {
    /// Counts the steps of a flow over the caller's reach.
    ///
    /// # Errors
    /// 404 for an unknown flow.
    pub async fn flow_monitor(&self, caller: &Principal, key: &str) -> Result<FlowMonitor> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let current = self.design.latest(Kind::Flow, key).await?;
        let running: Vec<(i64, i64)> = running_on(caller, key)
            .select_only()
            .column(case_flow::Column::FlowVersion)
            .column_as(case::Column::Id.count(), "count")
            .group_by(case_flow::Column::FlowVersion)
            .into_tuple()
            .all(conn)
            .await?;
        let newest = current.as_ref().map(|found| found.version);
        let Some(first) = newest.or_else(|| running.iter().map(|(version, _)| *version).max()) else {
            return Err(Problem::not_found("没有找到这个流程。"));
        };
        let mut versions: Vec<i64> = running.iter().map(|(version, _)| *version).chain([first]).collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        versions.dedup();
        // Late is counted by the database as well: one row per step, not one per task.
        let late = Expr::case(task::Column::State.eq("open").and(task::Column::DueAt.lt(now)), 1).finally(0);
        let counted: Vec<Counted> = task::Entity::find()
            .join(JoinType::InnerJoin, task_to_flow())
            .filter(case_flow::Column::FlowKey.eq(key))
            .filter(case_flow::Column::FlowVersion.is_in(versions.iter().copied()))
            .filter(task::Column::FlowTask.is_not_null())
            .filter(task::Column::OrgId.is_in(caller.met_orgs()))
            .filter(task::Column::State.is_in(["open", "done"]))
            .select_only()
            .column(case_flow::Column::FlowVersion)
            .column(task::Column::Element)
            .column(task::Column::State)
            // A joint review has a task for each handler; what is counted are cases.
            .column_as(Expr::expr(Func::count_distinct(Expr::col((task::Entity, task::Column::CaseId)))), "count")
            .column_as(task::Column::Id.count(), "tasks")
            .column_as(whole(late.into()), "late")
            .column_as(whole(Expr::col((task::Entity, task::Column::TookSeconds))), "took")
            .group_by(case_flow::Column::FlowVersion)
            .group_by(task::Column::Element)
            .group_by(task::Column::State)
            .into_tuple()
            .all(conn)
            .await?;
        let mut nodes = Vec::new();
        let mut name = key.to_owned();
        for &version in &versions {
            let definition = self.design.flow(&reference(key, version)).await?;
            if version == first && !definition.name.is_empty() {
                name.clone_from(&definition.name);
            }
            for step in flow::outline(&definition) {
                let of = |state: &str| {
                    counted
                        .iter()
                        .find(|row| row.0 == version && row.1 == step.element && row.2 == state)
                        .map(|row| (row.3, row.4, row.5.unwrap_or(0), row.6))
                };
                let (open, _, overdue, _) = of("open").unwrap_or_default();
                let (done, tasks, _, took) = of("done").unwrap_or_default();
                // Whole seconds divided for reading; no money, no deadline hangs on it.
                let average_hours = took.filter(|_| tasks > 0).map(|took| (took * 10 / tasks / 3600) as f64 / 10.0);
                let label = if step.name.is_empty() { step.element.clone() } else { step.name.clone() };
                nodes.push(FlowNode {
                    element: step.element,
                    name: label,
                    version,
                    open,
                    overdue,
                    done,
                    average_hours,
                });
            }
        }
        let versions = versions
            .into_iter()
            .map(|version| FlowVersion {
                version,
                running: running.iter().find(|(of, _)| *of == version).map_or(0, |(_, count)| *count),
                current: newest == Some(version),
            })
            .collect();
        Ok(FlowMonitor { flow_key: key.to_owned(), name, versions, nodes, as_of: now })
    }

    /// Cases of a flow, oldest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn flow_cases(&self, caller: &Principal, key: &str, filter: &FlowCaseFilter) -> Result<List<FlowCase>> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let mut select = running_on(caller, key);
        if let Some(version) = filter.version {
            select = select.filter(case_flow::Column::FlowVersion.eq(version));
        }
        if let Some(element) = &filter.element {
            let mut open = sea_orm::sea_query::Query::select();
            open.column(task::Column::CaseId)
                .from(task::Entity)
                .and_where(task::Column::State.eq("open"))
                .and_where(task::Column::Element.eq(element.as_str()).or(inside(element)));
            select = select.filter(case::Column::Id.in_subquery(open));
        }
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let item = case::Column::ItemName.like(platform::db::containing(text));
            select = select.filter(self.text_condition(text).add(item));
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.first()?.parse::<Uuid>().ok()) {
            select = select.filter(case::Column::Id.gt(after));
        }
        let rows: Vec<(Uuid, Option<String>, String, i64)> = select
            .order_by_asc(case::Column::Id)
            .limit(page.limit() + 1)
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::CaseNumber)
            .column(case::Column::ItemName)
            .column(case_flow::Column::FlowVersion)
            .into_tuple()
            .all(conn)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
        let open = task::Entity::find()
            .filter(task::Column::CaseId.is_in(ids.iter().copied()))
            .filter(task::Column::State.eq("open"))
            .order_by_asc(task::Column::Id)
            .all(conn)
            .await?;
        let items = rows
            .into_iter()
            .map(|(case_id, number, item_name, version)| {
                let of = || open.iter().filter(|task| task.case_id == case_id);
                FlowCase {
                    case_id,
                    case_number: number.unwrap_or_default(),
                    item_name,
                    version,
                    steps: of().map(|task| task.name.clone()).collect(),
                    since: of().map(|task| task.created_at).min(),
                    overdue: of().any(|task| task.due_at.is_some_and(|due| due < now)),
                }
            })
            .collect();
        Ok(List::cut(items, page.limit(), total, now, |row: &FlowCase| vec![row.case_id.to_string()]))
    }
}

/// Steps of a flow that the element calls.
fn inside(call: &str) -> sea_orm::sea_query::SimpleExpr {
    let call = call.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col((task::Entity, task::Column::Element)).like(LikeExpr::new(format!("{call}/%")).escape('\\'))
}

/// Whether a state still runs.
pub(super) fn runs(state: &str) -> bool {
    State::parse(state).is_some_and(State::is_open)
}

/// A sum as a whole number on both databases.
fn whole(expression: sea_orm::sea_query::SimpleExpr) -> sea_orm::sea_query::SimpleExpr {
    Expr::expr(Func::sum(expression)).cast_as("bigint")
}
