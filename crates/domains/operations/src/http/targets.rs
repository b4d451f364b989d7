//! Response targets over HTTP: the table of a day or some days, the curve of one target, the table as a file.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use base::zone;
use platform::metrics::Reading;
use platform::web::csv;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use super::run::{RunCurve, RunHistory, RunPoint};
use super::{chosen, day};
use crate::Operations;
use crate::permissions::ReadRun;
use crate::targets::judge::{Verdict, seconds};
use crate::targets::pack::{Kind, Subsystem};
use crate::targets::report::{Measured, Table, Used};

/// Most days of one table or curve: a quarter.
const MOST_DAYS: i64 = 92;

/// Which days and which subsystem.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetsQuery {
    /// Last day, `2026-09-21`; today when absent.
    day: Option<String>,
    /// How many days up to it, 1 to 92; 1 when absent.
    days: Option<i64>,
    /// One subsystem only.
    subsystem: Option<String>,
}

/// Which curve.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetCurveQuery {
    /// Last day, `2026-09-21`; today when absent.
    day: Option<String>,
    /// How many days up to it, 1 to 92; 30 when absent.
    days: Option<i64>,
    /// Subsystem.
    subsystem: String,
    /// `page`, `query`, `complex`, `third`, `report`.
    kind: String,
}

/// A target beside what was measured.
#[derive(Serialize, ToSchema)]
pub(crate) struct TargetRow {
    /// Subsystem, `step` or `load`.
    scope: String,
    label: String,
    /// Kind of operation, step or class of load.
    kind: String,
    kind_label: String,
    limit_ms: u64,
    /// Limit of the mean.
    mean_limit_ms: u64,
    count: u64,
    /// Of these, failed by our fault.
    errors: u64,
    /// Of these, longer than the limit.
    late: u64,
    /// Longest, microseconds.
    worst_us: u64,
    /// 99 of 100 took no longer, milliseconds: the bound of their bucket.
    within_99_ms: u64,
    mean_us: u64,
    /// Hundredths of a percent within the limit; none without requests.
    share: Option<u64>,
    verdict: Verdict,
}

/// A resource beside its limit.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResourceRow {
    label: String,
    unit: String,
    limit: i64,
    /// Above the limit is wrong; otherwise below.
    above: bool,
    value: Option<i64>,
    verdict: Verdict,
}

/// How many there were beside the reference load and the capacity.
#[derive(Serialize, ToSchema)]
pub(crate) struct CrowdRow {
    /// Served at once by the reference load.
    model_at_once: f64,
    /// On line by the reference load.
    model_online: f64,
    capacity_at_once: i64,
    capacity_online: i64,
    /// Most served at once by one node.
    at_once: Option<i64>,
    /// Most on line.
    online: Option<i64>,
    verdict: Verdict,
}

/// A subsystem to choose.
#[derive(Serialize, ToSchema)]
pub(crate) struct TargetSubsystem {
    key: String,
    label: String,
    /// Name of the subsystem it shares its requests with.
    shares: Option<String>,
    /// Nothing of the product serves it by itself.
    unserved: bool,
}

/// Everything that is promised, over some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct TargetsTable {
    from: String,
    until: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    /// Of a hundred so many have to keep the limit.
    within_percent: u64,
    met: usize,
    few: usize,
    missed: usize,
    subsystems: Vec<TargetSubsystem>,
    items: Vec<TargetRow>,
    steps: Vec<TargetRow>,
    loads: Vec<TargetRow>,
    crowd: CrowdRow,
    resources: Vec<ResourceRow>,
}

/// First and last day of what is wanted.
fn days(operations: &Operations, last: Option<String>, count: i64) -> Result<(Date, Date)> {
    let today = zone::china_date(operations.platform.now());
    let until = match chosen(last) {
        Some(text) => day("/day", &text)?,
        None => today,
    };
    if until > today {
        return Err(Problem::invalid_field("/day", "future", "这一天还没有到，请选今天或者以前的日期。"));
    }
    if !(1..=MOST_DAYS).contains(&count) {
        return Err(Problem::invalid_field("/days", "range", format!("一次看 1 到 {MOST_DAYS} 天。")));
    }
    let from = until.checked_sub(Duration::days(count - 1));
    let from = from.ok_or_else(|| Problem::invalid_field("/day", "range", "没有这么早的数据。"))?;
    Ok((from, until))
}

