//! A large form judged as on submission.

use ::form::{Context, Form, Input};
use anyhow::{anyhow, ensure};
use design::FeelExpressions;
use serde_json::{Map, Value, json};

use super::object;
use crate::measure::{Set, Workload};

const FIELDS: usize = 300;

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let form = Form::from_value(definition()).map_err(|defects| anyhow!("{defects:?}"))?;
    let expressions = FeelExpressions::new();
    let data = filled();
    let context = Context {
        today: "2026-09-24".to_owned(),
        applicant: object(json!({ "kind": "enterprise" })),
        ..Context::default()
    };
    let locked = Map::new();
    let judge = move || {
        let input = Input { data: &data, context: &context, role: "applicant", step: "", channel: "", locked: &locked };
        form.evaluate(&expressions, &input)
    };
    let outcome = judge();
    ensure!(outcome.problems.is_empty(), "the filled form is right: {:?}", outcome.problems.first());
    let what = format!("judge a form of {FIELDS} fields, a third with rules");
    let workload = Workload::repeated(what, "forms/s", 1.0, move || {
        std::hint::black_box(judge());
        Ok(())
    });
    // A millisecond each.
    Ok(vec![Set::of(vec![workload.goal(1_000.0)])])
}

/// Ten sections; of three fields one is plain, one a choice, one a number with a rule, a condition or a computation.
fn definition() -> Value {
    let fields: Vec<Value> = (0..FIELDS)
        .map(|at| match at % 3 {
            0 => json!({ "key": format!("f{at}"), "type": "text", "label": format!("栏目 {at}"), "maxLength": 50 }),
            1 => json!({ "key": format!("f{at}"), "type": "radio", "label": format!("选项 {at}"),
                "options": [{ "value": "a", "label": "甲" }, { "value": "b", "label": "乙" }] }),
            _ => number(at),
        })
        .collect();
    let sections: Vec<Value> = fields
        .chunks(FIELDS / 10)
        .enumerate()
        .map(|(at, fields)| json!({ "key": format!("s{at}"), "title": format!("第 {at} 部分"), "fields": fields }))
        .collect();
    json!({ "schema": "tongban-form/1", "key": "large", "title": "大表", "sections": sections })
}

fn number(at: usize) -> Value {
    let (key, label, choice) = (format!("f{at}"), format!("数字 {at}"), at - 1);
    match at % 9 {
        2 => json!({ "key": key, "type": "number", "label": label,
            "validate": [{ "feel": format!("f{at} > 0 and f{at} < 100000"), "message": "要在 0 和 100000 之间" }] }),
        5 => json!({ "key": key, "type": "number", "label": label, "visibleWhen": format!("f{choice} = \"a\"") }),
        _ => json!({ "key": key, "type": "number", "label": label, "required": false,
            "compute": format!("f{} * 2 + 1", at - 6) }),
    }
}

fn filled() -> Map<String, Value> {
    (0..FIELDS)
        .filter_map(|at| {
            let value = match at % 9 {
                2 | 5 => json!(at),
                8 => return None,
                _ if at % 3 == 0 => json!(format!("内容 {at}")),
                _ => json!("a"),
            };
            Some((format!("f{at}"), value))
        })
        .collect()
}
