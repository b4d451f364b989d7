//! Connected systems 接入系统: the registry, the gateway credentials, and the proof of a call.
//!
//! Start at [`ConnectedSystem`] (what the rest of the product knows of a caller), [`Signed`] (the
//! extractor that proves a call) and [`Formula`] (how a call is signed, ours and theirs). Every
//! question goes to the database, nothing is cached: switching a system off, or ending a secret,
//! counts on every node at once.
//!
//! req: IDENT-011, IDENT-013

mod formula;
mod gateway;
pub(crate) mod http;
mod model;
mod service;
mod store;

pub use formula::{Formula, Signing};
pub use gateway::{CasesInterface, EventsInterface, Interface, MAX_SKEW_SECONDS, MaterialsInterface, REFUSED, Signed};
pub use model::{ConnectedSystem, Grant, INTERFACES, SystemDraft};
pub use service::secrets::{IssuedSecret, NewSecret};

#[cfg(test)]
mod tests;
