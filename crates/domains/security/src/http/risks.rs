//! Alarm rules, the register of risk events, the posture.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use platform::Problem;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{ProblemBody, Result};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Security;
use crate::permissions::{CloseRisks, HandleRisks, ReadRisks};
use crate::risks::model::{Act, KINDS, LEVELS, State as RiskState, label};
use crate::risks::service::{NewRisk, RiskFilter, Whole};
use crate::risks::store::risk;

/// The id in a cursor of one part.
pub(super) fn cursor_id(page: &PageQuery) -> Result<Option<Uuid>> {
    let Some(parts) = page.cursor_parts(1)? else { return Ok(None) };
    parts
        .first()
        .and_then(|id| Uuid::parse_str(id).ok())
        .map(Some)
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。"))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RiskQuery {
    /// Kinds, several separated by commas.
    kind: Option<String>,
    /// States, several separated by commas; `open` = not closed.
    state: Option<String>,
    /// Levels, several separated by commas.
    level: Option<String>,
    /// `me` or a staff id.
    assignee: Option<String>,
    /// Part of title or person.
    q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskPerson {
    id: Uuid,
    name: String,
}

/// An entry in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskRow {
    id: Uuid,
    kind: String,
    kind_label: &'static str,
    title: String,
    level: String,
    level_label: &'static str,
    state: String,
    state_label: &'static str,
    rule_key: Option<String>,
    /// Whom an alarm is about: a name or an address.
    who: String,
    count: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    first_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    last_at: OffsetDateTime,
    assignee: Option<RiskPerson>,
    due_on: Option<String>,
    parent_id: Option<Uuid>,
    open_findings: i64,
}

/// A step of an entry.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskStep {
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
pub(crate) struct RiskCan {
    assign: bool,
    handle: bool,
    close: bool,
    r#return: bool,
    add_finding: bool,
    run: bool,
}

/// A whole entry.
#[derive(Serialize, ToSchema)]
pub(crate) struct Risk {
    #[serde(flatten)]
    row: RiskRow,
    version: i64,
    description: String,
    /// Audit lines behind an alarm; empty for who may not read the log.
    evidence: Vec<Uuid>,
    children: Vec<RiskRow>,
    steps: Vec<RiskStep>,
    can: RiskCan,
}

/// A page of the register.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskList {
    #[serde(flatten)]
    list: List<RiskRow>,
    counts: RiskCounts,
}

/// Entries by state.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskCounts {
    open: i64,
    recognised: i64,
    assigned: i64,
    handled: i64,
    closed: i64,
}

fn row(row: risk::Model, findings: &HashMap<Uuid, i64>) -> RiskRow {
    RiskRow {
        id: row.id,
        kind_label: label(&KINDS, &row.kind),
        kind: row.kind,
        title: row.title,
        level_label: label(&LEVELS, &row.level),
        level: row.level,
        state_label: RiskState::ALL.iter().find(|(_, key, _)| *key == row.state).map_or("", |(.., name)| name),
        state: row.state,
        rule_key: row.rule_key,
        who: row.who,
        count: row.hits,
        first_at: row.first_at,
        last_at: row.last_at,
        assignee: row.assignee_id.map(|id| RiskPerson { id, name: row.assignee_name.unwrap_or_default() }),
        due_on: row.due_on,
        parent_id: row.parent_id,
        open_findings: findings.get(&row.id).copied().unwrap_or(0),
    }
}

async fn view(security: &Security, caller: &Principal, id: Uuid) -> Result<Json<Risk>> {
    let Whole { row: own, steps, children } = security.risk(id).await?;
    let findings = security.open_findings(&[id]).await?;
    let state = RiskState::parse(&own.state);
    let able = |act: Act| state.is_some_and(|state| state.after(act).is_some());
    let handles = caller.may("risk.handle");
    let closes = caller.may("risk.close");
    let can = RiskCan {
        assign: handles && able(Act::Assign),
        handle: handles && able(Act::Handle) && own.assignee_id == Some(caller.id),
        close: closes
            && able(Act::Close)
            && own.handled_by != Some(caller.id)
            && findings.get(&id).is_none_or(|open| *open == 0),
        r#return: closes && able(Act::Return),
        add_finding: handles && state != Some(RiskState::Closed) && own.kind != "finding",
        run: handles && own.kind == "check" && able(Act::Run),
    };
    let evidence = if caller.may("audit.read") {
        serde_json::from_value(own.evidence.clone()).unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(Json(Risk {
        version: own.version,
        description: own.description.clone(),
        evidence,
        children: children.into_iter().map(|child| row(child, &HashMap::new())).collect(),
        steps: steps
            .into_iter()
            .map(|step| RiskStep {
                at: step.at,
                by_name: step.by_name,
                act_label: Act::label(&step.act),
                act: step.act,
                text: step.text,
            })
            .collect(),
        can,
        row: row(own, &findings),
    }))
}

/// A rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlarmRule {
    key: String,
    title: String,
    level: String,
    level_label: &'static str,
    /// The rule in words.
    says: String,
    enabled: bool,
}

