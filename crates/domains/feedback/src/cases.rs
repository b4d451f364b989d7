//! What this domain asks of whoever owns cases.

use async_trait::async_trait;
use platform::web::problem::Result;
use time::OffsetDateTime;
use uuid::Uuid;

/// A case as far as a rating needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedCase {
    /// Id.
    pub id: Uuid,
    /// Number the applicant knows.
    pub case_number: String,
    /// Slug of the item.
    pub item_slug: String,
    /// Name of the item.
    pub item_name: String,
    /// Applicant, raw; compared, never stored here.
    pub applicant_name: String,
    /// Organisation that handled the case.
    pub org_id: Uuid,
    /// When it was closed.
    pub closed_at: Option<OffsetDateTime>,
    /// Whether it came to an end by which it may be rated.
    pub finished: bool,
}

/// How a case stands that something was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedCase {
    /// Whether it came to an end by which it may be rated.
    pub finished: bool,
    /// Whether a result is still to be handed over, at the window or by post.
    pub to_hand_over: bool,
    /// Whether its applicant has an account, and so a page of its own to rate on.
    pub has_account: bool,
}

/// Reads cases. Implemented over casework and plugged in at start.
#[async_trait]
pub trait RatedCases: Send + Sync {
    /// The case, when it is the account's own.
    async fn case_of_account(&self, case_id: Uuid, account: Uuid) -> Result<Option<RatedCase>>;

    /// The case with a number.
    async fn case_by_number(&self, number: &str) -> Result<Option<RatedCase>>;

    /// How a case stands; absent for one that is not there.
    async fn ended_case(&self, case_id: Uuid) -> Result<Option<EndedCase>>;

    /// Asks the applicant's side to rate at an address, once for each case.
    async fn invite(&self, case_id: Uuid, link: &str) -> Result<()>;
}
