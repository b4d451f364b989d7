//! The text of a definition: what a new one starts from, what it uses, how a copy is made its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Kind;
use crate::calls::CALL;

/// Used kind of a shared field.
pub(crate) const FIELD: &str = "field";
/// Used kind of a definition whose section or part was taken over.
pub(crate) const DEFINITION: &str = "definition";

/// What a new entry starts from.
pub(super) fn frame(kind: Kind, key: &str, name: &str) -> String {
    match kind {
        Kind::Form => {
            let first = json!({ "key": "section_1", "title": "第一部分", "fields": [] });
            json!({ "schema": form::SCHEMA, "key": key, "title": name, "sections": [first] }).to_string()
        }
        Kind::Flow => include_str!("frames/flow.bpmn")
            .replace("{key}", &key.replace('-', "_"))
            .replace("{name}", &name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")),
        Kind::Rules => include_str!("frames/rules.dmn")
            .replace("{key}", &key.replace('-', "_"))
            .replace("{name}", &name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")),
        Kind::Sheet | Kind::File => String::new(),
        Kind::Print => json!({ "schema": crate::prints::PRINT_SCHEMA, "format": "docx", "file_name": "", "file": "",
            "form": "", "map": {}, "spots": [] })
        .to_string(),
        Kind::Mapping => json!({ "schema": crate::prints::MAPPING_SCHEMA, "system": name, "form": "", "fields": [],
            "map": [] })
        .to_string(),
        Kind::Paper => include_str!("frames/paper.typ").replace("{name}", &name.replace(['#', '\\', '*', '_'], "")),
    }
}

/// Shared fields and parts named in a form, flows called by a flow; nothing for other kinds, or while it can't be read.
pub(crate) fn uses_of(kind: Kind, content: &str) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    if kind == Kind::Form
        && let Ok(value) = serde_json::from_str::<Value>(content)
    {
        gather(&value, &mut found);
        let parts = value.get("sections").and_then(Value::as_array).into_iter().flatten();
        let from = parts.filter_map(|part| part.get("from").and_then(Value::as_str)).filter(|key| !key.is_empty());
        found.extend(from.map(|key| (DEFINITION, key.to_owned())));
    }
    if kind == Kind::Flow
        && let Ok(flow) = flow::Definition::parse(content)
    {
        found.extend(flow.called().iter().map(|key| (CALL, key.clone())));
    }
    found
}

fn gather(value: &Value, found: &mut BTreeSet<(&'static str, String)>) {
    match value {
        Value::Object(map) => {
            for (key, kind) in [("shared", FIELD), ("part", DEFINITION)] {
                if let Some(Value::String(used)) = map.get(key) {
                    found.insert((kind, used.clone()));
                }
            }
            map.values().for_each(|inner| gather(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| gather(inner, found)),
        _ => {}
    }
}

/// Marks each section as taken from a form, unless it was taken from elsewhere before.
pub(super) fn mark_taken(content: &str, from: &str) -> String {
    let Ok(mut form) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    for part in form.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(part) = part {
            part.entry("from").or_insert_with(|| from.into());
        }
    }
    form.to_string()
}

/// A copied content under its new key and name; what can't be read stays as it is and shows findings.
pub(super) fn renamed(kind: Kind, content: &str, key: &str, name: &str) -> String {
    if kind == Kind::Form
        && let Ok(Value::Object(mut form)) = serde_json::from_str(content)
    {
        form.insert("key".to_owned(), key.into());
        form.insert("title".to_owned(), name.into());
        return Value::Object(form).to_string();
    }
    content.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-001
    #[test]
    fn a_new_entry_begins_with_a_frame_that_its_engine_can_read() {
        assert!(form::Form::parse(&frame(Kind::Form, "leave", "请假")).is_ok());
        let flow = flow::Definition::parse(&frame(Kind::Flow, "leave", "请假 <甲&乙>")).unwrap();
        assert_eq!(flow.name, "请假 <甲&乙>");
        let rules = rule::Decisions::parse(&frame(Kind::Rules, "leave", "请假")).unwrap();
        assert_eq!(rules.title(), "请假");
        assert!(paper::Template::new(&frame(Kind::Paper, "leave", "请假 #x")).is_ok());
    }

    /// req: FORM-003
    #[test]
    fn shared_fields_are_found_wherever_they_stand() {
        let content = json!({ "sections": [{ "fields": [
            { "key": "a", "shared": "person.name" },
            { "key": "g", "type": "group", "fields": [{ "key": "b", "shared": "person.phone" }] },
        ], "part": "applicant" }, { "from": "enterprise", "fields": [{ "validate": [{ "from": "2026-12-01" }] }] }] });
        let found = uses_of(Kind::Form, &content.to_string());
        let expected =
            [(DEFINITION, "applicant"), (DEFINITION, "enterprise"), (FIELD, "person.name"), (FIELD, "person.phone")];
        assert_eq!(found, expected.map(|(kind, key)| (kind, key.to_owned())).into());
        assert!(uses_of(Kind::Form, "{ no json").is_empty());
    }
}