fn subsystem<'a>(operations: &'a Operations, key: &str) -> Result<&'a Subsystem> {
    let found = operations.targets.subsystems.iter().find(|one| one.key == key);
    found.ok_or_else(|| Problem::invalid_field("/subsystem", "option", "没有这个子系统，请从列表里选。"))
}

fn row(measured: Measured) -> TargetRow {
    TargetRow {
        late: measured.late(),
        share: measured.share(),
        scope: measured.scope,
        label: measured.label,
        kind: measured.kind,
        kind_label: measured.kind_label,
        limit_ms: measured.limit_ms,
        mean_limit_ms: measured.mean_limit_ms,
        count: measured.reading.count,
        errors: measured.reading.errors,
        worst_us: measured.reading.most_us,
        within_99_ms: measured.reading.within_ms(99),
        mean_us: measured.reading.mean_us(),
        verdict: measured.verdict,
    }
}

fn used(used: Used) -> ResourceRow {
    let Used { label, unit, limit, above, value, verdict } = used;
    ResourceRow { label, unit, limit, above, value, verdict }
}

/// The table that is wanted, with its first and last day.
async fn table(operations: &Operations, query: TargetsQuery) -> Result<(Table, Date, Date)> {
    let (from, until) = days(operations, query.day, query.days.unwrap_or(1))?;
    let only = chosen(query.subsystem);
    if let Some(key) = &only {
        subsystem(operations, key)?;
    }
    let mut table = operations.targets_between(from, until).await?;
    if let Some(key) = only {
        table.rows.retain(|row| row.scope == key);
    }
    Ok((table, from, until))
}

/// What is promised beside what was measured, by subsystem and kind of operation, by step, by load, by resource
#[utoipa::path(get, path = "/api/v1/operations/targets", tag = "operations", operation_id = "get_response_targets",
    params(TargetsQuery), responses((status = 200, body = TargetsTable), Refused, Unreadable),
    security(("desk" = ["run.read"])))]
pub(crate) async fn get_response_targets(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<TargetsQuery>,
) -> Result<Json<TargetsTable>> {
    let (table, from, until) = table(&operations, query).await?;
    let targets = &operations.targets;
    let label = |key: &String| targets.subsystems.iter().find(|one| one.key == *key).map(|one| one.label.clone());
    let choices = targets.subsystems.iter().map(|one| TargetSubsystem {
        key: one.key.clone(),
        label: one.label.clone(),
        shares: one.shares.as_ref().and_then(label),
        unserved: one.routes.is_empty() && one.shares.is_none(),
    });
    Ok(Json(TargetsTable {
        from: from.to_string(),
        until: until.to_string(),
        as_of: operations.platform.now(),
        within_percent: targets.within_percent,
        met: table.count(Verdict::Met),
        few: table.count(Verdict::Few),
        missed: table.count(Verdict::Missed),
        subsystems: choices.collect(),
        crowd: CrowdRow {
            model_at_once: table.crowd.model.at_once,
            model_online: table.crowd.model.online,
            capacity_at_once: table.crowd.capacity_at_once,
            capacity_online: table.crowd.capacity_online,
            at_once: table.crowd.at_once,
            online: table.crowd.online,
            verdict: table.crowd.verdict,
        },
        items: table.rows.into_iter().map(row).collect(),
        steps: table.steps.into_iter().map(row).collect(),
        loads: table.loads.into_iter().map(row).collect(),
        resources: table.resources.into_iter().map(used).collect(),
    }))
}

/// Day by day: the longest, the mean and the share within the limit of one kind of operation of a subsystem
#[utoipa::path(get, path = "/api/v1/operations/targets/history", tag = "operations",
    operation_id = "get_response_history", params(TargetCurveQuery),
    responses((status = 200, body = RunHistory), Refused, Unreadable), security(("desk" = ["run.read"])))]
