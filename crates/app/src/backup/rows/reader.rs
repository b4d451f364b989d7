//! Tables read in the order of their keys, alone or two side by side.

use anyhow::ensure;
use futures::StreamExt;
use futures::stream::BoxStream;
use platform::Db;
use sea_orm::sqlx::{self, AssertSqlSafe};
use sea_orm::{DbBackend, QueryResult};

use super::cells::{Form, Part, Row, Sum, read};
use super::schema::{Kind, Table};

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
pub(super) enum Met {
    Missing(Row),
    Surplus(Row),
    Changed(Row),
    Same(Row),
}

impl Met {
    /// The row of the source, if it has one here.
    pub(super) fn here(&self) -> Option<&Row> {
        match self {
            Self::Missing(row) | Self::Changed(row) | Self::Same(row) => Some(row),
            Self::Surplus(_) => None,
        }
    }
}

/// Two tables side by side.
pub(super) struct Pair<'a> {
    from: Reader<'a>,
    to: Reader<'a>,
    here: Option<Row>,
    there: Option<Row>,
}

impl<'a> Pair<'a> {
    pub(super) async fn begin(from: &'a Db, to: &'a Db, table: &'a Table) -> anyhow::Result<Self> {
        let (mut from, mut to) = (Reader::begin(from, table), Reader::begin(to, table));
        let (here, there) = (from.next().await?, to.next().await?);
        Ok(Self { from, to, here, there })
    }

    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Met>> {
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

/// What a table holds now.
///
/// # Errors
/// When the database does not answer.
pub(in crate::backup) async fn sum(db: &Db, table: &Table) -> anyhow::Result<Sum> {
    let mut sum = Sum::default();
    let mut reader = Reader::begin(db, table);
    while let Some(row) = reader.next().await? {
        sum.add(&row.digest);
    }
    Ok(sum)
}
