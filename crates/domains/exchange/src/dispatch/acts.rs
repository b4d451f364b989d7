//! What staff do about a dispatched case: send it again now, take it over, or note that its end was told otherwise.

use casework::cases::service::change::Actor;
use platform::web::guard::Allowed;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, dispatch};
use super::{HELD, WAITING};
use crate::{Exchange, HandleDispatches};

/// A version of the page.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct RetryDispatch {
    /// Version.
    pub version: i64,
}

/// How the other system was told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct SettleDispatch {
    /// Version.
    pub version: i64,
    /// Whom, when and how, 4 to 200 characters.
    pub reason: String,
}

/// Why people take it over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct TakeDispatchOver {
    /// Version.
    pub version: i64,
    /// Why, 4 to 200 characters.
    pub reason: String,
}

impl Exchange {
    /// A dispatch within the caller's reach, at the version of the page.
    async fn own_dispatch(
        &self,
        caller: &Allowed<HandleDispatches>,
        id: Uuid,
        version: i64,
    ) -> Result<dispatch::Model> {
        self.casework.facts_for(caller, id).await?;
        let row = store::find(self.platform.db.read(), id).await?;
        let row = row.ok_or_else(|| Problem::not_found("这件没有分发给别的系统。"))?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if !row.is_open() && !row.is_untold() {
            return Err(Problem::conflict("dispatch_ended", "这件的分发已经结束，不用再处理。"));
        }
        Ok(row)
    }

    /// Sends a case again now, or looks again at what came too early.
    ///
    /// # Errors
    /// 404 outside the caller's reach; 409 when it has ended, goes well, or the page is old.
    pub(crate) async fn retry_dispatch(
        &self,
        caller: &Allowed<HandleDispatches>,
        id: Uuid,
        asked: &RetryDispatch,
    ) -> Result<()> {
        let mut row = self.own_dispatch(caller, id, asked.version).await?;
        if row.problem.is_empty() && row.state != WAITING {
            return Err(Problem::conflict("dispatch_goes_well", "对方已经收到，正在办理，不用重发。"));
        }
        if row.problem == HELD {
            self.carry_out_held(id).await?;
            return Ok(());
        }
        let line_id = self.platform.new_id();
        let detail = json!({ "system": row.app_id, "problem": row.problem, "attempts": row.attempts });
        let line = Line::by(caller, line_id, "dispatch.retry", format!("case:{id}"), detail);
        let now = self.platform.now();
        if row.is_untold() {
            let job = self.begin_telling(&mut row, now);
            return self.send_anew(row, job, line).await;
        }
        row.state = WAITING.to_owned();
        row.problem = String::new();
        row.reason = None;
        row.attempts = 0;
        row.round += 1;
        row.next_at = Some(now);
        row.answer_by = None;
        let job = self.send_job(id, row.round, None);
        self.send_anew(row, job, line).await
    }

    async fn send_anew(&self, row: dispatch::Model, job: NewJob, line: Line) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, tx.now()).await?;
                    tx.enqueue(job);
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Gives a case to people here: its flow begins; what the other system says later is refused.
    ///
    /// # Errors
    /// 404 outside the caller's reach; 409 when it has ended or the page is old; 422 without a reason.
    pub(crate) async fn take_dispatch_over(
        &self,
        caller: &Allowed<HandleDispatches>,
        id: Uuid,
        asked: &TakeDispatchOver,
    ) -> Result<()> {
        let reason = asked.reason.trim();
        if !(4..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明为什么转为人工办理，4 到 200 字"));
        }
        let mut row = self.own_dispatch(caller, id, asked.version).await?;
        if row.is_untold() {
            return Err(Problem::conflict(
                "dispatch_ended",
                "这件已经结束，不能转为人工办理；可以登记怎样告诉了对方。",
            ));
        }
        let line_id = self.platform.new_id();
        let detail = json!({ "system": row.app_id, "reason": reason });
        let line = Line::by(caller, line_id, "dispatch.take_over", format!("case:{id}"), detail);
        row.problem = String::new();
        row.reason = Some(reason.to_owned());
        self.give_to_people(row, Actor::of(caller), reason, Some(line)).await
    }

    /// Notes how the other system was told of the end of a case, when it could not be sent.
    ///
    /// # Errors
    /// 404 outside the caller's reach; 409 when it knows already or the page is old; 422 without a note.
    pub(crate) async fn settle_dispatch(
        &self,
        caller: &Allowed<HandleDispatches>,
        id: Uuid,
        asked: &SettleDispatch,
    ) -> Result<()> {
        let reason = asked.reason.trim();
        if !(4..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明怎样告诉了对方，4 到 200 字"));
        }
        let row = self.own_dispatch(caller, id, asked.version).await?;
        let line_id = self.platform.new_id();
        let detail = json!({ "system": row.app_id, "reason": reason });
        let line = Line::by(caller, line_id, "dispatch.settle", format!("case:{id}"), detail);
        self.settle_untold(row, reason, line).await
    }
}
