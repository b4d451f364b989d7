//! Masked copies 静态脱敏 (DATASEC-003): tables taken out for tests, statistics or supply outside, each
//! column masked as its classification says. The tables themselves are only read.
//!
//! * [`mask`]: the rules, pure;
//! * `run`: the job, one file of a table at a time, recorded and audited;
//! * `take`: files downloaded by right, removed when they expire or are no longer wanted.

pub mod mask;
pub(crate) mod run;
pub(crate) mod store;
pub(crate) mod take;
