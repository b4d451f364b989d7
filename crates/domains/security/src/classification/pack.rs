//! Levels, classes, rules, detectors and grades as data: `packs/platform/classification.yaml`.

use std::collections::BTreeMap;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;

use super::model::{Export, Masking};
use crate::discovery::detect::Detector;

/// A level.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// 1 to 4.
    pub level: i64,
    /// 一级.
    pub label: String,
    /// 公开.
    pub name: String,
    /// What it means.
    pub says: String,
}

/// Kind of data in the sense of GB/T 43697.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// General data.
    General,
    /// Personal information.
    Personal,
    /// Sensitive personal information.
    SensitivePersonal,
    /// Important data.
    Important,
    /// Core data.
    Core,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Key.
    pub key: String,
    /// Chinese name.
    pub label: String,
    /// Kind of data.
    pub kind: ClassKind,
    /// Lowest level it may have.
    pub least: i64,
}

/// What a column is taken for by its name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Tables; empty = all. `*` stands for anything.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Columns; empty = all.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Types; empty = all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Class.
    pub class: String,
    /// Level.
    pub level: i64,
    /// How a copy masks it.
    pub masking: Masking,
    /// What a file may hold.
    pub export: Export,
    /// `digest`: only a digest is kept.
    #[serde(default)]
    pub protection: Option<String>,
}

/// A part of a sealed document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Names; `*` stands for anything.
    pub names: Vec<String>,
    /// Level.
    pub level: i64,
}

/// What a kind of content means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Which content.
    pub key: Detector,
    /// Chinese name.
    pub label: String,
    /// Class it proposes.
    pub class: String,
    /// Level it proposes.
    pub level: i64,
    /// Percent of the sample that has to hold it.
    pub share: i64,
    /// Masking it proposes.
    pub masking: Masking,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    schema: String,
    /// Standard it follows.
    pub standard: String,
    /// Levels, the lowest first.
    pub levels: Vec<Level>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Names of the domains.
    pub domains: BTreeMap<String, String>,
    /// Rules; the first that fits counts.
    pub rules: Vec<Rule>,
    /// Parts of sealed documents.
    pub parts: Vec<Part>,
    /// Contents a scan looks for.
    pub detectors: Vec<Content>,
    /// Highest level by role.
    pub grades: BTreeMap<String, i64>,
}

/// Lowest and highest level.
const LEVELS: std::ops::RangeInclusive<i64> = 1..=4;

