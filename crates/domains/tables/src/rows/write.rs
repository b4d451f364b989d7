//! Entering, changing and deleting rows. What the form says is judged here again, whatever the page did.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use form::{Outcome, Permission};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Platform, Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{Set, SqlErr};
use serde_json::{Map, Value, json};

use crate::Tables;
use crate::access::Opened;
use crate::model::{Right, Table, is_hidden_somewhere};
use crate::query::day_text;
use crate::store::{row, value};
use crate::values::{Class, indexed, plain, scaled, searched};

/// Rows and values written with one statement.
const CHUNK: usize = 500;

/// Place a row's sealed values are bound to.
pub(crate) fn place(id: Uuid) -> String {
    format!("table_row:{id}")
}

/// A row about to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewRow {
    pub id: Uuid,
    pub source_key: Option<String>,
    table_id: Uuid,
    version: i64,
    org_id: Option<Uuid>,
    content: Value,
    values_sealed: Option<String>,
    search_text: String,
    by: String,
    values: Vec<OneValue>,
}

#[derive(Debug, Clone)]
struct OneValue {
    field: String,
    item: i64,
    text: String,
    number: i64,
    unique: bool,
}

impl NewRow {
    /// Takes judged data apart: what is sealed, what is found.
    pub(crate) fn of(
        platform: &Platform,
        table: &Table,
        id: Uuid,
        mut data: Map<String, Value>,
        org_id: Option<Uuid>,
        by: &str,
    ) -> Self {
        let blind = |text: &str| platform.blind_index(text);
        let mut values = Vec::new();
        let mut sealed = Map::new();
        let open = table.fields.iter().filter(|known| !is_hidden_somewhere(&known.field));
        let search_text = searched(open.map(|known| (&known.field, known.class)), &data);
        for known in &table.fields {
            let key = &known.field.key;
            let unique = table.content.unique.contains(key);
            for (item, one) in indexed(&known.field, known.class, data.get(key), &blind).into_iter().enumerate() {
                let item = i64::try_from(item).unwrap_or_default();
                values.push(OneValue { field: key.clone(), item, text: one.text, number: one.number, unique });
            }
            if known.class == Class::Sealed
                && let Some(value) = data.remove(key)
            {
                sealed.insert(key.clone(), value);
            }
        }
        let values_sealed = (!sealed.is_empty()).then(|| platform.seal(&Value::Object(sealed).to_string(), &place(id)));
        Self {
            id,
            source_key: None,
            table_id: table.id,
            version: table.version,
            org_id,
            content: Value::Object(data),
            values_sealed,
            search_text,
            by: by.to_owned(),
            values,
        }
    }

    fn row(&self, tx: &Tx) -> row::ActiveModel {
        row::ActiveModel {
            id: Set(self.id),
            table_id: Set(self.table_id),
            version: Set(self.version),
            org_id: Set(self.org_id),
            content: Set(self.content.clone()),
            values_sealed: Set(self.values_sealed.clone()),
            search_text: Set(self.search_text.clone()),
            source_key: Set(self.source_key.clone()),
            revision: Set(1),
            created_at: Set(tx.now()),
            created_by_name: Set(self.by.clone()),
            changed_at: Set(tx.now()),
            changed_by_name: Set(self.by.clone()),
        }
    }

    fn values(&self) -> impl Iterator<Item = value::ActiveModel> {
        self.values.iter().map(|one| value::ActiveModel {
            row_id: Set(self.id),
            field: Set(one.field.clone()),
            item: Set(one.item),
            table_id: Set(self.table_id),
            text_value: Set(one.text.clone()),
            number_value: Set(one.number),
            unique_value: Set((one.unique && !one.text.is_empty()).then(|| one.text.clone())),
        })
    }

    /// Values that may not stand twice, with their fields.
    fn uniques(&self) -> impl Iterator<Item = (&str, &str)> {
        let unique = self.values.iter().filter(|one| one.unique && !one.text.is_empty());
        unique.map(|one| (one.field.as_str(), one.text.as_str()))
    }
}

/// Writes rows with their values.
pub(crate) async fn insert(tx: &Tx, rows: Vec<NewRow>) -> Result<()> {
    for rows in rows.chunks(CHUNK) {
        row::Entity::insert_many(rows.iter().map(|one| one.row(tx))).exec_without_returning(tx.conn()).await?;
    }
    put_values(tx, rows.iter()).await
}

