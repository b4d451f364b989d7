//! Inspections by themselves several times a day, reports of weeks, months and quarters from the history, and the
//! drills that were held (OPS-035).

use std::collections::BTreeMap;

use base::zone;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Db, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime, Time};
use utoipa::ToSchema;

use crate::Operations;
use crate::look::{Finding, State, lasting, moment};
use crate::pack::Inspections as Plan;
use crate::points::{Span, Values, together};
use crate::store::{alarm, fault, inspection, node, point};

/// Faults listed in a report.
const LISTED: u64 = 200;

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

/// A report that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Kind.
    pub kind: &'static str,
    /// Which one.
    pub key: String,
    /// First day.
    pub from: Date,
    /// Day after the last.
    pub until: Date,
}

/// What is due at a moment: the newest of each kind. What a stopped program missed is not made up for, except
/// for the newest.
pub fn due(plan: &Plan, now: OffsetDateTime) -> Vec<Due> {
    let today = zone::china_date(now);
    let at = |day: Date, hour: u8| Time::from_hms(hour, 0, 0).ok().map(|time| zone::at(day, time));
    let mut all = Vec::new();
    let spots = plan.times.iter().filter(|hour| at(today, **hour).is_some_and(|moment| moment <= now));
    if let Some(hour) = spots.max() {
        all.push(Due { kind: "spot", key: format!("spot:{today}:{hour:02}"), from: today, until: today });
    }
    // The newest day that fits and whose hour has come.
    let newest = |fits: &dyn Fn(Date) -> bool| {
        (0..100)
            .map(|days| today - Duration::days(days))
            .find(|day| fits(*day) && at(*day, plan.report_hour).is_some_and(|moment| moment <= now))
    };
    if let Some(day) = newest(&|day: Date| day.weekday().number_from_monday() == plan.week_day) {
        all.push(Due { kind: "week", key: format!("week:{day}"), from: day - Duration::days(7), until: day });
    }
    let months_before = |day: Date, months: u8| {
        let index = day.year() * 12 + i32::from(u8::from(day.month())) - 1 - i32::from(months);
        let month = time::Month::try_from(u8::try_from(index.rem_euclid(12)).unwrap_or(0) + 1).ok()?;
        Date::from_calendar_date(index.div_euclid(12), month, day.day()).ok()
    };
    let first_of_quarter = |day: Date| day.day() == plan.month_day && u8::from(day.month()) % 3 == 1;
    for (kind, months, day) in
        [("month", 1, newest(&|day: Date| day.day() == plan.month_day)), ("quarter", 3, newest(&first_of_quarter))]
    {
        if let Some(day) = day
            && let Some(from) = months_before(day, months)
        {
            all.push(Due { kind, key: format!("{kind}:{day}"), from, until: day });
        }
    }
    if let Some(day) = newest(&|_: Date| true) {
        all.push(Due { kind: "day", key: format!("day:{day}"), from: day - Duration::DAY, until: day });
    }
    all
}

#[derive(FromQueryResult)]
struct Counted {
    name: String,
    n: i64,
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

    /// The report of a period; none when nothing was measured in it.
    async fn report(&self, wanted: &Due, now: OffsetDateTime) -> Result<Option<Content>> {
        let (from, until) = (zone::start_of_day(wanted.from), zone::start_of_day(wanted.until));
        let span = if wanted.kind == "week" { Span::Hour } else { Span::Day };
        let rows = point::Entity::find()
            .filter(point::Column::Span.eq(span.as_str()))
            .filter(point::Column::At.gte(from))
            .filter(point::Column::At.lt(until))
            .order_by_asc(point::Column::At)
            .limit(20_000)
            .all(self.platform.db.read())
            .await?;
        let mut read: Vec<(OffsetDateTime, Values)> = Vec::new();
        for row in rows {
            read.push((row.at, serde_json::from_value(row.content)?));
        }
        let Some((first, _)) = read.first() else { return Ok(None) };
        let (ran, measured) = (minutes_run(&read), ((until - *first).whole_minutes()).max(1));
        let all = together(read.iter().map(|(_, values)| values));
        let mut sections = vec![self.availability(ran, measured, until - *first), self.values(&all)];
        sections.push(self.targets_section(wanted.from, wanted.until - Duration::DAY).await?);
        sections.push(ReportSection { title: "告警".to_owned(), lines: self.alarms_of(from, until).await? });
        let figures = self.fault_figures(from, until).await?;
        let mut lines: Vec<ReportLine> = figures
            .grades
            .iter()
            .map(|grade| {
                line(
                    format!("{}故障", grade.label),
                    format!(
                        "{} 起，按时响应 {}，按时恢复 {}，平均恢复 {} 分钟",
                        grade.tickets, grade.acknowledged_in_time, grade.restored_in_time, grade.mean_restore_minutes
                    ),
                )
            })
            .collect();
        if let Some(hours) = figures.hours_between {
            lines.push(line("系统故障平均间隔", format!("{hours} 小时")));
        }
        sections.push(ReportSection { title: "故障".to_owned(), lines });
        sections.push(ReportSection { title: "问题清单".to_owned(), lines: self.faults_of(from, until).await? });
        sections.push(ReportSection { title: "巡检".to_owned(), lines: self.inspections_of(from, until).await? });
        let title = if wanted.kind == "quarter" { "应急预案和演练" } else { "备份和演练" };
        sections.push(ReportSection { title: title.to_owned(), lines: self.drills(now).await? });
        let period = format!("{} 至 {}", wanted.from, wanted.until - Duration::DAY);
        Ok(Some(Content { period, sections }))
    }

