//! Cases of earlier systems (CASE-044): a table becomes records by a mapping that is kept for the next file of the same
//! system; tried first, then run in a job that goes on where it stopped; afterwards file and database are compared.
//!
//! They are records to look up, not cases: nothing of ours ran for them, so they have no frozen item, no chain and no
//! clock, and count in no figure (docs/adr/0067). Organisations and accounts come in by `identity` (IDENT-032).

pub mod http;
pub mod list;
pub mod mapping;
pub mod rows;
pub mod runs;
pub(crate) mod store;
mod work;

/// Reads a part of a file.
pub const JOB: &str = "archive.legacy";
