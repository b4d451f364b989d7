//! The second factor of staff: an authenticator app's code besides the password, demanded by role
//! (`second_factor: true` in `roles.yaml`; GB/T 22239 level 3 wants it for administrators).
//!
//! A right password gives a ticket, not a session; the code of the app turns the ticket into one.
//! Start at `service.rs`.

pub(crate) mod http;
mod model;
mod service;
pub(crate) mod store;

pub(crate) use model::PATIENCE;
pub(crate) use service::{Enrolment, NextStep, Step, TRIES};
