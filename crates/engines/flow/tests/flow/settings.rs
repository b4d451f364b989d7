//! What the author of a flow set on a step comes to the caller as it was meant.

use flow::{
    Access, ButtonAction, Command, Definition, Effect, Handler, HandlerKind, LintContext, advance, lint, start,
};
use serde_json::json;

use crate::fakes::{Fake, load, outcome, read, surroundings, vars};
use crate::runs::short;

/// req: FORM-026 handlers by person, role, department, dynamic; events; form permissions; buttons; calendar days
#[test]
fn handlers_buttons_events_and_rights_are_read() {
    let flow = load("settings");
    let node = flow.node("review").unwrap();
    assert!(node.counts_every_day());
    let buttons: Vec<_> =
        node.settings.buttons.iter().map(|b| (b.action, b.label.as_str(), b.outcome.as_deref())).collect();
    assert_eq!(buttons, [(ButtonAction::Pass, "准予", Some("granted")), (ButtonAction::Return, "退回", None)]);
    let rights = &node.settings.fields;
    assert_eq!(["area", "secret", "name"].map(|key| rights.of(key)), [Access::Write, Access::Hidden, Access::Read]);
    assert_eq!(lint(&flow, &Fake, &surroundings()), [], "a sound flow; what others wrote is no fault");
    assert_eq!(flow.to_xml(), read("settings"));

    let variables = vars(json!({"form": {"managers": ["p1", "p2"]}}));
    let step = start(&flow, variables, &Fake).unwrap();
    assert_eq!(short(&step.effects), ["Enter review Sms applicant", "+t2 review"]);
    let Effect::CreateTask(order) = &step.effects[1] else { panic!("{:?}", step.effects) };
    let department =
        Handler {
            kind: HandlerKind::Department, key: "org1".into(), label: "食品经营科".into(), expression: None
        };
    assert_eq!(order.handlers, [department, Handler::person("p1", ""), Handler::person("p2", "")]);
    let done = Command::CompleteTask { task: "t2".into(), variables: outcome("granted") };
    let step = advance(&flow, &step.instance, done, &Fake).unwrap();
    assert_eq!(short(&step.effects), ["Leave review Seal grant", "finished end"]);
}

/// req: FORM-028 limits not above the item's: days of the calendar count as five of seven
#[test]
fn days_of_the_calendar_are_weighed_as_working_days() {
    let over = |limit: u32| {
        let context = LintContext { limit_days: Some(limit), ..surroundings() };
        lint(&load("settings"), &Fake, &context).iter().any(|finding| finding.code == "days_over_limit")
    };
    assert!(!over(10), "two weeks are ten working days");
    assert!(over(9));
}

/// A wrong spelling is told, and nobody gets the step who was not meant to.
#[test]
fn a_setting_that_cannot_be_read_forbids_publishing() {
    for (from, to) in [
        ("kind=\"department\"", "kind=\"team\""),
        ("access=\"write\"", "access=\"maybe\""),
        ("on=\"enter\"", "on=\"later\""),
        ("action=\"return\"", "action=\"explode\""),
        ("<tongban:fields default=\"read\">", "<tongban:fields default=\"all\">"),
    ] {
        let flow = Definition::parse(&read("settings").replace(from, to)).unwrap();
        let found = lint(&flow, &Fake, &surroundings());
        assert!(found.iter().any(|finding| finding.code == "bad_setting" && finding.is_error()), "{to}: {found:?}");
    }
}
