//! Accepted cases go to the system that handles them, and come back with a result (CASE-018, CASE-023).
//!
//! The item says who handles it (`dispatch` of the pack); casework leaves the case without a flow and tells by
//! [`casework::cases::service::dispatching::DISPATCHED`]. From there:
//!
//! * [`send`] sends form, materials and acceptance, again with growing delay, until it is taken;
//! * [`answers`] lets the standard events of that system in, in order, each once, whatever order they come in;
//! * [`watch`] tells people when nothing is heard for the hours the item allows: no case waits silently;
//! * [`ending`] tells that system when the case ended here: withdrawn, stopped, voided;
//! * [`acts`] tries again at once, or gives the case to people here;
//! * [`views`] is the exception list and the case's own page, [`trace`] everything that went in or out about a case
//!   (CASE-043).

pub(crate) mod acts;
pub(crate) mod answers;
pub(crate) mod ending;
pub(crate) mod http;
pub(crate) mod send;
pub(crate) mod store;
pub(crate) mod trace;
pub(crate) mod views;
pub(crate) mod watch;

use platform::Result;
use platform::work::jobs::{Handlers, NewJob};
use platform::work::outbox::Subscriptions;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Exchange;

/// Job that notes a case for sending.
pub const BEGIN_JOB: &str = "exchange.dispatch_begin";
/// Job that sends one.
pub const SEND_JOB: &str = "exchange.dispatch_send";
/// Job that looks whether an answer has come.
pub const WATCH_JOB: &str = "exchange.dispatch_watch";
/// Job that carries out what was held.
pub const RELEASE_JOB: &str = "exchange.dispatch_release";
/// Job that ends the dispatch of a case that ended here.
pub const END_JOB: &str = "exchange.dispatch_end";

/// Job that tells the other system that a case ended here.
pub const ENDING_JOB: &str = "exchange.dispatch_ending";

/// Where a dispatch stands.
pub(crate) const WAITING: &str = "waiting";
pub(crate) const SENT: &str = "sent";
pub(crate) const ANSWERED: &str = "answered";
pub(crate) const DONE: &str = "done";
pub(crate) const RETURNED: &str = "returned";
pub(crate) const CANCELLED: &str = "cancelled";
/// States in which the other system has the case.
pub(crate) const OPEN: [&str; 3] = [WAITING, SENT, ANSWERED];

/// What is wrong with one.
pub(crate) const UNREACHABLE: &str = "unreachable";
pub(crate) const REFUSED: &str = "refused";
pub(crate) const SILENT: &str = "silent";
pub(crate) const HELD: &str = "held";
/// It ended here, and the other system does not know yet.
pub(crate) const UNTOLD: &str = "untold";

/// State in words.
pub(crate) fn state_label(state: &str) -> &'static str {
    match state {
        WAITING => "待送达",
        SENT => "已送达",
        ANSWERED => "对方办理中",
        DONE => "对方已办结",
        RETURNED => "转为人工办理",
        _ => "已终止",
    }
}

/// Problem in words; empty for none.
pub(crate) fn problem_label(problem: &str) -> &'static str {
    match problem {
        UNREACHABLE => "送不到",
        REFUSED => "对方不收",
        SILENT => "没有回音",
        HELD => "回传缺前一步",
        UNTOLD => "终止未通知对方",
        _ => "",
    }
}

/// Who handles it, in words.
pub(crate) fn mode_label(mode: &str) -> &'static str {
    if mode == "upper" { "上级系统办理" } else { "部门自建系统办理" }
}

/// Topics after which a case may have ended here.
const ENDS: [&str; 4] = ["case.withdrawn", "case.closed", "case.voided", "case.not_accepted"];

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    let subscriptions = subscriptions.on(casework::cases::service::dispatching::DISPATCHED, BEGIN_JOB);
    ENDS.iter().fold(subscriptions, |all, topic| all.on(topic, END_JOB))
}

pub(crate) fn jobs(exchange: &Exchange, handlers: Handlers) -> Handlers {
    let (begin, send, watch, release, end, ending) =
        (exchange.clone(), exchange.clone(), exchange.clone(), exchange.clone(), exchange.clone(), exchange.clone());
    handlers
        .with(BEGIN_JOB, move |_, payload| {
            let exchange = begin.clone();
            Box::pin(async move { exchange.dispatch_begin(case_of(&payload)?).await })
        })
        .with(SEND_JOB, move |_, payload| {
            let exchange = send.clone();
            Box::pin(async move { exchange.dispatch_send(case_of(&payload)?, number(&payload, "round")).await })
        })
        .with(WATCH_JOB, move |_, payload| {
            let exchange = watch.clone();
            Box::pin(async move { exchange.dispatch_watch(case_of(&payload)?, number(&payload, "by")).await })
        })
        .with(RELEASE_JOB, move |_, payload| {
            let exchange = release.clone();
            Box::pin(async move { exchange.dispatch_release(case_of(&payload)?).await })
        })
        .with(END_JOB, move |_, payload| {
            let exchange = end.clone();
            Box::pin(async move { exchange.dispatch_end(case_of(&payload)?).await })
        })
        .with(ENDING_JOB, move |_, payload| {
            let exchange = ending.clone();
            Box::pin(async move { exchange.dispatch_ending(case_of(&payload)?, number(&payload, "round")).await })
        })
}

fn case_of(payload: &Value) -> Result<Uuid> {
    Ok(serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?)
}

fn number(payload: &Value, key: &str) -> i64 {
    payload.get(key).and_then(Value::as_i64).unwrap_or_default()
}

impl Exchange {
    /// The job of one round of sending.
    pub(crate) fn send_job(&self, case_id: Uuid, round: i64, at: Option<OffsetDateTime>) -> NewJob {
        self.round_job(SEND_JOB, case_id, round, at)
    }

    /// The same of telling that it ended here.
    pub(crate) fn ending_job(&self, case_id: Uuid, round: i64, at: Option<OffsetDateTime>) -> NewJob {
        self.round_job(ENDING_JOB, case_id, round, at)
    }

    fn round_job(&self, kind: &'static str, case_id: Uuid, round: i64, at: Option<OffsetDateTime>) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind,
            payload: json!({ "case_id": case_id, "round": round }),
            run_at: at,
            key: Some(format!("{kind}:{case_id}:{round}")),
        }
    }

    /// The look at a moment by which an answer is due.
    pub(crate) fn watch_job(&self, case_id: Uuid, by: OffsetDateTime) -> NewJob {
        let seconds = by.unix_timestamp();
        NewJob {
            id: self.platform.new_id(),
            kind: WATCH_JOB,
            payload: json!({ "case_id": case_id, "by": seconds }),
            run_at: Some(by),
            key: Some(format!("{WATCH_JOB}:{case_id}:{seconds}")),
        }
    }
}
