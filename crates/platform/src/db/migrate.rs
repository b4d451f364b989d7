//! Schema steps. Each domain lists its own; `app` runs them all in floor order.
//!
//! A step is one SQL file for both databases, written with a few words that differ between them:
//! `@id` (uuid), `@time` (UTC instant), `@json`, `@text`, `@int`, `@bool`. A released step is frozen.
//!
//! What can't be said portably, such as a trigger, stands between a line `@only sqlite` (or
//! `@only postgres`) and a line `@end`: one statement, taken as it is, on that database alone.

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
    let ours = if backend == DbBackend::Sqlite { "@only sqlite" } else { "@only postgres" };
    let mut found = Vec::new();
    let mut portable = String::new();
    let mut block: Option<(bool, Vec<&str>)> = None;
    for line in migration.sql.lines().filter(|line| !line.trim_start().starts_with("--")) {
        match (&mut block, line.trim()) {
            (None, start) if start.starts_with("@only ") => {
                found.extend(split(&std::mem::take(&mut portable), backend));
                block = Some((start == ours, Vec::new()));
            }
            (Some((wanted, lines)), "@end") => {
                if *wanted {
                    found.push(lines.join("\n"));
                }
                block = None;
            }
            (Some((_, lines)), _) => lines.push(line),
            (None, _) => {
                portable.push_str(line);
                portable.push('\n');
            }
        }
    }
    found.extend(split(&portable, backend));
    found
}

/// Portable statements, the words replaced.
fn split(sql: &str, backend: DbBackend) -> Vec<String> {
    let mut sql = sql.to_owned();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_one_statement_on_its_own_database() {
        let step = Migration {
            name: "x",
            sql: "CREATE TABLE a (id @id);\n@only sqlite\nCREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1; END\n@end\n@only postgres\nCREATE FUNCTION f()\n@end\nCREATE TABLE b (at @time)",
        };
        assert_eq!(
            statements(&step, DbBackend::Sqlite),
            [
                "CREATE TABLE a (id blob)",
                "CREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1; END",
                "CREATE TABLE b (at text)"
            ]
        );
        assert_eq!(
            statements(&step, DbBackend::Postgres),
            ["CREATE TABLE a (id uuid)", "CREATE FUNCTION f()", "CREATE TABLE b (at timestamptz)"]
        );
    }
}
