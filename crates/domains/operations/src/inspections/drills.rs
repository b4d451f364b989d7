//! Drills: which were held, which are due.

use std::collections::BTreeMap;

use base::zone;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Db, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::{Date, OffsetDateTime};

use super::{ReportLine, judged, line};
use crate::Operations;
use crate::look::{State, lasting};
use crate::store::inspection;

/// A drill to note.
#[derive(Debug, Clone)]
pub struct NewDrill {
    /// Its kind.
    pub drill: String,
    /// Day it was held.
    pub day: Date,
    /// How long it took.
    pub minutes: i64,
    /// Whether it went as planned.
    pub passed: bool,
    /// What happened.
    pub text: String,
}

impl Operations {
    /// Each drill of the pack: when it was last held, and whether it is due.
    pub(crate) async fn drills(&self, now: OffsetDateTime) -> Result<Vec<ReportLine>> {
        let rows = inspection::Entity::find()
            .filter(inspection::Column::Kind.eq("drill"))
            .order_by_desc(inspection::Column::At)
            .limit(500)
            .all(self.platform.db.read())
            .await?;
        let mut last: BTreeMap<String, (OffsetDateTime, String)> = BTreeMap::new();
        for row in rows {
            let key = row.content.get("drill").and_then(|key| key.as_str()).unwrap_or_default().to_owned();
            last.entry(key).or_insert((row.at, row.verdict));
        }
        let said = |drill: &crate::pack::Drill| match last.get(&drill.key) {
            None => judged(&drill.label, format!("还没有做过，要求每 {} 天一次", drill.every_days), State::Warn),
            Some((at, verdict)) => {
                let days = (now - *at).whole_days();
                let result = if verdict == "ok" { "通过" } else { "没有通过" };
                let state = if days > drill.every_days || verdict != "ok" { State::Warn } else { State::Ok };
                let when = if days == 0 { "今天".to_owned() } else { format!("{days} 天前") };
                judged(&drill.label, format!("{when}，{result}，要求每 {} 天一次", drill.every_days), state)
            }
        };
        Ok(self.pack.drills.iter().map(said).collect())
    }

    /// Notes a drill that was held.
    ///
    /// # Errors
    /// 422 names the field.
    pub async fn note_drill(&self, caller: &Principal, new: NewDrill, key: Option<String>) -> Result<Uuid> {
        let Some(drill) = self.pack.drills.iter().find(|drill| drill.key == new.drill) else {
            return Err(Problem::invalid_field("/drill", "option", "请选择演练的种类。"));
        };
        let now = self.platform.now();
        let at = zone::start_of_day(new.day);
        if at > now {
            return Err(Problem::invalid_field("/day", "future", "演练的日期不能晚于今天。"));
        }
        if !(1..=10_080).contains(&new.minutes) {
            return Err(Problem::invalid_field("/minutes", "range", "用时填 1 到 10080 分钟。"));
        }
        let text = crate::text("/text", &new.text, "请写明经过、发现的问题和改进办法。", 2_000)?;
        let (id, line_id) = (self.platform.new_id(), self.platform.new_id());
        let row =
            drill_row(id, at, drill_content(drill, new.minutes * 60, &text), &drill.label, new.passed, &caller.name);
        let caller = caller.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "run.drill", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    inspection::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    let detail = json!({ "passed": new.passed });
                    tx.audit(Line::by(&caller, line_id, "run.drill", format!("inspection:{id}"), detail));
                    Ok(id)
                })
            })
            .await
    }
}

fn drill_content(drill: &crate::pack::Drill, seconds: i64, text: &str) -> serde_json::Value {
    drill_json(&drill.key, seconds, text)
}

fn drill_json(key: &str, seconds: i64, text: &str) -> serde_json::Value {
    let lines = [line("用时", lasting(seconds)), line("经过和改进", text)];
    json!({ "drill": key, "sections": [{ "title": "演练", "lines": lines }] })
}

fn drill_row(
    id: Uuid,
    at: OffsetDateTime,
    content: serde_json::Value,
    label: &str,
    passed: bool,
    by: &str,
) -> inspection::ActiveModel {
    inspection::ActiveModel {
        id: Set(id),
        kind: Set("drill".to_owned()),
        period_key: Set(None),
        title: Set(format!("{label}（{}）", zone::china_date(at))),
        at: Set(at),
        verdict: Set(if passed { "ok" } else { "problems" }.to_owned()),
        problems: Set(i64::from(!passed)),
        content: Set(content),
        by_name: Set(by.to_owned()),
    }
}

/// Writes the result of a restore drill that the command line held.
///
/// # Errors
/// When the database refuses.
pub async fn keep_restore_drill(
    db: &Db,
    id: Uuid,
    now: OffsetDateTime,
    seconds: u64,
    problem: Option<&str>,
) -> Result<()> {
    let text = problem.unwrap_or("从备份恢复到临时位置，数据、文件和办理记录核对一致。");
    let content = drill_json("restore", i64::try_from(seconds).unwrap_or(i64::MAX), text);
    let row = drill_row(id, now, content, "数据恢复演练", problem.is_none(), "命令行");
    db.write(now, move |tx| {
        Box::pin(async move {
            inspection::Entity::insert(row).exec_without_returning(tx.conn()).await?;
            Ok(())
        })
    })
    .await
}
