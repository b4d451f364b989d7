//! Defining tables: a draft beside the published version, checked as it is saved; publishing takes effect at once,
//! without a restart and without a change of the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use form::Form;
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition as Where, FromQueryResult, QueryOrder, QuerySelect, Set, SqlErr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Tables;
use crate::carry::Before;
use crate::model::{Table, TableContent, findings, is_key, is_name};
use crate::permissions::{DesignTables, PublishTables};
use crate::sources::keep_copying;
use crate::store::{definition, row, version};

/// A table about to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewTable {
    /// Small letters, digits and hyphens; fixed once made.
    pub key: String,
    /// Title.
    pub title: String,
    /// View of the product it is attached to; a table of its own without one.
    #[serde(default)]
    pub source: Option<String>,
}

/// A table in the list of those who design.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableDefinitionRow)]
pub(crate) struct DefinitionRow {
    pub key: String,
    pub title: String,
    /// Published version, 0 for none.
    pub version: i64,
    /// Whether there is a draft that is not published.
    pub draft: bool,
    pub disabled: bool,
    /// Rows it has.
    pub rows: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    pub changed_by_name: String,
}

/// A table as those who design it see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableDefinition)]
pub(crate) struct DefinitionView {
    pub key: String,
    /// The draft, or the published content.
    pub content: TableContent,
    /// Published version, 0 for none.
    pub version: i64,
    /// Whether the content is not published.
    pub draft: bool,
    pub disabled: bool,
    /// What keeps it from being published.
    pub findings: Vec<FieldProblem>,
    /// Send it back with a change.
    pub revision: i64,
    /// When an attached view was copied last.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub copied_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    pub changed_by_name: String,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableVersion)]
pub(crate) struct VersionView {
    pub version: i64,
    pub content: TableContent,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub published_at: OffsetDateTime,
    pub published_by_name: String,
}

#[derive(Debug, FromQueryResult)]
struct RowCount {
    table_id: Uuid,
    n: i64,
}

fn gone() -> Problem {
    Problem::not_found("没有这张业务表。")
}

impl Tables {
    /// Tables by title.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn definitions(&self, q: Option<&str>, page: &PageQuery) -> Result<List<DefinitionRow>> {
        let conn = self.platform.db.read();
        let mut wanted = Where::all();
        if let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) {
            let either =
                Where::any().add(definition::Column::Title.contains(q)).add(definition::Column::Key.contains(q));
            wanted = wanted.add(either);
        }
        let total = definition::Entity::find().filter(wanted.clone()).count(conn).await?;
        if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next()) {
            wanted = wanted.add(definition::Column::Key.gt(after));
        }
        let rows = definition::Entity::find()
            .filter(wanted)
            .order_by_asc(definition::Column::Key)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let counts: BTreeMap<Uuid, i64> = row::Entity::find()
            .select_only()
            .column(row::Column::TableId)
            .column_as(row::Column::Id.count(), "n")
            .filter(row::Column::TableId.is_in(rows.iter().map(|row| row.id)))
            .group_by(row::Column::TableId)
            .into_model::<RowCount>()
            .all(conn)
            .await?
            .into_iter()
            .map(|count| (count.table_id, count.n))
            .collect();
        let items = rows.into_iter().map(|row| DefinitionRow {
            rows: counts.get(&row.id).copied().unwrap_or_default(),
            key: row.key,
            title: row.title,
            version: row.version,
            draft: row.draft.is_some(),
            disabled: row.disabled,
            changed_at: row.changed_at,
            changed_by_name: row.changed_by_name,
        });
        Ok(List::cut(items.collect(), page.limit(), total, self.platform.now(), |row| vec![row.key.clone()]))
    }

    pub(crate) async fn definition_row(&self, conn: &impl ConnectionTrait, key: &str) -> Result<definition::Model> {
        let row = definition::Entity::find().filter(definition::Column::Key.eq(key)).one(conn).await?;
        row.ok_or_else(gone)
    }

    /// A table with its draft.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) async fn definition(&self, key: &str) -> Result<DefinitionView> {
        let conn = self.platform.db.read();
        let row = self.definition_row(conn, key).await?;
        let content = match &row.draft {
            Some(draft) => serde_json::from_value(draft.clone())?,
            None => self.read(conn, &row).await?.content.clone(),
        };
        Ok(DefinitionView {
            findings: self.findings(&content).await?.0,
            key: row.key,
            content,
            version: row.version,
            draft: row.draft.is_some(),
            disabled: row.disabled,
            revision: row.revision,
            copied_at: row.copied_at,
            changed_at: row.changed_at,
            changed_by_name: row.changed_by_name,
        })
    }

    /// What keeps a content from being published, and its form.
    async fn findings(&self, content: &TableContent) -> Result<(Vec<FieldProblem>, Option<Form>)> {
        let roles: BTreeSet<String> = self.role_names().await?.into_keys().collect();
        let (mut found, form) = findings(content, &roles, self.expressions.as_ref());
        if let Some(key) = &content.source
            && self.source(key).is_none()
        {
            found.push(FieldProblem::new("/source", "unknown", "没有这个可以挂接的数据，请重新选择"));
        }
        Ok((found, form))
    }

    /// An attached table has the form of its view, whatever a page sent.
    pub(crate) fn with_source_form(&self, mut content: TableContent) -> TableContent {
        if let Some(source) = content.source.as_deref().and_then(|key| self.source(key)) {
            content.form = source.form();
            content.unique.clear();
        }
        content
    }

    /// Begins a table.
    ///
    /// # Errors
    /// 422 at the key or the title.
    pub(crate) async fn create(
        &self,
        caller: &Allowed<DesignTables>,
        new: NewTable,
        once: Option<String>,
    ) -> Result<DefinitionView> {
        let mut wrong = Vec::new();
        if !is_key(&new.key) {
            let message = "编码用小写字母开头，由小写字母、数字和连字符组成，不超过 40 个，例如 window-supplies";
            wrong.push(FieldProblem::new("/key", "format", message));
        }
        if !is_name(&new.title, 40) {
            wrong.push(FieldProblem::new("/title", "required", "写上表的名称，不超过 40 个字"));
        }
        if new.source.as_deref().is_some_and(|key| self.source(key).is_none()) {
            wrong.push(FieldProblem::new("/source", "unknown", "没有这个可以挂接的数据，请重新选择"));
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let mut content = TableContent::begun(&new.key, new.title.trim());
        content.source = new.source;
        let mut content = self.with_source_form(content);
        if content.source.is_some()
            && let Ok(form) = Form::from_value(content.form.clone())
        {
            content.columns = form.valued().iter().take(8).map(|field| field.key.clone()).collect();
        }
        let id = self.platform.new_id();
        let line = self.definition_line(caller, "table.create", id, &new.key, 0);
        let (key, by, caller_id) = (new.key.clone(), caller.name.clone(), caller.id);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = &once
                        && idempotency::claim(tx, caller_id, "table.create", once, id).await?.is_some()
                    {
                        return Ok(());
                    }
                    put_definition(tx, id, &key, &content, &by).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.definition(&new.key).await
    }

    /// Keeps a draft, whatever is wrong with it.
    ///
    /// # Errors
    /// 404 when there is no such table, 409 for an old page, 422 when it is too long to be one.
    pub(crate) async fn save_draft(
        &self,
        caller: &Allowed<DesignTables>,
        key: &str,
        revision: i64,
        content: TableContent,
    ) -> Result<DefinitionView> {
        let row = self.definition_row(self.platform.db.read(), key).await?;
        let content = self.with_source_form(content);
        let value = serde_json::to_value(&content)?;
        if value.to_string().len() > 500_000 {
            return Err(Problem::invalid_field("/content", "too_long", "这张表太大了，请减少字段或选项"));
        }
        let line = self.definition_line(caller, "table.draft", row.id, key, row.version);
        let by = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = definition::Entity::update_many()
                        .col_expr(definition::Column::Draft, Expr::value(value))
                        .col_expr(definition::Column::Title, Expr::value(content.title.trim()))
                        .col_expr(definition::Column::Revision, Expr::value(revision + 1))
                        .col_expr(definition::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(definition::Column::ChangedByName, Expr::value(by))
                        .filter(definition::Column::Id.eq(row.id))
                        .filter(definition::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.definition(key).await
    }

    /// Publishes the draft: from now on lists, forms and the navigation are made from it.
    ///
    /// # Errors
    /// 422 with everything wrong, 409 for an old page or without a draft.
    pub(crate) async fn publish(
        &self,
        caller: &Allowed<PublishTables>,
        key: &str,
        revision: i64,
    ) -> Result<DefinitionView> {
        let row = self.definition_row(self.platform.db.read(), key).await?;
        if row.revision != revision {
            return Err(Problem::stale());
        }
        let Some(draft) = row.draft.clone() else {
            return Err(Problem::conflict("no_draft", "没有要发布的修改。"));
        };
        let content: TableContent = serde_json::from_value(draft)?;
        let line = self.definition_line(caller, "table.publish", row.id, key, row.version + 1);
        self.put_version(row, content, &caller.name, Some(line)).await?;
        self.copy_attached(key).await?;
        self.definition(key).await
    }

    pub(crate) async fn put_version(
        &self,
        row: definition::Model,
        content: TableContent,
        by: &str,
        line: Option<Line>,
    ) -> Result<()> {
        let (found, form) = self.findings(&content).await?;
        let Some(form) = form.filter(|_| found.is_empty()) else { return Err(Problem::invalid(found)) };
        let earlier = version::Entity::find()
            .filter(version::Column::TableId.eq(row.id))
            .order_by_asc(version::Column::Version)
            .all(self.platform.db.read())
            .await?;
        let before = Before::read(earlier)?;
        let table = Arc::new(Table::new(row.id, &row.key, row.version + 1, content, form));
        before.refuse(&table)?;
        let (platform, by) = (self.platform.clone(), by.to_owned());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = definition::Entity::update_many()
                        .col_expr(definition::Column::Draft, Expr::value(Option::<Value>::None))
                        .col_expr(definition::Column::Title, Expr::value(table.content.title.trim()))
                        .col_expr(definition::Column::Version, Expr::value(table.version))
                        .col_expr(definition::Column::Revision, Expr::value(row.revision + 1))
                        .col_expr(definition::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(definition::Column::ChangedByName, Expr::value(by.clone()))
                        .filter(definition::Column::Id.eq(row.id))
                        .filter(definition::Column::Revision.eq(row.revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    version::Entity::insert(version::ActiveModel {
                        table_id: Set(row.id),
                        version: Set(table.version),
                        content: Set(serde_json::to_value(&table.content)?),
                        published_at: Set(tx.now()),
                        published_by_name: Set(by),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    before.carry_over(tx, &table).await?;
                    if table.content.source.is_some() {
                        keep_copying(&platform, tx, &table.key);
                    }
                    if let Some(line) = line {
                        tx.audit(line);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Fetches the rows of an attached table now; nothing for others.
    pub(crate) async fn copy_attached(&self, key: &str) -> Result<()> {
        let row = self.definition_row(self.platform.db.read(), key).await?;
        if row.version == 0 {
            return Ok(());
        }
        let table = self.read(self.platform.db.read(), &row).await?;
        if table.content.source.is_some() { self.copy(&table).await } else { Ok(()) }
    }

    /// Takes a table out of use, or brings it back. Its rows stay.
    ///
    /// # Errors
    /// 404 when there is none, 409 for an old page.
    pub(crate) async fn set_disabled(
        &self,
        caller: &Allowed<PublishTables>,
        key: &str,
        revision: i64,
        disabled: bool,
    ) -> Result<DefinitionView> {
        let row = self.definition_row(self.platform.db.read(), key).await?;
        let action = if disabled { "table.disable" } else { "table.enable" };
        let line = self.definition_line(caller, action, row.id, key, row.version);
        let (platform, key_again, by) = (self.platform.clone(), key.to_owned(), caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = definition::Entity::update_many()
                        .col_expr(definition::Column::Disabled, Expr::value(disabled))
                        .col_expr(definition::Column::Revision, Expr::value(revision + 1))
                        .col_expr(definition::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(definition::Column::ChangedByName, Expr::value(by))
                        .filter(definition::Column::Id.eq(row.id))
                        .filter(definition::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    if !disabled {
                        // An attached one in use again is copied again; the job passes over all others.
                        keep_copying(&platform, tx, &key_again);
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.definition(key).await
    }

    /// The published versions, newest first.
    ///
    /// # Errors
    /// 404 when there is no such table.
    pub(crate) async fn versions(&self, key: &str) -> Result<Vec<VersionView>> {
        let conn = self.platform.db.read();
        let row = self.definition_row(conn, key).await?;
        let rows = version::Entity::find()
            .filter(version::Column::TableId.eq(row.id))
            .order_by_desc(version::Column::Version)
            .limit(100)
            .all(conn)
            .await?;
        let view = |row: version::Model| {
            Ok(VersionView {
                version: row.version,
                content: serde_json::from_value(row.content)?,
                published_at: row.published_at,
                published_by_name: row.published_by_name,
            })
        };
        rows.into_iter().map(view).collect()
    }

    fn definition_line(&self, caller: &Principal, action: &'static str, id: Uuid, key: &str, version: i64) -> Line {
        let detail = json!({ "table": key, "version": version });
        Line::by(caller, self.platform.new_id(), action, format!("table:{id}"), detail)
    }
}

pub(crate) async fn put_definition(tx: &Tx, id: Uuid, key: &str, content: &TableContent, by: &str) -> Result<()> {
    let written = definition::Entity::insert(definition::ActiveModel {
        id: Set(id),
        key: Set(key.to_owned()),
        title: Set(content.title.clone()),
        draft: Set(Some(serde_json::to_value(content)?)),
        version: Set(0),
        disabled: Set(false),
        revision: Set(1),
        copied_at: Set(None),
        changed_at: Set(tx.now()),
        changed_by_name: Set(by.to_owned()),
    })
    .exec_without_returning(tx.conn())
    .await;
    match written {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(Problem::invalid_field("/key", "taken", "这个编码已经有一张表在用，请换一个"))
        }
        Err(error) => Err(error.into()),
    }
}
