//! Township extension 乡镇延伸 (IDENT-028): an item of the district is taken in at a town or village
//! by its own window and staff; the district's own people examine and decide.

use std::collections::BTreeSet;

use platform::Tx;
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::organisations::Faults;
use super::rights::World;
use super::store::extension_rows;
use super::{Giver, no_org, part, reason};
use crate::Identity;
use crate::model::staff::Window;
use crate::store::directory::{self, window_items, window_staff};
use crate::store::staff::row as staff_row;

/// An item opened at a town.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewExtension {
    /// Item of the district.
    pub item_slug: String,
    /// Organisation of the town or village.
    pub town_id: Uuid,
    /// Its window.
    pub window_id: Uuid,
    /// Its staff who take the item in.
    pub staff: Vec<Uuid>,
    /// Materials taken in there; empty = all.
    #[serde(default)]
    pub materials: Vec<String>,
}

/// A change of one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ExtensionEdit {
    /// Version of the page.
    pub version: i64,
    /// Window.
    pub window_id: Uuid,
    /// Staff.
    pub staff: Vec<Uuid>,
    /// Materials taken in there; empty = all.
    #[serde(default)]
    pub materials: Vec<String>,
}

fn no_extension() -> Problem {
    Problem::not_found("没有找到这项乡镇延伸，或者它已经关闭。")
}

fn check(
    world: &World,
    giver: &Giver,
    town: Uuid,
    window: Uuid,
    staff: &[Uuid],
    faults: &mut Faults,
) -> Option<Window> {
    let tree = &world.directory.tree;
    let below: BTreeSet<Uuid> = tree.subtree(town).into_iter().collect();
    let found = world.directory.windows.values().find(|one| one.id == window && below.contains(&one.org_id));
    if found.is_none() {
        faults.add("/window_id", "unknown", "请选择这个乡镇（村）自己的窗口");
    }
    if staff.is_empty() {
        faults.add("/staff", "required", "请至少选一位收件人员");
    }
    let inside = part(world, giver);
    let ours = |id: &Uuid| {
        world.member(*id).is_some_and(|one| below.contains(&one.staff.org_id) && inside.contains(&one.staff.org_id))
    };
    if !staff.iter().all(ours) {
        faults.add("/staff", "unknown", "收件人员要是这个乡镇（村）自己的人员");
    }
    found.cloned()
}

/// Links the item to the window and seats the staff there; who has an item list gets the item added.
async fn link(tx: &Tx, world: &World, slug: &str, window: &Window, staff: &[Uuid]) -> Result<()> {
    let taken = world.directory.links.items.get(&window.key).is_some_and(|items| items.iter().any(|one| one == slug));
    if !taken {
        let row = window_items::ActiveModel { window_key: Set(window.key.clone()), item_slug: Set(slug.to_owned()) };
        window_items::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    }
    for id in staff {
        let Some(member) = world.member(*id) else { continue };
        if !member.windows.contains(&window.key) {
            let row = window_staff::ActiveModel { window_key: Set(window.key.clone()), staff_id: Set(*id) };
            window_staff::Entity::insert(row).exec_without_returning(tx.conn()).await?;
        }
        if !member.staff.items.is_empty() && !member.staff.items.iter().any(|one| one == slug) {
            let mut items = member.staff.items.clone();
            items.push(slug.to_owned());
            let columns = vec![(staff_row::Column::Items, Expr::value(json!(items)))];
            super::staff::people::update(tx, *id, member.staff.version, columns).await?;
        }
    }
    Ok(())
}

