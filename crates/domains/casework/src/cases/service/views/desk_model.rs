//! What the staff read of a case: the page and its parts.

use platform::files::FileRef;
use sea_orm::entity::prelude::Uuid;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::shared::{CheckedPoint, DocumentRef, EventView, FormView, LicenceRef, MaterialView, ResultView};
use crate::cases::clock::DeadlineView;
use crate::cases::model::State;
use crate::cases::service::draft::ItemRef;
use crate::cases::service::filled::{FieldCheck, KeptWarning};
use crate::cases::service::tasks::take_back::TakeableTask;

/// A case for the staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskCase {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item: ItemRef,
    /// Handling item.
    pub handle_item_name: String,
    /// Channel.
    pub channel_label: &'static str,
    /// Applicant, masked.
    pub applicant: MaskedApplicant,
    /// Agent, masked.
    pub agent: Option<MaskedApplicant>,
    /// What the agent is for the applicant: 经办人, 管理者, 亲属代办; empty without an agent.
    pub agent_role_label: &'static str,
    /// Department.
    pub org_name: String,
    /// Where it stood in the tree when the case was filed, names from the top down, `/`-separated.
    pub org_path: String,
    /// Where and by whom it was taken in; absent for what the applicant filed.
    pub taken: Option<TakenIn>,
    /// Number of the ticket with which the visitor was called; absent without one.
    pub ticket_number: Option<String>,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: String,
    /// Present step.
    pub step_name: String,
    /// Form, personal fields masked.
    pub form: FormView,
    /// Fields compared with what others know, masked as the form is.
    pub comparisons: Vec<FieldCheck>,
    /// What rules told when it was handed in, and let pass.
    pub warnings: Vec<KeptWarning>,
    /// Materials.
    pub materials: Vec<MaterialView>,
    /// Review points of the whole application.
    pub review_points: Vec<CheckedPoint>,
    /// Deadlines explained.
    pub deadlines: Vec<DeadlineView>,
    /// Events, oldest first.
    pub events: Vec<EventView>,
    /// Opinions, oldest first.
    pub opinions: Vec<Opinion>,
    /// Documents.
    pub documents: Vec<DocumentRef>,
    /// The caller's open task.
    pub my_task: Option<MyTask>,
    /// Every open task.
    pub tasks: Vec<OpenTask>,
    /// Tasks the caller just did and may take back.
    pub take_back: Vec<TakeableTask>,
    /// Steps to which the caller may send the case as an administrator.
    pub jump_targets: Vec<Returnable>,
    /// Steps of the flow.
    pub flow: Vec<FlowStep>,
    /// What the caller may do, and why not.
    pub actions: Vec<Action>,
    /// Special procedures of this item.
    pub procedures: Vec<Procedure>,
    /// Special procedures of this case.
    pub special: Vec<SpecialView>,
    /// Extensions.
    pub extensions: Vec<ExtensionView>,
    /// Reminders and orders.
    pub urges: Vec<UrgeView>,
    /// Licence.
    pub licence: Option<LicenceRef>,
    /// Materials promised at acceptance.
    pub tolerances: Vec<crate::tolerance::ToleranceView>,
    /// Delivery.
    pub delivery: DeliveryView,
    /// How it ended.
    pub result: Option<ResultView>,
    /// Head of the event chain.
    pub chain: ChainHead,
}

/// Where and by whom a case was taken in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakenIn {
    /// Body whose counter it was, by its name then.
    pub org_name: String,
    /// Who took it in.
    pub by: String,
}

/// Delivery for the desk: address masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryView {
    /// Way.
    pub way: String,
    /// In words.
    pub label: &'static str,
    /// Receiver and address, masked.
    pub address: Option<String>,
}

/// Who, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaskedApplicant {
    /// `person` or `enterprise`.
    pub kind: String,
    /// Name: the officers of the case see it in full.
    pub name: String,
    /// Identity number masked; a credit code in full.
    pub id_masked: String,
    /// Phone masked.
    pub phone_masked: String,
    /// Legal representative.
    pub legal_person: Option<String>,
}

/// An opinion.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Opinion {
    /// Step.
    pub step: String,
    /// Who.
    pub by: String,
    /// Outcome.
    pub outcome: String,
    /// Text.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<OffsetDateTime>,
    /// Files.
    #[schema(value_type = Vec<FileRef>)]
    pub files: Value,
    /// File of the signature written by hand.
    pub signature: Option<Uuid>,
    /// File of the opinion written by hand.
    pub written: Option<Uuid>,
}

