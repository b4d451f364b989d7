//! Tables as packs bring them: `tongban-table/1` YAML with the content and the rows a new table begins with.

use std::collections::BTreeSet;

use platform::{Problem, Result};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Tables;
use crate::access::Opened;
use crate::definitions::put_definition;
use crate::model::{TableContent, is_key};
use crate::rows::write::{NewRow, insert};
use crate::store::{definition, row};

/// A table as a pack brings it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackTable {
    /// Always `tongban-table/1`.
    pub schema: String,
    /// Key.
    pub key: String,
    /// Content.
    pub content: TableContent,
    /// Rows a table without any begins with.
    #[serde(default)]
    pub rows: Vec<PackRow>,
}

/// A row as a pack brings it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackRow {
    /// Key of the organisation it belongs to.
    pub org: String,
    /// Values by field.
    pub data: Map<String, Value>,
}

impl Tables {
    /// Loads a table of a pack: published when it is new or its content differs, with its rows when it has none.
    ///
    /// # Errors
    /// Everything wrong with it, rows included; nothing of a wrong row is kept.
    pub async fn import_table(&self, yaml: &str, by: &str) -> Result<()> {
        let pack: PackTable = serde_yaml_ng::from_str(yaml).map_err(Problem::internal)?;
        if pack.schema != "tongban-table/1" || !is_key(&pack.key) {
            return Err(Problem::internal(format!("table {} is no tongban-table/1", pack.key)));
        }
        let conn = self.platform.db.read();
        let found = definition::Entity::find().filter(definition::Column::Key.eq(&pack.key)).one(conn).await?;
        let row = match found {
            Some(row) => row,
            None => {
                let (id, key, by) = (self.platform.new_id(), pack.key.clone(), by.to_owned());
                let content = pack.content.clone();
                self.platform
                    .db
                    .write(self.platform.now(), move |tx| {
                        Box::pin(async move { put_definition(tx, id, &key, &content, &by).await })
                    })
                    .await?;
                self.definition_row(conn, &pack.key).await?
            }
        };
        let content = self.with_source_form(pack.content);
        let same = row.version > 0 && self.read(conn, &row).await?.content == content;
        if !same {
            self.put_version(row, content, by, None).await?;
            self.copy_attached(&pack.key).await?;
        }
        self.begin_with(&pack.key, &pack.rows, by).await
    }

    async fn begin_with(&self, key: &str, rows: &[PackRow], by: &str) -> Result<()> {
        let conn = self.platform.db.read();
        let definition = self.definition_row(conn, key).await?;
        let table = self.read(conn, &definition).await?;
        let there = row::Entity::find().filter(row::Column::TableId.eq(table.id)).limit(1).one(conn).await?;
        if rows.is_empty() || there.is_some() {
            return Ok(());
        }
        let orgs = self.identity.orgs().await?;
        let opened = Opened { table, rights: BTreeSet::new(), orgs: None, role: String::new() };
        let mut new = Vec::new();
        for (at, one) in rows.iter().enumerate() {
            let org = orgs.by_key(&one.org);
            let org = org.ok_or_else(|| Problem::internal(format!("{key} row {at}: no organisation {}", one.org)))?;
            let (outcome, wrong) = self.judge(&opened, &one.data, &Map::new());
            if !wrong.is_empty() {
                return Err(Problem::invalid(wrong).detail(format!("{key}：第 {} 行", at + 1)));
            }
            let id = self.platform.new_id();
            new.push(NewRow::of(&self.platform, &opened.table, id, outcome.data, Some(org.id), by));
        }
        self.platform.db.write(self.platform.now(), move |tx| Box::pin(async move { insert(tx, new).await })).await
    }
}
