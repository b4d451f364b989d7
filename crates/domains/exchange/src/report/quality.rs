//! Quality check before reporting (CASE-042): rules are data (`packs/platform/report-quality.yaml`), what is wrong is told
//! by field. Pure; who is held and who mends it is in [`super::held`].

use std::collections::BTreeMap;

use platform::web::problem::FieldProblem;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Schema name of the file.
const SCHEMA: &str = "tongban-report-quality/1";
/// Ways a material may be handed in.
const HANDINGS: [&str; 8] = ["upload", "paper", "scan", "licence", "later", "generated", "window", "none"];

/// What a rule asks of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    Required,
    Length,
    Digits,
    Codes,
    Order,
    Number,
    Materials,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    field: String,
    label: String,
    check: Check,
    #[serde(default)]
    n: usize,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    when: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    mend: bool,
}

/// The rules of the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityRules {
    schema: String,
    rules: Vec<Rule>,
}

fn text<'a>(record: &'a Map<String, Value>, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default().trim()
}

/// Whether the check digit of an identity number or a credit code is right.
fn is_number(text: &str) -> bool {
    base::codes::Uscc::parse(text).is_ok() || base::codes::CitizenId::restore(text).is_ok()
}

impl Rule {
    fn applies(&self, record: &Map<String, Value>) -> bool {
        self.when.iter().all(|(key, values)| values.iter().any(|value| value == text(record, key)))
    }

    /// What is wrong, in words; none when it is right.
    fn wrong(&self, record: &Map<String, Value>) -> Option<String> {
        let (label, value) = (&self.label, text(record, &self.field));
        let missing = || Some(format!("缺少{label}"));
        match self.check {
            Check::Order => self.out_of_order(record),
            Check::Materials => Self::materials(record),
            _ if value.is_empty() => missing(),
            Check::Required => None,
            Check::Length => (value.chars().count() != self.n).then(|| format!("{label}要是 {} 位", self.n)),
            Check::Digits => {
                let right = value.len() == self.n && value.bytes().all(|byte| byte.is_ascii_digit());
                (!right).then(|| format!("{label}要是 {} 位数字", self.n))
            }
            Check::Codes => (!self.codes.iter().any(|code| code == value))
                .then(|| format!("{label}“{value}”不在代码表里，可以是 {}", self.codes.join("、"))),
            Check::Number => (!is_number(value)).then(|| format!("{label}的校验位不对")),
        }
    }

    /// Moments are written in one form, so that their texts compare as they do.
    fn out_of_order(&self, record: &Map<String, Value>) -> Option<String> {
        let given: Vec<&str> = self.fields.iter().map(|key| text(record, key)).filter(|at| !at.is_empty()).collect();
        let late = given.windows(2).any(|pair| matches!(pair, [before, after] if before > after));
        late.then(|| "申请、受理、决定、办结、领取的时间先后不对".to_owned())
    }

    fn materials(record: &Map<String, Value>) -> Option<String> {
        let Some(list) = record.get("materials").and_then(Value::as_array) else {
            return Some("缺少材料清单".to_owned());
        };
        let bad = |one: &&Value| {
            let of = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
            // What is made from the form has no row of its own until somebody checks it.
            let nameless = of("name").trim().is_empty() && of("handing") != "generated";
            nameless || !HANDINGS.contains(&of("handing"))
        };
        let bad: Vec<&str> = list.iter().filter(bad).filter_map(|one| one.get("key").and_then(Value::as_str)).collect();
        (!bad.is_empty()).then(|| format!("材料 {} 没有名称或交法", bad.join("、")))
    }
}

impl QualityRules {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let rules: Self = serde_yaml_ng::from_str(yaml).map_err(|error| error.to_string())?;
        if rules.schema == SCHEMA { Ok(rules) } else { Err(format!("schema 要是 {SCHEMA}")) }
    }

    /// Everything wrong with a record, at its field.
    pub fn check(&self, record: &Map<String, Value>) -> Vec<FieldProblem> {
        let failing = self.rules.iter().filter(|rule| rule.applies(record));
        failing
            .filter_map(|rule| Some(FieldProblem::new(format!("/{}", rule.field), "quality", rule.wrong(record)?)))
            .collect()
    }

    /// Label of a field that may be mended for the report.
    pub fn mendable(&self, field: &str) -> Option<&str> {
        self.rules.iter().find(|rule| rule.field == field && rule.mend).map(|rule| rule.label.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules() -> QualityRules {
        QualityRules::parse(include_str!("../../../../../packs/platform/report-quality.yaml")).unwrap()
    }

    fn good() -> Map<String, Value> {
        let record = json!({
            "case_number": "11449902MB9900128N444013100400020260921000001", "state": "closed",
            "item_code": "11449900MB990021683440118011002", "handle_item_code": "11449900MB99002168344011801100201",
            "org_code": "11449900MB99002168", "region": "449902000000", "applicant_kind": "2",
            "applicant_name": "示例区海燕小厨餐饮店", "applicant_id": "92449902MA9900KX9E",
            "submitted_at": "2026-09-21T01:00:00Z", "accepted_at": "2026-09-21T02:00:00Z",
            "decided_at": "2026-09-22T02:00:00Z", "closed_at": "2026-09-22T03:00:00Z", "closing": "0",
            "materials": [{ "key": "m02", "name": "营业执照", "handing": "licence" }],
            "evaluation_key": "11449902MB9900128N444013100400020260921000001-1",
        });
        record.as_object().unwrap().clone()
    }

    /// A whole case passes; each kind of mistake is told at its field in words.
    ///
    /// req: CASE-042
    #[test]
    fn mistakes_are_told_at_their_field() {
        assert!(rules().check(&good()).is_empty(), "{:?}", rules().check(&good()));
        let cases: [(&str, Value, &str); 9] = [
            ("org_code", json!(""), "缺少"),
            ("item_code", json!("123"), "31 位"),
            ("region", json!("44990200000x"), "12 位数字"),
            ("applicant_kind", json!("7"), "不在代码表里"),
            ("applicant_id", json!("449902198803120268"), "校验位"),
            ("closing", json!("9"), "不在代码表里"),
            ("evaluation_key", json!(null), "缺少评价标识"),
            ("materials", json!([{ "key": "m02", "name": "", "handing": "licence" }]), "m02"),
            ("closed_at", json!("2026-09-20T03:00:00Z"), "先后不对"),
        ];
        for (field, value, says) in cases {
            let mut record = good();
            record.insert(field.to_owned(), value);
            let found = rules().check(&record);
            assert_eq!(found.len(), 1, "{field}: {found:?}");
            assert!(found[0].message.contains(says), "{field}: {}", found[0].message);
            let at = if field == "closed_at" { "times" } else { field };
            assert_eq!(found[0].pointer, format!("/{at}"));
        }
        // A reason is wanted for those endings only that need one.
        let mut returned = good();
        returned.insert("closing".into(), json!("1"));
        assert_eq!(rules().check(&returned)[0].pointer, "/closing_reason");
        assert_eq!(rules().mendable("region"), Some("行政区划"));
        assert_eq!(rules().mendable("applicant_name"), None, "what the case itself says is mended in the case");
    }
}
