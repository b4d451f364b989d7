//! Custom roles, duties that exclude each other, mandates (IDENT-029, IDENT-030).

pub(crate) mod mandates;
pub(crate) mod model;

use std::collections::BTreeSet;

use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::organisations::Faults;
use super::rights::{self, World};
use super::store::{exclusion_rows, role_rows};
use super::{Giver, name, no_org, part, reason};
use crate::Identity;
use crate::roles::{self, Sees};

/// A custom role as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RoleEdit {
    /// Stable key of a new role; ignored when changing one.
    #[serde(default)]
    pub key: Option<String>,
    /// Version of the page; ignored for a new role.
    #[serde(default)]
    pub version: i64,
    /// Chinese name.
    pub label: String,
    /// How far it sees.
    pub sees: Sees,
    /// Permission keys.
    pub permissions: Vec<String>,
    /// Part of the tree that may use it; everybody when absent. Never changes.
    #[serde(default)]
    pub org_id: Option<Uuid>,
}

/// A rule of duties that exclude each other.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewExclusion {
    /// Name.
    pub label: String,
    /// `role:<key>` or permission keys.
    pub one_side: Vec<String>,
    /// `role:<key>` or permission keys.
    pub other_side: Vec<String>,
    /// Why, for whoever is refused.
    pub reason: String,
}

pub(crate) fn no_role() -> Problem {
    Problem::not_found("没有找到这个岗位。")
}

fn built_in() -> Problem {
    Problem::conflict("role_built_in", "内置岗位不能改，也不能删。")
        .detail("需要不一样的权限，请新建一个岗位，从内置岗位复制。")
}

/// Whether a role is the giver's to change: made for a part below, or, for a city-wide one, only by
/// whoever may give everything.
fn ours(world: &World, giver: &Giver, home: Option<Uuid>) -> bool {
    match (giver, home) {
        (Giver::Operator, _) => true,
        (_, Some(org)) => part(world, giver).contains(&org),
        (Giver::Caller(caller, _), None) => {
            world.member(caller.id).is_some_and(|member| world.permissions(member).contains(rights::GRANT_ALL))
        }
    }
}

/// Permissions a giver may put into a role at all.
pub(crate) fn grantable(world: &World, giver: &Giver) -> BTreeSet<String> {
    match giver {
        Giver::Operator => world.directory.roles.every_permission(Audience::Desk),
        Giver::Caller(caller, _) => world
            .member(caller.id)
            .map(|member| world.powers(member).into_iter().flat_map(|power| power.permissions).collect())
            .unwrap_or_default(),
    }
}

fn check(world: &World, giver: &Giver, edit: &RoleEdit, faults: &mut Faults) {
    faults.keep(name("/label", &edit.label, 20));
    let known = world.directory.roles.every_permission(Audience::Desk);
    let may = grantable(world, giver);
    if edit.permissions.is_empty() {
        faults.add("/permissions", "required", "请至少勾选一项权限");
    }
    for key in &edit.permissions {
        if !known.contains(key) {
            faults.add("/permissions", "unknown", format!("没有“{key}”这项权限"));
        } else if !may.contains(key) {
            faults.add("/permissions", "beyond_own", format!("您没有授予“{key}”的权力，请去掉"));
        }
    }
    let held: BTreeSet<&String> = edit.permissions.iter().collect();
    for rule in &world.directory.exclusions {
        if rule.one_side.iter().any(|key| held.contains(key)) && rule.other_side.iter().any(|key| held.contains(key)) {
            faults.add("/permissions", "exclusive", format!("{}：{}，请分成两个岗位", rule.label, rule.reason));
        }
    }
}

