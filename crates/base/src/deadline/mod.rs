//! The deadline ledger: when a period ends and why, line by line.
//!
//! # The rules
//!
//! Sources: 民法典 201–203, 行政许可法 42, 45, 82; req: SUPV-001, SUPV-003,
//! CASE-020.
//!
//! - **Days and working days.** The day the clock starts is not counted. A later
//!   day counts when it is of the unit (a working day, or any day) **and the
//!   clock runs at its end, 24:00 China time**. So the day of a pause is not
//!   counted, and the day of the resumption is counted if it is of the unit: it
//!   is not a second start day. A pause that begins and ends on one day changes
//!   nothing; a pause over n working-day ends moves the date by exactly n working
//!   days; the days left before a pause are the days left after it.
//! - The period ends at 24:00 of the last counted day. A natural-day or month
//!   period whose last day is a day off ends on the next working day (203). The
//!   moved end, too, needs a running clock.
//! - **Months** end on the same day number, or the month's last day (202); days
//!   that end under a pause are then added one for one.
//! - **Hours and minutes** start at once (201) and run only inside office hours
//!   of working days while the clock runs.
//! - **0 days** (即办) end with the start day, or the next working day if that is
//!   a day off.
//! - **Extensions** add to the limit. Their unit must be the limit's (hours and
//!   minutes may mix).
//! - **While paused** without a known end there is no due date. If the period had
//!   already ended before the pause began, the date stands: a pause does not heal
//!   an overdue case.
//! - A day in a year without a calendar is an error that carries the year, never
//!   a guess.
//!
//! [`due_at`] only computes the date and is cheap enough for every submission;
//! [`ledger`] gives the whole explanation for a screen.

mod count;
mod ledger;
mod text;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::calendar::{CalendarError, DayKind};

pub use count::due_at;
pub use ledger::ledger;

/// Unit of a limit, with the national codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// 工作日, code 1
    WorkingDay,
    /// 自然日, code 2
    NaturalDay,
    /// 小时, code 3
    Hour,
    /// 分钟, code 4
    Minute,
    /// 月, code 5
    Month,
}

impl TimeUnit {
    const ALL: [Self; 5] = [Self::WorkingDay, Self::NaturalDay, Self::Hour, Self::Minute, Self::Month];

    /// The code of 时限单位.
    #[must_use]
    pub fn code(self) -> char {
        match self {
            Self::WorkingDay => '1',
            Self::NaturalDay => '2',
            Self::Hour => '3',
            Self::Minute => '4',
            Self::Month => '5',
        }
    }

    /// The unit with this code.
    #[must_use]
    pub fn from_code(code: char) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// `个工作日`, `日`, … as written after a number.
    #[must_use]
    pub fn after_number(self) -> &'static str {
        match self {
            Self::WorkingDay => "个工作日",
            Self::NaturalDay => "日",
            Self::Hour => "小时",
            Self::Minute => "分钟",
            Self::Month => "个月",
        }
    }

    /// Whether the unit runs inside office hours.
    #[must_use]
    pub fn is_clock_time(self) -> bool {
        matches!(self, Self::Hour | Self::Minute)
    }
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeLimit {
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: TimeUnit,
}

impl TimeLimit {
    /// A limit in working days.
    #[must_use]
    pub fn working_days(value: u32) -> Self {
        Self { value, unit: TimeUnit::WorkingDay }
    }
}

/// `5 个工作日`.
impl std::fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.value, self.unit.after_number())
    }
}

/// A stretch in which the clock stands: a correction, a special procedure, a
/// supervisor's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it stopped.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// When it went on; `None` while it stands.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
    /// Why, as the applicant reads it: `补正材料`, `现场核查`.
    pub reason: String,
}

/// An approved extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How much is added.
    pub limit: TimeLimit,
    /// Why, as the applicant reads it.
    pub reason: String,
    /// When it was approved.
    #[serde(with = "time::serde::rfc3339")]
    pub approved_at: OffsetDateTime,
}

/// Everything a period is computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineClock {
    /// When it started.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// What started it: `受理`, `收到申请`.
    pub start_event: String,
    /// The limit.
    pub limit: TimeLimit,
    /// Pauses, in any order.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// Approved extensions.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// When the work was done; `None` while it is not.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
}

impl DeadlineClock {
    /// A clock that has just started.
    #[must_use]
    pub fn started(started_at: OffsetDateTime, start_event: &str, limit: TimeLimit) -> Self {
        Self {
            started_at,
            start_event: start_event.to_owned(),
            limit,
            pauses: Vec::new(),
            extensions: Vec::new(),
            finished_at: None,
        }
    }

    /// The end of the period, see [`due_at`].
    ///
    /// # Errors
    /// [`DeadlineError`].
    pub fn due_at(&self, calendar: &crate::calendar::Calendar) -> Result<Option<OffsetDateTime>, DeadlineError> {
        due_at(calendar, self.started_at, self.limit, &self.pauses, &self.extensions)
    }
}

