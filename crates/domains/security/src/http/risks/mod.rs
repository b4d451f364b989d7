//! Alarm rules, the register of risk events, the posture.

pub(super) mod posture;
pub(super) mod read;
pub(super) mod steps;

use std::collections::HashMap;

use axum::http::StatusCode;
use platform::Problem;
use platform::web::extract::Json;
use platform::web::guard::Principal;
use platform::web::page::PageQuery;
use platform::web::problem::Result;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Security;
use crate::risks::model::{Act, KINDS, LEVELS, State as RiskState, label};
use crate::risks::service::Whole;
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