/// The rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlarmRules {
    items: Vec<AlarmRule>,
}

/// Rules that raise alarms.
#[utoipa::path(get, path = "/api/v1/security/alarm-rules", tag = "security", operation_id = "list_alarm_rules",
    responses((status = 200, body = AlarmRules),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.read"])))]
pub(crate) async fn list_alarm_rules(
    State(security): State<Security>,
    _caller: Allowed<ReadRisks>,
) -> Result<Json<AlarmRules>> {
    let items = security
        .alarms
        .iter()
        .map(|rule| AlarmRule {
            key: rule.key.clone(),
            title: rule.title.clone(),
            level_label: label(&LEVELS, &rule.level),
            level: rule.level.clone(),
            says: rule.says.clone(),
            enabled: rule.enabled,
        })
        .collect();
    Ok(Json(AlarmRules { items }))
}

/// Risk events, findings, checks, drills, newest first.
#[utoipa::path(get, path = "/api/v1/security/risks", tag = "security", operation_id = "list_risks", params(RiskQuery),
    responses((status = 200, body = RiskList),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.read"])))]
pub(crate) async fn list_risks(
    State(security): State<Security>,
    caller: Allowed<ReadRisks>,
    Query(query): Query<RiskQuery>,
) -> Result<Json<RiskList>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let filter =
        RiskFilter { kind: query.kind, state: query.state, level: query.level, assignee: query.assignee, q: query.q };
    let (found, total, counts) = security.risks(&caller, &filter, cursor_id(&page)?, page.limit() + 1).await?;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let findings = security.open_findings(&ids).await?;
    let items = found.into_iter().map(|one| row(one, &findings)).collect();
    let list = List::cut(items, page.limit(), total, security.platform.now(), |row: &RiskRow| vec![row.id.to_string()]);
    let of = |key: &str| counts.get(key).copied().unwrap_or(0);
    let counts = RiskCounts {
        open: of("recognised") + of("assigned") + of("handled"),
        recognised: of("recognised"),
        assigned: of("assigned"),
        handled: of("handled"),
        closed: of("closed"),
    };
    Ok(Json(RiskList { list, counts }))
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/security/risks/{id}", tag = "security", operation_id = "get_risk",
    params(("id" = Uuid, Path, description = "Entry")),
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.read"])))]
pub(crate) async fn get_risk(
    State(security): State<Security>,
    caller: Allowed<ReadRisks>,
    Path(id): Path<Uuid>,
) -> Result<Json<Risk>> {
    view(&security, &caller, id).await
}

/// A new entry.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateRisk {
    /// `finding`, `check`, `assessment`, `inspection`, `go_live`, `drill` or `guard`.
    kind: String,
    title: String,
    #[serde(default)]
    description: String,
    /// `high`, `middle` or `low`.
    level: String,
    due_on: Option<String>,
    parent_id: Option<Uuid>,
}

/// Enter a check, a drill, a finding.
#[utoipa::path(post, path = "/api/v1/security/risks", tag = "security", operation_id = "create_risk",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = CreateRisk,
    responses((status = 201, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn create_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<CreateRisk>,
) -> Result<(StatusCode, Json<Risk>)> {
    let new = NewRisk {
        kind: new.kind,
        title: new.title,
        description: new.description,
        level: new.level,
        due_on: new.due_on.filter(|day| !day.is_empty()),
        parent_id: new.parent_id,
    };
    let id = security.enter_risk(&caller, new, key).await?;
    Ok((StatusCode::CREATED, view(&security, &caller, id).await?))
}

/// A step.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RiskStepRequest {
    version: i64,
    #[serde(default)]
    text: String,
}

/// Whom to give it to.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AssignRisk {
    version: i64,
    assignee_id: Uuid,
    #[serde(default)]
    text: String,
}

/// Give an entry to somebody.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/assign", tag = "security", operation_id = "assign_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = AssignRisk,
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn assign_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<AssignRisk>,
) -> Result<Json<Risk>> {
    security.assign_risk(&caller, id, request.version, request.assignee_id, &request.text).await?;
    view(&security, &caller, id).await
}

/// Report an entry handled.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/handle", tag = "security", operation_id = "handle_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn handle_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.handle_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Confirm that an entry was handled.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/close", tag = "security", operation_id = "close_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.close"])))]
pub(crate) async fn close_risk(
    State(security): State<Security>,
    caller: Allowed<CloseRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.close_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Send an entry back to who handled it.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/return", tag = "security", operation_id = "return_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.close"])))]
pub(crate) async fn return_risk(
    State(security): State<Security>,
    caller: Allowed<CloseRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.return_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Run a check: past events and weak points become its findings.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/run", tag = "security", operation_id = "run_risk_check",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn run_risk_check(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.run_check(&caller, id, request.version).await?;
    view(&security, &caller, id).await
}

/// Somebody who may handle.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskHandler {
    id: Uuid,
    name: String,
    org_name: String,
}

