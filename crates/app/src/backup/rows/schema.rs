//! The tables of a database and what their columns hold, read from the live schema.

use anyhow::{bail, ensure};
use platform::Db;
use platform::db::closing;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    Time,
    Json,
    Text,
    Int,
    Bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table that both databases have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Table {
    /// Name.
    pub name: String,
    pub(super) columns: Vec<Column>,
    /// Positions of the columns of its key.
    pub(super) key: Vec<usize>,
}

/// The tables of two databases, when they are the same.
///
/// # Errors
/// Names what one has and the other lacks.
pub(in crate::backup) async fn tables(from: &Db, to: &Db) -> anyhow::Result<Vec<Table>> {
    let (here, there) = (schema(from).await?, schema(to).await?);
    let shape = |tables: &[Table]| -> Vec<String> {
        let names = |table: &Table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            format!("{}({})", table.name, columns.join(","))
        };
        tables.iter().map(names).collect()
    };
    let (left, right) = (shape(&here), shape(&there));
    let differ: Vec<&str> = left
        .iter()
        .filter(|one| !right.contains(one))
        .chain(right.iter().filter(|one| !left.contains(one)))
        .map(String::as_str)
        .collect();
    ensure!(
        differ.is_empty(),
        "两边的数据库结构不一样：{}。请先用同一个版本的程序在原来的数据库上运行 tongban migrate --contract",
        differ.join("；")
    );
    // SQLite keeps times and JSON as text; PostgreSQL knows what they are.
    Ok(if from.backend() == DbBackend::Postgres { here } else { there })
}

const SQLITE: &str = "SELECT m.name AS t, c.name AS c, lower(c.type) AS k, c.pk AS p FROM sqlite_master m \
     JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.name";
// Not by `information_schema`: its views weigh every right of every column, seconds for two hundred tables.
const POSTGRES: &str = "SELECT c.relname::text AS t, a.attname::text AS c, y.typname::text AS k, \
     coalesce(array_position(p.conkey, a.attnum), 0) AS p \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     JOIN pg_type y ON y.oid = a.atttypid \
     LEFT JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p' \
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') \
     ORDER BY c.relname::text COLLATE \"C\", a.attname::text COLLATE \"C\"";

/// Tables with their columns by name; without the record of schema steps, which each database has of its own.
async fn schema(db: &Db) -> anyhow::Result<Vec<Table>> {
    let sql = if db.backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await?;
    let mut found: Vec<(Table, Vec<(i32, usize)>)> = Vec::new();
    for row in &rows {
        let text = |name: &str| row.try_get::<String>("", name);
        let (table, name, kind) = (text("t")?, text("c")?, text("k")?);
        if table == closing::STEPS {
            continue;
        }
        let kind = match kind.as_str() {
            "uuid" | "blob" => Kind::Uuid,
            "timestamptz" => Kind::Time,
            "jsonb" => Kind::Json,
            "text" => Kind::Text,
            "bigint" | "int8" => Kind::Int,
            "boolean" | "bool" => Kind::Bool,
            other => bail!("表 {table} 的 {name} 列是 {other}，不知道怎样搬"),
        };
        if found.last().is_none_or(|(last, _)| last.name != table) {
            found.push((Table { name: table, columns: Vec::new(), key: Vec::new() }, Vec::new()));
        }
        if let Some((table, key)) = found.last_mut() {
            let place: i32 = row.try_get("", "p")?;
            if place > 0 {
                key.push((place, table.columns.len()));
            }
            table.columns.push(Column { name, kind });
        }
    }
    let tables = found.into_iter().map(|(mut table, mut key)| {
        key.sort_unstable();
        // A table without a key is its own key: two rows that are the same would be found out by their order.
        table.key = if key.is_empty() {
            (0..table.columns.len()).collect()
        } else {
            key.into_iter().map(|(_, at)| at).collect()
        };
        table
    });
    Ok(tables.collect())
}
