//! The national list of reasons: which codes belong to which grade, which are in use.
//!
//! The list is versioned and only the platform changes it (`packs/platform/rating-reasons.yaml`);
//! a code out of use stays in the list, so that old ratings can still be read.

use std::collections::HashSet;

use serde::Deserialize;

/// Schema name of the file.
const SCHEMA: &str = "tongban-rating-reasons/1";

/// A grade of satisfaction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Stars, 5 best (the direction of the national interface; GB/T 39046 A.8 counts the other way).
    pub value: i64,
    /// 非常满意 … 非常不满意.
    pub name: String,
    /// Whether it is a bad rating 差评, to be followed up.
    pub bad: bool,
}

/// A reason to choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Three digits.
    pub code: String,
    /// Stars it belongs to.
    pub grade: i64,
    /// Words.
    pub text: String,
    /// Version of the list it came with.
    pub version: i64,
    /// Whether it may be chosen.
    pub active: bool,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    schema: String,
    /// Version of the list.
    pub version: i64,
    /// The five grades.
    pub grades: Vec<Grade>,
    /// All reasons, those out of use included.
    pub reasons: Vec<Reason>,
}

impl Reasons {
    /// Reads and checks the list.
    ///
    /// # Errors
    /// Plain words naming what is wrong.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let list: Self = serde_yaml_ng::from_str(yaml).map_err(|error| format!("好差评原因读不出来：{error}"))?;
        if list.schema != SCHEMA {
            return Err(format!("好差评原因的 schema 要写 {SCHEMA}"));
        }
        let mut stars: Vec<i64> = list.grades.iter().map(|grade| grade.value).collect();
        stars.sort_unstable();
        if stars != [1, 2, 3, 4, 5] {
            return Err("好差评要有 1 到 5 星五个等级，每个等级一条".to_owned());
        }
        let mut seen = HashSet::new();
        for reason in &list.reasons {
            if !seen.insert(reason.code.as_str()) {
                return Err(format!("原因代码 {} 写了两次", reason.code));
            }
            if !stars.contains(&reason.grade) {
                return Err(format!("原因代码 {} 的等级不在 1 到 5 之间", reason.code));
            }
        }
        Ok(list)
    }

    /// The grade with so many stars.
    pub fn grade(&self, stars: i64) -> Option<&Grade> {
        self.grades.iter().find(|grade| grade.value == stars)
    }

    /// Whether so many stars are a bad rating.
    pub fn is_bad(&self, stars: i64) -> bool {
        self.grade(stars).is_some_and(|grade| grade.bad)
    }

    /// A reason by code, in use or not.
    pub fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// Reasons to offer for so many stars.
    pub fn offered(&self, stars: i64) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(move |reason| reason.grade == stars && reason.active)
    }
}
