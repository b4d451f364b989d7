//! Making entries and working on their drafts.

use std::collections::BTreeSet;

use platform::web::guard::{Allowed, Principal};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::contents::{frame, mark_taken, renamed, uses_of};
use super::{Library, overtaken};
use crate::Kind;
use crate::permissions::EditDesign;
use crate::store::{entry, used};

/// Channels a form may be filled in on.
const CHANNELS: [&str; 4] = ["web", "mobile", "kiosk", "window"];
/// What a form is for; other kinds may leave it empty.
const PURPOSES: [&str; 3] = ["", "application", "approval"];
/// Bytes of the largest content.
const LARGEST: usize = 2 << 20;

/// A new entry.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewDefinition)]
pub struct NewEntry {
    /// Kind.
    pub kind: Kind,
    /// Key: lower-case letters, digits, hyphens; fixed once made.
    pub key: String,
    /// Name.
    pub name: String,
    /// `application`, `approval`, or empty.
    #[serde(default)]
    pub purpose: String,
    /// `web`, `mobile`, `kiosk`, `window`; empty means all.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Owner; the caller's organisation when absent.
    #[serde(default)]
    pub org_id: Option<Uuid>,
    /// A reusable part rather than a form of its own.
    #[serde(default)]
    pub template: bool,
    /// Entry whose content is the beginning.
    #[serde(default)]
    pub copy_of: Option<Uuid>,
    /// Content; an empty frame of the kind when absent.
    #[serde(default)]
    pub content: Option<String>,
}

/// A draft as the editor's page has it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = SaveDefinitionDraft)]
pub struct SavedDraft {
    /// Revision the page was loaded or last saved with.
    pub revision: i64,
    /// Name.
    pub name: String,
    /// Purpose.
    #[serde(default)]
    pub purpose: String,
    /// Channels.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Content.
    pub content: String,
}

fn named(name: &str, purpose: &str, channels: &[String], content: Option<&str>) -> Vec<FieldProblem> {
    let mut errors = Vec::new();
    let name = name.trim();
    if name.is_empty() {
        errors.push(FieldProblem::new("/name", "required", "给这份定义起个名字"));
    } else if name.chars().count() > 100 {
        errors.push(FieldProblem::new("/name", "too_long", "名字最多 100 个字，请写短一些"));
    }
    if !PURPOSES.contains(&purpose) {
        errors.push(FieldProblem::new("/purpose", "option", "用途请选“申请表”或“审批表”"));
    }
    if channels.iter().any(|channel| !CHANNELS.contains(&channel.as_str())) {
        errors.push(FieldProblem::new("/channels", "option", "渠道只有网页、手机、自助机、窗口四种"));
    }
    if content.is_some_and(|content| content.len() > LARGEST) {
        errors.push(FieldProblem::new("/content", "too_large", "内容超过 2 兆字节，请拆成几份"));
    }
    errors
}

