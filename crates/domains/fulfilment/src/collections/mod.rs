//! Collecting on demand 按需领证、统一发证 (CASE-029): who has several matters under way says whether each certificate
//! is handed over as it is ready or all of them at the end; how each goes, by post or at the window, stays with its
//! case.
//!
//! The applicant puts own cases together (docs/adr/0068), or they were taken in together as a package and the set comes
//! of it ([`packaged`], docs/adr/0098). While some of a set to be collected together are not ready, [`Holding`] holds
//! the hand-over of the others back; the applicant changes the choice any time, the window on the applicant's word with
//! a reason.

mod http;
mod packaged;
mod service;
mod store;

use async_trait::async_trait;
use casework::cases::service::barrier::{Barrier, Moment, Passing};
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use platform::{Problem, Result, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Fulfilment;
use crate::fees::Unpaid;

/// Notes in the sets what became of a case.
const JOB: &str = "fulfilment.collection";
/// Makes the set of a package.
const PACKAGE_JOB: &str = "fulfilment.package";
/// Several items were taken in together; told by intake.
const PACKAGE: &str = "package.filed";
/// What ends a case, or hands its result over.
const TOPICS: [&str; 5] = ["case.closed", "case.not_accepted", "case.withdrawn", "case.voided", "case.delivered"];

/// Collected together at the end.
pub(crate) const TOGETHER: &str = "together";
/// Each as it is ready.
pub(crate) const READY: &str = "ready";

/// Holds cases back: for a fee that is not settled, and for the others of a set that are not ready. `app` plugs it
/// into casework.
pub struct Holding;

#[async_trait]
impl Barrier for Holding {
    async fn pass(&self, tx: &Tx, passing: &Passing<'_>) -> Result<()> {
        Unpaid.pass(tx, passing).await?;
        if passing.moment != Moment::Delivery {
            return Ok(());
        }
        let Some((set, cases)) = store::of_case(tx.conn(), passing.case_id).await? else { return Ok(()) };
        let waiting: Vec<&str> = cases
            .iter()
            .filter(|one| one.case_id != passing.case_id && one.ended_at.is_none())
            .map(|one| one.item_name.as_str())
            .collect();
        if set.mode != TOGETHER || waiting.is_empty() {
            return Ok(());
        }
        let message = format!("申请人选了全部办好一起领，还在等：{}。", waiting.join("、"));
        Err(Problem::conflict("collection_waiting", message)
            .detail("申请人想先领的，可以在“一起领取”里改成办好一件领一件，也可以请窗口代为更改。"))
    }
}

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, JOB)).on(PACKAGE, PACKAGE_JOB)
}

pub(crate) fn jobs(fulfilment: &Fulfilment, handlers: Handlers) -> Handlers {
    let packages = fulfilment.clone();
    let handlers = handlers.with(PACKAGE_JOB, move |_, payload| {
        let fulfilment = packages.clone();
        Box::pin(async move { fulfilment.package_job(payload).await })
    });
    let fulfilment = fulfilment.clone();
    handlers.with(JOB, move |_, payload| {
        let fulfilment = fulfilment.clone();
        Box::pin(async move { fulfilment.collection_job(payload).await })
    })
}

pub(crate) fn routes() -> OpenApiRouter<Fulfilment> {
    OpenApiRouter::new()
        .routes(routes!(http::list_my_collections, http::create_my_collection))
        .routes(routes!(http::change_my_collection))
        .routes(routes!(http::list_collections))
        .routes(routes!(http::export_collections))
        .routes(routes!(http::get_case_collection))
        .routes(routes!(http::release_collection))
}
