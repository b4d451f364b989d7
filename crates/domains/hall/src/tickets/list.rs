//! Tickets called to the caller's windows, and all tickets of the caller's halls.

use std::collections::{BTreeSet, HashMap};

use identity::Window;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use time::macros::format_description;
use utoipa::{IntoParams, ToSchema};

use super::acts::{MANUAL, topic};
use super::inbound::window_name;
use super::model::{State, Ticket, TicketCase, TicketStep, TicketWhole};
use super::store::ticket::{self, Column, Entity};
use super::store::{self};
use crate::Hall;

/// Called tickets shown at one window.
const SHOWN: u64 = 20;
/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which tickets.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TicketFilter {
    /// Number, or its beginning.
    pub q: Option<String>,
    /// Key of a hall.
    pub hall: Option<String>,
    /// `waiting`, `called`, `serving`, `held`, `missed`, `transferred`, `done`, `cancelled`.
    pub state: Option<String>,
    /// Day it was drawn, `YYYY-MM-DD`, in China.
    pub on: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A window the caller sits at.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeatWindow {
    /// Key.
    pub key: String,
    /// Number and sign.
    pub name: String,
    /// Hall.
    pub hall_name: String,
}

/// Who was called to the caller's windows.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalledTickets {
    /// Called or being served, of today, the earliest call first, then those who missed the call; the first twenty.
    pub items: Vec<Ticket>,
    /// The caller's windows.
    pub windows: Vec<SeatWindow>,
}

