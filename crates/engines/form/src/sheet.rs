//! A form as a paper prints it (申请书): section by section, values in words. Also empty, to be filled in by pen.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::definition::{Definition, Field, FieldType, Section, opened};

/// Empty rows of a table on an empty form.
const EMPTY_ROWS: usize = 3;
/// What is printed where somebody writes.
const EMPTY: &str = "\u{3000}";

/// What goes on the paper.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    /// The values; none for an empty form.
    pub data: Option<&'a Map<String, Value>>,
    /// Key paths that show, as [`crate::Outcome::visible`].
    pub visible: &'a BTreeSet<String>,
    /// Whether identity and telephone numbers are masked: a paper is handed about.
    pub masked: bool,
    /// Name of a region by its code.
    pub region: &'a dyn Fn(&str) -> Option<String>,
}

impl Sheet<'_> {
    /// An empty form shows a field unless the handling item alone rules it out: other conditions depend
    /// on what is going to be written.
    fn shows(&self, path: &str, condition: Option<&str>) -> bool {
        self.visible.contains(path)
            || (self.data.is_none() && condition.is_none_or(|text| !text.contains("handle_item")))
    }
}

pub(crate) fn sections(definition: &Definition, sheet: &Sheet<'_>) -> Vec<Value> {
    definition.sections.iter().filter_map(|section| one(section, sheet)).collect()
}

fn one(section: &Section, sheet: &Sheet<'_>) -> Option<Value> {
    let gated = section.visible_when.as_deref();
    let all = opened(&section.fields);
    let any = all.iter().any(|(field, _)| sheet.visible.contains(&field.key));
    if !any && (sheet.data.is_some() || gated.is_some_and(|text| text.contains("handle_item"))) {
        return None;
    }
    let mut fields = Vec::new();
    for (field, _) in all {
        let shown = sheet.shows(&field.key, field.visible_when.as_deref());
        if shown {
            put(field, sheet.data.and_then(|data| data.get(&field.key)), sheet, &field.key, &mut fields);
        }
    }
    (!fields.is_empty()).then(|| json!({ "title": section.title, "fields": fields }))
}

fn put(field: &Field, value: Option<&Value>, sheet: &Sheet<'_>, path: &str, fields: &mut Vec<Value>) {
    match field.kind {
        kind if kind.is_valueless() || kind == FieldType::Hidden => {}
        FieldType::Group => {
            for (inner, _) in opened(&field.fields) {
                let place = format!("{path}/{}", inner.key);
                if sheet.shows(&place, inner.visible_when.as_deref()) {
                    put(inner, value.and_then(|group| group.get(&inner.key)), sheet, &place, fields);
                }
            }
        }
        FieldType::Table => {
            let columns: Vec<&Field> = opened(&field.fields)
                .into_iter()
                .map(|(column, _)| column)
                .filter(|column| !column.kind.is_valueless() && column.kind != FieldType::Hidden)
                .collect();
            let head: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
            let rows: Vec<Vec<Value>> = match value.and_then(Value::as_array) {
                Some(rows) => rows
                    .iter()
                    .map(|row| columns.iter().map(|column| text(column, row.get(&column.key), sheet)).collect())
                    .collect(),
                None if sheet.data.is_none() => vec![vec![json!(EMPTY); columns.len()]; EMPTY_ROWS],
                None => Vec::new(),
            };
            if !rows.is_empty() {
                fields.push(json!({ "label": field.label, "head": head, "rows": rows }));
            }
        }
        kind => {
            let wide = field.span == Some(2)
                || matches!(kind, FieldType::Textarea | FieldType::Address | FieldType::Checkboxes);
            let mut line =
                json!({ "label": field.label, "value": text(field, value, sheet), "span": if wide { 2 } else { 1 } });
            if let (Some(line), Some(unit)) = (line.as_object_mut(), &field.unit) {
                line.insert("unit".to_owned(), json!(unit));
            }
            fields.push(line);
        }
    }
}

/// One value in words, as the paper of the whole form would say it.
pub fn words(field: &Field, value: &Value, region: &dyn Fn(&str) -> Option<String>) -> Value {
    let (data, visible) = (Map::new(), BTreeSet::new());
    text(field, Some(value), &Sheet { data: Some(&data), visible: &visible, masked: false, region })
}

