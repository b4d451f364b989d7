//! No case waits silently: when the other system says nothing for the hours the item allows, people are told.

use platform::{Problem, Result};
use time::Duration;
use uuid::Uuid;

use super::store;
use super::{ANSWERED, SENT, SILENT};
use crate::Exchange;

impl Exchange {
    /// The job behind [`super::WATCH_JOB`]: nothing has come since, so people are told; and again after as long.
    ///
    /// # Errors
    /// When the database refuses, or the row changed meanwhile: tried again.
    pub async fn dispatch_watch(&self, case_id: Uuid, by: i64) -> Result<()> {
        let Some(row) = store::find(self.platform.db.read(), case_id).await? else { return Ok(()) };
        let due = row.answer_by.is_some_and(|at| at.unix_timestamp() == by);
        if !due || ![SENT, ANSWERED].contains(&row.state.as_str()) {
            return Ok(());
        }
        let now = self.platform.now();
        let since = row.answered_at.or(row.sent_at).unwrap_or(row.created_at);
        let reason =
            format!("从 {} 起没有回音，已超过约定的 {} 小时", base::zone::moment_text(since), row.answer_hours);
        let told = row.clone();
        let mut row = row;
        let next = now + Duration::hours(row.answer_hours);
        row.problem = SILENT.to_owned();
        row.reason = Some(reason.clone());
        row.answer_by = Some(next);
        let job = self.watch_job(case_id, next);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, tx.now()).await?;
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
            .map_err(again)?;
        let text = format!(
            "办件 {}（{}）由{}办理，{reason}。请催办，或者转为人工办理。",
            told.case_number, told.item_name, told.system_name
        );
        self.tell(&told, "silent", &text).await
    }
}

/// A job has no page to refresh: what changed under its hands is looked at again.
pub(crate) fn again(problem: Problem) -> Problem {
    if problem.status() == axum::http::StatusCode::CONFLICT {
        Problem::unavailable("办件正在变更，稍后自动再试。", problem)
    } else {
        problem
    }
}
