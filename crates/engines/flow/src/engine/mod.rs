//! The token game: [`start`] and [`advance`].

mod back;
mod jump;
mod migrate;
mod run;
mod scopes;
mod seats;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::instance::{Instance, Status};
use crate::model::Definition;
use crate::step::{Handler, StepEvent};
use crate::{Conditions, Variables};

pub use back::returnable;
pub use jump::jump_targets;
pub use migrate::migrate;
use run::Machine;

/// Most automatic steps in one advance; more is a loop without a person or a clock in it.
pub(crate) const MAX_STEPS: usize = 1_000;

/// What can be done to a running flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A person finished a task. The variables are merged and also written under the element's id, so that
    /// conditions can say `decide.outcome = "granted"`. A key that is itself an element's id is not merged.
    CompleteTask {
        /// E.g. `t3`.
        task: String,
        /// What the person decided.
        #[serde(default)]
        variables: Variables,
    },
    /// A service call succeeded.
    ServiceDone {
        /// E.g. `s4`.
        token: String,
        /// What it answered; written as for a task.
        #[serde(default)]
        variables: Variables,
    },
    /// A service call failed. It is called again, without end, unless the element has `attempts`: after that many
    /// failures the flow goes on with `<element>.outcome = "failed"`, so that a gateway can bring in a person.
    ServiceFailed {
        /// E.g. `s4`.
        token: String,
        /// What went wrong.
        message: String,
    },
    /// A timer went off.
    TimerFired {
        /// E.g. `c5`.
        token: String,
    },
    /// Back to a user task that was done before this one. What followed from it is undone; work that did not follow
    /// from it, such as another joint branch, stands. The task given here ends without a `CancelTask` of its own.
    ReturnTo {
        /// The open task from which it is returned.
        task: String,
        /// The user task to go back to.
        element: String,
        /// Why, for the log of the caller.
        reason: String,
    },
    /// Ask more people to give their opinion on an open task (加签). The step becomes a joint review that all must pass;
    /// if it is one already, it gets more parts. The task given stays open.
    Countersign {
        /// The open task.
        task: String,
        /// Who is asked.
        handlers: Vec<Handler>,
        /// One after the other instead of all at once; of a joint review its own way counts.
        sequential: bool,
    },
    /// Take one's task back that was just completed (收回): only while nobody and nothing has gone on from there.
    TakeBack {
        /// The completed task.
        task: String,
    },
    /// An administrator sends the case to another user task. What was done stands. Refused when the flow could not end
    /// from there. The task given here ends without a `CancelTask` of its own.
    Jump {
        /// The open task that is left.
        task: String,
        /// The user task to go on with.
        element: String,
        /// Why, for the log of the caller.
        reason: String,
    },
    /// Give the flow up (withdrawal, voiding).
    Cancel,
}

/// When a timer must go off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// So many seconds from now.
    Seconds(u64),
    /// At this ISO 8601 date or date and time, as drawn.
    Until(String),
}

/// A task as it goes on somebody's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOrder {
    /// Stable within the instance, never used twice.
    pub task: String,
    /// Id of the user task.
    pub element: String,
    /// Its label.
    pub name: String,
    /// Who does it (`tongban:role`).
    pub role: Option<String>,
    /// Who of them; empty: everybody with the role. Expressions are worked out already.
    pub handlers: Vec<Handler>,
    /// Whether it is one part of a joint review.
    pub joint: bool,
    /// Which stage of the case it is (`tongban:stage`).
    pub stage: Option<String>,
    /// Days allowed (`tongban:days`).
    pub days: Option<u32>,
    /// Whether these are days of the calendar instead of working days (`tongban:unit`).
    pub every_day: bool,
    /// All our extension attributes.
    pub attributes: IndexMap<String, String>,
}

/// What the caller must carry out, in this order, in the transaction that stores the instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Put a task on somebody's list.
    CreateTask(TaskOrder),
    /// An open task says something else since the flow was taken over to another version; its id stays.
    ChangeTask(TaskOrder),
    /// Take a task off the list.
    CancelTask {
        /// Its id.
        task: String,
        /// Id of the user task.
        element: String,
    },
    /// Call a service; answer with `ServiceDone` or `ServiceFailed`.
    CallService {
        /// Id to answer with.
        token: String,
        /// Id of the service task.
        element: String,
        /// Which service (`tongban:service`).
        service: String,
        /// 1 for the first call.
        attempt: u32,
        /// All our extension attributes.
        attributes: IndexMap<String, String>,
    },
    /// Forget a service call; its answer would be refused.
    CancelService {
        /// Its id.
        token: String,
        /// Id of the service task.
        element: String,
    },
    /// Start a timer; answer with `TimerFired`.
    StartTimer {
        /// Id to answer with.
        token: String,
        /// Id of the timer event.
        element: String,
        /// When.
        wait: Wait,
    },
    /// Forget a timer.
    CancelTimer {
        /// Its id.
        token: String,
        /// Id of the timer event.
        element: String,
    },
    /// A step begins or is done, and its author wants something to happen then.
    Announce {
        /// Id of the user task.
        element: String,
        /// Its label.
        name: String,
        /// What.
        event: StepEvent,
    },
    /// The flow is at its end.
    Finished {
        /// Id of the end event that was reached last.
        end: String,
    },
}

/// The result of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Advance {
    /// The new state, to be stored.
    pub instance: Instance,
    /// What to carry out.
    pub effects: Vec<Effect>,
}

/// Begins a flow.
///
/// # Errors
/// [`FlowError`]; for a definition without lint errors only a condition that cannot be evaluated.
pub fn start(definition: &Definition, variables: Variables, conditions: &dyn Conditions) -> Result<Advance, FlowError> {
    let &[start] = definition.starts().as_slice() else {
        return Err(FlowError::NoSingleStart);
    };
    let instance = Instance { variables: variables.into(), ..Instance::default() };
    let mut machine = Machine::new(definition, instance, conditions);
    machine.leave(start, 0, Vec::new())?;
    machine.settle()
}

/// Carries out one command. Deterministic: the same three inputs give the same result, always.
///
/// # Errors
/// [`FlowError`] naming what is wrong; nothing has changed then.
pub fn advance(
    definition: &Definition,
    instance: &Instance,
    command: Command,
    conditions: &dyn Conditions,
) -> Result<Advance, FlowError> {
    if instance.status != Status::Running {
        return Err(FlowError::NotRunning);
    }
    let mut machine = Machine::new(definition, instance.clone(), conditions);
    // In a flow that ran as drawn a return is sound by itself; where somebody sent it elsewhere, what follows from
    // there may have closed the way behind it.
    let doubtful = instance.by_hand && matches!(command, Command::ReturnTo { .. } | Command::TakeBack { .. });
    match command {
        Command::CompleteTask { task, variables } => machine.complete_task(&task, variables)?,
        Command::ServiceDone { token, variables } => machine.service_done(&token, variables)?,
        Command::ServiceFailed { token, message } => machine.service_failed(&token, message)?,
        Command::TimerFired { token } => machine.timer_fired(&token)?,
        Command::ReturnTo { task, element, reason: _ } => machine.return_to(&task, &element)?,
        Command::Countersign { task, handlers, sequential } => machine.countersign(&task, handlers, sequential)?,
        Command::TakeBack { task } => machine.take_back(&task)?,
        Command::Jump { task, element, reason: _ } => machine.jump(&task, &element)?,
        Command::Cancel => return Ok(machine.cancel()),
    }
    let advance = machine.settle()?;
    if doubtful && advance.instance.status == Status::Running {
        jump::prove(definition, &advance.instance)?;
    }
    Ok(advance)
}
