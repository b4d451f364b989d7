//! Inspections by themselves several times a day, reports of weeks, months and quarters from the history, and the
//! drills that were held (OPS-035).

mod drills;
mod report;
mod schedule;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::Operations;
use crate::look::{Finding, State, lasting, moment};
use crate::store::{alarm, fault, inspection, node};

pub use drills::{NewDrill, keep_restore_drill};
pub use schedule::{Due, due};

/// Kinds: key and name.
pub const KINDS: [(&str, &str); 7] = [
    ("spot", "定时巡检"),
    ("manual", "手动巡检"),
    ("day", "响应和资源日报"),
    ("week", "周巡检报告"),
    ("month", "月度运行报告"),
    ("quarter", "季度巡检报告"),
    ("drill", "应急演练"),
];

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportLine {
    /// What.
    pub name: String,
    /// How it is.
    pub value: String,
    /// `ok`, `off`, `warn`, `bad`; none for a plain number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportSection {
    /// Title.
    pub title: String,
    /// Lines.
    pub lines: Vec<ReportLine>,
}

/// What an inspection holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Period in words; empty for a moment.
    #[serde(default)]
    pub period: String,
    /// Sections.
    #[serde(default)]
    pub sections: Vec<ReportSection>,
}

fn line(name: impl Into<String>, value: impl Into<String>) -> ReportLine {
    ReportLine { name: name.into(), value: value.into(), state: None }
}

fn judged(name: impl Into<String>, value: impl Into<String>, state: State) -> ReportLine {
    ReportLine { name: name.into(), value: value.into(), state: Some(state) }
}

/// Lines that want somebody's attention.
fn problems(sections: &[ReportSection]) -> i64 {
    let bad = sections.iter().flat_map(|section| &section.lines).filter(|line| line.state > Some(State::Off));
    i64::try_from(bad.count()).unwrap_or(i64::MAX)
}

