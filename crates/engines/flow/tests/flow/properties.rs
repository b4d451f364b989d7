//! Properties over random flows: block-structured ones, which must be sound, and damaged ones, where lint and engine
//! must agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use flow::{
    Advance, Command, Definition, Effect, Handler, Instance, Node, NodeKind, Severity, Status, Variables, advance,
    jump_targets, lint, migrate, returnable, start,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::fakes::{Fake, Shelf, surroundings};

/// A piece of flow with one way in and one way out.
#[derive(Debug, Clone)]
enum Block {
    Task,
    Service,
    Wait,
    /// A task that several people must pass, all at once or one after the other.
    Joint(bool, u8),
    /// A sub-process.
    Inside(Box<Block>),
    /// Another flow that is called, with a reminder on its edge or without.
    Called(Box<Block>, bool),
    /// A sub-process that is given up when late, and what is done instead.
    Timed(Box<Block>, Box<Block>),
    /// A sub-process in which a timer starts another one: in place of the rest or beside it.
    Started(Box<Block>, Box<Block>, bool),
    /// A task that reminds somebody beside.
    Reminded,
    /// A task that is given up when late.
    Late(Box<Block>),
    Then(Vec<Block>),
    All(Vec<Block>),
    One(Vec<Block>),
    Some(Vec<Block>),
    Again(Box<Block>),
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![4 => Just(Block::Task), 1 => Just(Block::Service), 1 => Just(Block::Wait), 1 => Just(Block::Reminded), 1 => (any::<bool>(), 1..=100_u8).prop_map(|(turns, ratio)| Block::Joint(turns, ratio))];
    leaf.prop_recursive(4, 14, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => several().prop_map(Block::Then),
            2 => several().prop_map(Block::All),
            2 => several().prop_map(Block::One),
            2 => several().prop_map(Block::Some),
            1 => inner.clone().prop_map(|b| Block::Again(Box::new(b))),
            1 => inner.clone().prop_map(|b| Block::Late(Box::new(b))),
            1 => inner.clone().prop_map(|b| Block::Inside(Box::new(b))),
            1 => (inner.clone(), any::<bool>()).prop_map(|(b, reminds)| Block::Called(Box::new(b), reminds)),
            1 => (inner.clone(), inner.clone()).prop_map(|(b, late)| Block::Timed(Box::new(b), Box::new(late))),
            1 => (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(b, other, instead)| Block::Started(Box::new(b), Box::new(other), instead)),
        ]
    })
}

/// Draws blocks as BPMN. Choices hang on variables `pick_<gateway>`, which the test writes at every task.
#[derive(Default, Clone)]
struct Drawing {
    nodes: Vec<(String, String)>,
    flows: Vec<(usize, usize, Option<String>)>,
    defaults: BTreeMap<usize, usize>,
    /// The sub-process each node stands in, and the one being drawn.
    parents: Vec<Option<usize>>,
    inside: Option<usize>,
    /// Flows that are called: where they stand in this drawing, as if drawn in.
    called: Vec<usize>,
}

impl Drawing {
    fn add(&mut self, kind: &str, inner: &str) -> usize {
        self.nodes.push((kind.to_owned(), inner.to_owned()));
        self.parents.push(self.inside);
        self.nodes.len() - 1
    }

    fn link(&mut self, from: usize, to: usize, condition: Option<String>) -> usize {
        self.flows.push((from, to, condition));
        self.flows.len() - 1
    }

    fn timer(&mut self, kind: &str) -> usize {
        self.add(kind, "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>")
    }

    fn task(&mut self) -> usize {
        self.add("userTask name=\"办\" tongban:role=\"reviewer\"", "")
    }

    /// A box with a block in it, between a start (with what it waits for) and an end.
    fn within(&mut self, kind: &str, waits: &str, inner: &Block) -> usize {
        let process = self.add(kind, "");
        let outer = self.inside.replace(process);
        let start = self.add("startEvent", waits);
        let (first, last) = self.draw(inner);
        let end = self.add("endEvent", "");
        self.link(start, first, None);
        self.link(last, end, None);
        self.inside = outer;
        process
    }

