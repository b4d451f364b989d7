//! Thresholds over the history raise alarms, with hysteresis; an alarm opens a fault ticket (OPS-033).

pub mod judge;
pub(crate) mod rules;
pub(crate) mod watch;
