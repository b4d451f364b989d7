//! HTTP of delegation: thin handlers, one service call each.

mod desk;
mod portal;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Identity;

/// Routes of delegation.
pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(portal::list_acting_for))
        .routes(routes!(portal::list_grants, portal::create_grant))
        .routes(routes!(portal::get_grant, portal::change_grant))
        .routes(routes!(portal::answer_grant))
        .routes(routes!(portal::list_grant_uses))
        .routes(routes!(desk::find_waiting_grants))
        .routes(routes!(desk::confirm_grant_at_window))
        .routes(routes!(desk::refuse_grant_at_window))
}
