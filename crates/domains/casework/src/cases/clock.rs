//! The clocks of a case: what started them, what stopped them, and how they are shown.
//!
//! Before acceptance the answer clock runs (行政许可法 32: five days, or the item's own shorter
//! limit) and stands still while the applicant mends. From acceptance the promised and the
//! statutory clock run; a special procedure that does not count stops both, an approved extension
//! moves both. All arithmetic is `base::deadline`; here is only what belongs to which clock.

use base::calendar::Calendar;
use base::deadline::{self, DeadlineClock, Extension, Ledger, Pause, Thresholds, TimeLimit, TimeUnit};
use catalogue::items::model::Item;
use platform::Result;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::model::{EventKind, State};
use super::store::{Around, case, case_event, extension, special, task};

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Until the application is answered.
    Intake,
    /// Promised.
    Promise,
    /// Statutory.
    Legal,
}

impl Which {
    fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Promise => "promise",
            Self::Legal => "legal",
        }
    }
}

/// Limit within which an application must be answered: the item's, at most five working days.
pub fn intake_limit(item: &Item) -> TimeLimit {
    let own = item.acceptance_limit.time();
    let legal = TimeLimit::working_days(5);
    if own.unit == TimeUnit::WorkingDay && own.value > legal.value { legal } else { own }
}

/// The clock as it stands for this case, or `None` when it has not started.
pub fn clock(which: Which, row: &case::Model, item: &Item, around: &Around) -> Option<DeadlineClock> {
    match which {
        Which::Intake => {
            let mut clock = DeadlineClock::started(row.submitted_at?, "收到申请", intake_limit(item));
            clock.pauses = correction_pauses(&around.events);
            clock.finished_at = row.accepted_at.or(if state(row).is_intake() { None } else { Some(row.updated_at) });
            Some(clock)
        }
        Which::Promise | Which::Legal => {
            let limit = if which == Which::Promise { item.promise_limit.time() } else { item.legal_limit.time() };
            let mut clock = DeadlineClock::started(row.accepted_at?, "受理", limit);
            clock.pauses = special_pauses(&around.specials);
            clock.extensions = extensions(&around.extensions, limit.unit);
            clock.finished_at = row.closed_at.or(if state(row).is_open() { None } else { Some(row.updated_at) });
            Some(clock)
        }
    }
}

fn state(row: &case::Model) -> State {
    State::parse(&row.state).unwrap_or(State::Voided)
}

fn correction_pauses(events: &[case_event::Model]) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = Vec::new();
    for event in events {
        match EventKind::parse(&event.kind) {
            Some(EventKind::CorrectionAsk) => {
                pauses.push(Pause { from: event.at, until: None, reason: "等您补正材料".to_owned() });
            }
            Some(EventKind::CorrectionDone) => {
                if let Some(open) = pauses.last_mut().filter(|pause| pause.until.is_none()) {
                    open.until = Some(event.at);
                }
            }
            _ => {}
        }
    }
    pauses
}

fn special_pauses(specials: &[special::Model]) -> Vec<Pause> {
    specials
        .iter()
        .filter(|special| !special.counts_in_limit)
        .map(|special| Pause { from: special.started_at, until: special.ended_at, reason: special.name.clone() })
        .collect()
}

/// Approved extensions in the unit of the clock; another unit can't be added to it and is refused when asked for.
fn extensions(rows: &[extension::Model], unit: TimeUnit) -> Vec<Extension> {
    rows.iter()
        .filter(|row| row.state == "approved" && row.unit == unit_key(unit))
        .filter_map(|row| {
            Some(Extension {
                limit: TimeLimit { value: u32::try_from(row.value).ok()?, unit },
                reason: row.reason.clone(),
                approved_at: row.decided_at?,
            })
        })
        .collect()
}

/// Column value of a unit.
pub fn unit_key(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::WorkingDay => "working_day",
        TimeUnit::NaturalDay => "natural_day",
        TimeUnit::Hour => "hour",
        TimeUnit::Minute => "minute",
        TimeUnit::Month => "month",
    }
}

/// Unit of a column value.
pub fn unit_of(key: &str) -> Option<TimeUnit> {
    [TimeUnit::WorkingDay, TimeUnit::NaturalDay, TimeUnit::Hour, TimeUnit::Minute, TimeUnit::Month]
        .into_iter()
        .find(|unit| unit_key(*unit) == key)
}

/// Sets the due columns of a row from its clocks. Called by every act that starts, stops or moves one.
///
/// A year whose calendar is not imported yet leaves the date unknown, never guessed; the act itself
/// goes on, because a citizen may not be turned away for a missing calendar (docs/adr/0015). Screens
/// say so, `tongban doctor` warns, and importing the year fills the dates in.
///
/// # Errors
/// Internal problem for a clock that contradicts itself.
pub fn set_due(
    row: &mut case::Model,
    item: &Item,
    around: &Around,
    calendar: &Calendar,
    now: OffsetDateTime,
) -> Result<()> {
    let first = if row.accepted_at.is_some() { Which::Promise } else { Which::Intake };
    let Some(running) = clock(first, row, item, around) else { return Ok(()) };
    row.due_at = known(running.due_at(calendar))?.flatten();
    row.legal_due_at = match clock(Which::Legal, row, item, around) {
        Some(legal) => known(legal.due_at(calendar))?.flatten(),
        None => None,
    };
    let stands = running.pauses.iter().any(|pause| pause.until.is_none());
    row.paused_left = match known(deadline::ledger(calendar, &running, now))? {
        Some(ledger) if stands => Some(i64::from(ledger.left)),
        _ => None,
    };
    Ok(())
}

