//! Supervision of slow cases (CASE-021, CASE-036): reminders 催办 and orders 督办 from issue to close, and what
//! handlers and supervisors write to each other under them.
//!
//! An order goes *issued → signed for → answered → closed*; each step is dated and named, none is taken back. Giving one
//! and answering it are acts of `cases` (`service::special`); what follows stands here: [`acts`] (sign for, remind,
//! close), [`notes`] (the dialogue), [`list`] (orders of one's reach), [`warnings`] (cases near and past their limits).

pub mod acts;
pub mod http;
pub mod list;
pub mod notes;
pub(crate) mod store;
pub mod warnings;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cases::store::urge;

/// How far a reminder or order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SupervisionStage)]
pub enum Stage {
    /// Given, not yet signed for.
    Issued,
    /// Signed for, not yet answered.
    Signed,
    /// Answered, not yet closed.
    Answered,
    /// Closed by who gave it, or by a colleague with the right to.
    Closed,
}

impl Stage {
    pub(crate) fn of(row: &urge::Model) -> Self {
        match (row.closed_at, row.replied_at, row.signed_at) {
            (Some(_), ..) => Self::Closed,
            (_, Some(_), _) => Self::Answered,
            (.., Some(_)) => Self::Signed,
            _ => Self::Issued,
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issued => "待签收",
            Self::Signed => "待回复",
            Self::Answered => "待办结",
            Self::Closed => "已办结",
        }
    }
}

/// A reminder or order, as lists and its page show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Supervision {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Applicant; a person's name is masked in lists.
    pub applicant_name: String,
    /// Department.
    pub org_name: String,
    /// State of the case in words.
    pub case_state_label: String,
    /// An order that wants a reply, not only a reminder.
    pub order: bool,
    /// What is to be done.
    pub text: String,
    /// Who gave it.
    pub by: String,
    /// Whether the caller gave it.
    pub own: bool,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// How far it has come.
    pub stage: Stage,
    /// In words.
    pub stage_label: &'static str,
    /// How often it was brought to mind again.
    pub reminders: i64,
    /// When last.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reminded_at: Option<OffsetDateTime>,
    /// When it was signed for.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub signed_at: Option<OffsetDateTime>,
    /// By whom.
    pub signed_by: Option<String>,
    /// The answer.
    pub reply: Option<String>,
    /// Who answered.
    pub replied_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<OffsetDateTime>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<OffsetDateTime>,
    /// With which words.
    pub closing_note: Option<String>,
}
