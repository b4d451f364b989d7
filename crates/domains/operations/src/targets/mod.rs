//! Response targets 响应达标 (OPS-001 to OPS-005, OPS-008): what is promised, what was measured, whether it was kept.
//!
//! * [`pack`]: `packs/platform/response-targets.yaml`: limits, and which request is what;
//! * [`judge`]: kept or broken, and the reference load, pure;
//! * [`keep`]: once a minute what was answered goes into the rows of the day;
//! * [`report`]: the table of a day or a week, the report of each day.

pub mod judge;
pub(crate) mod keep;
pub mod pack;
pub(crate) mod report;
