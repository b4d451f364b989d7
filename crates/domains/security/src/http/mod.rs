//! HTTP of the domain.

mod audit;
mod keys;
mod logs;
mod privacy;
mod protection;
mod risks;
mod transfer;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Security;

/// Routes under `/api/v1/security`, with their OpenAPI description.
pub fn routes(security: Security) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(audit::search_audit))
        .routes(routes!(audit::audit_facets))
        .routes(routes!(audit::export_audit))
        .routes(routes!(audit::list_audit_roots))
        .routes(routes!(audit::verify_audit))
        .routes(routes!(audit::get_audit_entry))
        .routes(routes!(protection::get_retention, protection::put_retention))
        .routes(routes!(protection::get_protection))
        .routes(routes!(protection::get_self_check))
        .routes(routes!(risks::list_alarm_rules))
        .routes(routes!(risks::list_risks, risks::create_risk))
        .routes(routes!(risks::get_risk))
        .routes(routes!(risks::assign_risk))
        .routes(routes!(risks::handle_risk))
        .routes(routes!(risks::close_risk))
        .routes(routes!(risks::return_risk))
        .routes(routes!(risks::run_risk_check))
        .routes(routes!(risks::list_risk_handlers))
        .routes(routes!(risks::get_posture))
        .routes(routes!(keys::list_keys, keys::make_key))
        .routes(routes!(keys::activate_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(keys::destroy_key))
        .merge(privacy::routes())
        .routes(routes!(logs::search_logs))
        .routes(routes!(logs::verify_logs))
        .routes(routes!(logs::collect_logs))
        .routes(routes!(transfer::get_transfer))
        .routes(routes!(transfer::list_transfer_packets))
        .routes(routes!(transfer::resend_transfer_packet))
        .with_state(security)
}
