//! The history of values: minutes, rolled up to hours and days, each as long as the pack says. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time};

/// Values of one metric within a span: how many, sum, least, most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point(pub i64, pub i64, pub i64, pub i64);

impl Point {
    /// One value.
    pub fn of(value: i64) -> Self {
        Self(1, value, value, value)
    }

    /// Together with another.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1.saturating_add(other.1), self.2.min(other.2), self.3.max(other.3))
    }

    /// Mean, rounded.
    #[must_use]
    pub fn mean(self) -> i64 {
        let (count, sum) = (self.0.max(1), self.1);
        (sum + if sum < 0 { -count / 2 } else { count / 2 }) / count
    }
}

/// Values by metric.
pub type Values = BTreeMap<String, Point>;

/// Lengths of time that values are kept by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day of China.
    Day,
}

impl Span {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The beginning of the span a moment lies in.
    pub fn begin(self, at: OffsetDateTime) -> OffsetDateTime {
        let seconds = at.unix_timestamp();
        let whole =
            |length: i64| OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(length)).unwrap_or(at);
        match self {
            Self::Minute => whole(60),
            Self::Hour => whole(3_600),
            Self::Day => base::zone::at(base::zone::china_date(at), Time::MIDNIGHT),
        }
    }

    /// How long it is.
    pub fn length(self) -> Duration {
        match self {
            Self::Minute => Duration::MINUTE,
            Self::Hour => Duration::HOUR,
            Self::Day => Duration::DAY,
        }
    }
}

/// Values of several spans taken together.
pub fn together<'a>(all: impl IntoIterator<Item = &'a Values>) -> Values {
    let mut sum = Values::new();
    for values in all {
        for (key, point) in values {
            sum.entry(key.clone()).and_modify(|known| *known = known.with(*point)).or_insert(*point);
        }
    }
    sum
}

/// Shorter spans rolled up to longer ones, each once, those that are over only.
pub fn roll_up(rows: &[(OffsetDateTime, Values)], to: Span, now: OffsetDateTime) -> Vec<(OffsetDateTime, Values)> {
    let mut groups: BTreeMap<OffsetDateTime, Vec<&Values>> = BTreeMap::new();
    for (at, values) in rows {
        let begin = to.begin(*at);
        if begin + to.length() <= now {
            groups.entry(begin).or_default().push(values);
        }
    }
    groups.into_iter().map(|(at, values)| (at, together(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn values(requests: i64, disk: i64) -> Values {
        [("http.requests".to_owned(), Point::of(requests)), ("disk".to_owned(), Point::of(disk))].into()
    }

    /// req: OPS-033
    #[test]
    fn minutes_become_hours_and_hours_days_of_china_and_what_is_not_over_waits() {
        let start = datetime!(2026-09-21 15:00 UTC);
        let minutes: Vec<_> = (0..90).map(|at| (start + Duration::minutes(at), values(10, 50 - at))).collect();
        let hours = roll_up(&minutes, Span::Hour, start + Duration::minutes(90));
        assert_eq!(hours.len(), 1, "the second hour is not over");
        assert_eq!(hours[0].0, start);
        assert_eq!(hours[0].1["http.requests"], Point(60, 600, 10, 10));
        assert_eq!(hours[0].1["disk"], Point(60, 1_230, -9, 50));
        assert_eq!(hours[0].1["disk"].mean(), 21);
        // 15:00 UTC is 23:00 in China; the next hour belongs to the next day.
        let hours = roll_up(&minutes, Span::Hour, start + Duration::hours(2));
        let days = roll_up(&hours, Span::Day, start + Duration::hours(26));
        assert_eq!(
            days.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [datetime!(2026-09-20 16:00 UTC), datetime!(2026-09-21 16:00 UTC)]
        );
        assert_eq!(days[1].1["http.requests"].1, 300);
    }
}
