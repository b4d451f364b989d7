//! The explanation of a deadline: state, figures, lines and days.

use time::{Date, Duration, OffsetDateTime};

use super::count::{Stops, Whole, counts, due_at, office_time};
use super::{DeadlineClock, DeadlineError, Ledger, LedgerDay, LedgerState, MAX_DAYS, TimeUnit, text};
use crate::calendar::{Calendar, DayKind, next};
use crate::zone;

/// Explains the clock as it stands at `now`.
///
/// # Errors
/// [`DeadlineError`]; a missing calendar carries its year.
pub fn ledger(calendar: &Calendar, clock: &DeadlineClock, now: OffsetDateTime) -> Result<Ledger, DeadlineError> {
    let stops = Stops::new(&clock.pauses)?;
    let start = zone::china_date(clock.started_at);
    let whole = Whole::new(start, clock.limit, &clock.extensions)?;
    let as_of = clock.finished_at.map_or(now, |finished| finished.min(now));
    let today = zone::china_date(as_of);
    let due_at = due_at(calendar, clock.started_at, clock.limit, &clock.pauses, &clock.extensions)?;
    // 24:00 is the first instant of the next day: step back into the day itself.
    let due_date = due_at.map(|due| match whole.unit {
        TimeUnit::Minute => zone::china_date(due),
        _ => zone::china_date(due.saturating_sub(Duration::NANOSECOND)),
    });
    let late = due_at.is_some_and(|due| as_of > due);
    let state = match (clock.finished_at.is_some_and(|finished| finished <= now), late) {
        (true, true) => LedgerState::Missed,
        (true, false) => LedgerState::Met,
        (false, true) => LedgerState::Overdue,
        (false, false) if stops.stand_at(as_of) => LedgerState::Paused,
        (false, false) => LedgerState::Running,
    };

    let days = list_days(calendar, clock, whole, &stops, today, due_date)?;
    let figures = Figures::of(calendar, clock, whole, &stops, as_of, due_at, due_date, late)?;
    let mut ledger = Ledger {
        state,
        as_of,
        started_at: clock.started_at,
        due_at,
        due_date,
        due_text: String::new(),
        left_text: String::new(),
        unit: figures.unit,
        total: figures.total,
        used: figures.used,
        left: figures.total - figures.used,
        overdue_by: figures.overdue_by,
        percent_used: figures.percent_used,
        lines: Vec::new(),
        days,
    };
    ledger.due_text = text::due(&ledger, start.year());
    ledger.left_text = text::left(&ledger, today);
    ledger.lines = text::lines(&ledger, clock, start, today);
    Ok(ledger)
}

struct Figures {
    unit: TimeUnit,
    total: u32,
    used: u32,
    overdue_by: u32,
    percent_used: u32,
}

impl Figures {
    #[expect(clippy::too_many_arguments, reason = "the parts of one computation, not an interface")]
    fn of(
        calendar: &Calendar,
        clock: &DeadlineClock,
        whole: Whole,
        stops: &Stops,
        as_of: OffsetDateTime,
        due_at: Option<OffsetDateTime>,
        due_date: Option<Date>,
        late: bool,
    ) -> Result<Self, DeadlineError> {
        if whole.unit == TimeUnit::Minute {
            return Self::of_office_time(calendar, clock, whole, stops, as_of, due_at, late);
        }
        let start = zone::china_date(clock.started_at);
        let today = zone::china_date(as_of);
        let used = if late { whole.total } else { used_days(calendar, whole, stops, start, today)? };
        let overdue_by = match due_date.filter(|_| late) {
            None => 0,
            Some(due) if whole.unit == TimeUnit::WorkingDay => calendar.working_days_between(due, today)?.max(1),
            Some(due) => u32::try_from((today - due).whole_days()).unwrap_or(0).max(1),
        };
        Ok(Self {
            unit: whole.unit,
            total: whole.total,
            used,
            overdue_by,
            percent_used: percent(used.into(), whole.total.into()),
        })
    }

