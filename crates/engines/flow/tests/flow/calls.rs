//! Calling another flow: it runs as if drawn in, with variables of its own.

use std::collections::BTreeMap;

use flow::{Command, Definition, Finding, LintContext, lint, outline, returnable, start};
use serde_json::json;

use crate::fakes::{Fake, Shelf, outcome, read, surroundings, vars};
use crate::runs::{complete, go, short};

fn shelf() -> Shelf {
    Shelf(BTreeMap::from([("expert-review".to_owned(), read("called"))]))
}

fn calling() -> Definition {
    Definition::parse_with(&read("calling"), Some("permit"), &shelf()).unwrap()
}

fn faults(xml: &str, shelf: &Shelf) -> Vec<Finding> {
    let flow = Definition::parse_with(xml, Some("permit"), shelf).unwrap();
    lint(&flow, &Fake, &surroundings()).into_iter().filter(Finding::is_error).collect()
}

/// req: FORM-029 a called flow: data in, its own names, data out
#[test]
fn a_called_flow_runs_with_its_own_variables() {
    let flow = calling();
    assert_eq!(faults(&read("calling"), &shelf()), []);
    assert_eq!((flow.called(), flow.to_xml()), (&["expert-review".to_owned()][..], read("calling")));
    let step = start(&flow, vars(json!({ "form": { "area": 80 }, "opinion": "none" })), &Fake).unwrap();
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    let open: Vec<_> = step.instance.open_tasks(&flow).map(|(id, node)| (id, node.id.clone())).collect();
    assert_eq!(open.iter().map(|(_, element)| element.as_str()).collect::<Vec<_>>(), ["expert/review"]);
    assert!(short(&step.effects).iter().any(|one| one.ends_with("late 432000s")), "{:?}", short(&step.effects));
    let step = complete(&flow, &step.instance, &open[0].0, outcome("split"));
    // The condition in there asks its own `review`, not the one out here.
    assert_eq!(step.instance.open_tasks(&flow).map(|(_, node)| node.label()).collect::<Vec<_>>(), ["组长裁定"]);
    assert_eq!(step.instance.written(&flow, "review"), Some(json!({ "outcome": "pass" })));
    assert_eq!(step.instance.written(&flow, "expert/review"), Some(json!({ "outcome": "split" })));
    let kept = serde_json::to_value(&step.instance).unwrap();
    assert_eq!(kept["calls"]["expert"]["area"], json!(80));
    let (chair, _) = step.instance.open_tasks(&flow).next().unwrap();
    let step = complete(&flow, &step.instance, &chair, outcome("pass"));
    assert_eq!(step.instance.variables.to_map()["opinion"], json!("split"));
    assert_eq!(step.instance.written(&flow, "expert"), Some(json!({ "opinion": "split", "outcome": "pass" })));
    assert_eq!(step.instance.open_tasks(&flow).map(|(_, node)| node.id.as_str()).collect::<Vec<_>>(), ["decide"]);
}

/// req: FORM-029 returning and jumping go through the border of a call
#[test]
fn returns_and_jumps_go_through_a_call() {
    let flow = calling();
    let step = start(&flow, vars(json!({})), &Fake).unwrap();
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    let (inner, _) = step.instance.open_tasks(&flow).next().unwrap();
    assert_eq!(returnable(&flow, &step.instance, &inner), ["review"]);
    let step = complete(&flow, &step.instance, &inner, outcome("yes"));
    let (decide, _) = step.instance.open_tasks(&flow).next().unwrap();
    assert_eq!(returnable(&flow, &step.instance, &decide), ["expert/review", "review"]);
    let back =
        |element: &str| Command::ReturnTo { task: decide.clone(), element: element.into(), reason: "重评".into() };
    let again = go(&flow, &step.instance, back("expert/review"));
    assert_eq!(again.instance.written(&flow, "expert"), None, "what it gave back is taken back");
    let out = go(&flow, &step.instance, back("review"));
    assert!(serde_json::to_value(&out.instance).unwrap().get("calls").is_none(), "nothing of it is left");
    let jump = Command::Jump { task: decide.clone(), element: "expert/chair".into(), reason: "请组长定".into() };
    let step = go(&flow, &step.instance, jump);
    assert_eq!(step.instance.open_tasks(&flow).map(|(_, node)| node.id.as_str()).collect::<Vec<_>>(), ["expert/chair"]);
    assert!(step.instance.pending(&flow).iter().any(|(_, element)| element == "late"), "the edge watches again");
    let steps: Vec<String> = outline(&flow).into_iter().map(|step| step.element).collect();
    assert_eq!(steps, ["review", "expert/review", "expert/chair", "decide"]);
}

