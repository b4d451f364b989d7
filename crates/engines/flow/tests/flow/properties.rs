//! Properties over random flows: block-structured ones, which must be sound, and damaged ones, where lint and engine
//! must agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flow::{
    Advance, Command, Definition, Effect, Handler, Instance, Node, NodeKind, Severity, Status, Variables, advance,
    jump_targets, lint, migrate, returnable, start,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::drawing::{Drawing, block, mix};
use crate::fakes::{Fake, surroundings};

/// What a caller keeps by following the effects.
#[derive(Default)]
struct Ledger {
    open: BTreeMap<String, String>,
    used: BTreeSet<String>,
    finished: bool,
}

impl Ledger {
    fn follow(&mut self, effects: &[Effect], ended: Option<&str>) {
        if let Some(id) = ended {
            assert!(self.open.remove(id).is_some(), "{id} was not open");
        }
        for effect in effects {
            assert!(!self.finished, "nothing after the end: {effect:?}");
            match effect {
                Effect::CreateTask(flow::TaskOrder { task: id, element, .. })
                | Effect::StartTimer { token: id, element, .. }
                | Effect::CallService { token: id, element, attempt: 1, .. } => {
                    assert!(self.used.insert(id.clone()), "{id} used twice");
                    self.open.insert(id.clone(), element.clone());
                }
                Effect::CallService { token: id, element, .. } => {
                    self.open.insert(id.clone(), element.clone());
                }
                Effect::CancelTask { task: id, element }
                | Effect::CancelService { token: id, element }
                | Effect::CancelTimer { token: id, element } => {
                    assert_eq!(self.open.remove(id).as_ref(), Some(element), "{id} cancelled but not open");
                }
                Effect::ChangeTask(order) => assert!(self.open.contains_key(&order.task), "{order:?} was not open"),
                Effect::Announce { .. } => {}
                Effect::Finished { .. } => self.finished = true,
            }
        }
    }
}

/// Every token that was ever given is held or taken exactly once, and nothing else is.
fn tokens_add_up(definition: &Definition, instance: &Instance) {
    let json = serde_json::to_value(instance).unwrap();
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut given = BTreeSet::new();
    let mut held = Vec::new();
    for fired in list(&json, "history") {
        let node = definition.node(fired["e"].as_str().unwrap()).unwrap();
        let reads = matches!(node.kind, NodeKind::Boundary { interrupting: false, .. });
        if !reads {
            held.extend(list(&fired, "t").iter().map(|t| t.as_u64().unwrap()));
        }
        for token in list(&fired, "g") {
            assert!(given.insert(token["i"].as_u64().unwrap()));
        }
    }
    held.extend(list(&json, "active").iter().map(|a| a["f"].as_u64().unwrap()));
    held.extend(list(&json, "tokens").iter().map(|t| t["i"].as_u64().unwrap()));
    let count = held.len();
    let held: BTreeSet<u64> = held.into_iter().collect();
    assert_eq!(held.len(), count, "a token is in two places");
    if instance.status != Status::Cancelled {
        assert_eq!(held, given, "a token is lost");
    }
}

