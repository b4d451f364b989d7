//! Templates on a table (FORM-034): queries with their list layout, and reports. The owner shares them with
//! roles; a report may be made on schedule.

use std::collections::{BTreeMap, BTreeSet};

use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition as Where, QueryOrder, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Tables;
use crate::access::Opened;
use crate::model::{MOST_COLUMNS, Order, Right, is_name};
use crate::query::{Condition, order_of, wrong_conditions};
use crate::report::Report;
use crate::schedule::{Schedule, order_report};
use crate::store::template;

/// Templates one person may have on one table.
const MOST: u64 = 200;

/// A query with its list layout.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TableQuery)]
pub struct Query {
    /// Text looked for.
    pub q: String,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Columns in order; those of the table when empty.
    pub columns: Vec<String>,
    /// Order; that of the table without one.
    pub order: Option<Order>,
}

/// A template as it is saved: a query or a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableTemplateContent)]
pub struct TemplateContent {
    /// Title.
    pub title: String,
    /// A query with its list layout.
    #[serde(default)]
    pub query: Option<Query>,
    /// A report.
    #[serde(default)]
    pub report: Option<Report>,
    /// Roles it is shared with, besides the owner.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// When a report is made by itself.
    #[serde(default)]
    pub schedule: Option<Schedule>,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableTemplate)]
pub(crate) struct TemplateView {
    pub id: Uuid,
    #[serde(flatten)]
    pub content: TemplateContent,
    /// Whether the caller made it and may change it.
    pub own: bool,
    pub owner_name: String,
    /// When it is due next.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub run_at: Option<OffsetDateTime>,
    /// Send it back with a change.
    pub revision: i64,
}

fn view(row: template::Model, caller: &Principal) -> Result<TemplateView> {
    let report = row.kind == "report";
    Ok(TemplateView {
        id: row.id,
        own: row.owner_id == caller.id,
        owner_name: row.owner_name,
        run_at: row.run_at,
        revision: row.revision,
        content: TemplateContent {
            title: row.title,
            query: if report { None } else { Some(serde_json::from_value(row.content.clone())?) },
            report: if report { Some(serde_json::from_value(row.content)?) } else { None },
            roles: serde_json::from_value(row.roles)?,
            schedule: row.schedule.map(serde_json::from_value).transpose()?,
        },
    })
}

fn gone() -> Problem {
    Problem::not_found("没有找到这个模板，可能已经删除，或者没有共享给您的岗位。")
}

/// Columns of a template's row.
struct Parts {
    kind: &'static str,
    content: serde_json::Value,
    roles: serde_json::Value,
    schedule: Option<serde_json::Value>,
    run_at: Option<OffsetDateTime>,
}

