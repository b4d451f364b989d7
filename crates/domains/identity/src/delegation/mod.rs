//! Delegation 授权: who may act for whom, in which items, with which materials, how long
//! (IDENT-019 to IDENT-024).
//!
//! One entity, the grant, serves the three levels of an enterprise (legal representative → manager
//! → agent) and the relative who helps an elder. The principal is who is acted for, the grantee who
//! acts. Nobody gives more than he holds, and what hangs on a grant ends with it.
//!
//! This domain knows no cases. A domain above asks [`Identity::may_act`] at each step, writes with
//! [`Identity::log_use`] what was done, and learns from [`Identity::acting_scopes`] whose things a
//! person may see. Start at [`model::judge`]; README.md beside this file tells the words.
//!
//! [`Identity`]: crate::Identity
//! [`Identity::may_act`]: crate::Identity::may_act
//! [`Identity::log_use`]: crate::Identity::log_use
//! [`Identity::acting_scopes`]: crate::Identity::acting_scopes

pub(crate) mod error;
pub(crate) mod http;
pub(crate) mod model;
pub(crate) mod notify;
pub(crate) mod service;
pub(crate) mod store;

use async_trait::async_trait;
use platform::web::problem::Result;

pub use model::{Action, Deed, Reach, Refusal, Role};
pub use notify::JOB as NOTIFY_JOB;
pub use service::act::{ActingPerson, ActingScope, Authority, Represented, Use, Verdict};
pub use service::answer::{Answer, WindowAnswer};
pub use service::give::{NewGrant, Party};
pub use service::lists::{ActingFor, GrantFilter, GrantList, GrantView, KeyName, UseView};
pub use service::{Period, change::ChangeGrant};

/// An item as far as a grant names it.
#[derive(Debug, Clone)]
pub struct GrantableItem {
    /// Key by which grants name it.
    pub key: String,
    /// Name people read.
    pub name: String,
    /// Its materials: key and name.
    pub materials: Vec<(String, String)>,
}

/// Answers which items exist; the catalogue does, `app` plugs it in. Without it every key is taken
/// as it is and shown by itself.
#[async_trait]
pub trait ItemNames: Send + Sync {
    /// The item offered under a key, or `None`.
    ///
    /// # Errors
    /// When the database refuses.
    async fn item(&self, key: &str) -> Result<Option<GrantableItem>>;
}

#[cfg(test)]
mod tests;
