//! The flow engine: BPMN 2.0 in, tasks out. Pure: no clock, no randomness, no I/O.
//!
//! Three things live here and nothing else:
//!
//! * [`Definition`]: a BPMN process read from XML ([`Definition::parse`]), indexed for running, and written back
//!   without loss ([`Definition::to_xml`]), so that a drawing tool's own data survives.
//! * [`lint`]: what a clerk must be told before a flow is published (FORM-028), with a proof by state-space
//!   exploration that every case can end.
//! * [`start`] and [`advance`]: the token engine (FORM-029). A step is a function: definition + instance + command →
//!   new instance + effects. [`migrate`] takes a running flow over to another version of its definition (FORM-030).
//!   The caller stores the instance and carries out the effects in one transaction; a refused command returns an error
//!   and changes nothing.
//!
//! Expressions come in through [`Conditions`], so this crate knows no expression language.
//! [`simulate`] runs a whole flow on prepared answers; [`outline`] lists the steps for a guide.
//! Start reading at [`advance`] and the table of [`Command`]s and [`Effect`]s.

mod contract;
mod duration;
mod engine;
mod error;
mod finding;
mod history;
mod instance;
mod lint;
mod model;
mod outline;
mod parse;
mod reach;
mod simulate;
mod step;
mod values;
mod xml;

pub use contract::contract;
pub use duration::seconds_of;
pub use engine::{Advance, Command, Effect, TaskOrder, Wait, advance, jump_targets, migrate, returnable, start};
pub use error::FlowError;
pub use finding::{Finding, Severity};
pub use instance::{Active, Instance, JointState, Status};
pub use lint::{LintContext, lint};
pub use model::{Definition, Flow, Node, NodeKind, Timer};
pub use outline::{Step, outline};
pub use parse::{Flows, MAX_BYTES};
pub use simulate::{Run, simulate};
pub use step::{
    Access, Button, ButtonAction, DYNAMIC, EventKind, FieldRights, Handler, HandlerKind, Joint, Moment, StepEvent,
    StepSettings,
};
pub use values::{Known, Values};
pub use xml::{BPMN_NAMESPACE, TONGBAN_NAMESPACE};

use serde_json::{Map, Value};

/// Variables as they are given to a flow: a JSON object.
pub type Variables = Map<String, Value>;

/// The expression language of sequence flow conditions, given by the caller (FEEL in the product).
pub trait Conditions {
    /// Whether `expression` holds for these variables.
    ///
    /// # Errors
    /// A text saying why it cannot be evaluated; a null result is an answer (`false`), not an error.
    fn holds(&self, expression: &str, known: &Known<'_>) -> Result<bool, String>;

    /// The value of `expression`.
    ///
    /// # Errors
    /// A text saying why it cannot be evaluated.
    fn value(&self, expression: &str, known: &Known<'_>) -> Result<Value, String>;

    /// Checks the spelling of `expression` without evaluating it.
    ///
    /// # Errors
    /// A text saying what is wrong and where.
    fn check(&self, expression: &str) -> Result<(), String>;

    /// The texts that `expression` gives: one, or a list of them (ids of handlers).
    ///
    /// # Errors
    /// A text saying why it cannot be evaluated, or that it gives something else.
    fn texts(&self, expression: &str, known: &Known<'_>) -> Result<Vec<String>, String>;
}
