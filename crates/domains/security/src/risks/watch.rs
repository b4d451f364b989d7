//! The rules looked at: new lines of the log become alarms.

use std::collections::HashMap;

use platform::Result;
use platform::work::audit::read::{self, Filter};
use platform::work::audit::{Kind, Line};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Set};
use serde_json::json;
use time::Duration;

use super::model::{Act, State};
use super::rules::{Hit, Rule};
use super::store::{risk, step};
use crate::Security;

/// Lines a rule looks at in one round at most.
const LINES: u64 = 20_000;
/// Lines named as evidence.
const EVIDENCE: usize = 20;

impl Security {
    /// Looks at every rule once; returns how many alarms are new. Runs each minute on every node: an
    /// alarm of one rule and group is open once, so two nodes raise one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch(&self) -> Result<usize> {
        self.platform.audit.flush(&self.platform).await?;
        let mut raised = 0;
        for rule in self.alarms.iter().filter(|rule| rule.enabled) {
            raised += self.look(rule).await?;
        }
        Ok(raised)
    }

    async fn look(&self, rule: &Rule) -> Result<usize> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let filter = Filter {
            from: Some(now - Duration::minutes(rule.within_minutes)),
            kinds: rule.kinds.clone(),
            actions: rule.actions.clone(),
            result: rule.result.clone(),
            ..Filter::default()
        };
        let records = read::newest(conn, &filter, None, LINES).await?;
        if records.is_empty() {
            return Ok(0);
        }
        // The latest event of each group: the rows come oldest first, the last one stays.
        let earlier: HashMap<String, risk::Model> = risk::Entity::find()
            .filter(risk::Column::RuleKey.eq(rule.key.clone()))
            .filter(risk::Column::LastAt.gte(now - Duration::minutes(rule.within_minutes) - Duration::days(90)))
            .order_by_asc(risk::Column::Id)
            .all(conn)
            .await?
            .into_iter()
            .map(|row| (row.group_key.clone().unwrap_or_default(), row))
            .collect();
        let records: Vec<_> = records.into_iter().rev().collect();
        let hits = rule.hits(&records, |group| earlier.get(group).and_then(|row| row.last_line));
        let mut raised = 0;
        for hit in hits {
            match earlier.get(&hit.group).filter(|row| row.state != State::Closed.as_str()) {
                Some(open) => self.add_to(open.clone(), hit).await?,
                None if hit.count >= rule.threshold() => raised += usize::from(self.raise(rule, hit).await?),
                None => {}
            }
        }
        Ok(raised)
    }

    async fn raise(&self, rule: &Rule, hit: Hit) -> Result<bool> {
        let (id, step_id, line_id) = (self.platform.new_id(), self.platform.new_id(), self.platform.new_id());
        let (key, says) = (rule.key.clone(), rule.says.clone());
        let row = risk::ActiveModel {
            id: Set(id),
            kind: Set("alarm".to_owned()),
            title: Set(rule.title.clone()),
            description: Set(format!("规则：{says}。")),
            level: Set(rule.level.clone()),
            state: Set(State::Recognised.as_str().to_owned()),
            rule_key: Set(Some(key.clone())),
            group_key: Set(Some(hit.group.clone())),
            open_key: Set(Some(format!("{key}|{}", hit.group))),
            who: Set(hit.who.clone()),
            hits: Set(hit.count),
            first_at: Set(hit.first_at),
            last_at: Set(hit.last_at),
            last_line: Set(hit.lines.last().copied()),
            evidence: Set(json!(hit.lines.iter().take(EVIDENCE).collect::<Vec<_>>())),
            assignee_id: Set(None),
            assignee_name: Set(None),
            handled_by: Set(None),
            due_on: Set(None),
            closed_at: Set(None),
            parent_id: Set(None),
            created_by: Set(None),
            version: Set(1),
        };
        let line = Line {
            id: line_id,
            actor_id: None,
            actor_name: "系统".to_owned(),
            action: "risk.alarm",
            subject: format!("risk:{id}"),
            detail: json!({ "rule": key, "count": hit.count }),
        };
        let now = self.platform.now();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let inserted = risk::Entity::insert(row)
                        .on_conflict(
                            sea_orm::sea_query::OnConflict::column(risk::Column::OpenKey).do_nothing().to_owned(),
                        )
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    // Another node saw it first.
                    if !matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)) {
                        return Ok(false);
                    }
                    step::Entity::insert(step::ActiveModel {
                        id: Set(step_id),
                        risk_id: Set(id),
                        no: Set(1),
                        at: Set(now),
                        by_id: Set(None),
                        by_name: Set("系统".to_owned()),
                        act: Set(Act::Recognise.words().0.to_owned()),
                        text: Set(says),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.audit(line.entry().kind(Kind::System));
                    Ok(true)
                })
            })
            .await
    }

    /// More lines of an event that is still open.
    async fn add_to(&self, open: risk::Model, hit: Hit) -> Result<()> {
        let mut evidence: Vec<Uuid> = serde_json::from_value(open.evidence.clone()).unwrap_or_default();
        evidence.extend(hit.lines.iter().copied());
        evidence.truncate(EVIDENCE);
        let (last, at) = (hit.lines.last().copied(), open.last_at.max(hit.last_at));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    risk::Entity::update_many()
                        .col_expr(risk::Column::Hits, Expr::value(open.hits.saturating_add(hit.count)))
                        .col_expr(risk::Column::LastAt, Expr::value(at))
                        .col_expr(risk::Column::LastLine, Expr::value(last))
                        .col_expr(risk::Column::Evidence, Expr::value(json!(evidence)))
                        .filter(risk::Column::Id.eq(open.id))
                        // Another node may have counted the same lines.
                        .filter(risk::Column::Hits.eq(open.hits))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
