//! What the domain does, one file per act.

mod invite;
mod open;
mod rate;
pub mod summary;
pub(crate) mod survey;
