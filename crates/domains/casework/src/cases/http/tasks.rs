//! Acts on a task besides completing it, and the running of flows.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use uuid::Uuid;

use super::Version;
use crate::Casework;
use crate::cases::service::running::migrate::{FlowMigration, MigrateFlow};
use crate::cases::service::running::monitor::{FlowCase, FlowCaseFilter, FlowMonitor};
use crate::cases::service::tasks::colleagues::{Colleague, ColleagueFilter};
use crate::cases::service::tasks::countersign::CountersignTask;
use crate::cases::service::tasks::fill::FillTask;
use crate::cases::service::tasks::hand_over::TransferTask;
use crate::cases::service::tasks::jump::JumpTask;
use crate::cases::service::tasks::next::{NextFilter, NextSteps};
use crate::permissions;

/// Give a task to a colleague
#[utoipa::path(post, path = "/api/v1/cases/{id}/tasks/{task}/transfer", tag = "case", operation_id = "transfer_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = TransferTask,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["task.transfer"])))]
pub(super) async fn transfer_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::TransferTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<TransferTask>,
) -> Result<StatusCode> {
    casework.transfer_task(&caller, id, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask colleagues for their opinion on a task
#[utoipa::path(post, path = "/api/v1/cases/{id}/tasks/{task}/countersign", tag = "case", operation_id = "countersign_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = CountersignTask,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["task.countersign"])))]
pub(super) async fn countersign_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CountersignTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<CountersignTask>,
) -> Result<StatusCode> {
    casework.countersign_task(&caller, id, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take back a task just completed
#[utoipa::path(post, path = "/api/v1/cases/{id}/tasks/{task}/take-back", tag = "case", operation_id = "take_back_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = Version,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["task.complete"])))]
pub(super) async fn take_back_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CompleteTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<Version>,
) -> Result<StatusCode> {
    casework.take_back_task(&caller, id, task, body.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a case to another step
#[utoipa::path(post, path = "/api/v1/cases/{id}/tasks/{task}/jump", tag = "case", operation_id = "jump_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = JumpTask,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["flow.jump"])))]
pub(super) async fn jump_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::JumpFlow>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<JumpTask>,
) -> Result<StatusCode> {
    casework.jump_task(&caller, id, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fill in what the step may write
#[utoipa::path(put, path = "/api/v1/cases/{id}/tasks/{task}/form", tag = "case", operation_id = "fill_task",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task")), request_body = FillTask,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["task.complete"])))]
pub(super) async fn fill_task(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CompleteTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Json(body): Json<FillTask>,
) -> Result<StatusCode> {
    casework.fill_task(&caller, id, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Colleagues who can be chosen for a task
#[utoipa::path(get, path = "/api/v1/cases/{id}/tasks/{task}/colleagues", tag = "case", operation_id = "list_colleagues",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task"), ColleagueFilter),
    responses((status = 200, description = "Colleagues", body = List<Colleague>), Refused, Absent),
    security(("desk" = ["task.transfer"])))]
pub(super) async fn list_colleagues(
    State(casework): State<Casework>,
    caller: Allowed<permissions::TransferTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Query(filter): Query<ColleagueFilter>,
) -> Result<Json<List<Colleague>>> {
    Ok(Json(casework.colleagues(&caller, id, task, &filter).await?))
}

/// Steps that would follow, and who can be chosen for them
#[utoipa::path(get, path = "/api/v1/cases/{id}/tasks/{task}/next", tag = "case", operation_id = "list_next_steps",
    params(("id" = Uuid, Path, description = "Case"), ("task" = Uuid, Path, description = "Task"), NextFilter),
    responses((status = 200, description = "Steps", body = NextSteps), Refused, Absent, Outdated),
    security(("desk" = ["task.complete"])))]
pub(super) async fn list_next_steps(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CompleteTask>,
    Path((id, task)): Path<(Uuid, Uuid)>,
    Query(filter): Query<NextFilter>,
) -> Result<Json<NextSteps>> {
    Ok(Json(casework.next_steps(&caller, id, task, &filter).await?))
}

/// How the running cases of a flow stand
#[utoipa::path(get, path = "/api/v1/flows/{key}/monitor", tag = "flow", operation_id = "get_flow_monitor",
    params(("key" = String, Path, description = "Key of the flow")),
    responses((status = 200, description = "Steps and versions", body = FlowMonitor), Refused, Absent),
    security(("desk" = ["flow.monitor"])))]
pub(super) async fn get_flow_monitor(
    State(casework): State<Casework>,
    caller: Allowed<permissions::MonitorFlows>,
    Path(key): Path<String>,
) -> Result<Json<FlowMonitor>> {
    Ok(Json(casework.flow_monitor(&caller, &key).await?))
}

/// Cases running on a flow
#[utoipa::path(get, path = "/api/v1/flows/{key}/cases", tag = "flow", operation_id = "list_flow_cases",
    params(("key" = String, Path, description = "Key of the flow"), FlowCaseFilter),
    responses((status = 200, description = "Cases", body = List<FlowCase>), Refused, Absent),
    security(("desk" = ["flow.monitor"])))]
pub(super) async fn list_flow_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::MonitorFlows>,
    Path(key): Path<String>,
    Query(filter): Query<FlowCaseFilter>,
) -> Result<Json<List<FlowCase>>> {
    Ok(Json(casework.flow_cases(&caller, &key, &filter).await?))
}

/// Take running cases over to another version of their flow
#[utoipa::path(post, path = "/api/v1/flows/{key}/migrate", tag = "flow", operation_id = "migrate_flow",
    params(("key" = String, Path, description = "Key of the flow")), request_body = MigrateFlow,
    responses((status = 200, description = "What became of the cases", body = FlowMigration), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["flow.migrate"])))]
pub(super) async fn migrate_flow(
    State(casework): State<Casework>,
    caller: Allowed<permissions::MigrateFlow>,
    Path(key): Path<String>,
    Json(body): Json<MigrateFlow>,
) -> Result<Json<FlowMigration>> {
    Ok(Json(casework.migrate_flow(&caller, &key, body).await?))
}