/// The caller's task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyTask {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Stage: intake, review, inspect, decide, make, deliver.
    pub stage: String,
    /// Outcomes that may be chosen.
    pub outcomes: Vec<Outcome>,
    /// Earlier steps it may be returned to.
    pub returnable: Vec<Returnable>,
    /// What the step's author put on the page, in this order; empty: what is usual.
    pub buttons: Vec<StepButton>,
    /// The joint review it is part of.
    pub joint: Option<JointView>,
    /// In whose name the caller does it.
    pub on_behalf_of: Option<String>,
    /// Whether the flow has steps whose handler is chosen by who hands the case on.
    pub may_choose: bool,
    /// Keys of form fields the caller may fill in.
    pub writable: Vec<String>,
    /// Last day of the step; absent without days of its own.
    pub due_on: Option<String>,
}

/// What a button of a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// Completes the step with an outcome.
    Pass,
    /// Back to an earlier step.
    Return,
    /// Asks the applicant for a correction.
    Correct,
    /// Gives the task to a colleague.
    Transfer,
    /// Asks colleagues for their opinion.
    Countersign,
    /// Begins a special procedure.
    Suspend,
}

impl From<flow::ButtonAction> for StepAction {
    fn from(action: flow::ButtonAction) -> Self {
        match action {
            flow::ButtonAction::Pass => Self::Pass,
            flow::ButtonAction::Return => Self::Return,
            flow::ButtonAction::Correct => Self::Correct,
            flow::ButtonAction::Transfer => Self::Transfer,
            flow::ButtonAction::Countersign => Self::Countersign,
            flow::ButtonAction::Suspend => Self::Suspend,
        }
    }
}

/// A button of a step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepButton {
    /// What it does.
    pub action: StepAction,
    /// What is written on it.
    pub label: String,
    /// Outcome to send, with `pass`.
    pub outcome: Option<String>,
}

/// How far a joint review is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JointView {
    /// One after the other.
    pub sequential: bool,
    /// Percent who must pass it.
    pub ratio: u8,
    /// How many that are.
    pub needed: usize,
    /// Who passed it.
    pub passed: usize,
    /// Who did not.
    pub failed: usize,
    /// Who has not spoken.
    pub open: usize,
    /// All who are asked.
    pub total: usize,
    /// What was said, oldest first.
    pub votes: Vec<JointVote>,
}

/// What somebody said in a joint review.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JointVote {
    /// Who.
    pub by: String,
    /// Outcome in words.
    pub outcome_label: String,
    /// Opinion.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<OffsetDateTime>,
}

/// An open task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenTask {
    /// Task.
    pub id: Uuid,
    /// Step in the drawing.
    pub element: String,
    /// Name of the step.
    pub name: String,
    /// Stage.
    pub stage: String,
    /// Who has it, in words.
    pub handler: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// Last day of the step.
    pub due_on: Option<String>,
    /// Whether that day is over.
    pub overdue: bool,
    /// Whether the caller may do it.
    pub mine: bool,
    /// Whether the caller gave it to somebody to be done in his name.
    pub delegated: bool,
}

/// An outcome.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Outcome {
    /// Key.
    pub key: String,
    /// Label.
    pub label: String,
}

/// A step to return to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Returnable {
    /// Element.
    pub element: String,
    /// Name.
    pub name: String,
}

/// A step of the flow.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseFlowStep)]
pub struct FlowStep {
    /// Element.
    pub element: String,
    /// Name.
    pub name: String,
    /// `done`, `now` or `todo`.
    pub state: &'static str,
    /// Who did it.
    pub by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<OffsetDateTime>,
}

/// Something the caller may do, or why not.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Action {
    /// Key.
    pub key: &'static str,
    /// Label.
    pub label: &'static str,
    /// Whether it may be done now.
    pub allowed: bool,
    /// Why not.
    pub why_not: Option<&'static str>,
}

/// A special procedure of the item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Procedure {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Whether the clock goes on.
    pub counts_in_limit: bool,
}

/// A special procedure of the case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SpecialView {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// How long it was expected to take.
    pub expected: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// What came out.
    pub result: Option<String>,
}

/// An extension.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExtensionView {
    /// Id.
    pub id: Uuid,
    /// How long.
    pub length: String,
    /// Why.
    pub reason: String,
    /// `asked`, `approved` or `refused`.
    pub state: String,
    /// Who asked.
    pub asked_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
}

/// A reminder or order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UrgeView {
    /// Id.
    pub id: Uuid,
    /// Whether it wants a reply.
    pub order: bool,
    /// Text.
    pub text: String,
    /// Who.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Reply.
    pub reply: Option<String>,
    /// Who replied.
    pub replied_by: Option<String>,
    /// Who signed for it.
    pub signed_by: Option<String>,
    /// Whether whoever gave it has closed it.
    pub closed: bool,
}

/// Head of the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChainHead {
    /// Hash of the last event.
    pub head: String,
    /// Events.
    pub length: i64,
}
