//! Alarms raised, lasting and cleared; who is on duty and is told.

use std::collections::HashMap;

use platform::messages::{self, Channel, Message};
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::judge::{Judgement, judge, worse};
use super::rules::Known;
use crate::Operations;
use crate::faults::model::{Act, Grade};
use crate::faults::service::NewFault;
use crate::faults::watch::SYSTEM;
use crate::pack::When;
use crate::points::{Span, Values};
use crate::store::{alarm, duty, point};

/// Job that tells those on duty.
pub(crate) const TELL_JOB: &str = "operations.tell";
/// Minutes looked back at for the longest threshold.
const LOOK_BACK: i64 = 130;

/// What is told.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    key: String,
    template: String,
    text: String,
}

/// Values of the last minutes: by minute, by node.
type Minutes = Vec<(OffsetDateTime, String, Values)>;

impl Operations {
    /// Judges every threshold over the last minutes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch_alarms(&self, now: OffsetDateTime) -> Result<()> {
        let rules: Vec<Known> = self.rules().await?;
        let back = rules.iter().map(|known| known.rule.minutes).max().unwrap_or(1).min(LOOK_BACK) + 1;
        let minutes = self.minutes_since(now - Duration::minutes(back)).await?;
        let open: HashMap<String, alarm::Model> = alarm::Entity::find()
            .filter(alarm::Column::OpenKey.is_not_null())
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| (row.rule_key.clone(), row))
            .collect();
        for known in rules {
            let rule = &known.rule;
            // The worst node of each minute counts.
            let mut values: Vec<(OffsetDateTime, i64, String)> = Vec::new();
            for (at, node, content) in &minutes {
                let Some(value) = content.get(&rule.metric).map(|point| point.1) else { continue };
                match values.last_mut() {
                    Some((last, worst, whose)) if last == at => {
                        if worse(rule, *worst, value) != *worst {
                            (*worst, *whose) = (value, node.clone());
                        }
                    }
                    _ => values.push((*at, value, node.clone())),
                }
            }
            let list: Vec<i64> = values.iter().map(|(_, value, _)| *value).collect();
            let lasting = open.get(&rule.key);
            if !rule.enabled {
                if let Some(row) = lasting {
                    self.clear_alarm(row.clone(), now, "规则已停用").await?;
                }
                continue;
            }
            match (judge(rule, &list, lasting.is_some()), lasting, values.last()) {
                (Judgement::Raise, None, Some((_, value, node))) => {
                    self.raise_alarm(&known, *value, node, now).await?;
                }
                (Judgement::Clear, Some(row), _) => self.clear_alarm(row.clone(), now, "已恢复正常").await?,
                (Judgement::Lasts, Some(row), Some((_, value, _))) => {
                    self.keep_alarm(row.id, *value, worse(rule, row.worst, *value), now).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn minutes_since(&self, from: OffsetDateTime) -> Result<Minutes> {
        let rows = point::Entity::find()
            .filter(point::Column::Span.eq(Span::Minute.as_str()))
            .filter(point::Column::At.gte(from))
            .order_by_asc(point::Column::At)
            .order_by_asc(point::Column::Node)
            .limit(10_000)
            .all(self.platform.db.read())
            .await?;
        rows.into_iter().map(|row| Ok((row.at, row.node, serde_json::from_value(row.content)?))).collect()
    }

    async fn raise_alarm(&self, known: &Known, value: i64, node: &str, now: OffsetDateTime) -> Result<()> {
        let rule = known.rule.clone();
        let metric = self.pack.metric(&rule.metric);
        let (unit, name) = metric.map_or(("", rule.metric.as_str()), |one| (one.unit.as_str(), one.label.as_str()));
        let side = match rule.when {
            When::Above => "高于",
            When::Below => "低于",
        };
        let said = format!(
            "{name} {value} {unit}，{side}界限 {} {unit}，已持续 {} 分钟（{node}）。",
            rule.limit, rule.minutes
        );
        let (id, fault) = (self.platform.new_id(), rule.ticket.then(|| self.platform.new_id()));
        let row = alarm::ActiveModel {
            id: Set(id),
            rule_key: Set(rule.key.clone()),
            open_key: Set(Some(rule.key.clone())),
            title: Set(rule.title.clone()),
            grade: Set(rule.grade.as_str().to_owned()),
            value: Set(value),
            worst: Set(value),
            limit_value: Set(rule.limit),
            unit: Set(unit.to_owned()),
            node: Set(node.to_owned()),
            raised_at: Set(now),
            last_at: Set(now),
            cleared_at: Set(None),
            fault_id: Set(fault),
        };
        let operations = self.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    alarm::Entity::insert(row)
                        .on_conflict(OnConflict::column(alarm::Column::OpenKey).do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    if alarm::Entity::find_by_id(id).one(tx.conn()).await?.is_none() {
                        // Another node raised it.
                        return Ok(());
                    }
                    tracing::warn!(rule = %rule.key, value, "an alarm was raised");
                    match fault {
                        Some(fault) => {
                            let new = NewFault {
                                title: rule.title.clone(),
                                description: format!("{said}{}", rule.advice),
                                part: rule.part.clone(),
                                grade: rule.grade,
                                extent: rule.extent,
                            };
                            operations.insert_fault(tx, fault, new, SYSTEM, Some(id)).await?;
                        }
                        None => {
                            operations.tell(tx, &format!("alarm:{id}"), "alarm", &format!("{}：{said}", rule.title))?
                        }
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn keep_alarm(&self, id: Uuid, value: i64, worst: i64, now: OffsetDateTime) -> Result<()> {
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    alarm::Entity::update_many()
                        .col_expr(alarm::Column::Value, Expr::value(value))
                        .col_expr(alarm::Column::Worst, Expr::value(worst))
                        .col_expr(alarm::Column::LastAt, Expr::value(now))
                        .filter(alarm::Column::Id.eq(id))
                        .filter(alarm::Column::OpenKey.is_not_null())
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn clear_alarm(&self, row: alarm::Model, now: OffsetDateTime, why: &'static str) -> Result<()> {
        let operations = self.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let done = alarm::Entity::update_many()
                        .col_expr(alarm::Column::OpenKey, Expr::value(None::<String>))
                        .col_expr(alarm::Column::ClearedAt, Expr::value(now))
                        .filter(alarm::Column::Id.eq(row.id))
                        .filter(alarm::Column::OpenKey.is_not_null())
                        .exec(tx.conn())
                        .await?;
                    if let (1, Some(fault)) = (done.rows_affected, row.fault_id) {
                        // Whether it really runs again is said by a person.
                        let said = format!("告警解除：{why}");
                        operations.note_step(tx, fault, SYSTEM, Act::Note, said).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Leaves word for those on duty, once under a key.
    pub(crate) fn tell(&self, tx: &Tx, key: &str, template: &str, text: &str) -> Result<()> {
        let told = Told { key: key.to_owned(), template: template.to_owned(), text: text.to_owned() };
        tx.enqueue(NewJob {
            id: self.platform.new_id(),
            kind: TELL_JOB,
            payload: platform::work::payload(&told)?,
            run_at: None,
            key: Some(format!("{TELL_JOB}:{key}")),
        });
        Ok(())
    }

    /// The job: tells those on duty today, or all who handle faults when nobody is.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub(crate) async fn tell_by_job(&self, payload: Value) -> Result<()> {
        let told: Told =
            serde_json::from_value(payload).map_err(|_| Problem::conflict("bad_job", "the job tells nothing"))?;
        let mut whom: Vec<Uuid> =
            self.on_duty(self.platform.now()).await?.into_iter().map(|row| row.staff_id).collect();
        if whom.is_empty() {
            whom = self.identity.staff_holding("fault.handle").await?.into_iter().map(|staff| staff.id).collect();
        }
        for staff in whom {
            let message = Message {
                event_key: told.key.clone(),
                recipient: format!("staff:{staff}"),
                phone: None,
                account: None,
                channel: Channel::InApp,
                template: told.template.clone(),
                body: told.text.clone(),
            };
            messages::send(&self.platform, message).await?;
        }
        Ok(())
    }

    /// Who is on duty at a moment.
    pub(crate) async fn on_duty(&self, now: OffsetDateTime) -> Result<Vec<duty::Model>> {
        let today = base::zone::china_date(now).to_string();
        Ok(duty::Entity::find()
            .filter(duty::Column::FromDay.lte(today.as_str()))
            .filter(duty::Column::UntilDay.gte(today.as_str()))
            .order_by_asc(duty::Column::Id)
            .limit(50)
            .all(self.platform.db.read())
            .await?)
    }

    /// Alarms, newest first, before one; one more than asked for, the total, and how many last.
    pub(crate) async fn alarms(
        &self,
        lasting: Option<bool>,
        grade: Option<Grade>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<alarm::Model>, u64)> {
        let conn = self.platform.db.read();
        let mut all = alarm::Entity::find();
        match lasting {
            Some(true) => all = all.filter(alarm::Column::OpenKey.is_not_null()),
            Some(false) => all = all.filter(alarm::Column::OpenKey.is_null()),
            None => {}
        }
        if let Some(grade) = grade {
            all = all.filter(alarm::Column::Grade.eq(grade.as_str()));
        }
        let total = all.clone().count(conn).await?;
        if let Some(before) = before {
            all = all.filter(alarm::Column::Id.lt(before));
        }
        Ok((all.order_by_desc(alarm::Column::Id).limit(limit).all(conn).await?, total))
    }
}
