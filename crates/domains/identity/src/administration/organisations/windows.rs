//! Windows: where they stand, who runs them, what they take, who sits there.

use platform::Tx;
use platform::web::problem::{Problem, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::rights::World;
use super::super::{Giver, name, part};
use super::{Faults, region_within};
use crate::Identity;
use crate::model::staff::{CLASSES, Window};
use crate::store::directory::{self, LinkedWindow, window_staff, windows};

/// A window as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct WindowEdit {
    /// Version of the page; ignored for a new window.
    #[serde(default)]
    pub version: i64,
    /// Stable key; made from the id when absent. Never changes.
    #[serde(default)]
    pub key: Option<String>,
    /// Key of the hall.
    pub hall_key: String,
    /// Name of the hall.
    pub hall_name: String,
    /// Number on the sign.
    pub number: String,
    /// Text on the sign.
    pub name: String,
    /// guide, handle, delivery, feedback.
    pub kind: String,
    /// Class of a handling window; empty for none (CASE-002).
    #[serde(default)]
    pub class: String,
    /// Organisation that runs it.
    pub org_id: Uuid,
    /// Region, 12 digits, inside the organisation's.
    pub region: String,
    /// Further organisations served.
    #[serde(default)]
    pub orgs: Vec<Uuid>,
    /// Items taken.
    #[serde(default)]
    pub items: Vec<String>,
    /// Who sits there; absent leaves it as it is.
    #[serde(default)]
    pub staff: Option<Vec<Uuid>>,
}

fn no_window() -> Problem {
    Problem::not_found("没有找到这个窗口，或者它不在您的管理范围。")
}

fn own(world: &World, giver: &Giver, id: Uuid) -> Result<Window> {
    let inside = part(world, giver);
    let found = world.directory.windows.values().find(|window| window.id == id && inside.contains(&window.org_id));
    found.cloned().ok_or_else(no_window)
}

