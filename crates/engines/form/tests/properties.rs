//! What holds for any form and any data.

use form::{Context, Expressions, Form, Input, Outcome, Permission};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The smallest language: `name` is true when the value is, `name = 1` when it equals.
struct Equals;

impl Expressions for Equals {
    fn evaluate(&self, expression: &str, context: &Map<String, Value>) -> Result<Value, String> {
        let value = |name: &str| context.get(name.trim()).cloned().unwrap_or(Value::Null);
        match expression.split_once('=') {
            Some((name, wanted)) => {
                Ok(json!(value(name) == serde_json::from_str::<Value>(wanted).map_err(|e| e.to_string())?))
            }
            None => Ok(value(expression)),
        }
    }

    fn check(&self, _: &str, _: &[String]) -> Result<(), String> {
        Ok(())
    }
}

fn field(index: usize, kind: u8, needs: Option<usize>, role: u8) -> Value {
    let mut field =
        json!({"key": format!("f{index}"), "label": format!("字段{index}"), "required": index.is_multiple_of(2)});
    let (kind, extra) = match kind % 6 {
        0 => ("text", json!({"maxLength": 3})),
        1 => ("number", json!({"min": 0, "max": 5})),
        2 => ("yesno", json!({})),
        3 => ("select", json!({"options": [{"value": "1", "label": "一"}, {"value": "2", "label": "二"}]})),
        4 => (
            "group",
            json!({"fields": [{"key": "x", "type": "text", "label": "内", "visibleWhen": "f0 = 1"}, {"key": "f0", "type": "number", "label": "盖住"}]}),
        ),
        _ => (
            "table",
            json!({"fields": [{"key": "x", "type": "number", "label": "列", "unique": true}, {"key": "y", "type": "text", "label": "后", "visibleWhen": "x = 1"}]}),
        ),
    };
    field["type"] = json!(kind);
    for (key, value) in extra.as_object().into_iter().flatten() {
        field[key] = value.clone();
    }
    if let Some(needs) = needs.filter(|needs| *needs != index) {
        field["visibleWhen"] = json!(format!("f{needs} = 1"));
    }
    match role % 5 {
        0 => field["permission"] = json!({"applicant": "hidden"}),
        1 => field["permission"] = json!({"applicant": "read"}),
        2 if !matches!(kind, "group" | "table") => field["compute"] = json!(format!("f{}", index + 1)),
        _ => {}
    }
    field
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(1)),
        Just(json!("1")),
        Just(json!(true)),
        Just(json!("  长文字  ")),
        Just(json!("")),
        Just(json!(2.5)),
        Just(json!({"x": "在", "f0": 1, "z": 1})),
        Just(json!({"x": "在", "f0": "2"})),
        Just(json!([{"x": 1, "y": "有"}, {"x": 1}, {"x": "3", "y": "无"}])),
        Just(json!([1, {}])),
        Just(json!([])),
    ]
}

fn forms() -> impl Strategy<Value = Form> {
    prop::collection::vec((any::<u8>(), prop::option::of(0_usize..8), any::<u8>()), 1..8).prop_map(|fields| {
        let fields: Vec<Value> =
            fields.into_iter().enumerate().map(|(index, (kind, needs, role))| field(index, kind, needs, role)).collect();
        Form::from_value(json!({"schema": "tongban-form/1", "key": "p", "title": "任意", "sections": [{"key": "s", "title": "节", "fields": fields}]}))
            .expect("a form")
    })
}

fn evaluate(form: &Form, data: &Map<String, Value>, locked: &Map<String, Value>) -> Outcome {
    form.evaluate(
        &Equals,
        &Input { data, context: &Context::default(), role: "applicant", step: "", channel: "", locked },
    )
}

/// Key paths of all values in a data object.
fn paths(data: &Map<String, Value>, at: &str, found: &mut Vec<String>) {
    for (key, value) in data {
        let path = format!("{at}{key}");
        match value {
            Value::Object(inner) => paths(inner, &format!("{path}/"), found),
            Value::Array(rows) => {
                for (n, row) in rows.iter().enumerate() {
                    if let Some(row) = row.as_object() {
                        paths(row, &format!("{path}/{n}/"), found);
                    }
                }
            }
            _ => {}
        }
        found.push(path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is hidden is never in the output, whatever came in.
    ///
    /// req: FORM-017
    /// req: FORM-012
    #[test]
    fn nothing_hidden_comes_out(form in forms(), data in prop::collection::hash_map("f[0-9]|nobody", value(), 0..10)) {
        let data: Map<String, Value> = data.into_iter().collect();
        let outcome = evaluate(&form, &data, &Map::new());
        let mut found = Vec::new();
        paths(&outcome.data, "", &mut found);
        for path in found {
            // A wrong value of a leaf may itself be an object or list; only known paths are fields.
            let field = path.split('/').next().unwrap_or_default();
            prop_assert!(outcome.visible.contains(field), "{path} came out hidden");
            if form.sections[0].fields.iter().any(|f| f.key == field && f.kind.nests()) {
                prop_assert!(outcome.visible.contains(&path), "{path} came out hidden");
            }
        }
        for field in form.sections[0].fields.iter().filter(|f| f.permission.get("applicant") == Some(&Permission::Hidden)) {
            prop_assert!(!outcome.data.contains_key(&field.key) && !outcome.visible.contains(&field.key), "{} is forbidden", field.key);
        }
        // Visibility is recomputed from what came out: what shows is what its condition says.
        for field in form.sections[0].fields.iter().filter(|f| outcome.data.contains_key(&f.key)) {
            if let Some((needs, _)) = field.visible_when.as_deref().and_then(|when| when.split_once(" =")) {
                prop_assert_eq!(outcome.data.get(needs), Some(&json!(1)), "{} shows without {}", field.key, needs);
            }
        }
        for problem in &outcome.problems {
            prop_assert!(outcome.visible.contains(problem.pointer.trim_start_matches('/')), "{problem:?} about a hidden field");
        }
    }

    /// Judging what came out again changes nothing and strips nothing.
    ///
    /// req: FORM-017
    #[test]
    fn judging_again_changes_nothing(
        form in forms(),
        data in prop::collection::hash_map("f[0-9]|nobody", value(), 0..10),
        locked in prop::collection::hash_map("f[0-9]", value(), 0..3),
    ) {
        let data: Map<String, Value> = data.into_iter().collect();
        let locked: Map<String, Value> = locked.into_iter().collect();
        let first = evaluate(&form, &data, &locked);
        let second = evaluate(&form, &first.data, &locked);
        prop_assert_eq!(&second.data, &first.data);
        prop_assert_eq!(&second.problems, &first.problems);
        prop_assert_eq!(&second.visible, &first.visible);
        prop_assert_eq!(&second.required, &first.required);
    }
}
