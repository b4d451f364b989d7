//! The floor: the same rows as one application, written by plain prepared SQL.
//!
//! The rows are not guessed: they are read back from a case that was filed over HTTP, and written
//! again with new ids. On PostgreSQL 16 connections commit each case; on SQLite one connection
//! commits [`GROUP`] cases together, as the product's writer may at most.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sea_orm::sqlx::{self, Column, Row};
use sea_orm::{DatabaseConnection, DbBackend};
use time::OffsetDateTime;
use uuid::Uuid;

/// Cases in one transaction on SQLite.
pub const GROUP: usize = platform::db::GROUP;

/// Tables that one application writes to, and how its rows are found: `$1` is the case's id, `$2` the same as text.
const TABLES: &[(&str, &str)] = &[
    ("cases", "id = $1"),
    ("case_forms", "case_id = $1"),
    ("case_materials", "case_id = $1"),
    ("case_events", "case_id = $1"),
    ("tasks", "case_id = $1"),
    ("case_documents", "case_id = $1"),
    ("outbox", "subject LIKE '%' || $2"),
    ("idempotency_keys", "result_id = $1"),
    ("audit_log", "subject LIKE '%' || $2"),
];

#[derive(Clone)]
enum Cell {
    Id(Option<Uuid>),
    Text(Option<String>),
    Time(Option<OffsetDateTime>),
    Json(Option<serde_json::Value>),
    Int(Option<i64>),
    Bool(Option<bool>),
}

/// Name, columns, rows.
type Table = (&'static str, Vec<String>, Vec<Vec<Cell>>);

/// The rows of one application.
#[derive(Clone)]
pub struct Rows {
    case: Uuid,
    tables: Vec<Table>,
}

/// Column words by table, as the migrations say them.
fn words() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for step in app::migrations() {
        let mut table = String::new();
        for line in step.sql.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.trim_end_matches(['(', ' ']).to_owned();
            } else if let Some((table, rest)) =
                line.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ADD COLUMN "))
            {
                if let Some((column, rest)) = rest.split_once(" @") {
                    let word = rest.split([' ', ',', ';']).next().unwrap_or_default();
                    tables.entry(table.to_owned()).or_default().insert(column.to_owned(), word.to_owned());
                }
            } else if let Some((column, rest)) = line.split_once(" @") {
                let word = rest.split([' ', ',']).next().unwrap_or_default();
                tables.entry(table.clone()).or_default().insert(column.to_owned(), word.to_owned());
            }
        }
    }
    tables
}

macro_rules! reads {
    ($pool:expr, $case:expr, $known:expr) => {{
        let mut tables = Vec::new();
        for (table, condition) in TABLES {
            let sql = format!("SELECT * FROM {table} WHERE {condition}");
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            query =
                if condition.contains("$2") { query.bind($case).bind($case.to_string()) } else { query.bind($case) };
            let found = query.fetch_all($pool).await.with_context(|| (*table).to_owned())?;
            let mut columns = Vec::new();
            let mut rows = Vec::new();
            for row in &found {
                columns = row.columns().iter().map(|column| column.name().to_owned()).collect();
                let mut cells = Vec::new();
                for column in &columns {
                    let word = $known.get(*table).and_then(|words| words.get(column)).map(String::as_str);
                    cells.push(match word {
                        Some("id") => Cell::Id(row.try_get(column.as_str())?),
                        Some("text") => Cell::Text(row.try_get(column.as_str())?),
                        Some("time") => Cell::Time(row.try_get(column.as_str())?),
                        Some("json") => Cell::Json(row.try_get(column.as_str())?),
                        Some("int") => Cell::Int(row.try_get(column.as_str())?),
                        Some("bool") => Cell::Bool(row.try_get(column.as_str())?),
                        other => bail!("{table}.{column} is {other:?}"),
                    });
                }
                rows.push(cells);
            }
            if !rows.is_empty() {
                tables.push((*table, columns, rows));
            }
        }
        tables
    }};
}

