//! The applicant is asked once to rate, when nothing more is to come: the result is in his hands, or there is none to
//! hand over (CASE-011, CASE-028). Rating stays voluntary.

use platform::Result;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{Feedback, store};

/// The job.
const JOB: &str = "feedback.invite";
/// Events after which nothing more may be to come.
const TOPICS: [&str; 3] = ["case.closed", "case.not_accepted", "case.delivered"];

/// What the job takes of such an event.
#[derive(Deserialize)]
struct Payload {
    case_id: Uuid,
}

impl Feedback {
    /// Adds which events wake this domain's jobs.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, JOB))
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let feedback = self.clone();
        handlers.with(JOB, move |_, payload| {
            let feedback = feedback.clone();
            Box::pin(async move { feedback.invite_job(payload).await })
        })
    }

    /// The job behind [`JOB`]. Whoever has rated already is left in peace.
    ///
    /// # Errors
    /// 503 when the gateway is down: to be tried again.
    pub(crate) async fn invite_job(&self, payload: Value) -> Result<()> {
        let Payload { case_id } = serde_json::from_value(payload)?;
        let Some(ended) = self.cases.ended_case(case_id).await? else { return Ok(()) };
        if !ended.finished || ended.to_hand_over || store::of_case(self.platform.db.read(), case_id).await?.is_some() {
            return Ok(());
        }
        let page = if ended.has_account { format!("/my/cases/{case_id}/rating") } else { "/rate".to_owned() };
        let link = format!("{}{page}", self.platform.config.public_url.trim_end_matches('/'));
        self.cases.invite(case_id, &link).await
    }
}
