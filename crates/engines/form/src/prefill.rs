//! Fills in what is already known, so that the person confirms instead of writing.

use crate::check;
use crate::definition::{Definition, Field, FieldType};
use serde_json::{Map, Value};

/// What could be filled in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prefill {
    /// Values for the form, in the shape of its data.
    pub data: Map<String, Value>,
    /// Those of them that the applicant cannot change, for [`crate::Input::locked`].
    pub locked: Map<String, Value>,
}

pub(crate) fn prefill(definition: &Definition, source: &Map<String, Value>, today: Option<&str>) -> Prefill {
    let mut prefill = Prefill::default();
    for section in &definition.sections {
        fill(&section.fields, source, today, &mut prefill.data, &mut prefill.locked);
    }
    prefill
}

fn fill(
    fields: &[Field],
    source: &Map<String, Value>,
    today: Option<&str>,
    data: &mut Map<String, Value>,
    locked: &mut Map<String, Value>,
) {
    for field in fields {
        if let Some(path) = &field.source
            && let Some(value) = find(source, path)
            && !check::is_empty(value)
        {
            data.insert(field.key.clone(), value.clone());
            if field.locked {
                locked.insert(field.key.clone(), value.clone());
            }
        } else if field.kind.arranges() {
            fill(&field.fields, source, today, data, locked);
        } else if field.kind == FieldType::Group {
            let (mut inner, mut fixed) = (Map::new(), Map::new());
            fill(&field.fields, source, today, &mut inner, &mut fixed);
            if !inner.is_empty() {
                data.insert(field.key.clone(), Value::Object(inner));
            }
            if !fixed.is_empty() {
                locked.insert(field.key.clone(), Value::Object(fixed));
            }
        } else if let Some(begins) = today.and_then(|today| field.begins(today)).filter(|value| !check::is_empty(value))
        {
            data.insert(field.key.clone(), begins);
        }
    }
}

/// Follows a dotted path; whole dotted keys (`licence.address` as one key) count too.
fn find<'a>(source: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = source.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    find(source.get(head)?.as_object()?, rest)
}