async fn put_values(tx: &Tx, rows: impl Iterator<Item = &NewRow>) -> Result<()> {
    let values: Vec<value::ActiveModel> = rows.flat_map(NewRow::values).collect();
    for values in values.chunks(CHUNK) {
        let written = value::Entity::insert_many(values.iter().cloned()).exec_without_returning(tx.conn()).await;
        match written {
            Ok(_) => {}
            // Somebody else was faster between our look and our writing.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Err(Problem::conflict("taken", "刚才有人录入了同样的内容，没有保存。请核对后再保存。"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Which values of rows, by their place among the rows, stand elsewhere already.
pub(crate) async fn taken(conn: &impl ConnectionTrait, table: &Table, rows: &[NewRow]) -> Result<Vec<(usize, String)>> {
    let mut found = Vec::new();
    for field in &table.content.unique {
        let ours: Vec<(usize, &str)> = rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.uniques().filter(|(key, _)| key == field).map(move |(_, text)| (at, text)))
            .collect();
        let own: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut stand: HashSet<String> = HashSet::new();
        for part in ours.chunks(CHUNK) {
            let there = value::Entity::find()
                .filter(value::Column::TableId.eq(table.id))
                .filter(value::Column::Field.eq(field))
                .filter(value::Column::TextValue.is_in(part.iter().map(|(_, text)| *text)))
                .all(conn)
                .await?;
            stand.extend(there.into_iter().filter(|one| !own.contains(&one.row_id)).map(|one| one.text_value));
        }
        for (at, text) in ours {
            if !seen.insert(text) || stand.contains(text) {
                found.push((at, field.clone()));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn twice(table: &Table, field: &str) -> String {
    let label = table.field(field).map_or(field, |known| known.field.label.as_str());
    format!("{label}不能重复，表里已经有同样的了")
}

impl Tables {
    /// Judges data by the form: what counts of it, or what is wrong at `/data/…`.
    pub(crate) fn judge(
        &self,
        opened: &Opened,
        data: &Map<String, Value>,
        stored: &Map<String, Value>,
    ) -> (Outcome, Vec<FieldProblem>) {
        let table = &opened.table;
        let fixed = |key: &String| {
            table.field(key).is_some_and(|known| {
                let right = known.field.permission.get(&opened.role).copied();
                right.unwrap_or(if known.field.read_only { Permission::Read } else { Permission::Write })
                    != Permission::Write
            })
        };
        let locked: Map<String, Value> =
            stored.iter().filter(|(key, _)| fixed(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        let context = form::Context { today: day_text(self.platform.now()), ..form::Context::default() };
        let input = form::Input { data, context: &context, role: &opened.role, step: "", channel: "", locked: &locked };
        let outcome = table.form.evaluate(self.expressions.as_ref(), &input);
        let mut wrong: Vec<FieldProblem> = outcome
            .problems
            .iter()
            .map(|one| FieldProblem::new(format!("/data{}", one.pointer), &one.code, one.message.clone()))
            .collect();
        for known in table.fields.iter().filter(|known| known.class == Class::Number) {
            let unfit =
                outcome.data.get(&known.field.key).is_some_and(|value| scaled(&known.field, &plain(value)).is_none());
            if unfit && !outcome.problems.iter().any(|one| one.pointer == format!("/{}", known.field.key)) {
                let message = format!("{}不能超过 1000 亿，小数最多 4 位", known.field.label);
                wrong.push(FieldProblem::new(format!("/data/{}", known.field.key), "range", message));
            }
        }
        (outcome, wrong)
    }

    /// Enters a row.
    ///
    /// # Errors
    /// 403 without the right, 422 at the fields.
    pub(crate) async fn enter(
        &self,
        caller: &Principal,
        key: &str,
        data: &Map<String, Value>,
        once: Option<String>,
    ) -> Result<Uuid> {
        let opened = self.open(caller, key).await?;
        opened.needs(Right::Enter)?;
        let (outcome, wrong) = self.judge(&opened, data, &Map::new());
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let id = self.platform.new_id();
        let new = NewRow::of(&self.platform, &opened.table, id, outcome.data, caller.org_id, &caller.name);
        let line =
            self.line(caller, "table.enter", &opened.table, id).entry().changed(Value::Null, new.content.clone());
        let (caller_id, table) = (caller.id, opened.table);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = &once
                        && let Some(made) = idempotency::claim(tx, caller_id, "table.enter", once, id).await?
                    {
                        return Ok(made);
                    }
                    refuse_twice(tx, &table, &new).await?;
                    insert(tx, vec![new]).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Changes a row. `keep` names sealed fields that stay as they are: the page only had them masked.
    ///
    /// # Errors
    /// 404 out of reach, 403 without the right, 409 for an old page, 422 at the fields.
    pub(crate) async fn change(
        &self,
        caller: &Principal,
        key: &str,
        id: Uuid,
        revision: i64,
        mut data: Map<String, Value>,
        keep: &[String],
    ) -> Result<()> {
        let opened = self.open(caller, key).await?;
        let row = self.row(&opened, id).await?;
        opened.needs(Right::Change)?;
        let stored = self.whole(&opened.table, &row)?;
        for key in keep {
            let sealed = opened.table.field(key).is_some_and(|known| known.class == Class::Sealed);
            if let Some(value) = stored.get(key).filter(|_| sealed) {
                data.insert(key.clone(), value.clone());
            }
        }
        let (outcome, wrong) = self.judge(&opened, &data, &stored);
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let new = NewRow::of(&self.platform, &opened.table, id, outcome.data, row.org_id, &caller.name);
        let line = self
            .line(caller, "table.change", &opened.table, id)
            .entry()
            .changed(row.content.clone(), new.content.clone());
        let (table, by) = (opened.table, caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    refuse_twice(tx, &table, &new).await?;
                    let done = row::Entity::update_many()
                        .col_expr(row::Column::Version, Expr::value(new.version))
                        .col_expr(row::Column::Content, Expr::value(new.content.clone()))
                        .col_expr(row::Column::ValuesSealed, Expr::value(new.values_sealed.clone()))
                        .col_expr(row::Column::SearchText, Expr::value(new.search_text.clone()))
                        .col_expr(row::Column::Revision, Expr::value(revision + 1))
                        .col_expr(row::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(row::Column::ChangedByName, Expr::value(by))
                        .filter(row::Column::Id.eq(id))
                        .filter(row::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    value::Entity::delete_many().filter(value::Column::RowId.eq(id)).exec(tx.conn()).await?;
                    put_values(tx, std::iter::once(&new)).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Deletes a row.
    ///
    /// # Errors
    /// 404 out of reach, 403 without the right, 409 for an old page.
    pub(crate) async fn delete(&self, caller: &Principal, key: &str, id: Uuid, revision: i64) -> Result<()> {
        let opened = self.open(caller, key).await?;
        let row = self.row(&opened, id).await?;
        opened.needs(Right::Delete)?;
        let line = self.line(caller, "table.delete", &opened.table, id).entry().changed(row.content, Value::Null);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = row::Entity::delete_many()
                        .filter(row::Column::Id.eq(id))
                        .filter(row::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    value::Entity::delete_many().filter(value::Column::RowId.eq(id)).exec(tx.conn()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    pub(crate) fn line(&self, caller: &Principal, action: &'static str, table: &Table, row: Uuid) -> Line {
        let detail = json!({ "table": table.key, "title": table.content.title });
        Line::by(caller, self.platform.new_id(), action, place(row), detail)
    }
}

async fn refuse_twice(tx: &Tx, table: &Table, new: &NewRow) -> Result<()> {
    let found = taken(tx.conn(), table, std::slice::from_ref(new)).await?;
    if found.is_empty() {
        return Ok(());
    }
    let at = |(_, field): (usize, String)| FieldProblem::new(format!("/data/{field}"), "taken", twice(table, &field));
    Err(Problem::invalid(found.into_iter().map(at).collect()))
}

/// Rows of an import that repeat something: messages by the place of the row.
pub(crate) async fn repeated(
    conn: &impl ConnectionTrait,
    table: &Table,
    rows: &[NewRow],
) -> Result<BTreeMap<usize, BTreeSet<String>>> {
    let mut found: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (at, field) in taken(conn, table, rows).await? {
        found.entry(at).or_default().insert(twice(table, &field));
    }
    Ok(found)
}
