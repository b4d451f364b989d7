//! HTTP of the domain.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Recognition;
use crate::arrivals::http as tickets;
use crate::{arrivals, bindings, jumps, links};

/// Routes of the domain, with their OpenAPI description.
pub fn routes(recognition: Recognition) -> OpenApiRouter {
    OpenApiRouter::new().merge(between_systems()).merge(at_the_desk()).with_state(recognition)
}

/// Bindings, tickets and jumps as people and other systems use them.
fn between_systems() -> OpenApiRouter<Recognition> {
    OpenApiRouter::new()
        .routes(routes!(bindings::http::list_my_bindings))
        .routes(routes!(bindings::http::end_my_binding))
        .routes(routes!(bindings::http::list_my_staff_bindings))
        .routes(routes!(bindings::http::end_my_staff_binding))
        .routes(routes!(bindings::http::report_binding))
        .routes(routes!(tickets::open_system))
        .routes(routes!(tickets::bind_system))
        .routes(routes!(tickets::open_staff_system))
        .routes(routes!(tickets::bind_staff_system))
        .routes(routes!(tickets::redeem_ticket))
        .routes(routes!(tickets::arrive_portal))
        .routes(routes!(tickets::show_arrival_account))
        .routes(routes!(tickets::confirm_arrival))
        .routes(routes!(tickets::arrive_staff))
        .routes(routes!(tickets::confirm_staff_arrival))
        .routes(routes!(jumps::http::get_item_jump))
        .routes(routes!(jumps::http::jump_to_item))
        .routes(routes!(jumps::http::jump_to_item_as_staff))
}

/// Links, jumps and the log of tickets as administrators keep them.
fn at_the_desk() -> OpenApiRouter<Recognition> {
    OpenApiRouter::new()
        .routes(routes!(links::http::get_system_link, links::http::save_system_link))
        .routes(routes!(jumps::admin::list_jumps))
        .routes(routes!(jumps::admin::get_jump_choices))
        .routes(routes!(jumps::admin::get_jump, jumps::admin::save_jump))
        .routes(routes!(jumps::admin::remove_jump))
        .routes(routes!(jumps::admin::try_jump))
        .routes(routes!(arrivals::list::list_tickets))
}
