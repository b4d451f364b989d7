//! Has the product become slower? Two runs compared by what does not depend on the machine's speed.
//!
//! | Figure | compared by |
//! |---|---|
//! | with a floor | its part of the floor, both of the same run |
//! | a rate | its part of what the set's yardstick did per second |
//! | a time | how much the yardstick does in that time |
//! | what people ask for, what is used up or goes wrong | itself |
//!
//! Floors and yardsticks are the machine and are not compared.

use std::fmt;

use crate::report::{Figure, Kind, number};

/// Percent by which a figure may be worse before the gate closes.
pub const TOLERANCE: f64 = 25.0;

/// What a comparison found.
#[derive(Debug, Default, PartialEq)]
pub struct Verdict {
    /// Figures worse by more than the tolerance.
    pub fell: Vec<Fall>,
    /// Workloads of the base that the groups which ran did not measure, or not so that they can be compared.
    pub missing: Vec<String>,
    /// Groups of the base that did not run at all: somebody asked for some only, or had no database.
    pub left_out: Vec<String>,
    /// Workloads that the base does not know.
    pub fresh: Vec<String>,
    /// How many were compared.
    pub compared: usize,
}

/// A figure that fell.
#[derive(Debug, Clone, PartialEq)]
pub struct Fall {
    /// Group and workload.
    pub name: String,
    /// What was compared.
    pub by: &'static str,
    /// Of the base.
    pub before: f64,
    /// Of this run.
    pub now: f64,
    /// By how much it is worse, percent.
    pub worse: f64,
}

impl Verdict {
    /// Whether the gate stays open. A workload that is gone closes it: renamed, it would escape for ever.
    pub fn passes(&self) -> bool {
        self.fell.is_empty() && self.missing.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.fell.is_empty() {
            writeln!(f, "{:96} {:24} {:>12} {:>12} {:>10}", "fell", "compared by", "base", "now", "worse")?;
        }
        for fall in &self.fell {
            let (before, now) = (figures(fall.before), figures(fall.now));
            writeln!(f, "{:96} {:24} {before:>12} {now:>12} {:>8.0} %", fall.name, fall.by, fall.worse)?;
        }
        for name in &self.missing {
            writeln!(f, "missing: {name} is in the base and was not measured")?;
        }
        for group in &self.left_out {
            writeln!(f, "not compared: the group {group} did not run")?;
        }
        for name in &self.fresh {
            writeln!(f, "not compared: {name} is not in the base yet")?;
        }
        let outcome = if self.passes() { "nothing fell" } else { "worse than the base" };
        write!(f, "{} figures compared: {outcome}", self.compared)
    }
}

/// Ratios may be small: four digits of them.
fn figures(value: f64) -> String {
    if value.abs() < 1.0 { format!("{value:.4}") } else { number(value) }
}

/// Compares a run with an earlier one. `tolerance` is the percent by which a figure may be worse.
pub fn compare(base: &[Figure], now: &[Figure], tolerance: f64) -> Verdict {
    let mut verdict = Verdict::default();
    let ran = |group: &str| now.iter().any(|one| one.group == group);
    for before in base.iter().filter(|one| !one.reference) {
        if !ran(&before.group) {
            if !verdict.left_out.contains(&before.group) {
                verdict.left_out.push(before.group.clone());
            }
            continue;
        }
        let Some((by, then, today)) = now.iter().find(|one| same(one, before)).and_then(|now| shares(before, now))
        else {
            verdict.missing.push(before.name());
            continue;
        };
        verdict.compared += 1;
        let worse = worse(before.kind.more_is_better(), then, today);
        if worse > tolerance {
            verdict.fell.push(Fall { name: before.name(), by, before: then, now: today, worse });
        }
    }
    let known = |figure: &Figure| base.iter().any(|one| same(one, figure));
    verdict.fresh = now.iter().filter(|one| !one.reference && !known(one)).map(Figure::name).collect();
    verdict
}

/// Whether two figures are of the same workload.
fn same(one: &Figure, other: &Figure) -> bool {
    one.group == other.group && one.what == other.what && one.kind == other.kind
}

const OF_FLOOR: &str = "percent of the floor";

/// What of two figures is compared; none when one of them has nothing to be compared by.
fn shares(before: &Figure, now: &Figure) -> Option<(&'static str, f64, f64)> {
    if let (Some(before), Some(now)) = (before.of_floor, now.of_floor) {
        return Some((OF_FLOOR, before, now));
    }
    let of = |figure: &Figure| {
        let yardstick = figure.yardstick.filter(|one| *one > 0.0)?;
        Some(match figure.kind {
            Kind::Rate => figure.median / yardstick,
            // Times of all units alike: a factor stands on both sides.
            _ => figure.median * yardstick,
        })
    };
    match before.kind {
        Kind::Rate => Some(("part of the yardstick", of(before)?, of(now)?)),
        Kind::Time => Some(("time by the yardstick", of(before)?, of(now)?)),
        Kind::Served | Kind::Amount => Some(("itself", before.median, now.median)),
    }
}

