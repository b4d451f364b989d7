//! Alarms, thresholds, who is on duty.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Problem;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{cursor_id, day};
use crate::Operations;
use crate::alarms::rules::{Known, RuleChange};
use crate::faults::model::Grade;
use crate::pack::When;
use crate::permissions::{EditRun, ReadRun};
use crate::store::alarm;

/// Which alarms.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunAlarmQuery {
    /// `lasting` or `over`.
    state: Option<String>,
    /// `major`, `severe`, `general`.
    grade: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An alarm.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunAlarm {
    id: Uuid,
    rule_key: String,
    title: String,
    grade: String,
    grade_label: String,
    /// Last value.
    value: i64,
    /// Worst value.
    worst: i64,
    limit: i64,
    unit: String,
    node: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    raised_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    cleared_at: Option<OffsetDateTime>,
    fault_id: Option<Uuid>,
}

fn view(row: alarm::Model) -> RunAlarm {
    RunAlarm {
        id: row.id,
        rule_key: row.rule_key,
        title: row.title,
        grade_label: Grade::parse(&row.grade).map_or("", Grade::label).to_owned(),
        grade: row.grade,
        value: row.value,
        worst: row.worst,
        limit: row.limit_value,
        unit: row.unit,
        node: row.node,
        raised_at: row.raised_at,
        cleared_at: row.cleared_at,
        fault_id: row.fault_id,
    }
}

/// Alarms, newest first
#[utoipa::path(get, path = "/api/v1/operations/alarms", tag = "operations", operation_id = "list_run_alarms",
    params(RunAlarmQuery), responses((status = 200, body = List<RunAlarm>), Refused, Unreadable),
    security(("desk" = ["run.read"])))]
pub(crate) async fn list_run_alarms(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<RunAlarmQuery>,
) -> Result<Json<List<RunAlarm>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let lasting = match query.state.as_deref() {
        Some("lasting") => Some(true),
        Some("over") => Some(false),
        _ => None,
    };
    let grade = query.grade.as_deref().and_then(Grade::parse);
    let (rows, total) = operations.alarms(lasting, grade, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(Json(List::cut(items, page.limit(), total, operations.platform.now(), |row: &RunAlarm| {
        vec![row.id.to_string()]
    })))
}

/// A threshold.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunRule {
    key: String,
    title: String,
    /// Name of its metric.
    metric: String,
    unit: String,
    /// `above` or `below`.
    when: &'static str,
    limit: i64,
    clear: i64,
    minutes: i64,
    grade: Grade,
    grade_label: &'static str,
    part: String,
    advice: String,
    ticket: bool,
    enabled: bool,
    /// Version; 0 as the pack says.
    version: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<OffsetDateTime>,
    changed_by: Option<String>,
    reason: Option<String>,
}

/// The thresholds.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunRules {
    items: Vec<RunRule>,
}

fn rule(operations: &Operations, known: Known) -> RunRule {
    let Known { rule, version, changed } = known;
    let metric = operations.pack.metric(&rule.metric);
    let (changed_at, changed_by, reason) = match changed {
        Some((at, by, reason)) => (Some(at), Some(by), Some(reason)),
        None => (None, None, None),
    };
    RunRule {
        metric: metric.map_or_else(|| rule.metric.clone(), |metric| metric.label.clone()),
        unit: metric.map(|metric| metric.unit.clone()).unwrap_or_default(),
        when: match rule.when {
            When::Above => "above",
            When::Below => "below",
        },
        part: operations.pack.part(&rule.part).to_owned(),
        grade_label: rule.grade.label(),
        key: rule.key,
        title: rule.title,
        limit: rule.limit,
        clear: rule.clear,
        minutes: rule.minutes,
        grade: rule.grade,
        advice: rule.advice,
        ticket: rule.ticket,
        enabled: rule.enabled,
        version,
        changed_at,
        changed_by,
        reason,
    }
}

/// Thresholds as they count now
#[utoipa::path(get, path = "/api/v1/operations/rules", tag = "operations", operation_id = "list_run_rules",
    responses((status = 200, body = RunRules), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_run_rules(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<RunRules>> {
    let items = operations.rules().await?.into_iter().map(|known| rule(&operations, known)).collect();
    Ok(Json(RunRules { items }))
}

/// A changed threshold.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeRunRule {
    version: i64,
    enabled: bool,
    limit: i64,
    clear: i64,
    minutes: i64,
    grade: Grade,
    reason: String,
}

/// Change a threshold
#[utoipa::path(put, path = "/api/v1/operations/rules/{key}", tag = "operations", operation_id = "change_run_rule",
    params(("key" = String, Path, description = "Key")), request_body = ChangeRunRule,
    responses((status = 200, body = RunRule), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["run.edit"])))]
