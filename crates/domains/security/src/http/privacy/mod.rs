//! Personal data: the owner's side and the desk's.

mod desk;
mod mine;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Security;

/// Routes of this capability.
pub(super) fn routes() -> OpenApiRouter<Security> {
    OpenApiRouter::new()
        .routes(routes!(mine::get_my_privacy))
        .routes(routes!(mine::list_my_privacy_looks))
        .routes(routes!(mine::list_my_privacy_disclosures))
        .routes(routes!(mine::decide_my_privacy))
        .routes(routes!(mine::list_my_privacy_requests, mine::ask_privacy))
        .routes(routes!(desk::list_privacy_requests))
        .routes(routes!(desk::get_privacy_request))
        .routes(routes!(desk::answer_privacy_request))
        .routes(routes!(desk::list_privacy_purposes))
        .routes(routes!(desk::list_privacy_assessments, desk::create_privacy_assessment))
        .routes(routes!(desk::confirm_privacy_assessment))
}
