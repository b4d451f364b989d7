//! Fault tickets 故障单 (OPS-013): graded, timed, and raised to the next grade by themselves.
//!
//! [`model`] holds grades, times and states without any I/O; [`service`] the acts of people; [`watch`] the timers;
//! [`figures`] what the tickets of a period add up to.

pub(crate) mod figures;
pub mod model;
pub(crate) mod service;
pub(crate) mod watch;
