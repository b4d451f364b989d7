//! HTTP of the administration, under `/api/v1/admin`, and of the own password and layout.

mod extensions;
mod migrations;
mod orgs;
mod own;
mod policies;
mod roles;
mod staff;
mod windows;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Identity;
use crate::directory::Snapshot;

/// Routes with their OpenAPI description.
pub fn routes(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(orgs::list_orgs, orgs::create_org))
        .routes(routes!(orgs::export_orgs))
        .routes(routes!(orgs::get_org, orgs::edit_org))
        .routes(routes!(orgs::move_org))
        .routes(routes!(orgs::merge_org))
        .routes(routes!(orgs::disable_org))
        .routes(routes!(orgs::enable_org))
        .routes(routes!(windows::list_windows, windows::create_window))
        .routes(routes!(windows::export_windows))
        .routes(routes!(windows::get_window, windows::edit_window, windows::remove_window))
        .routes(routes!(staff::list_staff, staff::create_staff))
        .routes(routes!(staff::export_staff))
        .routes(routes!(staff::get_staff, staff::edit_staff, staff::remove_staff))
        .routes(routes!(staff::grant_staff))
        .routes(routes!(staff::disable_staff))
        .routes(routes!(staff::enable_staff))
        .routes(routes!(staff::unlock_staff))
        .routes(routes!(staff::reset_password))
        .routes(routes!(staff::reveal_staff))
        .routes(routes!(migrations::import_staff))
        .routes(routes!(migrations::get_import_template))
        .routes(routes!(migrations::list_migrations, migrations::run_migration))
        .routes(routes!(migrations::get_migration))
        .routes(routes!(roles::list_roles, roles::create_role))
        .routes(routes!(roles::get_role_matrix))
        .routes(routes!(roles::get_role, roles::edit_role, roles::remove_role))
        .routes(routes!(roles::list_permissions))
        .routes(routes!(roles::list_exclusions, roles::create_exclusion))
        .routes(routes!(roles::remove_exclusion))
        .routes(routes!(roles::list_mandates, roles::give_mandate))
        .routes(routes!(roles::get_my_mandates))
        .routes(routes!(roles::revoke_mandate))
        .routes(routes!(policies::list_policies, policies::create_policy))
        .routes(routes!(policies::edit_policy, policies::remove_policy))
        .routes(routes!(policies::list_cross_region, policies::give_cross_region))
        .routes(routes!(policies::recall_cross_region))
        .routes(routes!(extensions::list_extensions, extensions::open_extension))
        .routes(routes!(extensions::edit_extension))
        .routes(routes!(extensions::close_extension))
        .routes(routes!(own::change_own_password))
        .routes(routes!(own::list_cards))
        .routes(routes!(own::get_layout, own::save_layout, own::drop_layout))
        .with_state(identity)
}

/// Something with a name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Named {
    id: Uuid,
    name: String,
}

/// Version of the page something is removed from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// Version.
    version: i64,
}

/// Version and reason of a removal.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RemoveQuery {
    /// Version.
    version: i64,
    /// Why; logged.
    reason: String,
}

/// Version of the page and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Because {
    /// Version of the page.
    version: i64,
    /// Why; logged.
    reason: String,
}

/// Only the version of the page.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Versioned {
    /// Version of the page.
    version: i64,
}

/// Only why.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Reasoned {
    /// Why; logged.
    reason: String,
}

/// Name of an organisation, empty when it is gone.
pub(super) fn named_org(snapshot: &Snapshot, id: Uuid) -> Named {
    Named { id, name: snapshot.tree.get(id).map(|org| org.name.clone()).unwrap_or_default() }
}

/// Rows one download may have.
pub(super) const MOST: u64 = 5_000;

/// The rows of a download.
///
/// # Errors
/// 422 when they are more than one file may have.
pub(super) fn within<T>(rows: Vec<T>) -> platform::Result<Vec<T>> {
    if rows.len() as u64 > MOST {
        let message = "一次最多导出 5,000 条，请缩小范围后再导出。";
        return Err(platform::Problem::invalid_field("/", "too_many", message));
    }
    Ok(rows)
}

/// Cuts a list in memory: rows sorted by a text key that is unique.
pub(super) fn page<T>(
    rows: Vec<T>,
    page: &platform::web::page::PageQuery,
    now: time::OffsetDateTime,
    key: impl Fn(&T) -> String,
) -> platform::Result<platform::web::page::List<T>> {
    let total = rows.len() as u64;
    let after = page.cursor_parts(1)?.and_then(|mut parts| parts.pop());
    let limit = page.limit();
    let kept = rows.into_iter().filter(|row| after.as_ref().is_none_or(|after| key(row) > *after));
    let kept: Vec<T> = kept.take(usize::try_from(limit).unwrap_or(100) + 1).collect();
    Ok(platform::web::page::List::cut(kept, limit, total, now, |row| vec![key(row)]))
}
