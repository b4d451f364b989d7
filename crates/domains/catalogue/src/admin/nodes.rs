//! The catalogue tree 通用目录 → 子项 → 实施清单 → 业务办理项 (ITEM-001).
//!
//! The two upper levels are rows of their own and changed here; an implementation entry with its
//! handling items is an item and changed there. A child never exists without its parent, a code is
//! used once, and what has children stays.
//!
//! A small tree is shown whole. Of a large one a level is shown at a time, asked for with the code above it; a
//! question brings what it finds with the way there.

use std::collections::{BTreeSet, HashMap, HashSet};

use base::codes::BasicCode;
use platform::web::guard::{Allowed, Principal};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Func};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
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
    /// Whether there is something below that this answer leaves out: ask with `below`.
    pub more: bool,
    /// Below it.
    pub children: Vec<Node>,
}

/// The tree.
pub(crate) struct Tree {
    pub nodes: Vec<Node>,
    /// Entries beyond [`MOST`]: search to see them.
    pub left_out: usize,
}

/// Entries shown at once; thirty thousand would be no page.
pub(crate) const MOST: usize = 500;
/// Nodes and entries of a tree that is shown whole.
pub(crate) const WHOLE: usize = 200;
/// Rows read at a time, and codes one statement names.
const ROWS: usize = 500;

/// A node to make.
pub(crate) struct NewNode {
    pub parent: Option<String>,
    pub kind: String,
    pub code: String,
    pub name: String,
}

impl Catalogue {
    /// The tree: with words what they are found in, with the way to it; with a code what is below it; else all of a
    /// small one and the uppermost level of a large one.
    pub(crate) async fn tree(&self, caller: &Principal, q: &str, below: Option<&str>) -> Result<Tree> {
        let q = q.trim().to_lowercase();
        if !q.is_empty() {
            return self.found_in_tree(caller, &q).await;
        }
        if let Some(code) = below.map(str::trim).filter(|code| !code.is_empty()) {
            return self.level_below(caller, code).await;
        }
        let conn = self.platform.db.read();
        let some = WHOLE as u64 + 1;
        let rows = node::Entity::find().order_by_asc(node::Column::Code).limit(some).all(conn).await?;
        if rows.len() > WHOLE {
            return self.uppermost(caller).await;
        }
        let heads = within(caller).order_by_asc(item::Column::TaskCode).limit(some).all(conn).await?;
        if heads.len() > WHOLE {
            return self.uppermost(caller).await;
        }
        let mut items = Items::default();
        for head in heads {
            items.take(head, "")?;
        }
        Ok(Tree { nodes: assemble(rows, items.by_code, ""), left_out: 0 })
    }

    /// Nodes, entries and handling items with the question in their code or name, and the nodes above them.
    async fn found_in_tree(&self, caller: &Principal, q: &str) -> Result<Tree> {
        use sea_orm::sea_query::ExprTrait;
        let conn = self.platform.db.read();
        let like = |text: Expr| Expr::expr(Func::lower(text)).like(pattern(q));
        let any = Condition::any()
            .add(like(Expr::col(item::Column::TaskCode)))
            .add(like(Expr::col(item::Column::Name)))
            // The handling items, and more besides: what is too much is left out below.
            .add(like(Expr::col(item::Column::Card).cast_as(Alias::new("text"))));
        let mut items = Items::default();
        let mut after = String::new();
        loop {
            let page = within(caller).filter(any.clone()).filter(item::Column::TaskCode.gt(after));
            let heads = page.order_by_asc(item::Column::TaskCode).limit(ROWS as u64).all(conn).await?;
            let last = heads.last().map(|head| head.task_code.clone());
            let more = heads.len() == ROWS;
            for head in heads {
                items.take(head, q)?;
            }
            match last {
                Some(last) if more => after = last,
                _ => break,
            }
        }
        let named = Condition::any().add(like(Expr::col(node::Column::Code))).add(like(Expr::col(node::Column::Name)));
        let mut rows = node::Entity::find().filter(named).all(conn).await?;
        // Twice upwards: an entry hangs on a sub-item, and that on a node of the common catalogue.
        let mut above: BTreeSet<String> = items.by_code.keys().cloned().collect();
        for _ in 0..2 {
            above.extend(rows.iter().filter_map(|row| row.parent_code.clone()));
            let wanted: Vec<String> = {
                let here: HashSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
                above.iter().filter(|code| !here.contains(code.as_str())).cloned().collect()
            };
            for codes in wanted.chunks(ROWS) {
                rows.extend(node::Entity::find().filter(node::Column::Code.is_in(codes.to_vec())).all(conn).await?);
            }
        }
        rows.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        Ok(Tree { left_out: items.left_out(), nodes: assemble(rows, items.by_code, q) })
    }

    /// The nodes of the common catalogue.
    async fn uppermost(&self, caller: &Principal) -> Result<Tree> {
        let conn = self.platform.db.read();
        let main = || node::Entity::find().filter(node::Column::ParentCode.is_null());
        let rows = main().order_by_asc(node::Column::Code).limit(MOST as u64).all(conn).await?;
        let all = if rows.len() < MOST { rows.len() as u64 } else { main().count(conn).await? };
        let mut nodes: Vec<Node> =
            rows.into_iter().map(|row| leaf("catalogue", row.code, row.name, row.version)).collect();
        self.mark_more(caller, &mut nodes).await?;
        let left_out = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(nodes.len());
        Ok(Tree { nodes, left_out })
    }

