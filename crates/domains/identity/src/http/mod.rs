//! HTTP of the domain.

pub(crate) mod me;
mod regions;
pub(crate) mod sign_on;
pub(crate) mod staff;

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
        .routes(routes!(staff::get_staff_notices))
        .routes(routes!(regions::list_regions))
        .merge(second_factor())
        .merge(sign_ins())
        .merge(openid())
        .merge(enterprise())
        .merge(crate::delegation::http::routes())
        .routes(routes!(crate::connected::http::list_my_systems))
        .routes(routes!(crate::connected::http::list_staff_systems))
        .with_state(identity.clone())
        .merge(crate::administration::routes(identity))
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

fn openid() -> OpenApiRouter<Identity> {
    use crate::openid::http::{admin, browser, consent, token};
    OpenApiRouter::new()
        .routes(routes!(browser::authorize, browser::authorize_by_form))
        .routes(routes!(browser::continue_authorization))
        .routes(routes!(browser::end_session))
        .routes(routes!(browser::openid_configuration))
        .routes(routes!(browser::jwks))
        .routes(routes!(token::exchange_code))
        .routes(routes!(token::get_user_info, token::post_user_info))
        .routes(routes!(consent::get_authorization))
        .routes(routes!(consent::approve_authorization))
        .routes(routes!(consent::refuse_authorization))
        .routes(routes!(consent::get_staff_authorization))
        .routes(routes!(consent::approve_staff_authorization))
        .routes(routes!(consent::refuse_staff_authorization))
        .routes(routes!(consent::list_my_consents))
        .routes(routes!(consent::withdraw_my_consent))
        .routes(routes!(admin::list_sign_on_clients))
        .routes(routes!(admin::get_sign_on_client, admin::update_sign_on_client))
        .routes(routes!(admin::list_sign_on_keys))
        .routes(routes!(admin::rotate_sign_on_keys))
}

fn enterprise() -> OpenApiRouter<Identity> {
    use crate::enterprise::http as at;
    use crate::real_name::http as real;
    OpenApiRouter::new()
        .routes(routes!(at::begin_activation))
        .routes(routes!(at::finish_activation))
        .routes(routes!(at::sign_in_enterprise))
        .routes(routes!(at::change_my_password))
        .routes(routes!(at::get_my_security))
        .routes(routes!(real::get_my_real_name, real::check_my_real_name))
        .routes(routes!(real::list_real_name_reviews))
        .routes(routes!(real::get_real_name_review))
        .routes(routes!(real::pass_real_name_review))
        .routes(routes!(real::fail_real_name_review))
}
