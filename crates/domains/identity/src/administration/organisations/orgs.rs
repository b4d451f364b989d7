//! Add, change, move, merge, disable.

use base::codes::Uscc;
use platform::Tx;
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::rights::World;
use super::super::store::mandate_rows;
use super::super::{Giver, name, no_org, part, reason};
use super::{Faults, KINDS, Past, level, region_within, remember};
use crate::Identity;
use crate::model::org::{Org, OrgState};
use crate::store::directory::{item_orgs, orgs, save_orgs, windows};
use crate::store::staff::row as staff_row;

/// A new organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewOrg {
    /// Stable key; made from the id when absent.
    #[serde(default)]
    pub key: Option<String>,
    /// Full name.
    pub name: String,
    /// Name for lists; the full one when absent.
    #[serde(default)]
    pub short_name: Option<String>,
    /// government, department, section, hall, community.
    pub kind: String,
    /// Unified social credit code; a section has none.
    #[serde(default)]
    pub uscc: Option<String>,
    /// Organisation above.
    pub parent_id: Option<Uuid>,
    /// Region, 12 digits, inside the one of the organisation above.
    pub region: String,
    /// Public phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Order among its neighbours.
    #[serde(default)]
    pub sort: i64,
}

/// A change of an organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OrgEdit {
    /// Version of the page.
    pub version: i64,
    /// Full name.
    pub name: String,
    /// Name for lists.
    pub short_name: String,
    /// government, department, section, hall, community.
    pub kind: String,
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// Region, 12 digits.
    pub region: String,
    /// Public phone.
    pub phone: Option<String>,
    /// Order among its neighbours.
    #[serde(default)]
    pub sort: i64,
    /// Why; kept in the history.
    pub reason: String,
}

