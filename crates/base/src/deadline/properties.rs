//! What must hold for every start, limit, pause and extension.

use proptest::prelude::*;
use time::macros::date;
use time::{Date, Duration, OffsetDateTime};

use super::*;
use crate::calendar::Calendar;
use crate::calendar::tests::china;
use crate::zone;

fn calendar() -> &'static Calendar {
    static CALENDAR: std::sync::OnceLock<Calendar> = std::sync::OnceLock::new();
    CALENDAR.get_or_init(china)
}

/// Any minute of the first months of the calendars.
fn start() -> impl Strategy<Value = OffsetDateTime> {
    (0_i64..400 * 24 * 60).prop_map(|minutes| zone::start_of_day(date!(2024 - 01 - 01)) + Duration::minutes(minutes))
}

fn unit() -> impl Strategy<Value = TimeUnit> {
    prop_oneof![Just(TimeUnit::WorkingDay), Just(TimeUnit::NaturalDay), Just(TimeUnit::Month), Just(TimeUnit::Hour)]
}

fn limit() -> impl Strategy<Value = TimeLimit> {
    limit_in(unit())
}

fn limit_of_days() -> impl Strategy<Value = TimeLimit> {
    limit_in(prop_oneof![Just(TimeUnit::WorkingDay), Just(TimeUnit::NaturalDay), Just(TimeUnit::Month)])
}

fn limit_in(unit: impl Strategy<Value = TimeUnit>) -> impl Strategy<Value = TimeLimit> {
    unit.prop_flat_map(|unit| {
        let most: u32 = if unit == TimeUnit::Month { 4 } else { 45 };
        (0..most).prop_map(move |value| TimeLimit { value, unit })
    })
}

/// Closed pauses in minutes after the start; a few begin before it.
fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((-2000_i64..60 * 24 * 60, 0_i64..20 * 24 * 60), 0..4)
}

fn clock(started_at: OffsetDateTime, limit: TimeLimit, pauses: &[(i64, i64)]) -> DeadlineClock {
    let mut clock = DeadlineClock::started(started_at, "受理", limit);
    clock.pauses = pauses
        .iter()
        .map(|(from, length)| {
            let from = started_at + Duration::minutes(*from);
            Pause { from, until: Some(from + Duration::minutes(*length)), reason: "核查".into() }
        })
        .collect();
    clock
}

fn due(clock: &DeadlineClock) -> OffsetDateTime {
    clock.due_at(calendar()).unwrap().unwrap()
}

fn extended(clock: &DeadlineClock, value: u32) -> DeadlineClock {
    let limit = TimeLimit { value, unit: clock.limit.unit };
    let mut extended = clock.clone();
    extended.extensions.push(Extension { limit, reason: "复杂".into(), approved_at: clock.started_at });
    extended
}

/// The slow way: walk the days and look at every pause at every midnight.
fn recount(clock: &DeadlineClock) -> Date {
    let stands = |day: Date| {
        let midnight = zone::start_of_day(day) + Duration::DAY;
        clock.pauses.iter().any(|p| p.from < midnight && p.until.is_none_or(|until| until >= midnight))
    };
    let start = clock.started_at.to_offset(zone::CHINA).date();
    let working = |day: Date| calendar().is_working(day).unwrap();
    let n = match clock.limit.unit {
        TimeUnit::Month => (zone::add_months(start, clock.limit.value).unwrap() - start).whole_days(),
        _ => i64::from(clock.limit.value),
    };
    let mut counted = 0;
    let mut day = start;
    while counted < n {
        day = day.next_day().unwrap();
        if !stands(day) && (clock.limit.unit != TimeUnit::WorkingDay || working(day)) {
            counted += 1;
        }
    }
    while !working(day) || stands(day) {
        day = day.next_day().unwrap();
    }
    day
}

/// The slow way for office time: look at every minute. All inputs are whole
/// minutes.
fn recount_minutes(clock: &DeadlineClock) -> OffsetDateTime {
    use time::macros::time;
    let mut left = clock.limit.value;
    let mut minute = clock.started_at;
    while left > 0 {
        let local = minute.to_offset(zone::CHINA);
        let open = [(time!(9:00), time!(12:00)), (time!(13:30), time!(17:00))]
            .iter()
            .any(|(a, b)| (*a..*b).contains(&local.time()));
        let stands = || clock.pauses.iter().any(|p| p.from <= minute && p.until.is_none_or(|until| minute < until));
        left -= u32::from(open && !stands() && calendar().is_working(local.date()).unwrap());
        minute += Duration::MINUTE;
    }
    minute
}

/// Pauses of some hours within the next days.
fn near_pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((-600_i64..3 * 24 * 60, 0_i64..600), 0..5)
}

