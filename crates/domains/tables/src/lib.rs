//! Business tables by configuration (FORM-033, FORM-034): people define a table, and lists, entry, detail,
//! print, import, export, reports and a place in the navigation follow, without code and at once.
//!
//! Start at [`model`] (what a table is), [`definitions`] (drafts and publishing), [`rows`] and [`reports`]. Rows
//! are documents; what is searched stands beside them as values ([`values`], [`sql`]): no table of the database
//! is made, and no name people type ever becomes part of a statement.

mod access;
mod carry;
mod definitions;
mod http;
mod model;
mod packs;
mod permissions;
mod query;
mod report;
mod reports;
mod rows;
mod schedule;
mod sheets;
mod sources;
mod sql;
mod store;
mod templates;
mod values;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use axum::extract::FromRef;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use uuid::Uuid;

pub use http::routes;
pub use model::{Right, TableContent};
pub use permissions::PERMISSIONS;
pub use sources::{Source, SourceRow};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "tables_0001", sql: include_str!("../migrations/0001_tables.sql") }];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "table_rows",
    column: "values_sealed",
    key: "id",
    place: "table_row:{id}",
    label: "业务表里加密的字段",
}];

/// Tables by id and version.
type Parsed = HashMap<(Uuid, i64), Arc<model::Table>>;

/// Business tables. Cheap to clone.
#[derive(Clone)]
pub struct Tables {
    platform: Platform,
    identity: Identity,
    /// Expressions of entry forms.
    expressions: Arc<dyn form::Expressions + Send + Sync>,
    /// Views that may be attached.
    sources: Arc<Vec<Box<dyn Source>>>,
    /// Frozen, so a kept one never goes stale.
    parsed: Arc<RwLock<Parsed>>,
}

impl Tables {
    /// Tables with the expressions of their forms and the views that may be attached.
    pub fn new(
        platform: Platform,
        identity: Identity,
        expressions: Arc<dyn form::Expressions + Send + Sync>,
        sources: Vec<Box<dyn Source>>,
    ) -> Self {
        Self { platform, identity, expressions, sources: Arc::new(sources), parsed: Arc::default() }
    }

    /// Adds the jobs of this domain.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (reports, copies) = (self.clone(), self.clone());
        handlers
            .with(schedule::REPORT_JOB, move |_, payload| {
                let tables = reports.clone();
                Box::pin(async move { tables.report_by_job(&payload).await })
            })
            .with(sources::COPY_JOB, move |_, payload| {
                let tables = copies.clone();
                Box::pin(async move { tables.copy_by_job(&payload).await })
            })
    }
}

impl FromRef<Tables> for Platform {
    fn from_ref(tables: &Tables) -> Self {
        tables.platform.clone()
    }
}

#[cfg(test)]
mod tests;
