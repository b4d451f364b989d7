//! The board by time left and the workbench.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::cases::{CaseFilter, CaseRow, open_states};
use super::tasks::{TaskFilter, TaskRow, task_to_case};
use super::within;
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::store::{case, task};

/// One column of the board.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardColumn {
    /// overdue, today, warning, normal, paused.
    pub light: &'static str,
    /// Heading.
    pub label: &'static str,
    /// Exact number.
    pub count: u64,
    /// The first ones.
    pub items: Vec<CaseRow>,
}

/// The workbench.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workbench {
    /// One sentence naming what is late.
    pub sentence: String,
    /// Today, for example 9月24日 周四.
    pub date_text: String,
    /// Five counts.
    pub counts: WorkbenchCounts,
    /// The caller's tasks by time left.
    pub tasks: Vec<TaskRow>,
    /// Exact number of the caller's tasks.
    pub task_total: u64,
    /// This week, day by day.
    pub week: Vec<WeekDay>,
    /// Latest reminders.
    pub reminders: Vec<platform::messages::InboxItem>,
}

/// Counts over the caller's reach.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct WorkbenchCounts {
    /// To be accepted.
    pub to_accept: u64,
    /// Under examination.
    pub to_review: u64,
    /// Corrections that came back.
    pub correction_back: u64,
    /// Overdue.
    pub overdue: u64,
    /// Clock stands still.
    pub paused: u64,
    /// To be handed over.
    pub to_deliver: u64,
    /// Applicants who wait at the counter longer than set.
    pub instant_late: u64,
}

/// One day of the week table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WeekDay {
    /// Day.
    pub date: String,
    /// Handed in.
    pub received: u64,
    /// Accepted.
    pub accepted: u64,
    /// Closed.
    pub closed: u64,
    /// Closed in time.
    pub on_time: u64,
}

/// Handed in, accepted, closed, due.
type Dates = (Option<OffsetDateTime>, Option<OffsetDateTime>, Option<OffsetDateTime>, Option<OffsetDateTime>);

impl Casework {
    /// Every open case by time left (CASE-022).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn board(&self, caller: &Principal) -> Result<Vec<BoardColumn>> {
        let conn = self.platform.db.read();
        let mut columns = Vec::new();
        for (light, label) in [
            ("overdue", "已超期"),
            ("today", "今天到期"),
            ("warning", "明天到期"),
            ("normal", "时间充足"),
            ("paused", "停表中"),
        ] {
            let select =
                self.filtered(caller, &CaseFilter { light: Some(light.to_owned()), ..CaseFilter::default() })?;
            let count = select.clone().count(conn).await?;
            let rows =
                select.order_by_asc(case::Column::DueAt).order_by_asc(case::Column::Id).limit(10).all(conn).await?;
            columns.push(BoardColumn { light, label, count, items: self.rows(rows).await? });
        }
        Ok(columns)
    }

    /// The workbench of a staff user.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn workbench(&self, caller: &Principal) -> Result<Workbench> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let reach = || case::Entity::find().filter(within(caller));
        let counted: Vec<(String, bool, i64)> = reach()
            .select_only()
            .column(case::Column::State)
            .column(case::Column::Corrected)
            .column_as(case::Column::Id.count(), "count")
            .filter(case::Column::State.is_in(open_states()))
            .group_by(case::Column::State)
            .group_by(case::Column::Corrected)
            .into_tuple()
            .all(conn)
            .await?;
        let mut counts = WorkbenchCounts::default();
        for (state, corrected, count) in counted {
            let count = u64::try_from(count).unwrap_or(0);
            match State::parse(&state) {
                Some(State::Submitted) if corrected => counts.correction_back += count,
                Some(State::Submitted | State::PreReviewed) => counts.to_accept += count,
                Some(State::Accepted | State::InReview) => counts.to_review += count,
                _ => {}
            }
        }
        counts.overdue = reach().filter(self.light_condition("overdue")).count(conn).await?;
        counts.paused = reach().filter(self.light_condition("paused")).count(conn).await?;
        let today = reach().filter(self.light_condition("today")).count(conn).await?;
        counts.instant_late = reach().filter(self.light_condition("instant_late")).count(conn).await?;
        let mut to_deliver = task::Entity::find()
            .filter(task::Column::State.eq("open"))
            .filter(task::Column::Stage.eq("deliver"))
            .filter(task::Column::OrgId.is_in(caller.met_orgs()));
        if !caller.bounds.are_none() {
            to_deliver = to_deliver.join(sea_orm::JoinType::InnerJoin, task_to_case()).filter(within(caller));
        }
        counts.to_deliver = to_deliver.count(conn).await?;
        let mine = self.my_tasks(caller, &TaskFilter { limit: Some(8), ..TaskFilter::default() }).await?;
        let date = base::zone::china_date(now);
        let sentence = match (counts.overdue, today) {
            (0, 0) => "没有超期和今天到期的办件。".to_owned(),
            (0, today) => format!("今天先办 {today} 件，今天到期。"),
            (late, 0) => format!("先办 {late} 件，已经超期。"),
            (late, today) => format!("今天先办 {} 件：{late} 件已超期，{today} 件今天到期。", late + today),
        };
        Ok(Workbench {
            sentence,
            date_text: format!("{} {}", base::zone::date_text_near(date, date.year()), base::zone::weekday_text(date)),
            counts,
            task_total: mine.total,
            tasks: mine.items,
            week: self.week(caller, date).await?,
            reminders: platform::messages::inbox(&self.platform, &format!("staff:{}", caller.id), 5).await?,
        })
    }

    pub(super) async fn week(&self, caller: &Principal, today: time::Date) -> Result<Vec<WeekDay>> {
        let conn = self.platform.db.read();
        let monday = today - time::Duration::days(i64::from(today.weekday().number_days_from_monday()));
        let since = base::zone::start_of_day(monday);
        let rows = case::Entity::find()
            .filter(within(caller))
            .filter(
                Cond::any()
                    .add(case::Column::SubmittedAt.gte(since))
                    .add(case::Column::AcceptedAt.gte(since))
                    .add(case::Column::ClosedAt.gte(since)),
            )
            .select_only()
            .column(case::Column::SubmittedAt)
            .column(case::Column::AcceptedAt)
            .column(case::Column::ClosedAt)
            .column(case::Column::DueAt)
            .limit(50_000)
            .into_tuple::<Dates>()
            .all(conn)
            .await?;
        let mut week = Vec::new();
        let mut date = monday;
        while date <= today {
            let on = |at: Option<OffsetDateTime>| at.is_some_and(|at| base::zone::china_date(at) == date);
            let count = |test: &dyn Fn(&Dates) -> bool| rows.iter().filter(|row| test(row)).count() as u64;
            week.push(WeekDay {
                date: date.to_string(),
                received: count(&|row| on(row.0)),
                accepted: count(&|row| on(row.1)),
                closed: count(&|row| on(row.2)),
                on_time: count(&|row| on(row.2) && row.3.is_none_or(|due| row.2.is_some_and(|closed| closed <= due))),
            });
            date += time::Duration::days(1);
        }
        Ok(week)
    }
}
