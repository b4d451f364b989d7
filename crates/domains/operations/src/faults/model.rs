//! Grades, times, states and the order of fault tickets, pure.
//!
//! A general fault is restored within 24 hours, else it becomes severe; a severe one within 2 hours, else it
//! becomes major; a major one within 1 hour. Times are counted from the moment the grade began.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FaultGrade)]
pub enum Grade {
    /// Something small.
    General,
    /// Slow, or a part stands still.
    Severe,
    /// Everything stands still.
    Major,
}

/// How far it reaches: within what time somebody has to be on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FaultExtent)]
pub enum Extent {
    /// A warning.
    Warning,
    /// A part.
    Partial,
    /// The system.
    System,
}

/// Within which somebody takes it.
pub const ACKNOWLEDGED_IN: Duration = Duration::minutes(30);
/// Within which a major fault is repaired, its cause included.
pub const MAJOR_DONE_IN: Duration = Duration::hours(12);
/// Within which the system runs again, whatever the grade.
pub const RESTORED_IN: Duration = Duration::hours(24);

impl Grade {
    /// All, with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Major, "major", "重大"), (Self::Severe, "severe", "严重"), (Self::General, "general", "一般")];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(grade, ..)| *grade == self).map_or("general", |(_, key, _)| key)
    }

    /// Name.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(grade, ..)| *grade == self).map_or("", |(.., name)| name)
    }

    /// From the column.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map(|(grade, ..)| *grade)
    }

    /// Within which it is restored.
    pub fn restored_in(self) -> Duration {
        match self {
            Self::General => Duration::hours(24),
            Self::Severe => Duration::hours(2),
            Self::Major => Duration::hours(1),
        }
    }

    /// What it becomes when it is not.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::General => Some(Self::Severe),
            Self::Severe => Some(Self::Major),
            Self::Major => None,
        }
    }
}

impl Extent {
    /// All, with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Warning, "warning", "告警"),
        (Self::Partial, "partial", "部分故障"),
        (Self::System, "system", "系统故障"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(extent, ..)| *extent == self).map_or("warning", |(_, key, _)| key)
    }

    /// Name.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(extent, ..)| *extent == self).map_or("", |(.., name)| name)
    }

    /// From the column.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map(|(extent, ..)| *extent)
    }

    /// Within which somebody is on the spot.
    pub fn on_site_in(self) -> Duration {
        match self {
            Self::Warning => Duration::hours(2),
            Self::Partial => Duration::hours(1),
            Self::System => Duration::minutes(30),
        }
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has taken it.
    Open,
    /// Somebody works on it.
    Working,
    /// It runs again; the cause is still to be repaired.
    Restored,
    /// Over.
    Closed,
}

/// What is done with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It was opened.
    Open,
    /// Somebody takes it.
    Acknowledge,
    /// Somebody is on the spot.
    Arrive,
    /// Something is noted.
    Note,
    /// It runs again.
    Restore,
    /// It broke again.
    Reopen,
    /// Cause found and repaired.
    Close,
    /// Raised by hand.
    Raise,
    /// Raised because its time was over.
    Overdue,
    /// A time was missed.
    Late,
}

impl Act {
    const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Open, "open", "报告故障"),
        (Self::Acknowledge, "acknowledge", "响应"),
        (Self::Arrive, "arrive", "到场"),
        (Self::Note, "note", "处理记录"),
        (Self::Restore, "restore", "恢复运行"),
        (Self::Reopen, "reopen", "再次中断"),
        (Self::Close, "close", "修复完成"),
        (Self::Raise, "raise", "提高等级"),
        (Self::Overdue, "overdue", "超时升级"),
        (Self::Late, "late", "超时提醒"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(act, ..)| *act == self).map_or("note", |(_, key, _)| key)
    }

    /// Name of a column value.
    pub fn label(key: &str) -> &'static str {
        Self::ALL.iter().find(|(_, known, _)| *known == key).map_or("记录", |(.., name)| name)
    }
}

