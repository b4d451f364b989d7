//! The inventory: every column of the live schema, its class and level proposed by rule.
//!
//! Taken by hand, and by itself when the schema has changed. What people decided stays; what nobody
//! has looked at follows the rules of the pack.

use std::collections::BTreeMap;

use platform::db::migrate::Migration;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;

use super::store::{field, field_version};
use crate::Security;
use crate::protection::schema;

/// Rows in one INSERT: far below what a statement takes.
const CHUNK: usize = 200;

/// What an inventory found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Tables there are.
    pub tables: usize,
    /// Columns there are.
    pub columns: usize,
    /// Columns that are new.
    pub added: usize,
    /// Columns that are gone.
    pub removed: usize,
    /// Columns nobody decided on that a changed rule sees otherwise.
    pub changed: usize,
}

/// Which domain made a table, read from the schema steps.
pub fn owners(steps: &[Migration]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for step in steps {
        let domain = step.name.split("_0").next().unwrap_or(step.name);
        for rest in step.sql.split("CREATE TABLE ").skip(1) {
            let rest = rest.trim_start_matches("IF NOT EXISTS ");
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.insert(name, domain.to_owned());
        }
    }
    found
}

/// What the rules say of a column.
struct Told {
    domain: String,
    protection: &'static str,
    class: String,
    level: i64,
    masking: &'static str,
    export: &'static str,
}

