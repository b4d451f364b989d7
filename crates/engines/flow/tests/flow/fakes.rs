//! A small expression language in place of FEEL: `a.b = "x"`, `a.b != "x"`, `true`, `false`.

use std::collections::BTreeMap;

use flow::{Conditions, Definition, Flows, Known, LintContext, Variables};
use serde_json::{Value, json};

pub struct Fake;

fn split(expression: &str) -> Result<(Vec<&str>, bool, &str), String> {
    let (left, equal, right) = match expression.split_once("!=") {
        Some((left, right)) => (left, false, right),
        None => expression.split_once('=').map(|(left, right)| (left, true, right)).ok_or("缺少等号")?,
    };
    let right = right.trim();
    let text = right.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or("右边要是文字")?;
    let path: Vec<&str> = left.trim().split('.').collect();
    if path.iter().any(|part| part.is_empty() || !part.chars().all(|c| c.is_alphanumeric() || c == '_')) {
        return Err("左边要是名称".to_owned());
    }
    Ok((path, equal, text))
}

fn at(path: &[&str], known: &Known<'_>) -> Value {
    let first = path.first().and_then(|name| known.get(name)).map(|value| value.into_owned()).unwrap_or_default();
    path.iter().skip(1).try_fold(&first, |value, part| value.get(part)).cloned().unwrap_or_default()
}

/// Flows that can be called, by key.
#[derive(Default)]
pub struct Shelf(pub BTreeMap<String, String>);

impl Flows for Shelf {
    fn source(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

impl Conditions for Fake {
    fn holds(&self, expression: &str, known: &Known<'_>) -> Result<bool, String> {
        if let Ok(constant) = expression.parse::<bool>() {
            return Ok(constant);
        }
        let (path, equal, text) = split(expression)?;
        Ok((at(&path, known).as_str() == Some(text)) == equal)
    }

    fn value(&self, expression: &str, known: &Known<'_>) -> Result<Value, String> {
        match expression.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(text) => Ok(Value::from(text)),
            None => Ok(at(&expression.split('.').collect::<Vec<_>>(), known)),
        }
    }

    fn texts(&self, expression: &str, known: &Known<'_>) -> Result<Vec<String>, String> {
        match at(&expression.split('.').collect::<Vec<_>>(), known) {
            Value::String(one) => Ok(vec![one]),
            Value::Array(all) => Ok(all.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => Err("不是名单".to_owned()),
        }
    }

    fn check(&self, expression: &str) -> Result<(), String> {
        let name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if expression.parse::<bool>().is_ok() || expression.split('.').all(name) {
            return Ok(());
        }
        split(expression).map(|_| ())
    }
}

pub fn read(name: &str) -> String {
    let path = format!("{}/tests/bpmn/{name}.bpmn", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

pub fn load(name: &str) -> Definition {
    Definition::parse(&read(name)).unwrap_or_else(|findings| panic!("{name}: {findings:?}"))
}

pub fn surroundings() -> LintContext {
    let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    LintContext {
        roles: own(&["clerk", "reviewer", "inspector", "approver", "maker", "supervisor"]),
        services: own(&["issue_licence", "make_document", "archive"]),
        limit_days: Some(20),
        visits: None,
    }
}

pub fn vars(value: Value) -> Variables {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

pub fn outcome(word: &str) -> Variables {
    vars(json!({ "outcome": word }))
}
