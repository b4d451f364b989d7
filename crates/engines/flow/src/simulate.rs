//! Running a whole flow on prepared answers: the proof that a pack's sample goes the way it claims.

use std::collections::BTreeMap;

use crate::engine::{Advance, Command, Effect, advance, start};
use crate::error::FlowError;
use crate::instance::{Status, number_of};
use crate::model::{Definition, NodeKind};
use crate::{Conditions, Variables};

/// Most commands in one simulation; more is a loop that the answers never leave.
const MAX_COMMANDS: usize = 1_000;

/// How a simulated flow went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// User tasks in the order in which they were completed.
    pub path: Vec<String>,
    /// Services in the order in which they were called, by element.
    pub services: Vec<String>,
    /// The end event.
    pub end: String,
    /// The variables at the end.
    pub variables: Variables,
}

/// Runs the flow from start to end. Each user task is completed with the answer under its id, oldest first; services
/// succeed with the answer under their id or none; intermediate timers go off when nothing else can be done; boundary
/// timers never do.
///
/// # Errors
/// [`FlowError::MissingAnswer`] for a user task without an answer; else whatever the engine refuses.
pub fn simulate(
    definition: &Definition,
    variables: Variables,
    answers: &BTreeMap<String, Variables>,
    conditions: &dyn Conditions,
) -> Result<Run, FlowError> {
    let mut path = Vec::new();
    let mut services = Vec::new();
    let mut open: Vec<(String, String)> = Vec::new();
    let mut step = start(definition, variables, conditions)?;
    for _ in 0..MAX_COMMANDS {
        follow(&step, &mut open);
        if step.instance.status != Status::Running {
            return Ok(Run {
                path,
                services,
                end: step.instance.end.clone().unwrap_or_default(),
                variables: step.instance.variables.to_map(),
            });
        }
        // Timers last: time passes only when nobody has anything to do.
        let waits = |element: &str| definition.node(element).is_some_and(|n| matches!(n.kind, NodeKind::Timer(_)));
        let at = open
            .iter()
            .position(|(id, _)| !id.starts_with('c'))
            .or_else(|| open.iter().position(|(_, element)| waits(element)));
        let Some((at, (id, element))) = at.and_then(|at| Some((at, open.get(at).cloned()?))) else {
            return Err(FlowError::Stuck(definition.id.clone()));
        };
        open.remove(at);
        let answer = answers.get(&element).cloned();
        let command = if number_of(&id, 's').is_some() {
            services.push(element);
            Command::ServiceDone { token: id, variables: answer.unwrap_or_default() }
        } else if number_of(&id, 'c').is_some() {
            Command::TimerFired { token: id }
        } else {
            let variables = answer.ok_or_else(|| FlowError::MissingAnswer(element.clone()))?;
            path.push(element);
            Command::CompleteTask { task: id, variables }
        };
        step = advance(definition, &step.instance, command, conditions)?;
    }
    Err(FlowError::TooManySteps(MAX_COMMANDS))
}

/// Keeps the list of what is open, as a caller would.
fn follow(step: &Advance, open: &mut Vec<(String, String)>) {
    for effect in &step.effects {
        match effect {
            Effect::CreateTask(order) => open.push((order.task.clone(), order.element.clone())),
            Effect::CallService { token, element, .. } | Effect::StartTimer { token, element, .. } => {
                open.push((token.clone(), element.clone()))
            }
            Effect::CancelTask { task, .. } => open.retain(|(id, _)| id != task),
            Effect::CancelService { token, .. } | Effect::CancelTimer { token, .. } => {
                open.retain(|(id, _)| id != token)
            }
            Effect::ChangeTask(_) | Effect::Announce { .. } | Effect::Finished { .. } => {}
        }
    }
}
