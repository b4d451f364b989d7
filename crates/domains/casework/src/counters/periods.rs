//! Periods of a statistic: days or months between two days, at most [`MOST`].

use platform::{Problem, Result};
use time::{Date, Duration, Month, OffsetDateTime};

/// Periods one question may ask for.
pub const MOST: usize = 62;

/// From when to when, cut into periods.
#[derive(Debug, Clone)]
pub(crate) struct Periods {
    pub from: Date,
    pub to: Date,
    /// Begins of the periods, and the end of the last.
    pub edges: Vec<OffsetDateTime>,
    /// First days, in words.
    pub labels: Vec<String>,
}

fn day(pointer: &str, text: &str) -> Result<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

impl Periods {
    /// The first of this month until today when nothing is said. `by`: `day`, `month`, else one period.
    pub(crate) fn of(from: Option<&str>, to: Option<&str>, by: &str, today: Date) -> Result<Self> {
        let full = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let to = full(to).map(|text| day("/to", &text)).transpose()?.unwrap_or(today);
        let from = match full(from) {
            Some(text) => day("/from", &text)?,
            None => to.replace_day(1).unwrap_or(to),
        };
        if from > to {
            return Err(Problem::invalid_field("/from", "order", "开始日期要在结束日期之前"));
        }
        let mut days = vec![from];
        while let Some(next) = days.last().and_then(|at| after(*at, by)).filter(|next| *next <= to) {
            days.push(next);
            if days.len() > MOST {
                let message = format!("一次最多看 {MOST} 段，请缩短时间或者按月看");
                return Err(Problem::invalid_field("/from", "too_long", message));
            }
        }
        let mut edges: Vec<OffsetDateTime> = days.iter().map(|day| base::zone::start_of_day(*day)).collect();
        edges.push(base::zone::end_of_day(to));
        let labels = days
            .iter()
            .map(|day| match by {
                "day" => day.to_string(),
                "month" => format!("{} 年 {} 月", day.year(), u8::from(day.month())),
                _ => String::new(),
            })
            .collect();
        Ok(Self { from, to, edges, labels })
    }

    /// The whole stretch.
    pub(crate) fn whole(&self) -> (OffsetDateTime, OffsetDateTime) {
        (base::zone::start_of_day(self.from), base::zone::end_of_day(self.to))
    }
}

fn after(day: Date, by: &str) -> Option<Date> {
    match by {
        "day" => day.checked_add(Duration::days(1)),
        "month" => {
            let month = day.month().next();
            let year = if month == Month::January { day.year() + 1 } else { day.year() };
            Date::from_calendar_date(year, month, 1).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_begin_on_their_first_day_and_the_last_one_ends_with_the_question() {
        let periods = Periods::of(Some("2026-11-20"), Some("2027-01-05"), "month", date!(2027 - 03 - 01)).unwrap();
        assert_eq!(periods.labels, ["2026 年 11 月", "2026 年 12 月", "2027 年 1 月"]);
        assert_eq!(periods.edges.len(), 4);
        assert_eq!(periods.edges.last().copied(), Some(periods.whole().1));
        assert!(Periods::of(Some("2027-01-05"), Some("2026-11-20"), "", date!(2027 - 03 - 01)).is_err());
        assert!(Periods::of(Some("2026-01-01"), Some("2026-12-31"), "day", date!(2027 - 03 - 01)).is_err());
        assert!(Periods::of(Some("1.1.2026"), None, "", date!(2027 - 03 - 01)).is_err());
    }
}
