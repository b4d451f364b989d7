//! The definition: nodes and flows of one process, indexed for running.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::finding::Finding;
use crate::reach::Reach;
use crate::step::StepSettings;
use crate::xml::Document;

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
    /// A timer on the edge of a task or sub-process, or one that starts a sub-process.
    Boundary {
        /// When it goes off.
        timer: Timer,
        /// Index of the task or sub-process it sits on, of a sub-process that it starts the one around it, of the whole
        /// flow its start; `None` when the drawing names none.
        host: Option<usize>,
        /// Whether the task, or everything going on inside, is given up when it goes off.
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
    /// The sub-process it stands in, by the index of its way in.
    pub(crate) scope: Option<usize>,
    /// The call it stands in, by the index of its way in.
    pub(crate) frame: Option<usize>,
    /// Whether it is a timer that starts a sub-process.
    pub(crate) event: bool,
}

/// Another flow that is called, drawn in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its way in.
    pub entry: usize,
    /// Its way out.
    pub exit: usize,
    /// What it is handed: expression here, variable there.
    pub takes: Vec<(String, String)>,
    /// What it gives back: expression there, variable here.
    pub gives: Vec<(String, String)>,
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

    /// Whether who hands the case on may choose who does it (`tongban:choose`: `may`, or `must`).
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        matches!(self.attribute("choose"), Some("may" | "must"))
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
    /// Sub-processes and calls: way in and way out.
    pub(crate) insides: Vec<(usize, usize)>,
    pub(crate) calls: Vec<Call>,
    /// What timers watch as a whole, by their way in; the start stands for the whole flow.
    pub(crate) watched: Vec<usize>,
    /// Keys of the flows that this file calls.
    pub(crate) called: Vec<String>,
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

    /// Keys of the flows that this file calls itself, each once, whether they were found or not.
    #[must_use]
    pub fn called(&self) -> &[String] {
        &self.called
    }

    /// Whether a node stands inside a sub-process or call; inside the whole flow everything does.
    pub(crate) fn is_inside(&self, node: usize, host: usize) -> bool {
        is_inside(&self.nodes, node, host)
    }

    /// The same of a token on a flow; before the way out of a sub-process it is inside still.
    pub(crate) fn flow_inside(&self, flow: usize, host: usize) -> bool {
        let target = self.flows[flow].target;
        match self.insides.iter().find(|(_, exit)| *exit == target) {
            Some(&(entry, _)) => entry == host || self.is_inside(entry, host),
            None => self.is_inside(target, host),
        }
    }

    /// The id of a node as the file it comes from has it.
    pub(crate) fn local(&self, node: usize) -> &str {
        let node = &self.nodes[node];
        let prefix = node.frame.map_or(0, |call| self.nodes[call].id.len() + 1);
        node.id.get(prefix..).unwrap_or(&node.id)
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

/// Whether a node stands inside `host`: a sub-process, a call, or the start of the whole flow.
pub(crate) fn is_inside(nodes: &[Node], node: usize, host: usize) -> bool {
    if nodes[host].kind == NodeKind::Start {
        return true;
    }
    let mut around = nodes[node].scope;
    while let Some(scope) = around {
        if scope == host {
            return true;
        }
        around = nodes[scope].scope;
    }
    false
}