    fn availability(&self, ran: i64, measured: i64, period: Duration) -> ReportSection {
        let share = ran.min(measured) * 100_000 / measured;
        let state = if share >= 99_900 { State::Ok } else { State::Warn };
        let text = format!("{}.{:03}%", share / 1_000, share % 1_000);
        ReportSection {
            title: "可用性".to_owned(),
            lines: vec![
                judged("可用率（要求 99.9%）", text, state),
                line("统计的时间", lasting(period.whole_seconds())),
                line("没有运行的时间", lasting((measured - ran).max(0) * 60)),
            ],
        }
    }

    fn values(&self, all: &Values) -> ReportSection {
        use crate::pack::Shows;
        let lines = self.pack.metrics.iter().filter(|metric| metric.key != "app.minutes").filter_map(|metric| {
            let point = *all.get(&metric.key)?;
            let text = match metric.shows {
                Shows::Total => format!("共 {} {}", point.1, metric.unit),
                Shows::Mean => format!("平均 {} {}，{} 到 {}", point.mean(), metric.unit, point.2, point.3),
                Shows::Most => format!("最大 {} {}", point.3, metric.unit),
            };
            Some(line(format!("{}：{}", metric.group, metric.label), text))
        });
        ReportSection { title: "运行数据".to_owned(), lines: lines.collect() }
    }

    async fn alarms_of(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<ReportLine>> {
        let rows = alarm::Entity::find()
            .select_only()
            .column_as(alarm::Column::Title, "name")
            .column_as(alarm::Column::Id.count(), "n")
            .filter(alarm::Column::RaisedAt.gte(from))
            .filter(alarm::Column::RaisedAt.lt(until))
            .group_by(alarm::Column::Title)
            .order_by_asc(alarm::Column::Title)
            .into_model::<Counted>()
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| line(row.name, format!("{} 次", row.n))).collect())
    }

    async fn faults_of(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<ReportLine>> {
        let rows = fault::Entity::find()
            .filter(fault::Column::OpenedAt.gte(from))
            .filter(fault::Column::OpenedAt.lt(until))
            .order_by_asc(fault::Column::Id)
            .limit(LISTED)
            .all(self.platform.db.read())
            .await?;
        let said = |row: fault::Model| {
            let state = if row.stands() == crate::faults::model::State::Closed { State::Ok } else { State::Warn };
            let cause = if row.cause.is_empty() { row.description.clone() } else { row.cause.clone() };
            judged(format!("{} {}", row.number, row.title), format!("{}：{cause}", grade_name(&row)), state)
        };
        Ok(rows.into_iter().map(said).collect())
    }

    async fn inspections_of(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<ReportLine>> {
        let spots = inspection::Entity::find()
            .filter(inspection::Column::Kind.is_in(["spot", "manual"]))
            .filter(inspection::Column::At.gte(from))
            .filter(inspection::Column::At.lt(until));
        let conn = self.platform.db.read();
        let all = spots.clone().count(conn).await?;
        let wrong = spots.filter(inspection::Column::Problems.gt(0)).count(conn).await?;
        Ok(vec![line("巡检次数", format!("{all} 次")), line("发现问题的", format!("{wrong} 次"))])
    }

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

/// Minutes in which at least one node ran: of each span the node that ran longest.
fn minutes_run(rows: &[(OffsetDateTime, Values)]) -> i64 {
    let mut by_span: BTreeMap<OffsetDateTime, i64> = BTreeMap::new();
    for (at, values) in rows {
        let ran = values.get("app.minutes").map_or(0, |point| point.1);
        by_span.entry(*at).and_modify(|known| *known = (*known).max(ran)).or_insert(ran);
    }
    by_span.values().sum()
}

fn grade_name(row: &fault::Model) -> String {
    let state = crate::faults::model::State::label(&row.state);
    format!("{}故障，{state}", row.times().grade.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::Point;
    use time::macros::{date, datetime};

    /// req: OPS-035
    #[test]
    fn what_is_due_is_the_newest_of_each_kind() {
        let plan = Plan { times: vec![7, 11, 15], report_hour: 6, week_day: 1, month_day: 1 };
        let keys = |now| due(&plan, now).into_iter().map(|one| one.key).collect::<Vec<_>>();
        // Monday 2026-09-21, 05:59 and 12:00 in China.
        assert_eq!(
            keys(datetime!(2026-09-20 21:59 UTC)),
            ["week:2026-09-14", "month:2026-09-01", "quarter:2026-07-01", "day:2026-09-20"]
        );
        let noon = datetime!(2026-09-21 04:00 UTC);
        assert_eq!(
            keys(noon),
            ["spot:2026-09-21:11", "week:2026-09-21", "month:2026-09-01", "quarter:2026-07-01", "day:2026-09-21"]
        );
        let all = due(&plan, noon);
        assert_eq!((all[4].from, all[4].until), (date!(2026 - 09 - 20), date!(2026 - 09 - 21)), "the day that is over");
        assert_eq!((all[1].from, all[1].until), (date!(2026 - 09 - 14), date!(2026 - 09 - 21)));
        assert_eq!((all[2].from, all[3].from), (date!(2026 - 08 - 01), date!(2026 - 04 - 01)));
        let january = due(&plan, datetime!(2027-01-01 08:00 UTC));
        assert_eq!((january[2].from, january[3].from), (date!(2026 - 12 - 01), date!(2026 - 10 - 01)));
    }

    /// req: OPS-035
    #[test]
    fn a_minute_counts_as_run_when_one_node_ran() {
        let hour = |minutes| Values::from([("app.minutes".to_owned(), Point(minutes, minutes, 1, 1))]);
        let at = |hour: i64| datetime!(2026-09-21 00:00 UTC) + Duration::hours(hour);
        let rows = [(at(0), hour(60)), (at(0), hour(20)), (at(1), hour(30)), (at(2), Values::new())];
        assert_eq!(minutes_run(&rows), 90);
    }
}
