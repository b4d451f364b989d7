//! Working days in China: Monday to Friday, except the days off and plus the
//! make-up days named in the State Council's yearly notice, with extra rows for
//! a region. A year without a notice is an error that carries the year; it is
//! never guessed (standards: legal time rules; req: SUPV-001).
//!
//! [`YearCalendar`] is the record an operator imports and edits (the YAML files
//! of `packs/platform/calendars`). [`Calendar`] is what counting uses: several
//! years, the overlay of one region, its office hours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, Time, Weekday};

use crate::zone;

time::serde::format_description!(clock_time, Time, "[hour]:[minute]");

/// One year's notice, as imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearCalendar {
    /// The year.
    pub year: i32,
    /// The notice it comes from.
    #[serde(default)]
    pub source: String,
    /// Every day off named in the notice, weekend days included.
    pub holidays: Vec<Holiday>,
    /// Weekend days that are worked (调休上班).
    #[serde(default)]
    pub adjusted_workdays: Vec<MakeUpDay>,
    /// Control sum: working days in the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workdays_total: Option<u32>,
}

/// A day off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// 元旦, 春节, …
    pub name: String,
    /// Whether the day is off only because a weekend day is worked for it.
    #[serde(default)]
    pub in_lieu: bool,
}

/// A worked weekend day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeUpDay {
    /// The day.
    pub date: Date,
    /// The holiday it makes up for.
    #[serde(rename = "for")]
    pub holiday: String,
}

/// An extra row of a region, over the national calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayRow {
    /// The day.
    pub date: Date,
    /// Whether it is worked there.
    pub working: bool,
    /// Why, such as a local festival.
    pub name: String,
}

/// What a day is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary working day.
    Working,
    /// A weekend day worked for the holiday named.
    MakeUp(String),
    /// An ordinary weekend day.
    Weekend,
    /// A day off with its name.
    Holiday(String),
}

/// A day and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// What it is.
    #[serde(flatten)]
    pub kind: DayKind,
}

impl Day {
    /// Whether it is worked.
    #[must_use]
    pub fn is_working(&self) -> bool {
        matches!(self.kind, DayKind::Working | DayKind::MakeUp(_))
    }
}

/// Why a calendar can't answer or can't be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No notice for this year has been imported.
    #[error("{0} 年的日历还没有发布，暂不能算出日期；请系统管理员导入 {0} 年的放假安排")]
    YearMissing(i32),
    /// The file can't be read.
    #[error("日历文件读不出来：{0}")]
    Unreadable(String),
    /// A row of another year.
    #[error("{year} 年的日历里有别的年份的日期 {date}")]
    WrongYear {
        /// The calendar's year.
        year: i32,
        /// The foreign day.
        date: Date,
    },
    /// A day both off and worked, or named twice.
    #[error("{0} 在日历里写了两次，请只留一行")]
    Twice(Date),
    /// A weekday named as a make-up day.
    #[error("{0} 不是周六周日，不能写成调休上班")]
    NotWeekend(Date),
    /// No day off at all: certainly not a notice.
    #[error("{0} 年的日历没有一天节假日，请核对文件")]
    NoHolidays(i32),
    /// The control sum differs.
    #[error("{year} 年的工作日合计写的是 {stated} 天，按行算是 {counted} 天，请核对")]
    Total {
        /// The year.
        year: i32,
        /// What the file says.
        stated: u32,
        /// What its rows give.
        counted: u32,
    },
    /// The same year twice.
    #[error("{0} 年的日历导入了两份")]
    YearTwice(i32),
    /// Office hours that overlap or end before they begin.
    #[error("办公时间的时段要从早到晚，互不重叠")]
    Hours,
}

impl CalendarError {
    /// The year to import, when that is the problem.
    #[must_use]
    pub fn missing_year(&self) -> Option<i32> {
        match self {
            Self::YearMissing(year) => Some(*year),
            _ => None,
        }
    }
}

impl YearCalendar {
    /// Reads and checks one YAML file.
    ///
    /// # Errors
    /// [`CalendarError`] names the row or sum that is wrong.
    pub fn from_yaml(text: &str) -> Result<Self, CalendarError> {
        let calendar: Self =
            serde_yaml_ng::from_str(text).map_err(|error| CalendarError::Unreadable(error.to_string()))?;
        calendar.table()?;
        Ok(calendar)
    }