proptest! {
    /// req: CASE-020
    #[test]
    fn a_pause_never_shortens(started in start(), limit in limit(), pauses in pauses()) {
        let without = due(&clock(started, limit, &[]));
        for number in 1..=pauses.len() {
            let fewer = due(&clock(started, limit, &pauses[..number - 1]));
            let more = due(&clock(started, limit, &pauses[..number]));
            prop_assert!(without <= fewer && fewer <= more);
        }
    }

    /// req: CASE-020
    #[test]
    fn an_extension_never_shortens_and_more_is_never_less(started in start(), limit in limit(), pauses in pauses(), a in 0_u32..3, b in 0_u32..3) {
        let clock = clock(started, limit, &pauses);
        let (less, more) = (a.min(b), a.max(b));
        prop_assert!(due(&clock) <= due(&extended(&clock, less)));
        prop_assert!(due(&extended(&clock, less)) <= due(&extended(&clock, more)));
        if limit.unit != TimeUnit::Month {
            let longer = DeadlineClock { limit: TimeLimit { value: limit.value + more, ..limit }, ..clock.clone() };
            prop_assert_eq!(due(&extended(&clock, more)), due(&longer));
        }
    }

    /// req: CASE-020
    #[test]
    fn the_days_left_at_a_pause_are_the_days_left_at_the_resumption(
        started in start(), days in 1_u32..30, from in 0_i64..20 * 24 * 60, length in 0_i64..40 * 24 * 60,
    ) {
        let limit = TimeLimit::working_days(days);
        let mut clock = clock(started, limit, &[(from, length)]);
        let (from, until) = (clock.pauses[0].from, clock.pauses[0].until.unwrap());
        // A pause after the end is not one of the period, and one within a single
        // day takes nothing: both have their own tests.
        if from >= due(&DeadlineClock::started(started, "受理", limit)) || zone::china_date(from) == zone::china_date(until) {
            return Ok(());
        }
        clock.pauses[0].until = None;
        let standing = ledger(calendar(), &clock, from).unwrap();
        prop_assert_eq!(standing.state, LedgerState::Paused);
        prop_assert_eq!(standing.due_at, None);
        let long_after = ledger(calendar(), &clock, until).unwrap();
        prop_assert_eq!(long_after.left, standing.left, "the days left do not melt while the clock stands");
        clock.pauses[0].until = Some(until);
        // The day of the resumption is the first that may count.
        let eve = zone::china_date(until).previous_day().unwrap();
        let expected = calendar().add_working_days(eve, standing.left).unwrap();
        prop_assert_eq!(due(&clock), zone::end_of_day(expected));
    }

    /// req: SUPV-003
    #[test]
    fn counting_day_by_day_gives_the_same_date(started in start(), limit in limit_of_days(), pauses in pauses()) {
        let clock = clock(started, limit, &pauses);
        let expected = recount(&clock);
        prop_assert_eq!(due(&clock), zone::end_of_day(expected));
        let ledger = ledger(calendar(), &clock, started).unwrap();
        prop_assert_eq!(ledger.due_date, Some(expected));
        prop_assert_eq!(ledger.days.last().map(|day| day.date), Some(expected));
        let numbers: Vec<u32> = ledger.days.iter().filter_map(|day| day.count).collect();
        prop_assert_eq!(numbers, (1..=ledger.total).collect::<Vec<_>>());
    }

    /// req: SUPV-003
    #[test]
    fn counting_minute_by_minute_gives_the_same_moment(started in start(), minutes in 1_u32..900, pauses in near_pauses()) {
        let clock = clock(started, TimeLimit { value: minutes, unit: TimeUnit::Minute }, &pauses);
        let due = due(&clock);
        prop_assert_eq!(due, recount_minutes(&clock));
        // What the ledger calls used grows to the whole at the end and not before.
        let stops = count::Stops::new(&clock.pauses).unwrap();
        let ran = |until| count::office_time(calendar(), started, until, &stops).unwrap();
        prop_assert_eq!(ran(due), Duration::minutes(minutes.into()));
        prop_assert!(ran(due - Duration::SECOND) < Duration::minutes(minutes.into()));
    }

    /// req: SUPV-003
    #[test]
    fn a_ledger_never_contradicts_itself(started in start(), limit in limit(), pauses in pauses(), later in 0_i64..200 * 24 * 60, done: Option<u16>) {
        let mut clock = clock(started, limit, &pauses);
        clock.finished_at = done.map(|minutes| started + Duration::minutes(minutes.into()));
        let ledger = ledger(calendar(), &clock, started + Duration::minutes(later)).unwrap();
        prop_assert_eq!(ledger.due_at, clock.due_at(calendar()).unwrap());
        prop_assert_eq!(ledger.used + ledger.left, ledger.total);
        let late = matches!(ledger.state, LedgerState::Overdue | LedgerState::Missed);
        prop_assert_eq!(late, ledger.overdue_by > 0);
        prop_assert_eq!(late, ledger.due_at.is_some_and(|due| ledger.as_of > due));
        prop_assert_eq!(ledger.days.iter().filter(|day| day.is_due).count(), 1);
        prop_assert!(ledger.lines.iter().all(|line| !line.text.is_empty() && !line.amount.is_empty()));
        let json = serde_json::to_string(&ledger).unwrap();
        prop_assert_eq!(serde_json::from_str::<Ledger>(&json).unwrap(), ledger);
    }
}
