//! Rows from one database into another, whichever of the two kinds each is.
//!
//! Both have the tables that the same schema steps made, so a row is a list of values of six kinds. [`bring`] reads a
//! table on both sides in the order of its key, once, and changes the target until it is the same: a first round fills
//! it, later ones carry only what changed, and one that was broken off is just done again. [`sum`] is what proves it:
//! the sum of the SM3 of every row, in one form for both databases, whatever the order. A table in which nothing was
//! changed is proved by the reading that found it so.
//!
//! The order of keys is the bytes of a text, not the language of the database: PostgreSQL is asked for `COLLATE "C"`.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context, bail, ensure};
use base::crypto::sm3;
use futures::StreamExt;
use futures::stream::BoxStream;
use platform::Db;
use platform::db::closing;
use sea_orm::sqlx::{self, AssertSqlSafe};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// Parameters of one statement at most; SQLite takes 32,766.
const PARAMETERS: usize = 20_000;
/// Rows of one statement at most.
const ROWS: usize = 500;
/// Bytes of one statement, about.
const BYTES: usize = 4 << 20;
/// Keys of one statement that deletes.
const KEYS: usize = 100;
/// Rows and bytes that wait in memory until what is in their way is gone; a table that changed more is read again.
const HELD: (usize, usize) = (20_000, 32 << 20);

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Time,
    Json,
    Text,
    Int,
    Bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    kind: Kind,
}

/// A table that both databases have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Name.
    pub name: String,
    columns: Vec<Column>,
    /// Positions of the columns of its key.
    key: Vec<usize>,
}

/// What a table holds: rows, and the sum of their digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Rows.
    pub rows: u64,
    digest: [u8; 32],
}

impl Sum {
    fn add(&mut self, row: &[u8; 32]) {
        self.rows += 1;
        let mut over = 0_u16;
        for (mine, theirs) in self.digest.iter_mut().zip(row) {
            let both = u16::from(*mine) + u16::from(*theirs) + over;
            *mine = u8::try_from(both & 0xff).unwrap_or_default();
            over = both >> 8;
        }
    }

    /// The digest, hex.
    pub(super) fn hex(&self) -> String {
        base::encoding::to_hex(&self.digest)
    }
}

/// A value as it is compared: in one order on both databases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Empty,
    Bool(bool),
    Int(i64),
    /// Microseconds since 1970: as fine as PostgreSQL keeps it.
    Time(i128),
    Bytes([u8; 16]),
    Text(String),
}

struct Row {
    key: Vec<Part>,
    values: Vec<Value>,
    digest: [u8; 32],
    /// Bytes of its form.
    size: usize,
}

/// Rows read one after the other, each in the form that its digest is of.
#[derive(Default)]
struct Form {
    /// By cell: what it is, how long, its bytes.
    row: Vec<u8>,
    json: Vec<u8>,
}

impl Form {
    fn add(&mut self, tag: u8, bytes: Option<impl AsRef<[u8]>>) {
        let (tag, bytes) = bytes.as_ref().map_or((0, [].as_slice()), |bytes| (tag, bytes.as_ref()));
        self.row.push(tag);
        self.row.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.row.extend_from_slice(bytes);
    }

    fn add_json(&mut self, value: &serde_json::Value) -> anyhow::Result<()> {
        let mut json = std::mem::take(&mut self.json);
        json.clear();
        plain(value, &mut json)?;
        self.add(5, Some(&json));
        self.json = json;
        Ok(())
    }
}

/// The tables of two databases, when they are the same.
///
/// # Errors
/// Names what one has and the other lacks.
pub(super) async fn tables(from: &Db, to: &Db) -> anyhow::Result<Vec<Table>> {
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

/// The form of a JSON value that does not depend on how it is kept: PostgreSQL orders keys its own way and writes a
/// number shorter.
fn plain(json: &serde_json::Value, out: &mut Vec<u8>) -> anyhow::Result<()> {
    use serde_json::Value as Json;
    match json {
        Json::Array(all) => {
            out.push(b'[');
            for one in all {
                plain(one, out)?;
                out.push(b',');
            }
            out.push(b']');
        }
        Json::Object(all) => {
            let mut members: Vec<(&String, &Json)> = all.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, one) in members {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                plain(one, out)?;
                out.push(b',');
            }
            out.push(b'}');
        }
        Json::Number(number) => match number.as_f64() {
            // Nothing is added but the sign of zero goes.
            Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 9.0e15 => {
                write!(out, "{:.0}", value + 0.0)?;
            }
            _ => write!(out, "{number}")?,
        },
        other => serde_json::to_writer(out, other)?,
    }
    Ok(())
}

