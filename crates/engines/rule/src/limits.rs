//! The limits within which an expression may be written and run.

/// Longest expression, in characters.
pub const EXPRESSION_LENGTH: usize = 4_000;
/// Deepest nesting of an expression.
pub const NESTING: usize = 100;
/// Longest range a loop may walk (`for n in 1..1000`) and the list length assumed for an input.
pub const RANGE: u64 = 1_000;
/// Most values one evaluation may read.
pub const INPUT_VALUES: usize = 100_000;
/// Most steps an expression may need, estimated when it is compiled with every input a list of [`RANGE`] rows.
/// Two nested loops over tables pass, three do not.
pub const STEPS: u64 = 200_000_000;
/// Longest DMN file, in bytes.
pub const DECISION_FILE: usize = 2 * 1024 * 1024;
/// Most compiled expressions kept in one [`crate::Feel`]; twice as many may be alive for a moment.
pub const CACHE: usize = 8_192;