/// Why no date can be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// The calendar can't answer.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// An extension in another unit than the limit.
    #[error("延长的单位要和时限的单位一样")]
    ExtensionUnit,
    /// A pause that ends before it begins.
    #[error("停表的结束时间早于开始时间")]
    PauseOrder,
    /// More than ten years.
    #[error("时限太长，最多 10 年")]
    TooLong,
}

impl DeadlineError {
    /// The year whose calendar must be imported, when that is the problem.
    #[must_use]
    pub fn missing_year(&self) -> Option<i32> {
        match self {
            Self::Calendar(error) => error.missing_year(),
            _ => None,
        }
    }
}

/// Where the clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    /// It runs, in time.
    Running,
    /// It stands.
    Paused,
    /// The end has passed and the work is not done.
    Overdue,
    /// Done in time.
    Met,
    /// Done after the end.
    Missed,
}

/// Kind of a ledger line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 起算
    Start,
    /// 时限
    Limit,
    /// 延长
    Extension,
    /// 不算的日子
    Excluded,
    /// 调休上班，算
    MakeUp,
    /// 停表
    Pause,
    /// 顺延
    Moved,
    /// 已用
    Used,
    /// 到期
    Due,
}

/// One line of the explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Kind.
    pub kind: LineKind,
    /// Head of the line: `起算`, `停表`.
    pub label: String,
    /// The sentence.
    pub text: String,
    /// The figure beside it: `5 日`, `3 天不算`.
    pub amount: String,
}

/// One day of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerDay {
    /// The day.
    pub date: Date,
    /// What it is, with its name: fields `kind` and `name`.
    #[serde(flatten)]
    pub kind: DayKind,
    /// Its number when counted.
    pub count: Option<u32>,
    /// Whether the clock stands at its end.
    pub paused: bool,
    /// Whether it is the day of [`Ledger::as_of`].
    pub is_today: bool,
    /// Whether the period ends on it.
    pub is_due: bool,
    /// One character for the strip when it has no number: 起 假 休 停 延.
    pub mark: String,
    /// In words: `中秋节放假`, `停表：补正材料`.
    pub note: String,
}

/// The whole explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Where the clock stands.
    pub state: LedgerState,
    /// The moment everything is told for: now, or when the work was done.
    #[serde(with = "time::serde::rfc3339")]
    pub as_of: OffsetDateTime,
    /// When the clock started.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// End of the period; `None` while the clock stands without a known end.
    /// For day units this is 24:00 of `due_date`, the first instant after it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub due_at: Option<OffsetDateTime>,
    /// The day the period ends on, in China.
    pub due_date: Option<Date>,
    /// `9月29日（周二）24:00`, or why there is none.
    pub due_text: String,
    /// `剩 3 日`, `今天到期`, `超期 1 日`, `停表，剩 4 日`, `按时办结`.
    pub left_text: String,
    /// Unit of `total`, `used`, `left` and `overdue_by`: the limit's, except
    /// that months are counted in natural days and mixed hours in minutes.
    pub unit: TimeUnit,
    /// The limit with its extensions.
    pub total: u32,
    /// Counted so far, the present day included.
    pub used: u32,
    /// `total` less `used`.
    pub left: u32,
    /// How far past the end, in the unit (a begun day counts); 0 when it is not.
    pub overdue_by: u32,
    /// `used` as a share of `total`, 0 to 100; finer than the unit for hours.
    pub percent_used: u32,
    /// The explanation.
    pub lines: Vec<LedgerLine>,
    /// The days from the start to the end, or to the present day while the clock
    /// stands; at most [`MAX_DAYS`].
    pub days: Vec<LedgerDay>,
}

/// Most days a ledger lists. Screens show up to 14; longer ones the lines only.
pub const MAX_DAYS: usize = 400;

/// Traffic light of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Enough time.
    Normal,
    /// Little left.
    Warning,
    /// The end has passed.
    Overdue,
    /// The clock stands.
    Paused,
    /// The work is done.
    Done,
}

/// When a deadline is called near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// Percent of the limit left.
    pub percent: u32,
    /// Days left; not used for hours and minutes.
    pub days: u32,
    /// Whether both must be reached (the later of the two) instead of either.
    pub both: bool,
}

/// 20 % or 1 day, whichever comes first.
impl Default for Thresholds {
    fn default() -> Self {
        Self { percent: 20, days: 1, both: false }
    }
}

/// The light of a ledger.
#[must_use]
pub fn remaining(ledger: &Ledger, thresholds: &Thresholds) -> Light {
    match ledger.state {
        LedgerState::Met | LedgerState::Missed => Light::Done,
        LedgerState::Overdue => Light::Overdue,
        LedgerState::Paused => Light::Paused,
        LedgerState::Running => {
            let share = 100 - ledger.percent_used.min(100) <= thresholds.percent;
            let days = ledger.left <= thresholds.days;
            let near = match (ledger.unit.is_clock_time(), thresholds.both) {
                (true, _) => share,
                (false, true) => share && days,
                (false, false) => share || days,
            };
            if near { Light::Warning } else { Light::Normal }
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
