//! Discovery of sensitive data 敏感数据发现 (DATASEC-002): a scan looks at samples of what is stored,
//! whatever the column is called, and proposes a level; a steward confirms.
//!
//! * [`detect`]: recognises contents, pure;
//! * `scan`: the job, column by column, resumable, at most [`scan::SAMPLE`] values of each;
//! * `findings`: accepted or dismissed by a person.
//!
//! Only counts and one masked example are kept.

pub mod detect;
pub(crate) mod findings;
pub(crate) mod scan;
pub(crate) mod store;
