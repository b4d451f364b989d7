//! The table of standards 标准符合性 (OPS-043): each standard with its points, the rows of the register that meet
//! them, and the tests that show the rows. A row without a test and a point without a row are gaps, and are shown
//! as gaps.

use std::collections::BTreeMap;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;

/// A point of a standard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What it asks for.
    pub title: String,
    /// Rows of the register.
    #[serde(default)]
    pub rows: Vec<String>,
}

/// A standard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Key.
    pub key: String,
    /// Its number.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub kind: String,
    /// Its points.
    pub points: Vec<Point>,
}

/// What shows a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Files of tests.
    pub tests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardsFile {
    schema: String,
    standards: Vec<Standard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceFile {
    schema: String,
    rows: BTreeMap<String, Row>,
}

/// How a point or a standard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Every row is shown.
    Met,
    /// Some are.
    Partly,
    /// None is, or there is no row.
    Gap,
}

/// Both files, read and compared.
#[derive(Debug, Clone)]
pub struct Standards {
    /// Standards in the order of the file.
    pub list: Vec<Standard>,
    rows: BTreeMap<String, Row>,
}

impl Standards {
    /// Reads both files of a folder.
    ///
    /// # Errors
    /// Names the file and what is wrong: a row that the evidence does not know, for example.
    pub fn load(folder: &Path) -> Result<Self> {
        fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
            let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))
        }
        let standards: StandardsFile = read(&folder.join("standards.yaml"))?;
        let evidence: EvidenceFile = read(&folder.join("evidence.yaml"))?;
        if standards.schema != "tongban-standards/1" || evidence.schema != "tongban-evidence/1" {
            return Err(Problem::internal("standards.yaml or evidence.yaml is of an unknown schema"));
        }
        let all = standards.standards.iter().flat_map(|standard| &standard.points).flat_map(|point| &point.rows);
        if let Some(odd) = all.into_iter().find(|id| !evidence.rows.contains_key(*id)) {
            return Err(Problem::internal(format!("evidence.yaml has no row {odd}; run cargo xtask gen")));
        }
        Ok(Self { list: standards.standards, rows: evidence.rows })
    }

    /// A row.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.get(id)
    }

    /// How a point stands.
    pub fn stand(&self, point: &Point) -> Stand {
        let shown = point.rows.iter().filter(|id| self.row(id).is_some_and(|row| !row.tests.is_empty())).count();
        match shown {
            0 => Stand::Gap,
            all if all == point.rows.len() => Stand::Met,
            _ => Stand::Partly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-043
    #[test]
    fn a_row_without_a_test_and_a_point_without_a_row_are_gaps() {
        let row =
            |tests: &[&str]| Row { name: "x".to_owned(), tests: tests.iter().map(|one| (*one).to_owned()).collect() };
        let all = Standards {
            list: Vec::new(),
            rows: [("A-001".to_owned(), row(&["tests/a.rs"])), ("A-002".to_owned(), row(&[]))].into(),
        };
        let point =
            |rows: &[&str]| Point { title: String::new(), rows: rows.iter().map(|one| (*one).to_owned()).collect() };
        assert_eq!(all.stand(&point(&["A-001"])), Stand::Met);
        assert_eq!(all.stand(&point(&["A-001", "A-002"])), Stand::Partly);
        assert_eq!(all.stand(&point(&["A-002"])), Stand::Gap);
        assert_eq!(all.stand(&point(&[])), Stand::Gap);
        let real = Standards::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform")).unwrap();
        assert!(real.list.len() >= 15, "{}", real.list.len());
    }
}
