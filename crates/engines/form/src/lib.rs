//! Forms: the versioned JSON schema `tongban-form/1` and what it says about filled-in data.
//!
//! Purpose: one definition, two runtimes. The browser previews while a person fills in; this crate decides on
//! the server: which fields show, which are required, what is computed, what is wrong and which values are
//! thrown away because nobody was asked for them.
//!
//! Where to start: [`Form::parse`] reads a definition and names the place of each mistake, [`Form::lint`] checks
//! it before publishing, [`Form::evaluate`] judges data, [`Form::prefill`] fills in what is already known.
//! The vectors in `tests/vectors` are run by both runtimes.
//!
//! # What both runtimes hold to
//! - Empty is null, blank text, `[]` and `{}`; an empty value does not come out. A table row that was begun stays
//!   where it is, even empty, so that pointers keep their meaning.
//! - Texts lose blanks at their ends; codes and telephones come out in their standard writing; a decimal string
//!   becomes a JSON number where that prints back to the same text (`"8"` → 8, `"12.50"` stays).
//! - A field shows when its section shows, its role may see it and its condition is true; null is not true. Fields
//!   are settled in the order of their dependencies, whatever the order on the page.
//! - A value that is wrong in form (`type`, `format`, `option`) stays in the data for the person and is null in
//!   expressions. A value out of range or too long is seen by expressions.
//! - `requiredWhen` decides alone when it is there. Computed and read-only fields are never required. In a group
//!   that is not required and holds nothing, nothing is required.
//! - Columns, tabs and folds only arrange: what they hold belongs to the scope around them and shows when they do.
//! - A switch nobody touched is off. A hidden or read-only field has what is stored, else what it begins with.
//! - A rule that warns stops nothing; a rule may hold between two days and on some channels only.
//! - Rules of a field run when nothing else is wrong with it; false breaks them, null does not.
//! - A locked field without a locked value is filled in by hand: a source that fails must not stop anybody.
//! - Inside a group or row its own keys cover those outside.
//!
//! Expressions come in through [`Expressions`]; this crate knows no expression language.

mod check;
mod compare;
mod definition;
mod evaluate;
mod files;
mod formats;
mod lint;
mod parse;
mod plan;
mod prefill;
mod sheet;
mod words;

pub use compare::{Comparison, Verdict};
pub use definition::{Bound, Choice, Definition, Field, FieldType, Permission, Rule, SCHEMA, Section, Severity};
pub use evaluate::{Context, Input, Outcome, Problem};
pub use plan::is_pattern;
pub use prefill::Prefill;
pub use sheet::{Sheet, words};
pub use words::{Answerable, Words};

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

/// Evaluates expressions for a form.
///
/// Dates are marked in the context, because JSON has none: a date field and `today` arrive as
/// `{"@": "2026-09-24"}`, a number too long for JSON as `{"@": "12345678901234567890.12"}`. Results carry no marks.
pub trait Expressions {
    /// Evaluates; a missing name is null.
    ///
    /// # Errors
    /// A text for the person who writes forms.
    fn evaluate(&self, expression: &str, context: &Map<String, Value>) -> Result<Value, String>;

    /// Checks that the expression can be compiled and that each name it needs is in `names`.
    ///
    /// # Errors
    /// A text for the person who writes forms, with the place in the expression.
    fn check(&self, expression: &str, names: &[String]) -> Result<(), String>;
}

/// Something wrong with a form definition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Defect {
    /// JSON pointer into the definition, like `/sections/0/fields/2/min`.
    pub pointer: String,
    /// What is wrong, for the person who writes forms.
    pub message: String,
}

/// A form that was read and planned. It does not change: a new version is a new form.
#[derive(Clone)]
pub struct Form {
    definition: Definition,
    plan: plan::Plan,
}

impl Form {
    /// Reads a definition.
    ///
    /// # Errors
    /// Every mistake found, each with its place.
    pub fn parse(json: &str) -> Result<Self, Vec<Defect>> {
        parse::parse(json).map(Self::from)
    }

