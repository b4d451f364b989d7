//! Print templates people bring along (FORM-019): a Word or PDF file whose places are filled with values.
//!
//! [`WordTemplate`] has `{{name}}` in its text, also when the editor split it over several runs, and
//! `{{#table}}…{{/table}}` around rows or paragraphs that repeat. [`PdfTemplate`] has form fields, and
//! [`Spot`]s somebody placed in millimetres. Both are refused at reading when they carry what a form has no
//! need of: macros, foreign files, entities, scripts, more than they may unpack to.
//!
//! Chinese text in a PDF is drawn by Typst on a transparent page laid over the template's, one way for form
//! fields and placed spots alike: every reader shows the same, and the typeface is inside.

mod package;
mod pdf;
mod styles;
mod word;
mod word_pdf;
mod xml;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use pdf::{PageSize, PdfTemplate, PrintMode, marked};
pub use word::WordTemplate;

/// Media type of a Word file.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// The place that takes a seal instead of a text.
pub const SEAL: &str = "seal";
/// Stands in a Word text where the seal goes, until it is typeset.
const SEAL_MARK: &str = "\u{e000}";

/// A row of a table: column → text.
pub type Row = BTreeMap<String, String>;

/// What goes into the places of a template, by the names that stand in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// Texts.
    pub texts: BTreeMap<String, String>,
    /// What was chosen, as stored and as labelled: for `{{name=answer}}`, which prints ☑ or □.
    pub chosen: BTreeMap<String, Vec<String>>,
    /// Rows of tables.
    pub tables: BTreeMap<String, Vec<Row>>,
    /// Pictures (PNG or JPEG), for signatures; a place with both shows the picture where it can.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

impl Values {
    /// The text for a name, in a row or outside; absent is empty.
    fn text(&self, name: &str, row: Option<&Row>) -> String {
        if let Some((name, answer)) = name.split_once('=') {
            let (name, answer) = (name.trim(), answer.trim());
            let in_row = row.and_then(|row| row.get(name)).is_some_and(|text| text == answer);
            let picked = in_row || self.chosen.get(name).is_some_and(|all| all.iter().any(|one| one == answer));
            return if picked { "☑" } else { "□" }.to_owned();
        }
        row.and_then(|row| row.get(name)).or_else(|| self.texts.get(name)).cloned().unwrap_or_default()
    }
}

/// A name in a template that wants a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Placeholder {
    /// As written, without braces; of `name=answer` the name.
    pub name: String,
    /// The table whose row it stands in.
    pub table: Option<String>,
    /// Whether it is a table itself.
    pub repeats: bool,
}

/// A place on a page of a PDF, millimetres from its upper left corner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// Name of the value.
    pub name: String,
    /// Page, from 1.
    pub page: usize,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width; longer texts go on in the next line.
    pub width: f64,
    /// Height; absent: as much as the text needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
    /// Height of the letters, mm; made smaller where the text does not fit.
    #[serde(default = "usual_size")]
    pub size: f64,
}

/// 小四, as forms are usually filled in.
fn usual_size() -> f64 {
    4.2
}
