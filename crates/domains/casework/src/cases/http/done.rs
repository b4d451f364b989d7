//! The caller's own list of done tasks.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Refused, Unreadable};
use uuid::Uuid;

use crate::Casework;
use crate::cases::service::lists::{DoneFilter, DoneRow, HideDone, NameDone};
use crate::permissions::ListTasks;

/// Tasks the caller has done
#[utoipa::path(get, path = "/api/v1/done-tasks", tag = "case", operation_id = "list_done_tasks", params(DoneFilter),
    responses((status = 200, body = List<DoneRow>), Refused),
    security(("desk" = ["task.list"])))]
pub(super) async fn list_done_tasks(
    State(casework): State<Casework>,
    caller: Allowed<ListTasks>,
    Query(filter): Query<DoneFilter>,
) -> Result<Json<List<DoneRow>>> {
    Ok(Json(casework.done_tasks(&caller, &filter).await?))
}

/// Give an entry of the own list a name of one's own
#[utoipa::path(put, path = "/api/v1/done-tasks/{task}/name", tag = "case", operation_id = "name_done_task",
    params(("task" = Uuid, Path, description = "Task")), request_body = NameDone,
    responses((status = 204), Refused, Absent, Unreadable),
    security(("desk" = ["task.list"])))]
pub(super) async fn name_done_task(
    State(casework): State<Casework>,
    caller: Allowed<ListTasks>,
    Path(task): Path<Uuid>,
    Json(body): Json<NameDone>,
) -> Result<StatusCode> {
    casework.name_done(&caller, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave an entry out of the own list
#[utoipa::path(post, path = "/api/v1/done-tasks/{task}/hide", tag = "case", operation_id = "hide_done_task",
    params(("task" = Uuid, Path, description = "Task")), request_body = HideDone,
    responses((status = 204), Refused, Absent, Unreadable),
    security(("desk" = ["task.list"])))]
pub(super) async fn hide_done_task(
    State(casework): State<Casework>,
    caller: Allowed<ListTasks>,
    Path(task): Path<Uuid>,
    Json(body): Json<HideDone>,
) -> Result<StatusCode> {
    casework.hide_done(&caller, task, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an entry back into the own list
#[utoipa::path(post, path = "/api/v1/done-tasks/{task}/show", tag = "case", operation_id = "show_done_task",
    params(("task" = Uuid, Path, description = "Task")),
    responses((status = 204), Refused, Absent),
    security(("desk" = ["task.list"])))]
pub(super) async fn show_done_task(
    State(casework): State<Casework>,
    caller: Allowed<ListTasks>,
    Path(task): Path<Uuid>,
) -> Result<StatusCode> {
    casework.show_done(&caller, task).await?;
    Ok(StatusCode::NO_CONTENT)
}
