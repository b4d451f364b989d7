//! The staff list: filters, exact total, keyset paging, reach.

use std::collections::BTreeMap;

use base::calendar::Calendar;
use base::codes::{CaseNumber, CitizenId, Uscc};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery, cursor};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait, Func};
use sea_orm::{DatabaseConnection, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::paging::{after_submitted, page_by_due, sort_key};
use super::within;
use crate::cases::clock::{TimeLeft, time_left};
use crate::cases::model::{Channel, State};
use crate::cases::service::Casework;
use crate::cases::service::views::desk_label;
use crate::cases::store::case;

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
    /// Department.
    pub org: Option<Uuid>,
    /// By the promised limit overdue, today, warning, paused; instant: the applicant waits; instant_late: longer than set; by the statutory one legal_overdue, legal_warning.
    pub light: Option<String>,
    /// Submitted from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Submitted up to this day.
    pub to: Option<String>,
    /// `all` for closed years too; without it, and without days, the list begins after the last closed year.
    pub years: Option<String>,
    /// `time_left` (default) or `submitted_at`.
    pub sort: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
    /// Only cases of these organisations, as the case library asks; not part of a request.
    #[serde(skip)]
    #[param(ignore)]
    pub orgs: Option<Vec<Uuid>>,
}

impl CaseFilter {
    pub(super) fn page(&self) -> PageQuery {
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
    pub counts: BTreeMap<String, u64>,
    /// First day that was looked at, because earlier years are closed; absent when every year was.
    pub since: Option<String>,
}

/// Up to so many rows are found by organisation and sorted; more are read in the order of the list
/// and the organisation is checked on the way. (Measured on 100,000 cases: 0.4 ms against 120 ms.)
const SORTED: u64 = 2_000;

/// The choice of corrections that came back.
const CORRECTION_BACK: &str = "correction_back";

/// How a query uses the caller's reach.
#[derive(Clone, Copy)]
enum Reach {
    /// Rows are looked up by organisation: right when they are few.
    Sought,
    /// Rows come in the order of the list and the organisation is only checked: right when they are many.
    Checked,
}

/// The states of [`State::is_open`], in the words of the indexes `cases_open_by_due` and `cases_open_counted`: a database
/// uses them only when it sees the words as they stand there.
pub(super) const OPEN: &str =
    "state IN ('submitted', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided')";

/// Cases that are open, in those words.
pub(crate) fn is_open() -> sea_orm::sea_query::SimpleExpr {
    Expr::cust(OPEN)
}

impl Casework {
    /// The staff list.
    ///
    /// # Errors
    /// 400 for a cursor or day that can't be read.
    pub async fn list_cases(&self, caller: &Principal, filter: &CaseFilter) -> Result<CaseList> {
        let conn = self.platform.db.read();
        let since = self.hot_only(filter).await?;
        let hot = CaseFilter { from: since.clone().or_else(|| filter.from.clone()), ..filter.clone() };
        let filter = &hot;
        let (counts, total) = self.counted(conn, caller, filter).await?;
        let page = filter.page();
        let limit = page.limit();
        let by_time = filter.sort.as_deref() != Some("submitted_at");
        let select = self
            .narrowed(caller, filter, if total > SORTED { Reach::Checked } else { Reach::Sought })?
            .filter(state_condition(filter.state.as_deref()));
        let rows = if by_time {
            page_by_due(select, &page, conn).await?
        } else {
            after_submitted(select, &page)?.limit(limit + 1).all(conn).await?
        };
        let keys: Vec<Vec<String>> = rows.iter().map(|row| sort_key(row, by_time)).collect();
        let more = rows.len() as u64 > limit;
        let next = if more { keys.get(usize::try_from(limit).unwrap_or(1) - 1).map(|key| cursor(key)) } else { None };
        let mut items = self.rows(rows).await?;
        items.truncate(usize::try_from(limit).unwrap_or(100));
        Ok(CaseList { list: List { items, total, next, as_of: self.platform.now() }, counts, since })
    }

    /// Cases per state, and the exact total of the chosen one: from the figures beside the cases where these can tell,
    /// else by counting the cases.
    async fn counted(
        &self,
        conn: &DatabaseConnection,
        caller: &Principal,
        filter: &CaseFilter,
    ) -> Result<(BTreeMap<String, u64>, u64)> {
        let wanted = filter.state.as_deref();
        let listed = self.narrowed(caller, filter, Reach::Checked)?;
        if let Some(counts) = self.filed_by_state(conn, caller, filter, listed).await? {
            let total = if wanted == Some(CORRECTION_BACK) {
                // Figures don't know that a correction came back; few cases wait so, and an index finds them.
                self.filtered(caller, filter)?.filter(state_condition(wanted)).count(conn).await?
            } else {
                counts.iter().filter(|(state, _)| chosen(wanted, state, false)).map(|(_, count)| count).sum()
            };
            return Ok((counts, total));
        }
        // One grouped count gives the tabs and the exact total of the chosen state. Grouped by
        // organisation too, because the index has that order and nothing needs sorting then.
        let counted: Vec<(Uuid, String, bool, i64)> = self
            .filtered(caller, filter)?
            .select_only()
            .column(case::Column::OrgId)
            .column(case::Column::State)
            .column(case::Column::Corrected)
            .column_as(Expr::cust("COUNT(*)"), "count")
            .group_by(case::Column::OrgId)
            .group_by(case::Column::State)
            .group_by(case::Column::Corrected)
            .into_tuple()
            .all(conn)
            .await?;
        let mut counts = BTreeMap::new();
        let mut total = 0;
        for (_, state, corrected, count) in counted {
            let count = u64::try_from(count).unwrap_or(0);
            if chosen(wanted, &state, corrected) {
                total += count;
            }
            *counts.entry(state).or_insert(0) += count;
        }
        Ok((counts, total))
    }

