//! HTTP of business tables: `/api/v1/table-definitions` for those who define them, `/api/v1/tables` for those
//! who work with them.

mod definitions;
mod rows;
mod templates;

use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Tables;
use crate::sheets::XLSX;

/// A spreadsheet to keep. The name holds a key or a word of ours, never what people type.
fn spreadsheet(name: &str, bytes: Vec<u8>) -> impl IntoResponse + use<> {
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes)
}

/// Routes with their OpenAPI description.
pub fn routes(tables: Tables) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(definitions::list_table_definitions, definitions::create_table_definition))
        .routes(routes!(definitions::get_table_choices))
        .routes(routes!(definitions::get_table_definition))
        .routes(routes!(definitions::save_table_draft))
        .routes(routes!(definitions::publish_table))
        .routes(routes!(definitions::disable_table))
        .routes(routes!(definitions::enable_table))
        .routes(routes!(definitions::copy_table))
        .routes(routes!(definitions::list_table_versions))
        .routes(routes!(rows::get_table_menu))
        .routes(routes!(rows::get_table))
        .routes(routes!(rows::list_table_rows, rows::enter_table_row))
        .routes(routes!(rows::get_table_row, rows::change_table_row, rows::delete_table_row))
        .routes(routes!(rows::reveal_table_value))
        .routes(routes!(rows::import_table_rows))
        .routes(routes!(rows::get_table_import_frame))
        .routes(routes!(rows::export_table_rows))
        .routes(routes!(templates::list_table_templates, templates::save_table_template))
        .routes(routes!(templates::list_table_roles))
        .routes(routes!(
            templates::get_table_template,
            templates::change_table_template,
            templates::delete_table_template
        ))
        .routes(routes!(templates::run_table_report))
        .routes(routes!(templates::export_table_report))
        .routes(routes!(templates::list_table_outputs))
        .routes(routes!(templates::get_table_output))
        .with_state(tables)
}