/// A value in words; on an empty form room to write, with the answers to tick.
pub(crate) fn text(field: &Field, value: Option<&Value>, sheet: &Sheet<'_>) -> Value {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        let boxes = |labels: Vec<&str>| {
            json!(labels.iter().map(|label| format!("□ {label}")).collect::<Vec<_>>().join("\u{3000}"))
        };
        return match (sheet.data, field.kind) {
            (Some(_), _) => Value::Null,
            (None, FieldType::Yesno | FieldType::Switch) => boxes(vec!["是", "否"]),
            (None, kind) if kind.chooses() => boxes(field.options.iter().map(|option| option.label.as_str()).collect()),
            (None, _) => json!(EMPTY),
        };
    };
    let label = |value: &Value| -> Value {
        let chosen = field.options.iter().find(|option| Some(option.value.as_str()) == value.as_str());
        chosen.map_or_else(|| value.clone(), |option| json!(option.label))
    };
    match field.kind {
        FieldType::Select | FieldType::Radio => label(value),
        FieldType::Checkboxes => {
            Value::Array(value.as_array().map(|all| all.iter().map(label).collect()).unwrap_or_default())
        }
        kind if kind.is_files() => {
            let names = value.as_array().into_iter().flatten().filter_map(|file| file.get("name")?.as_str());
            let names: Vec<&str> = names.collect();
            json!(if kind == FieldType::Signature { "已签名".to_owned() } else { names.join("、") })
        }
        FieldType::Datetime => json!(value.as_str().unwrap_or_default().replacen('T', " ", 1)),
        FieldType::Region => value.as_str().and_then(sheet.region).map_or_else(|| value.clone(), |name| json!(name)),
        FieldType::Money => {
            value.as_i64().map_or_else(|| value.clone(), |fen| json!(format!("{}.{:02}", fen / 100, fen.abs() % 100)))
        }
        FieldType::IdNumber if sheet.masked => json!(base::mask::citizen_id(value.as_str().unwrap_or_default())),
        FieldType::Phone if sheet.masked => json!(base::mask::phone(value.as_str().unwrap_or_default())),
        FieldType::Number => json!(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Form;

    use super::*;

    fn form() -> Form {
        Form::parse(
            r#"{"schema": "tongban-form/1", "key": "f", "title": "申请书", "sections": [
                {"key": "a", "title": "经营者", "fields": [
                    {"key": "name", "type": "text", "label": "名称", "span": 2},
                    {"key": "kind", "type": "radio", "label": "类型", "options": [{"value": "x", "label": "企业"}, {"value": "y", "label": "个体"}]},
                    {"key": "area", "type": "number", "label": "面积", "unit": "㎡"},
                    {"key": "online", "type": "yesno", "label": "网络经营"},
                    {"key": "platform", "type": "text", "label": "平台", "visibleWhen": "online = true"},
                    {"key": "tip", "type": "note", "label": "提示"}]},
                {"key": "b", "title": "原许可证", "visibleWhen": "handle_item = \"change\"", "fields": [
                    {"key": "old", "type": "text", "label": "原编号"}]},
                {"key": "c", "title": "人员", "fields": [
                    {"key": "people", "type": "table", "label": "人员", "fields": [{"key": "who", "type": "text", "label": "姓名"}]}]}]}"#,
        )
        .unwrap()
    }

    /// req: PORTAL-009
    #[test]
    fn an_empty_form_has_room_for_every_answer_of_its_handling_item() {
        let visible = ["name", "kind", "area", "online", "people"].map(str::to_owned).into();
        let sections = form().sheet(&Sheet { data: None, visible: &visible, masked: false, region: &|_| None });
        let text = serde_json::to_string(&sections).unwrap();
        assert_eq!(sections.len(), 2, "the old licence is no matter of a new one: {text}");
        assert!(text.contains("□ 企业\u{3000}□ 个体") && text.contains("□ 是") && text.contains("平台"), "{text}");
        assert!(!text.contains("提示"));
        assert_eq!(sections[1]["fields"][0]["rows"].as_array().unwrap().len(), EMPTY_ROWS);
    }

    /// req: PORTAL-009
    #[test]
    fn a_filled_form_says_in_words_what_shows() {
        let data = json!({ "name": "小店", "kind": "y", "area": 98.5, "online": true, "people": [{ "who": "王" }], "old": "1" });
        let visible = ["name", "kind", "area", "online", "people"].map(str::to_owned).into();
        let sections =
            form().sheet(&Sheet { data: data.as_object(), visible: &visible, masked: false, region: &|_| None });
        let fields = sections[0]["fields"].as_array().unwrap();
        assert_eq!(fields.len(), 4, "what does not show is not printed: {fields:?}");
        assert_eq!((fields[1]["value"].as_str(), fields[2]["value"].as_str()), (Some("个体"), Some("98.5")));
        assert_eq!((fields[2]["unit"].as_str(), fields[3]["value"].as_bool()), (Some("㎡"), Some(true)));
        assert_eq!(sections[1]["fields"][0]["rows"], json!([["王"]]));
    }
}
