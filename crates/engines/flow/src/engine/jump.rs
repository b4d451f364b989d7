//! An administrator sends a case to another step, where the drawing has no way (FORM-029).

use std::collections::HashMap;

use super::run::Machine;
use crate::error::FlowError;
use crate::history::{Fired, Token};
use crate::instance::{Active, Instance, number_of};
use crate::lint::soundness::{Proof, ends, main_line};
use crate::model::{Definition, NodeKind};

/// The user tasks to which an open task can be sent: from each of them the flow can come to its end. In file order.
#[must_use]
pub fn jump_targets(definition: &Definition, instance: &Instance, task: &str) -> Vec<String> {
    let number = number_of(task, 't');
    let Some(left) = instance.active.iter().find(|active| number.is_some_and(|number| active.bears(number))) else {
        return Vec::new();
    };
    let Ok(came) = instance.came(definition) else { return Vec::new() };
    let tasks = definition.nodes.iter().filter(|node| node.kind == NodeKind::UserTask && node.id != left.element);
    tasks
        .filter(|node| way_on(definition, (instance, &came), left, &node.incoming).is_some())
        .map(|node| node.id.clone())
        .collect()
}

/// The way into a task from which the flow can end, when `left` is left for it.
fn way_on(
    definition: &Definition,
    (instance, came): (&Instance, &HashMap<u32, usize>),
    left: &Active,
    ways: &[usize],
) -> Option<usize> {
    let mut flows: Vec<usize> = Vec::new();
    for active in instance.active.iter().filter(|active| active.id != left.id) {
        flows.push(*came.get(&active.from)?);
    }
    for token in &instance.tokens {
        flows.push(*definition.flow_index.get(&token.flow)?);
    }
    let &way = ways.first()?;
    // A step that only a reminder leads to is done beside the case: to send the case there would lose it.
    if !main_line(definition)[definition.flows[way].source] {
        return None;
    }
    flows.push(way);
    (ends(definition, &flows) != Proof::Stuck).then_some(way)
}

impl Machine<'_> {
    pub fn jump(&mut self, task: &str, element: &str) -> Result<(), FlowError> {
        let at = self.open_task(task)?;
        let index = self.index_of(element)?;
        let node = self.node(index);
        if node.kind != NodeKind::UserTask {
            return Err(FlowError::NotATask(node.label().to_owned()));
        }
        let left = &self.instance.active[at];
        let came = self.instance.came(self.definition)?;
        let way = way_on(self.definition, (&self.instance, &came), left, &node.incoming)
            .ok_or_else(|| FlowError::NoWayFrom(node.label().to_owned()))?;
        self.instance.by_hand = true;
        let left = self.instance.active.remove(at);
        self.withdraw_but(&left, task);
        let token = self.instance.fresh();
        let gave = vec![Token { id: token, flow: self.definition.flows[way].id.clone() }];
        let seats = left.spoken();
        self.instance.history.push(Fired { element: left.element, id: left.id, took: vec![left.from], gave, seats });
        self.moving.push_back((token, way));
        Ok(())
    }
}

/// Refuses a state from which the flow could not end.
pub(super) fn prove(definition: &Definition, instance: &Instance) -> Result<(), FlowError> {
    let mut flows = Vec::new();
    let came = instance.came(definition)?;
    for active in &instance.active {
        let flow = came.get(&active.from).copied();
        flows.push(flow.ok_or_else(|| FlowError::NoCounterpart(active.element.clone()))?);
    }
    for token in &instance.tokens {
        let flow = definition.flow_index.get(&token.flow);
        flows.push(*flow.ok_or_else(|| FlowError::NoCounterpart(token.flow.clone()))?);
    }
    if ends(definition, &flows) == Proof::Stuck {
        let place = flows
            .first()
            .map_or(definition.id.as_str(), |&flow| definition.nodes[definition.flows[flow].target].label());
        return Err(FlowError::NoWayFrom(place.to_owned()));
    }
    Ok(())
}

impl Instance {
    /// The flow on which each token came, of those the definition has.
    pub(crate) fn came(&self, definition: &Definition) -> Result<HashMap<u32, usize>, FlowError> {
        let history = self.history.all()?;
        let given = history.iter().flat_map(|fired| &fired.gave);
        Ok(given.filter_map(|token| Some((token.id, *definition.flow_index.get(&token.flow)?))).collect())
    }
}
