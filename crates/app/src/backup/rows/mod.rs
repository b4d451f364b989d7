//! Rows from one database into another, whichever of the two kinds each is.
//!
//! Both have the tables that the same schema steps made, so a row is a list of values of six kinds. [`bring`] reads a
//! table on both sides in the order of its key, once, and changes the target until it is the same: a first round fills
//! it, later ones carry only what changed, and one that was broken off is just done again. [`sum`] is what proves it:
//! the sum of the SM3 of every row, in one form for both databases, whatever the order. A table in which nothing was
//! changed is proved by the reading that found it so.
//!
//! The order of keys is the bytes of a text, not the language of the database: PostgreSQL is asked for `COLLATE "C"`.
//!
//! [`schema`] tells the tables, [`cells`] the form of a row, [`reader`] reads, [`writing`] writes.

mod cells;
mod reader;
mod schema;
mod writing;

use platform::Db;
use sea_orm::{ConnectionTrait, Statement};
use time::OffsetDateTime;

use cells::Sum;
use reader::{Met, Pair};
use writing::{Batch, KEYS, insert, key_of, remove};

pub(super) use reader::sum;
pub(super) use schema::{Table, tables};
pub(super) use writing::clear;

/// Rows and bytes that wait in memory until what is in their way is gone; a table that changed more is read again.
const HELD: (usize, usize) = (20_000, 32 << 20);

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

#[cfg(test)]
mod tests {
    use platform::db::migrate::{self, Migration};
    use serde_json::json;
    use testkit::{Backend, Place, story_start};
    use uuid::Uuid;

    use super::writing::write;
    use super::*;

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
