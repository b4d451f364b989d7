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

/// Reads cases. Implemented over casework and plugged in at start.
#[async_trait]
pub trait RatedCases: Send + Sync {
    /// The case, when it is the account's own.
    async fn case_of_account(&self, case_id: Uuid, account: Uuid) -> Result<Option<RatedCase>>;

    /// The case with a number.
    async fn case_by_number(&self, number: &str) -> Result<Option<RatedCase>>;
}
