//! Recognition 身份互认: who a person of Tongban is elsewhere, and who somebody from elsewhere is here.
//!
//! Stands on `identity`, which alone knows accounts and opens sessions.

mod http;
mod permissions;

use axum::extract::FromRef;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;

pub use http::routes;
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[];

/// Columns that hold sealed values.
pub const SEALED: &[SealedColumn] = &[];

/// The recognition domain. Cheap to clone.
#[derive(Clone)]
pub struct Recognition {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
}

impl Recognition {
    /// The domain over a platform.
    #[must_use]
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }
}

impl FromRef<Recognition> for Platform {
    fn from_ref(recognition: &Recognition) -> Self {
        recognition.platform.clone()
    }
}
