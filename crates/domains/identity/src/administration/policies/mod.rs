//! Access policies (IDENT-035) and grants to staff of other regions (IDENT-018).

pub(crate) mod cross_region;
pub(crate) mod model;

use platform::web::problem::{Problem, Result};
use platform::web::terminal::{Client, Terminal};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::organisations::Faults;
use super::store::policy_rows;
use super::{Giver, name, part};
use crate::Identity;
use model::{Subject, networks};

/// A policy as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PolicyEdit {
    /// Version of the page; ignored for a new one.
    #[serde(default)]
    pub version: i64,
    /// Name.
    pub name: String,
    /// user, role, area.
    pub subject_kind: String,
    /// Id of the staff user, key of the role, code of the region.
    pub subject: String,
    /// Terminals allowed; empty = any.
    #[serde(default)]
    pub terminals: Vec<Terminal>,
    /// Network ranges allowed; empty = any.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Minutes of idleness after which the session ends, 2 to 720.
    #[serde(default)]
    pub idle_minutes: Option<i64>,
    /// Sessions at the same time, 1 to 50.
    #[serde(default)]
    pub max_sessions: Option<i64>,
    /// Requests in a minute, 10 to 100000.
    #[serde(default)]
    pub requests_per_minute: Option<i64>,
    /// Whether it is in force.
    pub enabled: bool,
}

impl Identity {
    /// Adds a policy (`id` absent) or changes one; returns its id.
    ///
    /// # Errors
    /// 409 when it would lock the caller out, 422 names the wrong fields.
    pub async fn save_policy(
        &self,
        giver: &Giver,
        client: &Client,
        id: Option<Uuid>,
        edit: PolicyEdit,
    ) -> Result<Uuid> {
        let (new_id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let (who, client) = (giver.clone(), *client);
        self.govern_new(giver, "policy.create", move |tx, world| {
            Box::pin(async move {
                let mut faults = Faults::default();
                faults.keep(name("/name", &edit.name, 40));
                let ranges = faults.keep(networks(&edit.networks)).unwrap_or_default();
                let subject = Subject::read(&edit.subject_kind, &edit.subject);
                let inside = part(world, &who);
                let region =
                    |org: &Uuid| world.directory.tree.get(*org).map(|org| org.region.clone()).unwrap_or_default();
                let known = match &subject {
                    None => false,
                    Some(Subject::User(id)) => world.member(*id).is_some_and(|one| inside.contains(&one.staff.org_id)),
                    Some(Subject::Role(key)) => world.directory.roles.get(key).is_some(),
                    Some(Subject::Area(area)) => inside.iter().any(|org| area.contains_text(&region(org))),
                };
                if !known {
                    faults.add("/subject", "unknown", "请选择您管理范围里的人员、岗位或区划");
                }
                for (pointer, value, least, most) in [
                    ("/idle_minutes", edit.idle_minutes, 2, 720),
                    ("/max_sessions", edit.max_sessions, 1, 50),
                    ("/requests_per_minute", edit.requests_per_minute, 10, 100_000),
                ] {
                    if value.is_some_and(|value| !(least..=most).contains(&value)) {
                        faults.add(pointer, "range", format!("请填 {least} 到 {most}，不限就留空"));
                    }
                }
                faults.check()?;
                let pid = id.unwrap_or(new_id);
                let before = policy_rows::Entity::find_by_id(pid).one(tx.conn()).await?;
                let saved = json!({ "name": edit.name.trim(), "subject": edit.subject, "terminals": edit.terminals,
                    "networks": ranges, "idle_minutes": edit.idle_minutes, "max_sessions": edit.max_sessions,
                    "requests_per_minute": edit.requests_per_minute, "enabled": edit.enabled });
                if id.is_some() {
                    let changed = policy_rows::Entity::update_many()
                        .col_expr(policy_rows::Column::Name, Expr::value(edit.name.trim().to_owned()))
                        .col_expr(policy_rows::Column::SubjectKind, Expr::value(edit.subject_kind))
                        .col_expr(policy_rows::Column::Subject, Expr::value(edit.subject))
                        .col_expr(policy_rows::Column::Terminals, Expr::value(json!(edit.terminals)))
                        .col_expr(policy_rows::Column::Networks, Expr::value(json!(ranges)))
                        .col_expr(policy_rows::Column::IdleMinutes, Expr::value(edit.idle_minutes))
                        .col_expr(policy_rows::Column::MaxSessions, Expr::value(edit.max_sessions))
                        .col_expr(policy_rows::Column::RequestsPerMinute, Expr::value(edit.requests_per_minute))
                        .col_expr(policy_rows::Column::Enabled, Expr::value(edit.enabled))
                        .col_expr(policy_rows::Column::Version, Expr::value(edit.version + 1))
                        .filter(policy_rows::Column::Id.eq(pid))
                        .filter(policy_rows::Column::Version.eq(edit.version))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected != 1 {
                        let found = policy_rows::Entity::find_by_id(pid).one(tx.conn()).await?;
                        return Err(found.map_or_else(no_policy, |_| Problem::stale()));
                    }
                } else {
                    let made = policy_rows::ActiveModel {
                        id: Set(pid),
                        name: Set(edit.name.trim().to_owned()),
                        subject_kind: Set(edit.subject_kind),
                        subject: Set(edit.subject),
                        terminals: Set(json!(edit.terminals)),
                        networks: Set(json!(ranges)),
                        idle_minutes: Set(edit.idle_minutes),
                        max_sessions: Set(edit.max_sessions),
                        requests_per_minute: Set(edit.requests_per_minute),
                        enabled: Set(edit.enabled),
                        version: Set(1),
                    };
                    policy_rows::Entity::insert(made).exec_without_returning(tx.conn()).await?;
                }
                let after = super::world(tx.conn(), tx.now()).await?;
                let own =
                    who.id().and_then(|id| after.member(id)).and_then(|own| after.directory.policy_of(&own.staff));
                if own.is_some_and(|policy| policy.admits(&client).is_err()) {
                    let text = "这条策略会把您自己挡在外面，没有保存。请先把您现在的网络和终端加进去。";
                    return Err(Problem::conflict("policy_locks_yourself", text));
                }
                let before = before.map_or(serde_json::Value::Null, |old| {
                    json!({ "name": old.name, "subject": old.subject, "terminals": old.terminals,
                        "networks": old.networks, "idle_minutes": old.idle_minutes, "max_sessions": old.max_sessions,
                        "requests_per_minute": old.requests_per_minute, "enabled": old.enabled })
                });
                let line = who.line(line_id, "policy.save", format!("policy:{pid}"), json!({}));
                tx.audit(line.entry().changed(before, saved));
                Ok(pid)
            })
        })
        .await
    }

    /// Takes a policy away.
    ///
    /// # Errors
    /// 404, 409 for an old page.
    pub async fn remove_policy(&self, giver: &Giver, id: Uuid, version: i64) -> Result<()> {
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, _| {
            Box::pin(async move {
                let old = policy_rows::Entity::find_by_id(id).one(tx.conn()).await?.ok_or_else(no_policy)?;
                if old.version != version {
                    return Err(Problem::stale());
                }
                policy_rows::Entity::delete_by_id(id).exec(tx.conn()).await?;
                tx.audit(who.line(line_id, "policy.remove", format!("policy:{id}"), json!({ "name": old.name })));
                Ok(())
            })
        })
        .await
    }
}

fn no_policy() -> Problem {
    Problem::not_found("没有找到这条访问策略。")
}
