//! HTTP of the domain.

mod admin;
mod favourites;
mod guide;
mod items;
mod nodes;
mod samples;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use guide::{Download, Downloads, booking, fee_text};

use crate::Catalogue;

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(catalogue: Catalogue) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(items::list_items))
        .routes(routes!(items::suggest_items))
        .routes(routes!(items::list_popular_items))
        .routes(routes!(items::list_themes))
        .routes(routes!(guide::get_guide))
        .routes(routes!(guide::resolve_item))
        .routes(routes!(guide::get_form))
        .routes(routes!(guide::get_material_blank))
        .routes(routes!(guide::get_material_sample))
        .routes(routes!(samples::list_sample_forms))
        .routes(routes!(samples::get_sheet_pair))
        .routes(routes!(favourites::list_favourites))
        .routes(routes!(favourites::add_favourite, favourites::remove_favourite))
        .routes(routes!(nodes::get_catalogue))
        .routes(routes!(nodes::create_node))
        .routes(routes!(nodes::update_node, nodes::delete_node))
        .routes(routes!(admin::list_admin_items, admin::create_item))
        .routes(routes!(admin::get_admin_item, admin::save_item))
        .routes(routes!(admin::lint_item))
        .routes(routes!(admin::publish_item))
        .routes(routes!(admin::cancel_item))
        .routes(routes!(admin::diff_item))
        .with_state(catalogue)
}
