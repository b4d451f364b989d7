//! Returning to an earlier task, and taking back a task just completed.
//!
//! The history is read as a causal net. Going back to task E from task T: E must be a cause of T. Every firing that
//! followed from E's completion is undone, with whatever it left waiting; tokens that undone joins had taken from
//! elsewhere rest before those joins again, so a finished joint branch stays finished and need not be done twice.

use std::collections::HashSet;

use super::run::Machine;
use crate::error::FlowError;
use crate::history::{Fired, Token};
use crate::instance::Instance;
use crate::model::{Definition, NodeKind};

/// The user tasks to which the open task `task` can be returned, latest first, each once.
#[must_use]
pub fn returnable(definition: &Definition, instance: &Instance, task: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let Some(number) = crate::instance::number_of(task, 't') else {
        return found;
    };
    let Some(active) = instance.active.iter().find(|active| active.bears(number)) else {
        return found;
    };
    // What can't be read can't be gone back to; the command itself says why.
    let history = instance.history.all().unwrap_or_default();
    for at in causes(&history, active.from) {
        if let Some(element) = task_of(definition, &history[at])
            && !found.iter().any(|known| known == element)
        {
            found.push(element.to_owned());
        }
    }
    found
}

/// Firings that led to the token `from`, latest first.
fn causes(history: &[Fired], from: u32) -> Vec<usize> {
    let mut wanted: HashSet<u32> = HashSet::from([from]);
    let mut found = Vec::new();
    for (at, fired) in history.iter().enumerate().rev() {
        if fired.gave.iter().any(|token| wanted.contains(&token.id)) {
            wanted.extend(&fired.took);
            found.push(at);
        }
    }
    found
}

/// The user task that a firing ended: by completion, or cut short by a timer on its edge.
fn task_of<'a>(definition: &'a Definition, fired: &'a Fired) -> Option<&'a str> {
    let node = definition.node(&fired.element)?;
    match node.kind {
        NodeKind::UserTask => Some(&node.id),
        NodeKind::Boundary { host: Some(host), interrupting: true, .. } => {
            let host = &definition.nodes[host];
            (host.kind == NodeKind::UserTask).then_some(host.id.as_str())
        }
        _ => None,
    }
}

