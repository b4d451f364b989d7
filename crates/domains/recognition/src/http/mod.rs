//! HTTP of the domain.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Recognition;
use crate::arrivals::http as tickets;
use crate::{arrivals, bindings, jumps, links};

/// Routes of the domain, with their OpenAPI description.
pub fn routes(recognition: Recognition) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(between_systems())
        .merge(at_the_desk())
        .merge(identifying())
        .merge(mobile_and_office())
        .with_state(recognition)
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

fn identifying() -> OpenApiRouter<Recognition> {
    use crate::cards::http as cards;
    OpenApiRouter::new()
        .routes(routes!(crate::codes::http::identify_by_code))
        .routes(routes!(cards::begin_card_read))
        .routes(routes!(cards::identify_by_card))
        .routes(routes!(cards::list_card_devices, cards::add_card_device))
        .routes(routes!(cards::enable_card_device))
        .routes(routes!(cards::disable_card_device))
}

fn mobile_and_office() -> OpenApiRouter<Recognition> {
    use crate::mobile::http as mobile;
    use crate::office::http as office;
    OpenApiRouter::new()
        .routes(routes!(mobile::get_my_mobile_link, mobile::finish_mobile_link))
        .routes(routes!(mobile::begin_mobile_link))
        .routes(routes!(mobile::remove_mobile_link))
        .routes(routes!(mobile::list_mobile_links, mobile::make_mobile_link))
        .routes(routes!(mobile::end_mobile_link))
        .routes(routes!(mobile::sign_on_mobile))
        .routes(routes!(office::issue_staff_ticket))
        .routes(routes!(office::get_staff_desk))
        .routes(routes!(office::sign_on_document))
}