impl Identity {
    /// Makes a custom role; returns its key.
    ///
    /// # Errors
    /// 422 names the wrong fields; permissions the giver may not give are among them.
    pub async fn create_role(&self, giver: &Giver, edit: RoleEdit) -> Result<String> {
        let line_id = self.platform.new_id();
        let id = self.platform.new_id();
        let chosen = edit.key.clone().filter(|key| !key.trim().is_empty());
        // The same request names the same key, or none: then the key is made from the id.
        let named = move |id: Uuid| chosen.clone().unwrap_or_else(|| format!("role-{}", id.simple()));
        let (who, key) = (giver.clone(), named(id));
        self.govern_new(giver, "role.create", move |tx, world| {
            Box::pin(async move {
                if !ours(world, &who, edit.org_id) {
                    return Err(match edit.org_id {
                        Some(_) => no_org(),
                        None => Problem::invalid_field("/org_id", "required", "请选择哪个机构用这个岗位"),
                    });
                }
                let mut faults = Faults::default();
                let good = (2..=60).contains(&key.len())
                    && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
                if !good {
                    faults.add("/key", "format", "岗位代码只用小写字母、数字、横线和下划线");
                }
                if world.directory.roles.get(&key).is_some() {
                    faults.add("/key", "taken", "这个岗位代码已经有了，请换一个");
                }
                check(world, &who, &edit, &mut faults);
                faults.check()?;
                tx.audit(who.line(
                    line_id,
                    "role.create",
                    format!("role:{key}"),
                    json!({ "permissions": edit.permissions }),
                ));
                role_rows::Entity::insert(role_rows::ActiveModel {
                    key: Set(key.clone()),
                    label: Set(edit.label.trim().to_owned()),
                    sees: Set(edit.sees.as_str().to_owned()),
                    permissions: Set(json!(edit.permissions)),
                    org_id: Set(edit.org_id),
                    version: Set(1),
                    created_at: Set(tx.now()),
                })
                .exec_without_returning(tx.conn())
                .await?;
                Ok(id)
            })
        })
        .await
        .map(named)
    }

