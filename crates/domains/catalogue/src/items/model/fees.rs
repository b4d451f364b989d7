//! What is charged, and what is let off.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Fees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Whether anything is charged.
    pub charge: bool,
    /// Basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// What is charged.
    #[serde(default)]
    pub items: Vec<FeeItem>,
    /// What is charged less, or not at all 减免.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reductions: Vec<FeeReduction>,
    /// By when it has to be paid: `decision`, or `delivery` when absent (CASE-026).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Fees {
    /// Whether the decision waits for the payment; otherwise the delivery does.
    pub fn before_decision(&self) -> bool {
        self.before.as_deref() == Some("decision")
    }
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeItem {
    /// Name.
    pub name: String,
    /// Standard in words.
    pub standard: String,
    /// Amount in fen when fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fen: Option<i64>,
    /// Charged only when this FEEL condition over the form holds; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// FEEL over the form that gives the amount in fen, in place of a fixed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
}

/// A reduction of a fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeReduction {
    /// Name.
    pub name: String,
    /// Basis.
    pub basis: String,
    /// Percent of the fee that is let off, 1 to 100.
    pub percent: i64,
    /// Names of the fees it is about; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<String>,
    /// Holds by itself under this FEEL condition over the form; when absent the clerk grants it
    /// at the review of the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}
