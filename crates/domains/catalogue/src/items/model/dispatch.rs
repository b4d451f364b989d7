//! Where a case goes after it was accepted.

use serde::{Deserialize, Serialize};

/// Where accepted cases of an item are handled (CASE-018).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// Here, in the department's own system, or above.
    pub mode: DispatchMode,
    /// App id of the connected system; for `upper` the upper platform's when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// Key of the data mapping by which the form is told; the form goes as it is when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// Hours within which the other system has to say something; then people are told.
    #[serde(default = "a_day")]
    pub answer_hours: u32,
    /// What follows when it can't be sent.
    #[serde(default)]
    pub fallback: Fallback,
}

/// Who handles an accepted case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DispatchMode {
    /// The flow here.
    Internal,
    /// The department's own system.
    Department,
    /// A system of a higher level.
    Upper,
}

impl DispatchMode {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Department => "department",
            Self::Upper => "upper",
        }
    }
}

/// What follows when a case can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// People here handle it.
    #[default]
    Manual,
    /// It waits until somebody decides.
    Hold,
}

fn a_day() -> u32 {
    24
}