/// A random command that must be accepted, and the id it ends, if any.
fn legal(definition: &Definition, drawing: &Drawing, instance: &Instance, seed: u64) -> (Command, Option<String>) {
    let taken = Command::TakeBack { task: format!("t{}", mix(seed + 5) % 60) };
    if mix(seed + 6).is_multiple_of(4) && advance(definition, instance, taken.clone(), &Fake).is_ok() {
        return (taken, None);
    }
    let pending = instance.pending(definition);
    let (id, element) = &pending[mix(seed) as usize % pending.len()];
    let mut variables = drawing.picks(mix(seed + 1));
    let word = if mix(seed + 7).is_multiple_of(3) { "fail" } else { "pass" };
    variables.insert("outcome".to_owned(), Value::from(word));
    let node: &Node = definition.node(element).unwrap();
    let ends = Some(id.clone());
    match node.kind {
        NodeKind::UserTask => {
            let earlier = returnable(definition, instance, id);
            if !earlier.is_empty() && mix(seed + 2).is_multiple_of(4) {
                let element = earlier[mix(seed + 3) as usize % earlier.len()].clone();
                let back = Command::ReturnTo { task: id.clone(), element, reason: "重来".into() };
                // After a jump the way back may be closed; as drawn it never is.
                let closed =
                    matches!(advance(definition, instance, back.clone(), &Fake), Err(flow::FlowError::NoWayFrom(_)));
                if !(closed && serde_json::to_value(instance).unwrap().get("hand").is_some()) {
                    return (back, ends);
                }
            }
            let targets =
                if mix(seed + 8).is_multiple_of(8) { jump_targets(definition, instance, id) } else { Vec::new() };
            if !targets.is_empty() {
                let element = targets[mix(seed + 9) as usize % targets.len()].clone();
                return (Command::Jump { task: id.clone(), element, reason: "改道".into() }, ends);
            }
            if mix(seed + 10).is_multiple_of(8) && instance.joint_of(id).is_none_or(|state| state.total < 10) {
                let handlers = vec![Handler::person("q", "")];
                let sequential = mix(seed + 11).is_multiple_of(2);
                return (Command::Countersign { task: id.clone(), handlers, sequential }, None);
            }
            (Command::CompleteTask { task: id.clone(), variables }, ends)
        }
        NodeKind::ServiceTask if mix(seed + 4).is_multiple_of(3) => {
            (Command::ServiceFailed { token: id.clone(), message: "连不上".into() }, ends)
        }
        NodeKind::ServiceTask => (Command::ServiceDone { token: id.clone(), variables }, ends),
        _ => (Command::TimerFired { token: id.clone() }, ends),
    }
}

fn check_state(definition: &Definition, step: &Advance, ledger: &Ledger) {
    let pending: BTreeMap<String, String> = step.instance.pending(definition).into_iter().collect();
    assert_eq!(pending, ledger.open, "what is open is what the effects said");
    assert_eq!(step.instance.status == Status::Finished, ledger.finished);
    assert_eq!(
        step.instance.status == Status::Running,
        !pending.is_empty(),
        "running means that somebody can do something"
    );
    tokens_add_up(definition, &step.instance);
    let stored = serde_json::to_string(&step.instance).unwrap();
    assert_eq!(serde_json::from_str::<Instance>(&stored).unwrap(), step.instance);
}

