//! Alarms and risk events: recognised → assigned → handled → closed, with a record of every step.
//!
//! Rules over the audit log ([`rules`]) raise alarms; checks, drills, assessments and inspections are
//! entered by hand and go the same way. Start at [`model`].

pub mod model;
pub(crate) mod posture;
pub mod rules;
pub(crate) mod service;
pub(crate) mod store;
pub(crate) mod watch;
