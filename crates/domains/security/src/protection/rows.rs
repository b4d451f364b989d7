//! Rows of any table as text, page by page in the order of its key, sealed columns opened.
//!
//! For what looks at the data as such: the scan for sensitive contents and the masked copies. Names
//! come from the live schema only; values are bound.

use platform::crypto::SealedColumn;
use platform::{Platform, Result};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, Value};
use uuid::Uuid;

use super::schema::{self, Column};

/// A table of the live schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Positions of the key's columns, in the key's order; empty for a table without one.
    key: Vec<usize>,
}

/// A row: a text or nothing per column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Option<String>>,
    /// Where the next page begins after.
    pub(crate) after: Vec<String>,
}

/// Which end of the table a page begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Oldest,
    Newest,
}

const SQLITE_KEY: &str = "SELECT name AS n FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk";
const POSTGRES_KEY: &str = "SELECT k.column_name::text AS n FROM information_schema.table_constraints c \
     JOIN information_schema.key_column_usage k ON k.constraint_name = c.constraint_name \
     AND k.table_schema = c.table_schema AND k.table_name = c.table_name \
     WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = current_schema() AND c.table_name = $1 \
     ORDER BY k.ordinal_position";

/// All tables, by name.
pub(crate) async fn tables(conn: &DatabaseConnection) -> Result<Vec<Table>> {
    let mut found: Vec<Table> = Vec::new();
    for column in schema::columns(conn).await? {
        match found.last_mut() {
            Some(table) if table.name == column.table => table.columns.push(column),
            _ => found.push(Table { name: column.table.clone(), columns: vec![column], key: Vec::new() }),
        }
    }
    let backend = conn.get_database_backend();
    let sql = if backend == DbBackend::Postgres { POSTGRES_KEY } else { SQLITE_KEY };
    for table in &mut found {
        let statement = Statement::from_sql_and_values(backend, sql, [table.name.clone().into()]);
        for row in conn.query_all_raw(statement).await? {
            let name = row.try_get::<String>("", "n")?;
            table.key.extend(table.columns.iter().position(|column| column.name == name));
        }
    }
    Ok(found)
}

impl Table {
    /// Position of a column.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// A page of rows; sealed columns in `sealed` are opened, one that does not open is told as absent.
    pub(crate) async fn page(
        &self,
        platform: &Platform,
        sealed: &[SealedColumn],
        after: &[String],
        limit: u64,
        order: Order,
    ) -> Result<Vec<Row>> {
        let conn = platform.db.read();
        let backend = conn.get_database_backend();
        let cells: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("{} AS c{at}", as_text(column, backend)))
            .collect();
        let names: Vec<String> = self.key.iter().filter_map(|at| self.columns.get(*at)).map(quoted).collect();
        let mut values: Vec<Value> = Vec::new();
        let mut beyond = String::new();
        let mut offset = 0_u64;
        if names.is_empty() {
            offset = after.first().and_then(|text| text.parse().ok()).unwrap_or(0);
        } else if after.len() == names.len() {
            let marks: Vec<String> = self
                .key
                .iter()
                .filter_map(|at| self.columns.get(*at))
                .zip(after)
                .enumerate()
                .map(|(at, (column, text))| {
                    values.push(bound(column, text, backend));
                    mark(column, at + 1, backend)
                })
                .collect();
            let sign = if order == Order::Oldest { ">" } else { "<" };
            beyond = format!(" WHERE ({}) {sign} ({})", names.join(", "), marks.join(", "));
        }
        let way = if order == Order::Oldest { "ASC" } else { "DESC" };
        let sorted: Vec<String> = names.iter().map(|name| format!("{name} {way}")).collect();
        let sorted = if sorted.is_empty() { String::new() } else { format!(" ORDER BY {}", sorted.join(", ")) };
        let sql =
            format!("SELECT {} FROM \"{}\"{beyond}{sorted} LIMIT {limit} OFFSET {offset}", cells.join(", "), self.name);
        let rows = conn.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        rows.iter().enumerate().map(|(at, row)| self.row(platform, sealed, row, offset + at as u64 + 1)).collect()
    }

    fn row(&self, platform: &Platform, sealed: &[SealedColumn], row: &QueryResult, count: u64) -> Result<Row> {
        let mut cells = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                Ok(row.try_get::<Option<String>>("", &format!("c{at}"))?.map(|text| told(column, text)))
            })
            .collect::<Result<Vec<_>>>()?;
        let after = if self.key.is_empty() {
            vec![count.to_string()]
        } else {
            self.key.iter().map(|at| cells.get(*at).cloned().flatten().unwrap_or_default()).collect()
        };
        for column in sealed.iter().filter(|column| column.table == self.name) {
            let (before, named, behind) = column.place_parts();
            let (Some(at), Some(place)) = (self.position(column.column), self.position(named)) else { continue };
            let place = cells.get(place).cloned().flatten().unwrap_or_default();
            if let Some(cell) = cells.get_mut(at) {
                *cell = cell
                    .take()
                    .filter(|text| !text.is_empty())
                    .and_then(|text| platform.unseal(&text, &format!("{before}{place}{behind}")).ok());
            }
        }
        Ok(Row { cells, after })
    }
}

fn quoted(column: &Column) -> String {
    format!("\"{}\"", column.name)
}

fn as_text(column: &Column, backend: DbBackend) -> String {
    let name = quoted(column);
    match (backend, column.kind) {
        (DbBackend::Postgres, "time") => {
            format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
        }
        (DbBackend::Postgres, _) => format!("{name}::text"),
        (_, "uuid") => format!("CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"),
        (_, "bool") => format!("CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        _ => format!("CAST({name} AS TEXT)"),
    }
}

/// SQLite tells an id as 32 hex digits.
fn told(column: &Column, text: String) -> String {
    if column.kind == "uuid" { Uuid::parse_str(&text).map_or(text, |id| id.to_string()) } else { text }
}

fn bound(column: &Column, text: &str, backend: DbBackend) -> Value {
    match (backend, column.kind) {
        (DbBackend::Postgres, _) => text.to_owned().into(),
        (_, "uuid") => Uuid::parse_str(text).map_or_else(|_| text.to_owned().into(), Value::from),
        (_, "int" | "bool") => text.parse::<i64>().map_or_else(|_| text.to_owned().into(), Value::from),
        _ => text.to_owned().into(),
    }
}

fn mark(column: &Column, no: usize, backend: DbBackend) -> String {
    let kind = match (backend, column.kind) {
        (DbBackend::Postgres, "uuid") => "uuid",
        (DbBackend::Postgres, "int") => "bigint",
        (DbBackend::Postgres, "time") => "timestamptz",
        (DbBackend::Postgres, "bool") => "boolean",
        _ => return format!("${no}"),
    };
    format!("CAST(${no}::text AS {kind})")
}
