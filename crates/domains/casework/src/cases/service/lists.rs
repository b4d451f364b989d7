//! Lists: cases of one's reach, own cases, tasks, the board by time left, the workbench, export.
//!
//! Each is bounded, keyset paged and tells an exact total. Reach (organisation) is part of every query.

use base::calendar::Calendar;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery, cursor};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait};
use sea_orm::{Order, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::Casework;
use super::views::{desk_label, label};
use crate::cases::clock::{TimeLeft, time_left};
use crate::cases::model::{Channel, State};
use crate::cases::store::{case, task};

/// Filters of the staff list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CaseFilter {
    /// State, or `open`, `done`, `correction_back`.
    pub state: Option<String>,
    /// Case number (also its end), applicant, credit code or identity number.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// overdue, today, warning, paused.
    pub light: Option<String>,
    /// Submitted from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Submitted up to this day.
    pub to: Option<String>,
    /// `time_left` (default) or `submitted_at`.
    pub sort: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl CaseFilter {
    fn page(&self) -> PageQuery {
        PageQuery { limit: self.limit, cursor: self.cursor.clone() }
    }
}

/// A row of the staff list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseRow {
    /// Id.
    pub id: Uuid,
    /// Version, for acts from the row.
    pub version: i64,
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Applicant; a person's name is masked in lists.
    pub applicant_name: String,
    /// State.
    pub state: String,
    /// In words.
    pub state_label: String,
    /// Channel.
    pub channel_label: &'static str,
    /// Department.
    pub org_name: String,
    /// Present step.
    pub step_name: String,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
    /// When accepted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<OffsetDateTime>,
    /// Time left.
    pub time_left: Option<TimeLeft>,
    /// Working days used.
    pub used_text: String,
}

/// The staff list with counts per state.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseList {
    /// Page.
    #[serde(flatten)]
    pub list: List<CaseRow>,
    /// Cases per state under the other filters.
    #[schema(value_type = Object)]
    pub counts: std::collections::BTreeMap<String, u64>,
}

/// Filters of own cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct MyFilter {
    /// `todo`, `open`, `done` or `draft`.
    pub state: Option<String>,
    /// Item name or case number.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A row of own cases.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyCaseRow {
    /// Id.
    pub id: Uuid,
    /// Case number; absent for a draft.
    pub case_number: Option<String>,
    /// Item slug.
    pub item_slug: String,
    /// Item.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// State.
    pub state: String,
    /// In words.
    pub state_label: String,
    /// What the applicant has to do.
    pub todo: Option<&'static str>,
    /// Present step.
    pub step_name: String,
    /// Time left.
    pub time_left: Option<TimeLeft>,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: OffsetDateTime,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
}

/// Own cases with counts of the tabs.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyCaseList {
    /// Page.
    #[serde(flatten)]
    pub list: List<MyCaseRow>,
    /// Counts of the tabs.
    pub counts: MyCounts,
}

/// Counts of the tabs of own cases.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct MyCounts {
    /// Waiting for the applicant.
    pub todo: u64,
    /// Being handled.
    pub open: u64,
    /// Ended.
    pub done: u64,
    /// Drafts.
    pub draft: u64,
}

/// Filters of tasks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TaskFilter {
    /// intake, review, inspect, decide, make, deliver.
    pub stage: Option<String>,
    /// Case number or applicant.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A task of the caller's roles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskRow {
    /// Task.
    pub id: Uuid,
    /// Stage.
    pub stage: String,
    /// Name of the step.
    pub name: String,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// Its case.
    pub case: CaseRow,
}

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

const CLOCKED: [State; 6] =
    [State::Submitted, State::PreReviewed, State::Accepted, State::InReview, State::Special, State::Decided];

