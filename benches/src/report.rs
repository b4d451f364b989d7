//! What a run gave: figures with their goals, the machine, and how they are written down.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Schema name of a kept run.
const SCHEMA: &str = "tongban-bench/1";

/// What a figure is: which way is better, and what of another run it may be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// How much is done in a time. More is better; a faster machine does more.
    Rate,
    /// How long something takes. Less is better; a faster machine takes less.
    Time,
    /// What people who think in between ask for and get. More is better; a faster machine gets no more.
    Served,
    /// What is used up or goes wrong. Less is better; a faster machine uses no less.
    Amount,
}

impl Kind {
    /// Whether more of it is better.
    pub fn more_is_better(self) -> bool {
        matches!(self, Self::Rate | Self::Served)
    }
}

/// The median of a workload's rounds and what it is judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Group.
    pub group: String,
    /// Workload.
    pub what: String,
    /// What differs from tree to tree.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Unit.
    pub unit: String,
    /// Which way is better.
    pub kind: Kind,
    /// Middle of the rounds.
    pub median: f64,
    /// Lowest round.
    pub lowest: f64,
    /// Highest round.
    pub highest: f64,
    /// What is promised.
    pub goal: Option<f64>,
    /// Percent of the floor of the same set.
    pub of_floor: Option<f64>,
    /// Percent of the floor that is promised.
    pub goal_of_floor: Option<f64>,
    /// What the yardstick of the same set did per second.
    pub yardstick: Option<f64>,
    /// Whether others are compared with it: a floor or a yardstick, which is the machine and not the product.
    pub reference: bool,
}

impl Figure {
    /// Group and workload.
    pub fn name(&self) -> String {
        format!("{}: {}", self.group, self.what.trim())
    }

    /// Whether all that is promised of it was kept; none when nothing is promised.
    pub fn reached(&self) -> Option<bool> {
        let kept = |goal: f64| if self.kind.more_is_better() { self.median >= goal } else { self.median <= goal };
        let own = self.goal.map(kept);
        let floor = self.goal_of_floor.map(|goal| self.of_floor.is_some_and(|part| part >= goal));
        match (own, floor) {
            (None, None) => None,
            (own, floor) => Some(own.unwrap_or(true) && floor.unwrap_or(true)),
        }
    }

    /// What is promised, in signs.
    pub fn goal_text(&self) -> String {
        let sign = if self.kind.more_is_better() { '≥' } else { '≤' };
        let own = self.goal.map(|goal| format!("{sign} {}", whole(goal)));
        let floor = self.goal_of_floor.map(|goal| format!("≥ {goal:.0} % of floor"));
        own.into_iter().chain(floor).collect::<Vec<_>>().join(", ")
    }

    /// Its line of the table.
    pub fn line(&self) -> String {
        let what = if self.note.is_empty() { self.what.clone() } else { format!("{} ({})", self.what, self.note) };
        let line = format!(
            "{:10} {what:82} {:>12} {:>12} {:>12}  {:12} {:>8}  {:26} {}",
            self.group,
            number(self.median),
            number(self.lowest),
            number(self.highest),
            self.unit,
            self.of_floor.map(|part| format!("{part:.0} %")).unwrap_or_default(),
            self.goal_text(),
            self.reached().map(word).unwrap_or_default()
        );
        line.trim_end().to_owned()
    }
}

/// Head of the table.
pub fn header() -> String {
    format!(
        "\n{:10} {:82} {:>12} {:>12} {:>12}  {:12} {:>8}  {:26} reached",
        "group", "workload", "median", "lowest", "highest", "unit", "of floor", "goal"
    )
}

/// A goal kept or not, in a word: colour alone tells nothing to some.
pub fn word(reached: bool) -> &'static str {
    if reached { "reached" } else { "not reached" }
}

/// A run that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    schema: String,
    /// Day of the run, UTC.
    pub day: String,
    /// Where it ran and how busy that was.
    pub machine: Machine,
    /// What was measured.
    pub figures: Vec<Figure>,
}