    /// Reads a definition that is already JSON.
    ///
    /// # Errors
    /// As [`Form::parse`].
    pub fn from_value(json: Value) -> Result<Self, Vec<Defect>> {
        parse::read(json).map(Self::from)
    }

    /// Checks what only shows when the form is seen as a whole: doubled keys, unknown names, circles, scripts.
    /// A form with defects must not be published.
    pub fn lint(&self, expressions: &dyn Expressions) -> Vec<Defect> {
        lint::lint(&self.definition, &self.plan, expressions)
    }

    /// Judges filled-in data. Never fails: an expression that cannot be evaluated counts as null.
    pub fn evaluate(&self, expressions: &dyn Expressions, input: &Input<'_>) -> Outcome {
        evaluate::evaluate(&self.definition, &self.plan, expressions, input)
    }

    /// The uploaded files in filled-in data: JSON pointer of the field and id of the file. Whether they exist and whose
    /// they are is for the caller to check.
    pub fn files(&self, data: &Map<String, Value>) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for section in &self.definition.sections {
            files::gather(&section.fields, data, "", &mut found);
        }
        found
    }

    /// The sections of the form as a paper prints them: `title` and `fields`, each `label` with `value`,
    /// `span`, `unit`, or `head` with `rows`.
    pub fn sheet(&self, sheet: &Sheet<'_>) -> Vec<Value> {
        sheet::sections(&self.definition, sheet)
    }

    /// The answers one by one in words, for the places of a print template.
    pub fn words(&self, sheet: &Sheet<'_>) -> Words {
        words::words(&self.definition, sheet)
    }

    /// Every place of the form that has an answer, in page order.
    pub fn answerable(&self) -> Vec<Answerable> {
        words::answerable(&self.definition)
    }

    /// Fills in what the platform already knows. `source` is an object like
    /// `{"account": {"name": …}, "enterprise": {…}, "licence": {…}}`; what is missing stays for the person.
    pub fn prefill(&self, source: &Map<String, Value>) -> Prefill {
        prefill::prefill(&self.definition, source, None)
    }

    /// A field by its key path, `group/key` inside a group; layouts leave no trace in it.
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.sections.iter().find_map(|section| compare::field(&section.fields, path))
    }

    /// Every path that `source` and `compare` of its fields name.
    pub fn paths(&self) -> BTreeSet<&str> {
        let fields = self.sections.iter().flat_map(|section| &section.fields);
        let mut found = BTreeSet::new();
        fields.for_each(|field| compare::paths_of(field, &mut found));
        found
    }

    /// Whether a field is compared with a source.
    pub fn compares(&self) -> bool {
        self.sections.iter().flat_map(|section| &section.fields).any(compare::compares)
    }

    /// Compares what was filled in with what the sources say (FORM-018): the answered fields of `visible`
    /// that name a `compare`.
    pub fn compare(
        &self,
        data: &Map<String, Value>,
        visible: &BTreeSet<String>,
        source: &Map<String, Value>,
    ) -> Vec<Comparison> {
        let mut found = Vec::new();
        for section in &self.sections {
            compare::compare(&section.fields, data, "", visible, source, &mut found);
        }
        found
    }

    /// What a new form begins with: as [`Form::prefill`], and what no source knows begins with the field's
    /// default. `today` is the China date, `YYYY-MM-DD`.
    pub fn begin(&self, source: &Map<String, Value>, today: &str) -> Prefill {
        prefill::prefill(&self.definition, source, Some(today))
    }
}

impl From<Definition> for Form {
    fn from(definition: Definition) -> Self {
        let plan = plan::Plan::of(&definition);
        Self { definition, plan }
    }
}

impl Deref for Form {
    type Target = Definition;
    fn deref(&self) -> &Definition {
        &self.definition
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.definition.fmt(f)
    }
}
