//! Timers that watch a sub-process, a called flow or the whole flow, and what crosses the border of a called flow.
//!
//! Whether something is watched follows from where the tokens are: as long as one is inside, the timers run. So
//! returns, jumps and migrations into and out of a sub-process need no rule of their own.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::run::{Machine, clock};
use crate::Variables;
use crate::error::FlowError;
use crate::history::Fired;
use crate::instance::{Clocked, Scope};
use crate::model::{Definition, NodeKind};
use crate::values::Values;

impl Machine<'_> {
    /// Which watched thing the timer with this number belongs to.
    pub fn watching(&self, number: u32) -> Option<usize> {
        self.instance.scopes.iter().position(|scope| scope.clocks.iter().any(|clock| clock.id == number))
    }

    /// Starts the timers of what has something in it since this step, stops those of what has not any more.
    pub fn watch(&mut self) -> Result<(), FlowError> {
        let definition = self.definition;
        for &host in &definition.watched {
            let id = &definition.nodes[host].id;
            let at = self.instance.scopes.iter().position(|scope| scope.element == *id);
            match (at, self.lives(host)?) {
                (Some(at), false) => self.close(at),
                (None, true) => self.begin(host)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether anything waits inside.
    fn lives(&self, host: usize) -> Result<bool, FlowError> {
        for active in &self.instance.active {
            if self.definition.is_inside(self.index_of(&active.element)?, host) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn begin(&mut self, host: usize) -> Result<(), FlowError> {
        let definition = self.definition;
        let id = &definition.nodes[host].id;
        let history = self.instance.history.all()?;
        let entered = history.iter().rev().find(|fired| fired.element == *id).and_then(|fired| fired.gave.first());
        let first = || {
            let inside = |element: &str| {
                definition.node_index.get(element).is_some_and(|&node| definition.is_inside(node, host))
            };
            self.instance.active.iter().find(|active| inside(&active.element)).map(|active| active.from)
        };
        // Who was sent in by hand did not pass the way in.
        let from = entered.map(|token| token.id).or_else(first).unwrap_or_default();
        let mut clocks = Vec::new();
        for &edge in &definition.nodes[host].boundaries {
            let edge = self.node(edge);
            if let NodeKind::Boundary { timer, .. } = &edge.kind {
                let id = self.instance.fresh();
                self.effects.push(clock(edge, id, timer)?);
                clocks.push(Clocked { id, element: edge.id.clone() });
            }
        }
        self.instance.scopes.push(Scope { element: id.clone(), from, clocks });
        Ok(())
    }

    fn close(&mut self, at: usize) {
        let scope = self.instance.scopes.remove(at);
        self.stop(&scope.clocks);
    }

    /// A sub-process is left by its way out: entered again, its timers begin anew.
    pub fn close_inside(&mut self, exit: usize) {
        let definition = self.definition;
        let Some((entry, _)) = definition.insides.iter().find(|(_, out)| *out == exit) else { return };
        let id = &definition.nodes[*entry].id;
        if let Some(at) = self.instance.scopes.iter().position(|scope| scope.element == *id) {
            self.close(at);
        }
    }

    /// A timer that watches has gone off.
    pub fn scope_timer(&mut self, at: usize, number: u32) -> Result<(), FlowError> {
        let definition = self.definition;
        let scope = &mut self.instance.scopes[at];
        let unknown = || FlowError::UnknownToken(crate::instance::timer_id(number));
        let position = scope.clocks.iter().position(|clock| clock.id == number).ok_or_else(unknown)?;
        let gone_off = scope.clocks.remove(position);
        let (from, host) = (scope.from, scope.element.clone());
        let (index, host) = (self.index_of(&gone_off.element)?, self.index_of(&host)?);
        let event = self.node(index).event;
        let NodeKind::Boundary { interrupting: true, .. } = self.node(index).kind else {
            return self.leave(index, number, vec![from]);
        };
        let took = self.empty(host)?;
        if event {
            // What it starts runs in place of the rest: nothing else can be started any more, but edges go on watching.
            let starts = |clock: &Clocked| definition.node(&clock.element).is_some_and(|node| node.event);
            let clocks = std::mem::take(&mut self.instance.scopes[at].clocks);
            let (over, running): (Vec<_>, Vec<_>) = clocks.into_iter().partition(starts);
            self.instance.scopes[at].clocks = running;
            self.stop(&over);
        } else {
            self.close(at);
        }
        self.leave(index, number, took)
    }

    /// Gives up everything inside; the tokens that were there.
    fn empty(&mut self, host: usize) -> Result<Vec<u32>, FlowError> {
        let definition = self.definition;
        let mut took = Vec::new();
        let mut kept = Vec::new();
        for active in std::mem::take(&mut self.instance.active) {
            if definition.is_inside(self.index_of(&active.element)?, host) {
                took.push(active.from);
                self.withdraw(&active);
            } else {
                kept.push(active);
            }
        }
        self.instance.active = kept;
        let inside =
            |flow: &str| definition.flow_index.get(flow).is_some_and(|&flow| definition.flow_inside(flow, host));
        let (gone, rest) = std::mem::take(&mut self.instance.tokens).into_iter().partition(|token| inside(&token.flow));
        self.instance.tokens = rest;
        let gone: Vec<crate::history::Token> = gone;
        took.extend(gone.iter().map(|token| token.id));
        took.sort_unstable();
        Ok(took)
    }

    /// What is undone watches no more: a timer that had gone off begins anew with what it watches.
    pub fn unwatch(&mut self, undone: &[Fired], gone: &HashSet<u32>) {
        let definition = self.definition;
        let again = |scope: &Scope| {
            gone.contains(&scope.from)
                || undone.iter().any(|fired| match definition.node(&fired.element).map(|node| &node.kind) {
                    Some(NodeKind::Boundary { host: Some(host), .. }) => definition.nodes[*host].id == scope.element,
                    _ => false,
                })
        };
        let (over, rest) = std::mem::take(&mut self.instance.scopes).into_iter().partition(again);
        self.instance.scopes = rest;
        let over: Vec<Scope> = over;
        for scope in over {
            self.stop(&scope.clocks);
        }
    }

    /// Takes what is watched over to another version.
    pub fn rewatch(&mut self, from: &Definition, mapping: &HashMap<String, String>) -> Result<(), FlowError> {
        for mut scope in std::mem::take(&mut self.instance.scopes) {
            let old = from.node(&scope.element);
            let wanted = mapping.get(&scope.element).unwrap_or(&scope.element);
            let host = self.definition.node_index.get(wanted).filter(|host| self.definition.watched.contains(host));
            let Some(&host) = host else {
                self.stop(&scope.clocks);
                continue;
            };
            let node = self.node(host);
            let had = |edge: &str| old.is_some_and(|old| old.boundaries.iter().any(|&at| from.nodes[at].id == edge));
            scope.clocks = self.wind_clocks(node, std::mem::take(&mut scope.clocks), had)?;
            scope.element.clone_from(&node.id);
            self.instance.scopes.push(scope);
        }
        Ok(())
    }

    /// Hands data in or out where a node is the border of a called flow.
    pub fn cross(&mut self, index: usize) -> Result<(), FlowError> {
        let definition = self.definition;
        let Some(call) = definition.calls.iter().find(|call| call.entry == index || call.exit == index) else {
            return Ok(());
        };
        let outside = definition.nodes[call.entry].frame;
        let id = &definition.nodes[call.entry].id;
        if call.entry == index {
            let handed = self.worked_out(&call.takes, outside, id)?;
            self.instance.calls.insert(id.clone(), Values::from(handed));
            return Ok(());
        }
        let mut given = self.worked_out(&call.gives, Some(call.entry), id)?;
        let outcome =
            self.instance.values_of(definition, Some(call.entry)).get("outcome").map(|word| word.into_owned());
        if let Some(outcome) = outcome {
            given.entry("outcome").or_insert(outcome);
        }
        self.write(call.entry, given);
        Ok(())
    }

    fn worked_out(&self, pairs: &[(String, String)], frame: Option<usize>, id: &str) -> Result<Variables, FlowError> {
        let known = self.instance.known(self.definition, frame);
        let mut all = Variables::new();
        for (expression, name) in pairs {
            let value: Value = self
                .conditions
                .value(expression, &known)
                .map_err(|message| FlowError::Handing { call: id.to_owned(), message })?;
            all.insert(name.clone(), value);
        }
        Ok(all)
    }
}
