//! A case as its two readers see it: the applicant (own, plain) and the staff (masked, with actions).

mod desk;
mod desk_model;
mod desk_parts;
mod mine;
mod reveal;
mod shared;

pub(crate) use desk_parts::outcome_label;

pub use desk_model::{
    Action, ChainHead, DeliveryView, DeskCase, ExtensionView, FlowStep, JointView, JointVote, MaskedApplicant, MyTask,
    OpenTask, Opinion, Outcome, Procedure, Returnable, SpecialView, StepAction, StepButton, TakenIn, UrgeView,
};
pub(crate) use desk_parts::{HiddenFields, mask_field, mask_form};
pub use mine::{MyActions, MyCase, Todo, TodoItem};
pub use shared::{CheckedPoint, DocumentRef, EventView, FormView, LicenceRef, MaterialView, ResultView, RoundFile};
pub(crate) use shared::{desk_label, events, label, result};