    /// The flows that are called, each a file of its own.
    fn shelf(&self) -> Shelf {
        let each = self.called.iter().map(|&call| (format!("called{call}"), self.file(Some(call))));
        Shelf(each.collect())
    }

    fn parse(&self) -> Definition {
        Definition::parse_with(&self.xml(), None, &self.shelf()).unwrap()
    }

    /// Returns the first and the last node of the block.
    fn draw(&mut self, block: &Block) -> (usize, usize) {
        match block {
            Block::Task => {
                let task = self.task();
                (task, task)
            }
            Block::Service => {
                let service = self.add("serviceTask tongban:service=\"archive\" tongban:attempts=\"3\"", "");
                (service, service)
            }
            Block::Wait => {
                let wait = self.timer("intermediateCatchEvent");
                (wait, wait)
            }
            Block::Joint(turns, ratio) => {
                let people: String =
                    (1..=3).map(|n| format!("<tongban:handler kind=\"person\" key=\"p{n}\"/>")).collect();
                let task = self.add(
                    "userTask name=\"会签\" tongban:role=\"reviewer\"",
                    &format!("<extensionElements><tongban:handlers>{people}</tongban:handlers></extensionElements><multiInstanceLoopCharacteristics isSequential=\"{turns}\" tongban:ratio=\"{ratio}\"/>"),
                );
                (task, task)
            }
            Block::Inside(inner) => {
                let process = self.within("subProcess", "", inner);
                (process, process)
            }
            Block::Called(inner, reminds) => {
                let call = self.within("callActivity", "", inner);
                self.nodes[call].0 = format!("callActivity calledElement=\"called{call}\"");
                self.called.push(call);
                if *reminds {
                    let edge = self.timer(&format!("boundaryEvent cancelActivity=\"false\" attachedToRef=\"n{call}\""));
                    let (urge, end) = (self.task(), self.add("endEvent", ""));
                    self.link(edge, urge, None);
                    self.link(urge, end, None);
                }
                (call, call)
            }
            Block::Timed(inner, instead) => {
                let process = self.within("subProcess", "", inner);
                let edge = self.timer(&format!("boundaryEvent attachedToRef=\"n{process}\""));
                let (first, last) = self.draw(instead);
                let merge = self.add("exclusiveGateway", "");
                self.link(edge, first, None);
                self.link(process, merge, None);
                self.link(last, merge, None);
                (process, merge)
            }
            Block::Started(inner, other, instead) => {
                let process = self.within("subProcess", "", inner);
                let outer = self.inside.replace(process);
                let timer = "<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>";
                let started = self.within("subProcess triggeredByEvent=\"true\"", timer, other);
                if !instead {
                    self.nodes[started + 1].0 = "startEvent isInterrupting=\"false\"".to_owned();
                }
                self.inside = outer;
                (process, process)
            }
            Block::Reminded => {
                let task = self.task();
                let edge = self.timer(&format!("boundaryEvent cancelActivity=\"false\" attachedToRef=\"n{task}\""));
                let (urge, end) = (self.task(), self.add("endEvent", ""));
                self.link(edge, urge, None);
                self.link(urge, end, None);
                (task, task)
            }
            Block::Late(instead) => {
                let task = self.task();
                let edge = self.timer(&format!("boundaryEvent attachedToRef=\"n{task}\""));
                let (first, last) = self.draw(instead);
                let merge = self.add("exclusiveGateway", "");
                self.link(edge, first, None);
                self.link(task, merge, None);
                self.link(last, merge, None);
                (task, merge)
            }
            Block::Then(blocks) => {
                let ends: Vec<_> = blocks.iter().map(|b| self.draw(b)).collect();
                for pair in ends.windows(2) {
                    self.link(pair[0].1, pair[1].0, None);
                }
                (ends[0].0, ends[ends.len() - 1].1)
            }
            Block::All(blocks) | Block::One(blocks) | Block::Some(blocks) => {
                let kind = match block {
                    Block::All(_) => "parallelGateway",
                    Block::One(_) => "exclusiveGateway",
                    _ => "inclusiveGateway",
                };
                let (split, join) = (self.add(kind, ""), self.add(kind, ""));
                for (n, inner) in blocks.iter().enumerate() {
                    let (first, last) = self.draw(inner);
                    let condition = match block {
                        Block::One(_) if n > 0 => Some(format!("pick_{split} = \"{n}\"")),
                        Block::Some(_) if n > 0 => Some(format!("pick_{split}_{n} = \"1\"")),
                        _ => None,
                    };
                    let flow = self.link(split, first, condition);
                    if n == 0 && !matches!(block, Block::All(_)) {
                        self.defaults.insert(split, flow);
                    }
                    self.link(last, join, None);
                }
                (split, join)
            }
            Block::Again(inner) => {
                let (merge, split) = (self.add("exclusiveGateway", ""), self.add("exclusiveGateway", ""));
                // A person in every loop, as lint demands.
                let task = self.task();
                let (first, last) = self.draw(inner);
                self.link(merge, task, None);
                self.link(task, first, None);
                self.link(last, split, None);
                self.link(split, merge, Some(format!("pick_{split} = \"1\"")));
                let onward = self.add("exclusiveGateway", "");
                let flow = self.link(split, onward, None);
                self.defaults.insert(split, flow);
                (merge, onward)
            }
        }
    }

