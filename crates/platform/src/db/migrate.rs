//! Schema steps. Each domain lists its own; `app` runs them all in floor order.
//!
//! A step is one SQL file for both databases, written with a few words that differ between them:
//! `@id` (uuid), `@time` (UTC instant), `@json`, `@text`, `@int`, `@bool`. A released step is frozen.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::Db;
use crate::web::problem::{Problem, Result};

/// One step: a name that sorts and its SQL.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique name, for example `casework_0001`.
    pub name: &'static str,
    /// Statements, `;`-separated, with the portable words.
    pub sql: &'static str,
}

/// Column words of the portable SQL and what they become.
const WORDS: &[(&str, &str, &str)] = &[
    ("@id", "blob", "uuid"),
    ("@time", "text", "timestamptz"),
    ("@json", "text", "jsonb"),
    ("@text", "text", "text"),
    ("@int", "bigint", "bigint"),
    ("@bool", "boolean", "boolean"),
];

/// Translates a step for one database.
pub fn statements(migration: &Migration, backend: DbBackend) -> Vec<String> {
    let mut sql =
        migration.sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    for (word, sqlite, postgres) in WORDS {
        sql = sql.replace(word, if backend == DbBackend::Sqlite { sqlite } else { postgres });
    }
    sql.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Runs the steps that have not run yet, in the order given; returns their names.
///
/// # Errors
/// When a step is refused; that step is then undone as a whole.
pub async fn run(db: &Db, steps: &[Migration], now: time::OffsetDateTime) -> Result<Vec<&'static str>> {
    let create = "CREATE TABLE IF NOT EXISTS schema_steps (name text PRIMARY KEY, applied_at text NOT NULL)";
    db.execute_batch(now, vec![create.to_owned()]).await?;
    let done: Vec<String> = db
        .read()
        .query_all_raw(Statement::from_string(db.backend(), "SELECT name FROM schema_steps"))
        .await?
        .iter()
        .map(|row| row.try_get::<String>("", "name"))
        .collect::<Result<_, _>>()?;
    let mut ran = Vec::new();
    for step in steps.iter().filter(|step| !done.iter().any(|name| name == step.name)) {
        let mut batch = statements(step, db.backend());
        let at = now.format(&time::format_description::well_known::Rfc3339).map_err(Problem::internal)?;
        batch.push(format!("INSERT INTO schema_steps (name, applied_at) VALUES ('{}', '{at}')", step.name));
        db.execute_batch(now, batch)
            .await
            .map_err(|problem| Problem::internal(format!("step {}: {problem}", step.name)))?;
        ran.push(step.name);
    }
    Ok(ran)
}

/// Steps not yet run.
///
/// # Errors
/// When the database does not answer.
pub async fn pending(db: &Db, steps: &[Migration]) -> Result<Vec<&'static str>> {
    let rows = db
        .read()
        .query_all_raw(Statement::from_string(db.backend(), "SELECT name FROM schema_steps"))
        .await
        .unwrap_or_default();
    let done: Vec<String> = rows.iter().filter_map(|row| row.try_get::<String>("", "name").ok()).collect();
    Ok(steps.iter().map(|step| step.name).filter(|name| !done.iter().any(|ran| ran == name)).collect())
}
