//! What casework leaves for later: which job runs what, which event wakes which job.

use std::sync::Arc;

use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;

use super::running::{events, jobs as flow_jobs};
use super::{Casework, acting, deliver, documents, filled, form_data, notify, old_licence, stamping};

impl Casework {
    /// Adds the handlers of casework's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let casework = Arc::new(self.clone());
        let again = || casework.clone();
        let (adopt, revoke, stamp, step, compare) = (again(), again(), again(), again(), again());
        let (index, resend, draw, service) = (again(), again(), again(), again());
        let (timer, void, tell) = (again(), again(), again());
        handlers
            .with(documents::DRAW_JOB, move |platform, payload| Box::pin(draw.clone().draw_job(platform, payload)))
            .with(stamping::STAMP_JOB, move |platform, payload| Box::pin(stamp.clone().stamp_job(platform, payload)))
            .with(flow_jobs::SERVICE_JOB, move |platform, payload| {
                Box::pin(service.clone().service_job(platform, payload))
            })
            .with(flow_jobs::TIMER_JOB, move |platform, payload| Box::pin(timer.clone().timer_job(platform, payload)))
            .with(deliver::ABOLISH_JOB, move |platform, payload| Box::pin(void.clone().abolish_job(platform, payload)))
            .with(old_licence::REVOKE_JOB, move |platform, payload| {
                Box::pin(revoke.clone().revoke_job(platform, payload))
            })
            .with(events::MESSAGE_JOB, move |platform, payload| {
                Box::pin(step.clone().step_message_job(platform, payload))
            })
            .with(filled::COMPARE_JOB, move |_, payload| Box::pin(filled::compare_job(compare.clone(), payload)))
            .with(form_data::INDEX_JOB, move |_, payload| {
                let index = index.clone();
                Box::pin(async move { index.index_job(payload).await })
            })
            .with(acting::ADOPT_JOB, move |_, payload| Box::pin(adopt.clone().adopt_job(payload)))
            .with(crate::messages::RESEND_JOB, move |_, payload| Box::pin(resend.clone().resend_job(payload)))
            .with(notify::JOB, move |platform, payload| Box::pin(tell.clone().notify_job(platform, payload)))
    }

    /// Adds the events casework listens to.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        let subscriptions = subscriptions
            .on(identity::ACCOUNT_CREATED, acting::ADOPT_JOB)
            .on(design::DATA_ITEMS_CHANGED, form_data::INDEX_JOB)
            .on(events::MESSAGE_TOPIC, events::MESSAGE_JOB);
        notify::TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, notify::JOB))
    }
}