/// End of the days a step may take; procedures that stop the clocks stop this one too. `None` without days, and while
/// one of them runs or a year is missing.
///
/// # Errors
/// Internal problem for a period that can't be.
pub fn task_due(
    task: &task::Model,
    specials: &[special::Model],
    calendar: &Calendar,
) -> Result<Option<OffsetDateTime>> {
    let Some(value) = task.days.and_then(|days| u32::try_from(days).ok()) else { return Ok(None) };
    let unit = if task.every_day { TimeUnit::NaturalDay } else { TimeUnit::WorkingDay };
    // What ended before the task began is no pause of it.
    let mut pauses = special_pauses(specials);
    pauses.retain(|pause| pause.until.is_none_or(|until| until > task.created_at));
    for pause in &mut pauses {
        pause.from = pause.from.max(task.created_at);
    }
    Ok(known(deadline::due_at(calendar, task.created_at, TimeLimit { value, unit }, &pauses, &[]))?.flatten())
}

/// `None` when a year is missing.
fn known<T>(computed: Result<T, deadline::DeadlineError>) -> Result<Option<T>> {
    match computed {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.missing_year().is_some() => Ok(None),
        Err(error) => Err(platform::Problem::internal(error)),
    }
}

/// A deadline explained line by line (CASE-020, CASE-022).
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineView {
    /// `intake`, `promise` or `legal`.
    pub kind: &'static str,
    /// Name of the limit, for example 承诺时限.
    pub label: &'static str,
    /// The limit in words.
    pub limit_text: String,
    /// normal, warning, overdue, paused or done.
    pub light: String,
    /// The whole explanation; absent when the calendar is missing.
    #[schema(value_type = Option<Object>)]
    pub ledger: Option<Ledger>,
    /// Why there is no date.
    pub problem: Option<String>,
}

/// Explains the clocks of a case at a moment.
pub fn explain(
    row: &case::Model,
    item: &Item,
    around: &Around,
    calendar: &Calendar,
    now: OffsetDateTime,
) -> Vec<DeadlineView> {
    let wanted: &[Which] = if row.accepted_at.is_some() { &[Which::Promise, Which::Legal] } else { &[Which::Intake] };
    wanted
        .iter()
        .filter_map(|which| {
            let clock = clock(*which, row, item, around)?;
            let view = |light: String, ledger, problem| DeadlineView {
                kind: which.as_str(),
                label: match which {
                    Which::Intake => "答复时限",
                    Which::Promise => "承诺时限",
                    Which::Legal => "法定时限",
                },
                limit_text: clock.limit.to_string(),
                light,
                ledger,
                problem,
            };
            Some(match deadline::ledger(calendar, &clock, now) {
                Ok(ledger) => {
                    let light = light_key(deadline::remaining(&ledger, &Thresholds::default()));
                    view(light.to_owned(), Some(ledger), None)
                }
                Err(error) => {
                    let problem = match error.missing_year() {
                        Some(year) => format!("{year} 年的日历未发布，暂不能算出"),
                        None => error.to_string(),
                    };
                    view("normal".to_owned(), None, Some(problem))
                }
            })
        })
        .collect()
}

pub(crate) fn light_key(light: deadline::Light) -> &'static str {
    match light {
        deadline::Light::Normal => "normal",
        deadline::Light::Warning => "warning",
        deadline::Light::Overdue => "overdue",
        deadline::Light::Paused => "paused",
        deadline::Light::Done => "done",
    }
}

/// Time left as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimeLeft {
    /// normal, warning, overdue, paused or done.
    pub light: &'static str,
    /// 剩 3 日 · 今天到期 · 超期 1 日 · 停表，剩 4 日.
    pub text: String,
    /// Day it is due, in China.
    pub due_date: Option<String>,
    /// Share of the time used, 0 to 100.
    pub percent_used: u32,
}

/// Last day of a period that ends at `due`.
pub(crate) fn last_day(due: time::OffsetDateTime) -> String {
    base::zone::china_date(due - time::Duration::seconds(1)).to_string()
}

/// Time left of a row, from its stored due date: no other row is read, so lists stay one query.
pub fn time_left(row: &case::Model, calendar: &Calendar, now: OffsetDateTime) -> Option<TimeLeft> {
    if !state(row).is_open() {
        return None;
    }
    let started = row.accepted_at.or(row.submitted_at)?;
    let Some(due) = row.due_at else {
        let (light, text) = match row.paused_left {
            Some(left) => ("paused", format!("停表，剩 {left} 日")),
            None => ("normal", "日历未发布，暂不能算出".to_owned()),
        };
        return Some(TimeLeft { light, text, due_date: None, percent_used: 0 });
    };
    // 24:00 of the last day is the first instant of the next one.
    let last_day = base::zone::china_date(due - time::Duration::seconds(1));
    let today = base::zone::china_date(now);
    let first = base::zone::china_date(started);
    let days = |from, to| calendar.working_days_between(from, to).unwrap_or(0);
    let total = days(first, last_day).max(1);
    let (light, text, used) = if now >= due {
        let over = days(last_day, today).max(1);
        ("overdue", format!("超期 {over} 日"), total)
    } else if last_day == today {
        ("warning", "今天到期".to_owned(), total)
    } else {
        let left = days(today, last_day);
        let near = left <= 1 || left * 5 <= total;
        (if near { "warning" } else { "normal" }, format!("剩 {left} 日"), total.saturating_sub(left))
    };
    Some(TimeLeft { light, text, due_date: Some(last_day.to_string()), percent_used: (used * 100 / total).min(100) })
}
