//! Random flows out of blocks, drawn as BPMN.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use flow::{Definition, Variables};
use proptest::prelude::*;
use serde_json::Value;

use crate::fakes::Shelf;

/// A piece of flow with one way in and one way out.
#[derive(Debug, Clone)]
pub enum Block {
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

pub fn block() -> impl Strategy<Value = Block> {
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
pub struct Drawing {
    pub nodes: Vec<(String, String)>,
    pub flows: Vec<(usize, usize, Option<String>)>,
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

    pub fn link(&mut self, from: usize, to: usize, condition: Option<String>) -> usize {
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

    /// The same read, each by itself.
    pub fn called(&self) -> Vec<Definition> {
        let shelf = self.shelf();
        shelf.0.values().map(|xml| Definition::parse_with(xml, None, &shelf).unwrap()).collect()
    }

    pub fn parse(&self) -> Definition {
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

    pub fn of(block: &Block) -> Self {
        let mut drawing = Self::default();
        let start = drawing.add("startEvent", "");
        let (first, last) = drawing.draw(block);
        let end = drawing.add("endEvent", "");
        drawing.link(start, first, None);
        drawing.link(last, end, None);
        drawing
    }

    pub fn xml(&self) -> String {
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

    pub fn picks(&self, seed: u64) -> Variables {
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

pub fn mix(seed: u64) -> u64 {
    let z = (seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (z >> 32)
}