impl Hall {
    /// Who was called to the caller's windows today and is not done yet.
    ///
    /// # Authorisation
    /// `ticket.take`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn called_tickets(&self, caller: &Principal) -> Result<CalledTickets> {
        let seats = self.identity.seats_of(caller.id).await?;
        let today = base::zone::start_of_day(base::zone::china_date(self.platform.now()));
        let shown = [State::Called, State::Serving, State::Held, State::Missed].map(State::as_str);
        let rows = Entity::find()
            .filter(Column::WindowKey.is_in(seats.iter().map(|seat| seat.key.as_str())))
            .filter(Column::CalledAt.gte(today))
            .filter(Column::State.is_in(shown))
            // Whoever missed the call may come late, and stands behind those who are here.
            .order_by_asc(Expr::expr(Column::State.eq(State::Missed.as_str())))
            .order_by_asc(Column::CalledAt)
            .limit(SHOWN)
            .all(self.platform.db.read())
            .await?;
        let windows = seats
            .iter()
            .map(|seat| SeatWindow {
                key: seat.key.clone(),
                name: window_name(seat),
                hall_name: seat.hall_name.clone(),
            })
            .collect();
        Ok(CalledTickets { items: self.views(caller, &seats, rows).await?, windows })
    }

    /// Which changes a page of called tickets listens to.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn heard(&self, caller: &Principal) -> Result<Vec<String>> {
        Ok(self.identity.seats_of(caller.id).await?.iter().map(|seat| topic(&seat.key)).collect())
    }

    /// Halls of which the caller sees the tickets: where he sits, and those of his organisations' windows.
    async fn seen_halls(&self, caller: &Principal, seats: &[Window]) -> Result<BTreeSet<String>> {
        let windows = self.identity.all_windows().await?;
        let own = windows.into_iter().filter(|window| caller.visible_orgs.contains(&window.org_id));
        Ok(own.chain(seats.iter().cloned()).map(|window| window.hall_key).collect())
    }

    /// Tickets of the caller's halls that fit a filter.
    async fn wanted(&self, caller: &Principal, filter: &TicketFilter, seats: &[Window]) -> Result<Select<Entity>> {
        let full =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let halls = self.seen_halls(caller, seats).await?;
        let mut select = Entity::find().filter(Column::HallKey.is_in(halls));
        if let Some(number) = full(&filter.q) {
            select = select.filter(Column::Number.starts_with(number.to_uppercase()));
        }
        if let Some(hall) = full(&filter.hall) {
            select = select.filter(Column::HallKey.eq(hall));
        }
        if let Some(state) = full(&filter.state) {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(day) = full(&filter.on) {
            let day = time::Date::parse(&day, format_description!("[year]-[month]-[day]"))
                .map_err(|_| Problem::invalid_field("/on", "date", "日期写成 2026-01-05 这样"))?;
            let (from, to) = (base::zone::start_of_day(day), base::zone::end_of_day(day));
            select = select.filter(Column::TicketedAt.gte(from)).filter(Column::TicketedAt.lte(to));
        }
        Ok(select)
    }

    /// Tickets of the caller's halls, newest first.
    ///
    /// # Authorisation
    /// `ticket.read`.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read, 422 for a day that is none.
    pub async fn list_tickets(&self, caller: &Principal, filter: &TicketFilter) -> Result<List<Ticket>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let seats = self.identity.seats_of(caller.id).await?;
        let mut select = self.wanted(caller, filter, &seats).await?;
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.views(caller, &seats, rows).await?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &Ticket| vec![one.id.to_string()]))
    }

    /// The same as lines of a file; visitors masked.
    ///
    /// # Authorisation
    /// `ticket.read`.
    ///
    /// # Errors
    /// 422 when there are more than 5,000.
    pub async fn ticket_lines(&self, caller: &Principal, filter: &TicketFilter) -> Result<Vec<Vec<String>>> {
        let seats = self.identity.seats_of(caller.id).await?;
        let select = self.wanted(caller, filter, &seats).await?;
        let rows = select.order_by_desc(Column::Id).limit(EXPORT + 1).all(self.platform.db.read()).await?;
        if rows.len() as u64 > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "超过 5,000 条，请缩小筛选范围。"));
        }
        let mut lines = Vec::with_capacity(rows.len());
        for part in rows.chunks(500) {
            let moment = |at: Option<time::OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
            lines.extend(self.views(caller, &seats, part.to_vec()).await?.into_iter().map(|one| {
                vec![
                    one.number,
                    one.hall_name,
                    one.state_label.to_owned(),
                    if one.item_name.is_empty() { one.business } else { one.item_name },
                    one.window_name,
                    one.visitor_name,
                    one.calls.to_string(),
                    moment(Some(one.ticketed_at)),
                    moment(one.called_at),
                    moment(one.ended_at),
                    one.taken_by_name,
                    one.cases.iter().map(|case| case.case_number.as_str()).collect::<Vec<_>>().join("、"),
                    one.source_name,
                ]
            }));
        }
        Ok(lines)
    }

    /// A ticket of the caller's halls with what happened.
    ///
    /// # Authorisation
    /// `ticket.read`; one of another hall is 404.
    ///
    /// # Errors
    /// 404 outside the caller's halls.
    pub async fn ticket(&self, caller: &Principal, id: Uuid) -> Result<TicketWhole> {
        let ticket = self.one(caller, id).await?;
        let steps = store::steps(self.platform.db.read(), id).await?;
        let steps = steps
            .into_iter()
            .map(|one| TicketStep {
                at: one.at,
                state_label: State::label_of(&one.state),
                window_name: one.window_name,
                text: one.text,
            })
            .collect();
        Ok(TicketWhole { ticket, steps })
    }

    pub(super) async fn one(&self, caller: &Principal, id: Uuid) -> Result<Ticket> {
        let not_found = || Problem::not_found("没有找到这个号票。");
        let seats = self.identity.seats_of(caller.id).await?;
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        if !self.seen_halls(caller, &seats).await?.contains(&row.hall_key) {
            return Err(not_found());
        }
        self.views(caller, &seats, vec![row]).await?.pop().ok_or_else(not_found)
    }

    async fn views(&self, caller: &Principal, seats: &[Window], rows: Vec<ticket::Model>) -> Result<Vec<Ticket>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut cases: HashMap<Uuid, Vec<TicketCase>> = HashMap::new();
        for one in store::links(self.platform.db.read(), &ids).await? {
            let case = TicketCase { case_id: one.case_id, case_number: one.case_number, item_name: one.item_name };
            cases.entry(one.ticket_id).or_default().push(case);
        }
        Ok(rows
            .into_iter()
            .map(|row| {
                let can = acts(caller, seats, &row);
                Ticket {
                    cases: cases.remove(&row.id).unwrap_or_default(),
                    can,
                    id: row.id,
                    version: row.version,
                    number: row.number,
                    hall_key: row.hall_key,
                    hall_name: row.hall_name,
                    state_label: State::label_of(&row.state),
                    state: row.state,
                    business: row.business,
                    item_slug: row.item_slug,
                    item_name: row.item_name,
                    window_key: row.window_key,
                    window_name: row.window_name,
                    visitor_name: base::mask::name(&row.visitor_name),
                    identified: !row.visitor_index.is_empty(),
                    priority: row.priority,
                    source: if row.source == MANUAL { "manual" } else { "queue" },
                    source_name: row.source_name,
                    calls: row.calls,
                    ticketed_at: row.ticketed_at,
                    called_at: row.called_at,
                    ended_at: row.ended_at,
                    taken_by_name: row.taken_by_name,
                }
            })
            .collect())
    }
}

/// What the caller may do with a ticket now.
fn acts(caller: &Principal, seats: &[Window], row: &ticket::Model) -> Vec<&'static str> {
    let seated = seats.iter().any(|seat| Some(&seat.key) == row.window_key.as_ref());
    let Some(state) = State::parse(&row.state).filter(|_| seated && caller.may("ticket.take")) else {
        return Vec::new();
    };
    let free = state != State::Serving || row.taken_by.is_none() || row.taken_by == Some(caller.id);
    let mut can = Vec::new();
    if free && state.taken().is_ok() {
        can.push("take");
    }
    if free && state.finished().is_ok() {
        can.push("finish");
    }
    can
}
