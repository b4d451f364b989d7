//! Item administration by staff: drafts, publishing, the catalogue tree.
//!
//! An editor sees and changes the items of the organisations in view; others are not there (404).

pub(crate) mod diff;
pub(crate) mod drafts;
pub(crate) mod nodes;
