//! The shell around every domain: database, transactions, sessions, permissions, jobs, files,
//! messages, search and HTTP problems.
//!
//! `platform` names no domain. A domain takes a [`Platform`] and builds on it:
//!
//! * [`db`]: one writer, many readers, [`db::Db::write`] = one transaction per command;
//! * [`work`]: what a transaction leaves behind besides its rows: outbox events, jobs, audit lines;
//! * [`web`]: problems (RFC 9457), extractors, permissions as types, live updates;
//! * [`calls`]: the ledger of calls to and from other systems;
//! * [`logs`]: log lines of everything in one form;
//! * [`metrics`]: what the program counts about itself;
//! * [`personal`]: what each domain declares to hold about a person, corrects and erases;
//! * [`transfer`]: what came over the gap between two networks, for the domain it is meant for;
//! * [`sessions`], [`files`], [`messages`], [`search`], [`captcha`], [`passwords`], [`config`].
//!
//! Start reading at [`db::Db::write`] and [`web::guard::Allowed`].

pub mod calls;
pub mod captcha;
pub mod config;
pub mod crypto;
pub mod db;
pub mod disclosure;
pub mod files;
pub mod logs;
pub mod messages;
pub mod metrics;
pub mod numbers;
pub mod passwords;
pub mod personal;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod system;
pub mod transfer;
pub mod web;
pub mod work;

use std::sync::Arc;

use base::clock::{Clock, Randomness};

pub use db::{Db, Tx};
pub use web::problem::{Problem, Result};

/// Everything a domain service needs from the shell. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    inner: Arc<Inner>,
    ids: Arc<base::id::Ids>,
}

/// The parts of a [`Platform`].
pub struct Inner {
    /// Source of the current time; tests inject their own.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness; tests inject a seeded one.
    pub randomness: Arc<dyn Randomness>,
    /// The database.
    pub db: Db,
    /// Stored files.
    pub files: files::Files,
    /// Seals personal fields at rest; keys may change while running (DATASEC-005).
    pub crypto: crypto::Crypto,
    /// Decides about raw personal values; the security domain plugs its policy in.
    pub disclosure: disclosure::Disclosure,
    /// Lines about reads and refusals on their way into the audit log.
    pub audit: work::audit::access::Recorder,
    /// Visits on their way into the log.
    pub visits: logs::visits::Visits,
    /// What this node counts about itself.
    pub metrics: metrics::Metrics,
    /// Live updates to open pages.
    pub live: web::live::Live,
    /// Sessions of both user systems.
    pub sessions: sessions::Sessions,
    /// Running numbers.
    pub numbers: numbers::Numbers,
    /// HTTP client for connectors.
    pub http: reqwest::Client,
    /// Configuration as started.
    pub config: config::Config,
}

impl Platform {
    /// Bundles the parts.
    pub fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), ids: Arc::default() }
    }

    /// The present moment, UTC, in whole seconds.
    ///
    /// Whole seconds, because SQLite compares times as text and the text form drops trailing
    /// zeros of a fraction, which would sort `12:00:01` after `12:00:01.5`. Order within a second
    /// comes from the time-ordered ids.
    pub fn now(&self) -> time::OffsetDateTime {
        let now = self.inner.clock.now();
        now.replace_nanosecond(0).unwrap_or(now)
    }

    /// Leaves an audit line in a command of its own: for a look or a download, which changes nothing else.
    ///
    /// # Errors
    /// When the database refuses; then nobody may be shown what the line is about.
    pub async fn leave(&self, line: work::audit::Line) -> Result<()> {
        self.db
            .write(self.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// A fresh time-ordered id.
    pub fn new_id(&self) -> uuid::Uuid {
        self.ids.next(self.inner.clock.as_ref(), self.inner.randomness.as_ref())
    }

    /// Seals a personal value; `row` binds it to its place so that it can't be moved to another row.
    pub fn seal(&self, plain: &str, row: &str) -> String {
        self.inner.crypto.seal(plain, row, self.inner.randomness.as_ref())
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// An internal problem when the value was altered or its key is gone.
    pub fn unseal(&self, sealed: &str, row: &str) -> Result<String> {
        self.inner
            .crypto
            .open(sealed, row)
            .map_err(|error| Problem::internal(format!("sealed field of {row}: {error}")))
    }

    /// Equality index over a sealed value (HMAC-SM3, truncated).
    pub fn blind_index(&self, value: &str) -> String {
        self.inner.crypto.blind_index(value)
    }
}

impl std::ops::Deref for Platform {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}
