//! The arithmetic: counting days and office time around pauses.

use time::{Date, Duration, OffsetDateTime};

use super::{DeadlineError, Extension, Pause, TimeLimit, TimeUnit};
use crate::calendar::{Calendar, next};
use crate::zone;

/// Ten years of natural days.
const MAX_NATURAL_DAYS: u32 = 3660;

/// Pauses as half-open intervals, sorted and merged. The last may be open.
#[derive(Debug, Default)]
pub(super) struct Stops(Vec<(OffsetDateTime, Option<OffsetDateTime>)>);

impl Stops {
    pub(super) fn new(pauses: &[Pause]) -> Result<Self, DeadlineError> {
        // No pause is by far the commonest: no allocation then.
        if pauses.is_empty() {
            return Ok(Self::default());
        }
        if pauses.iter().any(|pause| pause.until.is_some_and(|until| until < pause.from)) {
            return Err(DeadlineError::PauseOrder);
        }
        let mut stops: Vec<_> = pauses.iter().map(|pause| (pause.from, pause.until)).collect();
        stops.sort_by_key(|(from, _)| *from);
        let mut merged: Vec<(OffsetDateTime, Option<OffsetDateTime>)> = Vec::with_capacity(stops.len());
        for (from, until) in stops {
            match merged.last_mut() {
                Some((_, end)) if end.is_none_or(|end| from <= end) => {
                    *end = end.and_then(|end| until.map(|until| until.max(end)));
                }
                _ => merged.push((from, until)),
            }
        }
        Ok(Self(merged))
    }

    /// Whether the clock stands just before the instant. A pause that begins at
    /// 24:00 leaves the day whole; one that ends at 24:00 has taken it.
    pub(super) fn stand_before(&self, instant: OffsetDateTime) -> bool {
        self.0.iter().any(|(from, until)| *from < instant && until.is_none_or(|until| instant <= until))
    }

    /// Whether the clock stands at the instant.
    pub(super) fn stand_at(&self, instant: OffsetDateTime) -> bool {
        self.0.iter().any(|(from, until)| *from <= instant && until.is_none_or(|until| instant < until))
    }

    /// Whether the clock stands at the end of the day.
    pub(super) fn take_day(&self, day: Date) -> bool {
        !self.0.is_empty() && self.stand_before(zone::end_of_day(day))
    }

    /// Whether nothing after this day can count, as the clock stands without a
    /// known end.
    fn for_good(&self, day: Date) -> bool {
        self.0.last().is_some_and(|(from, until)| until.is_none() && *from < zone::end_of_day(day))
    }

    fn open_from(&self) -> Option<OffsetDateTime> {
        self.0.last().filter(|(_, until)| until.is_none()).map(|(from, _)| *from)
    }

    /// The parts of an interval in which the clock runs.
    fn running(&self, from: OffsetDateTime, until: OffsetDateTime) -> Vec<(OffsetDateTime, OffsetDateTime)> {
        let mut parts = Vec::new();
        let mut start = from;
        for (stop, resume) in &self.0 {
            if *stop >= until {
                break;
            }
            if *stop > start {
                parts.push((start, *stop));
            }
            match resume {
                Some(resume) => start = start.max(*resume),
                None => return parts,
            }
        }
        if start < until {
            parts.push((start, until));
        }
        parts
    }
}

/// A limit with its extensions, ready to count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    /// What is counted: working days, natural days or minutes.
    pub(super) unit: TimeUnit,
    /// How many of them.
    pub(super) total: u32,
}

impl Whole {
    /// Adds up; months become the natural days they have from this start.
    pub(super) fn new(start: Date, limit: TimeLimit, extensions: &[Extension]) -> Result<Self, DeadlineError> {
        let minutes = limit.unit.is_clock_time();
        let in_unit = |limit: TimeLimit| {
            let factor = if minutes && limit.unit == TimeUnit::Hour { 60 } else { 1 };
            limit.value.checked_mul(factor).ok_or(DeadlineError::TooLong)
        };
        let mut total = in_unit(limit)?;
        for extension in extensions {
            if extension.limit.unit != limit.unit && !(minutes && extension.limit.unit.is_clock_time()) {
                return Err(DeadlineError::ExtensionUnit);
            }
            total = total.checked_add(in_unit(extension.limit)?).ok_or(DeadlineError::TooLong)?;
        }
        let whole = match limit.unit {
            TimeUnit::Month => {
                let end = zone::add_months(start, total).ok_or(DeadlineError::TooLong)?;
                let days = u32::try_from((end - start).whole_days()).map_err(|_| DeadlineError::TooLong)?;
                Self { unit: TimeUnit::NaturalDay, total: days }
            }
            TimeUnit::Hour | TimeUnit::Minute => Self { unit: TimeUnit::Minute, total },
            unit => Self { unit, total },
        };
        let most = if minutes { MAX_NATURAL_DAYS * 24 * 60 } else { MAX_NATURAL_DAYS };
        if whole.total > most { Err(DeadlineError::TooLong) } else { Ok(whole) }
    }
}

