//! DMN files: four-rule tables with Chinese names, hit policies, explanation, and what is refused.

use rule::{Decisions, FiredRule, RuleError};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn risk(policy: &str) -> String {
    include_str!("decisions/risk.dmn").replace("hitPolicy=\"UNIQUE\"", policy)
}

fn fired(rule: usize, annotation: &str) -> FiredRule {
    FiredRule { table: "风险等级".into(), rule, annotation: annotation.into() }
}

/// req: FORM-016
#[test]
fn a_unique_table_decides_and_tells_which_rule_fired() {
    let decisions = Decisions::parse(&risk("hitPolicy=\"UNIQUE\"")).expect("a DMN file");
    assert_eq!(decisions.names(), ["风险等级"]);
    let decision = decisions.decide("风险等级", &object(json!({"面积": 30, "业态": "小餐饮"}))).expect("decided");
    assert_eq!(decision.value, json!("低"));
    assert_eq!(decision.fired, [fired(1, "小于 50 平方米")]);
    let decision =
        decisions.decide("风险等级", &object(json!({"面积": "800.5", "业态": "单位食堂"}))).expect("decided");
    assert_eq!(decision.value, json!("高"));
    assert_eq!(decision.fired, [fired(4, "A & B 级以上")]);
    let decision = decisions.decide("风险等级", &object(json!({"面积": null, "业态": null}))).expect("decided");
    assert_eq!((decision.value, decision.fired), (Value::Null, vec![]));
}

/// req: FORM-016
#[test]
fn first_takes_the_first_and_collect_takes_all() {
    let overlapping = |policy: &str| {
        risk(policy)
            .replace("[50..200)", "&lt; 200")
            .replace("name=\"风险等级\" typeRef=\"string\"", "name=\"风险等级\"")
    };
    let input = object(json!({"面积": 30, "业态": "小餐饮"}));
    let first = Decisions::parse(&overlapping("hitPolicy=\"FIRST\""))
        .expect("a DMN file")
        .decide("风险等级", &input)
        .expect("decided");
    assert_eq!((first.value, first.fired), (json!("低"), vec![fired(1, "小于 50 平方米")]));
    let collect = Decisions::parse(&overlapping("hitPolicy=\"COLLECT\""))
        .expect("a DMN file")
        .decide("风险等级", &input)
        .expect("decided");
    assert_eq!(collect.value, json!(["低", "中"]));
    assert_eq!(collect.fired.iter().map(|rule| rule.rule).collect::<Vec<_>>(), [1, 2]);
    let typed = risk("hitPolicy=\"COLLECT\"");
    assert!(matches!(Decisions::parse(&typed), Err(RuleError::Model { .. })), "a list in a text variable");
    let unique = Decisions::parse(&overlapping("hitPolicy=\"UNIQUE\"")).expect("a DMN file").decide("风险等级", &input);
    assert_eq!(unique, Err(RuleError::Ambiguous { table: "风险等级".into(), rules: "1、2".into() }));
}

/// req: FORM-016
#[test]
fn a_decision_that_needs_another_explains_both() {
    let decisions = Decisions::parse(include_str!("decisions/chain.dmn")).expect("a DMN file");
    let decision =
        decisions.decide("审查方式", &object(json!({"面积": 300, "开业日期": "2026-10-01"}))).expect("decided");
    assert_eq!(decision.value, json!({"方式": "现场核查", "天数": 7.5}));
    let rules: Vec<(&str, usize)> = decision.fired.iter().map(|rule| (rule.table.as_str(), rule.rule)).collect();
    assert_eq!(rules, [("规模", 2), ("审查方式", 1)]);
}

#[test]
fn external_functions_recursion_and_unknown_names_are_refused_when_read() {
    let refused = |file: &str| matches!(Decisions::parse(file), Err(RuleError::Refused { .. }));
    let bkm = include_str!("decisions/function.dmn");
    let decisions = Decisions::parse(bkm).expect("a DMN file");
    assert_eq!(decisions.decide("费用", &object(json!({"面积": 10}))).expect("decided").value, json!(25));
    assert!(refused(&bkm.replace("<encapsulatedLogic>", "<encapsulatedLogic kind=\"Java\">")));
    assert!(refused(&bkm.replace("<encapsulatedLogic>", "<encapsulatedLogic kind=\"PMML\">")));
    assert!(refused(&bkm.replace("m * 2.5", "单价(m + 1)")));
    assert!(refused(&bkm.replace(
        "单价(面积)",
        r#"{f: function(x) external {java: {class: "a", method signature: "b()"}}, r: f(1)}.r"#
    )));
    assert!(refused(&bkm.replace("单价(面积)", "now().year")));
    assert!(refused(&bkm.replace("单价(面积)", "for n in 1..面积 return n")));
    assert_eq!(
        Decisions::parse(&risk("hitPolicy=\"UNIQUE\"").replace("<text>面积</text>", "<text>面积数</text>")).err(),
        Some(RuleError::UnknownName { name: "面积数".into(), position: 0 })
    );
    assert!(matches!(Decisions::parse("<definitions/>"), Err(RuleError::Model { .. })));
    assert!(matches!(Decisions::parse("not xml"), Err(RuleError::Model { .. })));
}

#[test]
fn an_unknown_decision_is_told() {
    let decisions = Decisions::parse(&risk("hitPolicy=\"UNIQUE\"")).expect("a DMN file");
    assert_eq!(decisions.decide("没有", &Map::new()), Err(RuleError::UnknownDecision { name: "没有".into() }));
}
