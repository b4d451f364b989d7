//! HTTP of the domain.

mod audit;
mod data;
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
        .routes(routes!(risks::read::list_alarm_rules))
        .routes(routes!(risks::read::list_risks, risks::steps::create_risk))
        .routes(routes!(risks::read::get_risk))
        .routes(routes!(risks::steps::assign_risk))
        .routes(routes!(risks::steps::handle_risk))
        .routes(routes!(risks::steps::close_risk))
        .routes(routes!(risks::steps::return_risk))
        .routes(routes!(risks::steps::run_risk_check))
        .routes(routes!(risks::read::list_risk_handlers))
        .routes(routes!(risks::posture::get_posture))
        .routes(routes!(keys::list_keys, keys::make_key))
        .routes(routes!(keys::activate_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(keys::destroy_key))
        .routes(routes!(data::fields::list_data_fields))
        .routes(routes!(data::fields::get_data_field_figures))
        .routes(routes!(data::fields::export_data_fields))
        .routes(routes!(data::fields::take_data_inventory))
        .routes(routes!(data::review::confirm_data_fields))
        .routes(routes!(data::fields::get_data_field, data::review::propose_data_field))
        .routes(routes!(data::review::confirm_data_field))
        .routes(routes!(data::review::reject_data_field))
        .routes(routes!(data::grades::list_data_grades))
        .routes(routes!(data::grades::list_data_grade_people))
        .routes(routes!(data::grades::propose_data_grade))
        .routes(routes!(data::grades::confirm_data_grade))
        .routes(routes!(data::grades::reject_data_grade))
        .routes(routes!(data::discovery::list_data_scans, data::discovery::start_data_scan))
        .routes(routes!(data::discovery::list_data_findings))
        .routes(routes!(data::discovery::accept_data_finding))
        .routes(routes!(data::discovery::dismiss_data_finding))
        .routes(routes!(data::copies::list_data_copies, data::copies::start_data_copy))
        .routes(routes!(data::copies::list_data_copy_tables))
        .routes(routes!(data::copies::get_data_copy))
        .routes(routes!(data::copies::discard_data_copy))
        .routes(routes!(data::copies::download_data_copy_file))
        .merge(privacy::routes())
        .routes(routes!(logs::search_logs))
        .routes(routes!(logs::export_logs))
        .routes(routes!(logs::verify_logs))
        .routes(routes!(logs::collect_logs))
        .routes(routes!(transfer::get_transfer))
        .routes(routes!(transfer::list_transfer_packets))
        .routes(routes!(transfer::resend_transfer_packet))
        .routes(routes!(transfer::take_transfer_packet))
        .with_state(security)
}
