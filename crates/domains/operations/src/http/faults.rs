//! Fault tickets over HTTP; each act answers with the whole ticket.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use platform::{Problem, Result as Done};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{bad_cursor, chosen, period};
use crate::Operations;
use crate::faults::figures::FaultFigures;
use crate::faults::model::{Act, Extent, Grade, State as Stage};
use crate::faults::service::{NewFault, Wanted};
use crate::look::moment;
use crate::permissions::{HandleFaults, ReadFaults};
use crate::store::fault;

/// Rows of one file.
const MOST: u64 = 5_000;

/// Which tickets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FaultQuery {
    /// `down` (not restored), `unfinished`, or a state: `open`, `working`, `restored`, `closed`.
    state: Option<String>,
    /// `major`, `severe`, `general`.
    grade: Option<String>,
    /// Part.
    part: Option<String>,
    /// Part of number, title or description.
    q: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

impl FaultQuery {
    fn read(self) -> Result<(Wanted, PageQuery)> {
        let (from, until) = period(self.from.as_deref(), self.to.as_deref())?;
        let wanted = Wanted {
            state: chosen(self.state),
            grade: chosen(self.grade),
            part: chosen(self.part),
            q: chosen(self.q),
            from,
            until,
        };
        Ok((wanted, PageQuery { limit: self.limit, cursor: self.cursor }))
    }
}

/// A ticket in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultRow {
    id: Uuid,
    number: String,
    title: String,
    part: String,
    part_label: String,
    grade: Grade,
    grade_label: &'static str,
    extent: Extent,
    extent_label: &'static str,
    state: String,
    state_label: &'static str,
    /// Raised to a higher grade than it began with.
    raised: bool,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    opened_at: OffsetDateTime,
    assignee_name: Option<String>,
    /// By when it is to run again.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    restore_due: OffsetDateTime,
    /// That is over and it stands still.
    late: bool,
}

/// A time that is to be kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultMark {
    /// `acknowledge`, `arrive`, `restore`, `repair`.
    key: &'static str,
    label: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    due: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done: Option<OffsetDateTime>,
    late: bool,
}

/// A step.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultStep {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    by_name: String,
    act: String,
    act_label: &'static str,
    text: String,
}

/// What the caller may do now.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultCan {
    acknowledge: bool,
    arrive: bool,
    note: bool,
    raise: bool,
    restore: bool,
    reopen: bool,
    close: bool,
}

/// A whole ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Fault {
    #[serde(flatten)]
    row: FaultRow,
    version: i64,
    description: String,
    opened_by_name: String,
    alarm_id: Option<Uuid>,
    /// Cause and repair, once it is over.
    cause: String,
    marks: Vec<FaultMark>,
    steps: Vec<FaultStep>,
    can: FaultCan,
}

fn row(operations: &Operations, row: &fault::Model, now: OffsetDateTime) -> FaultRow {
    let times = row.times();
    FaultRow {
        id: row.id,
        number: row.number.clone(),
        title: row.title.clone(),
        part_label: operations.pack.part(&row.part).to_owned(),
        part: row.part.clone(),
        grade: times.grade,
        grade_label: times.grade.label(),
        extent: times.extent,
        extent_label: times.extent.label(),
        state_label: Stage::label(&row.state),
        state: row.state.clone(),
        raised: row.grade != row.first_grade,
        opened_at: row.opened_at,
        assignee_name: row.assignee_name.clone(),
        restore_due: times.restore_due(),
        late: row.stands().is_down() && now > times.restore_due(),
    }
}

async fn view(operations: &Operations, caller: &Principal, id: Uuid) -> Done<Json<Fault>> {
    let whole = operations.fault(id).await?;
    let (now, times) = (operations.platform.now(), whole.row.times());
    let mark = |key, label, due: OffsetDateTime, done: Option<OffsetDateTime>| FaultMark {
        key,
        label,
        due,
        done,
        late: done.unwrap_or(now) > due,
    };
    let mut marks = vec![
        mark("acknowledge", "响应", times.acknowledge_due(), times.acknowledged_at),
        mark("arrive", "到场", times.arrive_due(), times.arrived_at.or(times.restored_at)),
        mark("restore", "恢复运行", times.restore_due(), times.restored_at),
    ];
    if times.grade == Grade::Major {
        let due = times.opened_at + crate::faults::model::MAJOR_DONE_IN;
        marks.push(mark("repair", "修复", due, times.closed_at));
    }
    let (stands, may) = (whole.row.stands(), caller.may("fault.handle"));
    let able = |act: Act| may && stands.after(act).is_some();
    Ok(Json(Fault {
        row: row(operations, &whole.row, now),
        version: whole.row.version,
        description: whole.row.description,
        opened_by_name: whole.row.opened_by_name,
        alarm_id: whole.row.alarm_id,
        cause: whole.row.cause,
        marks,
        can: FaultCan {
            acknowledge: able(Act::Acknowledge) && whole.row.assignee_id != Some(caller.id),
            arrive: able(Act::Arrive) && times.arrived_at.is_none(),
            note: able(Act::Note),
            raise: able(Act::Raise) && times.grade.next().is_some(),
            restore: able(Act::Restore),
            reopen: able(Act::Reopen),
            close: able(Act::Close),
        },
        steps: whole
            .steps
            .into_iter()
            .map(|step| FaultStep {
                at: step.at,
                by_name: step.by_name,
                act_label: Act::label(&step.act),
                act: step.act,
                text: step.text,
            })
            .collect(),
    }))
}

