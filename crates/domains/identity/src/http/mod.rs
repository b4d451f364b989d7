//! HTTP of the domain.

mod me;
mod regions;
mod sign_on;
mod staff;

use axum::http::{HeaderName, header};
use axum::response::AppendHeaders;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Identity;

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(identity: Identity) -> OpenApiRouter {
    crate::systems::http::routes(OpenApiRouter::new())
        .routes(routes!(sign_on::begin_sign_on))
        .routes(routes!(sign_on::finish_sign_on))
        .routes(routes!(me::sign_out_portal))
        .routes(routes!(me::get_me, me::update_me))
        .routes(routes!(staff::sign_in_staff))
        .routes(routes!(staff::sign_out_staff))
        .routes(routes!(staff::get_staff_me))
        .routes(routes!(regions::list_regions))
        .merge(crate::delegation::http::routes())
        .with_state(identity.clone())
        .merge(crate::administration::routes(identity))
}

/// One more `Set-Cookie`.
fn set_cookie(value: String) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, value)])
}
