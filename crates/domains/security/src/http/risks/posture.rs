//! The posture.

use axum::extract::State;
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::Refused;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Security;
use crate::permissions::ReadRisks;

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
    responses((status = 200, body = PostureView), Refused),
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