/// Fault tickets in their order: what stands still first, core before edge, inside before outside
#[utoipa::path(get, path = "/api/v1/faults", tag = "operations", operation_id = "list_faults", params(FaultQuery),
    responses((status = 200, body = List<FaultRow>), Refused, Unreadable), security(("desk" = ["fault.read"])))]
pub(crate) async fn list_faults(
    State(operations): State<Operations>,
    _caller: Allowed<ReadFaults>,
    Query(query): Query<FaultQuery>,
) -> Result<Json<List<FaultRow>>> {
    let (wanted, page) = query.read()?;
    let after = match page.cursor_parts(2)?.as_deref() {
        Some([rank, id]) => {
            let rank: i64 = rank.parse().map_err(|_| bad_cursor())?;
            Some((rank, Uuid::parse_str(id).map_err(|_| bad_cursor())?))
        }
        _ => None,
    };
    let (rows, total) = operations.faults(&wanted, after, page.limit() + 1).await?;
    let now = operations.platform.now();
    let list =
        List::cut(rows, page.limit(), total, now, |row: &fault::Model| vec![row.rank.to_string(), row.id.to_string()]);
    let items = list.items.iter().map(|one| row(&operations, one, now)).collect();
    Ok(Json(List { items, total: list.total, next: list.next, as_of: list.as_of }))
}

/// Fault tickets as a file
#[utoipa::path(get, path = "/api/v1/faults/export", tag = "operations", operation_id = "export_faults", params(FaultQuery),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["fault.read"])))]
pub(crate) async fn export_faults(
    State(operations): State<Operations>,
    _caller: Allowed<ReadFaults>,
    Query(query): Query<FaultQuery>,
) -> Result<Response> {
    let (wanted, _) = query.read()?;
    let (rows, total) = operations.faults(&wanted, None, MOST).await?;
    if total > MOST {
        return Err(Problem::invalid_field("/from", "too_many", format!("一次最多导出 {MOST} 张，请缩小范围。")));
    }
    let head = [
        "编号",
        "标题",
        "部分",
        "等级",
        "最初等级",
        "范围",
        "状态",
        "报告时间",
        "报告人",
        "响应时间",
        "到场时间",
        "恢复时间",
        "修复时间",
        "处理人",
        "原因和修复",
    ];
    let said = |at: Option<OffsetDateTime>| at.map(stamp).unwrap_or_default();
    let lines = rows.into_iter().map(|row| {
        let times = row.times();
        vec![
            row.number,
            row.title,
            operations.pack.part(&row.part).to_owned(),
            times.grade.label().to_owned(),
            Grade::parse(&row.first_grade).map_or("", Grade::label).to_owned(),
            times.extent.label().to_owned(),
            Stage::label(&row.state).to_owned(),
            stamp(row.opened_at),
            row.opened_by_name,
            said(row.acknowledged_at),
            said(row.arrived_at),
            said(row.restored_at),
            said(row.closed_at),
            row.assignee_name.unwrap_or_default(),
            row.cause,
        ]
    });
    Ok(csv::file("faults.csv", &head, lines))
}

/// `2026年9月21日 09:00`, in China time.
fn stamp(at: OffsetDateTime) -> String {
    format!("{}年{}", base::zone::china_date(at).year(), moment(at))
}

/// Which period.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FigureQuery {
    /// First day; 30 days ago when absent.
    from: Option<String>,
    /// Last day; today when absent.
    to: Option<String>,
}

/// What the tickets of a period add up to
#[utoipa::path(get, path = "/api/v1/faults/figures", tag = "operations", operation_id = "get_fault_figures", params(FigureQuery),
    responses((status = 200, body = FaultFigures), Refused, Unreadable), security(("desk" = ["fault.read"])))]
pub(crate) async fn get_fault_figures(
    State(operations): State<Operations>,
    _caller: Allowed<ReadFaults>,
    Query(query): Query<FigureQuery>,
) -> Result<Json<FaultFigures>> {
    let now = operations.platform.now();
    let (from, until) = period(query.from.as_deref(), query.to.as_deref())?;
    let (from, until) = (from.unwrap_or(now - Duration::days(30)), until.unwrap_or(now + Duration::SECOND));
    Ok(Json(operations.fault_figures(from, until).await?))
}

/// A part of the installation.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultPart {
    key: String,
    label: String,
    core: bool,
    inside: bool,
}

/// What can be chosen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultChoices {
    parts: Vec<FaultPart>,
}

/// What can be chosen for a ticket
#[utoipa::path(get, path = "/api/v1/faults/choices", tag = "operations", operation_id = "get_fault_choices",
    responses((status = 200, body = FaultChoices), Refused), security(("desk" = ["fault.read"])))]
