//! Rows and queries. No rule lives here.

pub(crate) mod accounts;
pub(crate) mod directory;
pub(crate) mod staff;
