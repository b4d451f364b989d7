//! `packs/platform/operations.yaml`: metrics, thresholds, parts, times of inspection. Data, checked when read.

use std::collections::BTreeSet;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;

use crate::faults::model::{Extent, Grade};

/// How a metric is shown over a longer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// Added up.
    Total,
    /// Mean.
    Mean,
    /// The greatest.
    Most,
}

/// A metric with a history.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// Group.
    pub group: String,
    /// How it is shown.
    pub shows: Shows,
}

/// On which side of the limit it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Above.
    Above,
    /// Below.
    Below,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Key.
    pub key: String,
    /// Title of its alarm.
    pub title: String,
    /// Metric.
    pub metric: String,
    /// Side.
    pub when: When,
    /// Limit: beyond it is wrong.
    pub limit: i64,
    /// Value at which it is well again.
    pub clear: i64,
    /// Minutes in a row, for raising and for clearing.
    pub minutes: i64,
    /// Grade of the fault.
    pub grade: Grade,
    /// How far it reaches.
    pub extent: Extent,
    /// Part.
    pub part: String,
    /// What to do.
    pub advice: String,
    /// Whether it opens a fault ticket.
    #[serde(default = "yes")]
    pub ticket: bool,
    /// Whether it is looked at.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// A part of the installation, for the order of tickets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Core comes before edge.
    pub core: bool,
    /// Inside the network comes before outside.
    pub inside: bool,
}

/// What is kept of chains of calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// From here on always.
    pub slow_ms: u64,
    /// One in so many of the rest.
    pub one_in: u64,
    /// Days.
    pub days: i64,
    /// At most.
    pub most: u64,
}

/// How long values are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// Hours of minutes.
    pub minute_hours: i64,
    /// Days of hours.
    pub hour_days: i64,
    /// Days of days.
    pub day_days: i64,
}

/// When inspections are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspections {
    /// Hours of every day (China).
    pub times: Vec<u8>,
    /// Hour at which reports are made.
    pub report_hour: u8,
    /// Day of the weekly report, 1 Monday to 7.
    pub week_day: u8,
    /// Day of the monthly report and of the quarterly one.
    pub month_day: u8,
}

/// A drill that has to be held.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// At least once in so many days.
    pub every_days: i64,
}

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    schema: String,
    /// Chains of calls.
    pub traces: Traces,
    /// Retention.
    pub keep: Keep,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// Thresholds.
    pub rules: Vec<Rule>,
    /// Parts.
    pub parts: Vec<Part>,
    /// Inspections.
    pub inspections: Inspections,
    /// Drills.
    pub drills: Vec<Drill>,
}

/// Why a threshold can't be as it is; `None` = it can.
pub fn wrong_rule(rule: &Rule) -> Option<(&'static str, &'static str)> {
    if !(1..=120).contains(&rule.minutes) {
        return Some(("/minutes", "持续时间填 1 到 120 分钟。"));
    }
    let clears = match rule.when {
        When::Above => rule.clear <= rule.limit,
        When::Below => rule.clear >= rule.limit,
    };
    if clears {
        return None;
    }
    Some(match rule.when {
        When::Above => ("/clear", "恢复的值不能高于告警的值。"),
        When::Below => ("/clear", "恢复的值不能低于告警的值。"),
    })
}

impl Pack {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// Names the file and what is wrong.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let pack: Self = serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        pack.check().map_err(wrong)?;
        Ok(pack)
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.schema != "tongban-operations/1" {
            return Err(format!("unknown schema {:?}", self.schema));
        }
        let metrics: BTreeSet<&str> = self.metrics.iter().map(|one| one.key.as_str()).collect();
        let parts: BTreeSet<&str> = self.parts.iter().map(|one| one.key.as_str()).collect();
        let rules: BTreeSet<&str> = self.rules.iter().map(|one| one.key.as_str()).collect();
        if metrics.len() != self.metrics.len() || parts.len() != self.parts.len() || rules.len() != self.rules.len() {
            return Err("a key stands twice".to_owned());
        }
        for rule in &self.rules {
            if !metrics.contains(rule.metric.as_str()) || !parts.contains(rule.part.as_str()) {
                return Err(format!("rule {}: unknown metric or part", rule.key));
            }
            if let Some((field, _)) = wrong_rule(rule) {
                return Err(format!("rule {}: {field} does not fit", rule.key));
            }
        }
        let times = &self.inspections;
        let hours = times.times.iter().chain([&times.report_hour]).all(|hour| *hour < 24);
        if !hours || !(1..=7).contains(&times.week_day) || !(1..=28).contains(&times.month_day) {
            return Err("inspections: hours under 24, week day 1 to 7, month day 1 to 28".to_owned());
        }
        Ok(())
    }

    /// Name of a part.
    pub fn part<'a>(&'a self, key: &'a str) -> &'a str {
        self.parts.iter().find(|part| part.key == key).map_or(key, |part| part.label.as_str())
    }

    /// A metric.
    pub fn metric(&self, key: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.key == key)
    }
}
