//! Figures of the posture page (态势): open events, alarms by day and rule, how timely they were handled.

use std::collections::BTreeMap;

use platform::Result;
use platform::work::audit::read::{self, Filter};
use sea_orm::entity::prelude::*;
use time::Duration;

use super::model::State;
use super::store::risk;
use crate::Security;

/// Days that the figures of alarms go back.
const DAYS: i64 = 30;

/// The figures.
#[derive(Debug, Default)]
pub(crate) struct Posture {
    /// Open entries by level.
    pub(crate) open: BTreeMap<String, i64>,
    /// Alarms by day, every day of the month.
    pub(crate) by_day: Vec<(String, i64)>,
    /// Alarms by rule.
    pub(crate) by_rule: Vec<(String, String, i64)>,
    /// Closed in time among those with a day.
    pub(crate) on_time: i64,
    /// Open after their day.
    pub(crate) overdue: i64,
    /// Lines of today, refusals among them, last rooted day.
    pub(crate) lines_today: u64,
    pub(crate) refused_today: u64,
    pub(crate) last_root_day: Option<String>,
}

impl Security {
    pub(crate) async fn posture(&self) -> Result<Posture> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let today = base::zone::china_date(now);
        let from = base::zone::start_of_day(today - Duration::days(DAYS - 1));
        let mut found = Posture::default();
        let mut days: BTreeMap<String, i64> =
            (0..DAYS).map(|back| ((today - Duration::days(back)).to_string(), 0)).collect();
        let mut rules: BTreeMap<(String, String), i64> = BTreeMap::new();
        // What is open, and what happened this month: few rows even in a bad month.
        let rows = risk::Entity::find()
            .filter(
                sea_orm::Condition::any()
                    .add(risk::Column::State.ne(State::Closed.as_str()))
                    .add(risk::Column::FirstAt.gte(from))
                    .add(risk::Column::ClosedAt.gte(from)),
            )
            .all(conn)
            .await?;
        for row in rows {
            let open = row.state != State::Closed.as_str();
            if open {
                *found.open.entry(row.level.clone()).or_default() += 1;
            }
            if let Some(due) = &row.due_on {
                match row.closed_at {
                    Some(closed) if base::zone::china_date(closed).to_string() <= *due => found.on_time += 1,
                    None if *due < today.to_string() => found.overdue += 1,
                    _ => {}
                }
            }
            if let Some(rule) = row.rule_key.filter(|_| row.first_at >= from) {
                *days.entry(base::zone::china_date(row.first_at).to_string()).or_default() += 1;
                *rules.entry((rule, row.title)).or_default() += 1;
            }
        }
        found.by_day = days.into_iter().collect();
        found.by_rule = rules.into_iter().map(|((key, title), count)| (key, title, count)).collect();
        found.by_rule.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        let since = Filter { from: Some(base::zone::start_of_day(today)), ..Filter::default() };
        found.lines_today = read::count(conn, &since).await?;
        found.refused_today = read::count(conn, &Filter { result: Some("refused".to_owned()), ..since }).await?;
        found.last_root_day = crate::audit::roots::last_day(conn).await?;
        Ok(found)
    }
}
