//! Joint review: who is asked, when it passes, when it fails, and who is asked in addition.

use flow::{Command, FlowError, Handler, advance};
use serde_json::json;

use crate::fakes::{Fake, load, outcome};
use crate::runs::{begin, complete, go, refused, short};

/// req: FORM-029 multi-instance countersign: all must pass
#[test]
fn when_all_must_pass_the_last_one_moves_the_case_on() {
    let flow = load("joint_all");
    let step = begin(&flow);
    assert_eq!(short(&step.effects), ["+t3 board", "+t4 board", "+t5 board"]);
    let step = complete(&flow, &step.instance, "t4", outcome("pass"));
    assert_eq!(short(&step.effects), [""; 0]);
    let state = step.instance.joint_of("t3").unwrap();
    assert_eq!((state.passed, state.failed, state.total), (1, 0, 3));
    let step = complete(&flow, &step.instance, "t3", outcome("pass"));
    let step = complete(&flow, &step.instance, "t5", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t7 decide"]);
    assert_eq!(
        step.instance.variables.to_map()["board"],
        json!({"outcome": "pass", "passed": 3, "failed": 0, "total": 3})
    );
    let again = Command::CompleteTask { task: "t4".into(), variables: outcome("fail") };
    assert_eq!(refused(&flow, &step.instance, again), FlowError::AlreadyCompleted("t4".into()));
}

/// req: FORM-029 one refusal decides when all must pass; the others need not say anything any more
#[test]
fn one_refusal_ends_a_review_that_all_must_pass() {
    let flow = load("joint_all");
    let step = complete(&flow, &begin(&flow).instance, "t3", outcome("pass"));
    let step = complete(&flow, &step.instance, "t5", outcome("fail"));
    assert_eq!(short(&step.effects), ["-t4 board", "+t7 decide"]);
    assert_eq!(step.instance.variables.to_map()["board"]["outcome"], "fail");
    let late = Command::CompleteTask { task: "t4".into(), variables: outcome("pass") };
    assert_eq!(refused(&flow, &step.instance, late), FlowError::TaskCancelled("t4".into()));
}

/// req: FORM-029 countersign by ratio and by any one
#[test]
fn a_ratio_decides_as_soon_as_it_is_reached_or_lost() {
    let flow = load("joint_two_thirds");
    // 60 % of three are two.
    let first = complete(&flow, &begin(&flow).instance, "t3", outcome("fail"));
    assert_eq!(short(&first.effects), [""; 0], "two can still pass it");
    let passed = complete(&flow, &first.instance, "t4", outcome("pass"));
    let passed = complete(&flow, &passed.instance, "t5", outcome("granted"));
    assert_eq!(
        passed.instance.variables.to_map()["board"],
        json!({"outcome": "granted", "passed": 2, "failed": 1, "total": 3})
    );
    let lost = complete(&flow, &first.instance, "t5", outcome("refused"));
    assert_eq!(short(&lost.effects), ["-t4 board", "+t7 decide"]);
    assert_eq!(lost.instance.variables.to_map()["board"]["outcome"], "refused");

    let flow = load("joint_any");
    let step = complete(&flow, &begin(&flow).instance, "t4", outcome("pass"));
    assert_eq!(short(&step.effects), ["-t3 board", "-t5 board", "+t7 decide"], "any one is enough");
}

/// req: FORM-029 one after the other
#[test]
fn in_turns_the_next_is_asked_when_the_one_before_has_passed_it() {
    let flow = load("joint_turns");
    let step = begin(&flow);
    assert_eq!(short(&step.effects), ["+t3 board"]);
    let step = complete(&flow, &step.instance, "t3", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t4 board"]);
    let back = go(&flow, &step.instance, Command::TakeBack { task: "t3".into() });
    assert_eq!(short(&back.effects), ["-t4 board", "+t5 board"], "taken back while the next has said nothing");
    let step = complete(&flow, &step.instance, "t4", outcome("pass"));
    assert_eq!(refused(&flow, &step.instance, Command::TakeBack { task: "t3".into() }), FlowError::TooLate);
    let step = complete(&flow, &step.instance, "t5", outcome("fail"));
    assert_eq!(short(&step.effects), ["+t7 decide"]);
}

/// req: FORM-026 countersign button: colleagues are asked in addition
#[test]
fn an_ordinary_task_becomes_a_joint_one_when_others_are_asked() {
    let flow = load("sequential");
    let step = begin(&flow);
    let ask = |who: &str| Command::Countersign {
        task: "t2".into(),
        handlers: vec![Handler::person(who, "李静")],
        sequential: false,
    };
    let step = go(&flow, &step.instance, ask("p9"));
    assert_eq!(short(&step.effects), ["+t3 review"]);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(short(&step.effects), [""; 0], "the colleague has not spoken");
    let step = complete(&flow, &step.instance, "t3", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t5 decide"]);
    let gone = advance(&flow, &step.instance, ask("p9"), &Fake).unwrap_err();
    assert_eq!(gone, FlowError::AlreadyCompleted("t2".into()));
}

/// A return from one part of a joint review ends the whole step and takes the other parts off the lists.
#[test]
fn returning_from_a_joint_review_takes_all_its_parts_back() {
    let flow = load("joint_all");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t3", outcome("pass"));
    let step = complete(&flow, &step.instance, "t4", outcome("pass"));
    let step = complete(&flow, &step.instance, "t5", outcome("pass"));
    let back = Command::ReturnTo { task: "t7".into(), element: "board".into(), reason: "材料不符".into() };
    let step = go(&flow, &step.instance, back);
    assert_eq!(short(&step.effects), ["+t9 board", "+t10 board", "+t11 board"]);
    assert!(!step.instance.variables.to_map().contains_key("board"));
}
