//! One advance in progress.

use std::collections::VecDeque;

use serde_json::Value;

use super::{Advance, Effect, MAX_STEPS, TaskOrder, Wait};
use crate::error::FlowError;
use crate::history::{Fired, Token};
use crate::instance::{Active, Clocked, Instance, Status, number_of, service_id, task_id, timer_id};
use crate::model::{Definition, Node, NodeKind, Timer};
use crate::reach::Spot;
use crate::step::{Handler, Moment};
use crate::{Conditions, Variables};

pub(super) struct Machine<'a> {
    pub definition: &'a Definition,
    pub instance: Instance,
    pub effects: Vec<Effect>,
    pub conditions: &'a dyn Conditions,
    /// Tokens on their way: token number and index of the flow they are on.
    pub moving: VecDeque<(u32, usize)>,
    steps: usize,
}

impl<'a> Machine<'a> {
    pub fn new(definition: &'a Definition, instance: Instance, conditions: &'a dyn Conditions) -> Self {
        Self { definition, instance, effects: Vec::new(), conditions, moving: VecDeque::new(), steps: 0 }
    }

    pub fn index_of(&self, element: &str) -> Result<usize, FlowError> {
        self.definition.node_index.get(element).copied().ok_or_else(|| FlowError::UnknownElement(element.to_owned()))
    }

