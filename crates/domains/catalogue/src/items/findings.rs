//! What is wrong with an item, said by the name of the element.

use platform::Problem;
use platform::web::problem::FieldProblem;
use serde::Serialize;
use utoipa::ToSchema;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing may be saved or published with it.
    Error,
    /// Allowed, but probably not as meant.
    Warning,
}

/// One remark about one element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// JSON pointer into the item, for example `/materials/2/name`; for a file beside it
    /// `/form/…`, `/flow/<element>`, `/rules` or `/samples/<file>/…`.
    pub pointer: String,
    /// Name of the element, for example 申请材料 第 3 项 材料名称.
    pub element: String,
    /// What to do.
    pub message: String,
    /// Weight.
    pub severity: Severity,
}

impl Finding {
    /// Whether it forbids saving.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}：{}", self.pointer, self.element, self.message)
    }
}

/// Collects findings; names each element by its pointer.
#[derive(Default)]
pub(crate) struct Findings(pub Vec<Finding>);

impl Findings {
    pub(crate) fn error(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.add(pointer.into(), message.into(), Severity::Error);
    }

    pub(crate) fn warn(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.add(pointer.into(), message.into(), Severity::Warning);
    }

    fn add(&mut self, pointer: String, message: String, severity: Severity) {
        let element = super::elements::name_of(&pointer);
        self.0.push(Finding { pointer, element, message, severity });
    }

    /// Errors first, each in the order found.
    pub(crate) fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.severity);
        self.0
    }
}

/// The errors among findings as a 422 problem, or nothing when there are only warnings.
pub fn refusal(findings: &[Finding]) -> Option<Problem> {
    let errors: Vec<FieldProblem> = findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| {
            FieldProblem::new(finding.pointer.clone(), "rule", format!("{}：{}", finding.element, finding.message))
        })
        .collect();
    if errors.is_empty() { None } else { Some(Problem::invalid(errors)) }
}