/// By how many percent the second is worse; negative when it is better.
fn worse(more_is_better: bool, before: f64, now: f64) -> f64 {
    if before <= 0.0 {
        // Of nothing to nothing is no change; any fault after none is.
        return if more_is_better || now <= before { 0.0 } else { f64::INFINITY };
    }
    if more_is_better { (1.0 - now / before) * 100.0 } else { (now / before - 1.0) * 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::figure;

    /// One of each kind, as measured on a machine of a speed: rates grow with it, times shrink, floors as well.
    fn run(speed: f64) -> Vec<Figure> {
        let at = |what: &str, kind: Kind, median: f64| Figure {
            yardstick: Some(5_894.0 * speed),
            ..figure(what, kind, median)
        };
        vec![
            Figure { of_floor: Some(50.0), ..at("file", Kind::Rate, 652.0 * speed) },
            Figure { reference: true, ..at("plain SQL", Kind::Rate, 1_310.0 * speed) },
            at("accept", Kind::Rate, 346.0 * speed),
            at("list", Kind::Time, 99.0 / speed),
            at("mixed day", Kind::Served, 98.0),
            at("not answered well", Kind::Amount, 0.0),
            at("memory", Kind::Amount, 180.0),
            Figure { reference: true, ..at("health", Kind::Rate, 5_894.0 * speed) },
        ]
    }

    fn changed(what: &str, change: impl Fn(&mut Figure)) -> Vec<Figure> {
        let mut figures = run(1.0);
        figures.iter_mut().filter(|figure| figure.what == what).for_each(change);
        figures
    }

    /// A machine of half the speed has half the figures and the same ratios: nothing fell.
    #[test]
    fn a_slower_machine_with_the_same_ratios_passes() {
        for speed in [0.5, 1.0, 3.0] {
            let verdict = compare(&run(1.0), &run(speed), TOLERANCE);
            assert!(verdict.passes(), "{verdict}");
            assert_eq!((verdict.compared, verdict.fresh.len(), verdict.left_out.len()), (6, 0, 0));
        }
    }

    #[test]
    fn one_workload_slower_by_half_fails_and_is_named() {
        for (what, by) in [("accept", "part of the yardstick"), ("file", OF_FLOOR)] {
            let slower = changed(what, |figure| {
                figure.median /= 2.0;
                figure.of_floor = figure.of_floor.map(|part| part / 2.0);
            });
            let verdict = compare(&run(1.0), &slower, TOLERANCE);
            let [fall] = verdict.fell.as_slice() else { panic!("{verdict}") };
            assert_eq!((fall.name.as_str(), fall.by), (format!("sqlite: {what}").as_str(), by));
            assert!((fall.worse - 50.0).abs() < 0.01 && !verdict.passes(), "{verdict}");
            assert!(verdict.to_string().contains(what));
        }
        let verdict = compare(&run(1.0), &changed("list", |figure| figure.median *= 1.5), TOLERANCE);
        let [fall] = verdict.fell.as_slice() else { panic!("{verdict}") };
        assert!(fall.name == "sqlite: list" && (fall.worse - 50.0).abs() < 0.01, "{verdict}");
    }

    /// On a machine twice as fast, a workload that kept its figure has fallen.
    #[test]
    fn a_fast_machine_hides_nothing() {
        let mut fast = run(2.0);
        fast.iter_mut().filter(|figure| figure.what == "accept").for_each(|figure| figure.median = 346.0);
        let fell: Vec<String> = compare(&run(1.0), &fast, TOLERANCE).fell.into_iter().map(|fall| fall.name).collect();
        assert_eq!(fell, ["sqlite: accept"]);
    }

    /// What no machine makes better is compared as it is; the first fault after none counts.
    #[test]
    fn memory_and_faults_are_compared_as_they_are() {
        let fell = |what: &str, value: f64| {
            compare(&run(1.0), &changed(what, |figure| figure.median = value), TOLERANCE).fell.len()
        };
        assert_eq!((fell("memory", 220.0), fell("memory", 230.0)), (0, 1));
        assert_eq!((fell("not answered well", 0.0), fell("not answered well", 1.0)), (0, 1));
        assert_eq!((fell("mixed day", 90.0), fell("mixed day", 60.0)), (0, 1));
    }

    #[test]
    fn the_tolerance_is_the_callers() {
        let slower = changed("accept", |figure| figure.median *= 0.8);
        assert!(compare(&run(1.0), &slower, 25.0).passes());
        assert!(!compare(&run(1.0), &slower, 10.0).passes());
    }

    /// A workload that is gone closes the gate by name; a group that did not run is told and no more.
    #[test]
    fn a_missing_workload_is_named() {
        let mut fewer = run(1.0);
        fewer.retain(|figure| figure.what != "list");
        let verdict = compare(&run(1.0), &fewer, TOLERANCE);
        assert_eq!((verdict.missing.as_slice(), verdict.passes()), (["sqlite: list".to_owned()].as_slice(), false));
        assert!(verdict.to_string().contains("missing: sqlite: list"));

        let mut base = run(1.0);
        base.push(Figure { group: "postgres".to_owned(), ..figure("list", Kind::Time, 59.0) });
        let verdict = compare(&base, &run(1.0), TOLERANCE);
        assert_eq!((verdict.left_out.as_slice(), verdict.passes()), (["postgres".to_owned()].as_slice(), true));

        let mut more = run(1.0);
        more.push(figure("search", Kind::Time, 9.0));
        let verdict = compare(&run(1.0), &more, TOLERANCE);
        assert_eq!((verdict.fresh.as_slice(), verdict.passes()), (["sqlite: search".to_owned()].as_slice(), true));
    }

    /// A figure without anything to be compared by is as good as missing.
    #[test]
    fn a_figure_without_a_yardstick_is_missing() {
        let verdict = compare(&run(1.0), &changed("accept", |figure| figure.yardstick = None), TOLERANCE);
        assert_eq!(verdict.missing, ["sqlite: accept"]);
    }
}
