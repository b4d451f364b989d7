//! Taking a running flow over to another version of its definition (FORM-030).
//!
//! What was done stays done. Everything that waits needs its place in the other version: the element of the same id, or
//! the one it is mapped to. The flow must be able to end from there; else nothing changes.

use std::collections::HashMap;

use super::jump::prove;
use super::run::{Machine, clock, order};
use super::{Advance, Effect};
use crate::Conditions;
use crate::error::FlowError;
use crate::instance::{Active, Clocked, Instance, Status};
use crate::lint::soundness::main_line;
use crate::model::{Definition, Node, NodeKind};

/// Takes `instance`, which runs on `from`, over to `to`. `mapping` says for elements that waits stand at, or that were
/// done, which element of the other version takes their place; those of the same id need no entry.
///
/// Tasks keep their ids and come as [`Effect::ChangeTask`]; timers on edges that the other version does not have are
/// cancelled, new ones start now.
///
/// # Errors
/// [`FlowError::NoCounterpart`], [`FlowError::OtherKind`] or [`FlowError::NoWayFrom`] naming the element in the way.
pub fn migrate(
    from: &Definition,
    to: &Definition,
    instance: &Instance,
    mapping: &HashMap<String, String>,
    conditions: &dyn Conditions,
) -> Result<Advance, FlowError> {
    if instance.status != Status::Running {
        return Err(FlowError::NotRunning);
    }
    let mut machine = Machine::new(to, instance.clone(), conditions);
    for active in std::mem::take(&mut machine.instance.active) {
        let moved = machine.place(from, active, mapping)?;
        machine.instance.active.push(moved);
    }
    for token in &machine.instance.tokens {
        let join = |flows: &Definition| {
            let flow = flows.flow(&token.flow)?;
            flows.nodes[flow.target].joins().then(|| flows.nodes[flow.target].label().to_owned())
        };
        if join(to).is_none() {
            return Err(FlowError::NoCounterpart(join(from).unwrap_or_else(|| token.flow.clone())));
        }
    }
    for fired in machine.instance.history.open()? {
        if let Some(element) = mapping.get(&fired.element) {
            fired.element.clone_from(element);
        }
    }
    for (old, new) in mapping {
        let (Some(&was), Some(&is)) = (from.node_index.get(old), to.node_index.get(new)) else { continue };
        let written = machine.instance.values_of(from, from.nodes[was].frame).remove(from.local(was));
        if let Some(value) = written {
            machine.instance.values_of(to, to.nodes[is].frame).insert(to.local(is), value);
        }
    }
    machine.rewatch(from, mapping)?;
    prove(to, &machine.instance)?;
    machine.instance.by_hand = true;
    machine.settle()
}

impl Machine<'_> {
    /// Puts something waiting in its place in the other version.
    fn place(
        &mut self,
        from: &Definition,
        mut active: Active,
        mapping: &HashMap<String, String>,
    ) -> Result<Active, FlowError> {
        let old = from.node(&active.element);
        let label = old.map_or_else(|| active.element.clone(), |node| node.label().to_owned());
        let wanted = mapping.get(&active.element).unwrap_or(&active.element);
        let index = self.index_of(wanted).map_err(|_| FlowError::NoCounterpart(label.clone()))?;
        let node = self.node(index);
        if old.is_none_or(|old| std::mem::discriminant(&old.kind) != std::mem::discriminant(&node.kind)) {
            return Err(FlowError::OtherKind(label));
        }
        // What is done beside the case, by a reminder, must not take the case's own place, nor the other way round.
        let beside = |definition: &Definition, id: &str| {
            definition.node_index.get(id).is_some_and(|&at| !main_line(definition)[at])
        };
        if beside(from, &active.element) != beside(self.definition, &node.id) {
            return Err(FlowError::OtherKind(label));
        }
        active.element.clone_from(&node.id);
        let comes = self.instance.came(self.definition)?.get(&active.from).copied();
        if comes.is_none_or(|flow| self.definition.flows[flow].target != index) {
            let &way = node.incoming.first().ok_or(FlowError::NoCounterpart(label))?;
            let flow = &self.definition.flows[way].id;
            for given in self.instance.history.open()?.iter_mut().flat_map(|fired| &mut fired.gave) {
                if given.id == active.from {
                    given.flow.clone_from(flow);
                }
            }
        }
        let had = |edge: &str| old.is_some_and(|old| old.boundaries.iter().any(|&at| from.nodes[at].id == edge));
        active.clocks = self.wind_clocks(node, std::mem::take(&mut active.clocks), had)?;
        if node.kind == NodeKind::UserTask {
            self.tell(node, &active);
        }
        Ok(active)
    }

    /// Keeps the clocks that the other version has too, stops the others, starts new ones; one that the version before
    /// had (`had`) and that does not run has gone off already.
    pub(super) fn wind_clocks(
        &mut self,
        node: &Node,
        clocks: Vec<Clocked>,
        had: impl Fn(&str) -> bool,
    ) -> Result<Vec<Clocked>, FlowError> {
        let has = |element: &str| node.boundaries.iter().any(|&edge| self.definition.nodes[edge].id == element);
        let (mut kept, gone): (Vec<Clocked>, Vec<Clocked>) = clocks.into_iter().partition(|clock| has(&clock.element));
        self.stop(&gone);
        for &edge in &node.boundaries {
            let edge = self.node(edge);
            if let NodeKind::Boundary { timer, .. } = &edge.kind
                && !kept.iter().any(|clock| clock.element == edge.id)
                && !had(&edge.id)
            {
                let id = self.instance.fresh();
                self.effects.push(clock(edge, id, timer)?);
                kept.push(Clocked { id, element: edge.id.clone() });
            }
        }
        Ok(kept)
    }

    /// Tells what open tasks say now. Who has a task keeps it.
    fn tell(&mut self, node: &Node, active: &Active) {
        for number in active.open_numbers() {
            let handlers = match active.seats.iter().find(|seat| seat.id == number) {
                Some(seat) => seat.handler.clone().into_iter().collect(),
                None => node.settings.handlers.clone(),
            };
            self.effects.push(Effect::ChangeTask(order(node, number, handlers, !active.seats.is_empty())));
        }
    }
}
