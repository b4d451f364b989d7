//! Figures of cases apart from the cases (OPS-007): a report over a year reads some thousand rows of `case_days` and
//! none of the tables that people work on; a list knows its exact total without counting its cases (CASE-022).
//!
//! * [`model`]: what a case adds to the figures, pure;
//! * [`keep`]: the first count and, once a minute, the changes since; nothing is written on the way of an act;
//! * [`read`]: figures of a period within reach, with what changed since the last count laid over them, so that they
//!   are exact at every moment;
//! * [`totals`]: the same for the totals of lists, from `case_totals` where days, items and counters do not matter;
//! * [`check`]: the nightly reconciliation and the recount;
//! * [`report`]: the report by item, department, area, channel, state, result or period.
//!
//! Why so: docs/adr/0085-figures-beside-the-cases.md and docs/adr/0092-totals-of-lists-from-figures.md.

pub mod check;
pub mod http;
pub mod keep;
pub mod model;
pub mod read;
pub mod report;
pub(crate) mod store;
pub(crate) mod tables;
pub(crate) mod totals;
