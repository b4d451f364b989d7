//! Archivable files 可归档电子文件 (CASE-044): what is kept of an ended case, in one ZIP that proves itself.
//!
//! [`package`] writes and verifies the file and knows nothing of the product; [`make`] gathers a case's parts and
//! makes it once, in a job of the night after the case ended, so that nobody who is still handing the result over
//! finds the case changed. Files are never written over: a case that is delivered or voided after its file was made
//! gets a further one that names the one before (docs/adr/0066).

pub mod http;
pub mod list;
mod make;
mod metadata;
pub mod package;
pub(crate) mod store;

/// Topics of cases that came to an end.
pub const TOPICS: [&str; 5] = ["case.closed", "case.delivered", "case.not_accepted", "case.withdrawn", "case.voided"];
/// Notes that a file is to be made in the night.
pub const PLAN_JOB: &str = "archive.plan";
/// Makes it.
pub const MAKE_JOB: &str = "archive.make";
/// Notes the files of ended cases that have none.
pub const MISSING_JOB: &str = "archive.missing";