    /// Sub-items of a node and the entries that hang on it.
    async fn level_below(&self, caller: &Principal, code: &str) -> Result<Tree> {
        let conn = self.platform.db.read();
        known(conn, code).await?;
        let subs = node::Entity::find().filter(node::Column::ParentCode.eq(code)).order_by_asc(node::Column::Code);
        let mut nodes: Vec<Node> =
            subs.all(conn).await?.into_iter().map(|row| leaf("sub", row.code, row.name, row.version)).collect();
        self.mark_more(caller, &mut nodes).await?;
        let here = || within(caller).filter(item::Column::BasicCode.eq(code));
        let heads = here().order_by_asc(item::Column::TaskCode).limit(MOST as u64).all(conn).await?;
        let all = if heads.len() < MOST { heads.len() as u64 } else { here().count(conn).await? };
        let mut items = Items::default();
        for head in heads {
            items.take(head, "")?;
        }
        let left_out = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(items.met);
        nodes.extend(items.by_code.remove(code).unwrap_or_default());
        Ok(Tree { nodes, left_out })
    }

    /// Marks the nodes that something hangs below.
    async fn mark_more(&self, caller: &Principal, nodes: &mut [Node]) -> Result<()> {
        let conn = self.platform.db.read();
        for part in nodes.chunks_mut(ROWS) {
            let codes: Vec<String> = part.iter().map(|node| node.code.clone()).collect();
            let subs: Vec<String> = node::Entity::find()
                .select_only()
                .column(node::Column::ParentCode)
                .distinct()
                .filter(node::Column::ParentCode.is_in(codes.clone()))
                .into_tuple()
                .all(conn)
                .await?;
            let items: Vec<String> = within(caller)
                .select_only()
                .column(item::Column::BasicCode)
                .distinct()
                .filter(item::Column::BasicCode.is_in(codes))
                .into_tuple()
                .all(conn)
                .await?;
            let above: HashSet<String> = subs.into_iter().chain(items).collect();
            for node in part {
                node.more = above.contains(&node.code);
            }
        }
        Ok(())
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

/// Entries of a tree in the making.
#[derive(Default)]
struct Items {
    by_code: HashMap<String, Vec<Node>>,
    /// All that were met, shown or not.
    met: usize,
}

impl Items {
    /// Takes an entry with its handling items, if the question stands in one of them.
    fn take(&mut self, head: item::Model, q: &str) -> Result<()> {
        let state = editor_state(&head);
        let card: Option<Card> = head.card.map(serde_json::from_value).transpose()?;
        let own = holds(&head.task_code, &head.name, q);
        let below: Vec<Node> = card
            .map(|card| card.handle_items)
            .unwrap_or_default()
            .into_iter()
            .map(|(code, name)| leaf("handle_item", code, name, 0))
            .filter(|node| own || holds(&node.code, &node.name, q))
            .collect();
        if below.is_empty() && !own {
            return Ok(());
        }
        self.met += 1;
        if self.met <= MOST {
            let mut node = leaf("item", head.task_code, head.name, head.draft_version);
            node.slug = Some(head.slug);
            node.state = Some(state.0.to_owned());
            node.children = below;
            self.by_code.entry(head.basic_code).or_default().push(node);
        }
        Ok(())
    }

    fn left_out(&self) -> usize {
        self.met.saturating_sub(MOST)
    }
}

/// Puts entries below their nodes; a node stays when the question stands in it or something hangs below it.
fn assemble(rows: Vec<node::Model>, mut items: HashMap<String, Vec<Node>>, q: &str) -> Vec<Node> {
    let mut subs: HashMap<String, Vec<Node>> = HashMap::new();
    let (main, sub): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.parent_code.is_none());
    for row in sub {
        let mut node = leaf("sub", row.code, row.name, row.version);
        node.children = items.remove(&node.code).unwrap_or_default();
        if node.children.is_empty() && !holds(&node.code, &node.name, q) {
            continue;
        }
        subs.entry(row.parent_code.unwrap_or_default()).or_default().push(node);
    }
    let mut tree = Vec::new();
    for row in main {
        let mut node = leaf("catalogue", row.code, row.name, row.version);
        node.children = subs.remove(&node.code).unwrap_or_default();
        node.children.extend(items.remove(&node.code).unwrap_or_default());
        if !node.children.is_empty() || holds(&node.code, &node.name, q) {
            tree.push(node);
        }
    }
    tree
}

/// Entries the caller may see.
fn within(caller: &Principal) -> Select<item::Entity> {
    item::Entity::find().filter(caller.within(item::Column::OrgId, item::Column::Slug))
}

/// Whether a question in lower case stands in a code or a name.
fn holds(code: &str, name: &str, q: &str) -> bool {
    code.contains(q) || name.to_lowercase().contains(q)
}

/// A pattern for rows that may hold the question; what has a meaning in patterns or in JSON stands for anything.
fn pattern(q: &str) -> String {
    format!("%{}%", q.replace(['%', '_', '\\'], "_").replace('"', "%"))
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
    Node { id: code.clone(), kind, code, name, slug: None, state: None, version, more: false, children: Vec::new() }
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
