//! Due dates.

use anyhow::ensure;
use base::calendar::{Calendar, YearCalendar};
use base::deadline::{DeadlineClock, Pause, TimeLimit, ledger};
use time::macros::datetime;

use super::pack;
use crate::measure::{Set, Workload};

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let years = [2025, 2026].map(|year| pack(&format!("platform/calendars/{year}.yaml")));
    let years =
        years.into_iter().map(|text| Ok(YearCalendar::from_yaml(&text?)?)).collect::<anyhow::Result<Vec<_>>>()?;
    let calendar = Calendar::new(&years)?;
    let mut clock = DeadlineClock::started(datetime!(2026-09-24 01:30:00 UTC), "受理", TimeLimit::working_days(10));
    clock.pauses = vec![Pause {
        from: datetime!(2026-09-28 06:00:00 UTC),
        until: Some(datetime!(2026-10-13 02:00:00 UTC)),
        reason: "现场核查".to_owned(),
    }];
    ensure!(clock.due_at(&calendar)?.is_some(), "the clock has an end");
    let now = datetime!(2026-10-14 02:00:00 UTC);
    let (again, explained) = (calendar.clone(), clock.clone());
    Ok(vec![Set::of(vec![
        Workload::repeated("due date, ten working days over National Day, one pause", "dates/s", 1.0, move || {
            std::hint::black_box(clock.due_at(&calendar)?);
            Ok(())
        }),
        Workload::repeated("the same with its ledger line by line", "ledgers/s", 1.0, move || {
            std::hint::black_box(ledger(&again, &explained, now)?);
            Ok(())
        }),
    ])])
}
