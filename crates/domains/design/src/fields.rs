//! Shared fields (FORM-003): the same meaning is one field with one code, whatever form it stands in, so
//! that one entry fills all of them.

use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::Library;
use crate::library::{FIELD, Use};
use crate::permissions::EditFields;
use crate::store::field;

/// How sensitive what stands in a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sensitivity {
    /// Nobody's secret.
    General,
    /// Personal information.
    Personal,
    /// Sensitive personal information.
    Sensitive,
}

/// What a shared field is, without its id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct SharedFieldContent {
    /// Code: words of letters, digits, `_` and `-`, dotted, for example `QY-MC` or `person.name`; fixed once made.
    pub code: String,
    /// Label.
    pub label: String,
    /// Type as in a form.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: form::FieldType,
    /// Most characters.
    #[serde(default)]
    pub length: Option<usize>,
    /// Answers to choose from.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub options: Vec<form::Choice>,
    /// Regular expression of the whole text, the `pattern` of a form's field; empty for none.
    #[serde(default)]
    pub check: String,
    /// Where the value comes from: `account.name`, `licence.address`…
    #[serde(default)]
    pub source: String,
    /// What it is used for.
    #[serde(default, rename = "use")]
    pub usage: String,
    /// Whether a value filled in once may fill the field elsewhere.
    #[serde(default)]
    pub reusable: bool,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
}

/// A shared field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedField {
    pub id: Uuid,
    #[serde(flatten)]
    pub content: SharedFieldContent,
    /// How many definitions use it.
    pub uses: u64,
    /// Send it back with a change.
    pub version: i64,
}

