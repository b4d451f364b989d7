//! The board by time left and the workbench.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::cases::{CaseFilter, CaseRow};
use super::lights::Light;
use super::tasks::{TaskFilter, TaskRow, is_waiting};
use super::{Moment, within, within_tasks};
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::store::{case, task};
use crate::statistics::read::{Asked, is, number, number_when};

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

impl Casework {
    /// Every open case by time left (CASE-022).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn board(&self, caller: &Principal) -> Result<Vec<BoardColumn>> {
        let conn = self.platform.db.read();
        let counts = self.open_cases(caller).await?;
        let mut columns = Vec::new();
        for light in Light::ALL {
            let count = counts.lit(light);
            let rows = if count == 0 {
                Vec::new()
            } else {
                let filter = CaseFilter { light: Some(light.as_str().to_owned()), ..CaseFilter::default() };
                let ordered = self.filtered(caller, &filter)?.order_by_asc(case::Column::DueAt);
                ordered.order_by_asc(case::Column::Id).limit(10).all(conn).await?
            };
            let (light, label) = (light.as_str(), light.label());
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
        let open = self.open_cases(caller).await?;
        let mut counts = WorkbenchCounts::default();
        for (state, corrected, count) in open.by_state() {
            match state {
                State::Submitted if corrected => counts.correction_back += count,
                State::Submitted | State::PreReviewed => counts.to_accept += count,
                State::Accepted | State::InReview => counts.to_review += count,
                _ => {}
            }
        }
        counts.overdue = open.lit(Light::Overdue);
        counts.paused = open.lit(Light::Paused);
        let today = open.lit(Light::Today);
        let late = case::Entity::find().filter(within(caller)).filter(self.light_condition("instant_late"));
        counts.instant_late = late.count(conn).await?;
        let mut to_deliver = task::Entity::find()
            .filter(is_waiting())
            .filter(task::Column::Stage.eq("deliver"))
            .filter(task::Column::OrgId.is_in(caller.met_orgs()));
        if !caller.bounds.are_none() {
            to_deliver = to_deliver.filter(within_tasks(caller));
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

    /// What came, was accepted and closed on each day of this week: from the figures, as the week of a city is long.
    pub(super) async fn week(&self, caller: &Principal, today: time::Date) -> Result<Vec<WeekDay>> {
        #[derive(FromQueryResult)]
        struct Found {
            moment: String,
            bucket: i64,
            count: i64,
            on_time: i64,
        }
        let monday = today - time::Duration::days(i64::from(today.weekday().number_days_from_monday()));
        let days: Vec<time::Date> =
            std::iter::successors(Some(monday), |day| day.next_day()).take_while(|day| *day <= today).collect();
        let mut edges: Vec<OffsetDateTime> = days.iter().map(|day| base::zone::start_of_day(*day)).collect();
        edges.extend(today.next_day().map(base::zone::start_of_day));
        let moments = [Moment::Filed, Moment::Accepted, Moment::Closed];
        let Some(asked) = Asked::of(&moments, &edges) else { return Ok(Vec::new()) };
        let mut signed = self.figures(caller, &asked).await?;
        let in_time = is(Moment::Closed).and(Expr::col(Alias::new("on_time")).eq(true));
        signed
            .columns(["moment", "bucket"].map(Alias::new))
            .expr_as(number(), Alias::new("count"))
            .expr_as(number_when(in_time), Alias::new("on_time"))
            .group_by_columns(["moment", "bucket"].map(Alias::new));
        let statement = self.platform.db.backend().build(&signed);
        let found = Found::find_by_statement(statement).all(self.platform.db.read()).await?;
        let whole = |number: i64| u64::try_from(number).unwrap_or(0);
        let mut week = Vec::with_capacity(days.len());
        for (at, date) in (0_i64..).zip(days) {
            let of = |moment: Moment| found.iter().find(|one| one.bucket == at && one.moment == moment.as_str());
            let count = |moment: Moment| of(moment).map_or(0, |one| whole(one.count));
            week.push(WeekDay {
                date: date.to_string(),
                received: count(Moment::Filed),
                accepted: count(Moment::Accepted),
                closed: count(Moment::Closed),
                on_time: of(Moment::Closed).map_or(0, |one| whole(one.on_time)),
            });
        }
        Ok(week)
    }
}