    fn of_office_time(
        calendar: &Calendar,
        clock: &DeadlineClock,
        whole: Whole,
        stops: &Stops,
        as_of: OffsetDateTime,
        due_at: Option<OffsetDateTime>,
        late: bool,
    ) -> Result<Self, DeadlineError> {
        let total = i64::from(whole.total);
        let minutes = if late {
            total
        } else {
            office_time(calendar, clock.started_at, as_of, stops)?.whole_minutes().min(total)
        };
        let over = match due_at.filter(|_| late) {
            // Pauses after the end do not shorten the delay.
            Some(due) => office_time(calendar, due, as_of, &Stops::default())?.whole_minutes().max(1),
            None => 0,
        };
        // Whole hours stay hours; left-over minutes (an extension) need minutes.
        let unit =
            if clock.limit.unit == TimeUnit::Hour && total % 60 == 0 { TimeUnit::Hour } else { TimeUnit::Minute };
        let size = if unit == TimeUnit::Hour { 60 } else { 1 };
        let figure = |minutes: i64| u32::try_from(minutes).unwrap_or(u32::MAX);
        Ok(Self {
            unit,
            total: figure(total / size),
            used: figure(minutes / size),
            overdue_by: figure((over + size - 1) / size),
            percent_used: percent(minutes, total),
        })
    }
}

fn percent(used: i64, total: i64) -> u32 {
    if total == 0 { 100 } else { u32::try_from(used * 100 / total).unwrap_or(100).min(100) }
}

fn used_days(calendar: &Calendar, whole: Whole, stops: &Stops, start: Date, today: Date) -> Result<u32, DeadlineError> {
    let (mut day, mut used) = (start, 0);
    while day < today && used < whole.total {
        day = next(day)?;
        used += u32::from(counts(calendar, whole.unit, stops, day)?);
    }
    Ok(used)
}

fn list_days(
    calendar: &Calendar,
    clock: &DeadlineClock,
    whole: Whole,
    stops: &Stops,
    today: Date,
    due_date: Option<Date>,
) -> Result<Vec<LedgerDay>, DeadlineError> {
    let start = zone::china_date(clock.started_at);
    let end = due_date.unwrap_or(today).max(start);
    let mut days = Vec::new();
    let (mut date, mut number) = (start, 0);
    while date <= end && days.len() < MAX_DAYS {
        let kind = calendar.day(date)?.kind;
        let paused = stops.take_day(date);
        let mut count = None;
        if whole.unit != TimeUnit::Minute
            && date > start
            && number < whole.total
            && counts(calendar, whole.unit, stops, date)?
        {
            number += 1;
            count = Some(number);
        }
        let is_due = due_date == Some(date);
        let (mark, note) = describe(clock, whole, date, &kind, count, paused, number);
        days.push(LedgerDay { date, kind, count, paused, is_today: date == today, is_due, mark, note });
        date = next(date)?;
    }
    Ok(days)
}

fn describe(
    clock: &DeadlineClock,
    whole: Whole,
    date: Date,
    kind: &DayKind,
    count: Option<u32>,
    paused: bool,
    number: u32,
) -> (String, String) {
    let is_start = date == zone::china_date(clock.started_at);
    let (mark, note) = match (count, kind) {
        (Some(number), DayKind::MakeUp(_)) => (number.to_string(), format!("第 {number} 日，调休上班")),
        (Some(number), _) => (number.to_string(), format!("第 {number} 日")),
        (None, _) if is_start && whole.unit != TimeUnit::Minute => {
            ("起".to_owned(), format!("{}，当天不算", clock.start_event))
        }
        (None, DayKind::Holiday(name)) => ("假".to_owned(), format!("{name}放假")),
        (None, DayKind::Weekend) => ("休".to_owned(), "周末".to_owned()),
        (None, _) if paused => ("停".to_owned(), format!("停表：{}", pause_reason(clock, date))),
        (None, _) if whole.unit == TimeUnit::Minute => (String::new(), "办公时间内计时".to_owned()),
        (None, _) if number >= whole.total => ("延".to_owned(), "顺延".to_owned()),
        (None, _) => (String::new(), String::new()),
    };
    (mark, note)
}

fn pause_reason(clock: &DeadlineClock, date: Date) -> &str {
    let end = zone::end_of_day(date);
    let taking = clock.pauses.iter().find(|pause| pause.from < end && pause.until.is_none_or(|until| end <= until));
    taking.map_or("", |pause| pause.reason.as_str())
}
