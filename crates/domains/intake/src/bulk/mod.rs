//! Bulk cases 批量件 (CASE-015): a list of applicants of one item becomes cases together, which are then accepted and
//! completed together.
//!
//! A batch is entered line by line or from a table ([`lines`], [`import`]), and can be changed until its cases are
//! made. Each act over the batch runs as a job ([`work`]) with the rights its giver has then; a line that does not go
//! through keeps the reason and holds nobody up.

pub mod batches;
pub mod http;
pub mod import;
pub mod lines;
pub(crate) mod store;
pub mod work;

pub use work::JOB;

use platform::web::guard::Principal;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};

use store::batch;

/// Lines of one batch.
pub const MOST_LINES: u64 = 5_000;

/// Not a case yet.
pub(crate) const DRAFT: &str = "draft";
/// A case, not accepted yet.
pub(crate) const FILED: &str = "filed";
/// Accepted.
pub(crate) const ACCEPTED: &str = "accepted";
/// Everything in it is done that its handlers do.
pub(crate) const COMPLETED: &str = "completed";

/// What people read for the state of a line.
pub(crate) fn state_label(state: &str) -> &'static str {
    match state {
        DRAFT => "未生成办件",
        FILED => "待受理",
        ACCEPTED => "已受理",
        _ => "已办理",
    }
}

/// Something done with all lines of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Makes cases.
    Register,
    /// Accepts them.
    Accept,
    /// Does what is left to do.
    Complete,
}

impl Act {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Accept => "accept",
            Self::Complete => "complete",
        }
    }

    /// The state of the lines it takes.
    pub(crate) fn takes(self) -> &'static str {
        match self {
            Self::Register => DRAFT,
            Self::Accept => FILED,
            Self::Complete => ACCEPTED,
        }
    }

    /// The state of the lines it has done.
    pub(crate) fn gives(self) -> &'static str {
        match self {
            Self::Register => FILED,
            Self::Accept => ACCEPTED,
            Self::Complete => COMPLETED,
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Register => "生成办件",
            Self::Accept => "批量受理",
            Self::Complete => "批量办理",
        }
    }

    /// Permissions it takes, of the batch and of each case.
    pub(crate) fn needs(self) -> [&'static str; 2] {
        match self {
            Self::Register => ["bulk.edit", "case.intake"],
            Self::Accept => ["bulk.accept", "case.accept"],
            Self::Complete => ["bulk.complete", "task.complete"],
        }
    }

    pub(crate) fn audit(self) -> &'static str {
        match self {
            Self::Register => "bulk.register",
            Self::Accept => "bulk.accept",
            Self::Complete => "bulk.complete",
        }
    }
}

/// Whether a caller may know a batch: the department's own, or taken in at the caller's counter.
pub(crate) fn reach(caller: &Principal, row: &batch::Model) -> Result<()> {
    if caller.reaches_taken(row.org_id, &row.item_slug, row.taken_at) {
        return Ok(());
    }
    Err(not_found())
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("没有找到这个批次。")
}

/// Refuses while a job works on the batch.
pub(crate) fn idle(row: &batch::Model) -> Result<()> {
    if row.doing.is_empty() {
        return Ok(());
    }
    Err(Problem::conflict("batch_busy", "这个批次正在处理，请等它办完再操作。"))
}
