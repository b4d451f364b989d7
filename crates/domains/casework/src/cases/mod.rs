//! Cases. See `README.md` beside this file for the words, states, tables, events and permissions.

pub mod chain;
pub mod clock;
pub mod error;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;