/// Takes the item from the window. A window without items would serve its whole hall, so the last
/// item takes the seats along.
async fn unlink(tx: &Tx, slug: &str, window_key: &str) -> Result<()> {
    window_items::Entity::delete_many()
        .filter(window_items::Column::WindowKey.eq(window_key))
        .filter(window_items::Column::ItemSlug.eq(slug))
        .exec(tx.conn())
        .await?;
    let left =
        window_items::Entity::find().filter(window_items::Column::WindowKey.eq(window_key)).count(tx.conn()).await?;
    if left == 0 {
        window_staff::Entity::delete_many()
            .filter(window_staff::Column::WindowKey.eq(window_key))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

impl Identity {
    /// Opens an item at a town; returns the extension's id.
    ///
    /// # Errors
    /// 404 outside the part, 409 when it is open there already, 422 names the wrong fields.
    pub async fn open_extension(&self, giver: &Giver, new: NewExtension) -> Result<Uuid> {
        let (id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "extension.open", move |tx, world| {
            Box::pin(async move {
                let inside = part(world, &who);
                let town =
                    world.directory.tree.get(new.town_id).filter(|org| inside.contains(&org.id)).ok_or_else(no_org)?;
                let org =
                    directory::answering(tx.conn(), std::slice::from_ref(&new.item_slug)).await?.into_values().next();
                let org = org.filter(|org| inside.contains(org));
                let mut faults = Faults::default();
                if org.is_none() {
                    faults.add("/item_slug", "unknown", "请选择您管理的单位已经发布的事项");
                }
                if town.level < 5 {
                    faults.add("/town_id", "not_town", "请选择乡镇、街道或村、社区的机构");
                }
                let window = check(world, &who, new.town_id, new.window_id, &new.staff, &mut faults);
                faults.check()?;
                let (Some(org), Some(window)) = (org, window) else { return Err(no_extension()) };
                let open = extension_rows::Entity::find()
                    .filter(extension_rows::Column::ItemSlug.eq(new.item_slug.clone()))
                    .filter(extension_rows::Column::TownId.eq(new.town_id))
                    .filter(extension_rows::Column::State.eq("open"))
                    .count(tx.conn())
                    .await?;
                if open > 0 {
                    return Err(Problem::conflict("already_open", "这个事项已经在这里开通了。"));
                }
                link(tx, world, &new.item_slug, &window, &new.staff).await?;
                let detail = json!({ "item": new.item_slug, "town": new.town_id, "staff": new.staff });
                extension_rows::Entity::insert(extension_rows::ActiveModel {
                    id: Set(id),
                    item_slug: Set(new.item_slug),
                    org_id: Set(org),
                    town_id: Set(new.town_id),
                    window_key: Set(window.key),
                    staff: Set(json!(new.staff)),
                    materials: Set(json!(new.materials)),
                    state: Set("open".to_owned()),
                    opened_at: Set(tx.now()),
                    closed_at: Set(None),
                    version: Set(1),
                })
                .exec_without_returning(tx.conn())
                .await?;
                tx.audit(who.line(line_id, "extension.open", format!("extension:{id}"), detail));
                Ok(id)
            })
        })
        .await
    }

    /// Changes window, staff and materials.
    ///
    /// # Errors
    /// 404 for a closed one, 409 for an old page, 422 names the wrong fields.
    pub async fn edit_extension(&self, giver: &Giver, id: Uuid, edit: ExtensionEdit) -> Result<()> {
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(tx, world, &who, id, edit.version).await?;
                let mut faults = Faults::default();
                let window = check(world, &who, old.town_id, edit.window_id, &edit.staff, &mut faults);
                faults.check()?;
                let Some(window) = window else { return Err(no_extension()) };
                if window.key != old.window_key {
                    unlink(tx, &old.item_slug, &old.window_key).await?;
                } else {
                    // Who is taken off the list leaves the window.
                    let before: Vec<Uuid> = serde_json::from_value(old.staff)?;
                    let gone: Vec<Uuid> = before.into_iter().filter(|id| !edit.staff.contains(id)).collect();
                    window_staff::Entity::delete_many()
                        .filter(window_staff::Column::WindowKey.eq(window.key.clone()))
                        .filter(window_staff::Column::StaffId.is_in(gone))
                        .exec(tx.conn())
                        .await?;
                }
                link(tx, world, &old.item_slug, &window, &edit.staff).await?;
                extension_rows::Entity::update_many()
                    .col_expr(extension_rows::Column::WindowKey, Expr::value(window.key))
                    .col_expr(extension_rows::Column::Staff, Expr::value(json!(edit.staff)))
                    .col_expr(extension_rows::Column::Materials, Expr::value(json!(edit.materials)))
                    .col_expr(extension_rows::Column::Version, Expr::value(edit.version + 1))
                    .filter(extension_rows::Column::Id.eq(id))
                    .exec(tx.conn())
                    .await?;
                tx.audit(who.line(
                    line_id,
                    "extension.edit",
                    format!("extension:{id}"),
                    json!({ "staff": edit.staff }),
                ));
                Ok(())
            })
        })
        .await
    }

    /// Closes it: the town takes nothing new in; its running cases stay with the district.
    ///
    /// # Errors
    /// 404 for a closed one, 409 for an old page.
    pub async fn close_extension(&self, giver: &Giver, id: Uuid, version: i64, why: &str) -> Result<()> {
        let why = reason(why)?;
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(tx, world, &who, id, version).await?;
                unlink(tx, &old.item_slug, &old.window_key).await?;
                extension_rows::Entity::update_many()
                    .col_expr(extension_rows::Column::State, Expr::value("closed"))
                    .col_expr(extension_rows::Column::ClosedAt, Expr::value(Some(tx.now())))
                    .col_expr(extension_rows::Column::Version, Expr::value(version + 1))
                    .filter(extension_rows::Column::Id.eq(id))
                    .exec(tx.conn())
                    .await?;
                tx.audit(who.line(line_id, "extension.close", format!("extension:{id}"), json!({ "reason": why })));
                Ok(())
            })
        })
        .await
    }

    /// Materials a caller may take in for an item, when the caller reaches it only through a township
    /// extension that names some; `None` = all of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn extension_materials(&self, staff: Uuid, item: &str) -> Result<Option<BTreeSet<String>>> {
        let rows = extension_rows::Entity::find()
            .filter(extension_rows::Column::ItemSlug.eq(item))
            .filter(extension_rows::Column::State.eq("open"))
            .all(self.platform.db.read())
            .await?;
        let mut found: Option<BTreeSet<String>> = None;
        for row in rows {
            let who: Vec<Uuid> = serde_json::from_value(row.staff)?;
            let named: Vec<String> = serde_json::from_value(row.materials)?;
            if who.contains(&staff) {
                if named.is_empty() {
                    return Ok(None);
                }
                found.get_or_insert_default().extend(named);
            }
        }
        Ok(found)
    }
}

async fn own(tx: &Tx, world: &World, giver: &Giver, id: Uuid, version: i64) -> Result<extension_rows::Model> {
    let inside = part(world, giver);
    let found = extension_rows::Entity::find_by_id(id).one(tx.conn()).await?;
    let found = found.filter(|row| row.state == "open" && inside.contains(&row.town_id)).ok_or_else(no_extension)?;
    if found.version == version { Ok(found) } else { Err(Problem::stale()) }
}