impl Rows {
    /// Reads what one filed case left.
    pub async fn of(conn: &DatabaseConnection, case: Uuid) -> anyhow::Result<Self> {
        let known = words();
        let tables = match conn.get_database_backend() {
            DbBackend::Sqlite => reads!(conn.get_sqlite_connection_pool(), case, known),
            _ => reads!(conn.get_postgres_connection_pool(), case, known),
        };
        Ok(Self { case, tables })
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.tables.iter().map(|(_, _, rows)| rows.len()).sum()
    }

    /// The statements: one insert per table.
    fn statements(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for (table, columns, rows) in &self.tables {
            let mut number = 0;
            let tuples: Vec<String> = rows
                .iter()
                .map(|row| {
                    let marks: Vec<String> = row
                        .iter()
                        .map(|_| {
                            number += 1;
                            format!("${number}")
                        })
                        .collect();
                    format!("({})", marks.join(", "))
                })
                .collect();
            statements.push(format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), tuples.join(", ")));
        }
        statements
    }

    /// The same rows under new ids and numbers.
    fn fresh(&self, new: &mut impl FnMut() -> Uuid) -> Vec<Vec<Cell>> {
        let case = new();
        self.tables
            .iter()
            .map(|(table, columns, rows)| {
                let cells = rows.iter().flat_map(|row| columns.iter().zip(row));
                cells
                    .map(|(column, cell)| match (column.as_str(), cell) {
                        (_, Cell::Id(Some(id))) if *id == self.case => Cell::Id(Some(case)),
                        ("id", Cell::Id(Some(_))) => Cell::Id(Some(new())),
                        ("case_number", Cell::Text(Some(_))) => Cell::Text(Some(case.simple().to_string())),
                        ("key", Cell::Text(Some(_))) if *table == "idempotency_keys" => {
                            Cell::Text(Some(case.to_string()))
                        }
                        (_, cell) => cell.clone(),
                    })
                    .collect()
            })
            .collect()
    }
}

macro_rules! writes {
    ($executor:expr, $statements:expr, $cells:expr) => {
        for (sql, cells) in $statements.iter().zip($cells) {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
            for cell in cells {
                query = match cell {
                    Cell::Id(value) => query.bind(value),
                    Cell::Text(value) => query.bind(value),
                    Cell::Time(value) => query.bind(value),
                    Cell::Json(value) => query.bind(value),
                    Cell::Int(value) => query.bind(value),
                    Cell::Bool(value) => query.bind(value),
                };
            }
            query.execute(&mut *$executor).await?;
        }
    };
}

fn new_ids() -> impl FnMut() -> Uuid + Send {
    let ids = base::id::Ids::default();
    move || ids.next(&platform::system::SystemClock, &platform::system::SystemRandomness)
}

/// Writes cases for a while; returns cases per second.
pub async fn write(conn: &DatabaseConnection, rows: &Rows, duration: Duration) -> anyhow::Result<f64> {
    let started = Instant::now();
    let statements = rows.statements();
    let mut written = 0_usize;
    match conn.get_database_backend() {
        DbBackend::Sqlite => {
            let pool = conn.get_sqlite_connection_pool();
            let mut new = new_ids();
            let mut one = pool.acquire().await?;
            while started.elapsed() < duration {
                sqlx::query("BEGIN IMMEDIATE").execute(&mut *one).await?;
                for _ in 0..GROUP {
                    writes!(one, statements, rows.fresh(&mut new));
                }
                sqlx::query("COMMIT").execute(&mut *one).await?;
                written += GROUP;
            }
        }
        _ => {
            let pool = conn.get_postgres_connection_pool().clone();
            let tasks: Vec<_> = (0..16)
                .map(|_| {
                    let (pool, rows, statements) = (pool.clone(), rows.clone(), statements.clone());
                    tokio::spawn(async move {
                        let (mut new, mut count) = (new_ids(), 0_usize);
                        while started.elapsed() < duration {
                            let mut tx = pool.begin().await?;
                            writes!(tx, statements, rows.fresh(&mut new));
                            tx.commit().await?;
                            count += 1;
                        }
                        Ok::<_, anyhow::Error>(count)
                    })
                })
                .collect();
            for task in tasks {
                written += task.await??;
            }
        }
    }
    Ok(written as f64 / started.elapsed().as_secs_f64())
}