    pub fn node(&self, index: usize) -> &'a Node {
        &self.definition.nodes[index]
    }

    /// Where in `active` the waiting thing with this number is, if it is of this kind.
    fn find(&self, number: Option<u32>, fits: impl Fn(&NodeKind) -> bool) -> Option<usize> {
        let number = number?;
        let at = self.instance.active.iter().position(|active| active.bears(number))?;
        let node = self.definition.node(&self.instance.active[at].element)?;
        fits(&node.kind).then_some(at)
    }

    /// Finds an open task, or says why there is none.
    pub fn open_task(&self, task: &str) -> Result<usize, FlowError> {
        let number = number_of(task, 't');
        let found = self.find(number, |kind| *kind == NodeKind::UserTask);
        if let (Some(at), Some(number)) = (found, number) {
            let active = &self.instance.active[at];
            let said = active.seats.iter().any(|seat| seat.id == number && seat.outcome.is_some());
            if active.open_numbers().contains(&number) {
                return Ok(at);
            } else if said {
                return Err(FlowError::AlreadyCompleted(task.to_owned()));
            }
        }
        let issued = number.is_some_and(|number| number <= self.instance.next);
        let completed = self.instance.history.all()?.iter().any(|fired| {
            number.is_some_and(|number| fired.ended(number))
                && self.definition.node(&fired.element).is_some_and(|n| n.kind == NodeKind::UserTask)
        });
        Err(if completed {
            FlowError::AlreadyCompleted(task.to_owned())
        } else if issued && !self.is_other(number)? {
            FlowError::TaskCancelled(task.to_owned())
        } else {
            FlowError::UnknownTask(task.to_owned())
        })
    }

    /// Whether this number was given to something that is not a user task.
    fn is_other(&self, number: Option<u32>) -> Result<bool, FlowError> {
        let Some(number) = number else { return Ok(true) };
        let runs = |clocks: &[Clocked]| clocks.iter().any(|clock| clock.id == number);
        let waits = |active: &Active| active.bears(number) || runs(&active.clocks);
        let was = |fired: &Fired| fired.ended(number) || fired.gave.iter().any(|token| token.id == number);
        Ok(self.instance.active.iter().any(waits)
            || self.instance.scopes.iter().any(|scope| runs(&scope.clocks))
            || self.instance.history.all()?.iter().any(was))
    }

    pub fn complete_task(&mut self, task: &str, variables: Variables) -> Result<(), FlowError> {
        let at = self.open_task(task)?;
        if self.instance.active[at].seats.is_empty() {
            return self.complete(at, variables);
        }
        self.speak(at, task, variables)
    }

    pub fn service_done(&mut self, token: &str, variables: Variables) -> Result<(), FlowError> {
        let at = self.open_service(token)?;
        self.complete(at, variables)
    }

    pub fn service_failed(&mut self, token: &str, message: String) -> Result<(), FlowError> {
        let at = self.open_service(token)?;
        let index = self.index_of(&self.instance.active[at].element)?;
        let node = self.node(index);
        let active = &mut self.instance.active[at];
        active.failures = active.failures.saturating_add(1);
        let failures = active.failures;
        let id = active.id;
        let limit = node.attribute("attempts").and_then(|attempts| attempts.parse::<u32>().ok());
        if limit.is_some_and(|limit| failures >= limit) {
            let mut variables = Variables::new();
            variables.insert("outcome".to_owned(), Value::from("failed"));
            variables.insert("error".to_owned(), Value::from(message));
            return self.complete(at, variables);
        }
        self.effects.push(call(node, id, failures.saturating_add(1)));
        Ok(())
    }

    fn open_service(&self, token: &str) -> Result<usize, FlowError> {
        self.find(number_of(token, 's'), |kind| *kind == NodeKind::ServiceTask)
            .ok_or_else(|| FlowError::UnknownToken(token.to_owned()))
    }

    pub fn complete(&mut self, at: usize, variables: Variables) -> Result<(), FlowError> {
        let active = self.instance.active.remove(at);
        self.cancel_clocks(&active);
        let index = self.index_of(&active.element)?;
        self.write(index, variables);
        self.announce(index, Moment::Leave);
        self.depart(index, active.id, vec![active.from], active.spoken())
    }

    /// What the author of a step wants to happen on entering or leaving it.
    pub fn announce(&mut self, index: usize, on: Moment) {
        let node = self.node(index);
        for event in node.settings.events.iter().filter(|event| event.on == on) {
            let (element, name) = (node.id.clone(), node.name.clone());
            self.effects.push(Effect::Announce { element, name, event: event.clone() });
        }
    }

    /// Merges variables and keeps them under the element's id as well; an element's own context is never overwritten
    /// by somebody else's variable of that name.
    pub fn write(&mut self, index: usize, variables: Variables) {
        let definition = self.definition;
        let frame = definition.nodes[index].frame;
        let names_an_element = |key: &str| match frame {
            None => definition.node_index.contains_key(key),
            Some(call) => definition.node_index.contains_key(&format!("{}/{key}", definition.nodes[call].id)),
        };
        let values = self.instance.values_of(definition, frame);
        for (key, value) in variables.iter().filter(|(key, _)| !names_an_element(key)) {
            values.insert(key.as_str(), value.clone());
        }
        values.insert(definition.local(index), Value::Object(variables));
    }

    pub fn timer_fired(&mut self, token: &str) -> Result<(), FlowError> {
        let unknown = || FlowError::UnknownToken(token.to_owned());
        let number = number_of(token, 'c').ok_or_else(unknown)?;
        if let Some(at) = self.find(Some(number), |kind| matches!(kind, NodeKind::Timer(_))) {
            let active = self.instance.active.remove(at);
            let index = self.index_of(&active.element)?;
            return self.leave(index, active.id, vec![active.from]);
        }
        if let Some(at) = self.watching(number) {
            return self.scope_timer(at, number);
        }
        let at = self
            .instance
            .active
            .iter()
            .position(|active| active.clocks.iter().any(|clock| clock.id == number))
            .ok_or_else(unknown)?;
        let active = &mut self.instance.active[at];
        let position = active.clocks.iter().position(|clock| clock.id == number).ok_or_else(unknown)?;
        let clock = active.clocks.remove(position);
        let from = active.from;
        let index = self.index_of(&clock.element)?;
        if let NodeKind::Boundary { interrupting: true, .. } = self.node(index).kind {
            let active = self.instance.active.remove(at);
            self.withdraw(&active);
        }
        self.leave(index, clock.id, vec![from])
    }

    pub fn cancel(mut self) -> Advance {
        for active in std::mem::take(&mut self.instance.active) {
            self.withdraw(&active);
        }
        for scope in std::mem::take(&mut self.instance.scopes) {
            self.stop(&scope.clocks);
        }
        self.instance.tokens.clear();
        self.instance.status = Status::Cancelled;
        Advance { instance: self.instance, effects: self.effects }
    }

    /// Tells the caller that something waiting is not wanted any more.
    pub fn withdraw(&mut self, active: &Active) {
        self.withdraw_but(active, "");
    }

    /// The same, where the caller knows of one task already.
    pub fn withdraw_but(&mut self, active: &Active, known: &str) {
        let element = active.element.clone();
        match self.definition.node(&element).map(|node| &node.kind) {
            Some(NodeKind::ServiceTask) => {
                self.effects.push(Effect::CancelService { token: service_id(active.id), element })
            }
            Some(NodeKind::Timer(_)) => self.effects.push(Effect::CancelTimer { token: timer_id(active.id), element }),
            _ => {
                for task in active.open_numbers().into_iter().map(task_id).filter(|task| task != known) {
                    self.effects.push(Effect::CancelTask { task, element: element.clone() });
                }
            }
        }
        self.cancel_clocks(active);
    }

    pub fn cancel_clocks(&mut self, active: &Active) {
        self.stop(&active.clocks);
    }

    pub fn stop(&mut self, clocks: &[Clocked]) {
        for clock in clocks {
            self.effects.push(Effect::CancelTimer { token: timer_id(clock.id), element: clock.element.clone() });
        }
    }

    /// Leaves a node: chooses its ways out, records the firing and sends the tokens off.
    pub fn leave(&mut self, index: usize, id: u32, took: Vec<u32>) -> Result<(), FlowError> {
        self.depart(index, id, took, Vec::new())
    }

    /// The same, where a joint review was held.
    fn depart(&mut self, index: usize, id: u32, took: Vec<u32>, seats: Vec<u32>) -> Result<(), FlowError> {
        let node = self.node(index);
        self.cross(index)?;
        let ways = self.ways_out(node)?;
        let mut gave = Vec::with_capacity(ways.len());
        for flow in ways {
            let token = self.instance.fresh();
            gave.push(Token { id: token, flow: self.definition.flows[flow].id.clone() });
            self.moving.push_back((token, flow));
        }
        self.instance.history.push(Fired { element: node.id.clone(), id, took, gave, seats });
        Ok(())
    }

    fn ways_out(&self, node: &Node) -> Result<Vec<usize>, FlowError> {
        let flows = &self.definition.flows;
        let no_way = || FlowError::NoWayOut(node.id.clone());
        let exclusive = match node.kind {
            NodeKind::End => return Ok(Vec::new()),
            NodeKind::Parallel => return Ok(node.outgoing.clone()),
            NodeKind::Exclusive => true,
            _ => false,
        };
        if node.outgoing.is_empty() {
            return Err(no_way());
        }
        if let ([only], None) = (node.outgoing.as_slice(), node.default)
            && flows[*only].condition.is_none()
        {
            return Ok(vec![*only]);
        }
        let known = self.instance.known(self.definition, node.frame);
        let mut ways = Vec::new();
        for &flow in node.outgoing.iter().filter(|&&flow| node.default != Some(flow)) {
            let taken = match &flows[flow].condition {
                Some(expression) => self
                    .conditions
                    .holds(expression, &known)
                    .map_err(|message| FlowError::Condition { flow: flows[flow].id.clone(), message })?,
                // Lint demands conditions at an exclusive split; without lint the drawing says no more than "not chosen".
                None => !exclusive,
            };
            if taken {
                ways.push(flow);
                if exclusive {
                    break;
                }
            }
        }
        if ways.is_empty() {
            ways.push(node.default.ok_or_else(no_way)?);
        }
        Ok(ways)
    }

    /// Moves tokens until everything waits or all is done.
    pub fn settle(mut self) -> Result<Advance, FlowError> {
        loop {
            while let Some((token, flow)) = self.moving.pop_front() {
                self.steps += 1;
                if self.steps > MAX_STEPS {
                    return Err(FlowError::TooManySteps(MAX_STEPS));
                }
                self.arrive(token, flow)?;
            }
            if !self.fire_join()? {
                break;
            }
        }
        self.watch()?;
        if self.instance.active.is_empty() {
            if let Some(token) = self.instance.tokens.first() {
                let join = self
                    .definition
                    .flow(&token.flow)
                    .map_or(token.flow.as_str(), |flow| self.definition.nodes[flow.target].id.as_str());
                return Err(FlowError::Stuck(join.to_owned()));
            }
            self.instance.status = Status::Finished;
            self.effects.push(Effect::Finished { end: self.instance.end.clone().unwrap_or_default() });
        }
        Ok(Advance { instance: self.instance, effects: self.effects })
    }

    fn arrive(&mut self, token: u32, flow: usize) -> Result<(), FlowError> {
        let index = self.definition.flows[flow].target;
        let node = self.node(index);
        if node.joins() {
            self.instance.tokens.push(Token { id: token, flow: self.definition.flows[flow].id.clone() });
            return Ok(());
        }
        match &node.kind {
            NodeKind::UserTask | NodeKind::ServiceTask | NodeKind::Timer(_) => self.activate(index, token),
            NodeKind::End => {
                self.instance.end = Some(node.id.clone());
                self.leave(index, 0, vec![token])
            }
            NodeKind::Exclusive | NodeKind::Parallel | NodeKind::Inclusive | NodeKind::Drain => {
                self.leave(index, 0, vec![token])
            }
            NodeKind::Start | NodeKind::Boundary { .. } | NodeKind::Unsupported(_) => {
                Err(FlowError::Unsupported(node.id.clone()))
            }
        }
    }

    /// Begins a task, a service call or a timer, with the timers on its edge.
    pub fn activate(&mut self, index: usize, from: u32) -> Result<(), FlowError> {
        let node = self.node(index);
        let id = self.instance.fresh();
        let mut clocks = Vec::new();
        let mut active = Active {
            id,
            element: node.id.clone(),
            from,
            clocks: Vec::new(),
            failures: 0,
            joint: None,
            seats: Vec::new(),
        };
        match &node.kind {
            NodeKind::ServiceTask => self.effects.push(call(node, id, 1)),
            NodeKind::Timer(timer) => self.effects.push(clock(node, id, timer)?),
            _ => {
                self.announce(index, Moment::Enter);
                self.assign(node, &mut active)?;
            }
        }
        for &boundary in &node.boundaries {
            let edge = self.node(boundary);
            if let NodeKind::Boundary { timer, .. } = &edge.kind {
                let id = self.instance.fresh();
                self.effects.push(clock(edge, id, timer)?);
                clocks.push(Clocked { id, element: edge.id.clone() });
            }
        }
        active.clocks = clocks;
        self.instance.active.push(active);
        Ok(())
    }

    /// Fires one join that may fire; joins are tried in file order.
    fn fire_join(&mut self) -> Result<bool, FlowError> {
        if self.instance.tokens.is_empty() {
            return Ok(false);
        }
        let mut joins: Vec<usize> = Vec::new();
        for token in &self.instance.tokens {
            let flow =
                self.definition.flow(&token.flow).ok_or_else(|| FlowError::UnknownElement(token.flow.clone()))?;
            if !joins.contains(&flow.target) {
                joins.push(flow.target);
            }
        }
        joins.sort_unstable();
        for join in joins {
            let node = self.node(join);
            let waiting: Vec<Option<usize>> = node
                .incoming
                .iter()
                .map(|&flow| {
                    let id = &self.definition.flows[flow].id;
                    self.instance.tokens.iter().position(|token| token.flow == *id)
                })
                .collect();
            if !self.may_fire(node, &waiting)? {
                continue;
            }
            let drain = node.kind == NodeKind::Drain;
            let taken: Vec<u32> = if drain {
                let comes = |token: &&Token| self.definition.flow(&token.flow).is_some_and(|flow| flow.target == join);
                self.instance.tokens.iter().filter(comes).map(|token| token.id).collect()
            } else {
                waiting.into_iter().flatten().map(|at| self.instance.tokens[at].id).collect()
            };
            self.instance.tokens.retain(|token| !taken.contains(&token.id));
            if drain {
                self.close_inside(join);
            }
            self.leave(join, 0, taken)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn may_fire(&self, node: &Node, waiting: &[Option<usize>]) -> Result<bool, FlowError> {
        let filled: Vec<bool> = waiting.iter().map(Option::is_some).collect();
        let drain = node.kind == NodeKind::Drain;
        if !drain && filled.iter().all(|full| *full) {
            return Ok(true);
        }
        let (NodeKind::Inclusive | NodeKind::Drain, Some(reach)) = (&node.kind, &node.reach) else {
            return Ok(false);
        };
        for active in &self.instance.active {
            let spot = Spot::Node(self.index_of(&active.element)?);
            let comes = if drain { reach.arrives(spot) } else { reach.must_wait(&filled, spot) };
            if comes {
                return Ok(false);
            }
        }
        for token in &self.instance.tokens {
            let Some(&flow) = self.definition.flow_index.get(&token.flow) else {
                return Err(FlowError::UnknownElement(token.flow.clone()));
            };
            let spot = Spot::Flow(flow);
            let here = self.definition.nodes[self.definition.flows[flow].target].id == node.id;
            let comes = if drain { !here && reach.arrives(spot) } else { reach.must_wait(&filled, spot) };
            if comes {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A task for the list of the caller.
pub(super) fn order(node: &Node, id: u32, handlers: Vec<Handler>, joint: bool) -> TaskOrder {
    TaskOrder {
        task: task_id(id),
        element: node.id.clone(),
        name: node.name.clone(),
        role: node.attribute("role").map(str::to_owned),
        handlers,
        joint,
        stage: node.attribute("stage").map(str::to_owned),
        days: node.days(),
        every_day: node.counts_every_day(),
        attributes: node.attributes.clone(),
    }
}

fn call(node: &Node, id: u32, attempt: u32) -> Effect {
    Effect::CallService {
        token: service_id(id),
        element: node.id.clone(),
        service: node.attribute("service").unwrap_or_default().to_owned(),
        attempt,
        attributes: node.attributes.clone(),
    }
}

pub(super) fn clock(node: &Node, id: u32, timer: &Timer) -> Result<Effect, FlowError> {
    let wait = match timer {
        Timer::Duration(seconds) => Wait::Seconds(*seconds),
        Timer::Date(date) => Wait::Until(date.clone()),
        Timer::Bad(_) => return Err(FlowError::Unsupported(node.id.clone())),
    };
    Ok(Effect::StartTimer { token: timer_id(id), element: node.id.clone(), wait })
}
