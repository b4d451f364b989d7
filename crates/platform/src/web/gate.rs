//! One more question at each request of staff, answered by a domain above.
//!
//! Whether somebody may approve from a phone depends on a link that another domain keeps
//! (IDENT-016). The guard asks after the permission; the domain plugs its answer in at start, as it
//! does with [`crate::sessions::PrincipalSource`].

use async_trait::async_trait;

use super::guard::Principal;
use super::problem::Result;
use super::terminal::Client;
use crate::Platform;

/// How a session was begun that came through the government mobile platform.
pub const MOBILE: &str = "mobile";

/// Answers whether a proven caller may use a permission from where the request comes.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Lets the request through or says why not.
    ///
    /// # Errors
    /// The refusal the caller reads.
    async fn admit(
        &self,
        platform: &Platform,
        caller: &Principal,
        client: &Client,
        permission: &'static str,
    ) -> Result<()>;
}