fn empty_to_none(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What every organisation must fulfil; the same for adding, changing and importing.
pub(crate) fn check(world: &World, org: &Org, faults: &mut Faults) {
    let tree = &world.directory.tree;
    faults.keep(name("/name", &org.name, 60));
    faults.keep(name("/short_name", &org.short_name, 30));
    if !KINDS.iter().any(|(key, _)| *key == org.kind) {
        faults.add("/kind", "unknown", "请选择机构类别");
    }
    if let Some(uscc) = &org.uscc {
        if let Err(error) = Uscc::parse(uscc) {
            faults.add("/uscc", "format", error.to_string());
        } else if tree.by_uscc(uscc).is_some_and(|other| other.id != org.id) {
            faults.add("/uscc", "taken", "这个统一社会信用代码已经是别的机构的，请核对");
        }
    }
    if tree.by_key(&org.key).is_some_and(|other| other.id != org.id) {
        faults.add("/key", "taken", "这个机构代码已经有了，请换一个");
    }
    let parent = org.parent_id.and_then(|id| tree.get(id));
    faults.keep(region_within("/region", &org.region, parent.map(|parent| parent.region.as_str())));
    let outside = |below: &&Org| region_within("/region", &below.region, Some(&org.region)).is_err();
    if let Some(below) = tree.children(Some(org.id)).into_iter().find(outside) {
        faults.add("/region", "outside", format!("下级机构“{}”不在这个区划内，请先调整它", below.name));
    }
}

/// The organisation, within the giver's part and of the version shown.
fn own(world: &World, giver: &Giver, id: Uuid, version: i64) -> Result<Org> {
    let org = world.directory.tree.get(id).filter(|org| part(world, giver).contains(&org.id)).ok_or_else(no_org)?;
    if org.version == version { Ok(org.clone()) } else { Err(Problem::stale()) }
}

fn active(org: &Org) -> Result<()> {
    match org.state {
        OrgState::Active => Ok(()),
        _ => {
            Err(Problem::conflict("org_not_active", format!("“{}”已经{}，不能这样操作。", org.name, org.state.label())))
        }
    }
}

async fn store(tx: &Tx, org: &Org) -> Result<()> {
    let changed = orgs::Entity::update_many()
        .col_expr(orgs::Column::Name, Expr::value(org.name.clone()))
        .col_expr(orgs::Column::ShortName, Expr::value(org.short_name.clone()))
        .col_expr(orgs::Column::Kind, Expr::value(org.kind.clone()))
        .col_expr(orgs::Column::Uscc, Expr::value(org.uscc.clone()))
        .col_expr(orgs::Column::ParentId, Expr::value(org.parent_id))
        .col_expr(orgs::Column::Region, Expr::value(org.region.clone()))
        .col_expr(orgs::Column::Level, Expr::value(org.level))
        .col_expr(orgs::Column::Phone, Expr::value(org.phone.clone()))
        .col_expr(orgs::Column::State, Expr::value(org.state.as_str()))
        .col_expr(orgs::Column::MergedInto, Expr::value(org.merged_into))
        .col_expr(orgs::Column::Sort, Expr::value(org.sort))
        .col_expr(orgs::Column::Version, Expr::value(org.version + 1))
        .filter(orgs::Column::Id.eq(org.id))
        .filter(orgs::Column::Version.eq(org.version))
        .exec(tx.conn())
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

impl Identity {
    /// Adds an organisation below one of the giver's part; returns its id.
    ///
    /// # Errors
    /// 404 for a parent outside the part, 422 names the wrong fields.
    pub async fn create_org(&self, giver: &Giver, new: NewOrg) -> Result<Uuid> {
        let (id, past_id, line_id) = (self.platform.new_id(), self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "org.create", move |tx, world| {
            Box::pin(async move {
                let inside = part(world, &who);
                if new.parent_id.is_some_and(|parent| !inside.contains(&parent)) {
                    return Err(no_org());
                }
                if new.parent_id.is_none() && matches!(who, Giver::Caller(..)) {
                    return Err(Problem::invalid_field("/parent_id", "required", "请选择上级机构"));
                }
                if let Some(parent) = new.parent_id.and_then(|id| world.directory.tree.get(id)) {
                    active(parent)?;
                }
                let region = new.region.trim().to_owned();
                let org = Org {
                    id,
                    key: empty_to_none(new.key).unwrap_or_else(|| format!("org-{}", id.simple())),
                    short_name: empty_to_none(new.short_name)
                        .unwrap_or_else(|| new.name.trim().chars().take(30).collect()),
                    name: new.name.trim().to_owned(),
                    kind: new.kind,
                    uscc: empty_to_none(new.uscc),
                    parent_id: new.parent_id,
                    level: base::region::RegionCode::parse(&region).map_or(4, |code| level(&code)),
                    region,
                    phone: empty_to_none(new.phone),
                    state: OrgState::Active,
                    merged_into: None,
                    sort: new.sort,
                    version: 1,
                };
                let mut faults = Faults::default();
                check(world, &org, &mut faults);
                faults.check()?;
                let past = Past { id: past_id, at: tx.now(), act: "created", org: &org, reason: "", giver: &who };
                remember(tx.conn(), past).await?;
                tx.audit(who.line(line_id, "org.create", format!("org:{id}"), json!({ "name": org.name })));
                save_orgs(tx.conn(), vec![org]).await?;
                Ok(id)
            })
        })
        .await
    }

    /// Changes name, kind, code, region, phone, order.
    ///
    /// # Errors
    /// 404 outside the part, 409 for an old page, 422 names the wrong fields.
    pub async fn edit_org(&self, giver: &Giver, id: Uuid, edit: OrgEdit) -> Result<()> {
        let why = reason(&edit.reason)?;
        let (past_id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, edit.version)?;
                let region = edit.region.trim().to_owned();
                let org = Org {
                    name: edit.name.trim().to_owned(),
                    short_name: edit.short_name.trim().to_owned(),
                    kind: edit.kind,
                    uscc: empty_to_none(edit.uscc),
                    level: base::region::RegionCode::parse(&region).map_or(old.level, |code| level(&code)),
                    region,
                    phone: empty_to_none(edit.phone),
                    sort: edit.sort,
                    ..old.clone()
                };
                let mut faults = Faults::default();
                check(world, &org, &mut faults);
                faults.check()?;
                let act = if old.name == org.name { "edited" } else { "renamed" };
                remember(tx.conn(), Past { id: past_id, at: tx.now(), act, org: &old, reason: &why, giver: &who })
                    .await?;
                let shown = |org: &Org| {
                    json!({ "name": org.name, "short_name": org.short_name, "uscc": org.uscc, "region": org.region,
                        "phone": org.phone, "sort": org.sort })
                };
                let line = who.line(line_id, "org.edit", format!("org:{id}"), json!({ "reason": why }));
                tx.audit(line.entry().changed(shown(&old), shown(&org)));
                store(tx, &org).await
            })
        })
        .await
    }

    /// Puts an organisation with everything below it under another one.
    ///
    /// # Errors
    /// 404 outside the part, 422 for a ring or a region outside the new parent's.
    pub async fn move_org(&self, giver: &Giver, id: Uuid, version: i64, parent: Uuid, why: &str) -> Result<()> {
        let why = reason(why)?;
        let (past_id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                active(&old)?;
                let tree = &world.directory.tree;
                let above = tree.get(parent).filter(|org| part(world, &who).contains(&org.id)).ok_or_else(no_org)?;
                active(above)?;
                if tree.subtree(id).contains(&parent) {
                    return Err(Problem::invalid_field(
                        "/parent_id",
                        "cycle",
                        "不能移到自己或自己的下级，请另选上级机构",
                    ));
                }
                let org = Org { parent_id: Some(parent), ..old.clone() };
                let mut faults = Faults::default();
                check(world, &org, &mut faults);
                faults.check()?;
                remember(
                    tx.conn(),
                    Past { id: past_id, at: tx.now(), act: "moved", org: &old, reason: &why, giver: &who },
                )
                .await?;
                let line = who.line(line_id, "org.move", format!("org:{id}"), json!({ "reason": why }));
                tx.audit(line.entry().changed(json!({ "parent": old.parent_id }), json!({ "parent": parent })));
                store(tx, &org).await
            })
        })
        .await
    }

    /// Merges an organisation into another one: staff, windows, items and what is below go over, the
    /// old one stays under the new with its name for its old cases.
    ///
    /// # Errors
    /// 404 outside the part, 422 for a ring.
    pub async fn merge_org(&self, giver: &Giver, id: Uuid, version: i64, into: Uuid, why: &str) -> Result<()> {
        let why = reason(why)?;
        let platform = self.platform.clone();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                active(&old)?;
                let tree = &world.directory.tree;
                let target = tree.get(into).filter(|org| part(world, &who).contains(&org.id)).ok_or_else(no_org)?;
                active(target)?;
                if tree.subtree(id).contains(&into) {
                    return Err(Problem::invalid_field("/into", "cycle", "不能并入自己或自己的下级，请另选机构"));
                }
                let mut faults = Faults::default();
                faults.keep(region_within("/into", &old.region, Some(&target.region)));
                faults.check()?;
                let note = |org: &Org, act| (platform.new_id(), org.clone(), act);
                let mut notes = vec![note(&old, "merged")];
                for below in tree.children(Some(id)) {
                    notes.push(note(below, "moved"));
                    store(tx, &Org { parent_id: Some(into), ..below.clone() }).await?;
                }
                for (past_id, org, act) in &notes {
                    let past = Past { id: *past_id, at: tx.now(), act, org, reason: &why, giver: &who };
                    remember(tx.conn(), past).await?;
                }
                let merged =
                    Org { parent_id: Some(into), state: OrgState::Merged, merged_into: Some(into), ..old.clone() };
                store(tx, &merged).await?;
                staff_row::Entity::update_many()
                    .col_expr(staff_row::Column::OrgId, Expr::value(into))
                    .col_expr(staff_row::Column::Version, Expr::col(staff_row::Column::Version).add(1))
                    .filter(staff_row::Column::OrgId.eq(id))
                    .exec(tx.conn())
                    .await?;
                windows::Entity::update_many()
                    .col_expr(windows::Column::OrgId, Expr::value(into))
                    .filter(windows::Column::OrgId.eq(id))
                    .exec(tx.conn())
                    .await?;
                item_orgs::Entity::update_many()
                    .col_expr(item_orgs::Column::OrgId, Expr::value(into))
                    .filter(item_orgs::Column::OrgId.eq(id))
                    .exec(tx.conn())
                    .await?;
                mandate_rows::Entity::update_many()
                    .col_expr(mandate_rows::Column::RevokedAt, Expr::value(Some(tx.now())))
                    .filter(mandate_rows::Column::OrgId.eq(id))
                    .filter(mandate_rows::Column::RevokedAt.is_null())
                    .exec(tx.conn())
                    .await?;
                let detail = json!({ "into": into, "reason": why });
                tx.audit(who.line(platform.new_id(), "org.merge", format!("org:{id}"), detail));
                Ok(())
            })
        })
        .await
    }

    /// Ends or resumes the work of an organisation.
    ///
    /// # Errors
    /// 409 `org_in_use` while staff or organisations at work are below it.
    pub async fn set_org_active(&self, giver: &Giver, id: Uuid, version: i64, on: bool, why: &str) -> Result<()> {
        let why = reason(why)?;
        let (past_id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                if old.state == OrgState::Merged {
                    return active(&old);
                }
                let below = world.directory.tree.children(Some(id));
                let at_work = below.iter().filter(|org| org.state == OrgState::Active).count() as u64;
                let staff = staff_row::Entity::find()
                    .filter(staff_row::Column::OrgId.eq(id))
                    .filter(staff_row::Column::Disabled.eq(false))
                    .filter(staff_row::Column::RemovedAt.is_null())
                    .count(tx.conn())
                    .await?;
                if !on && at_work + staff > 0 {
                    let text = format!("“{}”下面还有 {at_work} 个机构、{staff} 个在用账号，不能停用。", old.name);
                    return Err(Problem::conflict("org_in_use", text).detail("请先把它们移走或停用，或者改用合并。"));
                }
                let act = if on { "enabled" } else { "disabled" };
                let state = if on { OrgState::Active } else { OrgState::Disabled };
                remember(tx.conn(), Past { id: past_id, at: tx.now(), act, org: &old, reason: &why, giver: &who })
                    .await?;
                let action = if on { "org.enable" } else { "org.disable" };
                tx.audit(who.line(line_id, action, format!("org:{id}"), json!({ "reason": why })));
                store(tx, &Org { state, ..old }).await
            })
        })
        .await
    }
}