    /// Changes a custom role; whoever holds it gains and loses at once.
    ///
    /// # Errors
    /// 409 for a built-in one and an old page, 403 when a holder would gain beyond the giver's powers.
    pub async fn edit_role(&self, giver: &Giver, key: &str, edit: RoleEdit) -> Result<()> {
        if roles::all().contains_key(key) {
            return Err(built_in());
        }
        let line_id = self.platform.new_id();
        let (who, key) = (giver.clone(), key.to_owned());
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = role_rows::Entity::find_by_id(key.clone()).one(tx.conn()).await?;
                let old = old.filter(|old| ours(world, &who, old.org_id)).ok_or_else(no_role)?;
                let mut faults = Faults::default();
                check(world, &who, &edit, &mut faults);
                faults.check()?;
                let changed = role_rows::Entity::update_many()
                    .col_expr(role_rows::Column::Label, Expr::value(edit.label.trim().to_owned()))
                    .col_expr(role_rows::Column::Sees, Expr::value(edit.sees.as_str()))
                    .col_expr(role_rows::Column::Permissions, Expr::value(json!(edit.permissions)))
                    .col_expr(role_rows::Column::Version, Expr::value(edit.version + 1))
                    .filter(role_rows::Column::Key.eq(key.clone()))
                    .filter(role_rows::Column::Version.eq(edit.version))
                    .exec(tx.conn())
                    .await?;
                if changed.rows_affected != 1 {
                    return Err(Problem::stale());
                }
                let before = json!({ "label": old.label, "sees": old.sees, "permissions": old.permissions });
                let after =
                    json!({ "label": edit.label.trim(), "sees": edit.sees.as_str(), "permissions": edit.permissions });
                let line = who.line(line_id, "role.edit", format!("role:{key}"), json!({}));
                tx.audit(line.entry().changed(before, after));
                Ok(())
            })
        })
        .await
    }

    /// Takes a custom role away.
    ///
    /// # Errors
    /// 409 for a built-in one, one that somebody holds, an old page.
    pub async fn remove_role(&self, giver: &Giver, key: &str, version: i64) -> Result<()> {
        if roles::all().contains_key(key) {
            return Err(built_in());
        }
        let line_id = self.platform.new_id();
        let (who, key) = (giver.clone(), key.to_owned());
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = role_rows::Entity::find_by_id(key.clone()).one(tx.conn()).await?;
                let old = old.filter(|old| ours(world, &who, old.org_id)).ok_or_else(no_role)?;
                if old.version != version {
                    return Err(Problem::stale());
                }
                let holders = world.members.iter().filter(|member| member.staff.roles.contains(&key)).count();
                if holders > 0 {
                    let text = format!("还有 {holders} 人在“{}”岗位上，不能删除。", old.label);
                    return Err(Problem::conflict("role_held", text).detail("请先给他们换岗位。"));
                }
                role_rows::Entity::delete_by_id(key.clone()).exec(tx.conn()).await?;
                tx.audit(who.line(line_id, "role.remove", format!("role:{key}"), json!({ "label": old.label })));
                Ok(())
            })
        })
        .await
    }

    /// Adds a rule of duties that exclude each other; returns its id.
    ///
    /// # Errors
    /// 409 while somebody holds both sides, 422 names the wrong fields.
    pub async fn create_exclusion(&self, giver: &Giver, new: NewExclusion) -> Result<Uuid> {
        let why = reason(&new.reason)?;
        let (id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "exclusion.create", move |tx, world| {
            Box::pin(async move {
                let mut faults = Faults::default();
                faults.keep(name("/label", &new.label, 40));
                let book = &world.directory.roles;
                let known = book.every_permission(Audience::Desk);
                for (pointer, side) in [("/one_side", &new.one_side), ("/other_side", &new.other_side)] {
                    if side.is_empty() {
                        faults.add(pointer, "required", "两边都要至少选一项");
                    }
                    for key in side {
                        let found = match key.strip_prefix("role:") {
                            Some(role) => book.get(role).is_some(),
                            None => known.contains(key),
                        };
                        if !found {
                            faults.add(pointer, "unknown", format!("没有“{key}”这个岗位或权限"));
                        }
                    }
                }
                if new.one_side.iter().any(|key| new.other_side.contains(key)) {
                    faults.add("/other_side", "same", "同一项不能两边都选");
                }
                faults.check()?;
                exclusion_rows::Entity::insert(exclusion_rows::ActiveModel {
                    id: Set(id),
                    label: Set(new.label.trim().to_owned()),
                    one_side: Set(json!(new.one_side)),
                    other_side: Set(json!(new.other_side)),
                    reason: Set(why),
                    version: Set(1),
                })
                .exec_without_returning(tx.conn())
                .await?;
                let detail = json!({ "one_side": new.one_side, "other_side": new.other_side });
                tx.audit(who.line(line_id, "exclusion.create", format!("exclusion:{id}"), detail));
                Ok(id)
            })
        })
        .await
    }

    /// Takes an own rule away.
    ///
    /// # Errors
    /// 409 for a built-in one, 404 for an unknown one.
    pub async fn remove_exclusion(&self, giver: &Giver, id: &str) -> Result<()> {
        let Ok(uuid) = id.parse::<Uuid>() else {
            let known = model::built_in_exclusions().iter().any(|rule| rule.id == id);
            return Err(if known {
                Problem::conflict("exclusion_built_in", "内置的互斥规则不能删除。")
            } else {
                Problem::not_found("没有找到这条互斥规则。")
            });
        };
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, _| {
            Box::pin(async move {
                let removed = exclusion_rows::Entity::delete_by_id(uuid).exec(tx.conn()).await?;
                if removed.rows_affected == 0 {
                    return Err(Problem::not_found("没有找到这条互斥规则。"));
                }
                tx.audit(who.line(line_id, "exclusion.remove", format!("exclusion:{uuid}"), json!({})));
                Ok(())
            })
        })
        .await
    }
}
