//! Rules: FEEL expressions and DMN decisions.
//!
//! Purpose: forms, flow conditions, situations, distribution, scoring and assisted approval all ask one
//! question, "what does this expression say about these values". This crate answers it with exact decimals
//! and Chinese names, and never reaches the network, the clock or a file.
//!
//! Where to start: [`Feel`] evaluates expressions, [`Decisions`] reads a DMN file and tells with each answer
//! which rules fired. The parser and evaluator are those of the published dsntk crates; no type of theirs
//! leaves this crate, so that they can be replaced.
//!
//! # Values
//! JSON goes in and out. A number is exact: it comes back as a JSON number where that number is exact and as
//! a decimal string where it is not. FEEL has dates, times and durations and JSON has none, so the caller marks
//! them: `{"@": "2026-09-24"}`, `{"@": "09:30:00"}`, `{"@": "P15D"}`; `{"@": "12345678901234567890.12"}` is a
//! number too long for JSON. A text that only looks like a date stays a text. Results carry no marks: a date
//! comes back as `"2026-09-24"`.
//!
//! # Limits
//! See [`limits`]. What could run long, recurse or leave the process is refused when the expression is
//! compiled, not when a citizen submits.

mod bindings;
mod cache;
mod checks;
mod decision;
mod error;
mod expression;
mod guard;
pub mod limits;
mod names;
mod table;
mod value;

pub use bindings::{Binding, Filled, Severity, is_day};
pub use decision::{Decision, Decisions, FiredRule};
pub use error::RuleError;
pub use expression::{Expression, Feel, Source};
pub use names::is_reserved;
