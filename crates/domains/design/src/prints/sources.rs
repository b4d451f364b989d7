//! Where a value may come from.

use std::collections::{BTreeMap, BTreeSet};

use form::{Answerable, Words};
use serde::{Deserialize, Serialize};

/// What a paper can say of a case besides its form: key and label.
pub const AROUND: [(&str, &str); 20] = [
    ("case.number", "申办流水号"),
    ("case.item", "事项名称"),
    ("case.handle_item", "业务办理项"),
    ("case.submitted_on", "申请日期"),
    ("case.accepted_on", "受理日期"),
    ("case.decided_on", "决定日期"),
    ("case.due_on", "办结期限"),
    ("case.channel", "申请渠道"),
    ("applicant.name", "申请人"),
    ("applicant.id", "申请人证件号码"),
    ("applicant.phone", "申请人电话"),
    ("applicant.legal_person", "法定代表人"),
    ("agent.name", "经办人"),
    ("agent.id", "经办人证件号码"),
    ("agent.phone", "经办人电话"),
    ("issuer", "办理机关"),
    ("contact.phone", "咨询电话"),
    ("date", "打印日期"),
    ("date.digits", "打印日期（数字）"),
    (paper::print::SEAL, "盖章处"),
];

/// Values of [`AROUND`], and of `situation.*`: answers to situations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Around {
    /// Texts by key.
    pub texts: BTreeMap<String, String>,
    /// What was chosen, as stored and as shown, by `situation.<key>`.
    pub chosen: BTreeMap<String, Vec<String>>,
}

/// What the places of a form are called, to find a source by name or by label.
#[derive(Debug, Default)]
pub struct Sources {
    answers: Vec<Answerable>,
    paths: BTreeSet<String>,
}

/// One source, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// An answer of the form, by path.
    Answer(String),
    /// Something of the case, by key.
    Around(String),
    /// These very words.
    Fixed(String),
}

impl Sources {
    /// The places of a form; none for a template without a form.
    #[must_use]
    pub fn of(form: Option<&form::Form>) -> Self {
        let answers = form.map(form::Form::answerable).unwrap_or_default();
        let mut paths: BTreeSet<String> = answers.iter().map(|one| one.path.clone()).collect();
        for one in &answers {
            paths.extend(one.columns.iter().map(|(key, _)| format!("{}.*.{key}", one.path)));
        }
        Self { answers, paths }
    }

    /// The source a text names; none when nothing of that name is known.
    pub(super) fn read(&self, text: &str) -> Option<Source> {
        let text = text.trim();
        if let Some(words) = text.strip_prefix('=') {
            return Some(Source::Fixed(words.to_owned()));
        }
        if let Some(path) = text.strip_prefix("form.") {
            return self.has(path).then(|| Source::Answer(path.to_owned()));
        }
        let known = AROUND.iter().any(|(key, _)| *key == text) || text.starts_with("situation.");
        known.then(|| Source::Around(text.to_owned()))
    }

    /// `members.2.name` is a cell of the second row.
    fn has(&self, path: &str) -> bool {
        if self.paths.contains(path) {
            return true;
        }
        let parts: Vec<&str> = path.split('.').collect();
        parts.iter().enumerate().any(|(at, part)| {
            let row = part.parse::<usize>().is_ok_and(|row| row > 0);
            let mut starred = parts.clone();
            if let Some(place) = starred.get_mut(at).filter(|_| row) {
                *place = "*";
            }
            row && self.paths.contains(&starred.join("."))
        })
    }

    /// The one place with that label, or the thing of the case that is called so.
    pub(super) fn by_label(&self, label: &str) -> Option<Source> {
        let mut found = self.answers.iter().filter(|one| one.label == label);
        match (found.next(), found.next()) {
            (Some(one), None) => return Some(Source::Answer(one.path.clone())),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
        AROUND.iter().find(|(_, own)| *own == label).map(|(key, _)| Source::Around((*key).to_owned()))
    }

    /// A table by its path.
    pub(super) fn table(&self, path: &str) -> Option<&Answerable> {
        self.answers.iter().find(|one| one.path == path && one.kind == form::FieldType::Table)
    }

    /// The table with that label.
    pub(super) fn table_by_label(&self, label: &str) -> Option<&Answerable> {
        self.answers.iter().find(|one| one.label == label && one.kind == form::FieldType::Table)
    }
}

/// The text of a source.
pub(super) fn text(source: &Source, words: &Words, around: &Around) -> String {
    match source {
        Source::Answer(path) => words.texts.get(path).cloned().unwrap_or_default(),
        Source::Around(key) => around.texts.get(key).cloned().unwrap_or_default(),
        Source::Fixed(text) => text.clone(),
    }
}

/// What was chosen there.
pub(super) fn chosen(source: &Source, words: &Words, around: &Around) -> Vec<String> {
    let all = match source {
        Source::Answer(path) => words.chosen.get(path),
        Source::Around(key) => around.chosen.get(key),
        Source::Fixed(_) => None,
    };
    match all {
        Some(all) => all.clone(),
        None => vec![text(source, words, around)],
    }
}
