//! Own cases with the counts of their tabs.

use base::calendar::Calendar;
use identity::delegation::ActingScope;
use platform::Result;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::cases::open_states;
use super::paging::id_part;
use crate::cases::clock::{TimeLeft, time_left};
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::service::acting::{ActingView, visible};
use crate::cases::service::views::label;
use crate::cases::store::case;

/// Filters of own cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct MyFilter {
    /// `todo`, `open`, `done` or `draft`.
    pub state: Option<String>,
    /// Item name or case number.
    pub q: Option<String>,
    /// `self`, or the grant under which one acts; own ones and all under one's grants when absent.
    pub acting_for: Option<String>,
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
    /// Who applies.
    pub applicant_name: String,
    /// Who handles it for the applicant.
    pub agent_name: Option<String>,
    /// For whom the caller acts; absent for own cases.
    pub acting: Option<ActingView>,
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

impl Casework {
    /// Own cases.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn my_cases(&self, caller: &Principal, filter: &MyFilter) -> Result<MyCaseList> {
        let conn = self.platform.db.read();
        let mut scopes = match filter.acting_for.as_deref() {
            Some("self") => Vec::new(),
            _ => self.identity.acting_scopes(caller.id).await?,
        };
        let one = filter.acting_for.as_deref().filter(|text| !text.is_empty() && *text != "self");
        scopes.retain(|scope| one.is_none_or(|id| scope.grant_id.to_string() == id));
        let own = case::Entity::find().filter(visible(one.is_none().then_some(caller.id), &scopes));
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
            let pattern = platform::db::containing(text);
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
        let items = rows.into_iter().map(|row| my_row(row, caller.id, &scopes, &calendar, now)).collect();
        let list = List::cut(items, page.limit(), total, now, |row: &MyCaseRow| vec![row.id.to_string()]);
        Ok(MyCaseList { list, counts })
    }
}

pub(super) fn my_row(
    row: case::Model,
    account: Uuid,
    scopes: &[ActingScope],
    calendar: &Calendar,
    now: OffsetDateTime,
) -> MyCaseRow {
    let state = State::parse(&row.state).unwrap_or(State::Voided);
    MyCaseRow {
        id: row.id,
        state_label: label(&row, state),
        todo: (state == State::Correction).then_some("补正材料"),
        time_left: time_left(&row, calendar, now),
        acting: if row.account_id == Some(account) { None } else { ActingView::of_row(scopes, &row) },
        applicant_name: row.applicant_name,
        agent_name: row.agent_name,
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
