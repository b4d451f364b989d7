//! Sessions and sign-in records: what was opened from where, seen and ended by the owner or by an
//! administrator (IDENT-007), and counted for the statistics of the portal (IDENT-006).

pub(crate) mod http;
pub(crate) mod model;
mod service;
pub(crate) mod store;
