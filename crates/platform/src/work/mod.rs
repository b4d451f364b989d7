//! What a command leaves behind besides its rows: outbox events, jobs, audit lines.
//!
//! A command collects them on its [`Tx`]; they are written with one statement each just before
//! the commit, so they exist exactly when the command's rows do.

pub mod asked;
pub mod audit;
pub mod idempotency;
pub mod jobs;
pub mod lease;
pub mod outbox;

use std::sync::{Arc, Mutex};

use sea_orm::DatabaseTransaction;
use serde_json::Value;
use time::OffsetDateTime;

use crate::web::context::Context;
use crate::web::problem::{Problem, Result};

/// The platform's own tables.
pub const MIGRATIONS: &[crate::db::migrate::Migration] = &[
    crate::db::migrate::Migration { name: "platform_0001", sql: include_str!("../../migrations/0001_platform.sql") },
    crate::db::migrate::Migration { name: "platform_0002_audit", sql: include_str!("../../migrations/0002_audit.sql") },
    crate::db::migrate::Migration { name: "platform_0002_calls", sql: include_str!("../../migrations/0002_calls.sql") },
    crate::db::migrate::Migration {
        name: "platform_0005_sessions",
        sql: include_str!("../../migrations/0005_sessions.sql"),
    },
    crate::db::migrate::Migration { name: "platform_0006_files", sql: include_str!("../../migrations/0006_files.sql") },
    crate::db::migrate::Migration { name: "platform_0007_logs", sql: include_str!("../../migrations/0007_logs.sql") },
    crate::db::migrate::Migration {
        name: "platform_0008_messages",
        sql: include_str!("../../migrations/0008_messages.sql"),
    },
    crate::db::migrate::Migration {
        name: "platform_0009_traces",
        sql: include_str!("../../migrations/0009_traces.sql"),
    },
    crate::db::migrate::Migration { name: "platform_0010_nodes", sql: include_str!("../../migrations/0010_nodes.sql") },
    crate::db::migrate::Migration {
        name: "platform_0011_visits",
        sql: include_str!("../../migrations/0011_visits.sql"),
    },
    crate::db::migrate::Migration { name: "platform_0012_asked", sql: include_str!("../../migrations/0012_asked.sql") },
];

/// A command's transaction.
pub struct Tx {
    conn: DatabaseTransaction,
    now: OffsetDateTime,
    context: Option<Arc<Context>>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    events: Vec<outbox::Event>,
    jobs: Vec<jobs::Left>,
    asked: Vec<(uuid::Uuid, asked::Asked)>,
    audit: Vec<(Option<Arc<Context>>, audit::Entry)>,
}

impl Tx {
    pub(crate) fn new(conn: DatabaseTransaction, now: OffsetDateTime, context: Option<Arc<Context>>) -> Self {
        Self { conn, now, context, pending: Mutex::default() }
    }

    /// Connection for SeaORM calls of this command.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// Time of the command, the same for all its rows.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Permission that let the request under way in; none for a job or a route without one.
    pub fn permission(&self) -> Option<&'static str> {
        self.context.as_ref().and_then(|context| context.permission())
    }

    /// Leaves an event for the domains above and for open pages.
    pub fn publish(&self, event: outbox::Event) {
        self.with(|pending| pending.events.push(event));
    }

    /// Leaves a job.
    pub fn enqueue(&self, job: jobs::NewJob) {
        self.with(|pending| pending.jobs.push(jobs::Left { trace: None, asked: None, job }));
    }

    /// Leaves the first job of what somebody asked for; who asked is told when it has ended ([`asked`]).
    pub fn ask(&self, asked: asked::Asked, job: jobs::NewJob) {
        self.with(|pending| {
            pending.asked.push((job.id, asked.clone()));
            pending.jobs.push(jobs::Left { trace: None, asked: Some(asked.id), job });
        });
    }

    /// Leaves a further part of what the job under way does: what was asked for has not ended before it.
    pub fn go_on(&self, job: jobs::NewJob) {
        let asked = self.asked();
        self.with(|pending| pending.jobs.push(jobs::Left { trace: None, asked, job }));
    }

    /// What somebody asked for that the job under way belongs to.
    pub(crate) fn asked(&self) -> Option<uuid::Uuid> {
        self.context.as_ref().and_then(|context| context.asked())
    }

    /// Leaves a job that something under another trace id caused.
    pub(crate) fn enqueue_under(&self, trace: Option<String>, job: jobs::NewJob) {
        self.with(|pending| pending.jobs.push(jobs::Left { trace, asked: None, job }));
    }

    /// Leaves an audit line: who did what to what. From where is told by the request under way.
    pub fn audit(&self, line: impl Into<audit::Entry>) {
        let entry = line.into();
        self.with(|pending| pending.audit.push((self.context.clone(), entry)));
    }

    /// Leaves an audit line of another request than the one under way.
    pub(crate) fn audit_in(&self, context: Arc<Context>, entry: audit::Entry) {
        self.with(|pending| pending.audit.push((Some(context), entry)));
    }

    fn with(&self, change: impl FnOnce(&mut Pending)) {
        // A poisoned lock only means that another thread panicked while pushing; the list is whole.
        change(&mut self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    /// Writes events and jobs; gives back the audit lines, which whoever commits writes with
    /// [`audit::write`]: of one command, or of all that are committed together. Called once, just
    /// before the commit.
    pub(crate) async fn flush(&self) -> Result<audit::Left> {
        let pending = {
            let mut guard = self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            std::mem::take(&mut *guard)
        };
        audit::distinct(&pending.audit)?;
        let trace = self.context.as_ref().map(|context| context.trace()).filter(|trace| !trace.is_empty());
        outbox::insert(&self.conn, self.now, trace, pending.events).await?;
        jobs::insert(&self.conn, self.now, trace, pending.jobs).await?;
        asked::insert(&self.conn, self.now, pending.asked).await?;
        Ok(audit::Left { now: self.now, context: self.context.clone(), lines: pending.audit })
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
