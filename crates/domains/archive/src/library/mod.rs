//! The case library 办件信息库 (CASE-040): one record per case with all its parts, of all departments and levels.
//!
//! Nothing is copied: a record is read from the case itself and so is always the case's own. [`list`] finds records
//! within the caller's reach and shows one whole, masked; [`sharing`] gives them to registered systems, by item and by
//! part, each call in the ledger.

pub mod http;
pub mod list;
pub mod sharing;