pub(crate) async fn get_response_history(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<TargetCurveQuery>,
) -> Result<Json<RunHistory>> {
    let (from, until) = days(&operations, query.day, query.days.unwrap_or(30))?;
    let one = subsystem(&operations, query.subsystem.trim())?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == query.kind.trim());
    let kind = kind.ok_or_else(|| Problem::invalid_field("/kind", "option", "没有这类操作，请从列表里选。"))?;
    let limit = operations.targets.limit(one, kind);
    let mut by_day: BTreeMap<String, Reading> = BTreeMap::new();
    for row in operations.answered(from, until, Some(one.scope())).await? {
        if row.kind == kind.as_str() {
            by_day.entry(row.day).or_default().add(&row.reading);
        }
    }
    let millis = |us: u64| i64::try_from(us.div_ceil(1_000)).unwrap_or(i64::MAX);
    let curve = |key: &str, label: String, unit: &str, value: &dyn Fn(&Reading) -> i64| -> Result<RunCurve> {
        let mut points = Vec::new();
        for (text, reading) in &by_day {
            points.push(RunPoint { at: zone::start_of_day(day("/day", text)?), value: value(reading) });
        }
        Ok(RunCurve { key: key.to_owned(), label, unit: unit.to_owned(), points })
    };
    let within = |reading: &Reading| {
        let late = crate::targets::judge::late(reading, limit);
        let share = crate::targets::judge::share(reading.count, late).unwrap_or(0) / 100;
        i64::try_from(share).unwrap_or(100)
    };
    let worst = format!("最慢（限 {}）", seconds(limit * 1_000));
    Ok(Json(RunHistory {
        items: vec![
            curve("worst", worst, "毫秒", &|reading| millis(reading.most_us))?,
            curve("mean", "平均".to_owned(), "毫秒", &|reading| millis(reading.mean_us()))?,
            curve("share", "在限值以内".to_owned(), "%", &within)?,
            curve("count", "次数".to_owned(), "次", &|reading| i64::try_from(reading.count).unwrap_or(i64::MAX))?,
        ],
    }))
}

/// The table as a file
#[utoipa::path(get, path = "/api/v1/operations/targets/export", tag = "operations",
    operation_id = "export_response_targets", params(TargetsQuery),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["run.read"])))]
pub(crate) async fn export_response_targets(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<TargetsQuery>,
) -> Result<Response> {
    let (table, from, until) = table(&operations, query).await?;
    let period = if from == until { from.to_string() } else { format!("{from} 至 {until}") };
    let share = |measured: &Measured| {
        measured.share().map_or_else(String::new, |share| format!("{}.{:02}%", share / 100, share % 100))
    };
    let measured = |part: &str, all: &[Measured]| -> Vec<Vec<String>> {
        all.iter()
            .map(|one| {
                vec![
                    period.clone(),
                    part.to_owned(),
                    one.label.clone(),
                    one.kind_label.clone(),
                    seconds(one.limit_ms * 1_000),
                    one.reading.count.to_string(),
                    one.late().to_string(),
                    if one.reading.count > 0 { seconds(one.reading.most_us) } else { String::new() },
                    if one.reading.count > 0 { seconds(one.reading.mean_us()) } else { String::new() },
                    share(one),
                    one.verdict.label().to_owned(),
                ]
            })
            .collect()
    };
    let mut lines = measured("子系统", &table.rows);
    lines.extend(measured("登录和步骤", &table.steps));
    lines.extend(measured("同时访问", &table.loads));
    for one in &table.resources {
        let side = if one.above { "不高于" } else { "不低于" };
        let mut cells = vec![period.clone(), "资源".to_owned(), one.label.clone(), String::new()];
        cells.push(format!("{side} {} {}", one.limit, one.unit));
        cells.extend([String::new(), String::new()]);
        cells.push(one.value.map_or_else(String::new, |value| format!("{value} {}", one.unit)));
        cells.extend([String::new(), String::new(), one.verdict.label().to_owned()]);
        lines.push(cells);
    }
    let head = ["日期", "部分", "名称", "操作", "限值", "次数", "超过的", "最慢或者最大", "平均", "在限值以内", "结果"];
    Ok(csv::file("response-targets.csv", &head, lines))
}