impl Report {
    /// A run of a day.
    pub fn new(day: time::Date, machine: Machine, figures: Vec<Figure>) -> Self {
        Self { schema: SCHEMA.to_owned(), day: day.to_string(), machine, figures }
    }

    /// Reads a kept run.
    ///
    /// # Errors
    /// When the file is not there or is none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let named = || path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(named)?;
        let report: Self = serde_json::from_str(&text).with_context(named)?;
        anyhow::ensure!(report.schema == SCHEMA, "{}: schema {} is not {SCHEMA}", named(), report.schema);
        Ok(report)
    }

    /// Keeps it as JSON.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        write(path, &(serde_json::to_string_pretty(self)? + "\n"))
    }
}

/// Writes a file, and the folder it is in when there is none yet.
///
/// # Errors
/// When it can't be written.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let named = || path.display().to_string();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(named)?;
    }
    std::fs::write(path, text).with_context(named)
}

/// Thousands apart, decimals only below a hundred.
pub fn number(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { whole(value) }
}

/// Thousands apart, no decimals.
pub fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A figure of a group `sqlite` whose yardstick did 1,000 a second.
    pub fn figure(what: &str, kind: Kind, median: f64) -> Figure {
        Figure {
            group: "sqlite".to_owned(),
            what: what.to_owned(),
            note: String::new(),
            unit: "answers/s".to_owned(),
            kind,
            median,
            lowest: median * 0.9,
            highest: median * 1.1,
            goal: None,
            of_floor: None,
            goal_of_floor: None,
            yardstick: Some(1_000.0),
            reference: false,
        }
    }

    #[test]
    fn numbers_read_easily() {
        assert_eq!(
            (number(1_234_567.4), number(12.345), number(999.0), whole(50.0)),
            ("1,234,567".into(), "12.35".into(), "999".into(), "50".into())
        );
    }

    /// A rate is promised from below, a time from above; with a floor both promises must be kept.
    #[test]
    fn a_goal_is_kept_from_the_side_it_was_promised() {
        let rate = |median: f64| Figure { goal: Some(2_500.0), ..figure("file", Kind::Rate, median) };
        let time = |median: f64| Figure { goal: Some(20.0), ..figure("list", Kind::Time, median) };
        assert_eq!((rate(2_500.0).reached(), rate(2_499.0).reached()), (Some(true), Some(false)));
        assert_eq!((time(20.0).reached(), time(20.1).reached()), (Some(true), Some(false)));
        assert_eq!(figure("health", Kind::Rate, 1.0).reached(), None);
        let both = |part: f64| Figure { goal_of_floor: Some(40.0), of_floor: Some(part), ..rate(2_600.0) };
        assert_eq!((both(40.0).reached(), both(39.0).reached()), (Some(true), Some(false)));
        assert_eq!(both(39.0).goal_text(), "≥ 2,500, ≥ 40 % of floor");
        assert!(both(39.0).line().ends_with("not reached"), "{}", both(39.0).line());
        assert_eq!(time(1.0).goal_text(), "≤ 20");
    }

    /// What is kept is what is read again; another kind of file is refused.
    #[test]
    fn a_kept_run_is_read_as_it_was() {
        let folder = std::env::temp_dir().join(format!("tongban-bench-report-{}", std::process::id()));
        let path = folder.join("new/figures.json");
        let report = Report::new(
            time::macros::date!(2026 - 09 - 24),
            Machine::default(),
            vec![Figure { lowest: 400.0, highest: 771.5, goal: Some(2_500.0), ..figure("file", Kind::Rate, 652.0) }],
        );
        report.save(&path).unwrap();
        assert_eq!(Report::read(&path).unwrap(), report);
        assert_eq!(report.day, "2026-09-24");
        write(&path, &std::fs::read_to_string(&path).unwrap().replace(SCHEMA, "other/1")).unwrap();
        assert!(Report::read(&path).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