/// req: FORM-028 calls that can't be followed are told at the call; days inside count
#[test]
fn faults_of_a_call_are_told_at_the_call() {
    let told = |shelf: &Shelf| -> Vec<String> {
        faults(&read("calling"), shelf).iter().map(|f| format!("{} {}", f.code, f.element)).collect()
    };
    assert_eq!(told(&Shelf::default()), ["unknown_flow expert"]);
    let with = |xml: String| Shelf(BTreeMap::from([("expert-review".to_owned(), xml)]));
    assert_eq!(told(&with(read("broken/crossing_flow"))), ["broken_flow expert"]);
    assert_eq!(told(&with("<a/>".into())), ["broken_flow expert"]);
    // Round about: the expert review calls the permit, or itself.
    let calls = |key: &str| read("broken/unknown_flow").replace("nowhere", key);
    assert_eq!(told(&with(calls("permit"))), ["call_cycle expert"]);
    assert_eq!(told(&with(calls("expert-review"))), ["call_cycle expert"]);
    assert!(faults(&read("calling"), &with(calls("permit")))[0].message.contains("permit → expert-review → permit"));
    // A called flow that blocks, blocks the one that calls it.
    let blocks = with(read("broken/deadlock"));
    assert_eq!(told(&blocks), ["deadlock expert"]);
    let days = LintContext { limit_days: Some(6), ..surroundings() };
    let found = lint(&calling(), &Fake, &days);
    assert!(found.iter().any(|f| f.code == "days_over_limit" && f.message.contains("组长裁定 1 天")), "{found:#?}");
    let wrong = read("calling").replace("target=\"area\"", "target=\"1 area\"");
    let found = faults(&wrong, &shelf());
    assert!(found.iter().any(|f| f.code == "bad_handing" && f.element == "expert"), "{found:#?}");
}

/// req: FORM-029 calls in calls, and two calls of the same flow, keep their variables apart
#[test]
fn each_call_has_its_own_variables() {
    let twice = read("calling").replace(
        "<userTask id=\"decide\"",
        "<callActivity id=\"second\" name=\"复评\" calledElement=\"middle\"/><userTask id=\"decide\"",
    );
    let twice = twice
        .replace("sourceRef=\"opinion_is\" targetRef=\"decide\"", "sourceRef=\"opinion_is\" targetRef=\"second\"")
        .replace("</process>", "<sequenceFlow id=\"f9\" sourceRef=\"second\" targetRef=\"decide\"/></process>");
    let mut shelf = shelf();
    shelf.0.insert("middle".into(), read("broken/unknown_flow").replace("nowhere", "expert-review"));
    assert_eq!(faults(&twice, &shelf), []);
    let flow = Definition::parse_with(&twice, None, &shelf).unwrap();
    let mut step = start(&flow, vars(json!({})), &Fake).unwrap();
    let mut done = Vec::new();
    loop {
        let open = step.instance.open_tasks(&flow).next().map(|(task, node)| (task, node.id.clone()));
        let Some((task, element)) = open else { break };
        let word = if element == "second/expert/review" { "split" } else { "yes" };
        step = complete(&flow, &step.instance, &task, outcome(word));
        done.push(element);
    }
    let way = ["review", "expert/review", "second/review", "second/expert/review", "second/expert/chair", "decide"];
    assert_eq!(done, way);
    assert_eq!(step.instance.written(&flow, "expert/review"), Some(json!({ "outcome": "yes" })));
    assert_eq!(step.instance.written(&flow, "second/expert/review"), Some(json!({ "outcome": "split" })));
}
