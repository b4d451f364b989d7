//! Old values sealed anew, in small transactions, while everybody works.
//!
//! A value is opened with whatever key sealed it and sealed with the active one; it is written back
//! only where it still is what was read, so a clerk who saves at the same moment wins (and has
//! sealed with the new key anyway). The version of a row does not change: its content did not.
//! Files follow when the values are done; one that no longer opens is logged, counted in the
//! audit line of the end, and stops neither the others nor the values.

use std::collections::BTreeMap;

use platform::crypto::SealedColumn;
use platform::work::audit::{Kind, Line};
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store::rotation;
use crate::Security;

/// Job that seals anew.
pub const RESEAL_JOB: &str = "security.reseal";
/// Values in one transaction.
const BATCH: u64 = 100;
/// Transactions in one job: well inside its lease.
const BATCHES: usize = 20;
/// Files in one job.
const FILES: u64 = 50;

#[derive(Serialize, Deserialize)]
struct Payload {
    rotation: Uuid,
    step: i64,
    /// Files that did not open in an earlier job.
    #[serde(default)]
    broken: Vec<String>,
}

impl Security {
    /// Values and files per key id, over all sealed columns and the file store. Files stored before
    /// the sealing need no key and are not counted here.
    pub(crate) async fn values_by_key(&self) -> Result<BTreeMap<String, i64>> {
        let mut found = platform::files::by_key(self.platform.db.read()).await?;
        found.remove("");
        for column in self.sealed.iter() {
            for (id, count) in self.keys_of(column).await? {
                *found.entry(id).or_default() += count;
            }
        }
        Ok(found)
    }

    /// Values per key id in one column.
    pub(crate) async fn keys_of(&self, column: &SealedColumn) -> Result<BTreeMap<String, i64>> {
        let conn = self.platform.db.read();
        let (table, name) = (column.table, column.column);
        // `s1.<key id>.…`
        let id = match conn.get_database_backend() {
            DbBackend::Postgres => format!("split_part({name}, '.', 2)"),
            _ => format!("substr({name}, 4, instr(substr({name}, 4), '.') - 1)"),
        };
        let sql = format!("SELECT {id} AS k, count(*) AS n FROM {table} WHERE {name} LIKE 's1.%' GROUP BY 1");
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        rows.iter().map(|row| Ok((row.try_get::<String>("", "k")?, row.try_get::<i64>("", "n")?))).collect()
    }

    /// Values and files not sealed with the active key, those in clear of an older version among them.
    pub(crate) async fn stale_values(&self) -> Result<i64> {
        let active = self.platform.crypto.provider().field_keys()?.active;
        let clear = platform::files::by_key(self.platform.db.read()).await?.remove("").unwrap_or(0);
        let stale = self.values_by_key().await?.into_iter().filter(|(id, _)| *id != active).map(|(_, count)| count);
        Ok(stale.sum::<i64>() + clear)
    }