pub(crate) async fn get_fault_choices(
    State(operations): State<Operations>,
    _caller: Allowed<ReadFaults>,
) -> Result<Json<FaultChoices>> {
    let parts = operations.pack.parts.iter().map(|part| FaultPart {
        key: part.key.clone(),
        label: part.label.clone(),
        core: part.core,
        inside: part.inside,
    });
    Ok(Json(FaultChoices { parts: parts.collect() }))
}

/// One ticket
#[utoipa::path(get, path = "/api/v1/faults/{id}", tag = "operations", operation_id = "get_fault",
    params(("id" = Uuid, Path, description = "Ticket")),
    responses((status = 200, body = Fault), Refused, Absent), security(("desk" = ["fault.read"])))]
pub(crate) async fn get_fault(
    State(operations): State<Operations>,
    caller: Allowed<ReadFaults>,
    Path(id): Path<Uuid>,
) -> Result<Json<Fault>> {
    view(&operations, &caller, id).await
}

/// A new ticket.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OpenFault {
    title: String,
    description: String,
    part: String,
    grade: Grade,
    extent: Extent,
}

/// Report a fault
#[utoipa::path(post, path = "/api/v1/faults", tag = "operations", operation_id = "open_fault", params(IdempotencyKey),
    request_body = OpenFault, responses((status = 201, body = Fault), Refused, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn open_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<OpenFault>,
) -> Result<(StatusCode, Json<Fault>)> {
    let new = NewFault {
        title: new.title,
        description: new.description,
        part: new.part,
        grade: new.grade,
        extent: new.extent,
    };
    let id = operations.open_fault(&caller, new, key).await?;
    Ok((StatusCode::CREATED, view(&operations, &caller, id).await?))
}

/// The version a page shows.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FaultVersion {
    version: i64,
}

/// An act with words.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FaultWords {
    version: i64,
    text: String,
}

/// A higher grade.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RaiseFault {
    version: i64,
    grade: Grade,
    text: String,
}

/// Take a ticket
#[utoipa::path(post, path = "/api/v1/faults/{id}/acknowledge", tag = "operations", operation_id = "acknowledge_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultVersion,
    responses((status = 200, body = Fault), Refused, Absent, Outdated), security(("desk" = ["fault.handle"])))]
pub(crate) async fn acknowledge_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultVersion>,
) -> Result<Json<Fault>> {
    operations.acknowledge_fault(&caller, id, asked.version).await?;
    view(&operations, &caller, id).await
}

/// Note that somebody is on the spot
#[utoipa::path(post, path = "/api/v1/faults/{id}/arrive", tag = "operations", operation_id = "arrive_at_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultVersion,
    responses((status = 200, body = Fault), Refused, Absent, Outdated), security(("desk" = ["fault.handle"])))]
pub(crate) async fn arrive_at_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultVersion>,
) -> Result<Json<Fault>> {
    operations.arrive_at_fault(&caller, id, asked.version).await?;
    view(&operations, &caller, id).await
}

/// Note what was done
#[utoipa::path(post, path = "/api/v1/faults/{id}/note", tag = "operations", operation_id = "note_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultWords,
    responses((status = 200, body = Fault), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn note_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultWords>,
) -> Result<Json<Fault>> {
    operations.note_fault(&caller, id, asked.version, &asked.text).await?;
    view(&operations, &caller, id).await
}

/// Raise a ticket to a higher grade
#[utoipa::path(post, path = "/api/v1/faults/{id}/raise", tag = "operations", operation_id = "raise_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = RaiseFault,
    responses((status = 200, body = Fault), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn raise_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<RaiseFault>,
) -> Result<Json<Fault>> {
    operations.raise_fault(&caller, id, asked.version, asked.grade, &asked.text).await?;
    view(&operations, &caller, id).await
}

/// It runs again
#[utoipa::path(post, path = "/api/v1/faults/{id}/restore", tag = "operations", operation_id = "restore_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultWords,
    responses((status = 200, body = Fault), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn restore_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultWords>,
) -> Result<Json<Fault>> {
    operations.restore_fault(&caller, id, asked.version, &asked.text).await?;
    view(&operations, &caller, id).await
}

/// It broke again
#[utoipa::path(post, path = "/api/v1/faults/{id}/reopen", tag = "operations", operation_id = "reopen_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultWords,
    responses((status = 200, body = Fault), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn reopen_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultWords>,
) -> Result<Json<Fault>> {
    operations.reopen_fault(&caller, id, asked.version, &asked.text).await?;
    view(&operations, &caller, id).await
}

/// Cause found and repaired
#[utoipa::path(post, path = "/api/v1/faults/{id}/close", tag = "operations", operation_id = "close_fault",
    params(("id" = Uuid, Path, description = "Ticket")), request_body = FaultWords,
    responses((status = 200, body = Fault), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["fault.handle"])))]
pub(crate) async fn close_fault(
    State(operations): State<Operations>,
    caller: Allowed<HandleFaults>,
    Path(id): Path<Uuid>,
    Json(asked): Json<FaultWords>,
) -> Result<Json<Fault>> {
    operations.close_fault(&caller, id, asked.version, &asked.text).await?;
    view(&operations, &caller, id).await
}
