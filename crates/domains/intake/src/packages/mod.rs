//! Packages 一件事套餐 (CASE-004): several items of one event in life, taken in together for one applicant.
//!
//! * [`definition`]: which items belong together: data of the pack `city/packages.yaml`;
//! * [`filing`]: what is offered at the caller's windows, checking, and filing all cases in one command or none;
//! * [`list`]: packages within reach and how far their cases are.
//!
//! Each item becomes an ordinary case of its department with its own clock. How the certificates are collected goes on
//! as [`FILED`], from which fulfilment makes the set that is collected in one way (CASE-029, docs/adr/0068, 0098).

pub mod definition;
pub mod filing;
pub mod http;
pub mod list;
pub(crate) mod store;

use platform::Result;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use sea_orm::entity::prelude::Uuid;
use serde_json::Value;

use crate::Intake;

/// Event: a package was filed. Payload `{package_id, name, collect, case_ids}`.
pub const FILED: &str = "package.filed";
/// Notes that a case of a package ended.
const JOB: &str = "intake.package_case";
/// What ends a case.
const ENDS: [&str; 4] = ["case.closed", "case.not_accepted", "case.withdrawn", "case.voided"];

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    ENDS.iter().fold(subscriptions, |all, topic| all.on(topic, JOB))
}

pub(crate) fn jobs(intake: &Intake, handlers: Handlers) -> Handlers {
    let intake = intake.clone();
    handlers.with(JOB, move |_, payload| {
        let intake = intake.clone();
        Box::pin(async move { intake.package_case_job(payload).await })
    })
}

impl Intake {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    async fn package_case_job(&self, payload: Value) -> Result<()> {
        let case: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or_default())?;
        if !store::is_member(self.platform.db.read(), case).await? {
            return Ok(());
        }
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { store::ended(tx.conn(), case, tx.now()).await })
            })
            .await
    }
}
