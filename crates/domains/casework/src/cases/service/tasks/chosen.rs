//! Somebody named for a task, and who was chosen for the steps that a change begins (CASE-033).

use std::collections::BTreeMap;

/// A handler found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// `person`, `department` or `role`.
    pub kind: &'static str,
    /// Id or role key.
    pub key: String,
    /// In words.
    pub label: String,
}

/// Who was chosen, by step.
pub(crate) type Chosen = BTreeMap<String, Vec<Named>>;

/// What the record says of who was chosen; nothing when nobody was.
pub(crate) fn words(chosen: &Chosen) -> String {
    let names: Vec<&str> = chosen.values().flatten().map(|one| one.label.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("（下一步请 {} 办理）", names.join("、")) }
}
