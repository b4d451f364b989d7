use super::*;
use crate::calendar::Calendar;
use crate::calendar::tests::china;
use crate::zone;
use time::macros::{date, datetime, time};
use time::{Date, Time};

fn at(date: Date, time: Time) -> OffsetDateTime {
    zone::at(date, time)
}

fn pause(from: OffsetDateTime, until: Option<OffsetDateTime>) -> Pause {
    Pause { from, until, reason: "补正材料".into() }
}

fn due_date(clock: &DeadlineClock) -> Option<Date> {
    let due = clock.due_at(&china()).unwrap();
    due.map(|due| zone::china_date(due - time::Duration::SECOND))
}

/// Accepted on 2026-09-21 with 5 working days: the example of the screens.
fn example() -> DeadlineClock {
    DeadlineClock::started(at(date!(2026 - 09 - 21), time!(9:40)), "受理", TimeLimit::working_days(5))
}

fn in_unit(started_at: OffsetDateTime, value: u32, unit: TimeUnit) -> DeadlineClock {
    DeadlineClock::started(started_at, "受理", TimeLimit { value, unit })
}

/// req: SUPV-003
#[test]
fn the_start_day_is_not_counted_and_the_last_day_ends_at_midnight() {
    let due = example().due_at(&china()).unwrap();
    assert_eq!(due, Some(datetime!(2026-09-29 16:00 UTC)), "24:00 on 29 September in China");
    // Late in the evening and early in the morning belong to the same China day.
    for time in [time!(0:00), time!(23:59:59)] {
        let clock = DeadlineClock { started_at: at(date!(2026 - 09 - 21), time), ..example() };
        assert_eq!(due_date(&clock), Some(date!(2026 - 09 - 29)));
    }
}

/// req: SUPV-003
#[test]
fn a_ledger_explains_the_date_line_by_line() {
    let ledger = ledger(&china(), &example(), at(date!(2026 - 09 - 24), time!(10:00))).unwrap();
    assert_eq!((ledger.state, ledger.total, ledger.used, ledger.left), (LedgerState::Running, 5, 3, 2));
    assert_eq!((ledger.due_text.as_str(), ledger.left_text.as_str()), ("9月29日（周二）24:00", "剩 2 日"));
    let lines: Vec<String> =
        ledger.lines.iter().map(|line| format!("{} | {} | {}", line.label, line.text, line.amount)).collect();
    assert_eq!(
        lines,
        [
            "起算 | 9月21日受理，从次日开始算 | 9月22日起",
            "时限 | 5 个工作日 | 5 日",
            "不算 | 9月25日至27日，中秋节放假 | 3 天不算",
            "停表 | 没有停过 | 0 日",
            "已用 | 到9月24日 | 3 日",
            "到期 | 9月29日（周二）24:00 | 已用 3，剩 2",
        ]
    );
    let strip: Vec<&str> = ledger.days.iter().map(|day| day.mark.as_str()).collect();
    assert_eq!(strip, ["起", "1", "2", "3", "假", "假", "假", "4", "5"]);
    assert!(ledger.days[3].is_today && ledger.days[8].is_due);
    let json = serde_json::to_value(&ledger).unwrap();
    assert_eq!(json["days"][4]["kind"], "holiday");
    assert_eq!((&json["due_at"], &json["unit"]), (&"2026-09-29T16:00:00Z".into(), &"working_day".into()));
    assert_eq!(serde_json::from_value::<Ledger>(json).unwrap(), ledger);
}

/// req: SUPV-003
#[test]
fn worked_weekend_days_count_and_are_named() {
    let clock = DeadlineClock { limit: TimeLimit::working_days(10), ..example() };
    let ledger = ledger(&china(), &clock, at(date!(2026 - 09 - 24), time!(10:00))).unwrap();
    // 22 23 24 28 29 30 September, 8 9 10 12 October.
    assert_eq!(ledger.due_date, Some(date!(2026 - 10 - 12)));
    let line = ledger.lines.iter().find(|line| line.kind == LineKind::MakeUp).unwrap();
    assert_eq!(line.text, "10月10日调休上班");
}

