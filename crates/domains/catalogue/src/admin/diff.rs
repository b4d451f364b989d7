//! What changed between two versions, path by path.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One place that differs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// JSON pointer.
    pub path: String,
    /// Name of the element.
    pub element: String,
    /// Before; null when it was not there.
    #[schema(value_type = Object)]
    pub from: Value,
    /// After; null when it is gone.
    #[schema(value_type = Object)]
    pub to: Value,
}

/// Every place where two contents differ, in the order of the paths.
pub(crate) fn diff(from: &Value, to: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", from, to, &mut found);
    found
}

fn walk(path: &str, from: &Value, to: &Value, found: &mut Vec<Difference>) {
    let absent = Value::Null;
    match (from, to) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let (from, to) = (old.get(key).unwrap_or(&absent), new.get(key).unwrap_or(&absent));
                walk(&format!("{path}/{key}"), from, to, found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for at in 0..old.len().max(new.len()) {
                let (from, to) = (old.get(at).unwrap_or(&absent), new.get(at).unwrap_or(&absent));
                walk(&format!("{path}/{at}"), from, to, found);
            }
        }
        _ if from == to => {}
        _ => found.push(Difference {
            path: path.to_owned(),
            element: crate::items::element_name(path),
            from: from.clone(),
            to: to.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_names_its_element() {
        let found = diff(
            &json!({ "name": "甲", "materials": [{ "name": "一" }] }),
            &json!({ "name": "甲", "materials": [{ "name": "二" }, { "name": "三" }] }),
        );
        let told: Vec<(&str, &str)> = found.iter().map(|each| (each.path.as_str(), each.element.as_str())).collect();
        assert_eq!(told, [("/materials/0/name", "申请材料 第 1 项 材料名称"), ("/materials/1", "申请材料 第 2 项")]);
    }
}
