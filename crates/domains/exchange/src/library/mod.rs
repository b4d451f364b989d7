//! Items from the library above (事项同步, CASE-003, ITEM-010): pulled once a day and on demand, compared with what is
//! offered here, taken over by an editor.
//!
//! The library holds some elements of an item ([`ELEMENTS`]); form, flow, windows and the rest are ours and stay. A pull
//! is kept whole or not at all: one that fails leaves what is there, is written down with its reason and told to the
//! editors. Nothing is published by itself: what is taken over becomes the item's draft, judged by all its rules.
//!
//! [`pull`] asks and compares, [`views`] is what editors see and do.

pub(crate) mod http;
pub(crate) mod pull;
pub(crate) mod store;
pub(crate) mod views;

use platform::Result;
use platform::work::jobs::{Handlers, NewJob};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::Exchange;

/// Job that pulls.
pub const JOB: &str = "exchange.library_pull";
/// Hour of the day in China from which the daily pull is due.
const HOUR: u8 = 2;

/// Elements the library holds, and their names.
pub(crate) const ELEMENTS: [(&str, &str); 9] = [
    ("name", "事项名称"),
    ("item_type", "事项类型"),
    ("legal_basis", "设定依据"),
    ("objects", "服务对象"),
    ("case_type", "办件类型"),
    ("legal_limit", "法定办结时限"),
    ("promise_limit", "承诺办结时限"),
    ("on_site_times", "到办事现场次数"),
    ("handle_area", "通办范围"),
];

/// Offered there, not here.
pub(crate) const ADDED: &str = "added";
/// Some element differs.
pub(crate) const CHANGED: &str = "changed";
/// Offered here, not there any more.
pub(crate) const REMOVED: &str = "removed";
/// Nothing differs.
pub(crate) const SAME: &str = "same";

/// Difference in words.
pub(crate) fn label(difference: &str) -> &'static str {
    match difference {
        ADDED => "本地没有",
        CHANGED => "有变更",
        REMOVED => "上级已取消",
        _ => "一致",
    }
}

pub(crate) fn jobs(exchange: &Exchange, handlers: Handlers) -> Handlers {
    let exchange = exchange.clone();
    handlers.with(JOB, move |_, payload| {
        let exchange = exchange.clone();
        Box::pin(async move {
            let text = |key: &str| payload.get(key).and_then(Value::as_str).map(str::to_owned);
            exchange.pull_library(text("task_code"), text("by").unwrap_or_default()).await
        })
    })
}

impl Exchange {
    /// The pull of one item, or of all.
    pub(crate) fn pull_job(&self, task_code: Option<&str>, by: &str, key: Option<String>) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind: JOB,
            payload: json!({ "task_code": task_code, "by": by }),
            run_at: None,
            key,
        }
    }

    /// Has the day's pull made when it is due and nobody made it; asked every few minutes, on each node.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pull_daily(&self) -> Result<()> {
        let now = self.platform.now();
        let (day, hour) = (base::zone::china_date(now), china_hour(now));
        if !self.upper.is_on() || hour < HOUR || store::pulled_on(self.platform.db.read(), now).await? {
            return Ok(());
        }
        // Without credentials there nobody can be asked; the page says what is missing.
        if self.identity.live_system(&self.platform.config.upper_app_id).await?.is_none() {
            return Ok(());
        }
        // One try in an hour until one ends well.
        let job = self.pull_job(None, "系统", Some(format!("{JOB}:{day}:{hour}")));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
    }
}

fn china_hour(at: OffsetDateTime) -> u8 {
    (at + time::Duration::hours(8)).to_offset(time::UtcOffset::UTC).hour()
}
