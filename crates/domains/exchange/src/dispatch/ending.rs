//! A case that ended here is told to the system that has it: the applicant withdrew, it was stopped, or voided.
//!
//! Nobody over there should go on with a case that is over. The notice goes to the address of the cases with `/ended`,
//! again with growing delay until it is taken; the receiver drops repeats, and what it never had, by `id`. When no try
//! helps, the case stands in the exception list until it is sent again or somebody notes how they were told otherwise.

use casework::cases::model::{EventKind, State};
use casework::cases::service::beside::CaseFacts;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::send::DELAYS;
use super::store::{self, dispatch};
use super::{CANCELLED, REFUSED, UNTOLD};
use crate::{Exchange, Refused};

/// By which event a case ended, and how that is said.
fn end_of(facts: &CaseFacts) -> (EventKind, &'static str) {
    match facts.state {
        State::Withdrawn => (EventKind::Withdraw, "申请人撤回了申请"),
        State::Voided => (EventKind::Revoke, "办件已撤销"),
        State::NotAccepted => (EventKind::NotAccept, "不予受理"),
        _ => (EventKind::Close, "办件已在本平台结束"),
    }
}

/// Answers no further try will change: refused, or an address that takes no such notice.
fn for_good(status: u16) -> bool {
    matches!(status, 400 | 404 | 405 | 410 | 422 | 501)
}

impl Exchange {
    /// The job behind [`super::END_JOB`]: a case that ended here is no longer waited for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn dispatch_end(&self, case_id: Uuid) -> Result<()> {
        let Some(row) = store::find(self.platform.db.read(), case_id).await? else { return Ok(()) };
        if !row.is_open() {
            return Ok(());
        }
        match self.casework.facts(case_id).await? {
            Some(facts) if !facts.state.is_open() => self.end_dispatch(row, &facts).await,
            _ => Ok(()),
        }
    }

    /// Ends a dispatch, and has the other system told unless it never took the case.
    pub(crate) async fn end_dispatch(&self, mut row: dispatch::Model, facts: &CaseFacts) -> Result<()> {
        let now = self.platform.now();
        let never_there = row.problem == REFUSED && row.sent_at.is_none();
        row.state = CANCELLED.to_owned();
        row.reason = Some(end_of(facts).1.to_owned());
        row.ended_at = Some(now);
        row.answer_by = None;
        row.problem = String::new();
        row.next_at = None;
        let job = (!never_there).then(|| self.begin_telling(&mut row, now));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::drop_all_held(tx.conn(), row.case_id).await?;
                    store::save(tx.conn(), row, tx.now()).await?;
                    if let Some(job) = job {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
            .map_err(super::watch::again)
    }

    /// A first round of telling.
    pub(crate) fn begin_telling(&self, row: &mut dispatch::Model, now: OffsetDateTime) -> NewJob {
        row.problem = UNTOLD.to_owned();
        row.attempts = 0;
        row.round += 1;
        row.next_at = Some(now);
        self.ending_job(row.case_id, row.round, None)
    }

    /// The job behind [`super::ENDING_JOB`]: tells the other system once.
    ///
    /// # Errors
    /// When the database refuses, or the row changed meanwhile: tried again.
    pub async fn dispatch_ending(&self, case_id: Uuid, round: i64) -> Result<()> {
        let Some(mut row) = store::find(self.platform.db.read(), case_id).await? else { return Ok(()) };
        if !row.is_untold() || row.round != round {
            return Ok(());
        }
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        let said = self.say_ended(&row, &facts).await?;
        let now = self.platform.now();
        row.attempts += 1;
        let mut next = None;
        let mut given_up = None;
        match said {
            Ok(()) => {
                row.problem = String::new();
                row.reason = Some(format!("{}，已通知对方", end_of(&facts).1));
                row.told_at = Some(now);
                row.next_at = None;
            }
            Err(refused) => {
                let tries = usize::try_from(row.attempts - 1).unwrap_or(usize::MAX);
                let delay = DELAYS.get(tries).filter(|_| !for_good(refused.status));
                row.reason = Some(format!("{}，还没能通知对方：{}", end_of(&facts).1, refused.reason));
                row.next_at = delay.map(|minutes| now + Duration::minutes(*minutes));
                if row.next_at.is_some() {
                    row.round += 1;
                    next = Some(self.ending_job(case_id, row.round, row.next_at));
                } else {
                    given_up = Some(row.clone());
                }
            }
        }
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, tx.now()).await?;
                    if let Some(job) = next {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
            .map_err(super::watch::again)?;
        let Some(row) = given_up else { return Ok(()) };
        let text = format!(
            "办件 {}（{}）{}。请在分发异常里再发一次，或者用别的方式告诉{}后登记。",
            row.case_number,
            row.item_name,
            row.reason.as_deref().unwrap_or_default(),
            row.system_name
        );
        self.tell(&row, "untold", &text).await
    }

    async fn say_ended(&self, row: &dispatch::Model, facts: &CaseFacts) -> Result<Result<(), Refused>> {
        let address = match self.address_of(row).await? {
            Ok(address) => address,
            Err(refused) => return Ok(Err(refused)),
        };
        let (event, words) = end_of(facts);
        let at = facts.closed_at.or(row.ended_at).and_then(|at| at.format(&Rfc3339).ok());
        let body = json!({
            "id": row.case_id, "case_number": row.case_number, "receipt": row.receipt,
            "event": event.as_str(), "event_name": event.label(), "text": words,
            "outcome": facts.outcome, "reason": facts.closing_reason, "at": at,
        });
        let said = self.say(row, &format!("{address}/ended"), &format!("通知终止（{words}）"), &body).await?;
        Ok(said.map(|_| ()))
    }

    /// Somebody told the other system by other means, and says how.
    ///
    /// # Errors
    /// 409 when it knows already.
    pub(crate) async fn settle_untold(
        &self,
        mut row: dispatch::Model,
        reason: &str,
        line: platform::work::audit::Line,
    ) -> Result<()> {
        if !row.is_untold() {
            return Err(Problem::conflict("dispatch_told", "对方已经知道这件终止了，不用再登记。"));
        }
        row.problem = String::new();
        row.reason = Some(reason.to_owned());
        row.next_at = None;
        row.told_at = Some(self.platform.now());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, tx.now()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}