    /// Seals some values anew and leaves the rest to the next job.
    ///
    /// # Errors
    /// When a value does not open or the database refuses; the job is tried again.
    pub async fn reseal_some(&self, payload: Value) -> Result<()> {
        let payload: Payload = serde_json::from_value(payload)?;
        let Some(rotation) = rotation::Entity::find_by_id(payload.rotation).one(self.platform.db.read()).await? else {
            return Err(Problem::not_found("没有这次换密。"));
        };
        if rotation.state != "running" {
            return Ok(());
        }
        // Another node may have activated the key: this one must seal with it before it seals anew.
        self.platform.crypto.reload()?;
        let active = self.platform.crypto.provider().field_keys()?.active;
        let mut done = 0;
        'columns: for column in self.sealed.iter() {
            for _ in 0..BATCHES {
                let moved = self.reseal_batch(column, &active).await?;
                if moved == 0 {
                    continue 'columns;
                }
                done += moved;
                if done >= i64::try_from(BATCH).unwrap_or(100) * i64::try_from(BATCHES).unwrap_or(20) {
                    break 'columns;
                }
            }
        }
        let mut broken = payload.broken;
        if done == 0 {
            let (sealed, unopened) = platform::files::reseal(&self.platform, FILES, &broken).await?;
            done += i64::try_from(sealed.len()).unwrap_or(0);
            broken.extend(unopened);
        }
        let left = i64::try_from(broken.len()).unwrap_or(i64::MAX);
        let finished = done == 0 && self.stale_values().await? <= left;
        let (id, line_id, job_id) = (rotation.id, self.platform.new_id(), self.platform.new_id());
        let next = payload.step + 1;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut change = rotation::Entity::update_many()
                        .col_expr(rotation::Column::Done, Expr::col(rotation::Column::Done).add(done))
                        .filter(rotation::Column::Id.eq(id));
                    if finished {
                        change = change
                            .col_expr(rotation::Column::State, Expr::value("done"))
                            .col_expr(rotation::Column::FinishedAt, Expr::value(tx.now()));
                        tx.audit(
                            Line {
                                id: line_id,
                                actor_id: None,
                                actor_name: "系统".to_owned(),
                                action: "key.reseal",
                                subject: format!("key:{}", rotation.key_id),
                                detail: json!({ "values": rotation.done + done, "files_not_opened": left }),
                            }
                            .entry()
                            .kind(Kind::System),
                        );
                        let said = match left {
                            0 => String::new(),
                            left => format!("有 {left} 个文件打不开，没有重新加密，编号记在日志里。"),
                        };
                        tx.came_out(false, said).await?;
                    } else {
                        tx.go_on(NewJob {
                            id: job_id,
                            kind: RESEAL_JOB,
                            payload: json!({ "rotation": id, "step": next, "broken": broken }),
                            run_at: None,
                            key: Some(format!("reseal:{id}:{next}")),
                        });
                    }
                    change.exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn reseal_batch(&self, column: &SealedColumn, active: &str) -> Result<i64> {
        let conn = self.platform.db.read();
        let (table, name, key) = (column.table, column.column, column.key);
        let (_, place_column, _) = column.place_parts();
        let sql = format!(
            "SELECT {key} AS k, {name} AS v, {place_column} AS p FROM {table} \
             WHERE {name} LIKE 's1.%' AND {name} NOT LIKE $1 LIMIT {BATCH}"
        );
        let backend = conn.get_database_backend();
        let rows =
            conn.query_all_raw(Statement::from_sql_and_values(backend, sql, [format!("s1.{active}.%").into()])).await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: sea_orm::Value =
                if is_id(key) { row.try_get::<Uuid>("", "k")?.into() } else { row.try_get::<i64>("", "k")?.into() };
            let old = row.try_get::<String>("", "v")?;
            let place = place(column, row)?;
            let plain = self.platform.unseal(&old, &place)?;
            changes.push((id, old, self.platform.seal(&plain, &place)));
        }
        let count = i64::try_from(changes.len()).unwrap_or(0);
        if count == 0 {
            return Ok(0);
        }
        let update = format!("UPDATE {table} SET {name} = $1 WHERE {key} = $2 AND {name} = $3");
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for (id, old, new) in changes {
                        let values = [new.into(), id, old.into()];
                        tx.conn().execute_raw(Statement::from_sql_and_values(backend, update.clone(), values)).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(count)
    }
}

/// Place a value of a row is bound to; the row has the place's column as `p`.
pub(crate) fn place(column: &SealedColumn, row: &QueryResult) -> Result<String> {
    let (before, name, after) = column.place_parts();
    let part = if is_id(name) { row.try_get::<Uuid>("", "p")?.to_string() } else { row.try_get::<String>("", "p")? };
    Ok(format!("{before}{part}{after}"))
}

/// Whether a column holds a UUID. Asked for by name, not by trying: SQLite would read any text of
/// 16 bytes as one.
fn is_id(column: &str) -> bool {
    column == "id" || column.ends_with("_id")
}