fn read(table: &Table, row: &QueryResult, form: &mut Form) -> anyhow::Result<Row> {
    form.row.clear();
    let mut values = Vec::with_capacity(table.columns.len());
    let mut parts = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let cell = cell(row, at, column.kind, form, table.key.contains(&at));
        let (value, part) = cell.with_context(|| format!("表 {} 的 {} 列读不出来", table.name, column.name))?;
        values.push(value);
        parts.push(part);
    }
    let key = table.key.iter().filter_map(|at| parts.get_mut(*at)?.take()).collect();
    Ok(Row { key, values, digest: sm3(&form.row), size: form.row.len() })
}

/// A cell to be written and, when it is of the key, to be compared; it is added to the form of its row.
fn cell(
    row: &QueryResult,
    at: usize,
    kind: Kind,
    form: &mut Form,
    of_key: bool,
) -> anyhow::Result<(Value, Option<Part>)> {
    let key = |part: &dyn Fn() -> Option<Part>| of_key.then(|| part().unwrap_or(Part::Empty));
    Ok(match kind {
        Kind::Uuid => {
            let value: Option<Uuid> = row.try_get_by_index(at)?;
            let bytes = value.map(Uuid::into_bytes);
            form.add(4, bytes);
            (value.into(), key(&|| bytes.map(Part::Bytes)))
        }
        Kind::Time => {
            let value: Option<OffsetDateTime> = row.try_get_by_index(at)?;
            let fine = value.map(|value| value.unix_timestamp_nanos().div_euclid(1_000));
            form.add(3, fine.map(i128::to_be_bytes));
            (value.into(), key(&|| fine.map(Part::Time)))
        }
        Kind::Json => {
            let value: Option<serde_json::Value> = row.try_get_by_index(at)?;
            match &value {
                Some(value) => form.add_json(value)?,
                None => form.add(5, None::<&[u8]>),
            }
            // Of a key only where a table has none: then the text of both sides is as good as any.
            let part = key(&|| value.as_ref().map(|_| Part::Text(String::from_utf8_lossy(&form.json).into_owned())));
            (value.into(), part)
        }
        Kind::Text => {
            let value: Option<String> = row.try_get_by_index(at)?;
            form.add(5, value.as_ref());
            let part = key(&|| value.clone().map(Part::Text));
            (value.into(), part)
        }
        Kind::Int => {
            let value: Option<i64> = row.try_get_by_index(at)?;
            form.add(2, value.map(i64::to_be_bytes));
            (value.into(), key(&|| value.map(Part::Int)))
        }
        Kind::Bool => {
            let value: Option<bool> = row.try_get_by_index(at)?;
            form.add(1, value.map(|value| [u8::from(value)]));
            (value.into(), key(&|| value.map(Part::Bool)))
        }
    })
}

/// A table being read in the order of its key.
struct Reader<'a> {
    table: &'a Table,
    rows: BoxStream<'a, Result<QueryResult, sqlx::Error>>,
    last: Option<Vec<Part>>,
    form: Form,
}

impl<'a> Reader<'a> {
    /// Row by row as they come: a table may be larger than the memory.
    fn begin(db: &'a Db, table: &'a Table) -> Self {
        let columns: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let keys = table.key.iter().filter_map(|at| table.columns.get(*at));
        let order: Vec<String> = keys
            .map(|column| match (db.backend(), column.kind) {
                (DbBackend::Postgres, Kind::Text) => format!("\"{}\" COLLATE \"C\"", column.name),
                _ => format!("\"{}\"", column.name),
            })
            .collect();
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY {}", columns.join(", "), table.name, order.join(", "));
        // The names are those of the live schema.
        let sql = AssertSqlSafe(sql);
        let rows = match db.backend() {
            DbBackend::Postgres => sqlx::query(sql)
                .fetch(db.read().get_postgres_connection_pool())
                .map(|row| row.map(QueryResult::from))
                .boxed(),
            _ => sqlx::query(sql)
                .fetch(db.read().get_sqlite_connection_pool())
                .map(|row| row.map(QueryResult::from))
                .boxed(),
        };
        Self { table, rows, last: None, form: Form::default() }
    }

