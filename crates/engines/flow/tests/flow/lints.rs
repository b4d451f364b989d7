//! Every lint code has a broken file of its own, named after it.

use std::collections::BTreeSet;

use flow::{Finding, LintContext, Severity, lint};

use crate::fakes::{Fake, load, surroundings};

fn findings(name: &str) -> Vec<Finding> {
    lint(&load(&format!("broken/{name}")), &Fake, &surroundings())
}

/// code, element it must stand at, other codes that follow from the same fault
const BROKEN: &[(&str, &str, &[&str])] = &[
    ("duplicate_id", "review", &[]),
    ("missing_id", "", &[]),
    ("dangling_flow", "review_nowhere", &[]),
    ("unsupported_element", "script", &[]),
    ("several_processes", "p", &[]),
    ("boundary_unattached", "late", &["unreachable"]),
    ("bad_default", "ask", &[]),
    ("no_start", "p", &["unreachable"]),
    ("several_starts", "start2", &[]),
    ("no_end", "p", &["dead_end"]),
    ("start_has_incoming", "start", &[]),
    ("end_has_outgoing", "end", &[]),
    ("boundary_has_incoming", "late", &["end_unreachable"]),
    ("unreachable", "decide", &[]),
    ("dead_end", "decide", &[]),
    ("end_unreachable", "decide", &[]),
    ("needs_default", "ask", &[]),
    ("missing_condition", "ask_decide", &["needs_default"]),
    ("condition_ignored", "split_decide", &[]),
    ("bad_condition", "ask_end", &[]),
    ("missing_role", "review", &[]),
    ("unknown_role", "review", &[]),
    ("missing_service", "call", &[]),
    ("unknown_service", "call", &[]),
    ("bad_days", "review", &[]),
    ("bad_attempts", "call", &[]),
    ("bad_setting", "review", &[]),
    ("bad_ratio", "review", &[]),
    ("joint_without_handlers", "review", &[]),
    ("no_pass_button", "review", &[]),
    ("same_outcome", "review", &[]),
    ("bad_outcome", "review", &[]),
    ("bad_receiver", "review", &[]),
    ("long_text", "review", &[]),
    ("bad_unit", "review", &[]),
    ("bad_handler", "review", &[]),
    ("crossing_flow", "review_end", &[]),
    ("event_has_flow", "hurry", &[]),
    ("missing_flow", "expert", &[]),
    ("unknown_flow", "expert", &[]),
    ("missing_name", "review", &[]),
    ("bad_timer", "wait", &[]),
    ("days_over_limit", "p", &[]),
    ("endless_loop", "call", &[]),
    ("timer_loop", "wait", &[]),
    ("deadlock", "join", &[]),
    ("double_token", "print", &[]),
    ("never_ends", "p", &[]),
    ("dead_task", "print", &["deadlock"]),
];

/// req: FORM-028
#[test]
fn every_fault_is_found_at_its_element_and_says_the_way_out() {
    for (code, element, others) in BROKEN {
        let findings = findings(code);
        assert!(
            findings.iter().any(|f| f.code == *code && f.element == *element),
            "{code} at {element}: {findings:#?}"
        );
        for finding in &findings {
            assert!(finding.code == *code || others.contains(&finding.code), "{code}: unexpected {finding:?}");
            assert!(
                finding.message.contains('。') && !finding.message.ends_with('。'),
                "two sentences, the second the way out: {finding:?}"
            );
            assert!(!finding.message.contains('!') && !finding.message.contains('！'), "{finding:?}");
        }
    }
}

#[test]
fn every_broken_file_is_in_the_table() {
    let files: BTreeSet<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bpmn/broken"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let table: BTreeSet<String> = BROKEN.iter().map(|(code, ..)| (*code).to_owned()).collect();
    assert_eq!(files, table);
}

#[test]
fn warnings_do_not_forbid_publishing() {
    for (code, ..) in BROKEN {
        let warning = matches!(*code, "condition_ignored" | "missing_name" | "timer_loop");
        let found = findings(code);
        let finding = found.iter().find(|f| f.code == *code).unwrap();
        assert_eq!(finding.severity == Severity::Warning, warning, "{finding:?}");
        assert_eq!(finding.is_error(), !warning);
    }
}

/// req: FORM-028 time limits not above the item's, along the longest path
#[test]
fn days_are_summed_along_the_longest_path_only() {
    let definition = load("broken/days_over_limit");
    let over = |limit| {
        lint(&definition, &Fake, &LintContext { limit_days: limit, ..surroundings() })
            .into_iter()
            .find(|f| f.code == "days_over_limit")
    };
    let message = over(Some(22)).unwrap().message;
    assert!(message.contains("23 个工作日") && message.contains("现场核查 12 天"), "{message}");
    assert!(over(Some(23)).is_none());
    assert!(over(None).is_none());
    // A loop counts once.
    assert!(lint(&load("loop"), &Fake, &LintContext { limit_days: Some(3), ..surroundings() }).is_empty());
}

