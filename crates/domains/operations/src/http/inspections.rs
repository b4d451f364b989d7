//! Inspections, reports, drills.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{chosen, cursor_id, day};
use crate::Operations;
use crate::inspections::{Content, KINDS, NewDrill, ReportLine, ReportSection};
use crate::look::State as PartState;
use crate::permissions::{EditRun, ReadRun};
use crate::store::inspection;

/// Which inspections.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InspectionQuery {
    /// `spot`, `manual`, `day`, `week`, `month`, `quarter`, `drill`.
    kind: Option<String>,
    /// `problems`: only those that found something.
    found: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An inspection in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct InspectionRow {
    id: Uuid,
    kind: String,
    kind_label: String,
    title: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// `ok` or `problems`.
    verdict: String,
    /// How many lines want attention.
    problems: i64,
    by_name: String,
}

/// A whole inspection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Inspection {
    #[serde(flatten)]
    row: InspectionRow,
    period: String,
    sections: Vec<ReportSection>,
}

fn row(row: inspection::Model) -> InspectionRow {
    InspectionRow {
        id: row.id,
        kind_label: KINDS.iter().find(|(key, _)| *key == row.kind).map_or("", |(_, name)| name).to_owned(),
        kind: row.kind,
        title: row.title,
        at: row.at,
        verdict: row.verdict,
        problems: row.problems,
        by_name: row.by_name,
    }
}

async fn view(operations: &Operations, id: Uuid) -> Result<Json<Inspection>> {
    let (found, Content { period, sections }) = operations.inspection(id).await?;
    Ok(Json(Inspection { row: row(found), period, sections }))
}

/// Inspections, reports and drills, newest first
#[utoipa::path(get, path = "/api/v1/operations/inspections", tag = "operations", operation_id = "list_inspections",
    params(InspectionQuery), responses((status = 200, body = List<InspectionRow>), Refused),
    security(("desk" = ["run.read"])))]
pub(crate) async fn list_inspections(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<InspectionQuery>,
) -> Result<Json<List<InspectionRow>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (kind, found) = (chosen(query.kind), chosen(query.found).is_some());
    let (rows, total) = operations.inspections(kind.as_deref(), found, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(row).collect();
    Ok(Json(List::cut(items, page.limit(), total, operations.platform.now(), |row: &InspectionRow| {
        vec![row.id.to_string()]
    })))
}

/// Inspect now
#[utoipa::path(post, path = "/api/v1/operations/inspections", tag = "operations", operation_id = "inspect_now",
    params(IdempotencyKey), responses((status = 201, body = Inspection), Refused),
    security(("desk" = ["run.edit"])))]
pub(crate) async fn inspect_now(
    State(operations): State<Operations>,
    caller: Allowed<EditRun>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<(StatusCode, Json<Inspection>)> {
    let id = operations.inspect_now(&caller, key).await?;
    Ok((StatusCode::CREATED, view(&operations, id).await?))
}

/// One inspection
#[utoipa::path(get, path = "/api/v1/operations/inspections/{id}", tag = "operations", operation_id = "get_inspection",
    params(("id" = Uuid, Path, description = "Inspection")),
    responses((status = 200, body = Inspection), Refused, Absent), security(("desk" = ["run.read"])))]
pub(crate) async fn get_inspection(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Path(id): Path<Uuid>,
) -> Result<Json<Inspection>> {
    view(&operations, id).await
}

/// One inspection as a file
#[utoipa::path(get, path = "/api/v1/operations/inspections/{id}/export", tag = "operations", operation_id = "export_inspection",
    params(("id" = Uuid, Path, description = "Inspection")),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, Absent),
    security(("desk" = ["run.read"])))]
pub(crate) async fn export_inspection(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (found, content) = operations.inspection(id).await?;
    let state = |line: &ReportLine| {
        match line.state {
            None => "",
            Some(PartState::Ok) => "正常",
            Some(PartState::Off) => "没有启用",
            Some(PartState::Warn) => "要注意",
            Some(PartState::Bad) => "异常",
        }
        .to_owned()
    };
    let mut lines = vec![vec!["报告".to_owned(), found.title, content.period, String::new()]];
    for section in content.sections {
        for line in section.lines {
            let state = state(&line);
            lines.push(vec![section.title.clone(), line.name, line.value, state]);
        }
    }
    Ok(csv::file("inspection.csv", &["部分", "项目", "结果", "状态"], lines))
}

/// A drill that has to be held.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrillKind {
    key: String,
    label: String,
    every_days: i64,
}

/// The drills, and how they stand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Drills {
    kinds: Vec<DrillKind>,
    stand: Vec<ReportLine>,
}

/// Drills that have to be held, and when they last were
#[utoipa::path(get, path = "/api/v1/operations/drills", tag = "operations", operation_id = "list_drills",
    responses((status = 200, body = Drills), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_drills(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<Drills>> {
    let kinds = operations.pack.drills.iter().map(|drill| DrillKind {
        key: drill.key.clone(),
        label: drill.label.clone(),
        every_days: drill.every_days,
    });
    let stand = operations.drills(operations.platform.now()).await?;
    Ok(Json(Drills { kinds: kinds.collect(), stand }))
}

/// A drill that was held.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NoteDrill {
    drill: String,
    /// Day, `2026-09-21`.
    day: String,
    minutes: i64,
    passed: bool,
    text: String,
}

/// Note a drill that was held
#[utoipa::path(post, path = "/api/v1/operations/drills", tag = "operations", operation_id = "note_drill",
    params(IdempotencyKey), request_body = NoteDrill,
    responses((status = 201, body = Inspection), Refused, Unreadable), security(("desk" = ["run.edit"])))]
pub(crate) async fn note_drill(
    State(operations): State<Operations>,
    caller: Allowed<EditRun>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NoteDrill>,
) -> Result<(StatusCode, Json<Inspection>)> {
    let new = NewDrill {
        drill: new.drill,
        day: day("/day", &new.day)?,
        minutes: new.minutes,
        passed: new.passed,
        text: new.text,
    };
    let id = operations.note_drill(&caller, new, key).await?;
    Ok((StatusCode::CREATED, view(&operations, id).await?))
}
