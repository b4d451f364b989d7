//! Timers on the edge of a whole sub-process, and sub-processes that a timer starts.

use flow::{Command, Definition, Instance, lint, outline, returnable};

use crate::fakes::{Fake, load, outcome, read, surroundings};
use crate::runs::{begin, complete, go, short};

fn open(flow: &Definition, instance: &Instance) -> Vec<String> {
    instance.open_tasks(flow).map(|(_, node)| node.id.clone()).collect()
}

fn id(flow: &Definition, instance: &Instance, element: &str) -> String {
    let pending = instance.pending(flow);
    pending.into_iter().find(|(_, at)| at == element).map(|(id, _)| id).unwrap_or_else(|| panic!("{element} waits not"))
}

fn fire(flow: &Definition, instance: &Instance, element: &str) -> flow::Advance {
    go(flow, instance, Command::TimerFired { token: id(flow, instance, element) })
}

fn done(flow: &Definition, instance: &Instance, element: &str) -> flow::Advance {
    complete(flow, instance, &id(flow, instance, element), outcome("pass"))
}

/// Effects in short without their numbers.
fn said(step: &flow::Advance) -> Vec<String> {
    let number =
        |word: &str| word.len() > 1 && word.starts_with(['t', 'c']) && word[1..].bytes().all(|b| b.is_ascii_digit());
    let plain = |word: &str| match word.strip_prefix(['+', '-']) {
        Some(rest) if number(rest) => word[..1].to_owned(),
        _ => word.to_owned(),
    };
    let one = |text: &String| text.split(' ').filter(|word| !number(word)).map(plain).collect::<Vec<_>>().join(" ");
    short(&step.effects).iter().map(one).collect()
}

/// req: FORM-029, FORM-028 a timer on the edge of a sub-process and one that starts a sub-process pass the proof
#[test]
fn a_watched_flow_is_sound_and_comes_back_as_drawn() {
    let flow = load("watched");
    let found = lint(&flow, &Fake, &surroundings());
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(flow.to_xml(), read("watched"));
    let steps = outline(&flow);
    let step = |element: &str| steps.iter().find(|step| step.element == element).unwrap().optional;
    assert_eq!((step("paper"), step("decide"), step("takeover"), step("look")), (false, false, true, true));
}

/// req: FORM-029 the timers of a sub-process run while something goes on inside and stop with it
#[test]
fn timers_watch_as_long_as_something_goes_on_inside() {
    let flow = load("watched");
    let step = begin(&flow);
    assert_eq!(
        said(&step),
        ["+ paper", "+ visit", "wait stale 1728000s", "wait remind 86400s", "wait late 432000s", "wait hurry 172800s"]
    );
    let step = done(&flow, &step.instance, "paper");
    assert_eq!(short(&step.effects), [""; 0], "half of it goes on");
    let step = fire(&flow, &step.instance, "remind");
    assert_eq!(open(&flow, &step.instance), ["visit", "urge"], "a reminder disturbs nothing");
    let step = done(&flow, &step.instance, "visit");
    assert_eq!(said(&step), ["stop late", "stop hurry", "+ decide"]);
    let step = done(&flow, &step.instance, "urge");
    let step = done(&flow, &step.instance, "decide");
    assert_eq!(said(&step), ["stop stale", "finished end"]);
}

/// req: FORM-029 an interrupting timer gives up all that goes on inside; returning brings it back with its timers
#[test]
fn a_late_sub_process_is_given_up_and_a_return_brings_it_back() {
    let flow = load("watched");
    let step = done(&flow, &begin(&flow).instance, "paper");
    let step = fire(&flow, &step.instance, "late");
    assert_eq!(open(&flow, &step.instance), ["takeover"]);
    assert_eq!(said(&step), ["- visit", "stop remind", "stop hurry", "+ takeover"]);
    let task = id(&flow, &step.instance, "takeover");
    assert_eq!(returnable(&flow, &step.instance, &task), ["paper"]);
    let back = Command::ReturnTo { task, element: "paper".into(), reason: "再评一次".into() };
    let step = go(&flow, &step.instance, back);
    assert_eq!(open(&flow, &step.instance), ["paper", "visit"], "what was cut short begins again");
    let waits: Vec<String> = step.instance.pending(&flow).into_iter().map(|(_, element)| element).collect();
    assert_eq!(waits, ["paper", "visit", "stale", "remind", "late", "hurry"]);
    let step = done(&flow, &step.instance, "paper");
    let step = done(&flow, &step.instance, "visit");
    assert_eq!(open(&flow, &step.instance), ["decide"]);
}