impl Operations {
    /// Makes what is due.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn inspect_when_due(&self, now: OffsetDateTime) -> Result<()> {
        let wanted = due(&self.pack.inspections, now);
        let keys: Vec<String> = wanted.iter().map(|one| one.key.clone()).collect();
        let made: Vec<Option<String>> = inspection::Entity::find()
            .select_only()
            .column(inspection::Column::PeriodKey)
            .filter(inspection::Column::PeriodKey.is_in(keys))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        for one in wanted {
            if made.iter().flatten().any(|key| *key == one.key) {
                continue;
            }
            let content = match one.kind {
                "spot" => Some(self.spot(now).await?),
                "day" => self.day_report(one.from).await?,
                _ => self.report(&one, now).await?,
            };
            // Nothing was measured then: the product was not there yet.
            let Some(content) = content else { continue };
            let title = KINDS.iter().find(|(key, _)| *key == one.kind).map_or("", |(_, name)| name);
            let title = match one.kind {
                "spot" => format!("{title} {}", moment(now)),
                "day" => format!("{title}（{}）", one.from),
                _ => format!("{title}（{} 至 {}）", one.from, one.until - Duration::DAY),
            };
            self.keep_inspection(one.kind, Some(one.key), title, content, "系统").await?;
        }
        Ok(())
    }

    /// Inspects now, because somebody wants it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn inspect_now(&self, caller: &Principal, key: Option<String>) -> Result<Uuid> {
        let now = self.platform.now();
        self.measure(now).await?;
        let content = self.spot(now).await?;
        let (sections, id, line) = (problems(&content.sections), self.platform.new_id(), self.platform.new_id());
        let row =
            self.inspection_row(id, "manual", None, format!("手动巡检 {}", moment(now)), content, &caller.name)?;
        let caller = caller.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "run.inspect", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    inspection::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    let detail = json!({ "problems": sections });
                    tx.audit(Line::by(&caller, line, "run.inspect", format!("inspection:{id}"), detail));
                    Ok(id)
                })
            })
            .await
    }

    fn inspection_row(
        &self,
        id: Uuid,
        kind: &str,
        period_key: Option<String>,
        title: String,
        content: Content,
        by: &str,
    ) -> Result<inspection::ActiveModel> {
        let problems = problems(&content.sections);
        Ok(inspection::ActiveModel {
            id: Set(id),
            kind: Set(kind.to_owned()),
            period_key: Set(period_key),
            title: Set(title),
            at: Set(self.platform.now()),
            verdict: Set(if problems == 0 { "ok" } else { "problems" }.to_owned()),
            problems: Set(problems),
            content: Set(serde_json::to_value(&content)?),
            by_name: Set(by.to_owned()),
        })
    }

    async fn keep_inspection(
        &self,
        kind: &str,
        key: Option<String>,
        title: String,
        content: Content,
        by: &str,
    ) -> Result<()> {
        let row = self.inspection_row(self.platform.new_id(), kind, key, title, content, by)?;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // Another node may have made the same one.
                    inspection::Entity::insert(row)
                        .on_conflict(OnConflict::column(inspection::Column::PeriodKey).do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// How everything is at this moment: each node's parts, alarms and faults that last.
    async fn spot(&self, now: OffsetDateTime) -> Result<Content> {
        let conn = self.platform.db.read();
        let mut sections = Vec::new();
        for row in node::Entity::find().order_by_asc(node::Column::Name).limit(100).all(conn).await? {
            let parts: Vec<Finding> = serde_json::from_value(row.parts)?;
            let silent = (now - row.seen_at).whole_seconds();
            let mut lines: Vec<ReportLine> =
                parts.into_iter().map(|part| judged(part.label, part.said, part.state)).collect();
            if silent > crate::SILENT {
                lines = vec![judged("应用", format!("{} 没有消息", lasting(silent)), State::Bad)];
            }
            sections.push(ReportSection { title: format!("服务器 {}", row.name), lines });
        }
        let alarms = alarm::Entity::find()
            .filter(alarm::Column::OpenKey.is_not_null())
            .order_by_desc(alarm::Column::Id)
            .limit(100)
            .all(conn)
            .await?;
        let lines = alarms.into_iter().map(|row| {
            judged(row.title, format!("{} 起，现在 {} {}", moment(row.raised_at), row.value, row.unit), State::Warn)
        });
        sections.push(ReportSection { title: "没有解除的告警".to_owned(), lines: lines.collect() });
        let open = fault::Entity::find()
            .filter(fault::Column::State.is_in(["open", "working"]))
            .order_by_asc(fault::Column::Rank)
            .limit(100)
            .all(conn)
            .await?;
        let lines =
            open.into_iter().map(|row| judged(format!("{} {}", row.number, row.title), grade_name(&row), State::Bad));
        sections.push(ReportSection { title: "没有恢复的故障".to_owned(), lines: lines.collect() });
        let drills = self.drills(now).await?.into_iter().filter(|line| line.state > Some(State::Ok)).collect();
        sections.push(ReportSection { title: "到期没有做的演练".to_owned(), lines: drills });
        Ok(Content { period: String::new(), sections })
    }

    /// Inspections, newest first, before one; one more than asked for, and the total.
    pub(crate) async fn inspections(
        &self,
        kind: Option<&str>,
        only_problems: bool,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<inspection::Model>, u64)> {
        let conn = self.platform.db.read();
        let mut all = inspection::Entity::find();
        if let Some(kind) = kind {
            all = all.filter(inspection::Column::Kind.eq(kind));
        }
        if only_problems {
            all = all.filter(inspection::Column::Problems.gt(0));
        }
        let total = all.clone().count(conn).await?;
        if let Some(before) = before {
            all = all.filter(inspection::Column::Id.lt(before));
        }
        Ok((all.order_by_desc(inspection::Column::Id).limit(limit).all(conn).await?, total))
    }

    /// One inspection.
    pub(crate) async fn inspection(&self, id: Uuid) -> Result<(inspection::Model, Content)> {
        let found = inspection::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        let row = found.ok_or_else(|| Problem::not_found("没有找到这次巡检。"))?;
        let content = serde_json::from_value(row.content.clone())?;
        Ok((row, content))
    }
}

fn grade_name(row: &fault::Model) -> String {
    let state = crate::faults::model::State::label(&row.state);
    format!("{}故障，{state}", row.times().grade.label())
}
