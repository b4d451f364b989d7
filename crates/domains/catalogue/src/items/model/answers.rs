//! What the applicant is asked before applying: situations and acceptance conditions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question whose answer changes what is needed (ITEM-039).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Key, snake_case; its FEEL name.
    pub key: String,
    /// Question.
    pub question: String,
    /// Hint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// `single` (options exclude each other) or `multi`.
    pub kind: String,
    /// Handling items it is asked for; empty = all.
    #[serde(default)]
    pub handle_items: Vec<String>,
    /// Asked only when this FEEL condition over other answers holds (nesting).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<String>,
    /// Options.
    pub options: Vec<SituationOption>,
}

/// An option of a situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SituationOption {
    /// Key.
    pub key: String,
    /// Label.
    pub label: String,
    /// `stop`: the answer leads away from this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Why it leads away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where to instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goto: Option<String>,
}

/// An acceptance condition (ITEM-040).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Key.
    pub key: String,
    /// Text of the guide.
    pub text: String,
    /// An unmet necessary one stops the application.
    pub necessary: bool,
    /// `manual` (the applicant answers) or `data` (checked against data).
    pub check: String,
    /// Question to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Options.
    #[serde(default)]
    pub options: Vec<ConditionOption>,
    /// Handling items it holds for; empty = all.
    #[serde(default)]
    pub handle_items: Vec<String>,
}

/// An option of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionOption {
    /// Key.
    pub key: String,
    /// Label.
    pub label: String,
    /// Whether the condition is then met.
    pub met: bool,
    /// What to do when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
