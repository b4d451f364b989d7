//! What the domain speaks of, without database and HTTP.

pub(crate) mod account;
pub(crate) mod org;
pub(crate) mod staff;
