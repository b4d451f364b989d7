//! Who a session belongs to and what that person may do and see.

use std::collections::BTreeSet;

use async_trait::async_trait;
use platform::Platform;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::web::problem::Result;
use uuid::Uuid;

use crate::directory::{Directory, Snapshot};
use crate::model::staff::Staff;
use crate::store::{accounts, directory, staff};
use crate::{Identity, roles};

#[async_trait]
impl PrincipalSource for Directory {
    async fn principal(&self, platform: &Platform, audience: Audience, account: Uuid) -> Result<Option<Principal>> {
        match audience {
            Audience::Portal => citizen(platform, account).await,
            Audience::Desk => {
                let Some(staff) = staff::find(platform.db.read(), account).await?.filter(|staff| !staff.disabled)
                else {
                    return Ok(None);
                };
                let held = directory::windows_held(platform.db.read(), staff.id).await?;
                let snapshot = self.snapshot(platform).await?;
                Ok(Some(official(staff, &held, &snapshot)))
            }
        }
    }
}

#[async_trait]
impl PrincipalSource for Identity {
    async fn principal(&self, platform: &Platform, audience: Audience, account: Uuid) -> Result<Option<Principal>> {
        self.directory.principal(platform, audience, account).await
    }
}

async fn citizen(platform: &Platform, account: Uuid) -> Result<Option<Principal>> {
    let Some(row) = accounts::find(platform.db.read(), account).await? else { return Ok(None) };
    let enterprise = row.enterprise.as_ref().and_then(|body| body.get("name")).and_then(|name| name.as_str());
    let roles = vec![roles::CITIZEN.to_owned()];
    Ok(Some(Principal {
        id: row.id,
        audience: Audience::Portal,
        name: enterprise.unwrap_or(&row.name).to_owned(),
        org_id: None,
        visible_orgs: Vec::new(),
        region: String::new(),
        permissions: roles::permissions(Audience::Portal, &roles),
        roles,
        real_name: row.real_name,
    }))
}

fn official(staff: Staff, held: &[String], snapshot: &Snapshot) -> Principal {
    let visible_orgs = visible(&staff, held, snapshot);
    let region = snapshot.tree.get(staff.org_id).map_or(staff.region.as_str(), |org| org.region.as_str()).to_owned();
    Principal {
        id: staff.id,
        audience: Audience::Desk,
        name: staff.name,
        org_id: Some(staff.org_id),
        visible_orgs,
        region,
        permissions: roles::permissions(Audience::Desk, &staff.roles),
        roles: staff.roles,
        real_name: true,
    }
}

/// Organisations whose cases somebody may see.
///
/// The own body with everything below it (a section handles the cases of its bureau), the bodies
/// linked to the windows held, and for region-wide posts without an item list the whole region.
fn visible(staff: &Staff, held: &[String], snapshot: &Snapshot) -> Vec<Uuid> {
    let tree = &snapshot.tree;
    let mut found: BTreeSet<Uuid> = BTreeSet::new();
    let own = std::iter::once(staff.org_id);
    let linked = held.iter().flat_map(|key| snapshot.orgs_of_window(key));
    for org in own.chain(linked) {
        if let Some(body) = tree.body(org) {
            found.extend(tree.subtree(body.id));
        }
    }
    if roles::sees_region(&staff.roles) && staff.items.is_empty() {
        let region = tree.get(staff.org_id).map(|org| org.region.clone()).unwrap_or_default();
        found.extend(tree.in_region(&region));
    }
    found.into_iter().collect()
}