impl Machine<'_> {
    /// Takes a completed task back, while nothing has gone on from there.
    pub fn take_back(&mut self, task: &str) -> Result<(), FlowError> {
        if self.unsay(task)? {
            return Ok(());
        }
        let number = crate::instance::number_of(task, 't').unwrap_or_default();
        let history = self.instance.history.open()?.clone();
        let done = history.iter().find(|fired| fired.ended(number));
        let Some(done) = done.filter(|fired| task_of(self.definition, fired) == Some(fired.element.as_str())) else {
            // Says why: still open, taken back, or never there.
            return Err(self.open_task(task).err().unwrap_or(FlowError::TooLate));
        };
        if !done.seats.is_empty() {
            return Err(FlowError::JointDecided);
        }
        let index = self.index_of(&done.element)?;
        let source = *done.took.first().ok_or(FlowError::TooLate)?;
        let mut after: HashSet<u32> = done.gave.iter().map(|token| token.id).collect();
        for fired in &history {
            if fired.took.iter().any(|token| after.contains(token)) {
                let automatic = fired.id == 0 && fired.seats.is_empty();
                if !automatic {
                    return Err(FlowError::TooLate);
                }
                after.extend(fired.gave.iter().map(|token| token.id));
            }
        }
        // A service may have begun; what a colleague of a joint review has said would be lost.
        let begun = |active: &crate::instance::Active| {
            let service = self.definition.node(&active.element).is_some_and(|node| node.kind == NodeKind::ServiceTask);
            after.contains(&active.from) && (service || active.seats.iter().any(|seat| seat.outcome.is_some()))
        };
        if self.instance.active.iter().any(begun) {
            return Err(FlowError::TooLate);
        }
        self.undo(source, task)?;
        self.activate(index, source)
    }

    pub fn return_to(&mut self, task: &str, element: &str) -> Result<(), FlowError> {
        let at = self.open_task(task)?;
        let from = self.instance.active[at].from;
        let index = self.index_of(element)?;
        if self.definition.nodes[index].kind != NodeKind::UserTask {
            return Err(FlowError::NotATask(element.to_owned()));
        }
        let visited = |fired: &Fired| task_of(self.definition, fired) == Some(element);
        let history = self.instance.history.open()?;
        let Some(goal) = causes(history, from).into_iter().find(|&at| visited(&history[at])) else {
            let done = history.iter().any(visited);
            return Err(if done {
                FlowError::NotEarlier(element.to_owned())
            } else {
                FlowError::NotVisited(element.to_owned())
            });
        };
        let Some(&source) = history[goal].took.first() else {
            return Err(FlowError::NotVisited(element.to_owned()));
        };
        self.undo(source, task)?;
        self.activate(index, source)
    }

    /// Undoes everything that followed from the token `source`, so that its task can begin again.
    fn undo(&mut self, source: u32, returned: &str) -> Result<(), FlowError> {
        let mut gone: HashSet<u32> = HashSet::from([source]);
        let history = self.instance.history.open()?;
        let mut kept = Vec::with_capacity(history.len());
        let mut undone = Vec::new();
        // History is in the order of happening, so one pass finds all that followed.
        for fired in std::mem::take(history) {
            if fired.took.iter().any(|token| gone.contains(token)) {
                gone.extend(fired.gave.iter().map(|token| token.id));
                undone.push(fired);
            } else {
                kept.push(fired);
            }
        }
        *history = kept;
        self.instance.tokens.retain(|token| !gone.contains(&token.id));
        let (dropped, active) =
            std::mem::take(&mut self.instance.active).into_iter().partition(|active| gone.contains(&active.from));
        self.instance.active = active;
        for active in dropped {
            let active: crate::instance::Active = active;
            self.withdraw_but(&active, returned);
        }
        self.unwatch(&undone, &gone);
        self.restore(&undone, &gone)?;
        self.forget(&undone)
    }

    /// Tokens that undone joins had taken from work that stands rest before those joins again. What a timer had cut
    /// short inside a sub-process begins again.
    fn restore(&mut self, undone: &[Fired], gone: &HashSet<u32>) -> Result<(), FlowError> {
        let freed: HashSet<u32> =
            undone.iter().flat_map(|fired| fired.took.iter().copied()).filter(|token| !gone.contains(token)).collect();
        if freed.is_empty() {
            return Ok(());
        }
        let history = self.instance.history.open()?;
        let given = history.iter().flat_map(|fired| &fired.gave).filter(|token| freed.contains(&token.id));
        for token in given.cloned().collect::<Vec<Token>>() {
            let Some(&flow) = self.definition.flow_index.get(&token.flow) else {
                return Err(FlowError::UnknownElement(token.flow));
            };
            if self.node(self.definition.flows[flow].target).joins() {
                self.instance.tokens.push(token);
            } else {
                self.moving.push_back((token.id, flow));
            }
        }
        self.instance.tokens.sort_by_key(|token| token.id);
        Ok(())
    }

    /// What undone elements had written under their ids must not decide anything any more.
    fn forget(&mut self, undone: &[Fired]) -> Result<(), FlowError> {
        let definition = self.definition;
        let still: HashSet<String> = self.instance.history.open()?.iter().map(|fired| fired.element.clone()).collect();
        for fired in undone.iter().filter(|fired| !still.contains(&fired.element)) {
            let Some(&index) = definition.node_index.get(&fired.element) else { continue };
            // Only tasks, services and calls write; a gateway that happens to be called like a case variable takes
            // nothing away.
            let call = definition.calls.iter().find(|call| call.exit == index);
            match (&definition.nodes[index].kind, call) {
                (NodeKind::UserTask | NodeKind::ServiceTask, _) => {
                    let frame = definition.nodes[index].frame;
                    self.instance.values_of(definition, frame).remove(definition.local(index));
                }
                (_, Some(call)) => {
                    let frame = definition.nodes[call.entry].frame;
                    self.instance.values_of(definition, frame).remove(definition.local(call.entry));
                }
                _ => {}
            }
        }
        // After the rest: what is forgotten inside would bring them back.
        let left = |call: &str| !still.contains(call) && undone.iter().any(|fired| fired.element == call);
        self.instance.calls.retain(|call, _| !left(call));
        if self.instance.end.as_ref().is_some_and(|end| !still.contains(end)) {
            self.instance.end = None;
        }
        Ok(())
    }
}
