//! Schema steps. Each domain lists its own; `app` runs them all in floor order.
//!
//! A step is one SQL file for both databases, written with a few words that differ between them:
//! `@id` (uuid), `@time` (UTC instant), `@json`, `@text`, `@int`, `@bool`. A released step is frozen.
//!
//! Nodes of two releases run side by side while one after the other is renewed. So a step only adds
//! what the release before does not miss (expand). One that takes something away (contract) begins with
//! the line `-- contract`, stands a release later than the code that no longer needs it, and runs only
//! when told to, once no older node is left ([`run_all`]). [`takes_away`] finds what such a step has to be
//! marked for.
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

impl Migration {
    /// Whether it takes away what the release before still uses.
    pub fn contracts(&self) -> bool {
        self.sql.lines().any(|line| line.trim() == "-- contract")
    }
}

/// What in a step the code of the release before would miss or be refused by, given the tables there were before it.
pub fn takes_away(step: &Migration, backend: DbBackend, before: &[String]) -> Vec<String> {
    let old = |statement: &str| before.iter().any(|table| mentions(statement, table));
    let found = statements(step, backend).into_iter().filter(|statement| {
        let upper = statement.to_uppercase();
        let words: Vec<&str> = upper.split_whitespace().collect();
        let has = |part: &str| upper.contains(part);
        old(statement)
            && match words.as_slice() {
                ["DROP", "TABLE", ..] => true,
                ["ALTER", "TABLE", ..] => {
                    has(" DROP ")
                        || has(" RENAME ")
                        || has(" SET NOT NULL")
                        || has(" TYPE ")
                        || (has(" ADD ") && has("NOT NULL") && !has(" DEFAULT "))
                        || has(" UNIQUE")
                }
                ["CREATE", "UNIQUE", ..] => true,
                _ => false,
            }
    });
    found.collect()
}

fn mentions(statement: &str, table: &str) -> bool {
    statement.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word.eq_ignore_ascii_case(table))
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

/// Runs the steps that have not run yet, in the order given; returns their names. Steps that take something away wait
/// for [`run_all`], except in an empty database.
///
/// # Errors
/// When a step is refused; that step is then undone as a whole.
pub async fn run(db: &Db, steps: &[Migration], now: time::OffsetDateTime) -> Result<Vec<&'static str>> {
    let fresh = pending(db, steps).await?.len() == steps.len();
    let wanted: Vec<Migration> = steps.iter().filter(|step| fresh || !step.contracts()).copied().collect();
    run_all(db, &wanted, now).await
}

/// The same with the steps that take something away: when no node of an older release is left.
///
/// # Errors
/// When a step is refused; that step is then undone as a whole.
pub async fn run_all(db: &Db, steps: &[Migration], now: time::OffsetDateTime) -> Result<Vec<&'static str>> {
    // Nothing to do is nothing to write: a node starts beside a database that takes no writes just now.
    let waiting = pending(db, steps).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let create = "CREATE TABLE IF NOT EXISTS schema_steps (name text PRIMARY KEY, applied_at text NOT NULL)";
    let mut begin = vec![create.to_owned()];
    if !db.schema().is_empty() && !has_schema(db).await? {
        // Asked for first: a schema somebody else made needs no right to make one.
        begin.insert(0, format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", db.schema()));
    }
    if let Err(problem) = db.execute_batch(now, begin).await {
        // Two nodes that make it at once: one of them is told that it is there.
        if pending(db, steps).await?.len() == steps.len() && !exists(db).await {
            return Err(problem);
        }
    }
    let at = now.format(&time::format_description::well_known::Rfc3339).map_err(Problem::internal)?;
    let mut ran = Vec::new();
    for step in steps.iter().filter(|step| waiting.contains(&step.name)) {
        let mut batch = statements(step, db.backend());
        let (name, backend) = (step.name, db.backend());
        batch.push(format!("INSERT INTO schema_steps (name, applied_at) VALUES ('{name}', '{at}')"));
        let here = db
            .write(now, move |tx| {
                Box::pin(async move {
                    if backend == DbBackend::Postgres {
                        // Nodes that start at once take their turns; on SQLite the one writer does that.
                        tx.conn().execute_unprepared("LOCK TABLE schema_steps IN SHARE ROW EXCLUSIVE MODE").await?;
                    }
                    let sql = format!("SELECT name FROM schema_steps WHERE name = '{name}'");
                    if tx.conn().query_one_raw(Statement::from_string(backend, sql)).await?.is_some() {
                        return Ok(false);
                    }
                    for statement in batch {
                        tx.conn().execute_unprepared(&statement).await?;
                    }
                    Ok(true)
                })
            })
            .await
            .map_err(|problem| match problem.trouble() {
                Some(_) => problem,
                None => Problem::internal(format!("step {name}: {problem}")),
            })?;
        if here {
            ran.push(name);
        }
    }
    Ok(ran)
}

async fn has_schema(db: &Db) -> Result<bool> {
    let sql = "SELECT nspname::text AS name FROM pg_namespace WHERE nspname = $1";
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.schema().into()]);
    Ok(db.read().query_one_raw(statement).await?.is_some())
}

async fn exists(db: &Db) -> bool {
    db.read().query_all_raw(Statement::from_string(db.backend(), "SELECT name FROM schema_steps")).await.is_ok()
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

    /// req: OPS-039
    #[test]
    fn what_the_release_before_would_miss_is_found() {
        let before = ["cases".to_owned()];
        let found = |sql: &'static str| takes_away(&Migration { name: "x", sql }, DbBackend::Postgres, &before).len();
        assert_eq!(
            found("ALTER TABLE cases ADD COLUMN a @text; CREATE TABLE new (id @id NOT NULL); DROP TABLE other"),
            0
        );
        assert_eq!(found("ALTER TABLE cases ADD COLUMN a @text NOT NULL DEFAULT ''; CREATE INDEX i ON cases (a)"), 0);
        assert_eq!(found("ALTER TABLE cases ADD COLUMN a @text NOT NULL"), 1);
        assert_eq!(found("ALTER TABLE cases DROP COLUMN a; DROP TABLE cases; CREATE UNIQUE INDEX u ON cases (a)"), 3);
        assert!(Migration { name: "x", sql: "-- contract\nDROP TABLE cases" }.contracts());
    }

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
