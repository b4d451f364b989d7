//! Whether a promise was kept, and how many the reference load means. Pure.

use platform::metrics::Reading;
use serde::Serialize;
use utoipa::ToSchema;

use super::pack::{By, Group, Model, Resource, Targets};
use crate::pack::When;
use crate::points::Point;

/// How a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TargetVerdict)]
pub enum Verdict {
    /// Nothing was measured.
    None,
    /// Nothing took longer than promised.
    Met,
    /// A few did, within what is borne.
    Few,
    /// More did, or the mean is too long.
    Missed,
}

impl Verdict {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "没有访问",
            Self::Met => "达标",
            Self::Few => "个别超时",
            Self::Missed => "未达标",
        }
    }
}

/// How many took longer than a limit. A limit that is not counted was refused when the file was read.
pub fn late(reading: &Reading, limit_ms: u64) -> u64 {
    reading.beyond_ms(limit_ms).unwrap_or(reading.count)
}

/// Judges what was measured against a limit, both milliseconds.
pub fn judge(targets: &Targets, reading: &Reading, limit_ms: u64, mean_ms: u64) -> Verdict {
    let late = late(reading, limit_ms);
    let borne = late.saturating_mul(100) <= reading.count.saturating_mul(100 - targets.within_percent.min(100));
    match () {
        () if reading.count == 0 => Verdict::None,
        () if reading.mean_us() > mean_ms.saturating_mul(1_000) || !borne => Verdict::Missed,
        () if late > 0 => Verdict::Few,
        () => Verdict::Met,
    }
}

/// How many in ten thousand stayed within a limit, rounded down: 9999 while a single one did not.
pub fn share(count: u64, late: u64) -> Option<u64> {
    (count.saturating_sub(late)).saturating_mul(10_000).checked_div(count)
}

/// People at once and on line.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Demand {
    /// Served at once.
    pub at_once: f64,
    /// On line.
    pub online: f64,
}

/// What a group means: four fifths of it come in a fifth of the time (OPS-005).
pub fn demand(group: &Group, response_s: u32) -> Demand {
    const SHARE: f64 = 0.8;
    const TIME: f64 = 0.2;
    let (people, hours) = (f64::from(group.people), f64::from(group.hours));
    Demand {
        at_once: people * f64::from(group.pages) * SHARE * f64::from(response_s) / (hours * 3_600.0 * TIME),
        online: people * SHARE * f64::from(group.stay_minutes) / (hours * 60.0 * TIME),
    }
}

/// What all groups mean together.
pub fn whole_demand(model: &Model) -> Demand {
    model.groups.iter().map(|group| demand(group, model.response_s)).fold(Demand::default(), |sum, one| Demand {
        at_once: sum.at_once + one.at_once,
        online: sum.online + one.online,
    })
}

/// The value of a resource that counts.
pub fn resource_value(resource: &Resource, point: Point) -> i64 {
    match resource.by {
        By::Mean => point.mean(),
        By::Most => point.3,
        By::Least => point.2,
    }
}

/// Whether a resource stayed within its limit; none when it was not measured.
pub fn judge_resource(resource: &Resource, point: Option<Point>) -> Verdict {
    let Some(value) = point.map(|point| resource_value(resource, point)) else { return Verdict::None };
    let beyond = match resource.when {
        When::Above => value > resource.limit,
        When::Below => value < resource.limit,
    };
    if beyond { Verdict::Missed } else { Verdict::Met }
}

/// `1.5 秒`, `80 毫秒`.
pub fn seconds(us: u64) -> String {
    if us >= 1_000_000 {
        let tenths = us.div_ceil(10_000);
        let text = format!("{}.{:02}", tenths / 100, tenths % 100);
        return format!("{} 秒", text.trim_end_matches('0').trim_end_matches('.'));
    }
    format!("{} 毫秒", us.div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::metrics::Series;

    use super::super::pack::tests::real;
    use super::*;

    fn reading(times: &[(u64, usize)]) -> Reading {
        let series = Series::default();
        for (ms, often) in times {
            for _ in 0..*often {
                series.note(Duration::from_millis(*ms), false);
            }
        }
        series.take()
    }

    /// req: OPS-001
    /// req: OPS-002
    #[test]
    fn one_late_of_a_hundred_is_borne_two_are_not_and_the_mean_counts() {
        let targets = real();
        let verdict = |times: &[(u64, usize)]| judge(&targets, &reading(times), 2_000, targets.mean_ms);
        assert_eq!(verdict(&[]), Verdict::None);
        assert_eq!(verdict(&[(2_000, 3)]), Verdict::Met, "the limit itself is kept");
        assert_eq!(verdict(&[(100, 99), (2_001, 1)]), Verdict::Few);
        assert_eq!(verdict(&[(100, 98), (2_001, 2)]), Verdict::Missed);
        assert_eq!(
            verdict(&[(100, 99), (600_000, 1)]),
            Verdict::Missed,
            "a single one that takes minutes spoils the mean"
        );
        let slow = reading(&[(3_900, 10)]);
        assert_eq!(judge(&targets, &slow, 4_000, targets.mean_ms), Verdict::Missed, "none late, but all of them slow");
        assert_eq!((share(100, 1), share(0, 0), share(20_001, 1)), (Some(9_900), None, Some(9_999)));
    }

    /// The worked example of the register: 5.56 + 11.57 at once, 33.33 + 277.78 on line.
    ///
    /// req: OPS-005
    #[test]
    fn the_reference_load_is_that_of_the_register() {
        let model = real().model;
        let two = |number: f64| format!("{number:.2}");
        let of = |at: usize| demand(&model.groups[at], model.response_s);
        assert_eq!((two(of(0).at_once), two(of(1).at_once)), ("5.56".to_owned(), "11.57".to_owned()));
        assert_eq!((two(of(0).online), two(of(1).online)), ("33.33".to_owned(), "277.78".to_owned()));
        let whole = whole_demand(&model);
        assert_eq!((two(whole.at_once), two(whole.online)), ("17.13".to_owned(), "311.11".to_owned()));
    }

    /// req: OPS-008
    #[test]
    fn a_resource_is_judged_by_its_own_value_and_side() {
        let targets = real();
        let of = |metric: &str| targets.resources.iter().find(|one| one.metric == metric).cloned().unwrap();
        let disk = of("disk.free_percent");
        assert_eq!(judge_resource(&disk, Some(Point(3, 180, 19, 90))), Verdict::Missed, "the least counts");
        assert_eq!(judge_resource(&disk, Some(Point(3, 180, 20, 90))), Verdict::Met);
        assert_eq!(judge_resource(&disk, None), Verdict::None);
        let cpu = of("cpu.percent");
        assert_eq!(judge_resource(&cpu, Some(Point(10, 700, 0, 100))), Verdict::Met, "a busy minute is no busy day");
        assert_eq!(judge_resource(&cpu, Some(Point(10, 720, 0, 100))), Verdict::Missed);
        assert_eq!(judge_resource(&of("memory.used_percent"), Some(Point(10, 100, 0, 86))), Verdict::Missed);
    }

    #[test]
    fn times_are_said_shortly_and_never_shorter_than_they_were() {
        assert_eq!(
            [400, 80_000, 1_500_000, 2_000_001, 12_345_678].map(seconds),
            ["1 毫秒", "80 毫秒", "1.5 秒", "2.01 秒", "12.35 秒"]
        );
    }
}
