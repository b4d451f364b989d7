//! A sub-process runs as if it were drawn into the flow around it.

use flow::{Command, Definition, lint, outline, returnable};
use serde_json::json;

use crate::fakes::{Fake, load, outcome, read, surroundings, vars};
use crate::runs::{begin, complete, go, short};

/// req: FORM-029 sub-process: it is left when nothing goes on inside any more
#[test]
fn a_sub_process_is_left_when_all_in_it_is_done() {
    let flow = load("subprocess");
    assert!(lint(&flow, &Fake, &surroundings()).iter().all(|finding| !finding.is_error()));
    let step = complete(&flow, &begin(&flow).instance, "t2", outcome("pass"));
    let open: Vec<String> = step.instance.open_tasks(&flow).map(|(_, node)| node.id.clone()).collect();
    assert_eq!(open, ["paper", "visit"]);
    let (paper, visit) = (task(&step.instance, &flow, "paper"), task(&step.instance, &flow, "visit"));
    let step = complete(&flow, &step.instance, &paper, outcome("pass"));
    assert_eq!(short(&step.effects), [""; 0], "the visit still goes on");
    let step = complete(&flow, &step.instance, &visit, outcome("pass"));
    let decide = task(&step.instance, &flow, "decide");
    assert_eq!(returnable(&flow, &step.instance, &decide), ["visit", "paper", "review"]);
    let back = Command::ReturnTo { task: decide, element: "paper".into(), reason: "缺一页".into() };
    let step = go(&flow, &step.instance, back);
    let paper = task(&step.instance, &flow, "paper");
    let step = complete(&flow, &step.instance, &paper, outcome("pass"));
    assert_eq!(step.instance.open_tasks(&flow).count(), 1, "the visit stands, the decision is next");
    let steps: Vec<String> = outline(&flow).into_iter().map(|step| step.element).collect();
    assert_eq!(steps, ["review", "paper", "visit", "decide"]);
    assert_eq!(flow.to_xml(), read("subprocess"));
}

fn task(instance: &flow::Instance, flow: &Definition, element: &str) -> String {
    instance.open_tasks(flow).find(|(_, node)| node.id == element).map(|(id, _)| id).unwrap()
}

/// A fault inside is told where it is drawn.
#[test]
fn faults_inside_a_sub_process_are_found() {
    let broken = |from: &str, to: &str| {
        let xml = read("subprocess");
        assert!(xml.contains(from));
        let flow = Definition::parse(&xml.replace(from, to)).unwrap();
        let found = lint(&flow, &Fake, &surroundings());
        found.into_iter().filter(|f| f.is_error()).map(|f| format!("{} {}", f.code, f.element)).collect::<Vec<_>>()
    };
    assert!(broken("<startEvent id=\"expert_start\"/>", "").contains(&"no_start expert".to_owned()));
    assert!(
        broken("<parallelGateway id=\"split\"/>", "<parallelGateway id=\"split\"/><endEvent id=\"lost\"/>")
            .contains(&"unreachable lost".to_owned())
    );
    // Started by an event it stands beside the way, and only a timer can start it.
    let event = broken("<subProcess id=\"expert\"", "<subProcess triggeredByEvent=\"true\" id=\"expert\"");
    assert!(event.contains(&"event_has_flow expert".to_owned()) && event.contains(&"bad_timer expert".to_owned()));
}

/// A reminder of one branch may come round to the join in a loop; the branch it reminds of does not, and is waited for.
///
/// req: FORM-029, FORM-028
#[test]
fn a_join_in_a_repeated_sub_process_waits_for_the_step_with_a_reminder() {
    let flow = load("repeated");
    assert_eq!(lint(&flow, &Fake, &surroundings()), []);
    let both = vars(json!({"fire": "yes", "health": "yes"}));
    let step = complete(&flow, &begin(&flow).instance, "t3", both.clone());
    assert_eq!(short(&step.effects), ["+t9 fire", "+t10 health", "wait c11 late 86400s"]);
    let step = complete(&flow, &step.instance, "t9", outcome("pass"));
    assert_eq!(short(&step.effects), [""; 0], "no summing up before both opinions are in");
    let step = go(&flow, &step.instance, Command::TimerFired { token: "c11".into() });
    assert_eq!(short(&step.effects), ["+t14 urge"], "a reminder disturbs nothing");
    let step = complete(&flow, &step.instance, "t10", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t17 decide"], "once, though the urging still goes on");
    let step = complete(&flow, &step.instance, "t17", outcome("again"));
    assert_eq!(short(&step.effects), [""; 0], "the sub-process is left when the urging is done too");
    let step = complete(&flow, &step.instance, "t14", outcome("pass"));
    let review = task(&step.instance, &flow, "review");
    // The second time round nothing is left of the first.
    let step = complete(&flow, &step.instance, &review, both);
    let (fire, health) = (task(&step.instance, &flow, "fire"), task(&step.instance, &flow, "health"));
    let step = complete(&flow, &step.instance, &fire, outcome("pass"));
    assert_eq!(short(&step.effects), [""; 0]);
    let step = complete(&flow, &step.instance, &health, outcome("pass"));
    let decide = task(&step.instance, &flow, "decide");
    let step = complete(&flow, &step.instance, &decide, outcome("pass"));
    assert_eq!(short(&step.effects), ["finished end"]);
}
