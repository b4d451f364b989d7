//! Run vectors: what each shape of flow does with each command.

use std::collections::BTreeMap;

use flow::{
    Advance, Command, Definition, Effect, FlowError, Instance, Status, Variables, Wait, advance, simulate, start,
};
use serde_json::json;

use crate::fakes::{Fake, load, outcome, vars};

pub fn begin(definition: &Definition) -> Advance {
    start(definition, Variables::new(), &Fake).unwrap()
}

pub fn complete(definition: &Definition, instance: &Instance, task: &str, variables: Variables) -> Advance {
    go(definition, instance, Command::CompleteTask { task: task.into(), variables })
}

pub fn go(definition: &Definition, instance: &Instance, command: Command) -> Advance {
    // Every step goes through storage.
    let stored: Instance = serde_json::from_str(&serde_json::to_string(instance).unwrap()).unwrap();
    assert_eq!(&stored, instance);
    advance(definition, &stored, command, &Fake).unwrap()
}

pub fn refused(definition: &Definition, instance: &Instance, command: Command) -> FlowError {
    advance(definition, instance, command, &Fake).unwrap_err()
}

/// Effects in short: `+t3 review`, `-t3 review`, `call s4 issue`, `wait c5 late`, …
pub fn short(effects: &[Effect]) -> Vec<String> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::CreateTask(order) => format!("+{} {}", order.task, order.element),
            Effect::ChangeTask(order) => format!("~{} {}", order.task, order.element),
            Effect::Announce { element, event, .. } => {
                format!("{:?} {element} {:?} {}", event.on, event.kind, event.to)
            }
            Effect::CancelTask { task, element } => format!("-{task} {element}"),
            Effect::CallService { token, element, attempt: 1, .. } => format!("call {token} {element}"),
            Effect::CallService { token, element, attempt, .. } => format!("call {token} {element} #{attempt}"),
            Effect::CancelService { token, element } => format!("drop {token} {element}"),
            Effect::StartTimer { token, element, wait: Wait::Seconds(seconds) } => {
                format!("wait {token} {element} {seconds}s")
            }
            Effect::StartTimer { token, element, wait: Wait::Until(date) } => format!("wait {token} {element} {date}"),
            Effect::CancelTimer { token, element } => format!("stop {token} {element}"),
            Effect::Finished { end } => format!("finished {end}"),
        })
        .collect()
}

