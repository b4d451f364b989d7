//! Tolerance 容缺受理 (CASE-013): accepted though a secondary material is missing, which is promised for later.
//!
//! Acceptance writes one row per promised material and tells once what is missing, until when, and what follows
//! from lateness. Examination goes on; granting and everything made after it wait ([`hold`]). The material comes in
//! online or at the counter ([`supply`]); [`watch`] reminds, alerts and closes by rule; [`list`] is the ledger.
//! Dates are `base::deadline`'s over `since`. Why it is so: docs/adr/0054.

pub mod hold;
pub mod http;
pub mod list;
pub(crate) mod store;
pub mod supply;
pub mod watch;

use base::calendar::Calendar;
use base::deadline::{self, DeadlineClock, Thresholds, TimeLimit};
use catalogue::items::model::Item;
use platform::{Problem, Result, Tx};
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Casework;
use crate::cases::clock::{self, DeadlineView};
use crate::cases::service::Loaded;
use crate::cases::store::case;
use store::tolerance;

/// Working days to supply what was promised, where the item names none.
const DAYS: u32 = 5;
/// Working days after the last day before a case is closed by rule, where the item names none.
const GRACE_DAYS: u32 = 3;

/// A promised material as people read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseTolerance)]
pub struct ToleranceView {
    /// Material.
    pub key: String,
    /// Its name.
    pub name: String,
    /// `open`, `supplied`, `lapsed` or `dropped`.
    pub state: String,
    /// In words, with the lateness of an open one.
    pub state_label: String,
    /// Last day to supply it, in China; absent while the calendar of that year is missing.
    pub due_on: Option<String>,
    /// Last day before the case is closed by rule.
    pub closes_on: Option<String>,
    /// Whether the last day is over and it is not there.
    pub overdue: bool,
    /// When it came.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub supplied_at: Option<OffsetDateTime>,
    /// Who supplied it or took it at the counter.
    pub supplied_by: Option<String>,
    /// Why an earlier supply was sent back.
    pub returned_reason: Option<String>,
}

impl ToleranceView {
    fn of(row: &tolerance::Model, now: OffsetDateTime) -> Self {
        let overdue = row.state == OPEN && row.due_at.is_some_and(|due| due <= now);
        let day = |at: Option<OffsetDateTime>| at.map(clock::last_day);
        Self {
            key: row.key.clone(),
            name: row.name.clone(),
            state: row.state.clone(),
            state_label: label(&row.state, overdue).to_owned(),
            due_on: day(row.due_at),
            closes_on: day(row.closes_at),
            overdue,
            supplied_at: row.supplied_at,
            supplied_by: row.supplied_by_name.clone(),
            returned_reason: row.returned_reason.clone(),
        }
    }
}

/// Still to come.
pub(crate) const OPEN: &str = "open";
/// Came.
pub(crate) const SUPPLIED: &str = "supplied";
/// Never came; its case was closed by rule.
pub(crate) const LAPSED: &str = "lapsed";
/// Its case ended otherwise.
pub(crate) const DROPPED: &str = "dropped";

fn label(state: &str, overdue: bool) -> &'static str {
    match state {
        OPEN if overdue => "逾期未补",
        OPEN => "待补交",
        SUPPLIED => "已补交",
        LAPSED => "逾期办结",
        _ => "不用再补",
    }
}

/// The three dates of a row; none of them while a year is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    /// Begin of the last day: reminded then.
    pub warn_at: Option<OffsetDateTime>,
    /// End of the days.
    pub due_at: Option<OffsetDateTime>,
    /// End of the days of grace.
    pub closes_at: Option<OffsetDateTime>,
}

/// Works the dates out.
///
/// # Errors
/// Internal problem for days that can't be.
pub(crate) fn dates(calendar: &Calendar, since: OffsetDateTime, days: i64, grace: i64) -> Result<Dates> {
    let after = |days: i64| -> Result<Option<OffsetDateTime>> {
        let limit = TimeLimit::working_days(u32::try_from(days).unwrap_or(0));
        match deadline::due_at(calendar, since, limit, &[], &[]) {
            Ok(due) => Ok(due),
            Err(error) if error.missing_year().is_some() => Ok(None),
            Err(error) => Err(Problem::internal(error)),
        }
    };
    let due_at = after(days)?;
    // The last day is a working day: it begins a day before it ends.
    let warn_at = due_at.map(|due| due - time::Duration::days(1));
    Ok(Dates { warn_at, due_at, closes_at: after(days + grace)? })
}

