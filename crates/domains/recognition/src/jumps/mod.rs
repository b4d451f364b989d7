//! Jumps 事项跳转: an item handled in another system. 在线办理 opens it there, signed in, with the
//! parameters it wants and the person's data under its own names; call-tickets and case data may be
//! pushed along (IDENT-012). A row per item, edited at the desk (ADR 0022).

pub(crate) mod admin;
pub(crate) mod http;
mod model;
mod push;
mod service;
pub(crate) mod store;

pub use model::{JumpDraft, Mapping, Param};
pub use push::PUSH_JOB;

use async_trait::async_trait;
use platform::Result;
use platform::web::guard::Principal;
use serde_json::Value;
use uuid::Uuid;

/// A case as another system is told of it.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// Number.
    pub number: String,
    /// Slug of its item.
    pub item: String,
    /// What is pushed: number, item, state, times; nothing personal.
    pub data: Value,
}

/// What recognition needs to know of cases; they lie above it, so `app` answers.
#[async_trait]
pub trait Cases: Send + Sync {
    /// A case within the caller's reach, or `None`.
    async fn within_reach(&self, caller: &Principal, case: Uuid) -> Result<Option<CaseFacts>>;

    /// A case, whoever asks: for jobs.
    async fn facts(&self, case: Uuid) -> Result<Option<CaseFacts>>;
}
