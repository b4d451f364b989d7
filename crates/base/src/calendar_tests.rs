use super::*;
use proptest::prelude::*;
use serde::Deserialize;
use time::macros::{date, datetime, time};

/// The calendars that ship with the product.
pub(crate) fn shipped() -> Vec<YearCalendar> {
    [
        include_str!("../../../packs/platform/calendars/2024.yaml"),
        include_str!("../../../packs/platform/calendars/2025.yaml"),
        include_str!("../../../packs/platform/calendars/2026.yaml"),
    ]
    .iter()
    .map(|text| YearCalendar::from_yaml(text).unwrap())
    .collect()
}

pub(crate) fn china() -> Calendar {
    Calendar::new(&shipped()).unwrap()
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
    between: Vec<Between>,
}
#[derive(Deserialize)]
struct Vector {
    start: Date,
    start_is_workday: bool,
    plus_1: Date,
    plus_5: Date,
    plus_10: Date,
    plus_20: Date,
}
#[derive(Deserialize)]
struct Between {
    start: Date,
    end: Date,
    workdays: u32,
}

/// req: SUPV-001
#[test]
fn working_days_agree_with_the_published_calendars() {
    let vectors: Vectors = serde_yaml_ng::from_str(include_str!("../tests/data/calendar-vectors.yaml")).unwrap();
    let calendar = china();
    for vector in &vectors.vectors {
        assert_eq!(calendar.is_working(vector.start), Ok(vector.start_is_workday), "{}", vector.start);
        for (days, expected) in [(1, vector.plus_1), (5, vector.plus_5), (10, vector.plus_10), (20, vector.plus_20)] {
            assert_eq!(calendar.add_working_days(vector.start, days), Ok(expected), "{} + {days}", vector.start);
        }
    }
    for row in &vectors.between {
        assert_eq!(calendar.working_days_between(row.start, row.end), Ok(row.workdays), "{} to {}", row.start, row.end);
    }
    assert!(vectors.vectors.len() == 18 && vectors.between.len() == 6);
}

/// req: SUPV-001
#[test]
fn a_day_says_what_it_is() {
    let calendar = china();
    let kind = |date| calendar.day(date).unwrap().kind;
    assert_eq!(kind(date!(2026 - 09 - 24)), DayKind::Working);
    assert_eq!(kind(date!(2026 - 09 - 25)), DayKind::Holiday("中秋节".into()));
    assert_eq!(kind(date!(2026 - 10 - 10)), DayKind::MakeUp("国庆节".into()));
    assert_eq!(kind(date!(2026 - 10 - 11)), DayKind::Weekend);
    let json = serde_json::to_value(calendar.day(date!(2026 - 09 - 25)).unwrap()).unwrap();
    assert_eq!(json, serde_json::json!({"date": "2026-09-25", "kind": "holiday", "name": "中秋节"}));
}

/// req: SUPV-001
#[test]
fn a_year_without_a_notice_is_an_error_that_names_the_year() {
    let calendar = china();
    let error = calendar.add_working_days(date!(2026 - 12 - 30), 5).unwrap_err();
    assert_eq!(error.missing_year(), Some(2027));
    assert!(error.to_string().starts_with("2027 年的日历还没有发布"));
    assert_eq!(calendar.day(date!(2023 - 12 - 31)), Err(CalendarError::YearMissing(2023)));
}

/// req: SUPV-001
#[test]
fn a_region_may_have_days_off_and_hours_of_its_own() {
    let row = OverlayRow { date: date!(2026 - 07 - 13), working: false, name: "火把节".into() };
    let calendar = china().with_overlay(&[row]).unwrap();
    assert_eq!(calendar.add_working_days(date!(2026 - 07 - 10), 1), Ok(date!(2026 - 07 - 14)));
    let hours: OfficeHours =
        serde_yaml_ng::from_str("[{from: '08:30', until: '12:00'}, {from: '14:30', until: '18:00'}]").unwrap();
    let calendar = calendar.with_hours(hours).unwrap();
    let spans = calendar.office_spans(date!(2026 - 07 - 14)).unwrap();
    assert_eq!(spans[1], (datetime!(2026-07-14 06:30 UTC), datetime!(2026-07-14 10:00 UTC)));
    assert!(calendar.office_spans(date!(2026 - 07 - 13)).unwrap().is_empty());
    let wrong = OfficeHours(vec![OfficeSpan { from: time!(9:00), until: time!(9:00) }]);
    assert_eq!(china().with_hours(wrong), Err(CalendarError::Hours));
}

/// req: SUPV-001
#[test]
fn an_import_that_contradicts_itself_is_refused() {
    let good = || shipped().remove(2);
    let check = |change: fn(&mut YearCalendar)| {
        let mut year = good();
        change(&mut year);
        Calendar::new(&[year]).unwrap_err()
    };
    let date = date!(2026 - 10 - 10);
    assert_eq!(check(|y| y.workdays_total = Some(250)), CalendarError::Total { year: 2026, stated: 250, counted: 248 });
    assert_eq!(
        check(|y| y.adjusted_workdays[5].date = date!(2027 - 10 - 10)),
        CalendarError::WrongYear { year: 2026, date: date!(2027 - 10 - 10) }
    );
    assert_eq!(check(|y| y.adjusted_workdays[4].date = date!(2026 - 10 - 10)), CalendarError::Twice(date));
    assert_eq!(
        check(|y| y.adjusted_workdays[0].date = date!(2026 - 01 - 05)),
        CalendarError::NotWeekend(date!(2026 - 01 - 05))
    );
    assert_eq!(check(|y| y.holidays.clear()), CalendarError::NoHolidays(2026));
    assert_eq!(Calendar::new(&[good(), good()]).unwrap_err(), CalendarError::YearTwice(2026));
    let again = serde_yaml_ng::to_string(&good()).unwrap();
    assert_eq!(YearCalendar::from_yaml(&again), Ok(good()));
}

proptest! {
    #[test]
    fn adding_days_and_counting_them_are_inverse(start in 0_i64..600, days in 1_u32..60) {
        let calendar = china();
        let start = date!(2024 - 01 - 01) + time::Duration::days(start);
        let end = calendar.add_working_days(start, days).unwrap();
        prop_assert!(calendar.is_working(end).unwrap());
        prop_assert_eq!(calendar.working_days_between(start, end), Ok(days));
    }
}
