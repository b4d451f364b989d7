//! A running flow, small enough to be stored with its case at every step.
//!
//! The history is a causal record: each firing names the tokens it took and the tokens it gave. Returning to an earlier
//! task undoes exactly what followed from it and leaves everything else alone, whatever the shape of the drawing.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::{History, Token, is_zero};
use crate::model::{Definition, Node, NodeKind};
use crate::step::{Handler, Joint};
use crate::values::{Known, Values};

/// Whether a flow can still go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Something is waiting to be done.
    #[default]
    Running,
    /// Every token has reached an end.
    Finished,
    /// Given up by command.
    Cancelled,
}

/// A running boundary timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clocked {
    #[serde(rename = "i")]
    pub id: u32,
    /// Id of the boundary event.
    #[serde(rename = "e")]
    pub element: String,
}

/// A sub-process, a called flow or the whole flow, while something goes on in it and timers watch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// Id of its way in; of the whole flow its start.
    #[serde(rename = "e")]
    pub element: String,
    /// The token that went in.
    #[serde(rename = "f")]
    pub from: u32,
    /// Timers that have not gone off.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clocked>,
}

/// One handler's part in a joint review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seat {
    /// Number of the task; 0 until its turn comes.
    #[serde(rename = "i")]
    pub id: u32,
    /// Who; nobody in particular for the one who had the step before others were asked.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<Handler>,
    /// What was said, once it was said.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

impl Seat {
    pub fn is_open(&self) -> bool {
        self.id != 0 && self.outcome.is_none()
    }

    /// Whether it was said that the step is not to pass.
    pub fn against(&self) -> bool {
        self.outcome.as_deref().is_some_and(is_against)
    }
}

/// Outcomes that count against a joint review; every other one counts for it.
pub(crate) fn is_against(outcome: &str) -> bool {
    matches!(outcome, "fail" | "refused")
}

/// How far a joint review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JointState {
    /// How it is held.
    pub joint: Joint,
    /// Handlers asked.
    pub total: usize,
    /// Who passed it.
    pub passed: usize,
    /// Who did not.
    pub failed: usize,
}

/// Something waiting to be done: a task of a person, a service call, or a timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    #[serde(rename = "i")]
    pub(crate) id: u32,
    /// Id of the element.
    #[serde(rename = "e")]
    pub element: String,
    /// The token it took.
    #[serde(rename = "f")]
    pub(crate) from: u32,
    /// Boundary timers running with it.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) clocks: Vec<Clocked>,
    /// Failed attempts of a service call.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub(crate) failures: u32,
    /// How the joint review is held, if it is one.
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub(crate) joint: Option<Joint>,
    /// Parts of the joint review.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seats: Vec<Seat>,
}

impl Active {
    /// Numbers of the tasks that stand open for it.
    pub(crate) fn open_numbers(&self) -> Vec<u32> {
        if self.seats.is_empty() {
            return vec![self.id];
        }
        self.seats.iter().filter(|seat| seat.is_open()).map(|seat| seat.id).collect()
    }

    /// Numbers of the tasks of a joint review that are done, besides its own.
    pub(crate) fn spoken(&self) -> Vec<u32> {
        let done = self.seats.iter().filter(|seat| seat.outcome.is_some() && seat.id != self.id);
        done.map(|seat| seat.id).collect()
    }

    /// Whether the number is that of this thing or of one of its tasks.
    pub(crate) fn bears(&self, number: u32) -> bool {
        number != 0 && (self.id == number || self.seats.iter().any(|seat| seat.id == number))
    }
}

/// The state of one running flow. Serialise it as it is; it needs its [`Definition`] to go on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Instance {
    /// Whether it can still go on.
    pub status: Status,
    /// Variables: what tasks wrote, merged, and once more under the id of each element.
    pub variables: Values,
    /// Variables of called flows, by the id of the call.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) calls: IndexMap<String, Values>,
    /// The end event that finished it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tokens: Vec<Token>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) active: Vec<Active>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "History::is_empty")]
    pub(crate) history: History,
    /// Whether it was sent somewhere by hand, or taken over to another version: a return is proven anew then.
    #[serde(rename = "hand", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_hand: bool,
    pub(crate) next: u32,
}

impl Instance {
    /// Everything that is waiting to be done, oldest first.
    #[must_use]
    pub fn waiting(&self) -> &[Active] {
        &self.active
    }

