//! Which reports are due when.

use base::zone;
use time::{Date, Duration, OffsetDateTime, Time};

use crate::pack::Inspections as Plan;

/// A report that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Kind.
    pub kind: &'static str,
    /// Which one.
    pub key: String,
    /// First day.
    pub from: Date,
    /// Day after the last.
    pub until: Date,
}

/// What is due at a moment: the newest of each kind. What a stopped program missed is not made up for, except
/// for the newest.
pub fn due(plan: &Plan, now: OffsetDateTime) -> Vec<Due> {
    let today = zone::china_date(now);
    let at = |day: Date, hour: u8| Time::from_hms(hour, 0, 0).ok().map(|time| zone::at(day, time));
    let mut all = Vec::new();
    let spots = plan.times.iter().filter(|hour| at(today, **hour).is_some_and(|moment| moment <= now));
    if let Some(hour) = spots.max() {
        all.push(Due { kind: "spot", key: format!("spot:{today}:{hour:02}"), from: today, until: today });
    }
    // The newest day that fits and whose hour has come.
    let newest = |fits: &dyn Fn(Date) -> bool| {
        (0..100)
            .map(|days| today - Duration::days(days))
            .find(|day| fits(*day) && at(*day, plan.report_hour).is_some_and(|moment| moment <= now))
    };
    if let Some(day) = newest(&|day: Date| day.weekday().number_from_monday() == plan.week_day) {
        all.push(Due { kind: "week", key: format!("week:{day}"), from: day - Duration::days(7), until: day });
    }
    let months_before = |day: Date, months: u8| {
        let index = day.year() * 12 + i32::from(u8::from(day.month())) - 1 - i32::from(months);
        let month = time::Month::try_from(u8::try_from(index.rem_euclid(12)).unwrap_or(0) + 1).ok()?;
        Date::from_calendar_date(index.div_euclid(12), month, day.day()).ok()
    };
    let first_of_quarter = |day: Date| day.day() == plan.month_day && u8::from(day.month()) % 3 == 1;
    for (kind, months, day) in
        [("month", 1, newest(&|day: Date| day.day() == plan.month_day)), ("quarter", 3, newest(&first_of_quarter))]
    {
        if let Some(day) = day
            && let Some(from) = months_before(day, months)
        {
            all.push(Due { kind, key: format!("{kind}:{day}"), from, until: day });
        }
    }
    if let Some(day) = newest(&|_: Date| true) {
        all.push(Due { kind: "day", key: format!("day:{day}"), from: day - Duration::DAY, until: day });
    }
    all
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    /// req: OPS-035
    #[test]
    fn what_is_due_is_the_newest_of_each_kind() {
        let plan = Plan { times: vec![7, 11, 15], report_hour: 6, week_day: 1, month_day: 1 };
        let keys = |now| due(&plan, now).into_iter().map(|one| one.key).collect::<Vec<_>>();
        // Monday 2026-09-21, 05:59 and 12:00 in China.
        assert_eq!(
            keys(datetime!(2026-09-20 21:59 UTC)),
            ["week:2026-09-14", "month:2026-09-01", "quarter:2026-07-01", "day:2026-09-20"]
        );
        let noon = datetime!(2026-09-21 04:00 UTC);
        assert_eq!(
            keys(noon),
            ["spot:2026-09-21:11", "week:2026-09-21", "month:2026-09-01", "quarter:2026-07-01", "day:2026-09-21"]
        );
        let all = due(&plan, noon);
        assert_eq!((all[4].from, all[4].until), (date!(2026 - 09 - 20), date!(2026 - 09 - 21)), "the day that is over");
        assert_eq!((all[1].from, all[1].until), (date!(2026 - 09 - 14), date!(2026 - 09 - 21)));
        assert_eq!((all[2].from, all[3].from), (date!(2026 - 08 - 01), date!(2026 - 04 - 01)));
        let january = due(&plan, datetime!(2027-01-01 08:00 UTC));
        assert_eq!((january[2].from, january[3].from), (date!(2026 - 12 - 01), date!(2026 - 10 - 01)));
    }
}
