//! Where an empty form or a sample of a material comes from, told by two elements of the material.
//!
//! `blank_form` and `sample` name a paper people fill in (`papers/x.yaml`), a template
//! (`papers/x.typ`), a finished file (`files/x.docx`), an address elsewhere, or are words. A paper
//! people fill in has its own sample, so `sample` is then free for words.

use serde::Deserialize;

use crate::items::model::Material;

/// Which sheet of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    /// 空表
    Blank,
    /// 样表
    Sample,
}

/// What kind of file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// To print.
    Pdf,
    /// To edit.
    Docx,
    /// A picture of it.
    Png,
    /// The same.
    Jpg,
    /// A table to edit.
    Xlsx,
}

impl Format {
    /// Every kind, in the order they are offered.
    pub(crate) const ALL: [Self; 5] = [Self::Pdf, Self::Docx, Self::Png, Self::Jpg, Self::Xlsx];

    /// As a file name ends.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Png => "png",
            Self::Jpg => "jpg",
            Self::Xlsx => "xlsx",
        }
    }

    /// As HTTP names it.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Png => "image/png",
            Self::Jpg => "image/jpeg",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Told by the name of a file.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1;
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }
}

/// Where a sheet comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source<'m> {
    /// The item's own form.
    Form,
    /// A paper people fill in.
    Sheet(&'m str),
    /// How a paper looks that somebody else issues: a sample to look at, not to edit.
    Specimen(&'m str),
    /// A template.
    Template(&'m str),
    /// A finished file of the pack.
    File(&'m str),
}

impl Source<'_> {
    /// Kinds of file it can be had as.
    pub(crate) fn formats(self) -> Vec<Format> {
        match self {
            Self::Form | Self::Sheet(_) => vec![Format::Pdf, Format::Docx],
            Self::Specimen(_) | Self::Template(_) => vec![Format::Pdf],
            Self::File(name) => Format::of_name(name).into_iter().collect(),
        }
    }
}

fn between<'t>(text: Option<&'t String>, start: &str, end: &str) -> Option<&'t str> {
    text?.strip_prefix(start)?.strip_suffix(end)
}

/// The template an element names, without folder and ending.
pub(crate) fn template_name(text: Option<&String>) -> Option<&str> {
    between(text, "papers/", ".typ")
}

/// The paper people fill in that an element names, without folder and ending.
pub(crate) fn sheet_name(text: Option<&String>) -> Option<&str> {
    between(text, "papers/", ".yaml")
}

/// The file an element names, without folder.
pub(crate) fn file_name(text: Option<&String>) -> Option<&str> {
    between(text, "files/", "")
}

/// Whether an element is a name that leads to something to download here.
pub(crate) fn is_download(text: Option<&String>) -> bool {
    template_name(text).or_else(|| sheet_name(text)).or_else(|| file_name(text)).is_some()
}

/// Where a material's sheet comes from; none when there is none to download here.
pub(crate) fn source(material: &Material, which: Which) -> Option<Source<'_>> {
    if material.generated {
        return Some(Source::Form);
    }
    let blank = material.blank_form.as_ref();
    let named = if which == Which::Blank { blank } else { material.sample.as_ref() };
    if let Some(name) = sheet_name(named) {
        let fills_in = which == Which::Blank || sheet_name(blank) == Some(name);
        return Some(if fills_in { Source::Sheet(name) } else { Source::Specimen(name) });
    }
    let own = template_name(named).map(Source::Template).or_else(|| file_name(named).map(Source::File));
    let samples_itself = || sheet_name(blank).filter(|_| which == Which::Sample).map(Source::Sheet);
    own.or_else(samples_itself)
}
