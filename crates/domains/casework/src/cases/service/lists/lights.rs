//! Lights of the clock: which cases show one, and how many open cases of a reach show which.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Asterisk, CaseStatement, Cond, Condition, Expr, ExprTrait};
use time::{Duration, OffsetDateTime};

use super::cases::is_open;
use super::within;
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::store::case;

/// Open states whose clock may run: an applicant who mends something is not late by it.
const CLOCKED: [State; 6] =
    [State::Submitted, State::PreReviewed, State::Accepted, State::InReview, State::Special, State::Decided];

/// What the promised limit of an open case says, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    /// 已超期.
    Overdue,
    /// 今天到期.
    Today,
    /// 明天到期.
    Warning,
    /// 时间充足.
    Normal,
    /// 停表中.
    Paused,
}

impl Light {
    /// In the order of the board.
    pub(crate) const ALL: [Self; 5] = [Self::Overdue, Self::Today, Self::Warning, Self::Normal, Self::Paused];

    /// Filter value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Warning => "warning",
            Self::Normal => "normal",
            Self::Paused => "paused",
        }
    }

    /// What people read.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Overdue => "已超期",
            Self::Today => "今天到期",
            Self::Warning => "明天到期",
            Self::Normal => "时间充足",
            Self::Paused => "停表中",
        }
    }
}

/// Open cases of a reach, counted by state, whether a correction came back, and light.
#[derive(Debug)]
pub(crate) struct OpenCases(Vec<(State, bool, Option<Light>, u64)>);

impl OpenCases {
    /// How many show a light.
    pub(crate) fn lit(&self, wanted: Light) -> u64 {
        self.0.iter().filter(|(_, _, light, _)| *light == Some(wanted)).map(|(.., count)| count).sum()
    }

    /// State, whether a correction came back, how many.
    pub(crate) fn by_state(&self) -> impl Iterator<Item = (State, bool, u64)> {
        self.0.iter().map(|(state, corrected, _, count)| (*state, *corrected, *count))
    }
}

impl Casework {
    pub(crate) fn light_condition(&self, light: &str) -> Condition {
        lit(light, self.platform.now())
    }

    /// One look through the index of open cases instead of one for each light and state.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn open_cases(&self, caller: &Principal) -> Result<OpenCases> {
        let light = Alias::new("light");
        let counted: Vec<(String, bool, String, i64)> = case::Entity::find()
            .filter(within(caller))
            .filter(is_open())
            .select_only()
            .column(case::Column::State)
            .column(case::Column::Corrected)
            .column_as(shown(self.platform.now()), "light")
            .column_as(Expr::col(Asterisk).count(), "count")
            .group_by(case::Column::State)
            .group_by(case::Column::Corrected)
            .group_by(Expr::col(light))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let mut found = Vec::with_capacity(counted.len());
        for (state, corrected, light, count) in counted {
            let Some(state) = State::parse(&state) else { continue };
            let light = Light::ALL.into_iter().find(|one| one.as_str() == light);
            let light = light.filter(|light| *light == Light::Paused || CLOCKED.contains(&state));
            found.push((state, corrected, light, u64::try_from(count).unwrap_or(0)));
        }
        Ok(OpenCases(found))
    }
}

/// The light of an open row, empty for none; the same as [`lit`] but for the states of [`CLOCKED`].
fn shown(now: OffsetDateTime) -> Expr {
    let tonight = base::zone::end_of_day(base::zone::china_date(now));
    let due = case::Column::DueAt;
    let paused = Cond::all().add(due.is_null()).add(case::Column::PausedLeft.is_not_null());
    CaseStatement::new()
        .case(paused, Light::Paused.as_str())
        .case(due.is_null(), "")
        .case(due.lte(now), Light::Overdue.as_str())
        .case(due.lte(tonight), Light::Today.as_str())
        .case(due.lte(tonight + Duration::days(1)), Light::Warning.as_str())
        .finally(Light::Normal.as_str())
        .into()
}

/// Cases of a light, at a moment.
fn lit(light: &str, now: OffsetDateTime) -> Condition {
    let tonight = base::zone::end_of_day(base::zone::china_date(now));
    // Without the words of the index a database reads every case that was ever due by then.
    let clocked = Cond::all().add(is_open()).add(case::Column::State.is_in(CLOCKED.map(State::as_str)));
    match light {
        "overdue" => clocked.add(case::Column::DueAt.lte(now)),
        "today" => clocked.add(case::Column::DueAt.gt(now)).add(case::Column::DueAt.lte(tonight)),
        "warning" => {
            clocked.add(case::Column::DueAt.gt(tonight)).add(case::Column::DueAt.lte(tonight + Duration::days(1)))
        }
        "legal_overdue" => clocked.add(case::Column::LegalDueAt.lte(now)),
        "legal_warning" => {
            clocked.add(case::Column::LegalDueAt.gt(now)).add(case::Column::LegalDueAt.lte(tonight + Duration::days(3)))
        }
        "normal" => clocked.add(case::Column::DueAt.gt(tonight + Duration::days(1))),
        "paused" => {
            Cond::all().add(is_open()).add(case::Column::DueAt.is_null()).add(case::Column::PausedLeft.is_not_null())
        }
        "instant" => crate::counters::instant::condition(None),
        "instant_late" => crate::counters::instant::condition(Some(now)),
        _ => Cond::all(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, QueryTrait};

    use super::super::cases::OPEN;
    use super::*;

    /// The lights of the clock look among the cases that are open, as the index knows them, not among all that ever were.
    ///
    /// req: OPS-003
    #[test]
    fn lights_of_the_clock_are_looked_for_among_open_cases() {
        let lights = Light::ALL.map(Light::as_str);
        for light in lights.into_iter().chain(["legal_overdue", "legal_warning"]) {
            let now = time::macros::datetime!(2026-09-21 1:00 UTC);
            let sql = case::Entity::find().filter(lit(light, now)).build(DbBackend::Sqlite).sql;
            assert!(sql.contains(OPEN), "{light}: {sql}");
        }
    }
}
