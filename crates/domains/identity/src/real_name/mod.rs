//! Real-name check and review (IDENT-003): the authority is asked first; what it can't say, staff do.
//!
//! The latest decided review of an account outweighs what the province says at the next sign-on, so
//! that a failed check keeps failing until it is taken back or passed.

pub(crate) mod http;
mod service;
pub(crate) mod store;
