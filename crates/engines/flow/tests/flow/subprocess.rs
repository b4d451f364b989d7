//! A sub-process runs as if it were drawn into the flow around it.

use flow::{Command, Definition, lint, outline, returnable};

use crate::fakes::{Fake, load, outcome, read, surroundings};
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
