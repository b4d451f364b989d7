//! Security 安全: audit, alarms and risk events, keys, protection of data.
//!
//! * [`audit`]: search, export and proof of the audit log that `platform` writes (IDENT-036, DATASEC-008);
//! * [`risks`]: rules over the log raise alarms; alarms, checks and drills go one loop (IDENT-037, DATASEC-009);
//! * [`keys`]: life cycle and rotation while running (DATASEC-005, DATASEC-006);
//! * [`classification`]: class and level of every column, who may see what raw (DATASEC-001, DATASEC-004, DATASEC-010);
//! * [`discovery`]: scans for sensitive contents (DATASEC-002);
//! * [`copies`]: masked copies (DATASEC-003);
//! * `logs`: logs of everything in one search, and the collector (DATASEC-007);
//! * [`privacy`]: personal data as the law gives them back to their owner (DATASEC-012);
//! * [`transfer`]: data across the gap between two networks (DATASEC-013);
//! * [`protection`]: what is protected how, and the level-3 self-check from live evidence (DATASEC-014).
//!
//! The domain knows `platform` and `identity` only. What other domains hold it learns from lists that
//! `app` hands over ([`platform::crypto::SealedColumn`]) and from the live schema.

pub mod audit;
pub mod classification;
pub mod copies;
pub mod discovery;
mod http;
pub mod keys;
pub(crate) mod logs;
mod permissions;
pub mod privacy;
pub mod protection;
pub mod risks;
mod settings;
pub mod transfer;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::extract::FromRef;
use base::crypto::Sm2Key;
use identity::Identity;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::{Platform, Problem, Result};

pub use audit::search::Search;
pub use http::routes;
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "security_0001", sql: include_str!("../migrations/0001_security.sql") },
    Migration { name: "security_0002_classification", sql: include_str!("../migrations/0002_classification.sql") },
    Migration { name: "security_0003_privacy", sql: include_str!("../migrations/0003_privacy.sql") },
    Migration { name: "security_0004_transfer", sql: include_str!("../migrations/0004_transfer.sql") },
    Migration { name: "security_0005_carried_out", sql: include_str!("../migrations/0005_carried_out.sql") },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "data_copies",
        column: "run_key_sealed",
        key: "id",
        place: "copy:{id}:key",
        label: "脱敏副本的密钥",
    },
    SealedColumn {
        table: "privacy_requests",
        column: "text_sealed",
        key: "id",
        place: "privacy_request:{id}:text",
        label: "更正和删除请求的内容",
    },
    SealedColumn {
        table: "privacy_requests",
        column: "answer_sealed",
        key: "id",
        place: "privacy_request:{id}:answer",
        label: "对请求的答复",
    },
    SealedColumn {
        table: "privacy_places",
        column: "note_sealed",
        key: "id",
        place: "privacy_place:{id}:note",
        label: "答复里每一处的说明",
    },
    SealedColumn {
        table: "transfer_out",
        column: "content_sealed",
        key: "id",
        place: "transfer_out:{id}:content",
        label: "摆渡发出的内容",
    },
    SealedColumn {
        table: "transfer_in",
        column: "content_sealed",
        key: "id",
        place: "transfer_in:{id}:content",
        label: "摆渡收到的内容",
    },
];

/// The security domain. Cheap to clone.
#[derive(Clone)]
pub struct Security {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    /// Signs roots and exports.
    pub(crate) signer: Arc<Sm2Key>,
    pub(crate) sealed: Arc<[SealedColumn]>,
    pub(crate) alarms: Arc<[risks::rules::Rule]>,
    pub(crate) pack: Arc<classification::pack::Pack>,
    /// Which domain made which table.
    pub(crate) owners: Arc<BTreeMap<String, String>>,
    pub(crate) purposes: Arc<privacy::purposes::Purposes>,
    pub(crate) personal: Arc<privacy::Personal>,
    pub(crate) transfer: Option<Arc<transfer::Transfer>>,
    /// Log tables of other domains, kept as long as all logs.
    pub(crate) kept_logs: Arc<[platform::logs::KeptLog]>,
    /// Domains above that take what came over the gap.
    pub(crate) consumers: Arc<[Arc<dyn platform::transfer::Consumer>]>,
}

