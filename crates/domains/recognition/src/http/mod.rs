//! HTTP of the domain.

use axum::http::{HeaderName, header};
use axum::response::AppendHeaders;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Recognition;

/// Routes of the domain, with their OpenAPI description.
pub fn routes(recognition: Recognition) -> OpenApiRouter {
    OpenApiRouter::new().merge(identifying()).merge(mobile_and_office()).with_state(recognition)
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
        .routes(routes!(mobile::list_mobile_links))
        .routes(routes!(mobile::end_mobile_link))
        .routes(routes!(mobile::sign_on_mobile))
        .routes(routes!(office::issue_staff_ticket))
        .routes(routes!(office::get_staff_desk))
        .routes(routes!(office::sign_on_document))
}

/// One more `Set-Cookie`.
pub(crate) fn set_cookie(value: String) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, value)])
}
