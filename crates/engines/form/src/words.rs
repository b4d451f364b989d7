//! The answers of a form one by one, in words: what a print template puts into its places (FORM-019).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{Definition, Field, FieldType, opened};
use crate::sheet::{Sheet, text};

/// Answers by path: keys with dots, `owner.name`; a cell of a table also as `members.1.name`, rows from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Texts.
    pub texts: BTreeMap<String, String>,
    /// What was chosen: values as stored and their labels.
    pub chosen: BTreeMap<String, Vec<String>>,
    /// Tables: rows of column → text.
    pub tables: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// Signatures: id of the picture.
    pub signatures: BTreeMap<String, String>,
}

/// A place of a form that has an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answerable {
    /// Path, as in [`Words`].
    pub path: String,
    /// Label.
    pub label: String,
    /// What it holds.
    pub kind: FieldType,
    /// Columns of a table: key and label.
    pub columns: Vec<(String, String)>,
}

pub(crate) fn answerable(definition: &Definition) -> Vec<Answerable> {
    let mut found = Vec::new();
    for section in &definition.sections {
        list(&section.fields, "", &mut found);
    }
    found
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn list(fields: &[Field], path: &str, found: &mut Vec<Answerable>) {
    for (field, _) in opened(fields) {
        let at = below(path, &field.key);
        match field.kind {
            kind if kind.is_valueless() => {}
            FieldType::Group => list(&field.fields, &at, found),
            kind => {
                let columns = if kind == FieldType::Table {
                    let columns = opened(&field.fields).into_iter().filter(|(column, _)| !column.kind.is_valueless());
                    columns.map(|(column, _)| (column.key.clone(), column.label.clone())).collect()
                } else {
                    Vec::new()
                };
                found.push(Answerable { path: at, label: field.label.clone(), kind, columns });
            }
        }
    }
}

pub(crate) fn words(definition: &Definition, sheet: &Sheet<'_>) -> Words {
    let mut words = Words::default();
    for section in &definition.sections {
        for (field, _) in opened(&section.fields) {
            let value = sheet.data.and_then(|data| data.get(&field.key));
            put(field, value, sheet, &field.key, &field.key, &mut words);
        }
    }
    words
}

/// `place` is the path among the visible ones, `path` the one of the words.
fn put(field: &Field, value: Option<&Value>, sheet: &Sheet<'_>, place: &str, path: &str, words: &mut Words) {
    let Some(value) = value.filter(|_| sheet.visible.contains(place)) else { return };
    match field.kind {
        kind if kind.is_valueless() => {}
        FieldType::Group => {
            for (inner, _) in opened(&field.fields) {
                let place = format!("{place}/{}", inner.key);
                put(inner, value.get(&inner.key), sheet, &place, &below(path, &inner.key), words);
            }
        }
        FieldType::Table => {
            let columns = opened(&field.fields);
            let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let mut all = Vec::with_capacity(rows.len());
            for (at, row) in rows.iter().enumerate() {
                let mut cells = BTreeMap::new();
                for (column, _) in columns.iter().filter(|(column, _)| !column.kind.is_valueless()) {
                    let told = said(&text(column, row.get(&column.key), sheet));
                    words.texts.insert(format!("{path}.{}.{}", at + 1, column.key), told.clone());
                    cells.insert(column.key.clone(), told);
                }
                all.push(cells);
            }
            words.tables.insert(path.to_owned(), all);
        }
        kind => {
            let told = text(field, Some(value), sheet);
            if kind.chooses() || matches!(kind, FieldType::Yesno | FieldType::Switch) {
                words.chosen.insert(path.to_owned(), chosen(value, &told));
            }
            if kind == FieldType::Signature
                && let Some(id) = value.get(0).and_then(|file| file.get("id")).and_then(Value::as_str)
            {
                words.signatures.insert(path.to_owned(), id.to_owned());
            }
            words.texts.insert(path.to_owned(), said(&told));
        }
    }
}

fn chosen(value: &Value, told: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for one in [value, told] {
        match one {
            Value::Array(list) => all.extend(list.iter().map(said)),
            Value::Bool(_) => all.extend([one.to_string(), said(one)]),
            other => all.push(said(other)),
        }
    }
    all
}

/// A value as a paper says it.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(said).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Form, Sheet};

    /// req: FORM-019
    #[test]
    fn every_answer_has_a_path_and_what_does_not_show_has_none() {
        let form = Form::from_value(json!({ "schema": "tongban-form/1", "key": "t", "title": "表", "sections": [
            { "key": "s", "title": "节", "fields": [
                { "key": "name", "type": "text", "label": "名称" },
                { "key": "hidden_one", "type": "text", "label": "不显示" },
                { "key": "id", "type": "id_number", "label": "身份证号" },
                { "key": "kind", "type": "radio", "label": "类型", "options": [{ "value": "own", "label": "自有" }] },
                { "key": "sure", "type": "yesno", "label": "确认" },
                { "key": "owner", "type": "group", "label": "负责人", "fields": [{ "key": "phone", "type": "phone", "label": "电话" }] },
                { "key": "people", "type": "table", "label": "人员", "fields": [{ "key": "who", "type": "text", "label": "姓名" }] },
                { "key": "sign", "type": "signature", "label": "签名" }] }] }))
        .unwrap();
        let data = json!({ "name": "小店", "hidden_one": "x", "id": "11010519491231002X", "kind": "own", "sure": true,
            "owner": { "phone": "13800138000" }, "people": [{ "who": "王" }, { "who": "李" }],
            "sign": [{ "id": "7", "name": "s.png" }] });
        let visible =
            ["name", "id", "kind", "sure", "owner", "owner/phone", "people", "sign"].map(str::to_owned).into();
        let sheet = Sheet { data: data.as_object(), visible: &visible, masked: false, region: &|_| None };
        let words = form.words(&sheet);
        let text = |path: &str| words.texts.get(path).map(String::as_str);
        assert_eq!(text("name"), Some("小店"));
        assert_eq!(text("hidden_one"), None);
        assert_eq!((text("kind"), text("sure"), text("owner.phone")), (Some("自有"), Some("是"), Some("13800138000")));
        assert_eq!((text("people.2.who"), text("sign")), (Some("李"), Some("已签名")));
        assert_eq!(words.chosen["kind"], ["own", "自有"]);
        assert_eq!(words.chosen["sure"], ["true", "是", "true", "是"]);
        assert_eq!(words.tables["people"].len(), 2);
        assert_eq!(words.signatures["sign"], "7");
        let masked = form.words(&Sheet { masked: true, ..sheet });
        assert!(masked.texts["id"].contains('*') && masked.texts["owner.phone"].contains('*'));
        let paths: Vec<String> = form.answerable().into_iter().map(|one| one.path).collect();
        assert_eq!(paths, ["name", "hidden_one", "id", "kind", "sure", "owner.phone", "people", "sign"]);
    }
}
