//! Services and timers of a flow, run as jobs after the step that asked for them.

use std::sync::Arc;

use flow::{Command, Wait};
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cases::service::Casework;
use crate::cases::service::change::{Actor, Change};
use crate::cases::store::case;

/// Job that runs a service of a flow.
pub const SERVICE_JOB: &str = "case.run_service";
/// Job that fires a timer of a flow.
pub const TIMER_JOB: &str = "case.fire_timer";

/// When a timer goes off; a date alone is the beginning of that day in China.
pub(super) fn due(wait: &Wait, now: OffsetDateTime) -> Result<OffsetDateTime> {
    match wait {
        Wait::Seconds(seconds) => Ok(now + time::Duration::seconds(i64::try_from(*seconds).unwrap_or(i64::MAX / 2))),
        Wait::Until(text) => {
            let moment = OffsetDateTime::parse(text, &Rfc3339).ok().map(|at| at.to_offset(time::UtcOffset::UTC));
            let day = || {
                let day = time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()?;
                Some(base::zone::start_of_day(day))
            };
            moment.or_else(day).ok_or_else(|| Problem::internal(format!("timer date {text}")))
        }
    }
}

impl Casework {
    /// The job behind [`SERVICE_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again; the case shows meanwhile that its result is being made.
    pub async fn service_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        #[derive(Deserialize)]
        struct Call {
            case_id: Uuid,
            token: String,
            element: String,
            service: String,
            #[serde(default)]
            attributes: Map<String, Value>,
        }
        let call: Call = serde_json::from_value(payload)?;
        let row = case::Entity::find_by_id(call.case_id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::internal("a service call without its case"))?;
        if !self.waits_for(row.id, &call.token).await? {
            return Ok(());
        }
        if row.outcome.as_deref() != Some("refused") && self.is_held(self.platform.db.read(), row.id).await? {
            // Called again when the last promised material has come.
            return self.say_held(row.id).await;
        }
        let loaded = self.with_item(row).await?;
        match call.service.as_str() {
            // Whatever stops it (an expired seal, a missing field) can be mended: try again, never give up at once.
            "issue_licence" => self.issue_licence(&loaded).await.map_err(Problem::internal)?,
            "make_document" | "seal_paper" => {}
            other => return Err(Problem::internal(format!("unknown service {other}"))),
        }
        let casework = Arc::clone(&self);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load(tx, call.case_id).await?;
                    let mut change = Change::of(loaded.row.clone(), Actor::system());
                    let paper = call.attributes.get("paper").and_then(Value::as_str);
                    if call.service == "make_document" {
                        let paper = paper.unwrap_or("grant");
                        let running = casework.running_in(tx, call.case_id).await?;
                        let step = running.definition.node(&call.element).map_or(paper, |node| node.name.as_str());
                        casework.result_document(tx, &mut change, &loaded, paper, step).await?;
                    }
                    if let ("seal_paper", Some(paper)) = (call.service.as_str(), paper) {
                        casework.seal_paper(tx, &mut change, &loaded, paper, &call.element).await?;
                    }
                    let command = Command::ServiceDone { token: call.token, variables: Map::new() };
                    casework.step_flow(tx, &mut change, command).await?;
                    change.save(&casework.platform, tx).await?;
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }

    async fn say_held(&self, id: Uuid) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    case::Entity::update_many()
                        .col_expr(case::Column::StepName, Expr::value(super::WAITS_FOR_PROMISED))
                        .filter(case::Column::Id.eq(id))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn waits_for(&self, id: Uuid, token: &str) -> Result<bool> {
        let running = self.running(self.platform.db.read(), id).await?;
        Ok(running.is_some_and(|running| running.waits_for(token)))
    }

    /// The job behind [`TIMER_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn timer_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        let token: String = serde_json::from_value(payload.get("token").cloned().unwrap_or(Value::Null))?;
        if !self.waits_for(id, &token).await? {
            return Ok(());
        }
        let casework = Arc::clone(&self);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load(tx, id).await?;
                    let mut change = Change::of(loaded.row.clone(), Actor::system());
                    casework.step_flow(tx, &mut change, Command::TimerFired { token }).await?;
                    change.save(&casework.platform, tx).await?;
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }
}

/// A job that met somebody else's change, or a case whose clock stands, is tried again: it has no
/// page to refresh, and giving up would leave the case where it is.
fn again(problem: Problem) -> Problem {
    if problem.status() == axum::http::StatusCode::CONFLICT {
        Problem::unavailable("办件正在变更，稍后自动再试。", problem)
    } else {
        problem
    }
}
