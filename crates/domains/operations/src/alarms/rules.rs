//! The thresholds: those of the pack, with what was changed on the desk.

use std::collections::HashMap;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde_json::json;
use time::OffsetDateTime;

use crate::Operations;
use crate::faults::model::Grade;
use crate::pack::{Rule, wrong_rule};
use crate::store::rule;

/// A threshold with the change it has, if any.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) rule: Rule,
    pub(crate) version: i64,
    pub(crate) changed: Option<(OffsetDateTime, String, String)>,
}

/// Values set by hand.
#[derive(Debug, Clone)]
pub struct RuleChange {
    /// Version of what was changed.
    pub version: i64,
    /// Whether it is looked at.
    pub enabled: bool,
    /// Limit.
    pub limit: i64,
    /// Value at which it is well again.
    pub clear: i64,
    /// Minutes in a row.
    pub minutes: i64,
    /// Grade of the fault.
    pub grade: Grade,
    /// Why.
    pub reason: String,
}

impl Operations {
    /// All thresholds as they count now, in the order of the pack.
    pub(crate) async fn rules(&self) -> Result<Vec<Known>> {
        let rows = rule::Entity::find().all(self.platform.db.read()).await?;
        let mut changes: HashMap<String, rule::Model> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        let known = |rule: &Rule| {
            let mut rule = rule.clone();
            let Some(row) = changes.remove(&rule.key) else { return Known { rule, version: 0, changed: None } };
            rule.enabled = row.enabled;
            rule.limit = row.limit_value;
            rule.clear = row.clear_value;
            rule.minutes = row.minutes;
            rule.grade = Grade::parse(&row.grade).unwrap_or(rule.grade);
            Known { rule, version: row.version, changed: Some((row.changed_at, row.changed_by_name, row.reason)) }
        };
        Ok(self.pack.rules.iter().map(known).collect())
    }

    /// Changes a threshold.
    ///
    /// # Errors
    /// 404 for an unknown one, 409 when the page is old, 422 names the field.
    pub async fn change_rule(&self, caller: &Principal, key: &str, change: RuleChange) -> Result<()> {
        let known = self.rules().await?.into_iter().find(|known| known.rule.key == key);
        let Some(known) = known else { return Err(Problem::not_found("没有这条告警规则。")) };
        if known.version != change.version {
            return Err(Problem::stale());
        }
        let reason = crate::text("/reason", &change.reason, "请写明为什么修改。", 200)?;
        let mut rule = known.rule.clone();
        (rule.limit, rule.clear, rule.minutes) = (change.limit, change.clear, change.minutes);
        if let Some((pointer, message)) = wrong_rule(&rule) {
            return Err(Problem::invalid_field(pointer, "range", message));
        }
        let (id, version, caller) = (self.platform.new_id(), change.version, caller.clone());
        let told = |rule: &Rule, grade: Grade, enabled: bool| {
            json!({ "limit": rule.limit, "clear": rule.clear, "minutes": rule.minutes, "grade": grade.as_str(),
                "enabled": enabled })
        };
        let before = told(&known.rule, known.rule.grade, known.rule.enabled);
        let after = told(&rule, change.grade, change.enabled);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let new = rule::ActiveModel {
                        key: Set(rule.key.clone()),
                        enabled: Set(change.enabled),
                        limit_value: Set(rule.limit),
                        clear_value: Set(rule.clear),
                        minutes: Set(rule.minutes),
                        grade: Set(change.grade.as_str().to_owned()),
                        reason: Set(reason),
                        version: Set(version + 1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(caller.name.clone()),
                    };
                    let written = if version == 0 {
                        // Two who change it for the first time: the second finds a row and is refused.
                        rule::Entity::insert(new)
                            .on_conflict(OnConflict::column(rule::Column::Key).do_nothing().to_owned())
                            .try_insert()
                            .exec_without_returning(tx.conn())
                            .await?;
                        let now = rule::Entity::find_by_id(rule.key.clone()).one(tx.conn()).await?;
                        now.is_some_and(|row| row.version == 1 && row.changed_by_name == caller.name)
                    } else {
                        let done = rule::Entity::update_many()
                            .set(new)
                            .filter(rule::Column::Key.eq(rule.key.clone()))
                            .filter(rule::Column::Version.eq(version))
                            .exec(tx.conn())
                            .await?;
                        done.rows_affected == 1
                    };
                    if !written {
                        return Err(Problem::stale());
                    }
                    let line = Line::by(&caller, id, "run.rule", format!("alarm_rule:{}", rule.key), json!({}));
                    tx.audit(line.entry().changed(before, after));
                    Ok(())
                })
            })
            .await
    }
}
