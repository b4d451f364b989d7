//! The shared form vectors with the real expressions: the browser runtime runs the same files.

use design::expressions::FeelExpressions;
use form::{Context, Form, Input, Outcome};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    form: Value,
    input: CaseInput,
    expect: Expect,
}

#[derive(Deserialize)]
struct CaseInput {
    data: Map<String, Value>,
    context: Context,
    role: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    locked: Map<String, Value>,
}

#[derive(Deserialize)]
struct Expect {
    data: Map<String, Value>,
    visible: BTreeSet<String>,
    required: Option<BTreeSet<String>>,
    problems: Vec<ExpectedProblem>,
    #[serde(default)]
    warnings: Vec<ExpectedProblem>,
    stripped: BTreeSet<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct ExpectedProblem {
    pointer: String,
    code: String,
    message: String,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../engines/form/tests/vectors");
    for entry in std::fs::read_dir(folder).expect("the vectors") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        cases.extend(serde_json::from_str::<File>(&text).expect("vectors are JSON").cases);
    }
    cases
}

fn evaluate(form: &Form, expressions: &FeelExpressions, input: &CaseInput, data: &Map<String, Value>) -> Outcome {
    form.evaluate(
        expressions,
        &Input {
            data,
            context: &input.context,
            role: &input.role,
            step: &input.step,
            channel: &input.channel,
            locked: &input.locked,
        },
    )
}

/// req: FORM-015
/// req: FORM-017
/// req: FORM-012
#[test]
fn every_vector_gives_its_outcome() {
    let expressions = FeelExpressions::new();
    let cases = cases();
    assert!(cases.len() >= 25);
    for case in cases {
        let form = Form::from_value(case.form.clone()).unwrap_or_else(|defects| panic!("{}: {defects:?}", case.name));
        assert_eq!(form.lint(&expressions), [], "{}", case.name);
        let outcome = evaluate(&form, &expressions, &case.input, &case.input.data);
        let told = |problems: &[form::Problem]| -> Vec<ExpectedProblem> {
            let one = |p: &form::Problem| ExpectedProblem {
                pointer: p.pointer.clone(),
                code: p.code.clone(),
                message: p.message.clone(),
            };
            problems.iter().map(one).collect()
        };
        assert_eq!(json!(outcome.data), json!(case.expect.data), "{}: data", case.name);
        assert_eq!(outcome.visible, case.expect.visible, "{}: visible", case.name);
        assert_eq!(told(&outcome.warnings), case.expect.warnings, "{}: warnings", case.name);
        assert_eq!(told(&outcome.problems), case.expect.problems, "{}: problems", case.name);
        assert_eq!(
            outcome.stripped.iter().cloned().collect::<BTreeSet<_>>(),
            case.expect.stripped,
            "{}: stripped",
            case.name
        );
        if let Some(required) = case.expect.required {
            assert_eq!(outcome.required, required, "{}: required", case.name);
        }
    }
}

/// Evaluating what came out changes nothing more: the second judgement is the first.
///
/// req: FORM-017
#[test]
fn an_outcome_is_a_fixed_point() {
    let expressions = FeelExpressions::new();
    for case in cases() {
        let form = Form::from_value(case.form.clone()).expect("a form");
        let first = evaluate(&form, &expressions, &case.input, &case.input.data);
        let second = evaluate(&form, &expressions, &case.input, &first.data);
        assert_eq!(second.data, first.data, "{}", case.name);
        assert_eq!(second.problems, first.problems, "{}", case.name);
        assert_eq!(second.visible, first.visible, "{}", case.name);
        assert_eq!(second.stripped, Vec::<String>::new(), "{}", case.name);
    }
}
