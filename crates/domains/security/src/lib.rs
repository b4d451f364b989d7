//! Security 安全: audit, alarms and risk events, keys, protection of data.
//!
//! * [`audit`]: search, export and proof of the audit log that `platform` writes (IDENT-036, DATASEC-008);
//! * [`risks`]: rules over the log raise alarms; alarms, checks and drills go one loop (IDENT-037, DATASEC-009);
//! * [`keys`]: life cycle and rotation while running (DATASEC-005, DATASEC-006);
//! * [`classification`]: class and level of every column, who may see what raw (DATASEC-001, DATASEC-004, DATASEC-010);
//! * [`discovery`]: scans for sensitive contents (DATASEC-002);
//! * [`copies`]: masked copies (DATASEC-003);
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
mod permissions;
pub mod protection;
pub mod risks;
mod settings;

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
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "data_copies",
    column: "run_key_sealed",
    key: "id",
    place: "copy:{id}:key",
    label: "脱敏副本的密钥",
}];

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
}

impl Security {
    /// The domain over a platform; `sealed` are the sealed columns of all domains, `packs` the folder
    /// with `alarms.yaml` and `classification.yaml`. From here on the platform asks this domain before a
    /// raw value is shown.
    ///
    /// # Errors
    /// When a rule file can't be read, naming it.
    pub fn new(
        platform: Platform,
        identity: Identity,
        signer: Arc<Sm2Key>,
        sealed: Vec<SealedColumn>,
        packs: &Path,
    ) -> Result<Self> {
        let alarms = risks::rules::load(&packs.join("alarms.yaml"))?;
        let pack = Arc::new(classification::pack::Pack::load(&packs.join("classification.yaml"))?);
        platform.disclosure.plug(Arc::new(classification::policy::Policy { pack: Arc::clone(&pack) }));
        let (sealed, alarms, owners) = (sealed.into(), alarms.into(), Arc::default());
        Ok(Self { platform, identity, signer, sealed, alarms, pack, owners })
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
        let [reseal, scan, copy] = std::array::from_fn(|_| self.clone());
        handlers
            .with(keys::RESEAL_JOB, move |_, payload| {
                let security = reseal.clone();
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
    }

    /// What happens once a minute on every node: noted accesses are written, rules looked at, keys
    /// read again, finished days rooted, copies removed whose time is over, a changed schema entered.
    ///
    /// # Errors
    /// When the database refuses; the next minute tries again.
    pub async fn housekeeping(&self) -> Result<()> {
        self.platform.audit.flush(&self.platform).await?;
        self.platform.crypto.reload()?;
        self.watch().await?;
        self.root_days().await?;
        self.expire_copies().await?;
        if self.inventory_is_old().await? {
            self.take_inventory(None).await?;
        }
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

/// A cell of a CSV file: quoted; a leading formula sign is disarmed, so that a spreadsheet runs nothing.
pub(crate) fn csv_cell(text: &str) -> String {
    let runs = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    format!("\"{}{}\"", if runs { "'" } else { "" }, text.replace('"', "\"\""))
}

impl FromRef<Security> for Platform {
    fn from_ref(security: &Security) -> Self {
        security.platform.clone()
    }
}

#[cfg(test)]
mod tests;
