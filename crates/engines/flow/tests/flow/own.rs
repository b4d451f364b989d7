//! A body's own flow within an item's limits: how often the applicant comes, and what the flow brings about.

use flow::{Definition, LintContext, contract, lint};

use crate::fakes::{Fake, load, read, surroundings};

const NONE: [(String, &str); 0] = [];

fn visiting(text: &str, steps: &[&str]) -> Definition {
    let text = steps.iter().fold(text.to_owned(), |text, step| {
        let id = format!("userTask id=\"{step}\"");
        assert!(text.contains(&id), "{step}");
        text.replace(&id, &format!("{id} tongban:visit=\"true\""))
    });
    Definition::parse(&text).unwrap()
}

fn again(definition: &Definition, most: Option<u32>) -> Vec<(String, &'static str)> {
    let found = lint(definition, &Fake, &LintContext { visits: most, limit_days: None, ..surroundings() });
    found.into_iter().filter(|one| one.code.starts_with("visit")).map(|one| (one.element, one.code)).collect()
}

/// req: FORM-031 no step that makes the applicant come twice
#[test]
fn a_second_visit_is_named_at_its_step() {
    let parallel = read("parallel");
    let of = |steps: &[&str], most| again(&visiting(&parallel, steps), most);
    assert_eq!(of(&["review"], Some(1)), NONE);
    assert_eq!(of(&["review"], Some(0)), [("review".to_owned(), "visit_not_allowed")]);
    assert_eq!(of(&["review", "decide"], Some(1)), [("decide".to_owned(), "visit_again")], "one after the other");
    assert_eq!(of(&["fire", "health"], Some(1)), [("health".to_owned(), "visit_again")], "walked together");
    assert_eq!(of(&["review", "decide"], None), NONE, "nobody said how often");
}

/// req: CASE-033 whose handler is chosen by the step before
#[test]
fn a_wrong_choice_of_handlers_is_named_at_its_step() {
    let chosen = |how: &str, loops: &str| {
        let text = read("parallel");
        let id = r#"userTask id="review""#;
        let at = text.find(id).unwrap();
        let end = at + text[at..].find('>').unwrap() + 1;
        let step = text[at..end].replace(id, &format!(r#"{id} tongban:choose="{how}""#));
        let with = match loops {
            "" => step,
            loops => step.replace("/>", &format!(">{loops}</userTask>")),
        };
        let text = format!("{}{with}{}", &text[..at], &text[end..]);
        let definition = Definition::parse(&text).unwrap();
        let found = lint(&definition, &Fake, &surroundings());
        (
            definition.node("review").unwrap().is_chosen(),
            found.into_iter().map(|one| one.code).filter(|code| code.contains("choose")).collect::<Vec<_>>(),
        )
    };
    assert_eq!(chosen("may", ""), (true, vec![]));
    assert_eq!(chosen("must", ""), (true, vec![]));
    assert_eq!(chosen("perhaps", ""), (false, vec!["bad_choose"]));
    let joint = r#"<multiInstanceLoopCharacteristics xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>"#;
    assert_eq!(chosen("may", joint), (true, vec!["choose_joint"]));
}

/// req: FORM-031 branches of which one is taken
#[test]
fn one_visit_on_each_of_two_ways_is_one_visit() {
    let text = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tongban="https://tongban.dev/bpmn/1" targetNamespace="x">
      <process id="p" name="两条路" isExecutable="true">
        <startEvent id="start"/><userTask id="review" name="审查" tongban:role="reviewer"/>
        <exclusiveGateway id="which" default="w2"/>
        <userTask id="exam" name="考试" tongban:role="inspector"/><userTask id="photo" name="拍照" tongban:role="inspector"/>
        <exclusiveGateway id="met"/><endEvent id="end"/>
        <sequenceFlow id="s" sourceRef="start" targetRef="review"/><sequenceFlow id="r" sourceRef="review" targetRef="which"/>
        <sequenceFlow id="w1" sourceRef="which" targetRef="exam"><conditionExpression>a = 1</conditionExpression></sequenceFlow>
        <sequenceFlow id="w2" sourceRef="which" targetRef="photo"/>
        <sequenceFlow id="m1" sourceRef="exam" targetRef="met"/><sequenceFlow id="m2" sourceRef="photo" targetRef="met"/>
        <sequenceFlow id="e" sourceRef="met" targetRef="end"/>
      </process></definitions>"#;
    assert_eq!(again(&visiting(text, &["exam", "photo"]), Some(1)), NONE);
    let looping = read("loop");
    let first = load("loop").nodes.iter().find(|node| node.kind == flow::NodeKind::UserTask).unwrap().id.clone();
    let found = again(&visiting(&looping, &[&first]), Some(1));
    assert_eq!(found, [(first, "visit_again")], "a loop comes by again");
}

/// req: FORM-031 same results as the item's flow
#[test]
fn an_own_flow_brings_the_same_results_about() {
    let flow = |between: &str, flows: &str| {
        let text = format!(
            r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tongban="https://tongban.dev/bpmn/1" targetNamespace="x">
            <process id="p" name="流程" isExecutable="true"><startEvent id="start"/>{between}<endEvent id="end"/>{flows}</process></definitions>"#
        );
        Definition::parse(&text).unwrap()
    };
    let arrow =
        |from: &str, to: &str| format!(r#"<sequenceFlow id="{from}_{to}" sourceRef="{from}" targetRef="{to}"/>"#);
    let decide = r#"<userTask id="decide" name="决定" tongban:role="approver" tongban:stage="decide"/>"#;
    let issue = r#"<serviceTask id="issue" name="发证" tongban:service="issue_licence"/>"#;
    let given = flow(
        &format!("{decide}{issue}"),
        &[arrow("start", "decide"), arrow("decide", "issue"), arrow("issue", "end")].concat(),
    );
    let codes = |own: &Definition| -> Vec<(String, &'static str)> {
        contract(own, &given).into_iter().map(|one| (one.element, one.code)).collect()
    };
    assert_eq!(codes(&given), NONE);
    let more = r#"<userTask id="meet" name="集体讨论" tongban:role="reviewer"/>"#;
    let steps = format!("{more}{decide}{issue}");
    let ways = [arrow("start", "meet"), arrow("meet", "decide"), arrow("decide", "issue"), arrow("issue", "end")];
    assert_eq!(codes(&flow(&steps, &ways.concat())), NONE, "what comes before the decision is the body's own");
    let without = flow(decide, &[arrow("start", "decide"), arrow("decide", "end")].concat());
    assert_eq!(codes(&without), [("p".to_owned(), "result_missing")]);
    let around = r#"<exclusiveGateway id="g" default="g_issue"/>"#;
    let skip = r#"<sequenceFlow id="g_end" sourceRef="g" targetRef="end"><conditionExpression>a = 1</conditionExpression></sequenceFlow>"#;
    let ways =
        [arrow("start", "decide"), arrow("decide", "g"), arrow("g", "issue"), arrow("issue", "end"), skip.to_owned()];
    let avoiding = flow(&format!("{decide}{around}{issue}"), &ways.concat());
    assert_eq!(codes(&avoiding), [("issue".to_owned(), "result_avoidable")]);
    let extra = r#"<serviceTask id="paper" name="出具证明" tongban:service="make_document" tongban:paper="proof"/>"#;
    let ways = [arrow("start", "decide"), arrow("decide", "issue"), arrow("issue", "paper"), arrow("paper", "end")];
    assert_eq!(
        codes(&flow(&format!("{decide}{issue}{extra}"), &ways.concat())),
        [("paper".to_owned(), "result_added")]
    );
}