impl Pack {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// When it can't be read, or names a class or level that is not there; says where.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |what: String| Problem::internal(format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let pack: Self = serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        match pack.fault() {
            Some(fault) => Err(wrong(fault)),
            None => Ok(pack),
        }
    }

    fn fault(&self) -> Option<String> {
        if self.schema != "tongban-classification/1" {
            return Some(format!("unknown schema {}", self.schema));
        }
        if !self.levels.iter().map(|one| one.level).eq(LEVELS) {
            return Some("levels must be 1 to 4 in this order".to_owned());
        }
        let rules = self.rules.iter().map(|rule| (rule.class.as_str(), rule.level, Some(rule.masking)));
        let contents = self.detectors.iter().map(|one| (one.class.as_str(), one.level, Some(one.masking)));
        for (class, level, masking) in rules.chain(contents) {
            let Some(known) = self.class(class) else { return Some(format!("unknown class {class}")) };
            if !LEVELS.contains(&level) || level < known.least {
                return Some(format!("{class} has level {level}, at least {} is due", known.least));
            }
            if masking.is_some_and(|masking| !masking.enough_for(level)) {
                return Some(format!("{class}: level {level} needs a masking that hides the value"));
            }
        }
        if !self.rules.last().is_some_and(|rule| rule.kinds.is_empty() && rule.tables.is_empty()) {
            return Some("the last rule has to fit everything".to_owned());
        }
        let levels = self.parts.iter().map(|part| part.level).chain(self.grades.values().copied());
        levels.into_iter().find(|level| !LEVELS.contains(level)).map(|level| format!("no level {level}"))
    }

    /// A class by key.
    pub fn class(&self, key: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.key == key)
    }

    /// Name of a class.
    pub fn class_label(&self, key: &str) -> String {
        self.class(key).map_or_else(|| key.to_owned(), |class| class.label.clone())
    }

    /// Name of a level: 三级 较敏感.
    pub fn level_label(&self, level: i64) -> String {
        let found = self.levels.iter().find(|one| one.level == level);
        found.map_or_else(String::new, |one| format!("{} {}", one.label, one.name))
    }

    /// Name of a domain.
    pub fn domain_label(&self, key: &str) -> String {
        self.domains.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The rule a column falls under.
    pub fn rule(&self, table: &str, column: &str, kind: &str) -> Option<&Rule> {
        let fits = |patterns: &[String], text: &str| patterns.is_empty() || patterns.iter().any(|one| like(one, text));
        self.rules
            .iter()
            .find(|rule| fits(&rule.tables, table) && fits(&rule.columns, column) && fits(&rule.kinds, kind))
    }

    /// Level of a part of a sealed document, when its name says one.
    pub fn part_level(&self, name: &str) -> Option<i64> {
        let name = name.to_lowercase();
        self.parts.iter().find(|part| part.names.iter().any(|one| like(one, &name))).map(|part| part.level)
    }

    /// A content by its detector.
    pub fn content(&self, detector: Detector) -> Option<&Content> {
        self.detectors.iter().find(|one| one.key == detector)
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => {
            let Some(tail) = text.strip_prefix(head) else { return false };
            rest.is_empty()
                || tail
                    .char_indices()
                    .map(|(at, _)| at)
                    .chain([tail.len()])
                    .any(|at| like(rest, tail.get(at..).unwrap_or("")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> Pack {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/classification.yaml");
        Pack::load(&path).unwrap()
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(like("*_phone", "agent_phone") && like("password*hash", "password_hash") && like("*", ""));
        assert!(like("*id*number", "id_number") && !like("*_phone", "phone_index") && !like("phone", "phones"));
    }

    /// req: DATASEC-001
    #[test]
    fn names_tell_class_and_level_and_personal_data_never_falls_below_its_floor() {
        let pack = pack();
        let told = |table, column, kind| {
            let rule = pack.rule(table, column, kind).unwrap();
            (rule.class.as_str(), rule.level)
        };
        assert_eq!(told("accounts", "id_number_sealed", "text"), ("sensitive_personal", 4));
        assert_eq!(told("accounts", "id_number_index", "text"), ("personal", 2));
        assert_eq!(told("staff", "phone_sealed", "text"), ("personal", 3));
        assert_eq!(told("orgs", "phone", "text"), ("public", 1));
        assert_eq!(told("staff", "password_hash", "text"), ("credential", 4));
        assert_eq!(told("case_events", "hash", "text"), ("operation", 1));
        assert_eq!(told("cases", "applicant_name", "text"), ("personal", 2));
        assert_eq!(told("a_new_table", "anything_sealed", "text"), ("sensitive_personal", 4));
        assert_eq!(told("a_new_table", "anything", "text"), ("business", 2), "what no rule knows is internal");
        assert_eq!(told("a_new_table", "made_at", "time"), ("operation", 1));
        for rule in &pack.rules {
            assert!(rule.level >= pack.class(&rule.class).unwrap().least);
        }
    }

    /// req: DATASEC-001
    #[test]
    fn a_file_that_grades_too_low_or_masks_too_little_is_refused() {
        let mut low = pack();
        let rule = low.rules.iter_mut().find(|rule| rule.class == "sensitive_personal").unwrap();
        rule.level = 3;
        assert!(low.fault().unwrap().contains("at least 4"));
        let mut bare = pack();
        let rule = bare.rules.iter_mut().find(|rule| rule.level == 3).unwrap();
        rule.masking = Masking::Shuffle;
        assert!(bare.fault().unwrap().contains("masking"));
    }
}