    async fn next(&mut self) -> anyhow::Result<Option<Row>> {
        let Some(row) = self.rows.next().await else { return Ok(None) };
        let row = read(self.table, &row?, &mut self.form)?;
        ensure!(
            self.last.as_ref().is_none_or(|last| *last < row.key),
            "表 {} 的行没有按主键的顺序读出来，没有再搬",
            self.table.name
        );
        self.last = Some(row.key.clone());
        Ok(Some(row))
    }
}

/// What two sides have at one place of the order.
enum Met {
    Missing(Row),
    Surplus(Row),
    Changed(Row),
    Same(Row),
}

impl Met {
    /// The row of the source, if it has one here.
    fn here(&self) -> Option<&Row> {
        match self {
            Self::Missing(row) | Self::Changed(row) | Self::Same(row) => Some(row),
            Self::Surplus(_) => None,
        }
    }
}

/// Two tables side by side.
struct Pair<'a> {
    from: Reader<'a>,
    to: Reader<'a>,
    here: Option<Row>,
    there: Option<Row>,
}

impl<'a> Pair<'a> {
    async fn begin(from: &'a Db, to: &'a Db, table: &'a Table) -> anyhow::Result<Self> {
        let (mut from, mut to) = (Reader::begin(from, table), Reader::begin(to, table));
        let (here, there) = (from.next().await?, to.next().await?);
        Ok(Self { from, to, here, there })
    }

    async fn next(&mut self) -> anyhow::Result<Option<Met>> {
        use std::cmp::Ordering;
        let order = match (&self.here, &self.there) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(here), Some(there)) => here.key.cmp(&there.key),
        };
        let here = if order == Ordering::Greater {
            None
        } else {
            let next = self.from.next().await?;
            std::mem::replace(&mut self.here, next)
        };
        let there = if order == Ordering::Less {
            None
        } else {
            let next = self.to.next().await?;
            std::mem::replace(&mut self.there, next)
        };
        Ok(match (here, there) {
            (Some(here), Some(there)) if here.digest == there.digest => Some(Met::Same(here)),
            (Some(here), Some(_)) => Some(Met::Changed(here)),
            (Some(here), None) => Some(Met::Missing(here)),
            (None, Some(there)) => Some(Met::Surplus(there)),
            (None, None) => None,
        })
    }
}

/// What a round did to a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Brought {
    /// What the source held.
    pub sum: Sum,
    /// Rows written.
    pub written: u64,
    /// Rows taken away or about to be written anew.
    pub removed: u64,
}

impl Brought {
    /// Whether anything was written or taken away; what was not is the same on both sides, row by row.
    pub(super) fn changed(&self) -> bool {
        self.written + self.removed > 0
    }
}

