//! The table of a day or a week, and the report each day makes of the day before.

use std::collections::BTreeMap;

use base::zone;
use platform::Result;
use platform::metrics::Reading;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use time::{Date, Duration, OffsetDateTime};

use super::judge::{Demand, Verdict, judge, judge_resource, late, resource_value, seconds, share, whole_demand};
use super::keep::Answered;
use super::pack::{Kind, STEP, Subsystem};
use crate::Operations;
use crate::inspections::{Content, ReportLine, ReportSection};
use crate::look::{Finding, State};
use crate::points::{Span, Values, together};
use crate::store::{inspection, point};

/// Metric of the targets that were missed the day before.
const MISSED: &str = "targets.missed";
/// After so long without a report nothing is known.
const STALE: Duration = Duration::hours(48);

/// One target beside what was measured.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) scope: String,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) kind_label: String,
    pub(crate) limit_ms: u64,
    pub(crate) mean_limit_ms: u64,
    pub(crate) reading: Reading,
    pub(crate) verdict: Verdict,
}

impl Measured {
    /// How many took longer than promised.
    pub(crate) fn late(&self) -> u64 {
        late(&self.reading, self.limit_ms)
    }

    /// What was measured, for people.
    pub(crate) fn said(&self) -> String {
        let reading = &self.reading;
        if reading.count == 0 {
            return "没有访问".to_owned();
        }
        format!(
            "限 {}；{} 次，超过的 {} 次，最慢 {}，平均 {}",
            seconds(self.limit_ms * 1_000),
            reading.count,
            self.late(),
            seconds(reading.most_us),
            seconds(reading.mean_us())
        )
    }

    /// Hundredths of a percent within the limit.
    pub(crate) fn share(&self) -> Option<u64> {
        share(self.reading.count, self.late())
    }
}

/// A resource beside its limit.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) label: String,
    pub(crate) unit: String,
    pub(crate) limit: i64,
    pub(crate) above: bool,
    pub(crate) value: Option<i64>,
    pub(crate) verdict: Verdict,
}

/// How many there were beside the reference load and what the installation is made for (OPS-005).
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    pub(crate) model: Demand,
    pub(crate) capacity_at_once: i64,
    pub(crate) capacity_online: i64,
    /// Most served at once by one node; none when nothing was measured.
    pub(crate) at_once: Option<i64>,
    /// Most on line.
    pub(crate) online: Option<i64>,
    pub(crate) verdict: Verdict,
}

/// Everything that is promised, over some days.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Measured>,
    pub(crate) steps: Vec<Measured>,
    pub(crate) loads: Vec<Measured>,
    pub(crate) crowd: Crowd,
    pub(crate) resources: Vec<Used>,
}

impl Table {
    /// Everything with a reading.
    fn measured(&self) -> impl Iterator<Item = &Measured> {
        self.rows.iter().chain(&self.steps).chain(&self.loads)
    }

    /// How many stand so.
    pub(crate) fn count(&self, wanted: Verdict) -> usize {
        self.measured().map(|one| one.verdict).filter(|one| *one == wanted).count()
            + self.resources.iter().filter(|one| one.verdict == wanted).count()
            + usize::from(self.crowd.verdict == wanted)
    }

    /// Whether anything was measured at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.measured().all(|one| one.reading.count == 0)
            && self.resources.iter().all(|one| one.value.is_none())
            && self.crowd.at_once.is_none()
    }
}

/// Readings of some rows together.
fn sum<'a>(rows: impl Iterator<Item = &'a Answered>) -> Reading {
    let mut sum = Reading::default();
    rows.for_each(|row| sum.add(&row.reading));
    sum
}

fn state(verdict: Verdict) -> Option<State> {
    match verdict {
        Verdict::None => None,
        Verdict::Met => Some(State::Ok),
        Verdict::Few => Some(State::Warn),
        Verdict::Missed => Some(State::Bad),
    }
}

fn line(measured: &Measured, name: String) -> ReportLine {
    let value = format!("{}：{}", measured.verdict.label(), measured.said());
    ReportLine { name, value, state: state(measured.verdict) }
}

