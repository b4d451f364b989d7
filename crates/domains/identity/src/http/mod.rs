//! HTTP of the domain.

mod me;
mod regions;
pub(crate) mod sign_on;
pub(crate) mod staff;

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
        .merge(second_factor())
        .merge(sign_ins())
        .with_state(identity)
}

fn second_factor() -> OpenApiRouter<Identity> {
    use crate::second_factor::http as at;
    OpenApiRouter::new()
        .routes(routes!(at::begin_sign_in_enrolment))
        .routes(routes!(at::finish_sign_in_staff))
        .routes(routes!(at::get_second_factor, at::begin_second_factor))
        .routes(routes!(at::confirm_second_factor))
        .routes(routes!(at::renew_recovery_codes))
        .routes(routes!(at::remove_second_factor))
        .routes(routes!(at::reset_second_factor))
}

fn sign_ins() -> OpenApiRouter<Identity> {
    use crate::sign_ins::http as at;
    OpenApiRouter::new()
        .routes(routes!(at::list_my_staff_sessions))
        .routes(routes!(at::end_my_staff_session))
        .routes(routes!(at::end_my_other_staff_sessions))
        .routes(routes!(at::list_my_staff_sign_ins))
        .routes(routes!(at::list_my_sessions))
        .routes(routes!(at::end_my_session))
        .routes(routes!(at::end_my_other_sessions))
        .routes(routes!(at::list_my_sign_ins))
        .routes(routes!(at::list_staff_sessions))
        .routes(routes!(at::end_staff_session))
        .routes(routes!(at::get_sign_on_statistics))
}

/// One more `Set-Cookie`.
pub(crate) fn set_cookie(value: String) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, value)])
}