/// req: FORM-029 a sub-process that a timer starts takes the place of what goes on around it, or stands beside it
#[test]
fn a_timer_starts_a_sub_process_in_place_of_the_rest_or_beside_it() {
    let flow = load("watched");
    let step = fire(&flow, &begin(&flow).instance, "hurry");
    assert_eq!(open(&flow, &step.instance), ["quick"]);
    let waits: Vec<String> = step.instance.pending(&flow).into_iter().map(|(_, element)| element).collect();
    assert_eq!(waits, ["quick", "stale", "remind", "late"], "the edge goes on watching");
    let step = fire(&flow, &step.instance, "stale");
    assert_eq!(open(&flow, &step.instance), ["quick", "look"]);
    let step = done(&flow, &step.instance, "quick");
    assert_eq!(open(&flow, &step.instance), ["look", "decide"], "its end is the end of what is around it");
    let step = done(&flow, &step.instance, "decide");
    assert_eq!(short(&step.effects), [""; 0], "what stands beside is waited for");
    let step = done(&flow, &step.instance, "look");
    assert_eq!(short(&step.effects).last().map(String::as_str), Some("finished looked"));
}

/// req: FORM-029 sent into a sub-process by hand, its timers run; sent out of it, they stop
#[test]
fn a_jump_across_the_border_takes_the_timers_along() {
    let flow = load("watched");
    let step = done(&flow, &begin(&flow).instance, "paper");
    let step = done(&flow, &step.instance, "visit");
    let task = id(&flow, &step.instance, "decide");
    let step = go(&flow, &step.instance, Command::Jump { task, element: "quick".into(), reason: "重评".into() });
    let waits: Vec<String> = step.instance.pending(&flow).into_iter().map(|(_, element)| element).collect();
    assert_eq!(waits, ["quick", "stale", "remind", "late", "hurry"]);
    let task = id(&flow, &step.instance, "quick");
    let step = go(&flow, &step.instance, Command::Jump { task, element: "decide".into(), reason: "不用了".into() });
    let waits: Vec<String> = step.instance.pending(&flow).into_iter().map(|(_, element)| element).collect();
    assert_eq!(waits, ["decide", "stale"]);
    let step = go(&flow, &step.instance, Command::Cancel);
    assert!(short(&step.effects).iter().any(|one| one.ends_with(" stale")), "{:?}", short(&step.effects));
}

/// req: FORM-028 where a timer gives up only half of what a join waits for, the proof says so
#[test]
fn a_timer_that_leaves_a_join_waiting_is_found() {
    let xml = read("watched");
    let (from, to) = (
        "<sequenceFlow id=\"f5\" sourceRef=\"takeover\" targetRef=\"decide\"/>",
        "<sequenceFlow id=\"f5\" sourceRef=\"takeover\" targetRef=\"both\"/><parallelGateway id=\"both\"/><sequenceFlow id=\"f8\" sourceRef=\"both\" targetRef=\"decide\"/>",
    );
    let (from2, to2) = ("sourceRef=\"expert\" targetRef=\"decide\"", "sourceRef=\"expert\" targetRef=\"both\"");
    assert!(xml.contains(from) && xml.contains(from2));
    let flow = Definition::parse(&xml.replace(from, to).replace(from2, to2)).unwrap();
    let found = lint(&flow, &Fake, &surroundings());
    assert!(found.iter().any(|f| f.code == "deadlock" && f.element == "both"), "{found:#?}");
}

/// A join inside what a timer starts waits for its own branches: what goes on around it can't come there any more.
///
/// req: FORM-028, FORM-029
#[test]
fn a_join_in_a_started_sub_process_waits_for_its_own_branches() {
    let quick = "<userTask id=\"quick\" name=\"简易评审\" tongban:role=\"approver\"/>";
    let branches = "<inclusiveGateway id=\"some\"/><userTask id=\"quick\" name=\"简易评审\" tongban:role=\"approver\"/><userTask id=\"law\" name=\"法制审核\" tongban:role=\"approver\"/><inclusiveGateway id=\"all\"/><sequenceFlow id=\"one\" sourceRef=\"some\" targetRef=\"quick\"/><sequenceFlow id=\"two\" sourceRef=\"some\" targetRef=\"law\"><conditionExpression>true</conditionExpression></sequenceFlow><sequenceFlow id=\"three\" sourceRef=\"law\" targetRef=\"all\"/><sequenceFlow id=\"four\" sourceRef=\"all\" targetRef=\"hurry_end\"/>";
    let xml = read("watched")
        .replace(quick, branches)
        .replace("sourceRef=\"hurry_start\" targetRef=\"quick\"", "sourceRef=\"hurry_start\" targetRef=\"some\"")
        .replace("sourceRef=\"quick\" targetRef=\"hurry_end\"", "sourceRef=\"quick\" targetRef=\"all\"");
    let flow = Definition::parse(&xml).unwrap();
    let found = lint(&flow, &Fake, &surroundings());
    assert!(found.iter().all(|finding| !finding.is_error()), "{found:#?}");
    let step = fire(&flow, &begin(&flow).instance, "hurry");
    let mut instance = step.instance;
    for element in open(&flow, &instance) {
        assert!(!open(&flow, &instance).contains(&"decide".to_owned()), "not before all of it is done");
        instance = done(&flow, &instance, &element).instance;
    }
    assert_eq!(open(&flow, &instance), ["decide"]);
}
