//! What casework leaves for later: which job runs what, which event wakes which job.

use std::sync::Arc;

use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;

use super::{Casework, acting, deliver, documents, notify, old_licence, review, stamping};

impl Casework {
    /// Adds the handlers of casework's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let casework = Arc::new(self.clone());
        let (adopt, revoke, stamp) = (casework.clone(), casework.clone(), casework.clone());
        let (draw, service, timer, void, tell) =
            (casework.clone(), casework.clone(), casework.clone(), casework.clone(), casework);
        handlers
            .with(documents::DRAW_JOB, move |platform, payload| Box::pin(draw.clone().draw_job(platform, payload)))
            .with(stamping::STAMP_JOB, move |platform, payload| Box::pin(stamp.clone().stamp_job(platform, payload)))
            .with(review::SERVICE_JOB, move |platform, payload| {
                Box::pin(service.clone().service_job(platform, payload))
            })
            .with(review::TIMER_JOB, move |platform, payload| Box::pin(timer.clone().timer_job(platform, payload)))
            .with(deliver::ABOLISH_JOB, move |platform, payload| Box::pin(void.clone().abolish_job(platform, payload)))
            .with(old_licence::REVOKE_JOB, move |platform, payload| {
                Box::pin(revoke.clone().revoke_job(platform, payload))
            })
            .with(acting::ADOPT_JOB, move |_, payload| Box::pin(adopt.clone().adopt_job(payload)))
            .with(notify::JOB, move |platform, payload| Box::pin(tell.clone().notify_job(platform, payload)))
    }

    /// Adds the events casework listens to.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        let subscriptions = subscriptions.on(identity::ACCOUNT_CREATED, acting::ADOPT_JOB);
        notify::TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, notify::JOB))
    }
}
