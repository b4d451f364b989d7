//! What the provider does.

pub(crate) mod authorize;
pub(crate) mod clients;
mod keys;
mod personal;
pub(crate) mod token;