impl Operations {
    /// The table from a day to another, both included.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn targets_between(&self, from: Date, until: Date) -> Result<Table> {
        let answered = self.answered(from, until, None).await?;
        let values = self.hours_between(from, until).await?;
        Ok(Table {
            rows: self.targets.subsystems.iter().flat_map(|one| self.rows_of(one, &answered)).collect(),
            steps: self.step_rows(&answered),
            loads: self.load_rows(&answered),
            crowd: self.crowd(&values),
            resources: self.used(&values),
        })
    }

    /// The five rows of a subsystem.
    fn rows_of(&self, subsystem: &Subsystem, answered: &[Answered]) -> Vec<Measured> {
        let targets = &self.targets;
        let row = |kind: Kind| {
            let fits = |row: &&Answered| row.scope == subsystem.scope() && row.kind == kind.as_str();
            let reading = sum(answered.iter().filter(fits));
            let limit = targets.limit(subsystem, kind);
            // A third party's time is not ours: its mean is bound by its own limit only.
            let mean = if kind == Kind::Third { limit } else { targets.mean_ms };
            Measured {
                scope: subsystem.key.clone(),
                label: subsystem.label.clone(),
                kind: kind.as_str().to_owned(),
                kind_label: targets.kind_label(kind).to_owned(),
                limit_ms: limit,
                mean_limit_ms: mean,
                verdict: judge(targets, &reading, limit, mean),
                reading,
            }
        };
        Kind::ALL.map(row).into()
    }

    fn step_rows(&self, answered: &[Answered]) -> Vec<Measured> {
        let targets = &self.targets;
        let row = |step: &super::pack::Step| {
            let reading = sum(answered.iter().filter(|row| row.scope == STEP && row.kind == step.key));
            Measured {
                scope: STEP.to_owned(),
                label: step.label.clone(),
                kind: step.key.clone(),
                kind_label: String::new(),
                limit_ms: step.limit,
                mean_limit_ms: step.limit,
                verdict: judge(targets, &reading, step.limit, step.limit),
                reading,
            }
        };
        targets.steps.iter().map(row).collect()
    }

    /// The own operations of all subsystems by how many were served at once, and whatever the load (OPS-003).
    fn load_rows(&self, answered: &[Answered]) -> Vec<Measured> {
        let (targets, loads) = (&self.targets, &self.targets.loads);
        let own = |row: &&Answered| row.scope != STEP && loads.kinds.iter().any(|kind| kind.as_str() == row.kind);
        let row = |key: &str, label: &str, limit: u64, mean: u64, reading: Reading| Measured {
            scope: "load".to_owned(),
            label: label.to_owned(),
            kind: key.to_owned(),
            kind_label: String::new(),
            limit_ms: limit,
            mean_limit_ms: mean,
            verdict: judge(targets, &reading, limit, mean),
            reading,
        };
        let mut rows: Vec<Measured> = loads
            .classes
            .iter()
            .map(|class| {
                let reading = sum(answered.iter().filter(own).filter(|row| row.load == class.key));
                row(&class.key, &class.label, class.limit, class.limit, reading)
            })
            .collect();
        let all = sum(answered.iter().filter(own));
        rows.push(row("never", "任何时候", loads.never, loads.response_mean_ms, all));
        rows
    }

    fn used(&self, values: &Values) -> Vec<Used> {
        let row = |resource: &super::pack::Resource| {
            let point = values.get(&resource.metric).copied();
            Used {
                label: resource.label.clone(),
                unit: resource.unit.clone(),
                limit: resource.limit,
                above: resource.when == crate::pack::When::Above,
                value: point.map(|point| resource_value(resource, point)),
                verdict: judge_resource(resource, point),
            }
        };
        self.targets.resources.iter().map(row).collect()
    }

    fn crowd(&self, values: &Values) -> Crowd {
        let model = &self.targets.model;
        let most = |key: &str| values.get(key).map(|point| point.3);
        let at_once = most("http.at_once");
        let online = match (most("sessions.portal"), most("sessions.desk")) {
            (None, None) => None,
            (portal, desk) => Some(portal.unwrap_or(0) + desk.unwrap_or(0)),
        };
        let over = at_once.is_some_and(|most| most > model.capacity.at_once)
            || online.is_some_and(|most| most > model.capacity.online);
        let verdict = match (at_once, online) {
            (None, None) => Verdict::None,
            _ if over => Verdict::Missed,
            _ => Verdict::Met,
        };
        Crowd {
            model: whole_demand(model),
            capacity_at_once: model.capacity.at_once,
            capacity_online: model.capacity.online,
            at_once,
            online,
            verdict,
        }
    }

    /// Values of whole hours from a day to another, both included, of all nodes together.
    async fn hours_between(&self, from: Date, until: Date) -> Result<Values> {
        let (begin, end) = (zone::start_of_day(from), zone::start_of_day(until + Duration::DAY));
        // Hours are kept for weeks, days for years.
        let span =
            if begin < self.platform.now() - Duration::days(self.pack.keep.hour_days) { Span::Day } else { Span::Hour };
        let rows = point::Entity::find()
            .filter(point::Column::Span.eq(span.as_str()))
            .filter(point::Column::At.gte(begin))
            .filter(point::Column::At.lt(end))
            .order_by_asc(point::Column::At)
            .limit(20_000)
            .all(self.platform.db.read())
            .await?;
        let mut read = Vec::new();
        for row in rows {
            read.push(serde_json::from_value::<Values>(row.content)?);
        }
        Ok(together(&read))
    }

    /// The report of a day; none when nothing was measured in it.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn day_report(&self, day: Date) -> Result<Option<Content>> {
        let table = self.targets_between(day, day).await?;
        if table.is_empty() {
            return Ok(None);
        }
        Ok(Some(Content { period: day.to_string(), sections: self.sections(&table) }))
    }

    /// What the reports of weeks and months say of the targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn targets_section(&self, from: Date, until: Date) -> Result<ReportSection> {
        let table = self.targets_between(from, until).await?;
        let mut lines = vec![summary(&table)];
        let rows = table.rows.iter().filter(|row| matches!(row.verdict, Verdict::Few | Verdict::Missed));
        lines.extend(rows.map(|row| line(row, format!("{}：{}", row.label, row.kind_label))));
        Ok(ReportSection { title: "响应达标".to_owned(), lines })
    }

    fn sections(&self, table: &Table) -> Vec<ReportSection> {
        let mut rows = vec![summary(table)];
        // A subsystem that nobody used says so in one line.
        let mut by_subsystem: BTreeMap<usize, Vec<&Measured>> = BTreeMap::new();
        for row in &table.rows {
            let at = self.targets.subsystems.iter().position(|one| one.key == row.scope).unwrap_or(usize::MAX);
            by_subsystem.entry(at).or_default().push(row);
        }
        for all in by_subsystem.values() {
            let seen: Vec<&&Measured> = all.iter().filter(|row| row.verdict != Verdict::None).collect();
            match (seen.is_empty(), all.first()) {
                (true, Some(first)) => {
                    rows.push(ReportLine { name: first.label.clone(), value: "没有访问".to_owned(), state: None })
                }
                _ => rows.extend(seen.into_iter().map(|row| line(row, format!("{}：{}", row.label, row.kind_label)))),
            }
        }
        let named = |all: &[Measured]| all.iter().map(|row| line(row, row.label.clone())).collect::<Vec<_>>();
        let mut loads = named(&table.loads);
        loads.extend(crowd_lines(&table.crowd));
        vec![
            ReportSection { title: "子系统响应".to_owned(), lines: rows },
            ReportSection { title: "登录和步骤".to_owned(), lines: named(&table.steps) },
            ReportSection { title: "同时访问和负荷".to_owned(), lines: loads },
            ReportSection { title: "资源使用".to_owned(), lines: table.resources.iter().map(used_line).collect() },
        ]
    }

    /// What the last report of a day found, as a part of the running system: a missed target becomes an alarm by
    /// the thresholds, and ends with the next day that keeps them all.
    pub(crate) async fn kept_promises(&self, now: OffsetDateTime) -> Result<Finding> {
        let last = inspection::Entity::find()
            .filter(inspection::Column::Kind.eq("day"))
            .order_by_desc(inspection::Column::Id)
            .limit(1)
            .one(self.platform.db.read())
            .await?
            .filter(|row| now - row.at < STALE);
        let Some(row) = last else {
            return Ok(Finding::new("targets", "响应达标", "application", State::Off, "还没有前一天的日报"));
        };
        let content: Content = serde_json::from_value(row.content)?;
        let lines = content.sections.iter().flat_map(|section| &section.lines);
        let missed = lines.filter(|line| line.state == Some(State::Bad)).count();
        let missed = i64::try_from(missed).unwrap_or(i64::MAX);
        let (state, said) = match missed {
            0 => (State::Ok, format!("{} 全部达标", content.period)),
            some => (State::Warn, format!("{} 有 {some} 项未达标", content.period)),
        };
        Ok(Finding::new("targets", "响应达标", "application", state, said)
            .advise("在“响应达标”里看是哪一类操作，到“调用链”的“薄弱环节”找最费时的访问。")
            .value(MISSED, missed))
    }
}

