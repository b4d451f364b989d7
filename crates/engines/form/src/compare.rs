//! What was filled in beside what a source says, field by field (FORM-018).

use std::collections::BTreeSet;

use crate::check;
use crate::definition::{Field, FieldType};
use crate::prefill::{known, paths};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How a value stands beside its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The source says the same.
    Trusted,
    /// The source says something else.
    Differs,
    /// No source answered, or it knows nothing about this.
    NotVerifiable,
}

impl Verdict {
    /// JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Differs => "differs",
            Self::NotVerifiable => "not_verifiable",
        }
    }
}

/// One field compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Key path of the field, `group/key` inside a group.
    pub key: String,
    /// Result.
    pub verdict: Verdict,
    /// Path that answered; the one to be asked first when none did.
    pub path: String,
    /// What the source says, when it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Value>,
}

pub(crate) fn paths_of<'a>(field: &'a Field, found: &mut BTreeSet<&'a str>) {
    for written in [&field.source, &field.compare].into_iter().flatten() {
        found.extend(paths(written));
    }
    field.fields.iter().for_each(|inner| paths_of(inner, found));
}

pub(crate) fn field<'a>(fields: &'a [Field], path: &str) -> Option<&'a Field> {
    let (head, rest) = path.split_once('/').map_or((path, None), |(head, rest)| (head, Some(rest)));
    fields.iter().find_map(|one| match rest {
        _ if one.kind.arranges() => field(&one.fields, path),
        _ if one.key != head => None,
        None => Some(one),
        Some(rest) => field(&one.fields, rest),
    })
}

pub(crate) fn compares(field: &Field) -> bool {
    field.compare.is_some() || (field.kind != FieldType::Table && field.fields.iter().any(compares))
}

pub(crate) fn compare(
    fields: &[Field],
    data: &Map<String, Value>,
    above: &str,
    visible: &BTreeSet<String>,
    source: &Map<String, Value>,
    found: &mut Vec<Comparison>,
) {
    for field in fields {
        if field.kind.arranges() {
            compare(&field.fields, data, above, visible, source, found);
            continue;
        }
        let key = format!("{above}{}", field.key);
        let Some(own) = data.get(&field.key).filter(|own| !check::is_empty(own) && visible.contains(&key)) else {
            continue;
        };
        if let (FieldType::Group, Value::Object(inner)) = (field.kind, own) {
            compare(&field.fields, inner, &format!("{key}/"), visible, source, found);
        } else if let Some(written) = &field.compare {
            let first = || paths(written).next().unwrap_or_default().to_owned();
            let (verdict, path, theirs) = match known(source, written) {
                Some((path, theirs)) if same(own, theirs) => (Verdict::Trusted, path.to_owned(), None),
                Some((path, theirs)) => (Verdict::Differs, path.to_owned(), Some(theirs.clone())),
                None => (Verdict::NotVerifiable, first(), None),
            };
            found.push(Comparison { key, verdict, path, theirs });
        }
    }
}

/// The same for a person: blanks, the width of letters and brackets, the case of codes and how a number is
/// written make no difference.
fn same(own: &Value, theirs: &Value) -> bool {
    match (own, theirs) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(_), _) | (_, Value::Object(_)) | (Value::Bool(_), _) | (_, Value::Bool(_)) => own == theirs,
        _ => plain(own) == plain(theirs),
    }
}

fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    let text: String = text.chars().map(narrow).filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    let number =
        text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().filter(|b| *b == b'.').count() == 1;
    if number { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    /// req: FORM-018
    #[test]
    fn writing_makes_no_difference_meaning_does() {
        for (own, theirs) in [
            (json!("示例市 1 号"), json!("示例市1号")),
            (json!("海燕（小厨）"), json!("海燕(小厨)")),
            (json!("92449902ma9900kx9e"), json!("92449902MA9900KX9E")),
            (json!(98.5), json!("98.50")),
            (json!(98), json!("98.0")),
            (json!("１２"), json!(12)),
            (json!(["a", "b"]), json!(["A", "b"])),
        ] {
            assert!(same(&own, &theirs), "{own} {theirs}");
        }
        for (own, theirs) in [
            (json!("1 号"), json!("2 号")),
            (json!(100), json!(10)),
            (json!(true), json!("true")),
            (json!(["a"]), json!(["a", "b"])),
        ] {
            assert!(!same(&own, &theirs), "{own} {theirs}");
        }
    }

    /// Trusted, differs with what the source says, not verifiable; what is hidden or empty is not compared.
    ///
    /// req: FORM-018
    #[test]
    fn each_answered_field_gets_its_verdict() {
        let field = |key: &str, compare: &str| json!({ "key": key, "type": "text", "label": key, "compare": compare });
        let form = crate::Form::from_value(json!({ "schema": crate::SCHEMA, "key": "f", "title": "f", "sections": [
            { "key": "s", "title": "s", "fields": [
                { "key": "c", "type": "columns", "label": "", "fields": [field("name", "shared.person.name | account.name")] },
                field("address", "shared.person.address"),
                field("school", "shared.school.name"),
                field("hidden", "account.name"),
                field("empty", "account.name"),
                { "key": "g", "type": "group", "label": "g", "fields": [field("phone", "account.phone")] },
            ] }] }))
        .unwrap();
        assert!(form.compares());
        assert!(form.paths().contains("account.name") && form.paths().contains("shared.person.name"));
        let source =
            object(json!({ "account": { "name": "王海燕", "phone": "1" }, "shared.person.address": "和平路 16 号" }));
        let data = object(json!({
            "name": "王海燕", "address": "和平路 18 号", "school": "一中", "hidden": "x", "empty": "", "g": { "phone": "2" },
        }));
        let visible = ["name", "address", "school", "empty", "g", "g/phone"].map(str::to_owned).into();
        let found = form.compare(&data, &visible, &source);
        let short: Vec<_> = found.iter().map(|one| (one.key.as_str(), one.verdict, one.path.as_str())).collect();
        assert_eq!(
            short,
            [
                ("name", Verdict::Trusted, "account.name"),
                ("address", Verdict::Differs, "shared.person.address"),
                ("school", Verdict::NotVerifiable, "shared.school.name"),
                ("g/phone", Verdict::Differs, "account.phone"),
            ]
        );
        assert_eq!(found[1].theirs, Some(json!("和平路 16 号")));
        assert_eq!(found[0].theirs, None, "what is the same is not kept twice");
    }

    /// Several sources, the first that is known; an earlier case fixes nothing.
    ///
    /// req: FORM-014
    #[test]
    fn the_first_known_source_fills_a_field_and_says_so() {
        let form = crate::Form::from_value(json!({ "schema": crate::SCHEMA, "key": "f", "title": "f", "sections": [
            { "key": "s", "title": "s", "fields": [
                { "key": "a", "type": "text", "label": "a", "source": "shared.person.address | account.address", "locked": true },
                { "key": "b", "type": "text", "label": "b", "source": "earlier.b", "locked": true },
                { "key": "c", "type": "text", "label": "c", "source": "licences.x.c" },
            ] }] }))
        .unwrap();
        let source = object(json!({ "account": { "address": "甲" }, "earlier": { "b": "乙" } }));
        let prefill = form.prefill(&source);
        assert_eq!(prefill.data, object(json!({ "a": "甲", "b": "乙" })));
        assert_eq!(prefill.locked, object(json!({ "a": "甲" })));
        let from: Vec<_> = prefill.from.iter().map(|(key, path)| (key.as_str(), path.as_str())).collect();
        assert_eq!(from, [("a", "account.address"), ("b", "earlier.b")]);
    }
}
