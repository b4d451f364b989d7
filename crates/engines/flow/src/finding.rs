//! What is wrong with a definition, said so that the person who drew it can put it right.

use serde::Serialize;

/// How much a finding weighs: an error forbids publishing, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow must not be published.
    Error,
    /// The flow runs, but probably not as meant.
    Warning,
}

/// One remark about one element of a definition (FORM-028: the list jumps to the element).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Finding {
    /// Id of the element, of the process where the whole flow is meant, or empty where there is no element yet.
    pub element: String,
    /// Whether it forbids publishing.
    pub severity: Severity,
    /// Stable code, e.g. `deadlock`.
    pub code: &'static str,
    /// Plain Chinese: what is wrong and the way out.
    pub message: String,
}

impl Finding {
    pub(crate) fn error(element: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { element: element.into(), severity: Severity::Error, code, message: message.into() }
    }

    pub(crate) fn warning(element: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { element: element.into(), severity: Severity::Warning, code, message: message.into() }
    }

    /// Whether this finding forbids publishing.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
