//! HTTP of the design library, under `/api/v1/design`.

mod bindings;
mod change;
mod data_items;
mod fields;
mod own_flows;
mod prints;
mod read;
mod templates;
mod tools;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Library;

/// Routes with their OpenAPI description.
pub fn routes(library: Library) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(read::list_definitions, change::create_definition))
        .routes(routes!(read::get_definition))
        .routes(routes!(change::save_definition_draft, change::discard_definition_draft))
        .routes(routes!(tools::check_definition))
        .routes(routes!(change::publish_definition))
        .routes(routes!(change::disable_definition))
        .routes(routes!(change::enable_definition))
        .routes(routes!(change::import_definition))
        .routes(routes!(read::list_definition_versions))
        .routes(routes!(read::get_definition_version))
        .routes(routes!(read::list_definition_uses))
        .routes(routes!(read::export_definition))
        .routes(routes!(templates::list_template_takers))
        .routes(routes!(templates::take_template_over))
        .routes(routes!(tools::evaluate_form))
        .routes(routes!(tools::run_flow))
        .routes(routes!(tools::evaluate_rules))
        .routes(routes!(tools::check_expression))
        .routes(routes!(tools::preview_paper))
        .routes(routes!(prints::inspect_print))
        .routes(routes!(prints::preview_print))
        .routes(routes!(prints::run_mapping))
        .routes(routes!(tools::list_handlers))
        .routes(routes!(tools::find_handler_staff))
        .routes(routes!(fields::list_fields, fields::create_field))
        .routes(routes!(fields::get_field, fields::save_field, fields::remove_field))
        .routes(routes!(bindings::list_rule_bindings))
        .routes(routes!(bindings::export_rule_bindings))
        .routes(routes!(own_flows::list_own_flows, own_flows::begin_own_flow))
        .routes(routes!(own_flows::save_own_flow, own_flows::discard_own_flow))
        .routes(routes!(own_flows::publish_own_flow))
        .routes(routes!(own_flows::disable_own_flow))
        .routes(routes!(own_flows::enable_own_flow))
        .routes(routes!(data_items::get_data_items, data_items::set_data_items))
        .routes(routes!(tools::get_shortcuts, tools::set_shortcuts))
        .with_state(library)
}