    /// The day a list begins with when closed years are left out of it: nobody asked for all or for days.
    async fn hot_only(&self, filter: &CaseFilter) -> Result<Option<String>> {
        let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        if filter.years.as_deref() == Some("all") || said(&filter.from) || said(&filter.to) {
            return Ok(None);
        }
        Ok(self.hot_since().await?.map(|day| day.to_string()))
    }

    /// Every filter but the state.
    pub(crate) fn filtered(&self, caller: &Principal, filter: &CaseFilter) -> Result<Select<case::Entity>> {
        self.narrowed(caller, filter, Reach::Sought)
    }

    fn narrowed(&self, caller: &Principal, filter: &CaseFilter, reach: Reach) -> Result<Select<case::Entity>> {
        let mut select = case::Entity::find();
        select = match reach {
            // Whoever has items listed sees little; his rows are always sought.
            Reach::Checked if caller.bounds.are_none() => select
                .filter(unindexed(case::Column::OrgId).is_in(caller.visible_orgs.iter().copied()))
                .filter(unindexed(case::Column::State).ne(State::Draft.as_str())),
            _ => select.filter(within(caller)).filter(case::Column::State.is_in(handed_in())),
        };
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            select = select.filter(self.text_condition(text));
        }
        if let Some(item) = &filter.item {
            select = select.filter(case::Column::ItemSlug.eq(item));
        }
        if let Some(org) = filter.org {
            select = select.filter(case::Column::OrgId.eq(org));
        }
        if let Some(orgs) = &filter.orgs {
            select = select.filter(case::Column::OrgId.is_in(orgs.iter().copied()));
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

    /// Cases that a text finds: by part of the number or of the applicant's name, or by his whole identity number. A whole
    /// number is found by its index; a part is looked for in every case within reach.
    pub(crate) fn text_condition(&self, text: &str) -> Condition {
        if let Ok(number) = CaseNumber::parse(text) {
            return Cond::any().add(case::Column::CaseNumber.eq(number.as_str()));
        }
        let identity = case::Column::ApplicantIndex.eq(self.platform.blind_index(&text.to_uppercase()));
        let today = base::zone::china_date(self.platform.now());
        // A body's code (it begins with 1) may be meant as the beginning of the numbers it gives out.
        let enterprise = Uscc::parse(text).is_ok_and(|code| !code.as_str().starts_with('1'));
        if enterprise || CitizenId::parse(text, today).is_ok() {
            return Cond::any().add(identity);
        }
        let pattern = platform::db::containing(text);
        Cond::any()
            .add(case::Column::CaseNumber.like(&pattern))
            .add(case::Column::ApplicantName.like(&pattern))
            .add(identity)
    }

    /// Rows for the desk.
    pub(crate) async fn rows(&self, rows: Vec<case::Model>) -> Result<Vec<CaseRow>> {
        let calendar = self.calendars.current().await?;
        let orgs = self.identity.orgs().await?;
        let now = self.platform.now();
        Ok(rows
            .into_iter()
            .map(|row| {
                // The name of the time it was filed.
                let at = row.submitted_at.unwrap_or(now);
                let org_name = orgs.name_at(row.org_id, at).map(str::to_owned).unwrap_or_default();
                case_row(row, org_name, &calendar, now)
            })
            .collect())
    }
}

/// A column that no index answers for: the same value, hidden in an expression.
fn unindexed(column: case::Column) -> sea_orm::sea_query::SimpleExpr {
    Func::coalesce([Expr::col(column), Expr::col(column)]).into()
}

fn handed_in() -> Vec<&'static str> {
    State::ALL.iter().filter(|state| **state != State::Draft).map(|state| state.as_str()).collect()
}

pub(crate) fn open_states() -> Vec<&'static str> {
    State::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str()).collect()
}

pub(super) fn state_condition(state: Option<&str>) -> Condition {
    match state {
        None | Some("" | "all") => Cond::all(),
        Some("open") => Cond::all().add(is_open()),
        Some("done") => Cond::all().add(case::Column::State.is_not_in(open_states())),
        Some(CORRECTION_BACK) => {
            Cond::all().add(case::Column::State.eq(State::Submitted.as_str())).add(case::Column::Corrected.eq(true))
        }
        Some(state) => Cond::all().add(case::Column::State.eq(state)),
    }
}

/// The same choice on a counted group.
pub(super) fn chosen(wanted: Option<&str>, state: &str, corrected: bool) -> bool {
    let open = State::parse(state).is_some_and(State::is_open);
    match wanted {
        None | Some("" | "all") => true,
        Some("open") => open,
        Some("done") => !open,
        Some(CORRECTION_BACK) => state == State::Submitted.as_str() && corrected,
        Some(wanted) => wanted == state,
    }
}

pub(crate) fn day(pointer: &str, text: &str) -> Result<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

pub(super) fn case_row(row: case::Model, org_name: String, calendar: &Calendar, now: OffsetDateTime) -> CaseRow {
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

#[cfg(test)]
mod tests {
    use super::{OPEN, open_states};

    #[test]
    fn the_words_of_the_open_index_are_the_open_states() {
        let words: Vec<&str> = OPEN.split('\'').skip(1).step_by(2).collect();
        assert_eq!(words, {
            let mut open = open_states();
            open.sort_by_key(|state| words.iter().position(|word| word == state));
            open
        });
        assert!(include_str!("../../../../migrations/0004_lists.sql").contains(OPEN));
        assert!(include_str!("../../../../migrations/0028_open.sql").contains(OPEN));
    }
}
