//! Organisations and windows of the administrator's own part (IDENT-026, IDENT-027).
//!
//! A change of name or place is kept with what held before, so that an old case still shows the name
//! and path of its time.

pub(crate) mod orgs;
pub(crate) mod windows;

use base::region::RegionCode;
use platform::web::problem::{FieldProblem, Problem, Result};
use sea_orm::{ConnectionTrait, EntityTrait, Set};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Giver;
use super::store::org_history;
use crate::model::org::Org;

/// Kinds of organisations with their words.
pub(crate) const KINDS: [(&str, &str); 5] =
    [("government", "政府"), ("department", "部门"), ("section", "科室"), ("hall", "政务大厅"), ("community", "村居")];

/// Word of a kind.
pub(crate) fn kind_label(kind: &str) -> &'static str {
    KINDS.iter().find(|(key, _)| *key == kind).map_or("机构", |(_, label)| label)
}

/// Words of an act in the history.
pub(crate) fn act_label(act: &str) -> &'static str {
    match act {
        "created" => "新建",
        "renamed" => "改名",
        "moved" => "调整隶属",
        "merged" => "合并",
        "disabled" => "停用",
        "enabled" => "启用",
        _ => "修改",
    }
}

/// 行使层级 of a region, 1 country … 6 village.
pub(crate) fn level(region: &RegionCode) -> i64 {
    region.level().exercise_level().to_digit(10).map_or(4, i64::from)
}

/// A region that must lie inside another one.
pub(crate) fn region_within(pointer: &str, text: &str, outer: Option<&str>) -> Result<RegionCode, FieldProblem> {
    let code = RegionCode::parse(text).map_err(|error| FieldProblem::new(pointer, "format", error.to_string()))?;
    match outer.map(RegionCode::parse) {
        Some(Ok(outer)) if !outer.contains(&code) => {
            Err(FieldProblem::new(pointer, "outside", "这个区划不在上级机构的区划内，请换一个"))
        }
        _ => Ok(code),
    }
}

/// Keeps what held until now.
pub(crate) struct Past<'a> {
    pub(crate) id: Uuid,
    pub(crate) at: OffsetDateTime,
    pub(crate) act: &'static str,
    pub(crate) org: &'a Org,
    pub(crate) reason: &'a str,
    pub(crate) giver: &'a Giver,
}

pub(crate) async fn remember(conn: &impl ConnectionTrait, past: Past<'_>) -> Result<()> {
    org_history::Entity::insert(org_history::ActiveModel {
        id: Set(past.id),
        org_id: Set(past.org.id),
        at: Set(past.at),
        act: Set(past.act.to_owned()),
        name_before: Set(past.org.name.clone()),
        parent_before: Set(past.org.parent_id),
        reason: Set(past.reason.to_owned()),
        actor_name: Set(past.giver.name()),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Collects wrong fields and refuses with all of them.
#[derive(Default)]
pub(crate) struct Faults(Vec<FieldProblem>);

impl Faults {
    pub(crate) fn keep<T>(&mut self, outcome: Result<T, FieldProblem>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.push(fault);
                None
            }
        }
    }

    pub(crate) fn add(&mut self, pointer: &str, code: &str, message: impl Into<String>) {
        self.0.push(FieldProblem::new(pointer, code, message));
    }

    pub(crate) fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}
