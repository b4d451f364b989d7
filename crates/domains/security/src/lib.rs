//! Security 安全: audit, alarms and risk events, keys, protection of data.
//!
//! * [`audit`]: search, export and proof of the audit log that `platform` writes (IDENT-036, DATASEC-008);
//! * [`risks`]: rules over the log raise alarms; alarms, checks and drills go one loop (IDENT-037, DATASEC-009);
//! * [`keys`]: life cycle and rotation while running (DATASEC-005, DATASEC-006);
//! * [`protection`]: what is protected how, and the level-3 self-check from live evidence (DATASEC-014).
//!
//! The domain knows `platform` and `identity` only. What other domains hold it learns from lists that
//! `app` hands over ([`platform::crypto::SealedColumn`]) and from the live schema.

pub mod audit;
mod http;
pub mod keys;
mod permissions;
pub mod protection;
pub mod risks;
mod settings;

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
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "security_0001", sql: include_str!("../migrations/0001_security.sql") }];

/// The security domain. Cheap to clone.
#[derive(Clone)]
pub struct Security {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    /// Signs roots and exports.
    pub(crate) signer: Arc<Sm2Key>,
    pub(crate) sealed: Arc<[SealedColumn]>,
    pub(crate) alarms: Arc<[risks::rules::Rule]>,
}

impl Security {
    /// The domain over a platform; `sealed` are the sealed columns of all domains, `packs` the folder
    /// with `alarms.yaml`.
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
        Ok(Self { platform, identity, signer, sealed: sealed.into(), alarms: alarms.into() })
    }

    /// What runs this domain's jobs.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let security = self.clone();
        handlers.with(keys::RESEAL_JOB, move |_, payload| {
            let security = security.clone();
            Box::pin(async move { security.reseal_some(payload).await })
        })
    }

    /// What happens once a minute on every node: noted accesses are written, rules looked at, keys
    /// read again, finished days rooted.
    ///
    /// # Errors
    /// When the database refuses; the next minute tries again.
    pub async fn housekeeping(&self) -> Result<()> {
        self.platform.audit.flush(&self.platform).await?;
        self.platform.crypto.reload()?;
        self.watch().await?;
        self.root_days().await?;
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

impl FromRef<Security> for Platform {
    fn from_ref(security: &Security) -> Self {
        security.platform.clone()
    }
}

#[cfg(test)]
mod tests;
