//! What a command leaves behind besides its rows: outbox events, jobs, audit lines.
//!
//! A command collects them on its [`Tx`]; they are written with one statement each just before
//! the commit, so they exist exactly when the command's rows do.

pub mod audit;
pub mod idempotency;
pub mod jobs;
pub mod outbox;

use std::sync::Mutex;

use sea_orm::DatabaseTransaction;
use serde_json::Value;
use time::OffsetDateTime;

use crate::web::problem::{Problem, Result};

/// The platform's own tables.
pub const MIGRATIONS: &[crate::db::migrate::Migration] = &[
    crate::db::migrate::Migration { name: "platform_0001", sql: include_str!("../../migrations/0001_platform.sql") },
    crate::db::migrate::Migration { name: "platform_0002_calls", sql: include_str!("../../migrations/0002_calls.sql") },
    crate::db::migrate::Migration {
        name: "platform_0005_sessions",
        sql: include_str!("../../migrations/0005_sessions.sql"),
    },
];

/// A command's transaction.
pub struct Tx {
    conn: DatabaseTransaction,
    now: OffsetDateTime,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    events: Vec<outbox::Event>,
    jobs: Vec<jobs::NewJob>,
    audit: Vec<audit::Line>,
}

impl Tx {
    pub(crate) fn new(conn: DatabaseTransaction, now: OffsetDateTime) -> Self {
        Self { conn, now, pending: Mutex::default() }
    }

    /// Connection for SeaORM calls of this command.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// Time of the command, the same for all its rows.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Leaves an event for the domains above and for open pages.
    pub fn publish(&self, event: outbox::Event) {
        self.with(|pending| pending.events.push(event));
    }

    /// Leaves a job.
    pub fn enqueue(&self, job: jobs::NewJob) {
        self.with(|pending| pending.jobs.push(job));
    }

    /// Leaves an audit line: who did what to what.
    pub fn audit(&self, line: audit::Line) {
        self.with(|pending| pending.audit.push(line));
    }

    fn with(&self, change: impl FnOnce(&mut Pending)) {
        // A poisoned lock only means that another thread panicked while pushing; the list is whole.
        change(&mut self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    /// Writes what was collected. Called once, just before the commit.
    pub(crate) async fn flush(&self) -> Result<()> {
        let pending = {
            let mut guard = self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            std::mem::take(&mut *guard)
        };
        outbox::insert(&self.conn, self.now, pending.events).await?;
        jobs::insert(&self.conn, self.now, pending.jobs).await?;
        audit::insert(&self.conn, self.now, pending.audit).await
    }

    pub(crate) fn into_inner(self) -> DatabaseTransaction {
        self.conn
    }
}

/// Serialises a payload.
///
/// # Errors
/// Internal problem; payload types serialise by construction.
pub fn payload(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Problem::internal)
}
