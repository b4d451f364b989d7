//! The catalogue tree 通用目录 → 子项 → 实施清单 → 业务办理项 (ITEM-001).
//!
//! The two upper levels are rows of their own and changed here; an implementation entry with its
//! handling items is an item and changed there. A child never exists without its parent, a code is
//! used once, and what has children stays.

use std::collections::HashMap;

use base::codes::BasicCode;
use platform::web::guard::{Allowed, Principal};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, Set};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::Catalogue;
use crate::items::store::{item, node};
use crate::permissions::EditItem;
use crate::search::Card;

/// A node with what is below it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(no_recursion)]
pub(crate) struct Node {
    /// Its code.
    pub id: String,
    /// `catalogue`, `sub`, `item`, `handle_item`.
    pub kind: &'static str,
    /// Code of the standard: basic, implementation or handling item code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Slug of an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// State of an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Send it back with a change.
    pub version: i64,
    /// Below it.
    pub children: Vec<Node>,
}

/// The tree.
pub(crate) struct Tree {
    pub nodes: Vec<Node>,
    /// Implementation entries beyond [`MOST_ITEMS`]: search to see them.
    pub left_out: usize,
}

/// Implementation entries shown at once; thirty thousand would be no page.
pub(crate) const MOST_ITEMS: usize = 2_000;

/// A node to make.
pub(crate) struct NewNode {
    pub parent: Option<String>,
    pub kind: String,
    pub code: String,
    pub name: String,
}

