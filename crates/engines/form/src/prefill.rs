//! Fills in what is already known, so that the person confirms instead of writing.

use std::collections::BTreeMap;

use crate::check;
use crate::definition::{Definition, Field, FieldType};
use serde_json::{Map, Value};

/// Paths into the applicant's earlier cases.
const EARLIER: &str = "earlier.";

/// What could be filled in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prefill {
    /// Values for the form, in the shape of its data.
    pub data: Map<String, Value>,
    /// Those of them that the applicant cannot change, for [`crate::Input::locked`].
    pub locked: Map<String, Value>,
    /// Where each value came from: key of a field outside groups, and the path that was known.
    pub from: BTreeMap<String, String>,
}

pub(crate) fn prefill(definition: &Definition, source: &Map<String, Value>, today: Option<&str>) -> Prefill {
    let mut prefill = Prefill::default();
    for section in &definition.sections {
        fill(&section.fields, source, today, &mut prefill);
    }
    prefill
}

fn fill(fields: &[Field], source: &Map<String, Value>, today: Option<&str>, prefill: &mut Prefill) {
    for field in fields {
        if let Some((path, value)) = field.source.as_deref().and_then(|paths| known(source, paths)) {
            prefill.data.insert(field.key.clone(), value.clone());
            // What somebody wrote once himself fixes nothing.
            if field.locked && !path.starts_with(EARLIER) {
                prefill.locked.insert(field.key.clone(), value.clone());
            }
            prefill.from.insert(field.key.clone(), path.to_owned());
        } else if field.kind.arranges() {
            fill(&field.fields, source, today, prefill);
        } else if field.kind == FieldType::Group {
            let mut inner = Prefill::default();
            fill(&field.fields, source, today, &mut inner);
            if !inner.data.is_empty() {
                prefill.data.insert(field.key.clone(), Value::Object(inner.data));
            }
            if !inner.locked.is_empty() {
                prefill.locked.insert(field.key.clone(), Value::Object(inner.locked));
            }
        } else if let Some(begins) = today.and_then(|today| field.begins(today)).filter(|value| !check::is_empty(value))
        {
            prefill.data.insert(field.key.clone(), begins);
        }
    }
}

/// The single paths of a `source` or `compare`.
pub(crate) fn paths(written: &str) -> impl Iterator<Item = &str> {
    written.split('|').map(str::trim).filter(|path| !path.is_empty())
}

/// The first of the paths that is known, with its value.
pub(crate) fn known<'p, 's>(source: &'s Map<String, Value>, written: &'p str) -> Option<(&'p str, &'s Value)> {
    paths(written).find_map(|path| Some((path, find(source, path).filter(|value| !check::is_empty(value))?)))
}

/// Follows a dotted path; whole dotted keys (`licence.address` as one key) count too.
fn find<'a>(source: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = source.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    find(source.get(head)?.as_object()?, rest)
}
