//! Staff of another region handle listed items of ours for a time, until it is over or taken back.

use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::organisations::Faults;
use super::super::store::cross_rows;
use super::super::{Giver, no_org, part, reason};
use crate::Identity;
use crate::store::directory;

/// A new grant.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewCrossGrant {
    /// Staff user of another region.
    pub staff_id: Uuid,
    /// Our body whose cases are opened.
    pub org_id: Uuid,
    /// Items opened.
    pub items: Vec<String>,
    /// Begin; now when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<OffsetDateTime>,
    /// End, at most a year later.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub until: OffsetDateTime,
    /// Why.
    pub reason: String,
}

fn no_grant() -> Problem {
    Problem::not_found("没有找到这项跨域授权，或者它已经收回。")
}

impl Identity {
    /// Opens items of an own body to somebody of another region; returns the grant's id.
    ///
    /// # Errors
    /// 403 beyond the giver's powers over that body, 422 names the wrong fields.
    pub async fn give_cross_region(&self, giver: &Giver, new: NewCrossGrant) -> Result<Uuid> {
        let why = reason(&new.reason)?;
        let (id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let who = giver.clone();
        self.govern_new(giver, "cross_region.give", move |tx, world| {
            Box::pin(async move {
                if !part(world, &who).contains(&new.org_id) {
                    return Err(no_org());
                }
                let mut faults = Faults::default();
                let from = new.from.unwrap_or(tx.now());
                match world.member(new.staff_id) {
                    None => faults.add("/staff_id", "unknown", "没有找到这位工作人员"),
                    Some(_) if who.id() == Some(new.staff_id) => {
                        faults.add("/staff_id", "own_rights", "不能给自己授权")
                    }
                    Some(member) if world.directory.in_region_of(new.org_id).contains(&member.staff.org_id) => {
                        faults.add("/staff_id", "same_region", "这位工作人员就在本区划，请直接给岗位，不用跨域授权");
                    }
                    Some(_) => {}
                }
                if new.items.is_empty() {
                    faults.add("/items", "required", "请至少选一个事项");
                }
                let answering = directory::answering(tx.conn(), &new.items).await?;
                let ours = world.directory.tree.body(new.org_id).map(|body| world.directory.tree.subtree(body.id));
                let ours = ours.unwrap_or_default();
                for slug in &new.items {
                    if !answering.get(slug).is_some_and(|org| ours.contains(org)) {
                        faults.add("/items", "elsewhere", format!("“{slug}”不是这个单位的事项"));
                    }
                }
                if new.until <= from || new.until <= tx.now() {
                    faults.add("/until", "past", "截止时间要在开始时间和现在之后");
                } else if new.until - from > Duration::days(366) {
                    faults.add("/until", "too_long", "最长授权一年，到期可以再授");
                }
                faults.check()?;
                cross_rows::Entity::insert(cross_rows::ActiveModel {
                    id: Set(id),
                    staff_id: Set(new.staff_id),
                    org_id: Set(new.org_id),
                    items: Set(json!(new.items)),
                    from_at: Set(from),
                    until_at: Set(new.until),
                    reason: Set(why),
                    given_by: Set(who.id().unwrap_or_default()),
                    given_by_name: Set(who.name()),
                    created_at: Set(tx.now()),
                    recalled_at: Set(None),
                    recall_reason: Set(None),
                })
                .exec_without_returning(tx.conn())
                .await?;
                let detail = json!({ "staff": new.staff_id, "org": new.org_id, "items": new.items });
                tx.audit(who.line(line_id, "cross_region.give", format!("cross_grant:{id}"), detail));
                Ok(id)
            })
        })
        .await
    }

    /// Takes a grant back; the next request is refused.
    ///
    /// # Errors
    /// 404 for one that is unknown, outside the part or already recalled.
    pub async fn recall_cross_region(&self, giver: &Giver, id: Uuid, why: &str) -> Result<()> {
        let why = reason(why)?;
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let inside = part(world, &who);
                let found = cross_rows::Entity::find_by_id(id).one(tx.conn()).await?;
                found.filter(|row| row.recalled_at.is_none() && inside.contains(&row.org_id)).ok_or_else(no_grant)?;
                cross_rows::Entity::update_many()
                    .col_expr(cross_rows::Column::RecalledAt, Expr::value(Some(tx.now())))
                    .col_expr(cross_rows::Column::RecallReason, Expr::value(Some(why.clone())))
                    .filter(cross_rows::Column::Id.eq(id))
                    .exec(tx.conn())
                    .await?;
                tx.audit(who.line(
                    line_id,
                    "cross_region.recall",
                    format!("cross_grant:{id}"),
                    json!({ "reason": why }),
                ));
                Ok(())
            })
        })
        .await
    }
}
