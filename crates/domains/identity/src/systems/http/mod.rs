//! The registry at the desk.

mod change;
mod read;
mod trial;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Identity;

/// Routes of the registry.
pub(crate) fn routes(router: OpenApiRouter<Identity>) -> OpenApiRouter<Identity> {
    router
        .routes(routes!(read::list_systems, change::register_system))
        .routes(routes!(read::get_system_choices))
        .routes(routes!(read::get_system, change::edit_system))
        .routes(routes!(read::list_system_changes))
        .routes(routes!(change::enable_system))
        .routes(routes!(change::disable_system))
        .routes(routes!(change::grant_system))
        .routes(routes!(change::issue_system_secret))
        .routes(routes!(change::end_system_secret))
        .routes(routes!(trial::sign_trial_call))
}