impl Security {
    /// The domain over a platform; `sealed` are the sealed columns of all domains, `packs` the folder
    /// with `alarms.yaml`, `classification.yaml` and `purposes.yaml`, `personal` what the domains above tell of
    /// personal data. From here on the platform asks this domain before a raw value is shown.
    ///
    /// # Errors
    /// When a rule file can't be read, naming it.
    pub fn new(
        platform: Platform,
        identity: Identity,
        signer: Arc<Sm2Key>,
        sealed: Vec<SealedColumn>,
        personal: privacy::Personal,
        packs: &Path,
    ) -> Result<Self> {
        let alarms = risks::rules::load(&packs.join("alarms.yaml"))?;
        let pack = Arc::new(classification::pack::Pack::load(&packs.join("classification.yaml"))?);
        platform.disclosure.plug(Arc::new(classification::policy::Policy { pack: Arc::clone(&pack) }));
        let purposes = privacy::purposes::Purposes::load(&packs.join("purposes.yaml"))?;
        if let Some(odd) = personal.held.iter().find(|kind| purposes.find(kind.purpose).is_none()) {
            return Err(Problem::internal(format!("purposes.yaml has no purpose {} of {}", odd.purpose, odd.key)));
        }
        Ok(Self {
            platform,
            identity,
            signer,
            sealed: sealed.into(),
            alarms: alarms.into(),
            pack,
            owners: Arc::default(),
            purposes: Arc::new(purposes),
            personal: Arc::new(personal),
            transfer: None,
            kept_logs: Vec::new().into(),
            consumers: Vec::new().into(),
        })
    }

    /// The same with an exchange zone between two networks.
    #[must_use]
    pub fn with_transfer(self, transfer: transfer::Transfer) -> Self {
        Self { transfer: Some(Arc::new(transfer)), ..self }
    }

    /// The same with the domains that take what came over the gap.
    #[must_use]
    pub fn with_consumers(self, consumers: Vec<Arc<dyn platform::transfer::Consumer>>) -> Self {
        Self { consumers: consumers.into(), ..self }
    }

    /// The same with log tables of other domains, which go when the time of keeping is over.
    #[must_use]
    pub fn with_logs(self, logs: &[platform::logs::KeptLog]) -> Self {
        Self { kept_logs: logs.into(), ..self }
    }

    /// The shell it stands on.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Tells which domain made which table, from the schema steps of all.
    #[must_use]
    pub fn with_owners(mut self, steps: &[Migration]) -> Self {
        self.owners = Arc::new(classification::inventory::owners(steps));
        self
    }

    /// What runs this domain's jobs.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let security = self.clone();
        let (disclosed, answered, forwards, consumes) = (self.clone(), self.clone(), self.clone(), self.clone());
        let (scan, copy) = (self.clone(), self.clone());
        handlers
            .with(keys::RESEAL_JOB, move |_, payload| {
                let security = security.clone();
                Box::pin(async move { security.reseal_some(payload).await })
            })
            .with(discovery::scan::SCAN_JOB, move |_, payload| {
                let security = scan.clone();
                Box::pin(async move { security.scan_some(payload).await })
            })
            .with(copies::run::COPY_JOB, move |_, payload| {
                let security = copy.clone();
                Box::pin(async move { security.copy_some(payload).await })
            })
            .with(privacy::DISCLOSE_JOB, move |_, payload| {
                let security = disclosed.clone();
                Box::pin(async move { security.note_disclosed(payload).await })
            })
            .with(privacy::ANSWERED_JOB, move |_, payload| {
                let security = answered.clone();
                Box::pin(async move { security.tell_answer(payload).await })
            })
            .with(transfer::CONSUME_JOB, move |_, payload| {
                let security = consumes.clone();
                Box::pin(async move { security.consume(payload).await })
            })
            .with(transfer::FORWARD_JOB, move |_, payload| {
                let security = forwards.clone();
                Box::pin(async move { security.forward(payload).await })
            })
    }

    /// What happens once a minute on every node: noted accesses are written, rules looked at, keys
    /// read again, texts of an older version sealed, finished days rooted, copies removed whose time is over, a
    /// changed schema entered, the exchange zone served, logs written and old ones let go.
    ///
    /// # Errors
    /// When the database refuses; the next minute tries again.
    pub async fn housekeeping(&self) -> Result<()> {
        self.platform.audit.flush(&self.platform).await?;
        self.platform.crypto.reload()?;
        platform::messages::seal_old(&self.platform).await?;
        self.watch().await?;
        self.root_days().await?;
        self.expire_copies().await?;
        if self.inventory_is_old().await?
            && let Err(problem) = self.take_inventory(None).await
            // Whoever entered the same columns in the meantime has done it.
            && self.inventory_is_old().await?
        {
            return Err(problem);
        }
        self.ferry().await?;
        self.watch_requests().await?;
        self.keep_logs().await?;
        Ok(())
    }
}

/// A text that has to be there: trimmed, at most 1,000 characters.
pub(crate) fn text(pointer: &str, text: &str, missing: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid_field(pointer, "required", missing));
    }
    if text.chars().count() > 1_000 {
        return Err(Problem::invalid_field(pointer, "too_long", "最多 1000 个字，请写短一些。"));
    }
    Ok(text.replace('\0', ""))
}

pub(crate) use platform::web::csv::cell as csv_cell;

impl FromRef<Security> for Identity {
    fn from_ref(security: &Security) -> Self {
        security.identity.clone()
    }
}

impl FromRef<Security> for Platform {
    fn from_ref(security: &Security) -> Self {
        security.platform.clone()
    }
}

#[cfg(test)]
mod tests;