    fn of(block: &Block) -> Self {
        let mut drawing = Self::default();
        let start = drawing.add("startEvent", "");
        let (first, last) = drawing.draw(block);
        let end = drawing.add("endEvent", "");
        drawing.link(start, first, None);
        drawing.link(last, end, None);
        drawing
    }

    fn xml(&self) -> String {
        self.file(None)
    }

    fn file(&self, container: Option<usize>) -> String {
        let mut out = format!(
            "<definitions xmlns=\"{}\" xmlns:tongban=\"{}\"><process id=\"p\">",
            flow::BPMN_NAMESPACE,
            flow::TONGBAN_NAMESPACE
        );
        self.write(&mut out, container);
        out + "</process></definitions>"
    }

    fn write(&self, out: &mut String, container: Option<usize>) {
        for (n, (kind, inner)) in self.nodes.iter().enumerate().filter(|(n, _)| self.parents[*n] == container) {
            let name = kind.split(' ').next().unwrap();
            let default = self.defaults.get(&n).map(|flow| format!(" default=\"f{flow}\"")).unwrap_or_default();
            write!(out, "<{kind} id=\"n{n}\"{default}>{inner}").unwrap();
            if name == "subProcess" {
                self.write(out, Some(n));
            }
            write!(out, "</{name}>").unwrap();
        }
        for (n, (from, to, condition)) in self.flows.iter().enumerate() {
            if self.parents[*from] != container {
                continue;
            }
            let condition = condition
                .as_ref()
                .map(|c| format!("<conditionExpression>{c}</conditionExpression>"))
                .unwrap_or_default();
            write!(
                out,
                "<sequenceFlow id=\"f{n}\" sourceRef=\"n{from}\" targetRef=\"n{to}\">{condition}</sequenceFlow>"
            )
            .unwrap();
        }
    }

    fn picks(&self, seed: u64) -> Variables {
        let mut variables = Variables::new();
        for n in self.defaults.keys() {
            let bits = mix(seed ^ mix(*n as u64));
            variables.insert(format!("pick_{n}"), Value::from((bits % 3).to_string()));
            for branch in 0..4 {
                variables.insert(format!("pick_{n}_{branch}"), Value::from((bits >> (8 + branch) & 1).to_string()));
            }
        }
        variables
    }
}

fn mix(seed: u64) -> u64 {
    let z = (seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (z >> 32)
}

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
        if lint(&definition, &Fake, &surroundings()).iter().any(|f| f.is_error() || f.code == "not_proved") {
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