impl Casework {
    /// The staff list.
    ///
    /// # Errors
    /// 400 for a cursor or day that can't be read.
    pub async fn list_cases(&self, caller: &Principal, filter: &CaseFilter) -> Result<CaseList> {
        let conn = self.platform.db.read();
        let base = self.filtered(caller, filter)?;
        // One grouped count gives the tabs and the exact total of the chosen state.
        let counted: Vec<(String, bool, i64)> = base
            .clone()
            .select_only()
            .column(case::Column::State)
            .column(case::Column::Corrected)
            .column_as(case::Column::Id.count(), "count")
            .group_by(case::Column::State)
            .group_by(case::Column::Corrected)
            .into_tuple()
            .all(conn)
            .await?;
        let mut counts = std::collections::BTreeMap::new();
        let mut total = 0;
        for (state, corrected, count) in counted {
            let count = u64::try_from(count).unwrap_or(0);
            if chosen(filter.state.as_deref(), &state, corrected) {
                total += count;
            }
            *counts.entry(state).or_insert(0) += count;
        }
        let page = filter.page();
        let limit = page.limit();
        let mut select = base.filter(state_condition(filter.state.as_deref()));
        let by_time = filter.sort.as_deref() != Some("submitted_at");
        select = if by_time { after_due(select, &page)? } else { after_submitted(select, &page)? };
        let rows = select.limit(limit + 1).all(conn).await?;
        let keys: Vec<Vec<String>> = rows.iter().map(|row| sort_key(row, by_time)).collect();
        let more = rows.len() as u64 > limit;
        let next = if more { keys.get(usize::try_from(limit).unwrap_or(1) - 1).map(|key| cursor(key)) } else { None };
        let mut items = self.rows(rows).await?;
        items.truncate(usize::try_from(limit).unwrap_or(100));
        Ok(CaseList { list: List { items, total, next, as_of: self.platform.now() }, counts })
    }

    /// Every filter but the state.
    fn filtered(&self, caller: &Principal, filter: &CaseFilter) -> Result<Select<case::Entity>> {
        let mut select = case::Entity::find()
            .filter(case::Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
            .filter(case::Column::State.ne(State::Draft.as_str()));
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            select = select.filter(self.text_condition(text));
        }
        if let Some(item) = &filter.item {
            select = select.filter(case::Column::ItemSlug.eq(item));
        }
        if let Some(channel) = &filter.channel {
            select = select.filter(case::Column::Channel.eq(channel));
        }
        if let Some(from) = &filter.from {
            select = select.filter(case::Column::SubmittedAt.gte(base::zone::start_of_day(day("/from", from)?)));
        }
        if let Some(to) = &filter.to {
            select = select.filter(case::Column::SubmittedAt.lt(base::zone::end_of_day(day("/to", to)?)));
        }
        if let Some(light) = &filter.light {
            select = select.filter(self.light_condition(light));
        }
        Ok(select)
    }

    fn text_condition(&self, text: &str) -> Condition {
        let pattern = format!("%{}%", text.replace(['%', '_'], ""));
        Cond::any()
            .add(case::Column::CaseNumber.like(&pattern))
            .add(case::Column::ApplicantName.like(&pattern))
            .add(case::Column::ApplicantIndex.eq(self.platform.blind_index(&text.to_uppercase())))
    }

    fn light_condition(&self, light: &str) -> Condition {
        let now = self.platform.now();
        let tonight = base::zone::end_of_day(base::zone::china_date(now));
        let clocked = Cond::all().add(case::Column::State.is_in(CLOCKED.map(State::as_str)));
        match light {
            "overdue" => clocked.add(case::Column::DueAt.lte(now)),
            "today" => clocked.add(case::Column::DueAt.gt(now)).add(case::Column::DueAt.lte(tonight)),
            "warning" => clocked
                .add(case::Column::DueAt.gt(tonight))
                .add(case::Column::DueAt.lte(tonight + time::Duration::days(1))),
            "normal" => clocked.add(case::Column::DueAt.gt(tonight + time::Duration::days(1))),
            "paused" => Cond::all()
                .add(case::Column::State.is_in(open_states()))
                .add(case::Column::DueAt.is_null())
                .add(case::Column::PausedLeft.is_not_null()),
            _ => Cond::all(),
        }
    }

    /// Rows for the desk.
    pub(crate) async fn rows(&self, rows: Vec<case::Model>) -> Result<Vec<CaseRow>> {
        let calendar = self.calendars.current().await?;
        let orgs = self.identity.orgs().await?;
        let now = self.platform.now();
        Ok(rows
            .into_iter()
            .map(|row| {
                let org_name = orgs.get(row.org_id).map(|org| org.name.clone()).unwrap_or_default();
                case_row(row, org_name, &calendar, now)
            })
            .collect())
    }

