//! The definition: nodes and flows of one process, indexed for running.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::finding::Finding;
use crate::reach::Reach;
use crate::step::StepSettings;
use crate::xml::Document;

/// Namespace of BPMN 2.0 (OMG formal/2011-01-03).
pub const BPMN_NAMESPACE: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Namespace of our extensions: attributes (`role`, `stage`, `days`, `unit`, `visit`, `service`, `paper`, `attempts`) and the
/// settings of a step ([`crate::StepSettings`]).
pub const TONGBAN_NAMESPACE: &str = "https://tongban.dev/bpmn/1";

/// When a timer goes off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// So many seconds after the timer starts.
    Duration(u64),
    /// At an ISO 8601 date or date and time, passed on as written.
    Date(String),
    /// Unreadable; the text says why. Lint refuses it and the engine will not enter it.
    Bad(String),
}

/// What a node does with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Where the flow begins.
    Start,
    /// Where a token is used up; the flow is finished when none is left.
    End,
    /// A person works.
    UserTask,
    /// A service of the platform works.
    ServiceTask,
    /// One way out of many; merges without waiting.
    Exclusive,
    /// All ways out; waits for all ways in.
    Parallel,
    /// Every way out whose condition holds; waits for every token that can still come.
    Inclusive,
    /// The way out of a sub-process: takes every token that comes and goes on once, when nothing inside is left.
    Drain,
    /// Waits for a time.
    Timer(Timer),
    /// A timer on the edge of a task.
    Boundary {
        /// When it goes off.
        timer: Timer,
        /// Index of the task it sits on; `None` when the drawing names none.
        host: Option<usize>,
        /// Whether the task is given up when it goes off.
        interrupting: bool,
    },
    /// An element that the engine cannot run, by its BPMN name.
    Unsupported(String),
}

/// One element that a token can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Id in the file.
    pub id: String,
    /// Label in the drawing; may be empty.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// Flows leading here, as indexes.
    pub incoming: Vec<usize>,
    /// Flows leading away, in file order.
    pub outgoing: Vec<usize>,
    /// The flow taken when no condition holds.
    pub default: Option<usize>,
    /// Boundary timers sitting on this node, as indexes of nodes.
    pub boundaries: Vec<usize>,
    /// Extension attributes by local name.
    pub attributes: IndexMap<String, String>,
    /// User tasks only: handlers, buttons, events, rights on the form, joint review.
    pub settings: StepSettings,
    /// Inclusive joins and ways out of sub-processes only: from where each way in can still be reached.
    pub(crate) reach: Option<Reach>,
}

impl Node {
    /// The label, or the id where there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// One of our extension attributes, empty ones left out.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Days this task may take, in the unit of [`Node::counts_every_day`].
    #[must_use]
    pub fn days(&self) -> Option<u32> {
        self.attribute("days").and_then(|days| days.parse().ok())
    }

    /// Whether its days are days of the calendar (`tongban:unit="calendar"`), not working days.
    #[must_use]
    pub fn counts_every_day(&self) -> bool {
        self.attribute("unit") == Some("calendar")
    }

    /// Whether the applicant has to come for it (`tongban:visit="true"`).
    #[must_use]
    pub fn visits(&self) -> bool {
        self.attribute("visit") == Some("true")
    }

    /// Its days as working days: five of seven days of the calendar.
    pub(crate) fn working_days(&self) -> Option<u32> {
        self.days().map(|days| if self.counts_every_day() { days - days / 7 * 2 } else { days })
    }

    /// Whether tokens from several ways in are brought together here.
    pub(crate) fn joins(&self) -> bool {
        match self.kind {
            NodeKind::Parallel | NodeKind::Inclusive => self.incoming.len() > 1,
            // Even by one way several tokens may come.
            NodeKind::Drain => true,
            _ => false,
        }
    }
}

/// A sequence flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Id in the file.
    pub id: String,
    /// Label in the drawing; may be empty.
    pub name: String,
    /// Index of the node it leaves.
    pub source: usize,
    /// Index of the node it enters.
    pub target: usize,
    /// Its condition, trimmed.
    pub condition: Option<String>,
}

/// A BPMN process, ready to run, with the file it came from.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Id of the process.
    pub id: String,
    /// Name of the process; may be empty.
    pub name: String,
    /// All nodes, in file order.
    pub nodes: Vec<Node>,
    /// All sequence flows, in file order.
    pub flows: Vec<Flow>,
    pub(crate) node_index: HashMap<String, usize>,
    pub(crate) flow_index: HashMap<String, usize>,
    /// Faults seen while reading that do not hinder reading on; [`crate::lint`] reports them.
    pub(crate) faults: Vec<Finding>,
    pub(crate) document: Document,
}

impl Definition {
    /// The node with this id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.node_index.get(id).and_then(|&index| self.nodes.get(index))
    }

    /// The flow with this id.
    #[must_use]
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flow_index.get(id).and_then(|&index| self.flows.get(index))
    }

    /// Writes the file back, with everything we do not understand still in it.
    #[must_use]
    pub fn to_xml(&self) -> String {
        self.document.write()
    }

    /// Indexes of the start events.
    pub(crate) fn starts(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&i| self.nodes[i].kind == NodeKind::Start).collect()
    }

    /// Nodes that a token at `node` can go to next, by flows or by a boundary timer.
    pub(crate) fn next(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let node = &self.nodes[node];
        node.outgoing.iter().map(|&flow| self.flows[flow].target).chain(node.boundaries.iter().copied())
    }
}
