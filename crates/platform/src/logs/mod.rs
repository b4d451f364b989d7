//! Logs in one form (DATASEC-007): of the application itself, of devices, of connected systems.
//!
//! The names are those of the Elastic Common Schema, see docs/operations/logs.md. What comes is cleaned
//! ([`form`]): levels and times made one, control characters dropped, numbers of persons masked. Lines
//! that came at once are a batch; its SM3 digest stands in the audit log, whose days are rooted and
//! signed, so a changed, added or removed line is found ([`store::verify`]).
//!
//! A domain with a log table of its own declares it as [`KeptLog`]: the security domain lets its rows go
//! when the time is over that the law and the setting want.
//!
//! The application's own lines are gathered in [`buffer`] and written once a minute. Visits of the API are lines of
//! their own: [`visits`].

use sea_orm::{ConnectionTrait, Statement};
use time::OffsetDateTime;

use crate::Tx;
use crate::web::problem::Result;

mod batches;
pub mod buffer;
pub mod form;
pub mod store;
pub mod visits;

pub use form::{Line, Raw, Source};

/// A log table of a domain, kept as long as all logs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptLog {
    /// Table; its key is `id`.
    pub table: &'static str,
    /// Column that says when.
    pub at: &'static str,
    /// Name for people.
    pub label: &'static str,
}

impl KeptLog {
    /// Lets at most `most` rows go that are older than a moment, oldest first; gives how many went.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drop_before(&self, tx: &Tx, limit: OffsetDateTime, most: i64) -> Result<u64> {
        let (table, at, conn) = (self.table, self.at, tx.conn());
        let sql =
            format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {at} < $1 ORDER BY {at} LIMIT $2)");
        let values = [limit.into(), most.into()];
        let done = conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
        Ok(done.rows_affected())
    }
}
