//! Filled-in data of cases (FORM-006): queried, viewed, corrected with a reason, exported.
//!
//! `items` keeps beside a form what is found by query, as the design library sets it; `list` finds, `export` takes out,
//! `view` shows one form, `correct` mends single fields. The frozen version of a case's form decides everywhere.

mod correct;
mod export;
mod items;
mod list;
mod view;

pub use correct::{ChangedField, CorrectFormData};
pub use export::FormDataExport;
pub(crate) use items::INDEX_JOB;
pub use list::{FormDataCell, FormDataColumn, FormDataFilter, FormDataList, FormDataRow};
pub use view::{FormCorrection, FormDataItem, FormDataView};

use std::collections::BTreeMap;

use design::DataItem;
use form::{Field, FieldType};
use serde_json::{Map, Value};

/// An answer in words, as lists and files say it.
pub(crate) fn said(field: &Field, value: &Value, regions: &BTreeMap<String, String>) -> String {
    nested(field, value, &|one, value| said(one, value, regions))
        .unwrap_or_else(|| flat(&form::words(field, value, &|code| regions.get(code).cloned())))
}

/// The same with what names or reaches a person covered.
pub(crate) fn covered(item: &DataItem, field: &Field, value: &Value, regions: &BTreeMap<String, String>) -> String {
    if item.personal { cover(field, value, regions) } else { said(field, value, regions) }
}

fn cover(field: &Field, value: &Value, regions: &BTreeMap<String, String>) -> String {
    // Inside a group or row only what is personal is covered: the rest says what the row is about.
    let inner = |one: &Field, value: &Value| {
        if design::is_personal(one) { cover(one, value, regions) } else { said(one, value, regions) }
    };
    if let Some(text) = nested(field, value, &inner) {
        return text;
    }
    let text = said(field, value, regions);
    match field.kind {
        _ if text.is_empty() => text,
        FieldType::IdNumber => base::mask::citizen_id(&text),
        FieldType::Phone => base::mask::phone(&text),
        FieldType::Email => base::mask::email(&text),
        FieldType::Address => base::mask::address(&text),
        kind if kind.is_chosen() => "***".to_owned(),
        _ => base::mask::name(&text),
    }
}

/// A group as one line, a table row by row; none for anything else.
fn nested(field: &Field, value: &Value, each: &dyn Fn(&Field, &Value) -> String) -> Option<String> {
    let line = |data: &Map<String, Value>| {
        let parts = field.fields.iter().filter_map(|one| {
            let text = each(one, data.get(&one.key)?);
            (!text.is_empty()).then(|| format!("{} {text}", one.label))
        });
        parts.collect::<Vec<_>>().join("，")
    };
    match (field.kind, value) {
        (FieldType::Table, Value::Array(rows)) => {
            Some(rows.iter().filter_map(Value::as_object).map(line).collect::<Vec<_>>().join("；"))
        }
        (FieldType::Group, Value::Object(group)) => Some(line(group)),
        _ => None,
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Array(all) => all.iter().map(flat).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// What the classification calls a field of a form.
pub(crate) fn part(field: &Field) -> &str {
    match field.kind {
        FieldType::IdNumber => "id_number",
        FieldType::Phone => "phone",
        FieldType::Email => "email",
        FieldType::Address => "address",
        _ => &field.key,
    }
}
