//! Operations 运行维护: how the running system is, what goes wrong, who mends it (OPS-013, OPS-019, OPS-032,
//! OPS-033, OPS-035), and whether it keeps what is promised (OPS-001 to OPS-005, OPS-008).
//!
//! * [`look`]: what is found at each part; what this domain can't see, `app` plugs in ([`look::Watched`]);
//! * [`measure`], [`points`]: once a minute the counters of `platform::metrics` become rows, rolled up to hours and days;
//! * [`alarms`]: thresholds with hysteresis; [`duties`]: who is told;
//! * [`faults`]: fault tickets that raise themselves;
//! * [`traces`]: chains of calls and the weakest points;
//! * [`inspections`]: inspections, reports, drills;
//! * [`questions`]: what users report about the product, and frequent questions;
//! * [`targets`]: how quickly is answered beside what is promised;
//! * [`manual`]: the user manual, kept by version and changed from what users report;
//! * [`standards`]: which standards are met by what;
//! * [`prometheus`]: the same numbers for a monitoring program.
//!
//! Nothing here is on the way of a request: counting is done by `platform`, writing once a minute.

pub mod alarms;
mod duties;
pub mod faults;
mod http;
pub mod inspections;
pub mod look;
pub mod machine;
pub mod manual;
mod measure;
pub mod pack;
mod permissions;
pub mod points;
pub mod prometheus;
pub mod questions;
pub mod standards;
mod store;
mod sums;
pub mod targets;
pub mod traces;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::extract::FromRef;
use identity::Identity;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::{Platform, Problem, Result};
use time::OffsetDateTime;

pub use http::routes;
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "operations_0001", sql: include_str!("../migrations/0001_operations.sql") },
    Migration { name: "operations_0002_questions", sql: include_str!("../migrations/0002_questions.sql") },
    Migration { name: "operations_0003_responses", sql: include_str!("../migrations/0003_responses.sql") },
    Migration { name: "operations_0004_manual", sql: include_str!("../migrations/0004_manual.sql") },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "questions",
        column: "text_sealed",
        key: "id",
        place: "question:{id}:text",
        label: "用户反映的问题和意见",
    },
    SealedColumn {
        table: "questions",
        column: "answer_sealed",
        key: "id",
        place: "question:{id}:answer",
        label: "对问题和意见的答复",
    },
];

/// What this domain holds about citizens.
pub const HELD: &[platform::personal::HeldData] = &[platform::personal::HeldData {
    key: "questions",
    table: "questions",
    parts: &[],
    whose: platform::personal::Whose::Account("side = 'portal' AND account_id = $1"),
    since: "asked_at",
    label: "反映的问题和意见",
    content: "您写的内容、在哪一页反映、答复",
    source: "您本人反映",
    purpose: "service",
    keep: platform::personal::Keep::Delete,
}];

/// Seconds without a word after which a node counts as silent.
pub(crate) const SILENT: i64 = 200;

/// The running system. Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    platform: Platform,
    identity: Identity,
    pack: Arc<pack::Pack>,
    targets: Arc<targets::pack::Targets>,
    standards: Arc<standards::Standards>,
    /// What each page of the desk is for.
    help: Arc<BTreeMap<String, String>>,
    manual: Arc<manual::Manual>,
    probe: Arc<dyn machine::Probe>,
    watched: Arc<Vec<Arc<dyn look::Watched>>>,
    version: &'static str,
    /// Name of this node.
    node: String,
    started: OffsetDateTime,
    last: Arc<tokio::sync::Mutex<measure::Last>>,
}

impl Operations {
    /// The domain over a platform; `packs` is the folder with `operations.yaml`,
    /// `response-targets.yaml`, `standards.yaml`, `evidence.yaml`, `help.yaml` and `manual.yaml`, `version` the product's, `watched`
    /// those who know parts this domain can't see.
    ///
    /// # Errors
    /// When the pack can't be read, naming it.
    pub fn new(
        platform: Platform,
        identity: Identity,
        packs: &Path,
        version: &'static str,
        probe: Arc<dyn machine::Probe>,
        watched: Vec<Arc<dyn look::Watched>>,
    ) -> Result<Self> {
        let pack = pack::Pack::load(&packs.join("operations.yaml"))?;
        let targets = targets::pack::Targets::load(&packs.join("response-targets.yaml"), &pack)?;
        let standards = standards::Standards::load(packs)?;
        let help = questions::help(&packs.join("help.yaml"))?;
        let manual = manual::Manual::load(&packs.join("manual.yaml"))?;
        platform.metrics.keep(pack.traces.slow_ms, pack.traces.one_in);
        let port = platform.config.listen.rsplit(':').next().unwrap_or_default().to_owned();
        let node = format!("{}:{port}", probe.name());
        let started = platform.now();
        Ok(Self {
            platform,
            identity,
            pack: Arc::new(pack),
            targets: Arc::new(targets),
            standards: Arc::new(standards),
            help: Arc::new(help),
            manual: Arc::new(manual),
            probe,
            watched: Arc::new(watched),
            version,
            node,
            started,
            last: Arc::default(),
        })
    }

    /// Adds the jobs of this domain.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let operations = self.clone();
        let (answers, changed) = (self.clone(), self.clone());
        handlers
            .with(alarms::watch::TELL_JOB, move |_, payload| {
                let operations = operations.clone();
                Box::pin(async move { operations.tell_by_job(payload).await })
            })
            .with(questions::service::ANSWER_JOB, move |_, payload| {
                let operations = answers.clone();
                Box::pin(async move { operations.tell_answer(payload).await })
            })
            .with(manual::requests::TAKEN_JOB, move |_, payload| {
                let operations = changed.clone();
                Box::pin(async move { operations.tell_taken_up(payload).await })
            })
    }

    /// Looks at every part now, without writing anything down.
    pub async fn look_now(&self) -> Vec<look::Finding> {
        let machine = self.probe.look(&self.platform.config.data_dir);
        self.look(self.platform.now(), &machine, None).await
    }

    /// What happens once a minute on every node: measuring, alarms, timers of fault tickets, inspections.
    ///
    /// # Errors
    /// When the database refuses; the next minute tries again.
    pub async fn upkeep(&self) -> Result<()> {
        let now = self.platform.now();
        self.measure(now).await?;
        self.watch_alarms(now).await?;
        self.watch_faults(now).await?;
        self.inspect_when_due(now).await
    }
}

/// A text that has to be there: trimmed, of so many characters at most.
pub(crate) fn text(pointer: &str, text: &str, missing: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid_field(pointer, "required", missing));
    }
    if text.chars().count() > most {
        return Err(Problem::invalid_field(pointer, "too_long", format!("最多 {most} 个字，请写短一些。")));
    }
    Ok(text.to_owned())
}

impl FromRef<Operations> for Platform {
    fn from_ref(operations: &Operations) -> Self {
        operations.platform.clone()
    }
}

#[cfg(test)]
mod tests;