/// Flows tried per property: few on every build, more when `PROPTEST_CASES` asks for them.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// req: FORM-028 a well-built flow is never called unsound.
    #[test]
    fn block_structured_flows_are_sound(block in block()) {
        let definition = Drawing::of(&block).parse();
        let findings = lint(&definition, &Fake, &surroundings());
        prop_assert!(!findings.iter().any(|f| f.severity == Severity::Error), "{findings:#?}");
    }

    /// req: FORM-029 any sequence of legal commands ends or stays runnable; no task, timer, call or token is lost.
    #[test]
    fn legal_commands_never_lose_anything(block in block(), seeds in prop::collection::vec(any::<u64>(), 1..60)) {
        let drawing = Drawing::of(&block);
        let definition = drawing.parse();
        let mut told = Vec::new();
        let mut ledger = Ledger::default();
        let mut step = start(&definition, drawing.picks(seeds[0]), &Fake).unwrap();
        ledger.follow(&step.effects, None);
        check_state(&definition, &step, &ledger);
        for seed in seeds {
            if step.instance.status != Status::Running {
                break;
            }
            let (command, ends) = legal(&definition, &drawing, &step.instance, seed);
            let next = advance(&definition, &step.instance, command.clone(), &Fake);
            prop_assert_eq!(&next, &advance(&definition, &step.instance, command.clone(), &Fake), "deterministic");
            let next = next.map_err(|error| TestCaseError::fail(format!("{command:?}: {error}")))?;
            told.push(format!("{command:?} -> {:?}", crate::runs::short(&next.effects)));
            ledger.follow(&next.effects, ends.as_deref());
            check_state(&definition, &next, &ledger);
            step = next;
        }
        // Whatever happened, the flow can be brought to its end: all loops left, all work done.
        for _ in 0..400 {
            let Some((id, element)) = step.instance.pending(&definition).into_iter().next() else { break };
            let command = match definition.node(&element).unwrap().kind {
                NodeKind::ServiceTask => Command::ServiceDone { token: id.clone(), variables: Variables::new() },
                NodeKind::UserTask => Command::CompleteTask { task: id.clone(), variables: drawing.picks(0).into_iter().map(|(key, _)| (key, Value::from("0"))).collect() },
                _ => Command::TimerFired { token: id.clone() },
            };
            step = advance(&definition, &step.instance, command, &Fake).map_err(|error| TestCaseError::fail(format!("{error}: {told:#?}")))?;
            ledger.follow(&step.effects, Some(&id));
            check_state(&definition, &step, &ledger);
        }
        prop_assert_eq!(step.instance.status, Status::Finished);
    }

    /// req: FORM-030 a running flow taken over to another drawing either stays able to end or is refused.
    #[test]
    fn a_migrated_flow_can_end(block in block(), other in block(), seeds in prop::collection::vec(any::<u64>(), 1..30)) {
        let (drawing, new) = (Drawing::of(&block), Drawing::of(&other));
        let definition = drawing.parse();
        let to = new.parse();
        let mut told = Vec::new();
        let mut step = start(&definition, drawing.picks(seeds[0]), &Fake).unwrap();
        for seed in seeds {
            let (command, _) = legal(&definition, &drawing, &step.instance, seed);
            told.push(format!("{command:?}"));
            step = advance(&definition, &step.instance, command, &Fake).map_err(|error| TestCaseError::fail(error.to_string()))?;
            if step.instance.status != Status::Running {
                return Ok(());
            }
        }
        let same = migrate(&definition, &definition, &step.instance, &HashMap::new(), &Fake)
            .map_err(|e| TestCaseError::fail(format!("{e}\n{told:#?}\n{}\n{}", serde_json::to_string(&step.instance).unwrap(), drawing.xml())))?;
        prop_assert_eq!(same.instance.pending(&definition), step.instance.pending(&definition), "to itself nothing changes");
        let Ok(mut step) = migrate(&definition, &to, &step.instance, &HashMap::new(), &Fake) else { return Ok(()) };
        for _ in 0..400 {
            let Some((id, element)) = step.instance.pending(&to).into_iter().next() else { break };
            let command = match to.node(&element).unwrap().kind {
                NodeKind::ServiceTask => Command::ServiceDone { token: id.clone(), variables: Variables::new() },
                NodeKind::UserTask => Command::CompleteTask { task: id.clone(), variables: new.picks(0).into_iter().map(|(key, _)| (key, Value::from("0"))).collect() },
                _ => Command::TimerFired { token: id.clone() },
            };
            step = advance(&to, &step.instance, command, &Fake).map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
        prop_assert_eq!(step.instance.status, Status::Finished);
    }

    /// Nonsense is refused with a reason; the instance stays as it was and goes on afterwards.
    #[test]
    fn illegal_commands_change_nothing(block in block(), seed in any::<u64>(), name in "[tsc]?[0-9]{1,3}|[a-z]{0,4}", element in "n[0-9]{1,2}|[a-z]{0,3}") {
        let drawing = Drawing::of(&block);
        let definition = drawing.parse();
        let step = start(&definition, drawing.picks(seed), &Fake).unwrap();
        let before = step.instance.clone();
        let pending = before.pending(&definition);
        let known = |id: &str| pending.iter().any(|(open, _)| open == id);
        let mut commands = vec![Command::ReturnTo { task: name.clone(), element: element.clone(), reason: String::new() }];
        if let Some((task, _)) = before.open_tasks(&definition).next() {
            commands.push(Command::ReturnTo { task, element, reason: String::new() });
        }
        if !known(&name) {
            commands.push(Command::CompleteTask { task: name.clone(), variables: Variables::new() });
            commands.push(Command::ServiceDone { token: name.clone(), variables: Variables::new() });
            commands.push(Command::ServiceFailed { token: name.clone(), message: String::new() });
            commands.push(Command::TakeBack { task: name.clone() });
            commands.push(Command::Countersign { task: name.clone(), handlers: vec![Handler::person("q", "")], sequential: false });
            commands.push(Command::Jump { task: name.clone(), element: "n1".into(), reason: String::new() });
            commands.push(Command::TimerFired { token: name });
        }
        for command in commands {
            // Nothing was completed yet, so there is nowhere to return to.
            let error = advance(&definition, &step.instance, command.clone(), &Fake);
            prop_assert!(error.as_ref().is_err_and(|e| !e.is_definition_fault() || matches!(e, flow::FlowError::UnknownElement(_))), "{command:?}: {error:?}");
            prop_assert_eq!(&step.instance, &before);
        }
    }

    /// Lint against engine: where lint finds no error, no run meets a fault of the definition.
    #[test]
    fn a_damaged_flow_that_passes_lint_still_runs(block in block(), hits in prop::collection::vec((any::<u16>(), any::<u16>(), any::<u16>()), 1..4), seeds in prop::collection::vec(any::<u64>(), 1..40)) {
        let mut drawing = Drawing::of(&block);
        for (what, at, to) in hits {
            let (at, to) = (at as usize, to as usize);
            let (nodes, flows) = (drawing.nodes.len(), drawing.flows.len());
            match what % 3 {
                0 => drawing.flows[at % flows].1 = to % nodes,
                1 => {
                    let kinds = ["parallelGateway", "exclusiveGateway", "inclusiveGateway"];
                    let gateways: Vec<usize> = (0..nodes).filter(|&n| kinds.contains(&drawing.nodes[n].0.as_str())).collect();
                    if !gateways.is_empty() {
                        drawing.nodes[gateways[at % gateways.len()]].0 = kinds[to % 3].to_owned();
                    }
                }
                _ => {
                    drawing.link(at % nodes, to % nodes, None);
                }
            }
        }
        let definition = drawing.parse();
        let broken = |one: &Definition| lint(one, &Fake, &surroundings()).iter().any(|f| f.is_error() || f.code == "not_proved");
        // What is called is published, so it passed by itself.
        if broken(&definition) || drawing.called().iter().any(broken) {
            return Ok(());
        }
        let mut told = Vec::new();
        let mut step = start(&definition, drawing.picks(seeds[0]), &Fake).map_err(|e| TestCaseError::fail(format!("{e}\n{}", drawing.xml())))?;
        for seed in seeds {
            if step.instance.status != Status::Running {
                break;
            }
            let (command, _) = legal(&definition, &drawing, &step.instance, seed);
            told.push(format!("{command:?}"));
            step = advance(&definition, &step.instance, command, &Fake).map_err(|e| TestCaseError::fail(format!("{e}\n{told:#?}\n{}", drawing.xml())))?;
            tokens_add_up(&definition, &step.instance);
        }
    }

    /// Reading and writing settles at once, whatever the file holds.
    #[test]
    fn xml_round_trip(block in block(), foreign in "[a-zA-Z一-龥 ]{0,8}", comment in "[a-z ]{0,6}") {
        let xml = Drawing::of(&block).xml().replacen(
            "<process id=\"p\">",
            &format!("<!--{comment}--><process id=\"p\" x:y='{foreign}\"' xmlns:x=\"urn:x\"><extensionElements><x:z>{foreign}&amp;<![CDATA[<{foreign}>]]></x:z></extensionElements>"),
            1,
        );
        let definition = Definition::parse(&xml).unwrap();
        prop_assert_eq!(definition.to_xml(), xml);
    }

    /// No bytes make the reader panic.
    #[test]
    fn reading_never_panics(text in "(<|>|/|&|;|\"|'|=|a|definitions|process| |<!--|<!\\[CDATA\\[|\\]\\]>|<\\?|xmlns|:|é){0,40}") {
        let _ = Definition::parse(&text);
    }
}

/// A start with two ways takes both, in a flow that is called as in one that runs by itself: what meets again unjoined
/// behind it is found when it is drawn, not when a case stands there.
///
/// req: FORM-029
#[test]
fn a_called_flow_whose_start_has_two_ways_takes_both() {
    let inner = crate::drawing::Block::Called(Box::new(crate::drawing::Block::Reminded), true);
    let mut drawing = Drawing::of(&inner);
    let (start_inside, urge) = (2, 5);
    drawing.link(start_inside, urge, None);
    let definition = drawing.parse();
    let findings = lint(&definition, &Fake, &surroundings());
    assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["double_token"]);
    let step = start(&definition, drawing.picks(0), &Fake).unwrap();
    assert_eq!(step.instance.open_tasks(&definition).count(), 2);
}
