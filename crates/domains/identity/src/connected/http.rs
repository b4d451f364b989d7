//! HTTP of the portal of connected systems, for both user systems.

use axum::extract::State;
use platform::web::extract::Json;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::Result;
use serde::Serialize;
use time::Duration;
use utoipa::ToSchema;

use crate::Identity;
use crate::openid::store;
use crate::permissions::{OpenSystems, ReadSelf};
use crate::sign_ins::http::{SystemCount, system_name};
use crate::sign_ins::store::by_system_of;

/// Days the usage is counted over.
const DAYS: i64 = 30;

/// A system that may be opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectedSystemView {
    app_id: String,
    name: String,
    /// Organisation that answers for it.
    owner: String,
    summary: String,
    /// Where it begins; it signs the person in by itself.
    start_url: String,
    /// Sign-ins of one's own in the last thirty days.
    opened: i64,
}

/// What a system announces.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemNotice {
    app_id: String,
    title: String,
    text: String,
}

/// One's own sign-ins.
#[derive(Serialize, ToSchema)]
pub(crate) struct Usage {
    days: i64,
    total: i64,
    by_system: Vec<SystemCount>,
}

/// Systems, notices, usage.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemsPortal {
    items: Vec<ConnectedSystemView>,
    notices: Vec<SystemNotice>,
    usage: Usage,
}

async fn portal(identity: &Identity, caller: &Principal) -> Result<Json<SystemsPortal>> {
    let conn = identity.platform.db.read();
    let since = base::zone::china_date(identity.platform.now()) - Duration::days(DAYS - 1);
    let used = by_system_of(conn, caller.id, since).await?;
    let count = |app_id: &str| used.iter().find(|(key, _)| key == app_id).map_or(0, |(_, count)| *count);
    let (mut items, mut notices) = (Vec::new(), Vec::new());
    let orgs = identity.orgs().await?;
    for settings in store::listed(conn, caller.audience.as_str()).await? {
        // Asked anew, so that a system switched off is gone at once.
        let Some(client) = identity.live_client(&settings.app_id).await? else { continue };
        if !settings.notice.is_empty() {
            notices.push(SystemNotice {
                app_id: settings.app_id.clone(),
                title: client.system.name.clone(),
                text: settings.notice,
            });
        }
        items.push(ConnectedSystemView {
            opened: count(&settings.app_id),
            owner: orgs.get(client.system.owner_org_id).map(|org| org.name.clone()).unwrap_or_default(),
            app_id: settings.app_id,
            name: client.system.name,
            summary: settings.summary,
            start_url: settings.start_url,
        });
    }
    let total = used.iter().map(|(_, count)| count).sum();
    let mut by_system = Vec::new();
    for (app_id, count) in &used {
        let name = system_name(identity, caller.audience, app_id).await?;
        by_system.push(SystemCount { app_id: (!app_id.is_empty()).then(|| app_id.clone()), name, count: *count });
    }
    by_system.sort_by_key(|one| std::cmp::Reverse(one.count));
    Ok(Json(SystemsPortal { items, notices, usage: Usage { days: DAYS, total, by_system } }))
}

/// Systems a citizen or enterprise may open without another password
#[utoipa::path(get, path = "/api/v1/portal/systems", tag = "connected systems", operation_id = "list_my_systems",
    responses((status = 200, body = SystemsPortal)), security(("portal" = ["systems.open"])))]
pub(crate) async fn list_my_systems(
    State(identity): State<Identity>,
    caller: Allowed<OpenSystems>,
) -> Result<Json<SystemsPortal>> {
    portal(&identity, &caller).await
}

/// Systems a staff user may open without another password
#[utoipa::path(get, path = "/api/v1/staff/systems", tag = "connected systems", operation_id = "list_staff_systems",
    responses((status = 200, body = SystemsPortal)), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_staff_systems(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<SystemsPortal>> {
    portal(&identity, &caller).await
}