fn summary(table: &Table) -> ReportLine {
    ReportLine {
        name: "合计".to_owned(),
        value: format!(
            "达标 {} 项，个别超时 {} 项，未达标 {} 项",
            table.count(Verdict::Met),
            table.count(Verdict::Few),
            table.count(Verdict::Missed)
        ),
        state: None,
    }
}

fn used_line(used: &Used) -> ReportLine {
    let side = if used.above { "不高于" } else { "不低于" };
    let value = match used.value {
        None => "没有数据".to_owned(),
        Some(value) => format!("{} {}，要求{side} {} {}", value, used.unit, used.limit, used.unit),
    };
    ReportLine { name: used.label.clone(), value, state: state(used.verdict) }
}

/// What was there, what the reference load means, what the installation is made for.
fn crowd_lines(crowd: &Crowd) -> Vec<ReportLine> {
    let row = |name: &str, unit: &str, most: Option<i64>, model: f64, capacity: i64| {
        let Some(most) = most else {
            return ReportLine { name: name.to_owned(), value: "没有数据".to_owned(), state: None };
        };
        let value = format!("最多 {most} {unit}，参考负荷 {model:.2}，设计容量 {capacity}");
        let state = if most > capacity { State::Bad } else { State::Ok };
        ReportLine { name: name.to_owned(), value, state: Some(state) }
    };
    vec![
        row("同时处理的访问", "个", crowd.at_once, crowd.model.at_once, crowd.capacity_at_once),
        row("在线人数", "人次", crowd.online, crowd.model.online, crowd.capacity_online),
    ]
}
