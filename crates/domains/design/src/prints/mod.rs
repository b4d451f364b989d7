//! Print templates (FORM-019) and field mappings (FORM-007): where the answers of a form go.
//!
//! A print template is a Word or PDF file with places ([`Print`]); a mapping names the fields of an outside
//! system ([`Mapping`]). Both say for each place where its value comes from, in one small language
//! ([`Sources`]): a field of the form, something of the case, a fixed text, an expression. Both are definitions
//! of the library, with drafts, findings and frozen versions.

mod mapping;
mod print;
mod sources;
mod trying;

pub use mapping::{MAPPING_SCHEMA, Mapped, Mapping, MappingContent, MappingPair, TargetField, TargetType};
pub use print::{PRINT_SCHEMA, Print, PrintContent, PrintFormat, PrintPlace};
pub use sources::{AROUND, Around, Sources};
pub(crate) use trying::{InspectPrint, MappingRun, PreviewPrint, PrintInsight, RunMapping, is_template};

/// A remark while a content is checked: whether it forbids publishing, code, place, words.
pub(crate) struct Remark {
    pub error: bool,
    pub code: &'static str,
    pub at: String,
    pub message: String,
}

impl Remark {
    fn error(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error: true, code, at: at.into(), message: message.into() }
    }

    fn warning(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error: false, code, at: at.into(), message: message.into() }
    }
}

/// A key as a part of a JSON pointer.
fn pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
