//! HTTP of the domain.

mod desk;
mod my;
mod public;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Licences;
use crate::overprint::http as overprint;

/// Largest file taken for checking: a licence is a few hundred kilobytes.
pub(crate) const MAX_FILE: usize = 8 << 20;

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(licences: Licences) -> OpenApiRouter {
    // Room for the multipart's own lines besides the file.
    let check =
        OpenApiRouter::new().routes(routes!(public::verify_file)).layer(DefaultBodyLimit::max(MAX_FILE + (64 << 10)));
    OpenApiRouter::new()
        .routes(routes!(my::list_my_licences))
        .routes(routes!(my::get_my_licence_file))
        .routes(routes!(public::verify_licence))
        .routes(routes!(public::get_trust_anchors))
        .merge(check)
        .routes(routes!(desk::list_licences))
        .routes(routes!(desk::get_licence_file))
        .routes(routes!(desk::list_licence_drafts))
        .routes(routes!(desk::correct_licence_draft, desk::delete_licence_draft))
        .routes(routes!(overprint::get_overprint, overprint::print_overprint))
        .routes(routes!(overprint::preview_overprint))
        .routes(routes!(overprint::list_licence_stock))
        .routes(routes!(overprint::export_licence_stock))
        .routes(routes!(overprint::get_blank_balance))
        .routes(routes!(overprint::list_overprint_kinds))
        .routes(routes!(overprint::list_blank_receipts, overprint::receive_blanks))
        .routes(routes!(overprint::spoil_licence_stock))
        .with_state(licences)
}
