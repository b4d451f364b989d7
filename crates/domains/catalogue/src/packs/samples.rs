//! Shape of the sample applications of a pack; casework files them as tests.

use serde_json::Value;

use super::Pack;
use crate::items::findings::Findings;
use crate::items::model::Item;

pub(super) fn check(pack: &Pack, item: &Item, findings: &mut Findings) {
    let has = |start: &str| pack.samples.iter().any(|(file, _)| file.starts_with(start));
    if !has("valid") || !has("invalid") {
        findings.error("/samples", "至少要有一份 valid.json 和一份 invalid.json");
    }
    let flow = flow::Definition::parse(&pack.sources.flow).ok();
    for (file, sample) in &pack.samples {
        one(&format!("/samples/{file}"), sample, item, flow.as_ref(), findings);
    }
}

fn one(place: &str, sample: &Value, item: &Item, flow: Option<&flow::Definition>, findings: &mut Findings) {
    let text = |key: &str| sample.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("name").is_empty() {
        findings.error(format!("{place}/name"), "写上这份示例讲的是什么");
    }
    if item.handle_item(text("handle_item")).is_none() {
        findings.error(format!("{place}/handle_item"), format!("没有“{}”这个业务办理项", text("handle_item")));
    }
    match sample.get("situations").and_then(Value::as_object) {
        None => findings.error(format!("{place}/situations"), "要有情形的回答（可以是空的）"),
        Some(answers) => {
            for (key, answer) in answers {
                let options =
                    item.situations.iter().find(|situation| situation.key == *key).map(|found| &found.options);
                let chosen: Vec<&str> = match answer {
                    Value::String(one) => vec![one],
                    Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
                    _ => Vec::new(),
                };
                let fits = !chosen.is_empty()
                    && options
                        .is_some_and(|known| chosen.iter().all(|key| known.iter().any(|option| option.key == *key)));
                if !fits {
                    findings.error(format!("{place}/situations/{key}"), "没有这个情形或者选项");
                }
            }
        }
    }
    let kind = sample.pointer("/applicant/kind").and_then(Value::as_str);
    if !matches!(kind, Some("person" | "enterprise")) {
        findings.error(format!("{place}/applicant/kind"), "申请人要是 person 或 enterprise");
    }
    if !sample.get("form").is_some_and(Value::is_object) {
        findings.error(format!("{place}/form"), "要有表单内容");
    }
    match sample.get("materials").and_then(Value::as_array) {
        None => findings.error(format!("{place}/materials"), "要列出交了哪些材料"),
        Some(keys) => {
            for (at, key) in keys.iter().enumerate() {
                if key.as_str().and_then(|key| item.material(key)).is_none() {
                    findings.error(format!("{place}/materials/{at}"), format!("没有 {key} 这份材料"));
                }
            }
        }
    }
    expectation(&format!("{place}/expect"), sample.get("expect"), flow, findings);
}

fn expectation(place: &str, expect: Option<&Value>, flow: Option<&flow::Definition>, findings: &mut Findings) {
    let list = |key: &str| expect.and_then(|expect| expect.get(key)).and_then(Value::as_array);
    match (list("problems"), list("path")) {
        (Some(problems), None) => {
            for (at, problem) in problems.iter().enumerate() {
                if !problem.as_str().is_some_and(|pointer| pointer.starts_with('/')) {
                    findings.error(format!("{place}/problems/{at}"), "要是位置，例如 /form/area");
                }
            }
            if problems.is_empty() {
                findings.error(format!("{place}/problems"), "不合格的示例要有问题");
            }
        }
        (None, Some(path)) => {
            for (at, element) in path.iter().enumerate() {
                let known = flow.is_none_or(|flow| element.as_str().is_some_and(|id| flow.node(id).is_some()));
                if !known {
                    findings.error(format!("{place}/path/{at}"), format!("流程里没有 {element}"));
                }
            }
            let result = expect.and_then(|expect| expect.get("result")).and_then(Value::as_str);
            if result.is_none_or(str::is_empty) {
                findings.error(format!("{place}/result"), "写明办理结果");
            }
        }
        _ => findings.error(place, "写明 problems（不合格）或者 path 和 result（合格）"),
    }
}
