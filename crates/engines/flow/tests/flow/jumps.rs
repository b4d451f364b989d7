//! Taking back a task just done, and an administrator's jump.

use flow::{Command, FlowError, Status, jump_targets};

use crate::fakes::{load, outcome};
use crate::runs::{begin, complete, go, refused, short};

fn jump(task: &str, element: &str) -> Command {
    Command::Jump { task: task.into(), element: element.into(), reason: "人事变动".into() }
}

/// req: FORM-029 withdraw: a handler takes his task back while nobody has gone on
#[test]
fn a_task_is_taken_back_only_while_the_next_one_is_open() {
    let flow = load("sequential");
    let step = complete(&flow, &begin(&flow).instance, "t2", outcome("pass"));
    let back = go(&flow, &step.instance, Command::TakeBack { task: "t2".into() });
    assert_eq!(short(&back.effects), ["-t4 decide", "+t5 review"]);
    assert!(!back.instance.variables.to_map().contains_key("review"), "what was taken back decides nothing");
    let step = complete(&flow, &step.instance, "t4", outcome("granted"));
    assert_eq!(refused(&flow, &step.instance, Command::TakeBack { task: "t2".into() }), FlowError::TooLate);
    // A service may have begun its work.
    assert_eq!(refused(&flow, &step.instance, Command::TakeBack { task: "t4".into() }), FlowError::TooLate);
    let unknown = refused(&flow, &step.instance, Command::TakeBack { task: "t99".into() });
    assert_eq!(unknown, FlowError::UnknownTask("t99".into()));
}

/// Two branches: one's own task comes back, the other branch stands.
#[test]
fn taking_back_leaves_the_other_branch_alone() {
    let flow = load("loop");
    let step = complete(&flow, &begin(&flow).instance, "t2", outcome("pass"));
    let step = complete(&flow, &step.instance, "t6", outcome("pass"));
    let step = go(&flow, &step.instance, Command::TakeBack { task: "t6".into() });
    assert_eq!(short(&step.effects), ["+t9 fire"]);
    let step = complete(&flow, &step.instance, "t9", outcome("pass"));
    let step = complete(&flow, &step.instance, "t7", outcome("pass"));
    assert_eq!(step.effects.len(), 1, "both branches are joined");
    assert_eq!(refused(&flow, &step.instance, Command::TakeBack { task: "t2".into() }), FlowError::TooLate);
}

/// req: FORM-029 manual jump by administrator
#[test]
fn an_administrator_sends_a_case_on_to_where_it_can_end() {
    let flow = load("loop");
    let step = begin(&flow);
    assert_eq!(jump_targets(&flow, &step.instance, "t2"), ["decide"], "into one branch alone the join waits for ever");
    assert_eq!(refused(&flow, &step.instance, jump("t2", "fire")), FlowError::NoWayFrom("消防意见".into()));
    let step = go(&flow, &step.instance, jump("t2", "decide"));
    assert_eq!(short(&step.effects), ["+t4 decide"]);
    let step = complete(&flow, &step.instance, "t4", outcome("granted"));
    let step = go(&flow, &step.instance, Command::ServiceDone { token: "s7".into(), variables: outcome("done") });
    assert_eq!(step.instance.status, Status::Finished);
}

/// From one of two branches there is no way out beside the join: the other one would be done for nothing.
#[test]
fn a_jump_that_leaves_a_branch_behind_is_refused() {
    let flow = load("loop");
    let step = complete(&flow, &begin(&flow).instance, "t2", outcome("pass"));
    assert_eq!(refused(&flow, &step.instance, jump("t6", "decide")), FlowError::NoWayFrom("审批决定".into()));
    assert_eq!(refused(&flow, &step.instance, jump("t6", "join")), FlowError::NotATask("join".into()));
}
