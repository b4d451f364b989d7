//! Rows written and taken away, as many in one statement as a database takes.

use std::fmt::Write as _;

use anyhow::Context;
use platform::Db;
use sea_orm::{ConnectionTrait, Statement, Value};
use time::OffsetDateTime;

use super::cells::Row;
use super::schema::{Column, Table};

/// Parameters of one statement at most; SQLite takes 32,766.
const PARAMETERS: usize = 20_000;
/// Rows of one statement at most.
const ROWS: usize = 500;
/// Bytes of one statement, about.
const BYTES: usize = 4 << 20;
/// Keys of one statement that deletes.
pub(super) const KEYS: usize = 100;

/// Rows for one statement.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl Batch {
    /// Takes a row; gives the rows that are enough for a statement.
    pub(super) fn add(&mut self, table: &Table, row: Row) -> Option<Vec<Vec<Value>>> {
        self.bytes += row.size;
        self.rows.push(row.values);
        let most = (PARAMETERS / table.columns.len().max(1)).clamp(1, ROWS);
        (self.rows.len() >= most || self.bytes >= BYTES).then(|| std::mem::take(self).rows)
    }
}

/// Takes all rows of a table away.
///
/// # Errors
/// When the database refuses.
pub(in crate::backup) async fn clear(db: &Db, table: &Table, now: OffsetDateTime) -> anyhow::Result<()> {
    write(db, format!("DELETE FROM \"{}\"", table.name), Vec::new(), now)
        .await
        .with_context(|| format!("表 {} 在新的数据库里清不空", table.name))
}

/// Writes rows; gives how many.
pub(super) async fn insert(db: &Db, table: &Table, rows: Vec<Vec<Value>>, now: OffsetDateTime) -> anyhow::Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let columns: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let mut sql = format!("INSERT INTO \"{}\" ({}) VALUES ", table.name, columns.join(", "));
    let count = rows.len() as u64;
    let mut values = Vec::with_capacity(rows.len() * columns.len());
    for row in rows {
        sql.push_str(if values.is_empty() { "(" } else { ", (" });
        for (at, value) in row.into_iter().enumerate() {
            values.push(value);
            write!(sql, "{}${}", if at == 0 { "" } else { ", " }, values.len())?;
        }
        sql.push(')');
    }
    write(db, sql, values, now).await.with_context(|| format!("表 {} 的行写不进新的数据库", table.name))?;
    Ok(count)
}

/// The key of a row, as it is written.
pub(super) fn key_of(table: &Table, row: &Row) -> Vec<Value> {
    table.key.iter().filter_map(|at| row.values.get(*at).cloned()).collect()
}

/// Takes rows away by their keys.
pub(super) async fn remove(db: &Db, table: &Table, keys: Vec<Vec<Value>>, now: OffsetDateTime) -> anyhow::Result<u64> {
    if keys.is_empty() {
        return Ok(0);
    }
    let columns: Vec<&Column> = table.key.iter().filter_map(|at| table.columns.get(*at)).collect();
    let count = keys.len() as u64;
    let (mut values, mut each) = (Vec::new(), Vec::new());
    for key in keys {
        let mut same = Vec::new();
        for (column, value) in columns.iter().zip(key) {
            values.push(value);
            same.push(format!("\"{}\" = ${}", column.name, values.len()));
        }
        each.push(format!("({})", same.join(" AND ")));
    }
    let sql = format!("DELETE FROM \"{}\" WHERE {}", table.name, each.join(" OR "));
    write(db, sql, values, now)
        .await
        .with_context(|| format!("表 {} 里过时的行删不掉；这张表只增不改，请清空新的数据库重新搬", table.name))?;
    Ok(count)
}

pub(super) async fn write(db: &Db, sql: String, values: Vec<Value>, now: OffsetDateTime) -> platform::Result<()> {
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    db.write(now, move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
}