impl Catalogue {
    /// The tree, or the parts of it where a word of the question stands, with the way to them.
    pub(crate) async fn tree(&self, caller: &Principal, q: &str) -> Result<Tree> {
        let conn = self.platform.db.read();
        let rows = node::Entity::find().order_by_asc(node::Column::Code).all(conn).await?;
        let mut heads = item::Entity::find().order_by_asc(item::Column::TaskCode).all(conn).await?;
        heads.retain(|head| caller.reaches(head.org_id, &head.slug));
        let q = q.trim().to_lowercase();
        let hit = |code: &str, name: &str| q.is_empty() || code.contains(&q) || name.to_lowercase().contains(&q);
        let mut shown = 0;
        let mut items: HashMap<String, Vec<Node>> = HashMap::new();
        for head in heads {
            let state = editor_state(&head);
            let card: Option<Card> = head.card.map(serde_json::from_value).transpose()?;
            let below: Vec<Node> = card
                .map(|card| card.handle_items)
                .unwrap_or_default()
                .into_iter()
                .map(|(code, name)| leaf("handle_item", code, name, 0))
                .filter(|node| hit(&node.code, &node.name) || hit(&head.task_code, &head.name))
                .collect();
            if below.is_empty() && !hit(&head.task_code, &head.name) {
                continue;
            }
            shown += 1;
            if shown > MOST_ITEMS {
                continue;
            }
            let mut node = leaf("item", head.task_code, head.name, head.draft_version);
            node.slug = Some(head.slug);
            node.state = Some(state.0.to_owned());
            node.children = below;
            items.entry(head.basic_code).or_default().push(node);
        }
        let mut subs: HashMap<String, Vec<Node>> = HashMap::new();
        let (main, sub): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.parent_code.is_none());
        for row in sub {
            let mut node = leaf("sub", row.code, row.name, row.version);
            node.children = items.remove(&node.code).unwrap_or_default();
            if node.children.is_empty() && !hit(&node.code, &node.name) {
                continue;
            }
            subs.entry(row.parent_code.unwrap_or_default()).or_default().push(node);
        }
        let mut tree = Vec::new();
        for row in main {
            let mut node = leaf("catalogue", row.code, row.name, row.version);
            node.children = subs.remove(&node.code).unwrap_or_default();
            node.children.extend(items.remove(&node.code).unwrap_or_default());
            if !node.children.is_empty() || hit(&node.code, &node.name) {
                tree.push(node);
            }
        }
        Ok(Tree { nodes: tree, left_out: shown.saturating_sub(MOST_ITEMS) })
    }

    /// Makes a node of the two upper levels.
    pub(crate) async fn create_node(
        &self,
        caller: &Allowed<EditItem>,
        new: NewNode,
        once: Option<String>,
    ) -> Result<Node> {
        let name = named(&new.name)?;
        let code = code(&new.code)?;
        let kind = match new.kind.as_str() {
            "catalogue" => "catalogue",
            "sub" => "sub",
            "item" => {
                return Err(Problem::invalid_field("/kind", "not_here", "实施清单请用“新建事项”来建，要素要一起填"));
            }
            "handle_item" => {
                return Err(Problem::invalid_field("/kind", "not_here", "业务办理项请在事项的要素里加"));
            }
            _ => return Err(Problem::invalid_field("/kind", "unknown", "只能建通用目录（catalogue）或子项（sub）")),
        };
        let parent = match (kind, &new.parent) {
            ("catalogue", None) if code.sub().is_none() => None,
            ("catalogue", None) => {
                return Err(Problem::invalid_field("/code", "format", "通用目录的编码后三位要是 000"));
            }
            ("catalogue", Some(_)) => {
                return Err(Problem::invalid_field("/parent_id", "top", "通用目录是最上一级，上面不能再挂"));
            }
            (_, None) => return Err(Problem::invalid_field("/parent_id", "required", "子项要挂在一个通用目录下面")),
            (_, Some(parent)) => {
                if code.sub().is_none() || code.main_item().to_string() != *parent {
                    let message = "子项的编码前 9 位要和上级一样，后三位不能是 000";
                    return Err(Problem::invalid_field("/code", "format", message));
                }
                Some(parent.clone())
            }
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "catalogue.create",
            format!("node:{code}"),
            json!({ "name": name }),
        );
        let made = leaf(kind, code.to_string(), name.clone(), 1);
        let (by, claimed) = (caller.id, self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    let taken = node::Entity::find_by_id(code.to_string()).one(conn).await?.is_some();
                    if let Some(once) = once
                        && idempotency::claim(tx, by, "catalogue.create", &once, claimed).await?.is_some()
                    {
                        return if taken { Ok(()) } else { Err(idempotency::reused()) };
                    }
                    if taken {
                        return Err(Problem::invalid_field("/code", "taken", "这个编码已经有了，请核对"));
                    }
                    if let Some(parent) = &parent
                        && node::Entity::find_by_id(parent.clone()).one(conn).await?.is_none()
                    {
                        return Err(Problem::invalid_field("/parent_id", "unknown", "上级目录不存在，请先建上级"));
                    }
                    node::Entity::insert(node::ActiveModel {
                        code: Set(code.to_string()),
                        kind: Set(kind.to_owned()),
                        name: Set(name),
                        parent_code: Set(parent),
                        version: Set(1),
                        updated_at: Set(tx.now()),
                    })
                    .exec_without_returning(conn)
                    .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(made)
    }

    /// Renames a node. The code names it and stays.
    pub(crate) async fn rename_node(
        &self,
        caller: &Allowed<EditItem>,
        id: &str,
        new_code: &str,
        name: &str,
        seen: i64,
    ) -> Result<Node> {
        let name = named(name)?;
        if new_code != id {
            return Err(Problem::invalid_field("/code", "fixed", "编码建好以后不能改。编错了的，删去重建"));
        }
        let line =
            Line::by(caller, self.platform.new_id(), "catalogue.rename", format!("node:{id}"), json!({ "name": name }));
        let key = id.to_owned();
        let row = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    let row = known(conn, &key).await?;
                    if row.version != seen {
                        return Err(Problem::stale());
                    }
                    node::Entity::update_many()
                        .col_expr(node::Column::Name, Expr::value(name.clone()))
                        .col_expr(node::Column::Version, Expr::value(seen + 1))
                        .col_expr(node::Column::UpdatedAt, Expr::value(tx.now()))
                        .filter(node::Column::Code.eq(key))
                        .exec(conn)
                        .await?;
                    tx.audit(line.entry().changed(json!({ "name": row.name }), json!({ "name": name })));
                    Ok(node::Model { name, version: seen + 1, ..row })
                })
            })
            .await?;
        let kind = if row.parent_code.is_some() { "sub" } else { "catalogue" };
        Ok(leaf(kind, row.code, row.name, row.version))
    }

    /// Deletes a node that nothing hangs on.
    pub(crate) async fn delete_node(&self, caller: &Allowed<EditItem>, id: &str) -> Result<()> {
        let line = Line::by(caller, self.platform.new_id(), "catalogue.delete", format!("node:{id}"), json!({}));
        let key = id.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    known(conn, &key).await?;
                    let subs = node::Entity::find().filter(node::Column::ParentCode.eq(&key)).count(conn).await?;
                    if subs > 0 {
                        let title = format!("下面还有 {subs} 个子项，先删子项，再删这一级。");
                        return Err(Problem::conflict("node_has_children", title));
                    }
                    // All items, also those the caller does not see: they would lose their place.
                    let items = item::Entity::find().filter(item::Column::BasicCode.eq(&key)).count(conn).await?;
                    if items > 0 {
                        let title = format!("下面还有 {items} 个实施清单，不能删。");
                        return Err(Problem::conflict("node_has_items", title));
                    }
                    node::Entity::delete_by_id(key).exec(conn).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

/// State of an item as an editor sees it, with its name.
pub(crate) fn editor_state(head: &item::Model) -> (&'static str, &'static str) {
    match (head.state.as_str(), head.version, &head.draft) {
        ("3", ..) => ("cancelled", "已取消"),
        (_, 0, _) => ("draft", "草稿"),
        (.., Some(_)) => ("changed", "有改动未发布"),
        ("2", ..) => ("suspended", "暂停办理"),
        _ => ("published", "已发布"),
    }
}

async fn known(conn: &impl ConnectionTrait, code: &str) -> Result<node::Model> {
    let row = node::Entity::find_by_id(code.to_owned()).one(conn).await?;
    row.ok_or_else(|| Problem::not_found("没有找到这个目录，可能刚刚删去了。"))
}

fn leaf(kind: &'static str, code: String, name: String, version: i64) -> Node {
    Node { id: code.clone(), kind, code, name, slug: None, state: None, version, children: Vec::new() }
}

fn named(name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        1..=100 => Ok(name.to_owned()),
        _ => Err(Problem::invalid_field("/name", "length", "名称要 1 到 100 个字")),
    }
}

fn code(text: &str) -> Result<BasicCode> {
    BasicCode::parse(text).map_err(|error| Problem::invalid_field("/code", "format", error.to_string()))
}

/// Number of nodes of a tree.
pub(crate) fn count(tree: &[Node]) -> usize {
    tree.iter().map(|node| 1 + count(&node.children)).sum()
}

/// Codes seen twice would mean a broken tree; used by tests.
#[cfg(test)]
pub(crate) fn codes(tree: &[Node]) -> std::collections::HashSet<String> {
    tree.iter().flat_map(|node| std::iter::once(node.code.clone()).chain(codes(&node.children))).collect()
}
