//! Who people are: citizens and enterprises (mirrored from the province), staff, organisations,
//! regions, windows, roles.
//!
//! Two user systems that never mix (IDENT-004): a citizen's session opens nothing of the desk and
//! the other way round. This domain decides who somebody is and what role gives which right; it
//! knows nothing of items and cases.
//!
//! Start at [`Identity`]; the policy is `roles.yaml`; see README.md for words and tables.

mod connected;
mod directory;
mod enterprise;
mod error;
mod http;
mod model;
mod openid;
mod permissions;
mod provider;
mod real_name;
pub mod roles;
mod second_factor;
mod service;
mod sign_ins;
mod store;
pub mod systems;

use std::sync::Arc;

use axum::extract::FromRef;
use platform::Platform;
use platform::db::migrate::Migration;
use tokio::sync::OnceCell;

pub use enterprise::{EnterpriseRegistry, HttpEnterpriseRegistry, Licence, Registration};
pub use http::routes;
pub use model::account::{Account, AccountEdit, AccountKind, Enterprise, Profile};
pub use model::org::{Org, OrgTree, Region};
pub use model::staff::{Staff, Window};
pub use permissions::{EditAccount, EditSystems, PERMISSIONS, ReadAccount, ReadSelf, ReadSystems};
pub use provider::{HttpIdentityProvider, IdentityProvider, RealName};
pub use service::import;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "identity_0001", sql: include_str!("../migrations/0001_identity.sql") },
    Migration { name: "identity_0002_systems", sql: include_str!("../migrations/0002_systems.sql") },
    Migration { name: "identity_0005_sign_on", sql: include_str!("../migrations/0005_sign_on.sql") },
];

/// The identity domain. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) platform: Platform,
    pub(crate) directory: Arc<directory::Directory>,
    pub(crate) provider: Arc<dyn IdentityProvider>,
    pub(crate) registry: Arc<dyn enterprise::EnterpriseRegistry>,
    pub(crate) decoy: Arc<OnceCell<String>>,
}

impl Identity {
    /// The domain on a platform, with the province at `identity_url`. Answers the platform's
    /// question whose a session is from here on.
    pub fn new(platform: Platform) -> Self {
        let provider = HttpIdentityProvider::new(platform.http.clone(), &platform.config.identity_url);
        Self::with_provider(platform, Arc::new(provider))
    }

    /// The same with another connector.
    pub fn with_provider(platform: Platform, provider: Arc<dyn IdentityProvider>) -> Self {
        let directory = Arc::new(directory::Directory::default());
        // The directory, not `Self`: the platform must not hold something that holds the platform.
        platform.sessions.plug(directory.clone());
        let registry =
            Arc::new(enterprise::HttpEnterpriseRegistry::new(platform.http.clone(), &platform.config.registry_url));
        Self { platform, directory, provider, registry, decoy: Arc::default() }
    }
}

impl FromRef<Identity> for Platform {
    fn from_ref(identity: &Identity) -> Self {
        identity.platform.clone()
    }
}

#[cfg(test)]
mod tests;