/// Whether a day is of the unit and the clock runs at its end.
pub(super) fn counts(calendar: &Calendar, unit: TimeUnit, stops: &Stops, day: Date) -> Result<bool, DeadlineError> {
    let of_unit = unit != TimeUnit::WorkingDay || calendar.is_working(day)?;
    Ok(of_unit && !stops.take_day(day))
}

/// The last day of a period of days; `None` while the clock stands for good.
pub(super) fn last_day(
    calendar: &Calendar,
    start: Date,
    whole: Whole,
    stops: &Stops,
) -> Result<Option<Date>, DeadlineError> {
    let (mut day, mut left) = (start, whole.total);
    while left > 0 {
        day = next(day)?;
        if stops.for_good(day) {
            return Ok(None);
        }
        left -= u32::from(counts(calendar, whole.unit, stops, day)?);
    }
    // 民法典 203, and 0 days from a day off.
    loop {
        if stops.for_good(day) {
            return Ok(None);
        }
        if counts(calendar, TimeUnit::WorkingDay, stops, day)? {
            return Ok(Some(day));
        }
        day = next(day)?;
    }
}

/// The instant at which so much office time has run; `None` while the clock
/// stands for good.
fn after_office_time(
    calendar: &Calendar,
    start: OffsetDateTime,
    minutes: u32,
    stops: &Stops,
) -> Result<Option<OffsetDateTime>, DeadlineError> {
    let mut left = Duration::minutes(i64::from(minutes));
    if left.is_zero() {
        return Ok(Some(start));
    }
    let mut day = zone::china_date(start);
    loop {
        for (from, until) in calendar.office_spans(day)? {
            for (from, until) in stops.running(from.max(start), until) {
                let ran = until - from;
                if ran >= left {
                    return Ok(Some(from.saturating_add(left)));
                }
                left -= ran;
            }
        }
        if stops.for_good(day) {
            return Ok(None);
        }
        day = next(day)?;
    }
}

/// Office time that ran between two instants.
pub(super) fn office_time(
    calendar: &Calendar,
    from: OffsetDateTime,
    until: OffsetDateTime,
    stops: &Stops,
) -> Result<Duration, DeadlineError> {
    let mut sum = Duration::ZERO;
    let mut day = zone::china_date(from);
    let stop = stops.open_from().map_or(until, |open| until.min(open));
    while zone::start_of_day(day) < stop {
        for (opening, closing) in calendar.office_spans(day)? {
            for (a, b) in stops.running(opening.max(from), closing.min(until)) {
                sum += b - a;
            }
        }
        day = next(day)?;
    }
    Ok(sum)
}

/// The end of the period; `None` while the clock stands without a known end.
/// Day units end at 24:00 China time, the first instant of the next day.
///
/// This is the fast path: no list is built, and without pauses nothing is
/// allocated.
///
/// # Errors
/// [`DeadlineError`]; a missing calendar carries its year.
pub fn due_at(
    calendar: &Calendar,
    started_at: OffsetDateTime,
    limit: TimeLimit,
    pauses: &[Pause],
    extensions: &[Extension],
) -> Result<Option<OffsetDateTime>, DeadlineError> {
    let stops = Stops::new(pauses)?;
    let start = zone::china_date(started_at);
    let whole = Whole::new(start, limit, extensions)?;
    if whole.unit == TimeUnit::Minute {
        return after_office_time(calendar, started_at, whole.total, &stops);
    }
    Ok(last_day(calendar, start, whole, &stops)?.map(zone::end_of_day))
}
