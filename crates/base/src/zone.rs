//! China Standard Time and the Chinese way of writing dates. The whole country
//! uses UTC+8 without summer time, so an offset is enough and no zone database
//! is needed.

use time::macros::offset;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset, Weekday};

/// China Standard Time, UTC+8.
pub const CHINA: UtcOffset = offset!(+8);

/// The calendar date in China at this instant.
#[must_use]
pub fn china_date(instant: OffsetDateTime) -> Date {
    instant.to_offset(CHINA).date()
}

/// 00:00 China time of the date, as a UTC instant.
#[must_use]
pub fn start_of_day(date: Date) -> OffsetDateTime {
    at(date, Time::MIDNIGHT)
}

/// 24:00 China time of the date (the first instant of the next day), as a UTC
/// instant. 民法典 203: the last day of a period ends at 24:00.
#[must_use]
pub fn end_of_day(date: Date) -> OffsetDateTime {
    start_of_day(date).saturating_add(Duration::DAY)
}

/// A China wall-clock moment as a UTC instant.
#[must_use]
pub fn at(date: Date, time: Time) -> OffsetDateTime {
    date.with_time(time).assume_offset(CHINA).to_offset(UtcOffset::UTC)
}

/// `9月29日`.
#[must_use]
pub fn date_text(date: Date) -> String {
    format!("{}月{}日", u8::from(date.month()), date.day())
}

/// `9月29日`, or `2027年1月4日` when the year is not the reader's.
#[must_use]
pub fn date_text_near(date: Date, year: i32) -> String {
    if date.year() == year { date_text(date) } else { format!("{}年{}", date.year(), date_text(date)) }
}

/// `周二`.
#[must_use]
pub fn weekday_text(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// `9月29日 16:30`, in China time.
#[must_use]
pub fn moment_text(instant: OffsetDateTime) -> String {
    let local = instant.to_offset(CHINA);
    format!("{} {:02}:{:02}", date_text(local.date()), local.hour(), local.minute())
}

/// The same day `months` later, or the last day of that month when it has no
/// such day (民法典 202). `None` beyond the range of dates.
#[must_use]
pub fn add_months(date: Date, months: u32) -> Option<Date> {
    let index = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1 + i64::from(months);
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(index.rem_euclid(12)).ok()? + 1).ok()?;
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn a_china_day_begins_at_sixteen_hours_utc_of_the_day_before() {
        assert_eq!(start_of_day(date!(2026 - 09 - 29)), datetime!(2026-09-28 16:00 UTC));
        assert_eq!(end_of_day(date!(2026 - 09 - 29)), datetime!(2026-09-29 16:00 UTC));
        assert_eq!(china_date(datetime!(2026-09-28 16:00 UTC)), date!(2026 - 09 - 29));
        assert_eq!(china_date(datetime!(2026-09-28 15:59:59 UTC)), date!(2026 - 09 - 28));
    }

    #[test]
    fn a_month_without_the_day_ends_on_its_last_day() {
        assert_eq!(add_months(date!(2026 - 01 - 31), 1), Some(date!(2026 - 02 - 28)));
        assert_eq!(add_months(date!(2024 - 01 - 31), 1), Some(date!(2024 - 02 - 29)));
        assert_eq!(add_months(date!(2025 - 11 - 30), 3), Some(date!(2026 - 02 - 28)));
        assert_eq!(add_months(date!(2026 - 06 - 15), 12), Some(date!(2027 - 06 - 15)));
    }

    #[test]
    fn dates_are_written_as_people_say_them() {
        assert_eq!(date_text(date!(2026 - 09 - 29)), "9月29日");
        assert_eq!(date_text_near(date!(2027 - 01 - 04), 2026), "2027年1月4日");
        assert_eq!(weekday_text(date!(2026 - 09 - 29)), "周二");
        assert_eq!(moment_text(datetime!(2026-09-29 08:05 UTC)), "9月29日 16:05");
    }
}