    /// Own cases.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn my_cases(&self, caller: &Principal, filter: &MyFilter) -> Result<MyCaseList> {
        let conn = self.platform.db.read();
        let own = case::Entity::find().filter(case::Column::AccountId.eq(caller.id));
        let counted: Vec<(String, i64)> = own
            .clone()
            .select_only()
            .column(case::Column::State)
            .column_as(case::Column::Id.count(), "count")
            .group_by(case::Column::State)
            .into_tuple()
            .all(conn)
            .await?;
        let mut counts = MyCounts::default();
        for (state, count) in counted {
            let count = u64::try_from(count).unwrap_or(0);
            match State::parse(&state) {
                Some(State::Draft) => counts.draft += count,
                Some(State::Correction) => {
                    counts.todo += count;
                    counts.open += count;
                }
                Some(state) if state.is_open() => counts.open += count,
                _ => counts.done += count,
            }
        }
        let mut select = own;
        select = match filter.state.as_deref() {
            Some("todo") => select.filter(case::Column::State.eq(State::Correction.as_str())),
            Some("draft") => select.filter(case::Column::State.eq(State::Draft.as_str())),
            Some("open") => select.filter(case::Column::State.is_in(open_states())),
            Some("done") => select
                .filter(case::Column::State.is_not_in(open_states()))
                .filter(case::Column::State.ne(State::Draft.as_str())),
            _ => select,
        };
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let pattern = format!("%{}%", text.replace(['%', '_'], ""));
            select = select.filter(
                Cond::any()
                    .add(case::Column::CaseNumber.like(&pattern))
                    .add(case::Column::ItemName.like(&pattern))
                    .add(case::Column::HandleItemName.like(&pattern)),
            );
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            select = select.filter(case::Column::Id.lt(id_part(parts.first())?));
        }
        let rows = select.order_by_desc(case::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let calendar = self.calendars.current().await?;
        let now = self.platform.now();
        let items = rows.into_iter().map(|row| my_row(row, &calendar, now)).collect();
        let list = List::cut(items, page.limit(), total, now, |row: &MyCaseRow| vec![row.id.to_string()]);
        Ok(MyCaseList { list, counts })
    }

    /// Open tasks of the caller's roles within reach, by time left.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn my_tasks(&self, caller: &Principal, filter: &TaskFilter) -> Result<List<TaskRow>> {
        let conn = self.platform.db.read();
        let mut select = task::Entity::find()
            .filter(task::Column::State.eq("open"))
            .filter(task::Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
            .filter(task::Column::Role.is_in(caller.roles.iter().map(String::as_str)));
        if let Some(stage) = &filter.stage {
            select = select.filter(task::Column::Stage.eq(stage));
        }
        let mut joined = select.join(sea_orm::JoinType::InnerJoin, task_to_case());
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            joined = joined.filter(self.text_condition(text));
        }
        let total = joined.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        // By time left, then in the order they came. Tasks whose clock stands come last.
        let rows: Vec<(task::Model, Option<case::Model>)> =
            after_task(joined, &page)?.select_also(case::Entity).limit(page.limit() + 1).all(conn).await?;
        let more = rows.len() as u64 > page.limit();
        let mut items = Vec::with_capacity(rows.len());
        let (tasks, cases): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(|(task, row)| Some((task, row?))).unzip();
        let keys: Vec<Vec<String>> =
            tasks.iter().zip(&cases).map(|(task, row)| vec![seconds(row.due_at), task.id.to_string()]).collect();
        for (task, case) in tasks.into_iter().zip(self.rows(cases).await?) {
            items.push(TaskRow { id: task.id, stage: task.stage, name: task.name, created_at: task.created_at, case });
        }
        let kept = usize::try_from(page.limit()).unwrap_or(100);
        let next = if more { kept.checked_sub(1).and_then(|last| keys.get(last)).map(|key| cursor(key)) } else { None };
        items.truncate(kept);
        Ok(List { items, total, next, as_of: self.platform.now() })
    }

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
        let reach = || case::Entity::find().filter(case::Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
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
        counts.to_deliver = task::Entity::find()
            .filter(task::Column::State.eq("open"))
            .filter(task::Column::Stage.eq("deliver"))
            .filter(task::Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
            .count(conn)
            .await?;
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

    async fn week(&self, caller: &Principal, today: time::Date) -> Result<Vec<WeekDay>> {
        let conn = self.platform.db.read();
        let monday = today - time::Duration::days(i64::from(today.weekday().number_days_from_monday()));
        let since = base::zone::start_of_day(monday);
        let rows = case::Entity::find()
            .filter(case::Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
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

    /// The list as CSV, at most 5,000 rows, masked.
    ///
    /// # Errors
    /// 422 when there are more: the caller narrows the filter.
    pub async fn export_cases(&self, caller: &Principal, filter: &CaseFilter) -> Result<String> {
        let mut filter = CaseFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut csv = String::from(
            "\u{feff}办件编号,事项,业务办理项,申请人,状态,当前环节,来源,办理部门,申请时间,受理时间,剩余时间\r\n",
        );
        let mut rows = 0;
        loop {
            let page = self.list_cases(caller, &filter).await?;
            if page.list.total > 5_000 {
                return Err(Problem::invalid_field(
                    "/filter",
                    "too_many",
                    format!("共 {} 件，一次最多导出 5,000 件，请缩小筛选范围。", page.list.total),
                ));
            }
            for row in &page.list.items {
                rows += 1;
                let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
                let left = row.time_left.as_ref().map(|left| left.text.clone()).unwrap_or_default();
                let cells = [
                    &row.case_number,
                    &row.item_name,
                    &row.handle_item_name,
                    &row.applicant_name,
                    &row.state_label,
                    &row.step_name,
                    row.channel_label,
                    &row.org_name,
                    &moment(row.submitted_at),
                    &moment(row.accepted_at),
                    &left,
                ]
                .map(csv_cell);
                csv.push_str(&cells.join(","));
                csv.push_str("\r\n");
            }
            match page.list.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "case.export",
            "cases".to_owned(),
            serde_json::json!({ "rows": rows }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(csv)
    }
}

/// Quoted; a leading formula sign is disarmed, so that a spreadsheet shows text and runs nothing.
fn csv_cell(text: &str) -> String {
    let safe = if text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    format!("\"{}\"", safe.replace('"', "\"\""))
}

fn open_states() -> Vec<&'static str> {
    State::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str()).collect()
}

fn state_condition(state: Option<&str>) -> Condition {
    match state {
        None | Some("" | "all") => Cond::all(),
        Some("open") => Cond::all().add(case::Column::State.is_in(open_states())),
        Some("done") => Cond::all().add(case::Column::State.is_not_in(open_states())),
        Some("correction_back") => {
            Cond::all().add(case::Column::State.eq(State::Submitted.as_str())).add(case::Column::Corrected.eq(true))
        }
        Some(state) => Cond::all().add(case::Column::State.eq(state)),
    }
}

/// The same choice on a counted group.
fn chosen(wanted: Option<&str>, state: &str, corrected: bool) -> bool {
    let open = State::parse(state).is_some_and(State::is_open);
    match wanted {
        None | Some("" | "all") => true,
        Some("open") => open,
        Some("done") => !open,
        Some("correction_back") => state == State::Submitted.as_str() && corrected,
        Some(wanted) => wanted == state,
    }
}

fn after_due(select: Select<case::Entity>, page: &PageQuery) -> Result<Select<case::Entity>> {
    let mut select = select;
    if let Some(parts) = page.cursor_parts(2)? {
        let id = id_part(parts.get(1))?;
        select = match parts.first().map(String::as_str) {
            Some("") | None => select.filter(case::Column::DueAt.is_null()).filter(case::Column::Id.gt(id)),
            Some(text) => {
                let due = moment_part(text)?;
                select.filter(
                    Cond::any()
                        .add(case::Column::DueAt.is_null())
                        .add(case::Column::DueAt.gt(due))
                        .add(Cond::all().add(case::Column::DueAt.eq(due)).add(case::Column::Id.gt(id))),
                )
            }
        };
    }
    Ok(select
        .order_by(Expr::col(case::Column::DueAt).is_null(), Order::Asc)
        .order_by_asc(case::Column::DueAt)
        .order_by_asc(case::Column::Id))
}

fn after_task(select: Select<task::Entity>, page: &PageQuery) -> Result<Select<task::Entity>> {
    let due = || Expr::col((case::Entity, case::Column::DueAt));
    let mut select = select;
    if let Some(parts) = page.cursor_parts(2)? {
        let id = id_part(parts.get(1))?;
        select = match parts.first().map(String::as_str) {
            Some("") | None => select.filter(due().is_null()).filter(task::Column::Id.gt(id)),
            Some(text) => {
                let at = moment_part(text)?;
                select.filter(
                    Cond::any()
                        .add(due().is_null())
                        .add(due().gt(at))
                        .add(Cond::all().add(due().eq(at)).add(task::Column::Id.gt(id))),
                )
            }
        };
    }
    Ok(select.order_by(due().is_null(), Order::Asc).order_by(due(), Order::Asc).order_by_asc(task::Column::Id))
}

fn after_submitted(select: Select<case::Entity>, page: &PageQuery) -> Result<Select<case::Entity>> {
    let mut select = select;
    if let Some(parts) = page.cursor_parts(2)? {
        let id = id_part(parts.get(1))?;
        let at = moment_part(parts.first().map_or("", String::as_str))?;
        select = select.filter(
            Cond::any()
                .add(case::Column::SubmittedAt.lt(at))
                .add(Cond::all().add(case::Column::SubmittedAt.eq(at)).add(case::Column::Id.lt(id))),
        );
    }
    Ok(select.order_by_desc(case::Column::SubmittedAt).order_by_desc(case::Column::Id))
}

fn sort_key(row: &case::Model, by_time: bool) -> Vec<String> {
    let at = if by_time { row.due_at } else { row.submitted_at };
    vec![seconds(at), row.id.to_string()]
}

/// A moment in a cursor; empty for none.
fn seconds(at: Option<OffsetDateTime>) -> String {
    at.map(|at| at.unix_timestamp().to_string()).unwrap_or_default()
}

fn bad_cursor() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

fn id_part(text: Option<&String>) -> Result<Uuid> {
    text.and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(bad_cursor)
}

fn moment_part(text: &str) -> Result<OffsetDateTime> {
    let seconds = text.parse().map_err(|_| bad_cursor())?;
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| bad_cursor())
}

fn day(pointer: &str, text: &str) -> Result<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

fn task_to_case() -> sea_orm::RelationDef {
    task::Entity::belongs_to(case::Entity).from(task::Column::CaseId).to(case::Column::Id).into()
}

fn case_row(row: case::Model, org_name: String, calendar: &Calendar, now: OffsetDateTime) -> CaseRow {
    let state = State::parse(&row.state).unwrap_or(State::Voided);
    let left = time_left(&row, calendar, now);
    let used_text = match (row.accepted_at, row.closed_at) {
        (Some(from), until) => {
            let until = base::zone::china_date(until.unwrap_or(now));
            match calendar.working_days_between(base::zone::china_date(from), until) {
                Ok(days) => format!("{days} 个工作日"),
                Err(_) => String::new(),
            }
        }
        (None, _) => String::new(),
    };
    CaseRow {
        id: row.id,
        version: row.version,
        case_number: row.case_number.clone().unwrap_or_default(),
        applicant_name: if row.applicant_kind == "person" {
            base::mask::name(&row.applicant_name)
        } else {
            row.applicant_name.clone()
        },
        state_label: desk_label(&row, state),
        channel_label: Channel::label_of(&row.channel),
        item_name: row.item_name,
        handle_item_name: row.handle_item_name,
        state: row.state,
        org_name,
        step_name: row.step_name,
        submitted_at: row.submitted_at,
        accepted_at: row.accepted_at,
        time_left: left,
        used_text,
    }
}

fn my_row(row: case::Model, calendar: &Calendar, now: OffsetDateTime) -> MyCaseRow {
    let state = State::parse(&row.state).unwrap_or(State::Voided);
    MyCaseRow {
        id: row.id,
        state_label: label(&row, state),
        todo: (state == State::Correction).then_some("补正材料"),
        time_left: time_left(&row, calendar, now),
        case_number: row.case_number,
        item_slug: row.item_slug,
        item_name: row.item_name,
        handle_item_name: row.handle_item_name,
        state: row.state,
        step_name: row.step_name,
        updated_at: row.updated_at,
        submitted_at: row.submitted_at,
    }
}
