//! The live schema of either database: tables, columns, guards.

use platform::Result;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// A column as the database has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) table: String,
    pub(crate) name: String,
    /// `uuid`, `time`, `json`, `text`, `int`, `bool`.
    pub(crate) kind: &'static str,
}

const SQLITE: &str = "SELECT m.name AS t, c.name AS c, lower(c.type) AS k FROM sqlite_master m \
     JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES: &str = "SELECT c.table_name::text AS t, c.column_name::text AS c, c.udt_name::text AS k \
     FROM information_schema.columns c JOIN information_schema.tables t \
     ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
     WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'";

/// Every column of every table, by table and name.
pub(crate) async fn columns(conn: &DatabaseConnection) -> Result<Vec<Column>> {
    let backend = conn.get_database_backend();
    let sql = if backend == DbBackend::Postgres { POSTGRES } else { SQLITE };
    let rows = conn.query_all_raw(Statement::from_string(backend, sql)).await?;
    let mut found = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row.try_get::<String>("", name);
            let name = text("c")?;
            let kind = match text("k")?.as_str() {
                "uuid" | "blob" => "uuid",
                "timestamptz" => "time",
                "jsonb" => "json",
                "bigint" | "int8" => "int",
                "boolean" | "bool" => "bool",
                // SQLite keeps times and JSON as text; our names tell times.
                _ if backend == DbBackend::Sqlite && (name == "at" || name.ends_with("_at")) => "time",
                _ => "text",
            };
            Ok(Column { table: text("t")?, name, kind })
        })
        .collect::<Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

/// A count by SQL that names only tables and columns of the live schema.
pub(crate) async fn count(conn: &DatabaseConnection, sql: &str) -> Result<i64> {
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or(0))
}

/// Names of the triggers on a table.
pub(crate) async fn triggers(conn: &DatabaseConnection, table: &str) -> Result<Vec<String>> {
    let backend = conn.get_database_backend();
    let sql = if backend == DbBackend::Postgres {
        "SELECT tgname::text AS n FROM pg_trigger WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgenabled <> 'D'"
    } else {
        "SELECT name AS n FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1"
    };
    let rows = conn.query_all_raw(Statement::from_sql_and_values(backend, sql, [table.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get::<String>("", "n")).collect::<std::result::Result<_, _>>()?)
}
