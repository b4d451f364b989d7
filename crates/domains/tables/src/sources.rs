//! Views of the product that a table may be attached to. Each is offered by `app`, with a fixed form and rows
//! that everybody with the table's rights may see; nothing else of the database can be attached.
//!
//! The rows are copied into the table on publishing, every quarter of an hour, and on demand. So lists, reports
//! and exports are the same for attached tables as for all others, and never reach into another domain.

use std::collections::HashMap;

use async_trait::async_trait;
use platform::work::jobs::NewJob;
use platform::{Platform, Problem, Result, Tx};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Tables;
use crate::model::Table;
use crate::rows::write::{NewRow, insert};
use crate::store::{definition, row, value};

/// Job that copies an attached table; payload `{"key": …, "at": …}`.
pub(crate) const COPY_JOB: &str = "tables.copy";
/// Minutes between two copies.
const EVERY: i64 = 15;
/// Most rows of a view.
const MOST: usize = 5_000;

/// One row of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// What tells it from the others, the same each time.
    pub key: String,
    /// Organisation it belongs to, for tables that show only one's own.
    pub org_id: Option<Uuid>,
    /// Values by field of the form.
    pub data: Map<String, Value>,
}

/// A view that may be attached.
#[async_trait]
pub trait Source: Send + Sync {
    /// Key, as tables name it.
    fn key(&self) -> &'static str;
    /// Name for people.
    fn title(&self) -> &'static str;
    /// What it shows.
    fn says(&self) -> &'static str;
    /// Its fields as a form, `tongban-form/1`.
    fn form(&self) -> Value;
    /// Its rows now.
    async fn rows(&self) -> Result<Vec<SourceRow>>;
}

impl Tables {
    pub(crate) fn source(&self, key: &str) -> Option<&dyn Source> {
        self.sources.iter().find(|source| source.key() == key).map(AsRef::as_ref)
    }

    /// Copies the rows of the view a table is attached to.
    ///
    /// # Errors
    /// When the view is gone, too long or does not answer.
    pub(crate) async fn copy(&self, table: &Table) -> Result<()> {
        let key = table.content.source.as_deref().unwrap_or_default();
        let source = self.source(key).ok_or_else(|| Problem::internal(format!("no view {key} to copy")))?;
        let rows = source.rows().await?;
        if rows.len() > MOST {
            return Err(Problem::conflict("too_many", format!("“{}”超过 {MOST} 行，没有更新。", source.title())));
        }
        let known: HashMap<String, Uuid> = row::Entity::find()
            .select_only()
            .columns([row::Column::SourceKey, row::Column::Id])
            .filter(row::Column::TableId.eq(table.id))
            .into_tuple::<(Option<String>, Uuid)>()
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .filter_map(|(key, id)| Some((key?, id)))
            .collect();
        let new: Vec<NewRow> = rows
            .into_iter()
            .map(|one| {
                let id = known.get(&one.key).copied().unwrap_or_else(|| self.platform.new_id());
                let mut row = NewRow::of(&self.platform, table, id, one.data, one.org_id, "系统");
                row.source_key = Some(one.key);
                row
            })
            .collect();
        let (table_id, now) = (table.id, self.platform.now());
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    value::Entity::delete_many().filter(value::Column::TableId.eq(table_id)).exec(tx.conn()).await?;
                    row::Entity::delete_many().filter(row::Column::TableId.eq(table_id)).exec(tx.conn()).await?;
                    insert(tx, new).await?;
                    definition::Entity::update_many()
                        .col_expr(definition::Column::CopiedAt, Expr::value(now))
                        .filter(definition::Column::Id.eq(table_id))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The job: copies and orders the next copy, as long as the table is attached and in use.
    pub(crate) async fn copy_by_job(&self, payload: &Value) -> Result<()> {
        let key = payload.get("key").and_then(Value::as_str).unwrap_or_default();
        let table = match self.published(key).await {
            Ok(table) if table.content.source.is_some() => table,
            Ok(_) => return Ok(()),
            Err(problem) if problem.status().is_client_error() => return Ok(()),
            Err(problem) => return Err(problem),
        };
        self.copy(&table).await?;
        let next = order_copy(&self.platform, &table.key);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.enqueue(next);
                    Ok(())
                })
            })
            .await
    }
}

/// The next copy; asked for twice it is made once.
pub(crate) fn order_copy(platform: &Platform, key: &str) -> NewJob {
    let turn = platform.now().unix_timestamp() / (EVERY * 60) + 1;
    NewJob {
        id: platform.new_id(),
        kind: COPY_JOB,
        payload: json!({ "key": key }),
        run_at: time::OffsetDateTime::from_unix_timestamp(turn * EVERY * 60).ok(),
        key: Some(format!("{COPY_JOB}:{key}:{turn}")),
    }
}

/// Orders the next copy within a command.
pub(crate) fn keep_copying(platform: &Platform, tx: &Tx, key: &str) {
    tx.enqueue(order_copy(platform, key));
}
