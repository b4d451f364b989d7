//! Rules, the register, who may handle.

use axum::extract::State;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Risk, RiskRow, cursor_id, row, view};
use crate::Security;
use crate::permissions::{HandleRisks, ReadRisks};
use crate::risks::model::{LEVELS, label};
use crate::risks::service::RiskFilter;

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
    responses((status = 200, body = AlarmRules), Refused),
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
    responses((status = 200, body = RiskList), Refused, Unreadable),
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
    responses((status = 200, body = Risk), Refused, Absent),
    security(("desk" = ["risk.read"])))]
pub(crate) async fn get_risk(
    State(security): State<Security>,
    caller: Allowed<ReadRisks>,
    Path(id): Path<Uuid>,
) -> Result<Json<Risk>> {
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
    responses((status = 200, body = RiskHandlers), Refused),
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
