//! What is protected how, read from the running installation, never written by hand.
//!
//! [`report`] lists every sealed column with its key and what is left in clear (DATASEC-006);
//! [`check`] is the level-3 self-check, one question to the live system an item (DATASEC-014).

pub(crate) mod check;
mod graded;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod schema;

pub use check::{Item, Met};
