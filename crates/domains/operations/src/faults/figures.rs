//! What the tickets of a period add up to: how many of each grade, how many in time, how long it took (OPS-010,
//! OPS-013).

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::model::{Grade, Missed, Times};
use crate::Operations;
use crate::store::fault;

/// Tickets of one period at most.
const MOST: u64 = 20_000;

/// Figures of one grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaultGradeFigures {
    /// Grade at the end.
    pub grade: String,
    /// Its name.
    pub label: String,
    /// Tickets.
    pub tickets: u64,
    /// Taken within 30 minutes.
    pub acknowledged_in_time: u64,
    /// Somebody there in time, or running before.
    pub arrived_in_time: u64,
    /// Running again within the time of the grade they had.
    pub restored_in_time: u64,
    /// Mean minutes until somebody took it.
    pub mean_acknowledge_minutes: i64,
    /// Mean minutes until it ran again.
    pub mean_restore_minutes: i64,
}

/// Figures of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaultFigures {
    /// By grade, the gravest first.
    pub grades: Vec<FaultGradeFigures>,
    /// Tickets of the period.
    pub tickets: u64,
    /// Not restored yet.
    pub down: u64,
    /// Raised to a higher grade.
    pub raised: u64,
    /// Opened by an alarm.
    pub by_alarm: u64,
    /// Mean hours between two faults of the whole system; none with fewer than two.
    pub hours_between: Option<i64>,
    /// Mean minutes of repair over all grades.
    pub mean_restore_minutes: i64,
}

fn mean(all: &[Duration]) -> i64 {
    let sum: i64 = all.iter().map(|one| one.whole_seconds().max(0)).sum();
    sum / 60 / i64::try_from(all.len().max(1)).unwrap_or(1)
}

/// Adds tickets up; pure.
pub(crate) fn add_up(tickets: &[(Times, bool, bool)], system: &[OffsetDateTime], now: OffsetDateTime) -> FaultFigures {
    let restored = |times: &Times| times.restored_at.map(|at| at - times.opened_at);
    let grades = Grade::ALL
        .iter()
        .map(|(grade, key, label)| {
            let of: Vec<&Times> =
                tickets.iter().map(|(times, ..)| times).filter(|times| times.grade == *grade).collect();
            let in_time =
                |missed: Missed| of.iter().filter(|times| !times.missed(now).contains(&missed)).count() as u64;
            let taken: Vec<Duration> =
                of.iter().filter_map(|times| times.acknowledged_at.map(|at| at - times.opened_at)).collect();
            let running: Vec<Duration> = of.iter().filter_map(|times| restored(times)).collect();
            FaultGradeFigures {
                grade: (*key).to_owned(),
                label: (*label).to_owned(),
                tickets: of.len() as u64,
                acknowledged_in_time: in_time(Missed::Acknowledge),
                arrived_in_time: in_time(Missed::Arrive),
                restored_in_time: of
                    .iter()
                    .filter(|times| times.restored_at.unwrap_or(now) <= times.restore_due())
                    .count() as u64,
                mean_acknowledge_minutes: mean(&taken),
                mean_restore_minutes: mean(&running),
            }
        })
        .collect();
    let hours_between = match system {
        [first, .., last] => Some((*last - *first).whole_hours() / i64::try_from(system.len() - 1).unwrap_or(1)),
        _ => None,
    };
    let running: Vec<Duration> = tickets.iter().filter_map(|(times, ..)| restored(times)).collect();
    FaultFigures {
        grades,
        tickets: tickets.len() as u64,
        down: tickets.iter().filter(|(times, ..)| times.restored_at.is_none()).count() as u64,
        raised: tickets.iter().filter(|(_, raised, _)| *raised).count() as u64,
        by_alarm: tickets.iter().filter(|(_, _, alarm)| *alarm).count() as u64,
        hours_between,
        mean_restore_minutes: mean(&running),
    }
}

impl Operations {
    /// Figures of the tickets opened in a period.
    pub(crate) async fn fault_figures(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<FaultFigures> {
        let rows = fault::Entity::find()
            .filter(fault::Column::OpenedAt.gte(from))
            .filter(fault::Column::OpenedAt.lt(until))
            .order_by_asc(fault::Column::OpenedAt)
            .limit(MOST + 1)
            .all(self.platform.db.read())
            .await?;
        if rows.len() as u64 > MOST {
            return Err(Problem::invalid_field("/from", "too_many", "这段时间的故障单太多，请选短一些。"));
        }
        let tickets: Vec<_> =
            rows.iter().map(|row| (row.times(), row.grade != row.first_grade, row.alarm_id.is_some())).collect();
        let system: Vec<OffsetDateTime> =
            rows.iter().filter(|row| row.extent == "system").map(|row| row.opened_at).collect();
        Ok(add_up(&tickets, &system, self.platform.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::model::Extent;
    use time::macros::datetime;

    /// req: OPS-013
    #[test]
    fn a_period_adds_up() {
        let start = datetime!(2026-09-01 00:00 UTC);
        let at = |minutes: i64| start + Duration::minutes(minutes);
        let ticket = |grade, taken: Option<i64>, restored: Option<i64>| Times {
            opened_at: start,
            grade,
            grade_since: start,
            extent: Extent::Partial,
            acknowledged_at: taken.map(at),
            arrived_at: None,
            restored_at: restored.map(at),
            closed_at: restored.map(at),
        };
        let all = [
            (ticket(Grade::General, Some(10), Some(50)), false, true),
            (ticket(Grade::General, Some(40), Some(25 * 60)), false, false),
            (ticket(Grade::Major, None, None), true, false),
        ];
        let found = add_up(&all, &[start, at(60 * 100), at(60 * 300)], at(60 * 400));
        assert_eq!((found.tickets, found.down, found.raised, found.by_alarm), (3, 1, 1, 1));
        assert_eq!((found.hours_between, found.mean_restore_minutes), (Some(150), 775));
        let general = &found.grades[2];
        assert_eq!((general.tickets, general.acknowledged_in_time, general.restored_in_time), (2, 1, 1));
        assert_eq!((general.arrived_in_time, general.mean_acknowledge_minutes), (1, 25));
        assert_eq!(found.grades[0].restored_in_time, 0);
    }
}
