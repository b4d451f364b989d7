//! How the words of an earlier system become ours: columns, values, and what must be there. Pure.

use std::collections::BTreeMap;

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Our fields, with what people call them.
pub const FIELDS: &[(&str, &str)] = &[
    ("source_number", "原编号"),
    ("item_name", "事项"),
    ("item_slug", "事项标识"),
    ("org", "办理部门"),
    ("channel", "申请来源"),
    ("applicant_kind", "申请人类型"),
    ("applicant_name", "申请人"),
    ("id_number", "证件号码"),
    ("phone", "联系电话"),
    ("result", "办理结果"),
    ("submitted_at", "申请时间"),
    ("accepted_at", "受理时间"),
    ("closed_at", "办结时间"),
    ("remarks", "备注"),
];

/// Fields a table must have.
const NEEDED: [&str; 5] = ["source_number", "item_name", "org", "applicant_name", "submitted_at"];

/// Columns and values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = LegacyMapping)]
pub struct Mapping {
    /// Column of the file → our field.
    pub columns: BTreeMap<String, String>,
    /// Our field → value of the file → our value.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// A line in our fields; columns nobody mapped stand beside under their own names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// By field.
    pub fields: BTreeMap<&'static str, String>,
    /// By column of the file.
    pub more: BTreeMap<String, String>,
}

impl Line {
    /// A field, trimmed; empty when the table has none.
    pub fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", |text| text.trim())
    }
}

impl Mapping {
    /// Checks a mapping by itself.
    ///
    /// # Errors
    /// 422 naming each wrong entry.
    pub fn check(&self) -> Result<()> {
        let known = |field: &str| FIELDS.iter().any(|(key, _)| *key == field);
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        for (column, field) in &self.columns {
            if !known(field) {
                let message = format!("“{column}”对到了没有的项目“{field}”，请重新选择");
                problems.push(FieldProblem::new("/mapping/columns", "unknown", message));
            } else if seen.contains(&field) {
                let message = format!("有两列都对到了“{}”，只能留一列", label(field));
                problems.push(FieldProblem::new("/mapping/columns", "twice", message));
            }
            seen.push(field);
        }
        for field in self.values.keys().filter(|field| !known(field)) {
            let message = format!("值的对照里没有“{field}”这一项");
            problems.push(FieldProblem::new("/mapping/values", "unknown", message));
        }
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    }

    /// The field of each column; a column that is called as we call the field needs no mapping.
    ///
    /// # Errors
    /// 422 naming the fields that no column stands for.
    pub fn columns_of(&self, header: &[String]) -> Result<Vec<Option<&'static str>>> {
        let found: Vec<Option<&'static str>> = header
            .iter()
            .map(|column| {
                let mapped = self.columns.get(column).map(String::as_str);
                FIELDS
                    .iter()
                    .find(|(key, name)| mapped.map_or(*key == column || *name == column, |field| field == *key))
                    .map(|(key, _)| *key)
            })
            .collect();
        let missing: Vec<&str> =
            NEEDED.iter().filter(|field| !found.contains(&Some(field))).map(|field| label(field)).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        let message = format!("没有哪一列对到：{}。请在对照里把文件的列对上", missing.join("、"));
        Err(Problem::invalid_field("/mapping/columns", "missing", message))
    }

    /// A line of the file in our fields.
    pub fn line(&self, header: &[String], columns: &[Option<&'static str>], cells: &[String]) -> Line {
        let mut line = Line::default();
        for ((name, field), cell) in header.iter().zip(columns).zip(cells) {
            match field {
                Some(field) => {
                    let cell = cell.trim();
                    let value =
                        self.values.get(*field).and_then(|values| values.get(cell)).map_or(cell, String::as_str);
                    line.fields.insert(field, value.to_owned());
                }
                None if cell.trim().is_empty() => {}
                None => {
                    line.more.insert(name.clone(), cell.trim().to_owned());
                }
            }
        }
        line
    }
}

/// What people call a field.
pub(crate) fn label(field: &str) -> &'static str {
    FIELDS.iter().find(|(key, _)| *key == field).map_or("", |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Vec<String> {
        ["流水号", "事项", "部门", "申请人", "申请时间", "结论", "经办科室"].map(str::to_owned).to_vec()
    }

    /// Columns and values become ours by the mapping, columns of our own name by themselves, the rest is kept beside.
    ///
    /// req: CASE-044
    #[test]
    fn a_mapping_turns_columns_and_values_and_keeps_the_rest() {
        let mapping: Mapping = serde_json::from_value(serde_json::json!({
            "columns": { "流水号": "source_number", "部门": "org", "结论": "result" },
            "values": { "org": { "原食药监局": "market" }, "result": { "同意": "granted" } },
        }))
        .unwrap();
        mapping.check().unwrap();
        let columns = mapping.columns_of(&header()).unwrap();
        let cells = ["SP-1", "食品经营许可", "原食药监局", "王海燕", "2019-03-04", "同意", "许可科"].map(str::to_owned);
        let line = mapping.line(&header(), &columns, &cells);
        assert_eq!((line.get("source_number"), line.get("org"), line.get("result")), ("SP-1", "market", "granted"));
        assert_eq!(line.more.get("经办科室").map(String::as_str), Some("许可科"));
        assert_eq!(line.get("phone"), "");
    }

    #[test]
    fn what_a_mapping_lacks_or_has_twice_is_named() {
        let lacking = Mapping::default().columns_of(&["流水号".to_owned(), "事项".to_owned()]).unwrap_err();
        assert!(lacking.field_errors()[0].message.contains("原编号、办理部门、申请人、申请时间"));
        let twice: Mapping =
            serde_json::from_value(serde_json::json!({ "columns": { "a": "org", "b": "org", "c": "colour" } }))
                .unwrap();
        let codes: Vec<String> =
            twice.check().unwrap_err().field_errors().iter().map(|one| one.code.to_string()).collect();
        assert_eq!(codes, ["twice", "unknown"]);
    }
}