pub(crate) async fn change_run_rule(
    State(operations): State<Operations>,
    caller: Allowed<EditRun>,
    Path(key): Path<String>,
    Json(change): Json<ChangeRunRule>,
) -> Result<Json<RunRule>> {
    let change = RuleChange {
        version: change.version,
        enabled: change.enabled,
        limit: change.limit,
        clear: change.clear,
        minutes: change.minutes,
        grade: change.grade,
        reason: change.reason,
    };
    operations.change_rule(&caller, &key, change).await?;
    let known = operations.rules().await?.into_iter().find(|known| known.rule.key == key);
    known.map(|known| Json(rule(&operations, known))).ok_or_else(|| Problem::not_found("没有这条告警规则。"))
}

/// Somebody on duty.
#[derive(Serialize, ToSchema)]
pub(crate) struct Duty {
    id: Uuid,
    staff_id: Uuid,
    staff_name: String,
    from_day: String,
    until_day: String,
    /// Today is one of the days.
    now: bool,
}

/// Somebody who may be put on duty.
#[derive(Serialize, ToSchema)]
pub(crate) struct DutyStaff {
    id: Uuid,
    name: String,
    org_name: String,
}

/// The duty list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Duties {
    items: Vec<Duty>,
    /// Who handles faults.
    staff: Vec<DutyStaff>,
}

async fn duty_list(operations: &Operations) -> Result<Json<Duties>> {
    let today = base::zone::china_date(operations.platform.now()).to_string();
    let items = operations.duties().await?.into_iter().map(|row| Duty {
        now: row.from_day <= today && today <= row.until_day,
        id: row.id,
        staff_id: row.staff_id,
        staff_name: row.staff_name,
        from_day: row.from_day,
        until_day: row.until_day,
    });
    let tree = operations.identity.orgs().await?;
    let staff = operations.identity.staff_holding("fault.handle").await?.into_iter().map(|staff| DutyStaff {
        org_name: tree.get(staff.org_id).map(|org| org.name.clone()).unwrap_or_default(),
        id: staff.id,
        name: staff.name,
    });
    Ok(Json(Duties { items: items.collect(), staff: staff.collect() }))
}

/// Who is on duty from today on
#[utoipa::path(get, path = "/api/v1/operations/duties", tag = "operations", operation_id = "list_duties",
    responses((status = 200, body = Duties), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_duties(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<Duties>> {
    duty_list(&operations).await
}

/// A new duty.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddDuty {
    staff_id: Uuid,
    /// First day, `2026-09-21`.
    from_day: String,
    /// Last day.
    until_day: String,
}

/// Put somebody on duty
#[utoipa::path(post, path = "/api/v1/operations/duties", tag = "operations", operation_id = "add_duty",
    params(IdempotencyKey), request_body = AddDuty,
    responses((status = 201, body = Duties), Refused, Unreadable), security(("desk" = ["run.edit"])))]
pub(crate) async fn add_duty(
    State(operations): State<Operations>,
    caller: Allowed<EditRun>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<AddDuty>,
) -> Result<(StatusCode, Json<Duties>)> {
    let days = (day("/from_day", &new.from_day)?, day("/until_day", &new.until_day)?);
    operations.add_duty(&caller, new.staff_id, days, key).await?;
    Ok((StatusCode::CREATED, duty_list(&operations).await?))
}

/// Take somebody off duty
#[utoipa::path(delete, path = "/api/v1/operations/duties/{id}", tag = "operations", operation_id = "remove_duty",
    params(("id" = Uuid, Path, description = "Duty")),
    responses((status = 200, body = Duties), Refused, Absent), security(("desk" = ["run.edit"])))]
pub(crate) async fn remove_duty(
    State(operations): State<Operations>,
    caller: Allowed<EditRun>,
    Path(id): Path<Uuid>,
) -> Result<Json<Duties>> {
    operations.remove_duty(&caller, id).await?;
    duty_list(&operations).await
}