impl State {
    /// All, with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Open, "open", "待响应"),
        (Self::Working, "working", "处理中"),
        (Self::Restored, "restored", "已恢复"),
        (Self::Closed, "closed", "已修复"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, ..)| *state == self).map_or("open", |(_, key, _)| key)
    }

    /// Name of a column value.
    pub fn label(key: &str) -> &'static str {
        Self::ALL.iter().find(|(_, known, _)| *known == key).map_or("", |(.., name)| name)
    }

    /// From the column.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map(|(state, ..)| *state)
    }

    /// What an act leads to; none = not now. Restored first, repaired then: nothing is closed that does not run.
    pub fn after(self, act: Act) -> Option<Self> {
        match (self, act) {
            (Self::Open, Act::Acknowledge) => Some(Self::Working),
            (Self::Working, Act::Acknowledge | Act::Arrive) => Some(Self::Working),
            (Self::Working, Act::Restore) => Some(Self::Restored),
            (Self::Restored, Act::Reopen) => Some(Self::Working),
            (Self::Restored, Act::Close) => Some(Self::Closed),
            (Self::Open | Self::Working, Act::Raise) => Some(self),
            (Self::Open | Self::Working | Self::Restored, Act::Note) => Some(self),
            _ => None,
        }
    }

    /// Whether what it is about still stands still.
    pub fn is_down(self) -> bool {
        matches!(self, Self::Open | Self::Working)
    }
}

/// The place of a ticket in the list: what stands still before what only has to be repaired, core before edge,
/// inside before outside, the grave before the small.
pub fn rank(state: State, core: bool, inside: bool, grade: Grade) -> i64 {
    let stage = match state {
        State::Open | State::Working => 0,
        State::Restored => 1,
        State::Closed => 2,
    };
    let weight = match grade {
        Grade::Major => 0,
        Grade::Severe => 1,
        Grade::General => 2,
    };
    stage * 1_000 + i64::from(!core) * 100 + i64::from(!inside) * 10 + weight
}

/// The grades a fault that stands still went through since it last began one, each with its moment: one that
/// nobody looked at for a day passes several at once.
pub fn raised(grade: Grade, since: OffsetDateTime, now: OffsetDateTime) -> Vec<(Grade, OffsetDateTime)> {
    let mut all = Vec::new();
    let (mut grade, mut since) = (grade, since);
    while let Some(next) = grade.next() {
        let due = since + grade.restored_in();
        if due > now {
            break;
        }
        (grade, since) = (next, due);
        all.push((grade, since));
    }
    all
}

/// Times that were missed; each is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Nobody took it in time.
    Acknowledge = 1,
    /// Nobody came in time.
    Arrive = 2,
    /// A major fault is not restored in time.
    Restore = 4,
    /// The cause of a major fault is not repaired in time.
    Repair = 8,
    /// It stands still for longer than anything may.
    Day = 16,
}

impl Missed {
    /// All, with a sentence.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Acknowledge, "超过 30 分钟没有人响应"),
        (Self::Arrive, "没有在规定时间到场"),
        (Self::Restore, "重大故障超过 1 小时没有恢复"),
        (Self::Repair, "重大故障超过 12 小时没有修复"),
        (Self::Day, "超过 24 小时没有恢复运行"),
    ];
}

/// The times of a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// Grade now.
    pub grade: Grade,
    /// Since when.
    pub grade_since: OffsetDateTime,
    /// How far it reaches.
    pub extent: Extent,
    /// When somebody took it.
    pub acknowledged_at: Option<OffsetDateTime>,
    /// When somebody came.
    pub arrived_at: Option<OffsetDateTime>,
    /// When it ran again.
    pub restored_at: Option<OffsetDateTime>,
    /// When it was repaired.
    pub closed_at: Option<OffsetDateTime>,
}

impl Times {
    /// By when somebody takes it.
    pub fn acknowledge_due(&self) -> OffsetDateTime {
        self.opened_at + ACKNOWLEDGED_IN
    }

    /// By when somebody is there.
    pub fn arrive_due(&self) -> OffsetDateTime {
        self.opened_at + self.extent.on_site_in()
    }

    /// By when it runs again.
    pub fn restore_due(&self) -> OffsetDateTime {
        (self.grade_since + self.grade.restored_in()).min(self.opened_at + RESTORED_IN)
    }

