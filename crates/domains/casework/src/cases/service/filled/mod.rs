//! What stands beside a filled-in form: where values came from (FORM-014), what rules bound to it told
//! (FORM-016), how it compares with what others know (FORM-018).
//!
//! A source that does not answer never stops anybody: the field stays to be filled in by hand, the
//! comparison says that it could not be verified.

mod compare;
mod sharing;
mod sources;

use platform::Result;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Casework;
use super::judge::StepProblem;
use crate::cases::store::case_form;

pub use compare::FieldCheck;
pub(crate) use compare::{COMPARE_JOB, compare_job};
pub use sharing::{DataSharing, HttpDataSharing};
pub(crate) use sources::{Outside, Subject, asks_outside, label};

/// Sealed beside the form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Beside {
    /// Whether sources were asked.
    pub asked: bool,
    /// What they said, by path.
    pub values: Map<String, Value>,
    /// Names of licences that were read, by path of the type.
    pub names: std::collections::BTreeMap<String, String>,
    /// Sources that did not answer, in words.
    pub unanswered: Vec<String>,
    /// Rules that only warned when the application was handed in.
    pub warnings: Vec<KeptWarning>,
    /// The last comparison.
    pub comparisons: Vec<form::Comparison>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339::option")]
    pub compared_at: Option<OffsetDateTime>,
}

/// A rule that warned and let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FormWarning)]
pub struct KeptWarning {
    /// JSON pointer of the field, `/form/area`; `/form` for the form as a whole.
    pub pointer: String,
    /// What was told.
    pub message: String,
}

impl From<StepProblem> for KeptWarning {
    fn from(told: StepProblem) -> Self {
        Self { pointer: told.pointer, message: told.message }
    }
}

impl Casework {
    pub(crate) fn beside(&self, form: &case_form::Model) -> Result<Beside> {
        form.beside_sealed
            .as_ref()
            .map_or_else(|| Ok(Beside::default()), |sealed| self.open(sealed, form.case_id, "beside"))
    }

    pub(crate) fn seal_beside(&self, beside: &Beside, case: Uuid) -> Result<Option<String>> {
        if *beside == Beside::default() { Ok(None) } else { self.seal(beside, case, "beside").map(Some) }
    }

    /// Keeps what rules told that only warn, instead of what they told before.
    pub(crate) fn keep_warnings(&self, form: &mut case_form::Model, warnings: &[StepProblem]) -> Result<()> {
        let mut beside = self.beside(form)?;
        beside.warnings = warnings.iter().cloned().map(KeptWarning::from).collect();
        form.beside_sealed = self.seal_beside(&beside, form.case_id)?;
        Ok(())
    }
}