/// req: CASE-020
#[test]
fn a_pause_stops_the_clock_and_the_days_left_stay() {
    let mut clock = example();
    clock.pauses.push(pause(at(date!(2026 - 09 - 23), time!(10:12)), None));
    let standing = ledger(&china(), &clock, at(date!(2026 - 10 - 09), time!(9:00))).unwrap();
    assert_eq!((standing.state, standing.due_at, standing.left), (LedgerState::Paused, None, 4));
    assert_eq!(standing.left_text, "停表，剩 4 日");
    assert_eq!(standing.due_text, "停表中，恢复后再算到期日");
    assert_eq!(
        standing.days.last().map(|day| (day.date, day.paused, day.mark.as_str())),
        Some((date!(2026 - 10 - 09), true, "停"))
    );

    // It goes on on Friday the 9th: that day is the first of the four left.
    clock.pauses[0].until = Some(at(date!(2026 - 10 - 09), time!(16:05)));
    assert_eq!(due_date(&clock), Some(date!(2026 - 10 - 13)));
    let running = ledger(&china(), &clock, at(date!(2026 - 10 - 09), time!(17:00))).unwrap();
    assert_eq!((running.state, running.used, running.left), (LedgerState::Running, 2, 3));
    let line = running.lines.iter().find(|line| line.kind == LineKind::Pause).unwrap();
    assert_eq!(line.text, "9月23日 10:12至10月9日 16:05停表：补正材料");
    assert_eq!(line.amount, "停 6 日", "23 24 28 29 30 September and 8 October");
}

/// req: CASE-020
#[test]
fn a_pause_within_one_day_changes_nothing_and_midnight_is_exact() {
    let with = |from, until| DeadlineClock { pauses: vec![pause(from, Some(until))], ..example() };
    let day = date!(2026 - 09 - 23);
    assert_eq!(due_date(&with(at(day, time!(9:00)), at(day, time!(17:00)))), Some(date!(2026 - 09 - 29)));
    // From 24:00 to 24:00 takes exactly the day between.
    assert_eq!(due_date(&with(zone::start_of_day(day), zone::end_of_day(day))), Some(date!(2026 - 09 - 30)));
    assert_eq!(due_date(&with(zone::end_of_day(day), zone::end_of_day(day))), Some(date!(2026 - 09 - 29)));
    // A pause over days off takes nothing.
    let holiday = with(at(date!(2026 - 09 - 25), time!(9:00)), at(date!(2026 - 09 - 28), time!(9:00)));
    assert_eq!(due_date(&holiday), Some(date!(2026 - 09 - 29)));
    // Pauses that overlap are not counted twice.
    let mut both = with(at(day, time!(9:00)), at(date!(2026 - 09 - 24), time!(9:00)));
    both.pauses.push(pause(at(day, time!(8:00)), Some(at(date!(2026 - 09 - 24), time!(8:00)))));
    assert_eq!(due_date(&both), Some(date!(2026 - 09 - 30)));
    // One that ended inside one that still stands does not set the clock going.
    both.pauses.push(pause(at(date!(2026 - 09 - 22), time!(8:00)), None));
    assert_eq!(due_date(&both), None);
}

/// req: SUPV-003
#[test]
fn a_pause_after_the_end_does_not_heal_an_overdue_case() {
    let mut clock = example();
    clock.pauses.push(pause(at(date!(2026 - 09 - 30), time!(9:00)), None));
    let ledger = ledger(&china(), &clock, at(date!(2026 - 10 - 08), time!(9:00))).unwrap();
    assert_eq!((ledger.state, ledger.overdue_by), (LedgerState::Overdue, 2));
    assert_eq!((ledger.left_text.as_str(), ledger.due_date), ("超期 2 日", Some(date!(2026 - 09 - 29))));
}

/// req: CASE-020
#[test]
fn an_approved_extension_moves_the_date() {
    let mut clock = example();
    clock.extensions.push(Extension {
        limit: TimeLimit::working_days(3),
        reason: "需要再次核查".into(),
        approved_at: at(date!(2026 - 09 - 28), time!(10:00)),
    });
    assert_eq!(due_date(&clock), Some(date!(2026 - 10 - 09)));
    let explained = ledger(&china(), &clock, at(date!(2026 - 09 - 29), time!(10:00))).unwrap();
    let line = explained.lines.iter().find(|line| line.kind == LineKind::Extension).unwrap();
    assert_eq!((line.text.as_str(), line.amount.as_str()), ("9月28日批准延长 3 个工作日：需要再次核查", "加 3 日"));
    clock.extensions[0].limit.unit = TimeUnit::Month;
    assert_eq!(clock.due_at(&china()), Err(DeadlineError::ExtensionUnit));
}