    /// What was missed by now. What was restored before anybody came wants nobody on the spot.
    pub fn missed(&self, now: OffsetDateTime) -> Vec<Missed> {
        let late = |done: Option<OffsetDateTime>, due: OffsetDateTime| done.unwrap_or(now) > due;
        let came = self.arrived_at.or(self.restored_at);
        let major = self.grade == Grade::Major;
        let mut all = Vec::new();
        let checks = [
            (Missed::Acknowledge, late(self.acknowledged_at, self.acknowledge_due())),
            (Missed::Arrive, late(came, self.arrive_due())),
            (Missed::Restore, major && late(self.restored_at, self.grade_since + Grade::Major.restored_in())),
            (Missed::Repair, major && late(self.closed_at, self.opened_at + MAJOR_DONE_IN)),
            (Missed::Day, late(self.restored_at, self.opened_at + RESTORED_IN)),
        ];
        all.extend(checks.into_iter().filter(|(_, late)| *late).map(|(missed, _)| missed));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-09-21 01:00 UTC);

    /// req: OPS-013
    #[test]
    fn a_fault_that_is_not_restored_in_its_time_raises_itself() {
        let after = |grade, hours, minutes| {
            let now = START + Duration::hours(hours) + Duration::minutes(minutes);
            raised(grade, START, now)
                .into_iter()
                .map(|(grade, at)| (grade, (at - START).whole_hours()))
                .collect::<Vec<_>>()
        };
        assert_eq!(after(Grade::General, 23, 59), []);
        assert_eq!(after(Grade::General, 24, 0), [(Grade::Severe, 24)]);
        assert_eq!(after(Grade::General, 40, 0), [(Grade::Severe, 24), (Grade::Major, 26)], "both, each at its moment");
        assert_eq!(after(Grade::Severe, 2, 0), [(Grade::Major, 2)]);
        assert_eq!(after(Grade::Major, 99, 0), []);
    }

    /// req: OPS-013
    #[test]
    fn each_time_that_is_missed_is_told() {
        let mut times = Times {
            opened_at: START,
            grade: Grade::Severe,
            grade_since: START,
            extent: Extent::Partial,
            acknowledged_at: None,
            arrived_at: None,
            restored_at: None,
            closed_at: None,
        };
        let at = |minutes| START + Duration::minutes(minutes);
        assert_eq!(times.missed(at(30)), []);
        assert_eq!(times.missed(at(31)), [Missed::Acknowledge]);
        assert_eq!(times.missed(at(61)), [Missed::Acknowledge, Missed::Arrive]);
        times.acknowledged_at = Some(at(20));
        times.restored_at = Some(at(50));
        assert_eq!(times.missed(at(61)), [], "it ran again before anybody had to be there");
        assert_eq!(times.restore_due(), at(120));
        times.restored_at = None;
        times.arrived_at = Some(at(40));
        (times.grade, times.grade_since) = (Grade::Major, at(120));
        assert_eq!(times.missed(at(181)), [Missed::Restore]);
        assert_eq!(times.missed(at(24 * 60 + 1)), [Missed::Restore, Missed::Repair, Missed::Day]);
        assert_eq!(Extent::Warning.on_site_in(), Duration::hours(2));
        assert_eq!(Extent::System.on_site_in(), Duration::minutes(30));
    }

    /// req: OPS-013
    #[test]
    fn restored_first_then_repaired_core_before_edge_inside_before_outside() {
        let order = [
            rank(State::Open, true, true, Grade::Major),
            rank(State::Working, true, true, Grade::General),
            rank(State::Open, true, false, Grade::Major),
            rank(State::Open, false, true, Grade::Major),
            rank(State::Open, false, false, Grade::Major),
            rank(State::Restored, true, true, Grade::Major),
            rank(State::Closed, true, true, Grade::Major),
        ];
        assert!(order.is_sorted_by(|one, other| one < other), "{order:?}");
        let mut state = State::Open;
        for act in [Act::Acknowledge, Act::Arrive, Act::Restore, Act::Reopen, Act::Restore, Act::Close] {
            state = state.after(act).unwrap();
        }
        assert_eq!(state, State::Closed);
        for (state, act) in [
            (State::Open, Act::Restore),
            (State::Working, Act::Close),
            (State::Restored, Act::Raise),
            (State::Closed, Act::Note),
            (State::Closed, Act::Reopen),
        ] {
            assert_eq!(state.after(act), None, "{state:?} {act:?}");
        }
    }
}