/// Who may handle.
#[derive(Serialize, ToSchema)]
pub(crate) struct RiskHandlers {
    items: Vec<RiskHandler>,
}

/// Staff who may handle risk events.
#[utoipa::path(get, path = "/api/v1/security/handlers", tag = "security", operation_id = "list_risk_handlers",
    responses((status = 200, body = RiskHandlers),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn list_risk_handlers(
    State(security): State<Security>,
    _caller: Allowed<HandleRisks>,
) -> Result<Json<RiskHandlers>> {
    let tree = security.identity.orgs().await?;
    let items = security
        .identity
        .staff_holding("risk.handle")
        .await?
        .into_iter()
        .map(|staff| RiskHandler {
            id: staff.id,
            name: staff.name,
            org_name: tree.get(staff.org_id).map(|org| org.name.clone()).unwrap_or_default(),
        })
        .collect();
    Ok(Json(RiskHandlers { items }))
}

/// Figures of the posture page.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostureView {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    /// Open entries by level.
    open: LevelCounts,
    alarms_30_days: Vec<DayCount>,
    by_rule: Vec<RuleCount>,
    /// Closed by their day this month.
    handled_on_time: i64,
    /// Open after their day.
    overdue: i64,
    assets: Assets,
    controls: ControlCounts,
    keys: KeyFigures,
    audit: AuditFigures,
}

/// Counts by level.
#[derive(Serialize, ToSchema)]
pub(crate) struct LevelCounts {
    high: i64,
    middle: i64,
    low: i64,
}

/// Count of a day.
#[derive(Serialize, ToSchema)]
#[schema(as = RiskDay)]
pub(crate) struct DayCount {
    day: String,
    count: i64,
}

/// Count of a rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleCount {
    key: String,
    title: String,
    count: i64,
}

/// What there is to protect.
#[derive(Serialize, ToSchema)]
pub(crate) struct Assets {
    tables: usize,
    columns: usize,
    sealed_columns: usize,
}

/// Items of the self-check.
#[derive(Serialize, ToSchema)]
pub(crate) struct ControlCounts {
    met: usize,
    partly: usize,
    failed: usize,
}

/// Keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyFigures {
    active: usize,
    retired: usize,
    /// Values still sealed with an old key.
    waiting_rows: i64,
}

/// The log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditFigures {
    lines_today: u64,
    refused_today: u64,
    last_root_day: Option<String>,
}

/// Posture: assets, risks, open events.
#[utoipa::path(get, path = "/api/v1/security/posture", tag = "security", operation_id = "get_posture",
    responses((status = 200, body = PostureView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["risk.read"])))]
pub(crate) async fn get_posture(
    State(security): State<Security>,
    _caller: Allowed<ReadRisks>,
) -> Result<Json<PostureView>> {
    use crate::protection::{Met, schema};
    let found = security.posture().await?;
    let columns = schema::columns(security.platform.db.read()).await?;
    let tables: std::collections::BTreeSet<&str> = columns.iter().map(|column| column.table.as_str()).collect();
    let checks = security.self_check().await?;
    let met = |state: Met| checks.iter().filter(|item| item.state == state).count();
    let keys = security.keys().await?;
    let in_state = |state: &str| keys.iter().filter(|key| key.row.state == state).count();
    let level = |key: &str| found.open.get(key).copied().unwrap_or(0);
    Ok(Json(PostureView {
        as_of: security.platform.now(),
        open: LevelCounts { high: level("high"), middle: level("middle"), low: level("low") },
        alarms_30_days: found.by_day.iter().map(|(day, count)| DayCount { day: day.clone(), count: *count }).collect(),
        by_rule: found
            .by_rule
            .iter()
            .map(|(key, title, count)| RuleCount { key: key.clone(), title: title.clone(), count: *count })
            .collect(),
        handled_on_time: found.on_time,
        overdue: found.overdue,
        assets: Assets { tables: tables.len(), columns: columns.len(), sealed_columns: security.sealed.len() },
        controls: ControlCounts { met: met(Met::Met), partly: met(Met::Partly), failed: met(Met::Failed) },
        keys: KeyFigures {
            active: in_state("active"),
            retired: in_state("retired"),
            waiting_rows: security.stale_values().await?,
        },
        audit: AuditFigures {
            lines_today: found.lines_today,
            refused_today: found.refused_today,
            last_root_day: found.last_root_day,
        },
    }))
}
