//! HTTP of the domain.

use utoipa_axum::router::OpenApiRouter;

use crate::Recognition;

/// Routes of the domain, with their OpenAPI description.
pub fn routes(recognition: Recognition) -> OpenApiRouter {
    OpenApiRouter::new().with_state(recognition)
}
