//! Handlers of a step, and the joint review: several handlers, each with a task.
//!
//! Everybody who is asked has a seat. The step passes as soon as enough of them passed it and fails as soon as that can
//! no longer be reached; what is still open is taken off the lists then.

use serde_json::Value;

use super::Effect;
use super::run::{Machine, order};
use crate::Variables;
use crate::error::FlowError;
use crate::instance::{Active, Seat, is_against, number_of, task_id};
use crate::model::Node;
use crate::step::{Handler, HandlerKind, Joint};

/// Most handlers of one joint review.
const MAX_SEATS: usize = 50;

impl Machine<'_> {
    /// Puts a beginning step on its handlers' lists.
    pub fn assign(&mut self, node: &Node, active: &mut Active) -> Result<(), FlowError> {
        let handlers = self.handlers(node);
        let Some(joint) = node.settings.joint.filter(|_| handlers.len() > 1) else {
            self.effects.push(Effect::CreateTask(order(node, active.id, handlers, false)));
            return Ok(());
        };
        if handlers.len() > MAX_SEATS {
            return Err(FlowError::TooManySigners(MAX_SEATS));
        }
        active.joint = Some(joint);
        active.seats =
            handlers.into_iter().map(|handler| Seat { id: 0, handler: Some(handler), outcome: None }).collect();
        self.open_seats(node, active);
        Ok(())
    }

    /// The handlers of a step, expressions worked out; one that gives nobody asks nobody.
    fn handlers(&self, node: &Node) -> Vec<Handler> {
        let known = self.instance.known(self.definition, node.frame);
        let mut all: Vec<Handler> = Vec::new();
        for handler in &node.settings.handlers {
            match (handler.kind, &handler.expression) {
                (HandlerKind::Dynamic, Some(expression)) => {
                    let named = self.conditions.texts(expression, &known).unwrap_or_default();
                    all.extend(named.into_iter().map(|id| Handler::person(id, "")));
                }
                _ => all.push(handler.clone()),
            }
        }
        let mut seen: Vec<(HandlerKind, String)> = Vec::new();
        all.retain(|one| {
            let key = (one.kind, one.key.clone());
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        all
    }

    /// Opens the seats whose turn it is.
    fn open_seats(&mut self, node: &Node, active: &mut Active) {
        let sequential = active.joint.is_some_and(|joint| joint.sequential);
        if sequential && active.seats.iter().any(Seat::is_open) {
            return;
        }
        let turn = if sequential { 1 } else { active.seats.len() };
        for seat in active.seats.iter_mut().filter(|seat| seat.id == 0 && seat.outcome.is_none()).take(turn) {
            seat.id = self.instance.fresh();
            let handlers = seat.handler.clone().into_iter().collect();
            self.effects.push(Effect::CreateTask(order(node, seat.id, handlers, true)));
        }
    }

    /// One handler has spoken.
    pub fn speak(&mut self, at: usize, task: &str, variables: Variables) -> Result<(), FlowError> {
        let number = number_of(task, 't');
        let outcome = variables.get("outcome").and_then(Value::as_str).unwrap_or("pass").to_owned();
        let index = self.index_of(&self.instance.active[at].element)?;
        let node = self.node(index);
        let mut active = self.instance.active[at].clone();
        for seat in active.seats.iter_mut().filter(|seat| Some(seat.id) == number) {
            seat.outcome = Some(outcome.clone());
        }
        let total = active.seats.len();
        let needed = active.joint.map_or(total, |joint| joint.needed(total));
        let failed = active.seats.iter().filter(|seat| seat.against()).count();
        let passed = active.seats.iter().filter(|seat| seat.outcome.is_some()).count() - failed;
        let lost = total - failed < needed;
        if passed < needed && !lost {
            self.open_seats(node, &mut active);
            self.instance.active[at] = active;
            return Ok(());
        }
        for seat in active.seats.iter().filter(|seat| seat.is_open()) {
            self.effects.push(Effect::CancelTask { task: task_id(seat.id), element: active.element.clone() });
        }
        // The word that tipped the balance, or the last one of that kind.
        let word = if is_against(&outcome) == lost {
            outcome
        } else {
            let same = active.seats.iter().rev().filter(|seat| seat.against() == lost);
            same.filter_map(|seat| seat.outcome.clone()).next().unwrap_or(outcome)
        };
        self.instance.active[at] = active;
        let mut merged = variables;
        merged.insert("outcome".to_owned(), Value::from(word));
        merged.insert("passed".to_owned(), Value::from(passed));
        merged.insert("failed".to_owned(), Value::from(failed));
        merged.insert("total".to_owned(), Value::from(total));
        self.complete(at, merged)
    }

    /// Asks more people.
    pub fn countersign(&mut self, task: &str, handlers: Vec<Handler>, sequential: bool) -> Result<(), FlowError> {
        let at = self.open_task(task)?;
        let index = self.index_of(&self.instance.active[at].element)?;
        let node = self.node(index);
        let mut active = self.instance.active[at].clone();
        if active.seats.is_empty() {
            active.joint = Some(Joint { sequential, ratio: 100 });
            active.seats.push(Seat { id: active.id, handler: None, outcome: None });
        }
        active.seats.extend(handlers.into_iter().map(|one| Seat { id: 0, handler: Some(one), outcome: None }));
        if active.seats.len() > MAX_SEATS {
            return Err(FlowError::TooManySigners(MAX_SEATS));
        }
        self.open_seats(node, &mut active);
        self.instance.active[at] = active;
        Ok(())
    }

    /// Takes back what one said in a joint review that goes on; whether the task is part of one.
    pub fn unsay(&mut self, task: &str) -> Result<bool, FlowError> {
        let said = |seat: &Seat| Some(seat.id) == number_of(task, 't') && seat.outcome.is_some();
        let Some(at) = self.instance.active.iter().position(|active| active.seats.iter().any(said)) else {
            return Ok(false);
        };
        let index = self.index_of(&self.instance.active[at].element)?;
        let node = self.node(index);
        let mut active = self.instance.active[at].clone();
        let mine = active.seats.iter().position(said).unwrap_or_default();
        if active.joint.is_some_and(|joint| joint.sequential) {
            let later = &mut active.seats[mine + 1..];
            if later.iter().any(|seat| seat.outcome.is_some()) {
                return Err(FlowError::TooLate);
            }
            for seat in later.iter_mut().filter(|seat| seat.is_open()) {
                self.effects.push(Effect::CancelTask { task: task_id(seat.id), element: node.id.clone() });
                seat.id = 0;
            }
        }
        active.seats[mine] = Seat { id: 0, outcome: None, handler: active.seats[mine].handler.clone() };
        self.open_seats(node, &mut active);
        self.instance.active[at] = active;
        Ok(true)
    }
}