    fn table(&self) -> Result<YearTable, CalendarError> {
        if self.holidays.is_empty() {
            return Err(CalendarError::NoHolidays(self.year));
        }
        let mut table = YearTable::weekdays(self.year);
        let rows = self.holidays.iter().map(|row| (row.date, false, &row.name));
        let worked = self.adjusted_workdays.iter().map(|row| (row.date, true, &row.holiday));
        for (date, working, name) in rows.chain(worked) {
            if date.year() != self.year {
                return Err(CalendarError::WrongYear { year: self.year, date });
            }
            if working && !is_weekend(date) {
                return Err(CalendarError::NotWeekend(date));
            }
            if table.name(date, working, name).is_some() {
                return Err(CalendarError::Twice(date));
            }
        }
        let counted = table.working.iter().map(|word| word.count_ones()).sum();
        match self.workdays_total {
            Some(stated) if stated != counted => Err(CalendarError::Total { year: self.year, stated, counted }),
            _ => Ok(table),
        }
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A year ready for counting: one bit a day and the names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct YearTable {
    working: [u64; 6],
    names: BTreeMap<u16, DayKind>,
}

impl YearTable {
    fn weekdays(year: i32) -> Self {
        let mut table = Self { working: [0; 6], names: BTreeMap::new() };
        let mut day = Date::from_calendar_date(year, Month::January, 1).ok();
        while let Some(date) = day.filter(|date| date.year() == year) {
            table.set(date, !is_weekend(date));
            day = date.next_day();
        }
        table
    }

    fn set(&mut self, date: Date, working: bool) {
        let bit = usize::from(date.ordinal() - 1);
        if working {
            self.working[bit / 64] |= 1 << (bit % 64);
        } else {
            self.working[bit / 64] &= !(1 << (bit % 64));
        }
    }

    fn name(&mut self, date: Date, working: bool, name: &str) -> Option<DayKind> {
        self.set(date, working);
        let kind = match working {
            true => DayKind::MakeUp(name.to_owned()),
            false => DayKind::Holiday(name.to_owned()),
        };
        self.names.insert(date.ordinal(), kind)
    }

    fn is_working(&self, date: Date) -> bool {
        let bit = usize::from(date.ordinal() - 1);
        self.working[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// One stretch of office time within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeSpan {
    /// Opening.
    #[serde(with = "clock_time")]
    pub from: Time,
    /// Closing.
    #[serde(with = "clock_time")]
    pub until: Time,
}

/// Office hours of a working day, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfficeHours(pub Vec<OfficeSpan>);

/// 9:00–12:00 and 13:30–17:00.
impl Default for OfficeHours {
    fn default() -> Self {
        use time::macros::time;
        Self(vec![
            OfficeSpan { from: time!(9:00), until: time!(12:00) },
            OfficeSpan { from: time!(13:30), until: time!(17:00) },
        ])
    }
}

/// Years, the overlay of one region and its office hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, YearTable>,
    hours: OfficeHours,
}

impl Calendar {
    /// Joins the years imported. No years is allowed: every question then
    /// answers [`CalendarError::YearMissing`].
    ///
    /// # Errors
    /// A year that is wrong in itself or comes twice.
    pub fn new(years: &[YearCalendar]) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        for year in years {
            if calendar.years.insert(year.year, year.table()?).is_some() {
                return Err(CalendarError::YearTwice(year.year));
            }
        }
        Ok(calendar)
    }

    /// Lays a region's own rows over the national years.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`] for a row in a year not imported.
    pub fn with_overlay(mut self, rows: &[OverlayRow]) -> Result<Self, CalendarError> {
        for row in rows {
            let year = row.date.year();
            let table = self.years.get_mut(&year).ok_or(CalendarError::YearMissing(year))?;
            table.name(row.date, row.working, &row.name);
        }
        Ok(self)
    }

    /// Sets the office hours.
    ///
    /// # Errors
    /// [`CalendarError::Hours`] unless the spans are in order and not empty.
    pub fn with_hours(mut self, hours: OfficeHours) -> Result<Self, CalendarError> {
        let ordered = hours.0.iter().all(|span| span.from < span.until)
            && hours.0.windows(2).all(|pair| pair[0].until <= pair[1].from);
        if !ordered || hours.0.is_empty() {
            return Err(CalendarError::Hours);
        }
        self.hours = hours;
        Ok(self)
    }

    /// The office hours.
    #[must_use]
    pub fn hours(&self) -> &OfficeHours {
        &self.hours
    }

    /// The years that can be counted in.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        self.years.keys().copied()
    }

    fn table(&self, date: Date) -> Result<&YearTable, CalendarError> {
        let year = date.year();
        self.years.get(&year).ok_or(CalendarError::YearMissing(year))
    }

    /// What the day is.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn day(&self, date: Date) -> Result<Day, CalendarError> {
        let table = self.table(date)?;
        let kind = table.names.get(&date.ordinal()).cloned();
        let kind = kind.unwrap_or(if is_weekend(date) { DayKind::Weekend } else { DayKind::Working });
        Ok(Day { date, kind })
    }

    /// Whether the day is worked.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn is_working(&self, date: Date) -> Result<bool, CalendarError> {
        Ok(self.table(date)?.is_working(date))
    }

    /// The first working day that is `date` or later.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn working_day_from(&self, date: Date) -> Result<Date, CalendarError> {
        let mut day = date;
        while !self.is_working(day)? {
            day = next(day)?;
        }
        Ok(day)
    }

    /// The n-th working day after `start`, which is not counted (民法典 201).
    /// With 0 it is the start itself, or the next working day.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`] when counting runs into such a year.
    pub fn add_working_days(&self, start: Date, days: u32) -> Result<Date, CalendarError> {
        let (mut day, mut left) = (start, days);
        while left > 0 {
            day = next(day)?;
            left -= u32::from(self.is_working(day)?);
        }
        self.working_day_from(day)
    }

    /// Working days after `start` up to and including `end`; 0 when `end` is
    /// not later.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn working_days_between(&self, start: Date, end: Date) -> Result<u32, CalendarError> {
        let (mut day, mut count) = (start, 0);
        while day < end {
            day = next(day)?;
            count += u32::from(self.is_working(day)?);
        }
        Ok(count)
    }

    /// The office spans of a day as UTC instants; none on a day off.
    ///
    /// # Errors
    /// [`CalendarError::YearMissing`].
    pub fn office_spans(&self, date: Date) -> Result<Vec<(OffsetDateTime, OffsetDateTime)>, CalendarError> {
        if !self.is_working(date)? {
            return Ok(Vec::new());
        }
        Ok(self.hours.0.iter().map(|span| (zone::at(date, span.from), zone::at(date, span.until))).collect())
    }
}

/// The day after; the end of representable time counts as a missing year.
pub(crate) fn next(date: Date) -> Result<Date, CalendarError> {
    date.next_day().ok_or(CalendarError::YearMissing(date.year().saturating_add(1)))
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
pub(crate) mod tests;
