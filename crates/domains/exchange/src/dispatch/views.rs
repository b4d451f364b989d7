//! Dispatched cases as staff see them: the list with its exceptions, and one case.

use std::collections::BTreeMap;

use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, Wanted, dispatch};
use super::{HELD, WAITING, mode_label, problem_label, state_label};
use crate::fetches::FetchView;
use crate::ledger::http::before;
use crate::{Exchange, ReadDispatches};

/// Rows one download may have.
const EXPORT: usize = 5_000;

/// Which dispatched cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct DispatchFilter {
    /// `problem` (exceptions, default), `open`, `waiting`, `sent`, `answered`, `done`, `returned`, `cancelled`, `all`.
    state: Option<String>,
    /// App id of the system.
    system: Option<String>,
    /// Case number or item, or a part.
    q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A dispatched case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseDispatch)]
pub(crate) struct DispatchView {
    case_id: Uuid,
    case_number: String,
    item_name: String,
    /// `department` or `upper`.
    mode: String,
    mode_label: &'static str,
    /// App id of the system.
    system: String,
    system_name: String,
    /// `waiting`, `sent`, `answered`, `done`, `returned`, `cancelled`.
    state: String,
    state_label: &'static str,
    /// `unreachable`, `refused`, `silent`, `held`, `untold`; empty while it goes well.
    problem: String,
    problem_label: &'static str,
    /// Why, in words.
    reason: Option<String>,
    /// Tries of this round.
    attempts: i64,
    /// When it is tried again.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<OffsetDateTime>,
    /// When the other system took it.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<OffsetDateTime>,
    /// Its number over there.
    receipt: Option<String>,
    /// By when it has to say something.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answer_by: Option<OffsetDateTime>,
    /// When it said something last.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<OffsetDateTime>,
    /// Who ended it.
    ended_by: Option<String>,
    /// When the other system heard that it ended here.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    told_at: Option<OffsetDateTime>,
    /// Whether it may be sent again now.
    may_retry: bool,
    /// Whether people may take it over.
    may_take_over: bool,
    /// Whether somebody may note that the other system was told by other means.
    may_settle: bool,
    version: i64,
}

impl From<dispatch::Model> for DispatchView {
    fn from(row: dispatch::Model) -> Self {
        let (open, untold) = (row.is_open(), row.is_untold());
        let problem = if open || untold { row.problem.as_str() } else { "" };
        Self {
            may_retry: untold || open && (row.state == WAITING || !row.problem.is_empty()),
            may_settle: untold,
            may_take_over: open,
            problem_label: problem_label(problem),
            problem: problem.to_owned(),
            case_id: row.case_id,
            case_number: row.case_number,
            item_name: row.item_name,
            mode_label: mode_label(&row.mode),
            mode: row.mode,
            system: row.app_id,
            system_name: row.system_name,
            state_label: state_label(&row.state),
            state: row.state,
            reason: row.reason,
            attempts: row.attempts,
            next_at: row.next_at,
            sent_at: row.sent_at,
            receipt: row.receipt,
            answer_by: row.answer_by,
            answered_at: row.answered_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by,
            told_at: row.told_at,
            version: row.version,
        }
    }
}

/// Dispatched cases with the numbers per state.
#[derive(Serialize, ToSchema)]
pub(crate) struct DispatchList {
    #[serde(flatten)]
    list: List<DispatchView>,
    /// By state, `problem` for the exceptions among them, under the other filters.
    #[schema(value_type = Object)]
    counts: BTreeMap<String, u64>,
}

/// An answer that waits for its turn.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldAnswer {
    /// Standard event.
    event: String,
    /// In words.
    event_label: &'static str,
    sequence: i64,
    /// What it waits for.
    reason: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    held_at: OffsetDateTime,
}

/// How a case stands with other systems.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseExchange {
    /// Where it was dispatched to; absent when it is handled here.
    dispatch: Option<DispatchView>,
    /// Answers that came before their turn.
    held: Vec<HeldAnswer>,
    /// Files that came, or are to come, by address.
    fetches: Vec<FetchView>,
}

