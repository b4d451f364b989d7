//! The rows of a table: seen, entered, changed, deleted, brought in and taken out.

pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod view;
pub(crate) mod write;
