//! What a person may ask, what is done at a place, and what a clerk orders.

use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PrivacyRequestKind)]
pub enum Kind {
    /// Mend what is wrong.
    Correct,
    /// Delete.
    Delete,
}

impl Kind {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Delete => "delete",
        }
    }

    /// Name of a column value.
    pub fn label(text: &str) -> &'static str {
        if text == "delete" { "删除" } else { "更正" }
    }
}

/// What is done at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PrivacyAct)]
pub enum Act {
    /// One value is corrected.
    Correct,
    /// Deleted.
    Erase,
    /// Left as it is, with a reason.
    Keep,
}

impl Act {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Erase => "erase",
            Self::Keep => "keep",
        }
    }
}

/// Name of an act.
pub(crate) fn act_label(text: &str) -> &'static str {
    match text {
        "correct" => "已更正",
        "erase" => "已删除",
        _ => "保留",
    }
}

/// What a clerk orders for one place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[schema(as = PrivacyOrder)]
pub struct Order {
    /// Key of the kind of data.
    pub held_key: String,
    /// What is done.
    pub act: Act,
    /// The value to correct, as the place names it.
    #[serde(default)]
    pub field: String,
    /// The right value.
    #[serde(default)]
    pub value: String,
    /// Words for the person about this place.
    #[serde(default)]
    pub note: String,
}