fn checked(content: &SharedFieldContent) -> Result<()> {
    let mut errors = Vec::new();
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if content.code.len() > 100 || !content.code.split('.').all(word) {
        errors.push(FieldProblem::new(
            "/code",
            "format",
            "编码用字母开头，由字母、数字、下划线、连字符组成，可以用点分开，例如 QY-MC",
        ));
    }
    if content.label.trim().is_empty() || content.label.chars().count() > 50 {
        errors.push(FieldProblem::new("/label", "required", "写上字段名称，不超过 50 个字"));
    }
    if content.kind.chooses() && content.options.is_empty() {
        errors.push(FieldProblem::new("/options", "required", "选择类的字段要有选项"));
    }
    if !content.check.is_empty() && !form::is_pattern(&content.check) {
        errors.push(FieldProblem::new("/check", "format", "这个格式不是正则表达式，读不出来"));
    }
    if content.usage.chars().count() > 200 {
        errors.push(FieldProblem::new("/use", "too_long", "用途最多 200 个字，请写短一些"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

impl Library {
    /// Shared fields by code.
    pub(crate) async fn fields(&self, q: Option<&str>, page: &PageQuery) -> Result<List<SharedField>> {
        let conn = self.platform.db.read();
        let mut wanted = Condition::all();
        if let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) {
            wanted =
                wanted.add(Condition::any().add(field::Column::Label.contains(q)).add(field::Column::Code.contains(q)));
        }
        let total = field::Entity::find().filter(wanted.clone()).count(conn).await?;
        if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next()) {
            wanted = wanted.add(field::Column::Code.gt(after));
        }
        let rows = field::Entity::find()
            .filter(wanted)
            .order_by_asc(field::Column::Code)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let counts = self.used_counts(FIELD, rows.iter().map(|row| row.code.clone()).collect()).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let uses = counts.get(&row.code).copied().unwrap_or_default();
                Ok(SharedField {
                    id: row.id,
                    version: row.version,
                    uses,
                    content: serde_json::from_value(row.content)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let as_of = self.platform.now();
        Ok(List::cut(items, page.limit(), total, as_of, |item| vec![item.content.code.clone()]))
    }

    pub(crate) async fn field(&self, id: Uuid) -> Result<SharedField> {
        let row = self.field_row(id).await?;
        let counts = self.used_counts(FIELD, vec![row.code.clone()]).await?;
        Ok(SharedField {
            id: row.id,
            version: row.version,
            uses: counts.get(&row.code).copied().unwrap_or_default(),
            content: serde_json::from_value(row.content)?,
        })
    }

    async fn field_row(&self, id: Uuid) -> Result<field::Model> {
        let row = field::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        row.ok_or_else(|| Problem::not_found("没有找到这个共享字段，可能已经删除。"))
    }

    /// Makes a shared field.
    ///
    /// # Errors
    /// 422 at what is wrong, also when the code is taken.
    pub(crate) async fn create_field(
        &self,
        caller: &Allowed<EditFields>,
        content: SharedFieldContent,
        key: Option<String>,
    ) -> Result<SharedField> {
        checked(&content)?;
        let id = self.platform.new_id();
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "design.field_create",
            format!("shared_field:{id}"),
            json!({ "code": content.code }),
        );
        let (caller_id, by) = (caller.id, caller.name.clone());
        let id = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller_id, "design.field_create", key, id).await?
                    {
                        return Ok(made);
                    }
                    let taken =
                        field::Entity::find().filter(field::Column::Code.eq(&content.code)).count(tx.conn()).await?;
                    if taken > 0 {
                        return Err(Problem::invalid_field(
                            "/code",
                            "taken",
                            "这个编码已经有了，请用原来的字段或换一个编码",
                        ));
                    }
                    field::Entity::insert(field::ActiveModel {
                        id: Set(id),
                        code: Set(content.code.clone()),
                        label: Set(content.label.trim().to_owned()),
                        content: Set(serde_json::to_value(&content)?),
                        version: Set(1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(by),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.field(id).await
    }

    /// Changes a shared field. Published forms keep what they were published with; drafts take the change
    /// when they are edited.
    ///
    /// # Errors
    /// 422 at what is wrong, 409 for an old page.
    pub(crate) async fn save_field(
        &self,
        caller: &Allowed<EditFields>,
        id: Uuid,
        version: i64,
        content: SharedFieldContent,
    ) -> Result<SharedField> {
        let row = self.field_row(id).await?;
        if row.code != content.code {
            return Err(Problem::invalid_field("/code", "fixed", "编码建好以后不能改；要换编码请新建一个字段"));
        }
        checked(&content)?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "design.field_edit",
            format!("shared_field:{id}"),
            json!({ "code": content.code }),
        )
        .entry()
        .changed(row.content, serde_json::to_value(&content)?);
        let by = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = field::Entity::update_many()
                        .col_expr(field::Column::Label, Expr::value(content.label.trim()))
                        .col_expr(field::Column::Content, Expr::value(serde_json::to_value(&content)?))
                        .col_expr(field::Column::Version, Expr::value(version + 1))
                        .col_expr(field::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(field::Column::ChangedByName, Expr::value(by))
                        .filter(field::Column::Id.eq(id))
                        .filter(field::Column::Version.eq(version))
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
        self.field(id).await
    }

    /// Removes a shared field that nothing uses.
    ///
    /// # Errors
    /// 409 with the list of uses.
    pub(crate) async fn remove_field(&self, caller: &Allowed<EditFields>, id: Uuid) -> Result<()> {
        let row = self.field_row(id).await?;
        let uses = self.used_by(FIELD, &row.code).await?;
        if !uses.is_empty() {
            return Err(in_use(&uses));
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "design.field_remove",
            format!("shared_field:{id}"),
            json!({ "code": row.code }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // Seen again inside the transaction: a form may have taken it since.
                    let used = crate::store::used::Entity::find()
                        .filter(crate::store::used::Column::UsedKind.eq(FIELD))
                        .filter(crate::store::used::Column::UsedKey.eq(&row.code))
                        .count(tx.conn())
                        .await?;
                    if used > 0 {
                        return Err(Problem::conflict("in_use", "刚才有表单用上了这个字段，不能删除。请刷新后再看。"));
                    }
                    field::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

fn in_use(uses: &[Use]) -> Problem {
    let names: Vec<String> = uses.iter().map(|one| format!("“{}”", one.name)).collect();
    Problem::conflict("in_use", format!("有 {} 份定义在用这个字段，不能删除。", uses.len()))
        .detail(format!("先从这些定义里去掉它：{}。", names.join("、")))
        .errors(uses.iter().map(|one| FieldProblem::new(format!("/uses/{}", one.key), "in_use", &one.name)).collect())
}