#[test]
fn opposite_conditions_need_no_default() {
    let text =
        crate::fakes::read("broken/needs_default").replace("review.outcome = \"fail\"", "review.outcome != \"pass\"");
    let definition = flow::Definition::parse(&text).unwrap();
    assert_eq!(lint(&definition, &Fake, &surroundings()), []);
}

/// Twenty branches at a time have more than a million markings: the proof gives up, says so, and does not hang.
#[test]
fn a_flow_too_large_to_prove_is_a_warning() {
    let mut body = String::from(
        "<startEvent id=\"s\"/><parallelGateway id=\"a\"/><parallelGateway id=\"b\"/><endEvent id=\"e\"/><sequenceFlow id=\"sa\" sourceRef=\"s\" targetRef=\"a\"/><sequenceFlow id=\"be\" sourceRef=\"b\" targetRef=\"e\"/>",
    );
    for n in 0..20 {
        use std::fmt::Write as _;
        write!(
            body,
            "<userTask id=\"u{n}\" name=\"x\" tongban:role=\"clerk\"/><boundaryEvent id=\"l{n}\" attachedToRef=\"u{n}\"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>\
             <userTask id=\"v{n}\" name=\"y\" tongban:role=\"clerk\"/><exclusiveGateway id=\"m{n}\"/>\
             <sequenceFlow id=\"f{n}\" sourceRef=\"a\" targetRef=\"u{n}\"/><sequenceFlow id=\"g{n}\" sourceRef=\"u{n}\" targetRef=\"m{n}\"/><sequenceFlow id=\"h{n}\" sourceRef=\"l{n}\" targetRef=\"v{n}\"/>\
             <sequenceFlow id=\"i{n}\" sourceRef=\"v{n}\" targetRef=\"m{n}\"/><sequenceFlow id=\"j{n}\" sourceRef=\"m{n}\" targetRef=\"b\"/>"
        )
        .unwrap();
    }
    let xml = format!(
        "<definitions xmlns=\"{}\" xmlns:tongban=\"{}\"><process id=\"p\">{body}</process></definitions>",
        flow::BPMN_NAMESPACE,
        flow::TONGBAN_NAMESPACE
    );
    let found = lint(&flow::Definition::parse(&xml).unwrap(), &Fake, &surroundings());
    assert_eq!(
        found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
        [("not_proved", Severity::Warning)],
        "{found:?}"
    );
}

/// A task with many timers has more outcomes than can be tried: again a warning, at once.
#[test]
fn a_task_with_too_many_timers_is_a_warning() {
    let mut extra = String::new();
    for n in 0..40 {
        use std::fmt::Write as _;
        write!(
            extra,
            "<boundaryEvent id=\"b{n}\" cancelActivity=\"false\" attachedToRef=\"review\"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent><sequenceFlow id=\"x{n}\" sourceRef=\"b{n}\" targetRef=\"end\"/>"
        )
        .unwrap();
    }
    let xml = crate::fakes::read("sequential").replace("</process>", &format!("{extra}</process>"));
    let found = lint(&flow::Definition::parse(&xml).unwrap(), &Fake, &surroundings());
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), ["not_proved"], "{found:?}");
}

/// The largest drawing that is accepted is checked in reasonable time; a larger one is refused on reading.
#[test]
fn the_largest_flow_is_checked_and_a_larger_one_refused() {
    let drawing = |tasks: usize| {
        use std::fmt::Write as _;
        let mut body = String::from("<startEvent id=\"u0\"/>");
        for n in 1..=tasks {
            write!(body, "<userTask id=\"u{n}\" name=\"x\" tongban:role=\"clerk\"/><sequenceFlow id=\"f{n}\" sourceRef=\"u{}\" targetRef=\"u{n}\"/>", n - 1).unwrap();
        }
        write!(body, "<endEvent id=\"e\"/><sequenceFlow id=\"f\" sourceRef=\"u{tasks}\" targetRef=\"e\"/>").unwrap();
        flow::Definition::parse(&format!(
            "<definitions xmlns=\"{}\" xmlns:tongban=\"{}\"><process id=\"p\">{body}</process></definitions>",
            flow::BPMN_NAMESPACE,
            flow::TONGBAN_NAMESPACE
        ))
    };
    let largest = drawing(998).unwrap();
    assert_eq!(lint(&largest, &Fake, &surroundings()), []);
    assert_eq!(flow::outline(&largest).len(), 998);
    assert_eq!(drawing(999).unwrap_err()[0].code, "too_many_elements");
}
