//! The report of a week, a month or a quarter, from the history.

use std::collections::BTreeMap;

use base::zone;
use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};
use time::{Duration, OffsetDateTime};

use super::{Content, Due, ReportLine, ReportSection, grade_name, judged, line};
use crate::Operations;
use crate::look::{State, lasting};
use crate::points::{Span, Values, together};
use crate::store::{alarm, fault, inspection, point};

/// Faults listed in a report.
const LISTED: u64 = 200;

#[derive(FromQueryResult)]
struct Counted {
    name: String,
    n: i64,
}

impl Operations {
    /// The report of a period; none when nothing was measured in it.
    pub(super) async fn report(&self, wanted: &Due, now: OffsetDateTime) -> Result<Option<Content>> {
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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::points::Point;

    /// req: OPS-035
    #[test]
    fn a_minute_counts_as_run_when_one_node_ran() {
        let hour = |minutes| Values::from([("app.minutes".to_owned(), Point(minutes, minutes, 1, 1))]);
        let at = |hour: i64| datetime!(2026-09-21 00:00 UTC) + Duration::hours(hour);
        let rows = [(at(0), hour(60)), (at(0), hour(20)), (at(1), hour(30)), (at(2), Values::new())];
        assert_eq!(minutes_run(&rows), 90);
    }
}
