//! Papers of items: what is printed, told or sealed for an item, and when (FORM-019, FORM-020, FORM-021).
//!
//! Start at [`ItemPaper`] and [`service`]; how a case prints and stamps them is told in
//! [`crate::cases::service::printing`] and [`crate::cases::service::stamping`].

mod export;
pub mod http;
pub mod service;
pub mod store;

use std::collections::BTreeMap;

use licences::SealPurpose;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which kind of definition the paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// A Word or PDF template.
    Print,
    /// A paper of the library.
    Paper,
}

/// What it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperPurpose {
    /// Printed when somebody asks: 打印件.
    Print,
    /// Told to the applicant: 告知文书.
    Notice,
}

/// When a notice is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperMoment {
    /// When somebody makes it.
    #[default]
    #[serde(rename = "")]
    Never,
    /// With the application.
    Submitted,
    /// With the acceptance.
    Accepted,
    /// With the decision.
    Decided,
}

/// Which seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperSeal {
    /// None.
    #[default]
    #[serde(rename = "")]
    None,
    /// 政务服务专用章.
    Notice,
    /// 业务受理专用章.
    Acceptance,
}

impl PaperSeal {
    /// The seal of the seal service.
    #[must_use]
    pub fn purpose(self) -> Option<SealPurpose> {
        match self {
            Self::None => None,
            Self::Notice => Some(SealPurpose::Notice),
            Self::Acceptance => Some(SealPurpose::Acceptance),
        }
    }

    /// As it stands in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Notice => "notice",
            Self::Acceptance => "acceptance",
        }
    }
}

/// When the seal is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StampAt {
    /// Without a seal.
    #[default]
    #[serde(rename = "")]
    Never,
    /// When the paper is made.
    Made,
    /// At the window, by a clerk.
    Window,
    /// At a step of the flow.
    Step,
}

/// What a paper of an item is, without its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemPaperContent {
    /// Item.
    pub item_slug: String,
    /// What people read: 申请表（套打）.
    pub title: String,
    /// Handling item; empty for all.
    #[serde(default)]
    pub handle_item: String,
    /// Question → option that must be answered so.
    #[serde(default)]
    pub situation: BTreeMap<String, String>,
    /// Kind of definition.
    pub kind: PaperKind,
    /// Its key.
    pub paper_key: String,
    /// What for.
    pub purpose: PaperPurpose,
    /// When a notice is made by itself.
    #[serde(default)]
    #[schema(value_type = String)]
    pub moment: PaperMoment,
    /// Seal.
    #[serde(default)]
    #[schema(value_type = String)]
    pub seal: PaperSeal,
    /// Body whose seal it is; that of the case when absent.
    #[serde(default)]
    pub seal_org_id: Option<Uuid>,
    /// When it is sealed.
    #[serde(default)]
    #[schema(value_type = String)]
    pub stamp_at: StampAt,
    /// Step of the flow, for `step`.
    #[serde(default)]
    pub step: String,
    /// Not offered any more.
    #[serde(default)]
    pub disabled: bool,
}

/// A paper of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemPaper {
    /// Id.
    pub id: Uuid,
    /// What it is.
    #[serde(flatten)]
    pub content: ItemPaperContent,
    /// Name of the item.
    pub item_name: String,
    /// Send it back with a change.
    pub version: i64,
    /// Who changed it last.
    pub changed_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: time::OffsetDateTime,
}

impl ItemPaperContent {
    /// Whether it is for a case of this handling item and these answers.
    #[must_use]
    pub fn fits(&self, handle_item: &str, situation: &Map<String, Value>) -> bool {
        let answered = |(question, option): (&String, &String)| match situation.get(question) {
            Some(Value::String(one)) => one == option,
            Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(option)),
            _ => false,
        };
        !self.disabled
            && (self.handle_item.is_empty() || self.handle_item == handle_item)
            && self.situation.iter().all(answered)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content() -> ItemPaperContent {
        serde_json::from_value(json!({ "item_slug": "x", "title": "申请表", "kind": "print", "paper_key": "x-form",
            "purpose": "print" }))
        .unwrap()
    }

    /// req: FORM-019
    #[test]
    fn a_paper_is_for_its_handling_item_and_its_situation() {
        let answers = json!({ "place": "rent", "kinds": ["a", "b"] });
        let answers = answers.as_object().unwrap();
        assert!(content().fits("new", answers));
        assert!(!ItemPaperContent { handle_item: "change".into(), ..content() }.fits("new", answers));
        let with = |pairs: &[(&str, &str)]| ItemPaperContent {
            situation: pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            ..content()
        };
        assert!(with(&[("place", "rent"), ("kinds", "b")]).fits("new", answers));
        assert!(!with(&[("place", "own")]).fits("new", answers));
        assert!(!with(&[("unasked", "x")]).fits("new", answers));
        assert!(!ItemPaperContent { disabled: true, ..content() }.fits("new", answers));
    }
}
