//! Who a session belongs to and what that person may do and see.

use std::sync::Arc;

use async_trait::async_trait;
use platform::Platform;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Permission, Principal};
use platform::web::policy::{Bounds, Intake};
use platform::web::problem::Result;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::administration::rights;
use crate::directory::{Directory, Snapshot};
use crate::model::staff::Staff;
use crate::permissions::ReadSelf;
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
                Ok(Some(official(staff, &held, &snapshot, platform.now())))
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
        bounds: Bounds::default(),
    }))
}

fn official(staff: Staff, held: &[String], snapshot: &Snapshot, now: OffsetDateTime) -> Principal {
    let mut reach = rights::reach(&staff, held, snapshot, |grant| grant.holds(now));
    crate::citywide::widen(&mut reach.intake, held, snapshot);
    let region = snapshot.tree.get(staff.org_id).map_or(staff.region.as_str(), |org| org.region.as_str()).to_owned();
    // The own page is everybody's, also before a role is given. Until the password is changed nothing
    // else opens: it is changed there.
    let mut permissions: Vec<String> = if staff.owes_password(now) {
        Vec::new()
    } else {
        snapshot.roles.permissions(Audience::Desk, &staff.roles).into_iter().collect()
    };
    let own = <ReadSelf as Permission>::KEY;
    if !permissions.iter().any(|key| key == own) {
        permissions.push(own.to_owned());
    }
    let policy = snapshot.policy_of(&staff).map(Arc::new);
    Principal {
        id: staff.id,
        audience: Audience::Desk,
        name: staff.name,
        org_id: Some(staff.org_id),
        visible_orgs: reach.whole.keys().copied().collect(),
        region,
        permissions,
        roles: staff.roles,
        real_name: true,
        bounds: Bounds {
            items: reach.whole.into_iter().filter_map(|(org, items)| Some((org, items?))).collect(),
            intake: Intake { at: reach.own, orgs: reach.intake },
            policy,
            ..Bounds::default()
        },
    }
}
