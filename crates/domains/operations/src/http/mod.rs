//! HTTP of operations: `/api/v1/operations` for those who look after the system, `/api/v1/faults` for fault
//! tickets, `/metrics` for monitoring programs.

mod alarms;
mod faults;
mod help;
mod inspections;
mod manual;
mod questions;
mod run;
mod settings;
mod standards;
mod targets;
mod traces;

use axum::http::StatusCode;
use platform::Problem;
use platform::web::page::PageQuery;
use platform::web::problem::Result;
use time::{Date, OffsetDateTime};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Operations;

/// The id in a cursor of one part.
fn cursor_id(page: &PageQuery) -> Result<Option<Uuid>> {
    let Some(parts) = page.cursor_parts(1)? else { return Ok(None) };
    parts.first().and_then(|id| Uuid::parse_str(id).ok()).map(Some).ok_or_else(bad_cursor)
}

fn bad_cursor() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

/// A day such as `2026-09-21`.
fn day(pointer: &str, text: &str) -> Result<Date> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text.trim(), format)
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-21 这样。"))
}

/// The beginning of a day and the end of another, where given.
fn period(from: Option<&str>, to: Option<&str>) -> Result<(Option<OffsetDateTime>, Option<OffsetDateTime>)> {
    let given = |pointer: &str, text: Option<&str>| match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => day(pointer, text).map(Some),
        None => Ok(None),
    };
    let (from, to) = (given("/from", from)?, given("/to", to)?);
    Ok((from.map(base::zone::start_of_day), to.map(base::zone::end_of_day)))
}

/// What was chosen, if anything.
fn chosen(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Routes with their OpenAPI description.
pub fn routes(operations: Operations) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(run::get_metrics))
        .routes(routes!(run::get_run_state))
        .routes(routes!(run::list_run_metrics))
        .routes(routes!(run::get_run_history))
        .routes(routes!(traces::list_traces))
        .routes(routes!(traces::get_trace))
        .routes(routes!(traces::list_weakest))
        .routes(routes!(alarms::list_run_alarms))
        .routes(routes!(alarms::list_run_rules))
        .routes(routes!(alarms::change_run_rule))
        .routes(routes!(alarms::list_duties, alarms::add_duty))
        .routes(routes!(alarms::remove_duty))
        .routes(routes!(inspections::list_inspections, inspections::inspect_now))
        .routes(routes!(inspections::get_inspection))
        .routes(routes!(inspections::export_inspection))
        .routes(routes!(inspections::list_drills, inspections::note_drill))
        .routes(routes!(settings::list_settings))
        .routes(routes!(standards::list_standards))
        .routes(routes!(standards::export_standards))
        .routes(routes!(targets::get_response_targets))
        .routes(routes!(targets::get_response_history))
        .routes(routes!(targets::export_response_targets))
        .routes(routes!(faults::list_faults, faults::open_fault))
        .routes(routes!(faults::export_faults))
        .routes(routes!(faults::get_fault_figures))
        .routes(routes!(faults::get_fault_choices))
        .routes(routes!(faults::get_fault))
        .routes(routes!(faults::acknowledge_fault))
        .routes(routes!(faults::arrive_at_fault))
        .routes(routes!(faults::note_fault))
        .routes(routes!(faults::raise_fault))
        .routes(routes!(faults::restore_fault))
        .routes(routes!(faults::reopen_fault))
        .routes(routes!(faults::close_fault))
        .routes(routes!(questions::list_my_questions, questions::ask_question))
        .routes(routes!(questions::list_own_questions, questions::ask_question_at_desk))
        .routes(routes!(questions::list_questions))
        .routes(routes!(questions::export_questions))
        .routes(routes!(questions::get_question_figures))
        .routes(routes!(questions::get_question))
        .routes(routes!(questions::answer_question))
        .routes(routes!(questions::list_faqs))
        .routes(routes!(help::get_page_help))
        .routes(routes!(manual::read_manual))
        .routes(routes!(manual::read_desk_manual))
        .routes(routes!(manual::list_manual_chapters))
        .routes(routes!(manual::get_manual_chapter, manual::edit_manual_chapter))
        .routes(routes!(manual::get_manual_version))
        .routes(routes!(manual::restore_manual_chapter))
        .routes(routes!(manual::mark_for_manual, manual::unmark_for_manual))
        .routes(routes!(questions::list_all_faqs, questions::add_faq))
        .routes(routes!(questions::change_faq))
        .with_state(operations)
}