/// 民法典 203. req: SUPV-003
#[test]
fn a_natural_day_period_that_ends_on_a_day_off_ends_on_the_next_working_day() {
    let start = at(date!(2026 - 09 - 21), time!(9:40));
    assert_eq!(due_date(&in_unit(start, 8, TimeUnit::NaturalDay)), Some(date!(2026 - 09 - 29)));
    let clock = in_unit(start, 10, TimeUnit::NaturalDay);
    assert_eq!(due_date(&clock), Some(date!(2026 - 10 - 08)));
    let ledger = ledger(&china(), &clock, at(date!(2026 - 10 - 02), time!(9:00))).unwrap();
    assert_eq!((ledger.used, ledger.left, ledger.state), (10, 0, LedgerState::Running));
    assert_eq!(ledger.left_text, "10月8日到期");
    let line = ledger.lines.iter().find(|line| line.kind == LineKind::Moved).unwrap();
    assert_eq!(line.text, "最后一天10月1日是国庆节放假，顺延到10月8日");
    assert_eq!(line.amount, "顺延 7 天");
}

/// 民法典 202. req: SUPV-003
#[test]
fn a_month_ends_on_the_same_day_or_the_last_of_the_month() {
    let month = |start, value| due_date(&in_unit(at(start, time!(9:00)), value, TimeUnit::Month));
    assert_eq!(month(date!(2026 - 06 - 10), 1), Some(date!(2026 - 07 - 10)));
    assert_eq!(month(date!(2025 - 12 - 31), 2), Some(date!(2026 - 02 - 28)), "28 February 2026 is worked");
    let mut clock = in_unit(at(date!(2026 - 06 - 10), time!(9:00)), 1, TimeUnit::Month);
    clock.pauses.push(pause(at(date!(2026 - 06 - 15), time!(9:00)), Some(at(date!(2026 - 06 - 18), time!(9:00)))));
    assert_eq!(due_date(&clock), Some(date!(2026 - 07 - 13)));
}

/// 民法典 201. req: SUPV-003
#[test]
fn hours_run_inside_office_hours_only() {
    let start = at(date!(2026 - 09 - 24), time!(16:00));
    let due = |clock: &DeadlineClock| clock.due_at(&china()).unwrap();
    // One hour is left on Thursday; Friday to Sunday are off.
    let clock = in_unit(start, 2, TimeUnit::Hour);
    assert_eq!(due(&clock), Some(at(date!(2026 - 09 - 28), time!(10:00))));
    assert_eq!(due(&in_unit(start, 60, TimeUnit::Minute)), Some(at(date!(2026 - 09 - 24), time!(17:00))));
    assert_eq!(
        due(&in_unit(at(date!(2026 - 09 - 24), time!(11:50)), 20, TimeUnit::Minute)),
        Some(at(date!(2026 - 09 - 24), time!(13:40)))
    );
    let mut stopped = clock.clone();
    stopped.pauses.push(pause(at(date!(2026 - 09 - 24), time!(16:30)), Some(at(date!(2026 - 09 - 28), time!(9:15)))));
    assert_eq!(due(&stopped), Some(at(date!(2026 - 09 - 28), time!(10:45))));
    stopped.pauses[0].until = None;
    assert_eq!(due(&stopped), None);

    let running = ledger(&china(), &clock, at(date!(2026 - 09 - 28), time!(9:30))).unwrap();
    assert_eq!((running.unit, running.used, running.left, running.percent_used), (TimeUnit::Hour, 1, 1, 75));
    assert_eq!(running.due_text, "9月28日（周一）10:00");
    let late = ledger(&china(), &clock, at(date!(2026 - 09 - 28), time!(10:01))).unwrap();
    assert_eq!((late.state, late.overdue_by), (LedgerState::Overdue, 1));
}

#[test]
fn a_limit_of_no_days_ends_with_the_start_day_or_the_next_working_day() {
    let zero = |start| due_date(&in_unit(at(start, time!(20:00)), 0, TimeUnit::WorkingDay));
    assert_eq!(zero(date!(2026 - 09 - 24)), Some(date!(2026 - 09 - 24)));
    assert_eq!(zero(date!(2026 - 09 - 25)), Some(date!(2026 - 09 - 28)));
}

