//! Taking running flows over to another version.

use std::collections::HashMap;

use flow::{Advance, Command, Definition, FlowError, Instance, migrate};
use serde_json::json;

use crate::fakes::{Fake, load, outcome, read, vars};
use crate::runs::{begin, complete, go, short};

fn over(from: &Definition, to: &Definition, at: &Instance, mapping: &[(&str, &str)]) -> Result<Advance, FlowError> {
    let mapping: HashMap<String, String> = mapping.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    migrate(from, to, at, &mapping, &Fake)
}

fn changed(name: &str, from: &str, to: &str) -> Definition {
    let xml = read(name);
    assert!(xml.contains(from));
    Definition::parse(&xml.replace(from, to)).unwrap()
}

/// req: FORM-030 running instances are migrated by choice
#[test]
fn an_open_task_goes_on_in_the_new_version_under_its_id() {
    let old = load("sequential");
    let new = changed("sequential", "name=\"业务审查\"", "name=\"技术审查\"");
    let step = begin(&old);
    let step = over(&old, &new, &step.instance, &[]).unwrap();
    assert_eq!(short(&step.effects), ["~t2 review"]);
    assert!(matches!(&step.effects[0], flow::Effect::ChangeTask(order) if order.name == "技术审查"));
    let step = complete(&new, &step.instance, "t2", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t4 decide"]);
}

/// req: FORM-030 a step that is gone needs to be told where its cases go
#[test]
fn a_step_that_is_gone_is_mapped_or_refused_by_name() {
    let old = load("sequential");
    let new = Definition::parse(&read("sequential").replace("\"review\"", "\"check\"")).unwrap();
    let step = begin(&old);
    assert_eq!(over(&old, &new, &step.instance, &[]).unwrap_err(), FlowError::NoCounterpart("业务审查".into()));
    let wrong = over(&old, &new, &step.instance, &[("review", "issue")]).unwrap_err();
    assert_eq!(wrong, FlowError::OtherKind("业务审查".into()));
    let step = over(&old, &new, &step.instance, &[("review", "check")]).unwrap();
    assert_eq!(short(&step.effects), ["~t2 check"]);
    // What was done before counts under its new name.
    let done = complete(&old, &begin(&old).instance, "t2", outcome("pass"));
    let done = over(&old, &new, &done.instance, &[("review", "check")]).unwrap();
    assert_eq!(done.instance.variables.to_map()["check"]["outcome"], "pass");
    assert_eq!(flow::returnable(&new, &done.instance, "t4"), ["check"]);
}

/// A half-done pair of branches does not fit into a version without them.
#[test]
fn what_waits_before_a_join_needs_that_join() {
    let old = load("loop");
    let step = complete(&old, &begin(&old).instance, "t2", outcome("pass"));
    let step = complete(&old, &step.instance, "t6", outcome("pass"));
    let new = load("sequential");
    let mapping = [("health", "review"), ("fire", "review")];
    assert_eq!(over(&old, &new, &step.instance, &mapping).unwrap_err(), FlowError::NoCounterpart("join".into()));
    // Both branches open: two tokens on one way are refused as well.
    let both = complete(&old, &begin(&old).instance, "t2", outcome("pass"));
    let twice = over(&old, &new, &both.instance, &[("health", "review"), ("fire", "decide")]).unwrap_err();
    assert_eq!(twice, FlowError::NoWayFrom("审批决定".into()));
}

/// req: FORM-030 a reminder at work inside a sub-process is no reason to call a case stuck
#[test]
fn what_a_reminder_began_inside_a_sub_process_goes_along() {
    let flow = load("reminded");
    let step = begin(&flow);
    let pending = step.instance.pending(&flow);
    let (clock, _) = pending.iter().find(|(_, element)| element == "late").expect("the reminder runs");
    let step = flow::advance(&flow, &step.instance, Command::TimerFired { token: clock.clone() }, &Fake).unwrap();
    assert!(step.instance.pending(&flow).iter().any(|(_, element)| element == "ask"));
    let same = over(&flow, &flow, &step.instance, &[]).unwrap();
    assert_eq!(same.instance.pending(&flow), step.instance.pending(&flow));
}

/// req: FORM-030 a sub-process that may come again and has a reminder in it is no reason to call a case stuck
#[test]
fn a_case_in_a_repeated_sub_process_with_a_reminder_goes_along() {
    let flow = load("repeated");
    let goes_along = |step: &Advance| {
        let same = over(&flow, &flow, &step.instance, &[]).unwrap();
        assert_eq!(same.instance.pending(&flow), step.instance.pending(&flow));
    };
    let step = begin(&flow);
    goes_along(&step);
    let both = vars(json!({"fire": "yes", "health": "yes"}));
    let step = complete(&flow, &step.instance, "t3", both);
    goes_along(&step);
    let step = go(&flow, &step.instance, Command::TimerFired { token: "c11".into() });
    goes_along(&step);
    let step = complete(&flow, &step.instance, "t9", outcome("pass"));
    goes_along(&step);
}
