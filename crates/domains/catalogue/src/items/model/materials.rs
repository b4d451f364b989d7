//! Materials to hand in, and what is looked at in them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A material (ITEM-004).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Key.
    pub key: String,
    /// Standard name.
    pub name: String,
    /// Order on the list.
    pub order: u32,
    /// 1 原件, 2 复印件, 3 原件和/或复印件.
    pub kind: String,
    /// 1 纸质, 2 电子, 3 纸质或电子.
    pub form: String,
    /// Originals.
    pub original_copies: u32,
    /// Copies.
    pub photo_copies: u32,
    /// 10 申请人自备, 20 政府部门核发, 30 中介机构出具, 99 其他.
    pub source: String,
    /// Note on the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_note: Option<String>,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// 1 必要, 2 非必要, 3 容缺后补.
    pub necessity: String,
    /// A4, A3 …
    pub paper_spec: String,
    /// pdf, jpg, png, docx, xlsx.
    pub file_types: Vec<String>,
    /// Megabytes a file may have.
    pub max_mb: u32,
    /// Licence type that replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_type: Option<String>,
    /// What the applicant reads about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt_note: Option<String>,
    /// Made from the form.
    #[serde(default)]
    pub generated: bool,
    /// Empty form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank_form: Option<String>,
    /// Sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// Notes on filling in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_notes: Option<String>,
    /// online, window, post.
    pub hand_in: Vec<String>,
    /// Handling items that need it; empty = all.
    #[serde(default)]
    pub handle_items: Vec<String>,
    /// FEEL over the situation answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Review points (ITEM-042).
    #[serde(default)]
    pub review_points: Vec<ReviewPoint>,
}

/// What is looked at (审查要点, ITEM-042).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPoint {
    /// Key.
    pub key: String,
    /// Text.
    pub text: String,
    /// `formal` or `substantive`.
    pub kind: String,
    /// `window` or `approver`.
    pub r#for: String,
}