/// req: FORM-029 sequence
#[test]
fn a_sequence_goes_task_by_task_to_its_end() {
    let flow = load("sequential");
    let step = begin(&flow);
    assert_eq!(
        step.effects,
        [Effect::CreateTask(flow::TaskOrder {
            task: "t2".into(),
            element: "review".into(),
            name: "业务审查".into(),
            role: Some("reviewer".into()),
            handlers: Vec::new(),
            joint: false,
            stage: Some("review".into()),
            days: Some(2),
            every_day: false,
            attributes: [("role", "reviewer"), ("stage", "review"), ("days", "2")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into_iter()
                .collect(),
        })]
    );
    let step =
        complete(&flow, &step.instance, "t2", vars(json!({"outcome": "pass", "note": "齐全", "decide": "not yours"})));
    assert_eq!(short(&step.effects), ["+t4 decide"]);
    // Under the element's id and merged, but nobody writes another element's context.
    assert_eq!(
        serde_json::Value::Object(step.instance.variables.to_map()),
        json!({"outcome": "pass", "note": "齐全", "review": {"outcome": "pass", "note": "齐全", "decide": "not yours"}})
    );
    let step = complete(&flow, &step.instance, "t4", outcome("granted"));
    assert_eq!(step.instance.variables.to_map()["outcome"], "granted");
    assert_eq!(short(&step.effects), ["call s6 issue"]);
    let step = go(
        &flow,
        &step.instance,
        Command::ServiceDone { token: "s6".into(), variables: vars(json!({"licence": "L1"})) },
    );
    assert_eq!(short(&step.effects), ["finished end"]);
    assert_eq!((step.instance.status, step.instance.end.as_deref()), (Status::Finished, Some("end")));
    assert_eq!(
        step.instance.completed(&flow).into_iter().map(|n| n.id.as_str()).collect::<Vec<_>>(),
        ["review", "decide"]
    );
    assert_eq!(step.instance.variables.to_map()["issue"]["licence"], "L1");
}

/// req: FORM-029 condition
#[test]
fn an_exclusive_gateway_takes_one_way_and_the_default_when_none_fits() {
    let flow = load("exclusive");
    let run = |inspect: &str, decision: &str| {
        let answers: BTreeMap<String, Variables> =
            [("review", json!({"inspect": inspect})), ("inspect", json!({})), ("decide", json!({"outcome": decision}))]
                .map(|(k, v)| (k.to_owned(), vars(v)))
                .into();
        let run = simulate(&flow, Variables::new(), &answers, &Fake).unwrap();
        (run.path.join(" "), run.services.join(" "), run.end)
    };
    assert_eq!(run("yes", "granted"), ("review inspect decide".into(), "issue".into(), "end_granted".into()));
    assert_eq!(run("no", "refused"), ("review decide".into(), "refuse".into(), "end_refused".into()));
    let missing = simulate(&flow, Variables::new(), &BTreeMap::new(), &Fake);
    assert_eq!(missing, Err(FlowError::MissingAnswer("review".into())));
}

/// req: FORM-029 parallel split and join
#[test]
fn a_parallel_join_waits_for_every_branch() {
    let flow = load("parallel");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t6 fire", "+t7 health"]);
    let step = complete(&flow, &step.instance, "t6", outcome("pass"));
    assert!(step.effects.is_empty());
    let step = complete(&flow, &step.instance, "t7", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t10 health_check"]);
    let step = complete(&flow, &step.instance, "t10", outcome("pass"));
    assert_eq!(short(&step.effects), ["+t13 decide"]);
}

/// An inclusive join waits while a token can still arrive, and no longer.
#[test]
fn an_inclusive_join_waits_for_the_chosen_branches_only() {
    let flow = load("inclusive");
    let review = |chosen: serde_json::Value| {
        let step = begin(&flow);
        complete(&flow, &step.instance, "t2", vars(chosen))
    };
    assert_eq!(short(&review(json!({})).effects), ["+t6 decide"], "nobody asked: the default way");
    let step = review(json!({"health": "yes"}));
    assert_eq!(short(&step.effects), ["+t5 health"]);
    assert_eq!(
        short(&complete(&flow, &step.instance, "t5", outcome("pass")).effects),
        ["+t8 decide"],
        "fire was not asked"
    );
    let step = review(json!({"health": "yes", "fire": "yes"}));
    assert_eq!(short(&step.effects), ["+t6 fire", "+t7 health"]);
    let step = complete(&flow, &step.instance, "t7", outcome("pass"));
    assert!(step.effects.is_empty(), "fire can still arrive on two ways");
    let step = complete(&flow, &step.instance, "t6", outcome("again"));
    assert_eq!(short(&step.effects), ["+t11 fire_again"]);
    let step = complete(&flow, &step.instance, "t11", outcome("pass"));
    assert_eq!(short(&step.effects).len(), 1);
    assert!(short(&step.effects)[0].ends_with("decide"));
}

/// req: FORM-029 timer
#[test]
fn timers_on_the_edge_remind_or_take_over() {
    let flow = load("timer");
    let step = begin(&flow);
    assert_eq!(short(&step.effects), ["+t2 review", "wait c3 remind 86400s", "wait c4 late 259200s"]);
    let reminded = go(&flow, &step.instance, Command::TimerFired { token: "c3".into() });
    assert_eq!(short(&reminded.effects), ["+t6 urge"], "the review goes on");
    assert_eq!(
        refused(&flow, &reminded.instance, Command::TimerFired { token: "c3".into() }),
        FlowError::UnknownToken("c3".into()),
        "once only"
    );
    let late = go(&flow, &reminded.instance, Command::TimerFired { token: "c4".into() });
    assert_eq!(short(&late.effects), ["-t2 review", "+t8 takeover"]);
    assert_eq!(
        refused(&flow, &late.instance, Command::CompleteTask { task: "t2".into(), variables: Variables::new() }),
        FlowError::TaskCancelled("t2".into())
    );
    let done = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(short(&done.effects)[..2], ["stop c3 remind", "stop c4 late"]);
    assert!(short(&done.effects)[2].starts_with("wait") && short(&done.effects)[2].ends_with("publish 172800s"));
    // Reminder work and main line end independently; the flow ends with the last.
    let step = complete(&flow, &late.instance, "t6", outcome("pass"));
    assert_eq!((step.effects.as_slice(), step.instance.status), ([].as_slice(), Status::Running));
    let step = complete(&flow, &step.instance, "t8", outcome("pass"));
    let Effect::StartTimer { token, .. } = &step.effects[0] else { panic!("{:?}", step.effects) };
    let step = go(&flow, &step.instance, Command::TimerFired { token: token.clone() });
    assert!(matches!(&step.effects[..], [Effect::CallService { service, attempt: 1, .. }] if service == "archive"));
}

#[test]
fn a_failing_service_is_called_again_and_then_handed_to_a_person() {
    let flow = load("timer");
    let step = begin(&flow);
    let step = complete(&flow, &step.instance, "t2", outcome("pass"));
    let Effect::StartTimer { token, .. } = &step.effects[2] else { panic!("{:?}", step.effects) };
    let step = go(&flow, &step.instance, Command::TimerFired { token: token.clone() });
    let Effect::CallService { token, .. } = &step.effects[0] else { panic!("{:?}", step.effects) };
    let failed = |instance: &Instance| {
        go(&flow, instance, Command::ServiceFailed { token: token.clone(), message: "连不上".into() })
    };
    let step = failed(&step.instance);
    assert_eq!(short(&step.effects), [format!("call {token} archive #2")]);
    let step = failed(&step.instance);
    assert_eq!(step.instance.variables.to_map()["archive"], json!({"outcome": "failed", "error": "连不上"}));
    assert!(short(&step.effects)[0].ends_with("by_hand"), "two attempts are drawn");
    // Without a limit it is tried for ever: a failing service never loses a case.
    let flow = load("sequential");
    let mut step = begin(&flow);
    step = complete(&flow, &step.instance, "t2", outcome("pass"));
    step = complete(&flow, &step.instance, "t4", outcome("granted"));
    for attempt in 2..50 {
        step = go(&flow, &step.instance, Command::ServiceFailed { token: "s6".into(), message: String::new() });
        assert_eq!(short(&step.effects), [format!("call s6 issue #{attempt}")]);
    }
}

/// req: FORM-029 an illegal command changes nothing and says what is wrong
#[test]
fn illegal_commands_are_named() {
    let flow = load("sequential");
    let step = begin(&flow);
    let done = |task: &str| Command::CompleteTask { task: task.into(), variables: Variables::new() };
    for unknown in ["t9", "t0", "t1", "t02", "T2", "2", "", "review", "s2", "t-1", "t99999999999"] {
        assert_eq!(refused(&flow, &step.instance, done(unknown)), FlowError::UnknownTask(unknown.into()));
    }
    assert_eq!(
        refused(&flow, &step.instance, Command::ServiceDone { token: "s2".into(), variables: Variables::new() }),
        FlowError::UnknownToken("s2".into())
    );
    assert_eq!(
        refused(&flow, &step.instance, Command::TimerFired { token: "c2".into() }),
        FlowError::UnknownToken("c2".into())
    );
    let next = complete(&flow, &step.instance, "t2", outcome("pass"));
    assert_eq!(refused(&flow, &next.instance, done("t2")), FlowError::AlreadyCompleted("t2".into()));
    let error = refused(&flow, &next.instance, done("t2"));
    assert_eq!((error.to_string().as_str(), error.code()), ("待办“t2”已经办过了", "flow_task_already_completed"));
    let cancelled = go(&flow, &next.instance, Command::Cancel);
    assert_eq!(
        (short(&cancelled.effects), cancelled.instance.status),
        (vec!["-t4 decide".to_owned()], Status::Cancelled)
    );
    assert_eq!(refused(&flow, &cancelled.instance, done("t4")), FlowError::NotRunning);
    assert_eq!(refused(&flow, &cancelled.instance, Command::Cancel), FlowError::NotRunning);
}

/// What lint would have refused does not hang or panic at run time either.
#[test]
fn broken_definitions_fail_with_a_name() {
    let code = |name: &str| match start(&load(&format!("broken/{name}")), Variables::new(), &Fake) {
        Err(error) => error,
        Ok(step) => {
            let flow = load(&format!("broken/{name}"));
            let mut step = step;
            for _ in 0..20 {
                let Some((task, _)) = step.instance.open_tasks(&flow).next() else {
                    break;
                };
                match advance(&flow, &step.instance, Command::CompleteTask { task, variables: outcome("fail") }, &Fake)
                {
                    Ok(next) => step = next,
                    Err(error) => return error,
                }
            }
            FlowError::NotRunning
        }
    };
    assert_eq!(code("no_start"), FlowError::NoSingleStart);
    assert_eq!(code("several_starts"), FlowError::NoSingleStart);
    assert_eq!(code("no_end"), FlowError::NoWayOut("review".into()));
    assert_eq!(code("unsupported_element"), FlowError::Unsupported("script".into()));
    assert_eq!(code("bad_timer"), FlowError::Unsupported("wait".into()));
    assert_eq!(code("deadlock"), FlowError::Stuck("join".into()));
    assert!(matches!(code("bad_condition"), FlowError::Condition { flow, .. } if flow == "ask_end"));
    assert!(code("deadlock").is_definition_fault());
}

/// The loop guard: a loop of automatic elements stops with an error instead of turning for ever.
#[test]
fn automatic_steps_are_bounded() {
    let xml = crate::fakes::read("broken/endless_loop")
        .replace("serviceTask id=\"call\" name=\"推送\"", "exclusiveGateway id=\"call\" name=\"转\"");
    let flow = Definition::parse(&xml).unwrap();
    let step = begin(&flow);
    assert_eq!(
        refused(&flow, &step.instance, Command::CompleteTask { task: "t2".into(), variables: Variables::new() }),
        FlowError::TooManySteps(1_000)
    );
}