impl DispatchFilter {
    fn wanted(&self, caller: &Allowed<ReadDispatches>) -> Wanted {
        use dispatch::Column;
        let text =
            |value: &Option<String>| value.as_deref().map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned);
        let state = text(&self.state).unwrap_or_else(|| "problem".to_owned());
        Wanted {
            within: caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt),
            state: (state != "all").then_some(state),
            system: text(&self.system),
            words: text(&self.q),
        }
    }
}

impl Exchange {
    /// Dispatched cases within reach, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub(crate) async fn dispatches(
        &self,
        caller: &Allowed<ReadDispatches>,
        filter: &DispatchFilter,
    ) -> Result<DispatchList> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let wanted = filter.wanted(caller);
        let conn = self.platform.db.read();
        let (counted, exceptions) = store::counts(conn, &wanted).await?;
        let mut counts: BTreeMap<String, u64> =
            counted.into_iter().map(|(state, count)| (state, u64::try_from(count).unwrap_or(0))).collect();
        let of = |state: &str| counts.get(state).copied().unwrap_or(0);
        let total = match wanted.state.as_deref() {
            None => counts.values().sum(),
            Some("problem") => exceptions,
            Some("open") => super::OPEN.iter().map(|state| of(state)).sum(),
            Some(state) => of(state),
        };
        counts.insert("problem".to_owned(), exceptions);
        let rows = store::page(conn, &wanted, before(&page)?, page.limit()).await?;
        let items = rows.into_iter().map(DispatchView::from).collect();
        let now = self.platform.now();
        let list = List::cut(items, page.limit(), total, now, |one: &DispatchView| vec![one.case_id.to_string()]);
        Ok(DispatchList { list, counts })
    }

    /// The list as lines of a file.
    ///
    /// # Errors
    /// 422 when there are more than 5,000.
    pub(crate) async fn dispatch_lines(
        &self,
        caller: &Allowed<ReadDispatches>,
        filter: &DispatchFilter,
    ) -> Result<Vec<Vec<String>>> {
        let wanted = filter.wanted(caller);
        let most = u64::try_from(EXPORT).unwrap_or(u64::MAX);
        let rows = store::page(self.platform.db.read(), &wanted, None, most).await?;
        if rows.len() > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "超过 5,000 条，请缩小筛选范围。"));
        }
        let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
        let cells = |row: dispatch::Model| {
            vec![
                row.case_number,
                row.item_name,
                mode_label(&row.mode).to_owned(),
                row.system_name,
                state_label(&row.state).to_owned(),
                problem_label(&row.problem).to_owned(),
                row.reason.unwrap_or_default(),
                row.attempts.to_string(),
                moment(row.sent_at),
                moment(row.answered_at),
                moment(row.ended_at),
                row.ended_by.unwrap_or_default(),
            ]
        };
        Ok(rows.into_iter().map(cells).collect())
    }

    /// How a case within reach stands with other systems.
    ///
    /// # Errors
    /// 404 outside the reach.
    pub(crate) async fn case_exchange(&self, caller: &Allowed<ReadDispatches>, id: Uuid) -> Result<CaseExchange> {
        self.casework.facts_for(caller, id).await?;
        let conn = self.platform.db.read();
        let dispatch = store::find(conn, id).await?.map(DispatchView::from);
        let label = |event: &str| {
            casework::cases::model::EventKind::parse(event).map_or(problem_label(HELD), |kind| kind.label())
        };
        let held = store::held_of(conn, id).await?.into_iter().map(|row| HeldAnswer {
            event_label: label(&row.event),
            event: row.event,
            sequence: row.sequence,
            reason: row.reason,
            held_at: row.held_at,
        });
        let held = held.collect();
        Ok(CaseExchange { dispatch, held, fetches: self.fetches(id).await? })
    }
}