/// Rows for one statement.
#[derive(Default)]
struct Batch {
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl Batch {
    /// Takes a row; gives the rows that are enough for a statement.
    fn add(&mut self, table: &Table, row: Row) -> Option<Vec<Vec<Value>>> {
        self.bytes += row.size;
        self.rows.push(row.values);
        let most = (PARAMETERS / table.columns.len().max(1)).clamp(1, ROWS);
        (self.rows.len() >= most || self.bytes >= BYTES).then(|| std::mem::take(self).rows)
    }
}

/// Makes a table of the target as that of the source was when it was read.
///
/// # Errors
/// When a database refuses, or the source was written meanwhile in a way that needs another round.
pub(super) async fn bring(from: &Db, to: &Db, table: &Table, now: OffsetDateTime) -> anyhow::Result<Brought> {
    bring_holding(from, to, table, now, HELD).await
}

async fn bring_holding(
    from: &Db,
    to: &Db,
    table: &Table,
    now: OffsetDateTime,
    most: (usize, usize),
) -> anyhow::Result<Brought> {
    let mut done = Brought::default();
    let any = Statement::from_string(to.backend(), format!("SELECT 1 AS n FROM \"{}\" LIMIT 1", table.name));
    if to.read().query_one_raw(any).await?.is_none() {
        fill(from, to, table, now, &mut done).await?;
        return Ok(done);
    }
    // First what must go: a row may have given its unique name to another. What comes instead waits.
    let (mut gone, mut held, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut too_many = false;
    let mut pair = Pair::begin(from, to, table).await?;
    while let Some(met) = pair.next().await? {
        if let Some(row) = met.here() {
            done.sum.add(&row.digest);
        }
        if let Met::Surplus(row) | Met::Changed(row) = &met {
            gone.push(key_of(table, row));
            if gone.len() >= KEYS {
                done.removed += remove(to, table, std::mem::take(&mut gone), now).await?;
            }
        }
        if let Met::Missing(row) | Met::Changed(row) = met
            && !too_many
        {
            bytes += row.size;
            held.push(row);
            too_many = held.len() > most.0 || bytes > most.1;
            if too_many {
                held = Vec::new();
            }
        }
    }
    drop(pair);
    done.removed += remove(to, table, gone, now).await?;
    if too_many {
        fill(from, to, table, now, &mut done).await?;
        return Ok(done);
    }
    let mut batch = Batch::default();
    for row in held {
        if let Some(rows) = batch.add(table, row) {
            done.written += insert(to, table, rows, now).await?;
        }
    }
    done.written += insert(to, table, batch.rows, now).await?;
    Ok(done)
}

/// Writes what the target lacks, row by row as it is read.
async fn fill(from: &Db, to: &Db, table: &Table, now: OffsetDateTime, done: &mut Brought) -> anyhow::Result<()> {
    let mut batch = Batch::default();
    done.sum = Sum::default();
    let mut pair = Pair::begin(from, to, table).await?;
    while let Some(met) = pair.next().await? {
        if let Some(row) = met.here() {
            done.sum.add(&row.digest);
        }
        if let Met::Missing(row) = met
            && let Some(rows) = batch.add(table, row)
        {
            done.written += insert(to, table, rows, now).await?;
        }
    }
    done.written += insert(to, table, batch.rows, now).await?;
    Ok(())
}

/// Takes all rows of a table away.
///
/// # Errors
/// When the database refuses.
pub(super) async fn clear(db: &Db, table: &Table, now: OffsetDateTime) -> anyhow::Result<()> {
    write(db, format!("DELETE FROM \"{}\"", table.name), Vec::new(), now)
        .await
        .with_context(|| format!("表 {} 在新的数据库里清不空", table.name))
}

/// What a table holds now.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn sum(db: &Db, table: &Table) -> anyhow::Result<Sum> {
    let mut sum = Sum::default();
    let mut reader = Reader::begin(db, table);
    while let Some(row) = reader.next().await? {
        sum.add(&row.digest);
    }
    Ok(sum)
}

async fn insert(db: &Db, table: &Table, rows: Vec<Vec<Value>>, now: OffsetDateTime) -> anyhow::Result<u64> {
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

fn key_of(table: &Table, row: &Row) -> Vec<Value> {
    table.key.iter().filter_map(|at| row.values.get(*at).cloned()).collect()
}

/// Takes rows away by their keys.
async fn remove(db: &Db, table: &Table, keys: Vec<Vec<Value>>, now: OffsetDateTime) -> anyhow::Result<u64> {
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

async fn write(db: &Db, sql: String, values: Vec<Value>, now: OffsetDateTime) -> platform::Result<()> {
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    db.write(now, move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use platform::db::migrate::{self, Migration};
    use serde_json::json;
    use testkit::{Backend, Place, story_start};

    use super::*;

    fn form(value: serde_json::Value) -> String {
        let mut text = Vec::new();
        plain(&value, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_json_value_has_one_form_however_it_is_kept() {
        let kept: serde_json::Value = serde_json::from_str(r#"{"b":1.0,"a":[1e2,-0.0,1.5,"x\"y"],"c":null}"#).unwrap();
        assert_eq!(form(kept), form(json!({ "a": [100, 0, 1.5, "x\"y"], "b": 1, "c": null })));
        assert_ne!(form(json!({ "a": "1" })), form(json!({ "a": 1 })));
        assert_ne!(form(json!([["a"], "b"])), form(json!([["a", "b"]])));
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order_and_on_every_row() {
        let rows = [[255_u8; 32], [7; 32], [200; 32]];
        let of = |order: &[usize]| {
            let mut sum = Sum::default();
            order.iter().for_each(|at| sum.add(&rows[*at]));
            sum
        };
        assert_eq!(of(&[0, 1, 2]), of(&[2, 0, 1]));
        assert_ne!(of(&[0, 1]), of(&[0, 2]));
        assert_ne!(of(&[0, 1, 2]), of(&[0, 1]));
        assert_ne!(of(&[1, 1]), of(&[1]), "a row twice is two rows");
    }

    const STEP: Migration = Migration {
        name: "things_0001",
        sql: "CREATE TABLE things (id @int PRIMARY KEY, name @text NOT NULL UNIQUE, about @json, at @time, open @bool);
              CREATE TABLE words (word @text PRIMARY KEY, thing @id NOT NULL)",
    };

    async fn made(backend: Backend) -> (Place, Db) {
        let place = Place::fresh(backend).await;
        let db = Db::open(&place.url).await.unwrap();
        migrate::run_all(&db, &[STEP], story_start()).await.unwrap();
        (place, db)
    }

    async fn run(db: &Db, sql: &str) {
        db.execute_batch(story_start(), vec![sql.to_owned()]).await.unwrap();
    }

    async fn thing(db: &Db, id: i64, name: &str, about: Option<serde_json::Value>) {
        let values = vec![id.into(), name.into(), about.into(), story_start().into(), true.into()];
        let sql = "INSERT INTO things (id, name, about, at, open) VALUES ($1, $2, $3, $4, $5)";
        write(db, sql.to_owned(), values, story_start()).await.unwrap();
    }

    /// Between all kinds, with what changed waiting in memory or read again: what is gone goes, names that changed
    /// hands arrive, and what is the same is left alone.
    ///
    /// req: OPS-016
    #[tokio::test(flavor = "multi_thread")]
    async fn a_table_becomes_the_same_and_only_what_changed_is_written() {
        let kinds = testkit::backends();
        let ways = kinds.iter().flat_map(|from| kinds.iter().map(|to| (*from, *to)));
        for (way, held) in ways.flat_map(|way| [(way, HELD), (way, (0, 0))]) {
            let ((here, from), (there, to)) = (made(way.0).await, made(way.1).await);
            for (id, name) in [(1, "one"), (2, "two"), (3, "three"), (-4, "four")] {
                thing(&from, id, name, Some(json!({ "b": id, "a": [1.50, null, "x\"y"] }))).await;
            }
            for word in ["b", "B", "a", "ä", "一", "", "B b"] {
                let values = vec![word.into(), Uuid::from_u128(word.len() as u128).into()];
                let sql = "INSERT INTO words (word, thing) VALUES ($1, $2)".to_owned();
                write(&from, sql, values, story_start()).await.unwrap();
            }
            let all = tables(&from, &to).await.unwrap();
            assert_eq!(all.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["things", "words"]);
            let again = async || {
                let mut done = Vec::new();
                for table in &all {
                    let brought = bring_holding(&from, &to, table, story_start(), held).await.unwrap();
                    assert_eq!(brought.sum, sum(&to, table).await.unwrap(), "{way:?} {}", table.name);
                    assert_eq!(brought.sum, sum(&from, table).await.unwrap(), "{way:?} {}", table.name);
                    done.push((brought.sum.rows, brought.written, brought.removed));
                }
                done
            };
            assert_eq!(again().await, [(4, 4, 0), (7, 7, 0)], "{way:?}");
            assert_eq!(again().await, [(4, 0, 0), (7, 0, 0)], "{way:?}");
            for (id, name) in [(1, "-"), (2, "one"), (1, "two")] {
                run(&from, &format!("UPDATE things SET name = '{name}' WHERE id = {id}")).await;
            }
            run(&from, "DELETE FROM things WHERE id = 3").await;
            thing(&from, 5, "three", None).await;
            run(&to, "DELETE FROM words WHERE word = 'B'").await;
            assert_eq!(again().await, [(4, 3, 3), (7, 1, 0)], "{way:?}");
            drop((from, to));
            for place in [here, there] {
                std::fs::remove_dir_all(&place.folder).unwrap();
                if let Some(made) = place.cleanup {
                    testkit::drop_database(made).await;
                }
            }
        }
    }
}
