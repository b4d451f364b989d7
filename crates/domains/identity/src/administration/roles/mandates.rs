//! Mandates: what a city administrator hands down to districts and departments (分级授权, IDENT-030).

use std::collections::BTreeSet;

use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::organisations::Faults;
use super::super::store::mandate_rows;
use super::super::{Giver, no_org, part, reason};
use crate::Identity;

/// A new mandate.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewMandate {
    /// Who gets it.
    pub staff_id: Uuid,
    /// Top of the part to manage.
    pub org_id: Uuid,
    /// What may be given there.
    pub permissions: Vec<String>,
    /// Whether it may be handed down further.
    #[serde(default)]
    pub may_delegate: bool,
    /// Ends by itself.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<OffsetDateTime>,
}

impl Identity {
    /// Gives a mandate; returns its id.
    ///
    /// # Errors
    /// 404 outside the part, 403 beyond the giver's powers, 409 for the own account.
    pub async fn give_mandate(&self, giver: &Giver, new: NewMandate) -> Result<Uuid> {
        let (id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "mandate.give", move |tx, world| {
            Box::pin(async move {
                let inside = part(world, &who);
                if !inside.contains(&new.org_id) {
                    return Err(no_org());
                }
                let member = world.member(new.staff_id).filter(|one| inside.contains(&one.staff.org_id));
                let member = member.ok_or_else(super::super::staff::no_staff)?;
                if who.id() == Some(new.staff_id) {
                    return Err(Problem::conflict("own_rights", "不能给自己加管理授权。请让上级管理员来授。"));
                }
                let mut faults = Faults::default();
                let known = world.directory.roles.every_permission(Audience::Desk);
                if new.permissions.is_empty() {
                    faults.add("/permissions", "required", "请至少勾选一项可以授予的权限");
                }
                if let Some(key) = new.permissions.iter().find(|key| !known.contains(*key)) {
                    faults.add("/permissions", "unknown", format!("没有“{key}”这项权限"));
                }
                if new.until.is_some_and(|until| until <= tx.now()) {
                    faults.add("/until", "past", "截止时间要在现在之后");
                }
                faults.check()?;
                let permissions: BTreeSet<String> = new.permissions.into_iter().collect();
                // The mandate it is given out of: it ends with that one. A region's own administrators
                // give out of their role.
                let own =
                    who.id().and_then(|id| world.member(id)).map(|member| world.powers(member)).unwrap_or_default();
                let fits = |power: &&super::super::rights::Power| {
                    power.may_delegate && power.orgs.contains(&new.org_id) && permissions.is_subset(&power.permissions)
                };
                let source = own.iter().filter(fits).min_by_key(|power| power.mandate.is_some());
                if source.is_none() && matches!(who, Giver::Caller(..)) {
                    return Err(super::super::grant_beyond_own());
                }
                let parent_id = source.and_then(|power| power.mandate);
                let parents = world.directory.mandates.iter().find(|mandate| Some(mandate.id) == parent_id);
                let until = new.until.into_iter().chain(parents.and_then(|mandate| mandate.until)).min();
                mandate_rows::Entity::insert(mandate_rows::ActiveModel {
                    id: Set(id),
                    staff_id: Set(member.staff.id),
                    org_id: Set(new.org_id),
                    permissions: Set(json!(permissions)),
                    may_delegate: Set(new.may_delegate),
                    parent_id: Set(parent_id),
                    given_by: Set(who.id().unwrap_or_default()),
                    given_by_name: Set(who.name()),
                    created_at: Set(tx.now()),
                    until_at: Set(until),
                    revoked_at: Set(None),
                })
                .exec_without_returning(tx.conn())
                .await?;
                let detail = json!({ "staff": new.staff_id, "org": new.org_id, "permissions": permissions });
                tx.audit(who.line(line_id, "mandate.give", format!("mandate:{id}"), detail));
                Ok(id)
            })
        })
        .await
    }

    /// Ends a mandate and every one given out of it.
    ///
    /// # Errors
    /// 404 outside the part.
    pub async fn revoke_mandate(&self, giver: &Giver, id: Uuid, why: &str) -> Result<()> {
        let why = reason(why)?;
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let all = &world.directory.mandates;
                let inside = part(world, &who);
                let found = all.iter().find(|mandate| mandate.id == id && inside.contains(&mandate.org_id));
                // The holder's own mandate is not the holder's to end, nor one of a neighbour's.
                let mine = who.id().is_some_and(|own| found.is_some_and(|mandate| mandate.staff_id == own));
                if found.is_none() || mine {
                    return Err(Problem::not_found("没有找到这项管理授权，或者不是您能收回的。"));
                }
                let mut ending = vec![id];
                let mut at = 0;
                while let Some(parent) = ending.get(at).copied() {
                    let below =
                        all.iter().filter(|mandate| mandate.parent_id == Some(parent)).map(|mandate| mandate.id);
                    let below: Vec<Uuid> = below.filter(|id| !ending.contains(id)).collect();
                    ending.extend(below);
                    at += 1;
                }
                let count = ending.len();
                mandate_rows::Entity::update_many()
                    .col_expr(mandate_rows::Column::RevokedAt, Expr::value(Some(tx.now())))
                    .filter(mandate_rows::Column::Id.is_in(ending))
                    .exec(tx.conn())
                    .await?;
                tx.audit(who.line(
                    line_id,
                    "mandate.revoke",
                    format!("mandate:{id}"),
                    json!({ "reason": why, "ended": count }),
                ));
                Ok(())
            })
        })
        .await
    }
}
