//! The log of tickets at the desk.

use axum::extract::State;
use identity::ReadSystems;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::Unreadable;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, Wanted, log};
use super::ticket::Fault;
use super::{PURPOSES, RESULTS, label};
use crate::Recognition;

/// Which tickets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketFilter {
    /// Part of the system, person, item, page or reason.
    q: Option<String>,
    /// `out` for tickets we gave, `in` for those shown here.
    direction: Option<String>,
    /// `issued`, `redeemed`, `arrived`, `asked`, `refused`.
    result: Option<String>,
    /// App id of a system.
    system: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// One line of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketLine {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    direction: String,
    /// 去对方 or 来本平台.
    direction_label: &'static str,
    app_id: String,
    system_name: String,
    purpose_label: &'static str,
    /// 公众 or 工作人员; empty when unknown.
    audience_label: &'static str,
    /// Masked.
    person: String,
    item_slug: Option<String>,
    target: String,
    result: String,
    result_label: &'static str,
    /// Why it was refused, in words.
    reason: String,
    address: String,
}

/// Code a reason is kept under, for words that people type.
fn reason_label(code: &str) -> String {
    let known = Fault::ALL.into_iter().find(|fault| fault.code() == code);
    known.map_or_else(|| code.to_owned(), |fault| fault.label().to_owned())
}

impl From<log::Model> for TicketLine {
    fn from(row: log::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            direction_label: if row.direction == "out" { "去对方" } else { "来本平台" },
            direction: row.direction,
            app_id: row.app_id,
            system_name: row.system_name,
            purpose_label: label(&PURPOSES, &row.purpose),
            audience_label: match row.audience.as_str() {
                "portal" => "公众",
                "desk" => "工作人员",
                _ => "",
            },
            person: row.person,
            item_slug: row.item_slug,
            target: row.target,
            result_label: label(&RESULTS, &row.result),
            result: row.result,
            reason: reason_label(&row.reason),
            address: row.address,
        }
    }
}

/// A day in China, as the moment it begins.
fn day(text: Option<&str>, pointer: &str) -> Result<Option<Date>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text, format)
        .map(Some)
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期写成 2026-09-24 的样子"))
}

/// Tickets given and taken, each with what became of it
#[utoipa::path(get, path = "/api/v1/tickets", tag = "recognition", operation_id = "list_tickets", params(TicketFilter),
    responses((status = 200, body = List<TicketLine>), Unreadable),
    security(("desk" = ["system.read"])))]
pub(crate) async fn list_tickets(
    State(recognition): State<Recognition>,
    _caller: Allowed<ReadSystems>,
    Query(filter): Query<TicketFilter>,
) -> Result<Json<List<TicketLine>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let before = page.cursor_parts(1)?.and_then(|parts| parts.first().and_then(|id| id.parse().ok()));
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let begins = |date: Date| date.midnight().assume_offset(time::macros::offset!(+8));
    let words = given(filter.q);
    // Reasons are kept as codes; people look for the words.
    let reasons = words.as_ref().map_or_else(Vec::new, |words| {
        Fault::ALL.into_iter().filter(|fault| fault.label().contains(words.as_str())).map(Fault::code).collect()
    });
    let wanted = Wanted {
        words,
        reasons,
        direction: given(filter.direction),
        result: given(filter.result),
        app_id: given(filter.system),
        from: day(filter.from.as_deref(), "/from")?.map(begins),
        until: day(filter.to.as_deref(), "/to")?.and_then(Date::next_day).map(begins),
    };
    let limit = page.limit();
    let (rows, total) = store::page(recognition.platform.db.read(), wanted, before, limit).await?;
    let items = rows.into_iter().map(TicketLine::from).collect();
    let now = recognition.platform.now();
    Ok(Json(List::cut(items, limit, total, now, |line: &TicketLine| vec![line.id.to_string()])))
}