fn is_key(key: &str) -> bool {
    key.len() <= 100
        && key
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Writes what an entry uses anew.
pub(crate) async fn put_uses(tx: &Tx, id: Uuid, uses: BTreeSet<(&'static str, String)>) -> Result<()> {
    used::Entity::delete_many().filter(used::Column::DefinitionId.eq(id)).exec(tx.conn()).await?;
    if uses.is_empty() {
        return Ok(());
    }
    let rows = uses.into_iter().map(|(kind, key)| used::ActiveModel {
        definition_id: Set(id),
        used_kind: Set(kind.to_owned()),
        used_key: Set(key),
    });
    used::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

impl Library {
    /// The organisation a new entry belongs to.
    pub(crate) fn owner(&self, caller: &Principal, wanted: Option<Uuid>) -> Result<Option<Uuid>> {
        match wanted {
            Some(org) if !caller.visible_orgs.contains(&org) => {
                Err(Problem::invalid_field("/org_id", "out_of_view", "这个单位不归您管，请选本单位或下属单位"))
            }
            Some(org) => Ok(Some(org)),
            None => Ok(caller.org_id),
        }
    }

    /// Makes an entry with a draft.
    ///
    /// # Errors
    /// 422 at the field that is wrong.
    pub async fn create(&self, caller: &Allowed<EditDesign>, new: NewEntry, key: Option<String>) -> Result<Uuid> {
        let mut errors = named(&new.name, &new.purpose, &new.channels, new.content.as_deref());
        if !new.kind.is_edited() {
            errors.push(FieldProblem::new("/kind", "option", "表样和文件随内容包来，不能在这里新建"));
        }
        if !is_key(&new.key) {
            errors.push(FieldProblem::new("/key", "format", "标识用小写字母、数字和连字符，例如 food-permit"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let org = self.owner(caller, new.org_id)?;
        let content = match (new.content, new.copy_of) {
            (Some(content), _) => content,
            (None, Some(other)) => {
                let other = self.in_view(caller, other).await?;
                if other.kind != new.kind.as_str() {
                    return Err(Problem::invalid_field("/copy_of", "kind", "只能从同一种定义复制"));
                }
                let content = renamed(new.kind, &self.content_of(&other).await?, &new.key, new.name.trim());
                // A form begun from a template follows it later on; a template of its own does not.
                if new.kind == Kind::Form && other.template && !new.template {
                    mark_taken(&content, &other.key)
                } else {
                    content
                }
            }
            (None, None) => frame(new.kind, &new.key, new.name.trim()),
        };
        let uses = uses_of(new.kind, &content);
        let id = self.platform.new_id();
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "design.create",
            format!("design:{id}"),
            json!({ "kind": new.kind.as_str(), "key": new.key }),
        );
        let (caller_id, by) = (caller.id, caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller_id, "design.create", key, id).await?
                    {
                        return Ok(made);
                    }
                    let taken = entry::Entity::find()
                        .filter(entry::Column::Kind.eq(new.kind.as_str()))
                        .filter(entry::Column::Key.eq(&new.key))
                        .count(tx.conn())
                        .await?;
                    if taken > 0 {
                        return Err(Problem::invalid_field("/key", "taken", "这个标识已经用过了，请换一个"));
                    }
                    entry::Entity::insert(entry::ActiveModel {
                        id: Set(id),
                        kind: Set(new.kind.as_str().to_owned()),
                        key: Set(new.key),
                        name: Set(new.name.trim().to_owned()),
                        purpose: Set(new.purpose),
                        channels: Set(json!(new.channels)),
                        org_id: Set(org),
                        template: Set(new.template),
                        disabled: Set(false),
                        version: Set(0),
                        published_at: Set(None),
                        draft: Set(Some(content)),
                        revision: Set(1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(by),
                        item_slug: Set(None),
                        bounds: Set(String::new()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    put_uses(tx, id, uses).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Saves a draft, also one with findings: work is never lost to a mistake.
    ///
    /// # Errors
    /// 409 when somebody else saved since; the problem says who and when.
    pub async fn save(&self, caller: &Allowed<EditDesign>, id: Uuid, draft: SavedDraft) -> Result<()> {
        let row = self.in_view(caller, id).await?;
        self.save_entry(caller, row, draft).await
    }

    /// Saves the draft of an entry that the caller may edit.
    pub(crate) async fn save_entry(&self, caller: &Principal, row: entry::Model, draft: SavedDraft) -> Result<()> {
        let errors = named(&draft.name, &draft.purpose, &draft.channels, Some(&draft.content));
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let kind = Kind::of(&row.kind)?;
        let published = if row.version > 0 {
            let of = crate::DefinitionRef { kind, key: row.key.clone(), version: row.version };
            Some(self.design.source(&of).await?)
        } else {
            None
        };
        let uses = uses_of(kind, &draft.content);
        // A draft that says what is published is none.
        let content = Some(draft.content).filter(|content| published.as_ref() != Some(content));
        let change = Changed {
            name: Some(draft.name.trim().to_owned()),
            purpose: Some(draft.purpose),
            channels: Some(json!(draft.channels)),
            draft: Some(content),
            uses: Some(uses),
            ..Changed::of("design.save")
        };
        self.change(caller, row.id, draft.revision, change).await
    }

    /// Drops the draft: what is published stands. An entry never published goes away whole.
    ///
    /// # Errors
    /// 409 when there is no draft or somebody else saved since.
    pub async fn discard(&self, caller: &Allowed<EditDesign>, id: Uuid, revision: i64) -> Result<()> {
        let row = self.in_view(caller, id).await?;
        self.discard_entry(caller, row, revision).await
    }

    /// Drops the draft of an entry that the caller may edit.
    pub(crate) async fn discard_entry(&self, caller: &Principal, row: entry::Model, revision: i64) -> Result<()> {
        let id = row.id;
        if row.draft.is_none() {
            return Err(Problem::conflict("no_draft", "这份定义没有草稿。"));
        }
        let kind = Kind::of(&row.kind)?;
        if row.version > 0 {
            let of = crate::DefinitionRef { kind, key: row.key.clone(), version: row.version };
            let uses = uses_of(kind, &self.design.source(&of).await?);
            let change = Changed { draft: Some(None), uses: Some(uses), ..Changed::of("design.discard") };
            return self.change(caller, id, revision, change).await;
        }
        let line = Line::by(caller, self.platform.new_id(), "design.discard", format!("design:{id}"), json!({}));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let gone = entry::Entity::delete_many()
                        .filter(entry::Column::Id.eq(id))
                        .filter(entry::Column::Revision.eq(revision))
                        .exec(tx.conn())
                        .await?;
                    if gone.rows_affected == 0 {
                        return Err(now_of(tx, id).await?);
                    }
                    put_uses(tx, id, BTreeSet::new()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Changes a row that still is at the revision the caller saw.
    pub(crate) async fn change(&self, caller: &Principal, id: Uuid, revision: i64, change: Changed) -> Result<()> {
        let line =
            Line::by(caller, self.platform.new_id(), change.action, format!("design:{id}"), change.detail.clone());
        let by = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    write(tx, id, revision, change, by).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

/// What a change of an entry touches.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub action: &'static str,
    pub detail: Value,
    pub name: Option<String>,
    pub purpose: Option<String>,
    pub channels: Option<Value>,
    pub draft: Option<Option<String>>,
    pub disabled: Option<bool>,
    pub version: Option<i64>,
    /// What an own flow is published against.
    pub bounds: Option<String>,
    pub uses: Option<BTreeSet<(&'static str, String)>>,
}

impl Changed {
    pub(crate) fn of(action: &'static str) -> Self {
        Self { action, detail: json!({}), ..Self::default() }
    }
}

/// Writes a change if the row is still at `revision`.
pub(crate) async fn write(tx: &Tx, id: Uuid, revision: i64, change: Changed, by: String) -> Result<()> {
    let mut update = entry::Entity::update_many()
        .col_expr(entry::Column::Revision, Expr::value(revision + 1))
        .col_expr(entry::Column::ChangedAt, Expr::value(tx.now()))
        .col_expr(entry::Column::ChangedByName, Expr::value(by));
    if let Some(name) = change.name {
        update = update.col_expr(entry::Column::Name, Expr::value(name));
    }
    if let Some(purpose) = change.purpose {
        update = update.col_expr(entry::Column::Purpose, Expr::value(purpose));
    }
    if let Some(channels) = change.channels {
        update = update.col_expr(entry::Column::Channels, Expr::value(channels));
    }
    if let Some(draft) = change.draft {
        update = update.col_expr(entry::Column::Draft, Expr::value(draft));
    }
    if let Some(disabled) = change.disabled {
        update = update.col_expr(entry::Column::Disabled, Expr::value(disabled));
    }
    if let Some(bounds) = change.bounds {
        update = update.col_expr(entry::Column::Bounds, Expr::value(bounds));
    }
    if let Some(version) = change.version {
        update = update
            .col_expr(entry::Column::Version, Expr::value(version))
            .col_expr(entry::Column::PublishedAt, Expr::value(Some(tx.now())));
    }
    let done =
        update.filter(entry::Column::Id.eq(id)).filter(entry::Column::Revision.eq(revision)).exec(tx.conn()).await?;
    if done.rows_affected == 0 {
        return Err(now_of(tx, id).await?);
    }
    match change.uses {
        Some(uses) => put_uses(tx, id, uses).await,
        None => Ok(()),
    }
}

async fn now_of(tx: &Tx, id: Uuid) -> Result<Problem> {
    let row = entry::Entity::find_by_id(id).one(tx.conn()).await?;
    Ok(row.as_ref().map_or_else(|| Problem::not_found("这份定义已经删除了。"), overtaken))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-001
    #[test]
    fn a_key_is_made_of_lower_case_words() {
        assert!(is_key("food-permit-2"));
        for wrong in ["", "-", "Food", "food_permit", "food--permit", "食品", "../x"] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }
}