/// req: SUPV-001
#[test]
fn a_deadline_in_a_year_without_a_calendar_is_an_error_that_names_the_year() {
    let clock = in_unit(at(date!(2026 - 12 - 28), time!(9:00)), 5, TimeUnit::WorkingDay);
    let error = clock.due_at(&china()).unwrap_err();
    assert_eq!(error.missing_year(), Some(2027));
    assert!(error.to_string().contains("2027 年的日历还没有发布"));
    assert_eq!(clock.due_at(&Calendar::default()).unwrap_err().missing_year(), Some(2026));
    // A standing clock needs no calendar beyond the pause.
    let paused = DeadlineClock { pauses: vec![pause(at(date!(2026 - 12 - 29), time!(9:00)), None)], ..clock };
    assert_eq!(paused.due_at(&china()), Ok(None));
}

#[test]
fn impossible_input_is_refused() {
    let mut clock = example();
    clock.pauses.push(pause(at(date!(2026 - 09 - 23), time!(9:00)), Some(at(date!(2026 - 09 - 22), time!(9:00)))));
    assert_eq!(clock.due_at(&china()), Err(DeadlineError::PauseOrder));
    for unit in [TimeUnit::WorkingDay, TimeUnit::NaturalDay, TimeUnit::Month, TimeUnit::Hour, TimeUnit::Minute] {
        let endless = in_unit(example().started_at, u32::MAX, unit);
        assert_eq!(endless.due_at(&china()), Err(DeadlineError::TooLong), "{unit:?}");
    }
}

/// req: SUPV-003
#[test]
fn the_light_turns_yellow_near_the_end_and_red_after_it() {
    let light = |clock: &DeadlineClock, day, thresholds: &Thresholds| {
        remaining(&ledger(&china(), clock, at(day, time!(10:00))).unwrap(), thresholds)
    };
    let either = Thresholds::default();
    assert_eq!(light(&example(), date!(2026 - 09 - 24), &either), Light::Normal);
    assert_eq!(light(&example(), date!(2026 - 09 - 28), &either), Light::Warning);
    assert_eq!(light(&example(), date!(2026 - 09 - 29), &either), Light::Warning);
    assert_eq!(light(&example(), date!(2026 - 09 - 30), &either), Light::Overdue);
    let twenty = DeadlineClock { limit: TimeLimit::working_days(20), ..example() };
    // 16 used, 4 left: one fifth, but more than a day.
    let day = china().add_working_days(date!(2026 - 09 - 21), 16).unwrap();
    assert_eq!(light(&twenty, day, &either), Light::Warning);
    assert_eq!(light(&twenty, day, &Thresholds { both: true, ..either }), Light::Normal);
    let paused = DeadlineClock { pauses: vec![pause(at(date!(2026 - 09 - 23), time!(9:00)), None)], ..example() };
    assert_eq!(light(&paused, date!(2026 - 09 - 24), &either), Light::Paused);
    let finished = DeadlineClock { finished_at: Some(at(date!(2026 - 09 - 24), time!(9:00))), ..example() };
    assert_eq!(light(&finished, date!(2026 - 10 - 24), &either), Light::Done);
}

#[test]
fn work_done_in_time_stays_in_time_and_work_done_late_stays_late() {
    let finished = |at| DeadlineClock { finished_at: Some(at), ..example() };
    let told = |clock: &DeadlineClock| ledger(&china(), clock, at(date!(2026 - 11 - 02), time!(9:00))).unwrap();
    let met = told(&finished(zone::end_of_day(date!(2026 - 09 - 29))));
    assert_eq!((met.state, met.left_text.as_str()), (LedgerState::Met, "按时办结"));
    let missed = told(&finished(at(date!(2026 - 09 - 30), time!(9:00))));
    assert_eq!((missed.state, missed.overdue_by, missed.left_text.as_str()), (LedgerState::Missed, 1, "超期 1 日办结"));
}

#[test]
fn units_keep_the_national_codes() {
    for (unit, code, name) in [
        (TimeUnit::WorkingDay, '1', "\"working_day\""),
        (TimeUnit::NaturalDay, '2', "\"natural_day\""),
        (TimeUnit::Hour, '3', "\"hour\""),
        (TimeUnit::Minute, '4', "\"minute\""),
        (TimeUnit::Month, '5', "\"month\""),
    ] {
        assert_eq!((unit.code(), TimeUnit::from_code(code)), (code, Some(unit)));
        assert_eq!(serde_json::to_string(&unit).unwrap(), name);
    }
    assert_eq!(TimeUnit::from_code('9'), None);
}