async fn seat(tx: &Tx, key: &str, staff: Vec<Uuid>) -> Result<()> {
    window_staff::Entity::delete_many().filter(window_staff::Column::WindowKey.eq(key)).exec(tx.conn()).await?;
    if !staff.is_empty() {
        let rows = staff
            .into_iter()
            .map(|id| window_staff::ActiveModel { window_key: Set(key.to_owned()), staff_id: Set(id) });
        window_staff::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

impl Identity {
    /// Adds a window (`id` absent) or changes one; returns its id.
    ///
    /// # Errors
    /// 404 outside the giver's part, 409 for an old page, 422 names the wrong fields.
    pub async fn save_window(&self, giver: &Giver, id: Option<Uuid>, edit: WindowEdit) -> Result<Uuid> {
        let (new_id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "window.create", move |tx, world| {
            Box::pin(async move {
                let old = id.map(|id| own(world, &who, id)).transpose()?;
                if old.as_ref().is_some_and(|old| old.version != edit.version) {
                    return Err(Problem::stale());
                }
                let inside = part(world, &who);
                let mut faults = Faults::default();
                for (pointer, text, most) in [
                    ("/hall_key", &edit.hall_key, 60),
                    ("/hall_name", &edit.hall_name, 60),
                    ("/number", &edit.number, 10),
                    ("/name", &edit.name, 30),
                ] {
                    faults.keep(name(pointer, text, most));
                }
                if !["guide", "handle", "delivery", "feedback"].contains(&edit.kind.as_str()) {
                    faults.add("/kind", "unknown", "请选择窗口类别");
                }
                if !edit.class.is_empty() {
                    if !CLASSES.iter().any(|(key, _)| *key == edit.class) {
                        faults.add("/class", "unknown", "请在列出的窗口分类里选");
                    } else if edit.kind != "handle" {
                        faults.add("/class", "not_handling", "只有受理窗口有分类，请清空分类或者改成受理窗口");
                    }
                }
                let tree = &world.directory.tree;
                let org = tree.get(edit.org_id).filter(|org| inside.contains(&org.id));
                if org.is_none() {
                    faults.add("/org_id", "unknown", "请选择您管理的机构");
                }
                // Whom it serves besides may lie outside the part: rights are judged by what is gained.
                if edit.orgs.iter().any(|id| tree.get(*id).is_none()) {
                    faults.add("/orgs", "unknown", "有的机构已经不在了，请重新选择");
                }
                // An item nobody answers for yet would open something later that nobody has judged.
                let answering = directory::answering(tx.conn(), &edit.items).await?;
                let taken = old.as_ref().and_then(|old| world.directory.links.items.get(&old.key));
                let held = |slug: &String| taken.is_some_and(|items| items.contains(slug));
                for slug in edit.items.iter().filter(|slug| !answering.contains_key(*slug) && !held(slug)) {
                    faults.add("/items", "unknown", format!("没有“{slug}”这个事项，或者它还没有发布"));
                }
                let seated = edit.staff.clone().unwrap_or_default();
                let is_ours = |id: &Uuid| world.member(*id).is_some_and(|one| inside.contains(&one.staff.org_id));
                if !seated.iter().all(is_ours) {
                    faults.add("/staff", "unknown", "窗口人员要在您管理的人员里选");
                }
                faults.keep(region_within("/region", &edit.region, org.map(|org| org.region.as_str())));
                let wid = old.as_ref().map_or(new_id, |old| old.id);
                let key = match &old {
                    Some(old) => old.key.clone(),
                    None => edit
                        .key
                        .clone()
                        .filter(|key| !key.trim().is_empty())
                        .unwrap_or_else(|| format!("window-{}", wid.simple())),
                };
                if old.is_none() && world.directory.window(&key).is_some() {
                    faults.add("/key", "taken", "这个窗口代码已经有了，请换一个");
                }
                faults.check()?;
                let (mut orgs, mut items) = (edit.orgs, edit.items);
                orgs.sort_unstable();
                orgs.dedup();
                items.sort_unstable();
                items.dedup();
                let window = Window {
                    id: wid,
                    key: key.clone(),
                    hall_key: edit.hall_key.trim().to_owned(),
                    hall_name: edit.hall_name.trim().to_owned(),
                    number: edit.number.trim().to_owned(),
                    name: edit.name.trim().to_owned(),
                    kind: edit.kind,
                    class: edit.class,
                    org_id: edit.org_id,
                    region: edit.region,
                    version: old.as_ref().map_or(1, |old| old.version + 1),
                };
                let action = if old.is_some() { "window.edit" } else { "window.create" };
                let shown = |one: &Window| {
                    json!({ "name": one.name, "hall": one.hall_name, "number": one.number, "kind": one.kind, "class": one.class,
                        "org": one.org_id })
                };
                let line = who.line(
                    line_id,
                    action,
                    format!("window:{wid}"),
                    json!({ "items": items, "staff": seated.len() }),
                );
                let before = old.as_ref().map_or(serde_json::Value::Null, shown);
                tx.audit(line.entry().changed(before, shown(&window)));
                directory::save_windows(tx.conn(), vec![LinkedWindow { window, orgs, items }]).await?;
                if edit.staff.is_some() {
                    seat(tx, &key, seated).await?;
                }
                Ok(wid)
            })
        })
        .await
    }

    /// Takes a window away with everything linked to it.
    ///
    /// # Errors
    /// 404 outside the giver's part, 409 for an old page.
    pub async fn remove_window(&self, giver: &Giver, id: Uuid, version: i64) -> Result<()> {
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id)?;
                if old.version != version {
                    return Err(Problem::stale());
                }
                let links = LinkedWindow { window: old.clone(), orgs: Vec::new(), items: Vec::new() };
                directory::save_windows(tx.conn(), vec![links]).await?;
                seat(tx, &old.key, Vec::new()).await?;
                windows::Entity::delete_by_id(id).exec(tx.conn()).await?;
                tx.audit(who.line(line_id, "window.remove", format!("window:{id}"), json!({ "name": old.name })));
                Ok(())
            })
        })
        .await
    }
}