    /// Open user tasks as (task id, element), oldest first.
    pub fn open_tasks<'a>(&'a self, definition: &'a Definition) -> impl Iterator<Item = (String, &'a Node)> + 'a {
        self.active.iter().flat_map(move |active| {
            let node = definition.node(&active.element).filter(|node| node.kind == NodeKind::UserTask);
            let open = node.map(|_| active.open_numbers()).unwrap_or_default();
            open.into_iter().filter_map(move |number| Some((task_id(number), node?)))
        })
    }

    /// How far the joint review is that an open task belongs to; nothing for a task of one.
    #[must_use]
    pub fn joint_of(&self, task: &str) -> Option<JointState> {
        let number = number_of(task, 't')?;
        let active = self.active.iter().find(|active| active.bears(number) && !active.seats.is_empty())?;
        let failed = active.seats.iter().filter(|seat| seat.against()).count();
        let said = active.seats.iter().filter(|seat| seat.outcome.is_some()).count();
        Some(JointState { joint: active.joint?, total: active.seats.len(), passed: said - failed, failed })
    }

    /// Tasks of the same joint review, those done included.
    #[must_use]
    pub fn together_with(&self, task: &str) -> Vec<String> {
        let found = number_of(task, 't').and_then(|number| self.active.iter().find(|active| active.bears(number)));
        let seats = found.map(|active| active.seats.as_slice()).unwrap_or_default();
        seats.iter().filter(|seat| seat.id != 0).map(|seat| task_id(seat.id)).collect()
    }

    /// Everything this instance still takes an answer to, as (id, element): tasks, service calls and timers, those on the
    /// edge of tasks included. A caller that doubts its own lists can put them right from this.
    #[must_use]
    pub fn pending(&self, definition: &Definition) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for active in &self.active {
            let ids = match definition.node(&active.element).map(|node| &node.kind) {
                Some(NodeKind::ServiceTask) => vec![service_id(active.id)],
                Some(NodeKind::Timer(_)) => vec![timer_id(active.id)],
                _ => active.open_numbers().into_iter().map(task_id).collect(),
            };
            all.extend(ids.into_iter().map(|id| (id, active.element.clone())));
            all.extend(active.clocks.iter().map(|clock| (timer_id(clock.id), clock.element.clone())));
        }
        let watching = self.scopes.iter().flat_map(|scope| &scope.clocks);
        all.extend(watching.map(|clock| (timer_id(clock.id), clock.element.clone())));
        all
    }

    /// User tasks completed and not undone, in the order of completion; an element occurs as often as it was done.
    pub fn completed<'a>(&self, definition: &'a Definition) -> Vec<&'a Node> {
        let history = self.history.all().unwrap_or_default();
        let nodes = history.iter().filter_map(|fired| definition.node(&fired.element));
        nodes.filter(|node| node.kind == NodeKind::UserTask).collect()
    }

    /// What an element wrote when it was done last: of a task the variables it was completed with.
    #[must_use]
    pub fn written(&self, definition: &Definition, element: &str) -> Option<Value> {
        let index = *definition.node_index.get(element)?;
        let values = match definition.nodes[index].frame {
            None => &self.variables,
            Some(call) => self.calls.get(&definition.nodes[call].id)?,
        };
        values.get(definition.local(index)).map(std::borrow::Cow::into_owned)
    }

    /// What is known inside a call, or outside of all.
    pub(crate) fn known(&self, definition: &Definition, mut frame: Option<usize>) -> Known<'_> {
        if frame.is_none() {
            return Known::of(&self.variables);
        }
        let mut chain = Vec::new();
        while let Some(entry) = frame {
            chain.extend(self.calls.get(&definition.nodes[entry].id));
            // A called flow that is handed something sees nothing else of the one that calls it.
            if definition.calls.iter().any(|call| call.entry == entry && !call.takes.is_empty()) {
                return Known::chain(chain);
            }
            frame = definition.nodes[entry].frame;
        }
        chain.push(&self.variables);
        Known::chain(chain)
    }

    /// Variables inside a call, or outside of all, to be changed.
    pub(crate) fn values_of(&mut self, definition: &Definition, frame: Option<usize>) -> &mut Values {
        match frame {
            None => &mut self.variables,
            Some(entry) => self.calls.entry(definition.nodes[entry].id.clone()).or_default(),
        }
    }

    pub(crate) fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }
}

/// The stable name of a user task.
pub(crate) fn task_id(id: u32) -> String {
    format!("t{id}")
}

/// The stable name of a service call.
pub(crate) fn service_id(id: u32) -> String {
    format!("s{id}")
}

/// The stable name of a timer.
pub(crate) fn timer_id(id: u32) -> String {
    format!("c{id}")
}

/// Reads a stable name back; only the exact spelling we give counts.
pub(crate) fn number_of(name: &str, letter: char) -> Option<u32> {
    let digits = name.strip_prefix(letter)?;
    if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
