//! Returning to an earlier step.

use flow::{Command, Definition, FlowError, Instance, Status, advance, returnable};
use serde_json::json;

use crate::fakes::{Fake, load, outcome, vars};
use crate::runs::{begin, complete, go, refused, short};

fn back(task: &str, element: &str) -> Command {
    Command::ReturnTo { task: task.into(), element: element.into(), reason: "材料不符".into() }
}

/// req: FORM-029 return to any earlier step
#[test]
fn a_task_goes_back_to_an_earlier_one_and_forward_again() {
    let flow = load("sequential");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(returnable(&flow, &step.instance, "t4"), ["review"]);
    let step = go(&flow, &step.instance, back("t4", "review"));
    assert_eq!(short(&step.effects), ["+t5 review"], "the returned task needs no effect of its own");
    assert!(!step.instance.variables.to_map().contains_key("review"), "what was undone decides nothing");
    assert_eq!(
        refused(&flow, &step.instance, Command::CompleteTask { task: "t4".into(), variables: vars(json!({})) }),
        FlowError::TaskCancelled("t4".into())
    );
    let step = complete(&flow, &step.instance, "t5", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t7 decide"]);
    assert_eq!(step.instance.completed(&flow).len(), 1);
}

/// Back before the split: the other branch is work that followed, so it is cancelled.
#[test]
fn returning_before_a_split_cancels_the_other_branches() {
    let flow = load("loop");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t6 fire", "+t7 health"]);
    let step = go(&flow, &step.instance, back("t6", "review"));
    assert_eq!(short(&step.effects), ["-t7 health", "+t8 review"]);
    let step = complete(&flow, &step.instance, "t8", outcome("pass"));
    assert_eq!(short(&step.effects).len(), 2, "both branches anew");
}

/// Back into one joint branch after the join: the other branch's finished work stands, the join waits for the one only.
#[test]
fn returning_into_a_branch_keeps_the_other_branch_s_work() {
    let flow = load("loop");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    let step = complete(&flow, &step.instance, "t6", outcome("pass"));
    let step = complete(&flow, &step.instance, "t7", outcome("doubt"));
    assert_eq!(short(&step.effects), ["+t11 decide"]);
    assert_eq!(returnable(&flow, &step.instance, "t11"), ["health", "fire", "review"]);
    let step = go(&flow, &step.instance, back("t11", "health"));
    assert_eq!(short(&step.effects), ["+t12 health"]);
    assert_eq!(step.instance.variables.to_map()["fire"]["outcome"], "pass");
    assert!(!step.instance.variables.to_map().contains_key("health"));
    let step = complete(&flow, &step.instance, "t12", outcome("pass"));
    assert_eq!(step.effects.len(), 1);
    assert!(short(&step.effects)[0].ends_with(" decide"), "fire need not be done twice");
}

/// Within a branch: the other branch goes on undisturbed.
#[test]
fn returning_within_a_branch_leaves_the_others_alone() {
    let flow = load("parallel");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    let step = complete(&flow, &step.instance, "t7", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t9 health_check"]);
    let step = go(&flow, &step.instance, back("t9", "health"));
    assert_eq!(short(&step.effects), ["+t10 health"], "fire is not touched");
    assert_eq!(step.instance.open_tasks(&flow).map(|(id, _)| id).collect::<Vec<_>>(), ["t6", "t10"]);
    // The other way round is not "earlier": fire does not follow from health.
    let step = complete(&flow, &step.instance, "t10", outcome("pass"));
    assert_eq!(refused(&flow, &step.instance, back("t6", "health")), FlowError::NotEarlier("health".into()));
    assert_eq!(refused(&flow, &step.instance, back("t6", "decide")), FlowError::NotVisited("decide".into()));
    assert_eq!(refused(&flow, &step.instance, back("t6", "fire")), FlowError::NotVisited("fire".into()));
    assert_eq!(refused(&flow, &step.instance, back("t6", "join")), FlowError::NotATask("join".into()));
    assert_eq!(refused(&flow, &step.instance, back("t6", "nothing")), FlowError::UnknownElement("nothing".into()));
}

/// A drawn loop: the latest visit counts, and what earlier rounds wrote stays.
#[test]
fn returning_in_a_loop_goes_to_the_latest_visit() {
    let flow = load("loop");
    let mut step = begin(&flow);
    for round in ["again", "again"] {
        for _ in 0..3 {
            let (task, _) = step.instance.open_tasks(&flow).next().unwrap();
            step = complete(&flow, &step.instance, &task, outcome("pass"));
        }
        let (task, node) = step.instance.open_tasks(&flow).next().unwrap();
        assert_eq!(node.id, "decide");
        step = complete(&flow, &step.instance, &task, outcome(round));
    }
    assert_eq!(step.instance.completed(&flow).len(), 8);
    let (task, node) = step.instance.open_tasks(&flow).next().unwrap();
    assert_eq!(node.id, "review");
    assert_eq!(returnable(&flow, &step.instance, &task), ["decide", "health", "fire", "review"]);
    let step = go(&flow, &step.instance, back(&task, "decide"));
    assert_eq!(step.instance.completed(&flow).len(), 7);
    assert_eq!(step.instance.variables.to_map()["decide"]["outcome"], "again", "the first round's decision stands");
}

/// Timers of the task from which it is returned stop; a task cut short by its timer can be returned to, timers anew.
#[test]
fn timers_follow_a_return() {
    let flow = load("timer");
    let step = begin(&flow);
    let step = go(&flow, &step.instance, Command::TimerFired { token: "c3".into() });
    let step = go(&flow, &step.instance, Command::TimerFired { token: "c4".into() });
    assert_eq!(short(&step.effects), ["-t2 review", "+t8 takeover"]);
    let step = go(&flow, &step.instance, back("t8", "review"));
    assert_eq!(short(&step.effects), ["-t6 urge", "+t9 review", "wait c10 remind 86400s", "wait c11 late 259200s"]);
    assert_eq!(step.instance.status, Status::Running);
}

/// Reminded work may not be sent back into the task that is still being done.
#[test]
fn a_task_still_open_is_not_returned_to() {
    let flow = load("timer");
    let step = begin(&flow);
    let step = go(&flow, &step.instance, Command::TimerFired { token: "c3".into() });
    assert_eq!(refused(&flow, &step.instance, back("t6", "review")), FlowError::NotVisited("review".into()));
    assert!(returnable(&flow, &step.instance, "t6").is_empty());
}

/// A gateway called like a variable of the case does not take the variable away when it is undone.
#[test]
fn returning_keeps_the_variables_of_the_case() {
    let flow = load("exclusive");
    let step = flow::start(&flow, vars(json!({"need_inspect": {"area": "80"}})), &crate::fakes::Fake).unwrap();
    let step = complete(&flow, &step.instance, "t2", vars(json!({"inspect": "no"})));
    let (task, _) = step.instance.open_tasks(&flow).next().unwrap();
    let step = go(&flow, &step.instance, back(&task, "review"));
    assert_eq!(step.instance.variables.to_map()["need_inspect"]["area"], "80");
}

/// What was stored by earlier releases is read as it stands, goes on, and is written back byte for byte.
///
/// req: FORM-029
#[test]
fn a_state_stored_before_goes_on() {
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../packs/items/food-operation-permit/flow.bpmn");
    let flow = Definition::parse(&std::fs::read_to_string(pack).unwrap()).unwrap();
    let stored = r#"{"status":"running","variables":{"handle_item":"new-sales","situation":{"agent":"no"},"form":{"area":1200,"rows":[{"n":1.50}],"day":"2030-10-01"},"outcome":"pass","review":{"outcome":"pass"},"inspect":{"outcome":"pass"}},"active":[{"i":8,"e":"decide","f":7}],"history":[{"e":"accepted","g":[{"i":1,"f":"flow_accepted_review"}]},{"e":"review","i":2,"t":[1],"g":[{"i":3,"f":"flow_review_needs_inspection"}]},{"e":"needs_inspection","t":[3],"g":[{"i":4,"f":"flow_needs_inspection_inspect"}]},{"e":"inspect","i":5,"t":[4],"g":[{"i":6,"f":"flow_inspect_inspected"}]},{"e":"inspected","t":[6],"g":[{"i":7,"f":"flow_inspected_decide"}]}],"next":8}"#;
    let instance: Instance = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&instance).unwrap(), stored);
    assert_eq!(instance.pending(&flow), [("t8".to_owned(), "decide".to_owned())]);
    assert_eq!(returnable(&flow, &instance, "t8"), ["inspect", "review"]);
    assert_eq!(instance.completed(&flow).len(), 2);
    let back = Command::ReturnTo { task: "t8".into(), element: "inspect".into(), reason: "再看".into() };
    let step = advance(&flow, &instance, back, &Fake).unwrap();
    assert_eq!(short(&step.effects), ["+t9 inspect"]);
    assert_eq!(step.instance.written(&flow, "inspect"), None);
    assert_eq!(step.instance.variables.get("form").unwrap()["rows"][0]["n"], 1.5);
    // A torn history is told when it is needed, and loses nothing before.
    let torn: Instance = serde_json::from_str(&stored.replace(r#"{"e":"accepted","g""#, r#"{"g""#)).unwrap();
    let back = Command::ReturnTo { task: "t8".into(), element: "inspect".into(), reason: "再看".into() };
    assert_eq!(advance(&flow, &torn, back, &Fake), Err(FlowError::Damaged));
}
