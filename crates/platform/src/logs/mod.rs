//! Logs in one form (DATASEC-007): of the application itself, of devices, of connected systems.
//!
//! The names are those of the Elastic Common Schema, see docs/operations/logs.md. What comes is cleaned
//! ([`form`]): levels and times made one, control characters dropped, numbers of persons masked. Lines
//! that came at once are a batch; its SM3 digest stands in the audit log, whose days are rooted and
//! signed, so a changed, added or removed line is found ([`store::verify`]).
//!
//! The application's own lines are gathered in [`buffer`] and written once a minute.

pub mod buffer;
pub mod form;
pub mod store;

pub use form::{Line, Raw, Source};