/// The clock of what is still to come, explained line by line beside the case's own (CASE-013).
pub(crate) fn explain(rows: &[tolerance::Model], calendar: &Calendar, now: OffsetDateTime) -> Option<DeadlineView> {
    let row = rows.iter().filter(|row| row.state == OPEN).min_by_key(|row| (row.due_at.is_none(), row.due_at))?;
    let limit = TimeLimit::working_days(u32::try_from(row.days).unwrap_or(0));
    let event = if row.since == row.promised_at { "容缺受理" } else { "退回重交" };
    let clock = DeadlineClock::started(row.since, event, limit);
    let view = |light: &str, ledger, problem| DeadlineView {
        kind: "tolerance",
        label: "容缺补交",
        limit_text: limit.to_string(),
        light: light.to_owned(),
        ledger,
        problem,
    };
    Some(match deadline::ledger(calendar, &clock, now) {
        Ok(ledger) => {
            let light = crate::cases::clock::light_key(deadline::remaining(&ledger, &Thresholds::default()));
            view(light, Some(ledger), None)
        }
        Err(error) => {
            let year = error.missing_year();
            view(
                "normal",
                None,
                Some(year.map_or(error.to_string(), |year| format!("{year} 年的日历未发布，暂不能算出"))),
            )
        }
    })
}

impl Casework {
    /// Promised materials of a case, by name of the key.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn tolerances_of(&self, case: uuid::Uuid) -> Result<Vec<tolerance::Model>> {
        store::of_case(self.platform.db.read(), case).await
    }

    /// The same as people read them.
    pub(crate) fn tolerance_views(&self, rows: &[tolerance::Model]) -> Vec<ToleranceView> {
        rows.iter().map(|row| ToleranceView::of(row, self.platform.now())).collect()
    }

    /// Writes down what is promised at acceptance; gives the words of the notice.
    pub(crate) async fn promise(
        &self,
        tx: &Tx,
        row: &case::Model,
        item: &Item,
        missing: &[(String, String)],
    ) -> Result<Value> {
        let calendar = self.calendars.current().await?;
        let days = i64::from(item.tolerance.days.unwrap_or(DAYS));
        let grace = i64::from(item.tolerance.grace_days.unwrap_or(GRACE_DAYS));
        let dates = dates(&calendar, tx.now(), days, grace)?;
        let rows = missing
            .iter()
            .map(|(key, name)| tolerance::Model {
                case_id: row.id,
                key: key.clone(),
                name: name.clone(),
                org_id: row.org_id,
                item_slug: row.item_slug.clone(),
                taken_at: row.taken_at,
                state: OPEN.to_owned(),
                days,
                grace_days: grace,
                promised_at: tx.now(),
                since: tx.now(),
                warn_at: dates.warn_at,
                due_at: dates.due_at,
                closes_at: dates.closes_at,
                warned_at: None,
                overdue_at: None,
                supplied_at: None,
                supplied_by_name: None,
                handing: None,
                returned_reason: None,
            })
            .collect();
        store::insert(tx.conn(), rows).await?;
        let day = |at: Option<OffsetDateTime>| at.map(clock::last_day);
        Ok(json!({
            "materials": missing.iter().map(|(_, name)| name).collect::<Vec<_>>(),
            "days": days,
            "grace_days": grace,
            "supply_before": day(dates.due_at),
            "closes_on": day(dates.closes_at),
        }))
    }
}

/// Whether promised materials may still come in and be judged: from acceptance until the case is closed.
pub(crate) fn supplies(loaded: &Loaded) -> Result<()> {
    let state = loaded.state()?;
    if state.is_open() && !state.is_intake() {
        return Ok(());
    }
    Err(Problem::conflict("tolerance_over", "这个办件已经办完或者还没有受理，现在不能补交容缺材料。"))
}

#[cfg(test)]
mod tests {
    use base::calendar::{Calendar, YearCalendar};
    use time::macros::datetime;

    use super::*;

    fn calendar() -> Calendar {
        let text = include_str!("../../../../../packs/platform/calendars/2026.yaml");
        Calendar::new(&[YearCalendar::from_yaml(text).unwrap()]).unwrap()
    }

    /// Reminded on the last day, late after it, closed after the days of grace; the National Day holidays count for
    /// none of them.
    ///
    /// req: CASE-013
    #[test]
    fn the_days_are_working_days_from_the_promise_on() {
        let accepted = datetime!(2026-09-28 02:00 UTC);
        let found = dates(&calendar(), accepted, 3, 2).unwrap();
        // 29 and 30 September, then 8 October.
        assert_eq!(found.warn_at, Some(datetime!(2026-10-07 16:00 UTC)));
        assert_eq!(found.due_at, Some(datetime!(2026-10-08 16:00 UTC)));
        assert!(found.closes_at > found.due_at);
    }

    /// req: CASE-013
    #[test]
    fn a_missing_year_leaves_the_dates_unknown() {
        let found = dates(&calendar(), datetime!(2026-12-30 02:00 UTC), 5, 3).unwrap();
        assert_eq!(found.due_at, None);
    }
}
