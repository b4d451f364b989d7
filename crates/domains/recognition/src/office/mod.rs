//! Entry from the document system 电子公文 and the to-dos its desktop shows (IDENT-017).
//!
//! The document system is a connected system with the interface `staff_desk`. It asks, signed, for a
//! one-time ticket of somebody of its own organisation, sends the browser to us with it, and the
//! person lands on the workbench or on the page named. It asks in the same way what waits for the
//! person. What waits is known to domains above; they answer as [`StaffDesk`].

pub(crate) mod http;
pub(crate) mod service;

use async_trait::async_trait;
use platform::web::guard::Principal;
use platform::web::problem::Result;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// One thing that waits for somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskTodo {
    /// Step and item in words.
    pub title: String,
    /// Case number.
    pub case_number: String,
    /// Day it is due, in China; none while the clock stands.
    pub due_on: Option<String>,
    /// Page of the desk, to be asked for with a ticket.
    pub to: String,
}

/// One reminder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskReminder {
    /// Text.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// What waits for somebody.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct DeskSummary {
    /// Exact number of to-dos.
    pub todo_total: u64,
    /// The most urgent ones.
    pub todos: Vec<DeskTodo>,
    /// Latest reminders.
    pub reminders: Vec<DeskReminder>,
}

/// Answers what waits for a staff user; casework does, `app` plugs it in.
#[async_trait]
pub trait StaffDesk: Send + Sync {
    /// To-dos and reminders of a caller.
    ///
    /// # Errors
    /// When the database refuses.
    async fn waiting(&self, caller: &Principal) -> Result<DeskSummary>;
}
