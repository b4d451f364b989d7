//! What the provider does.

pub(crate) mod authorize;
pub(crate) mod clients;
mod keys;
pub(crate) mod token;
