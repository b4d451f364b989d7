//! Tables of sums: what was counted is added to the row of its key, and rows are summed up when they are read.

use platform::metrics::{BUCKETS, LIMITS, Reading};
use platform::{Result, Tx};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

use crate::look::whole;

/// Rows of one statement: 28 values each at most.
const ROWS: usize = 200;
/// Columns of the counts by how long it took, see [`Reading::buckets`].
const TOOK: [&str; BUCKETS] = ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10"];
/// Columns of what took longer than each of [`LIMITS`], see [`Reading::over`].
const OVER: [&str; LIMITS.len()] = ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7"];

/// Requests, jobs and calls of an hour, by name.
pub(crate) const SERIES: Sums = Sums { table: "operation_series", key: &["at", "node", "kind", "name"], over: &[] };
/// What was answered on a day, by subsystem and kind, or by step.
pub(crate) const RESPONSES: Sums =
    Sums { table: "operation_responses", key: &["day", "node", "scope", "kind", "load_class"], over: &OVER };

/// A table of sums.
pub(crate) struct Sums {
    /// Name.
    table: &'static str,
    /// Columns of its key.
    key: &'static [&'static str],
    /// Columns of what took too long; none where nobody asks for it.
    over: &'static [&'static str],
}

/// The values of a key, in the order of its columns, and what was counted there.
pub(crate) type Counted<'a> = (Vec<Value>, &'a Reading);

impl Sums {
    /// Adds what was counted, in as few statements as a database takes.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn add(&self, tx: &Tx, all: &[Counted<'_>]) -> Result<()> {
        for part in all.chunks(ROWS) {
            tx.conn().execute_raw(self.adding(tx.conn().get_database_backend(), part)).await?;
        }
        Ok(())
    }

    /// Columns that add up.
    fn added(&self) -> impl Iterator<Item = &'static str> {
        ["count", "errors", "total_us"].into_iter().chain(TOOK).chain(self.over.iter().copied())
    }

    fn adding(&self, backend: DbBackend, rows: &[Counted<'_>]) -> Statement {
        let table = self.table;
        let columns: Vec<&str> = self.key.iter().copied().chain(self.added()).chain(["most_us"]).collect();
        let (mut signs, mut values) = (Vec::new(), Vec::<Value>::new());
        for (key, reading) in rows {
            let first = values.len() + 1;
            let places: Vec<String> = (first..first + columns.len()).map(|at| format!("${at}")).collect();
            signs.push(format!("({})", places.join(", ")));
            let counts = [reading.count, reading.errors, reading.total_us].into_iter().chain(reading.buckets);
            let counts = counts.chain(reading.over.into_iter().take(self.over.len())).chain([reading.most_us]);
            values.extend(key.iter().cloned().chain(counts.map(|count| Value::from(whole(count)))));
        }
        let grown: Vec<String> =
            self.added().map(|column| format!("{column} = {table}.{column} + excluded.{column}")).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES {} ON CONFLICT ({}) DO UPDATE SET {}, most_us = CASE WHEN \
             excluded.most_us > {table}.most_us THEN excluded.most_us ELSE {table}.most_us END",
            columns.join(", "),
            signs.join(", "),
            self.key.join(", "),
            grown.join(", ")
        );
        Statement::from_sql_and_values(backend, sql, values)
    }

    /// What a SELECT says to get several rows as one, for [`Sums::read`].
    pub(crate) fn summed(&self) -> String {
        let sums: Vec<String> =
            self.added().map(|column| format!("CAST(SUM({column}) AS BIGINT) AS {column}")).collect();
        format!("{}, MAX(most_us) AS most_us", sums.join(", "))
    }

    /// What was counted, out of a row of [`Sums::summed`].
    ///
    /// # Errors
    /// When a column is missing.
    pub(crate) fn read(&self, row: &QueryResult) -> Result<Reading> {
        let number = |column: &str| -> Result<u64> {
            let value: i64 = row.try_get("", column)?;
            Ok(u64::try_from(value).unwrap_or(0))
        };
        let mut reading = Reading {
            count: number("count")?,
            errors: number("errors")?,
            total_us: number("total_us")?,
            most_us: number("most_us")?,
            ..Reading::default()
        };
        for (value, column) in reading.buckets.iter_mut().zip(TOOK) {
            *value = number(column)?;
        }
        for (value, column) in reading.over.iter_mut().zip(self.over.iter().copied()) {
            *value = number(column)?;
        }
        Ok(reading)
    }
}