impl Tables {
    /// Everything wrong with a template, or its parts.
    async fn parts(&self, opened: &Opened, content: &TemplateContent) -> Result<Parts> {
        let mut wrong = Vec::new();
        let mut say = |at: &str, message: String| wrong.push(FieldProblem::new(at, "unfit", message));
        if !is_name(&content.title, 40) {
            say("/title", "写上模板的名称，不超过 40 个字".into());
        }
        let book = self.identity.role_book().await?;
        if content.roles.iter().any(|role| book.get(role).is_none()) {
            say("/roles", "共享的岗位里有一个不存在，请重新选择".into());
        }
        if content.query.is_some() == content.report.is_some() {
            say("/query", "模板要么是查询，要么是统计".into());
        }
        if let Some(schedule) = &content.schedule {
            if content.report.is_none() {
                say("/schedule", "只有统计能定时生成".into());
            } else if !opened.rights.contains(&Right::Export) {
                say("/schedule", "您的岗位不能从这张表导出，不能定时生成文件".into());
            } else if let Some(message) = schedule.wrong() {
                say("/schedule", message.into());
            }
        }
        if let Some(query) = &content.query {
            wrong.extend(wrong_conditions(opened, &query.conditions, "/query/conditions"));
            let unknown = query.columns.iter().any(|key| opened.field(key).is_none());
            if unknown || query.columns.len() > MOST_COLUMNS {
                wrong.push(FieldProblem::new(
                    "/query/columns",
                    "unfit",
                    format!("列要从表的字段里选，最多 {MOST_COLUMNS} 列"),
                ));
            }
            if query.order.is_some() && order_of(opened, query.order.as_ref()).is_err() {
                wrong.push(FieldProblem::new("/query/order", "unfit", "不能按这个字段排序，请换一个"));
            }
        }
        if let Some(report) = &content.report {
            wrong.extend(report.wrong(opened, "/report"));
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let (kind, value) = match &content.report {
            Some(report) => ("report", serde_json::to_value(report)?),
            None => ("query", serde_json::to_value(&content.query)?),
        };
        Ok(Parts {
            kind,
            content: value,
            roles: serde_json::to_value(&content.roles)?,
            schedule: content.schedule.as_ref().map(serde_json::to_value).transpose()?,
            run_at: content.schedule.as_ref().and_then(|schedule| schedule.next(self.platform.now())),
        })
    }

    /// The caller's templates on a table and those shared with the own roles.
    ///
    /// # Errors
    /// 404 for a table out of reach.
    pub(crate) async fn templates(&self, caller: &Principal, key: &str) -> Result<Vec<TemplateView>> {
        let opened = self.open(caller, key).await?;
        let rows = template::Entity::find()
            .filter(template::Column::TableId.eq(opened.table.id))
            .order_by_asc(template::Column::Title)
            .order_by_asc(template::Column::Id)
            .all(self.platform.db.read())
            .await?;
        let mut views = rows.into_iter().map(|row| view(row, caller)).collect::<Result<Vec<_>>>()?;
        views.retain(|one| one.own || is_shared(one, caller));
        Ok(views)
    }

    /// One template.
    ///
    /// # Errors
    /// 404 when it is not there or not shared with the caller.
    pub(crate) async fn template(&self, caller: &Principal, key: &str, id: Uuid) -> Result<TemplateView> {
        let opened = self.open(caller, key).await?;
        let row = template::Entity::find_by_id(id)
            .filter(template::Column::TableId.eq(opened.table.id))
            .one(self.platform.db.read())
            .await?
            .ok_or_else(gone)?;
        let one = view(row, caller)?;
        if one.own || is_shared(&one, caller) { Ok(one) } else { Err(gone()) }
    }

    /// Saves a new template.
    ///
    /// # Errors
    /// 422 at what does not fit.
    pub(crate) async fn save_template(
        &self,
        caller: &Principal,
        key: &str,
        content: TemplateContent,
        once: Option<String>,
    ) -> Result<TemplateView> {
        let opened = self.open(caller, key).await?;
        let parts = self.parts(&opened, &content).await?;
        let id = self.platform.new_id();
        let order = parts.run_at.map(|at| order_report(&self.platform, id, at));
        let line = self.template_line(caller, "table.template.save", &opened, &content);
        let (table_id, owner_id, owner_name) = (opened.table.id, caller.id, caller.name.clone());
        let id = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = &once
                        && let Some(made) = idempotency::claim(tx, owner_id, "table.template", once, id).await?
                    {
                        return Ok(made);
                    }
                    let there = template::Entity::find()
                        .filter(
                            Where::all()
                                .add(template::Column::TableId.eq(table_id))
                                .add(template::Column::OwnerId.eq(owner_id)),
                        )
                        .count(tx.conn())
                        .await?;
                    if there >= MOST {
                        return Err(Problem::conflict(
                            "too_many",
                            format!("每张表最多存 {MOST} 个模板，请先删掉不用的。"),
                        ));
                    }
                    template::Entity::insert(template::ActiveModel {
                        id: Set(id),
                        table_id: Set(table_id),
                        kind: Set(parts.kind.to_owned()),
                        title: Set(content.title.trim().to_owned()),
                        content: Set(parts.content),
                        roles: Set(parts.roles),
                        schedule: Set(parts.schedule),
                        run_at: Set(parts.run_at),
                        owner_id: Set(owner_id),
                        owner_name: Set(owner_name),
                        revision: Set(1),
                        changed_at: Set(tx.now()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    order.into_iter().for_each(|order| tx.enqueue(order));
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.template(caller, key, id).await
    }

    /// Changes an own template.
    ///
    /// # Errors
    /// 403 for somebody else's, 409 for an old page, 422 at what does not fit.
    pub(crate) async fn change_template(
        &self,
        caller: &Principal,
        key: &str,
        id: Uuid,
        revision: i64,
        content: TemplateContent,
    ) -> Result<TemplateView> {
        let before = self.own_template(caller, key, id).await?;
        let opened = self.open(caller, key).await?;
        let parts = self.parts(&opened, &content).await?;
        if before.content.report.is_some() != content.report.is_some() {
            return Err(Problem::invalid_field("/report", "fixed", "查询和统计不能互换，请另存一个新的"));
        }
        let order = parts.run_at.map(|at| order_report(&self.platform, id, at));
        let line = self.template_line(caller, "table.template.save", &opened, &content);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = template::Entity::update_many()
                        .col_expr(template::Column::Title, Expr::value(content.title.trim()))
                        .col_expr(template::Column::Content, Expr::value(parts.content))
                        .col_expr(template::Column::Roles, Expr::value(parts.roles))
                        .col_expr(template::Column::Schedule, Expr::value(parts.schedule))
                        .col_expr(template::Column::RunAt, Expr::value(parts.run_at))
                        .col_expr(template::Column::Revision, Expr::value(revision + 1))
                        .col_expr(template::Column::ChangedAt, Expr::value(tx.now()))
                        .filter(template::Column::Id.eq(id))
                        .filter(template::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    order.into_iter().for_each(|order| tx.enqueue(order));
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.template(caller, key, id).await
    }

    /// Deletes an own template; what it made stays in the list of files.
    ///
    /// # Errors
    /// 403 for somebody else's.
    pub(crate) async fn delete_template(&self, caller: &Principal, key: &str, id: Uuid) -> Result<()> {
        let one = self.own_template(caller, key, id).await?;
        let opened = self.open(caller, key).await?;
        let line = self.template_line(caller, "table.template.delete", &opened, &one.content);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    template::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    async fn own_template(&self, caller: &Principal, key: &str, id: Uuid) -> Result<TemplateView> {
        let one = self.template(caller, key, id).await?;
        if one.own {
            return Ok(one);
        }
        let title = format!("这个模板是{}建的，您能用，不能改。要改的话请另存为自己的模板。", one.owner_name);
        Err(Problem::forbidden(title))
    }

    fn template_line(
        &self,
        caller: &Principal,
        action: &'static str,
        opened: &Opened,
        content: &TemplateContent,
    ) -> Line {
        let detail = json!({ "table": opened.table.key, "template": content.title, "roles": content.roles });
        Line::by(caller, self.platform.new_id(), action, format!("table:{}", opened.table.id), detail)
    }

    /// Names of the roles a template or a table may be given to.
    pub(crate) async fn role_names(&self) -> Result<BTreeMap<String, String>> {
        let book = self.identity.role_book().await?;
        let desk = book.iter().filter(|(_, role)| role.audience == platform::web::guard::Audience::Desk);
        Ok(desk.map(|(key, role)| (key.clone(), role.label.clone())).collect())
    }
}

fn is_shared(one: &TemplateView, caller: &Principal) -> bool {
    caller.roles.iter().any(|role| one.content.roles.contains(role))
}