impl Security {
    /// Enters new columns, marks those that are gone, and looks again at what nobody decided on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_inventory(&self, by: Option<&Principal>) -> Result<Inventory> {
        let conn = self.platform.db.read();
        let live = schema::columns(conn).await?;
        let known: BTreeMap<(String, String), field::Model> = field::Entity::find()
            .all(conn)
            .await?
            .into_iter()
            .map(|row| ((row.table_name.clone(), row.column_name.clone()), row))
            .collect();
        let mut tables: Vec<&str> = live.iter().map(|column| column.table.as_str()).collect();
        tables.dedup();
        let mut found = Inventory { tables: tables.len(), columns: live.len(), ..Inventory::default() };
        let (mut new, mut versions, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for column in &live {
            let told = self.told(column);
            match known.get(&(column.table.clone(), column.name.clone())) {
                None => {
                    found.added += 1;
                    let (row, version) = self.entered(column, told);
                    new.push(row);
                    versions.push(version);
                }
                Some(row) => {
                    let undecided = row.held_no == 0 && row.source == "rule";
                    let regraded = undecided && (row.class != told.class || row.level != told.level);
                    let moved = row.protection != told.protection || row.domain != told.domain || row.gone_at.is_some();
                    if regraded || moved || row.rule_level != told.level {
                        found.changed += usize::from(regraded);
                        changes.push(updated(row.clone(), told, undecided));
                    }
                }
            }
        }
        for (place, row) in &known {
            let still = live.binary_search_by(|one| (&one.table, &one.name).cmp(&(&place.0, &place.1))).is_ok();
            if !still && row.gone_at.is_none() {
                found.removed += 1;
                let mut gone = row.clone();
                gone.gone_at = Some(self.platform.now());
                changes.push(gone);
            }
        }
        if by.is_none() && new.is_empty() && changes.is_empty() {
            return Ok(found);
        }
        let detail = json!({ "columns": found.columns, "added": found.added, "removed": found.removed, "changed": found.changed });
        let id = self.platform.new_id();
        let line = match by {
            Some(caller) => Line::by(caller, id, "classify.inventory", "data_fields".to_owned(), detail),
            None => Line {
                id,
                actor_id: None,
                actor_name: "系统".to_owned(),
                action: "classify.inventory",
                subject: "data_fields".to_owned(),
                detail,
            },
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    save(tx, new, versions, changes).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(found)
    }

    /// Whether a column is new or gone since the last inventory. Two nodes may both find so; the second
    /// insert is refused and its next look finds nothing.
    pub(crate) async fn inventory_is_old(&self) -> Result<bool> {
        let conn = self.platform.db.read();
        let live = schema::columns(conn).await?.len() as u64;
        let known = field::Entity::find().filter(field::Column::GoneAt.is_null()).count(conn).await?;
        Ok(live != known)
    }

    fn told(&self, column: &schema::Column) -> Told {
        let sealed = self.sealed.iter().any(|one| one.table == column.table && one.column == column.name);
        let rule = self.pack.rule(&column.table, &column.name, column.kind);
        let digest = rule.is_some_and(|rule| rule.protection.as_deref() == Some("digest"));
        Told {
            domain: self.owners.get(&column.table).cloned().unwrap_or_else(|| "platform".to_owned()),
            protection: match () {
                () if sealed => "sealed",
                () if digest => "digest",
                () => "clear",
            },
            class: rule.map_or_else(|| "business".to_owned(), |rule| rule.class.clone()),
            level: rule.map_or(2, |rule| rule.level),
            masking: rule.map_or("omit", |rule| rule.masking.as_str()),
            export: rule.map_or("never", |rule| rule.export.as_str()),
        }
    }

    fn entered(&self, column: &schema::Column, told: Told) -> (field::ActiveModel, field_version::ActiveModel) {
        let id = self.platform.new_id();
        let now = self.platform.now();
        let version = field_version::ActiveModel {
            id: Set(self.platform.new_id()),
            field_id: Set(id),
            no: Set(1),
            class: Set(told.class.clone()),
            level: Set(told.level),
            masking: Set(told.masking.to_owned()),
            export: Set(told.export.to_owned()),
            source: Set("rule".to_owned()),
            state: Set("proposed".to_owned()),
            reason: Set(String::new()),
            by_name: Set("系统".to_owned()),
            at: Set(now),
            decided_by_name: Set(None),
            decided_at: Set(None),
            decision: Set(String::new()),
        };
        let row = field::ActiveModel {
            id: Set(id),
            table_name: Set(column.table.clone()),
            column_name: Set(column.name.clone()),
            kind: Set(column.kind.to_owned()),
            domain: Set(told.domain),
            protection: Set(told.protection.to_owned()),
            class: Set(told.class),
            level: Set(told.level),
            masking: Set(told.masking.to_owned()),
            export: Set(told.export.to_owned()),
            source: Set("rule".to_owned()),
            state: Set("proposed".to_owned()),
            rule_level: Set(told.level),
            held_no: Set(0),
            held_level: Set(told.level),
            held_masking: Set(told.masking.to_owned()),
            held_export: Set(told.export.to_owned()),
            proposed_by: Set(None),
            version: Set(1),
            gone_at: Set(None),
        };
        (row, version)
    }
}

/// A known row as the rules and the schema see it now; class and level only where nobody decided.
fn updated(mut row: field::Model, told: Told, undecided: bool) -> field::Model {
    told.protection.clone_into(&mut row.protection);
    row.domain = told.domain;
    row.rule_level = told.level;
    row.gone_at = None;
    if row.held_no == 0 {
        row.held_level = told.level;
        told.masking.clone_into(&mut row.held_masking);
        told.export.clone_into(&mut row.held_export);
    }
    if undecided {
        row.class = told.class;
        row.level = told.level;
        told.masking.clone_into(&mut row.masking);
        told.export.clone_into(&mut row.export);
    }
    row
}

async fn save(
    tx: &Tx,
    new: Vec<field::ActiveModel>,
    versions: Vec<field_version::ActiveModel>,
    changes: Vec<field::Model>,
) -> Result<()> {
    for part in new.chunks(CHUNK) {
        field::Entity::insert_many(part.iter().cloned()).exec_without_returning(tx.conn()).await?;
    }
    for part in versions.chunks(CHUNK) {
        field_version::Entity::insert_many(part.iter().cloned()).exec_without_returning(tx.conn()).await?;
    }
    for row in changes {
        let (id, version) = (row.id, row.version);
        let active = sea_orm::ActiveModelTrait::reset_all(field::ActiveModel::from(row));
        field::Entity::update_many()
            .set(active)
            .filter(field::Column::Id.eq(id))
            .filter(field::Column::Version.eq(version))
            .exec(tx.conn())
            .await?;
        // The first version is still the rule's own proposal: it says what the rule says now.
        let Some(now) = field::Entity::find_by_id(id).one(tx.conn()).await? else { continue };
        if now.held_no == 0 && now.source == "rule" {
            field_version::Entity::update_many()
                .col_expr(field_version::Column::Class, Expr::value(now.class))
                .col_expr(field_version::Column::Level, Expr::value(now.level))
                .col_expr(field_version::Column::Masking, Expr::value(now.masking))
                .col_expr(field_version::Column::Export, Expr::value(now.export))
                .filter(field_version::Column::FieldId.eq(id))
                .filter(field_version::Column::State.eq("proposed"))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_belongs_to_the_domain_that_made_it() {
        let steps = [
            Migration { name: "casework_0001", sql: "CREATE TABLE cases (id @id);\nCREATE TABLE tasks (id @id)" },
            Migration { name: "platform_0002_audit", sql: "CREATE TABLE audit_log (id @id)" },
        ];
        let found = owners(&steps);
        assert_eq!(found.get("tasks").map(String::as_str), Some("casework"));
        assert_eq!(found.get("audit_log").map(String::as_str), Some("platform"));
    }
}
