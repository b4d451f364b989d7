//! Links 互认设置: how people go to and come from a connected system with a ticket: whether it is a
//! department's system or a portal of the province, city or district, the addresses on its side, and
//! what its word counts here.
//!
//! req: IDENT-005, IDENT-010

pub(crate) mod http;
mod model;
mod service;
pub(crate) mod store;

pub(crate) use model::{Link, is_address};
pub use model::{LinkDraft, Role};
pub(crate) use service::INTERFACE;
