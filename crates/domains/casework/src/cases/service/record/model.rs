//! What a record holds, part by part, and what is covered of it.

use std::collections::BTreeMap;

use platform::files::FileRef;
use sea_orm::entity::prelude::Uuid;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::cases::model::State;
use crate::cases::service::audit::ExportedEvent;
use crate::cases::service::views::{DocumentRef, LicenceRef, ResultView, RoundFile, mask_form};
use crate::cases::service::{Address, Agent, Personal};

/// The whole of one case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecord)]
pub struct Record {
    /// Id.
    pub id: Uuid,
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Frozen version of the item.
    pub item_version: i64,
    /// Handling item.
    pub handle_item_name: String,
    /// Organisation that handles it.
    pub org_id: Uuid,
    /// Its name when the case was filed.
    pub org_name: String,
    /// Where it stood in the tree then.
    pub org_path: String,
    /// Region of the organisation, 12 digits.
    pub region: String,
    /// Channel.
    pub channel: String,
    /// In words.
    pub channel_label: &'static str,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: String,
    /// `person` or `enterprise`.
    pub applicant_kind: String,
    /// Applicant.
    pub applicant_name: String,
    /// Number, phone, agent.
    pub applicant: Personal,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
    /// When accepted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<OffsetDateTime>,
    /// When decided.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<OffsetDateTime>,
    /// When closed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<OffsetDateTime>,
    /// When the result was handed over.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<OffsetDateTime>,
    /// Promised last moment.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<OffsetDateTime>,
    /// Answers to the situations.
    #[schema(value_type = Object)]
    pub situations: Value,
    /// What was filled in.
    pub form: RecordForm,
    /// How the result goes to the applicant.
    pub delivery: RecordDelivery,
    /// Materials as handed in.
    pub materials: Vec<RecordMaterial>,
    /// Acceptance or its refusal; absent before.
    pub acceptance: Option<RecordAct>,
    /// What the handlers did, oldest first.
    pub steps: Vec<RecordStep>,
    /// What the applicant's side did, oldest first.
    pub applicant_steps: Vec<RecordAct>,
    /// Special procedures.
    pub special: Vec<RecordSpecial>,
    /// Extensions asked for.
    pub extensions: Vec<RecordExtension>,
    /// Urges and their replies.
    pub urges: Vec<RecordUrge>,
    /// Materials promised for later.
    pub tolerances: Vec<RecordTolerance>,
    /// Numbered documents.
    pub documents: Vec<DocumentRef>,
    /// The licence it gave.
    pub licence: Option<LicenceRef>,
    /// How it ended.
    pub result: Option<ResultView>,
    /// The log with its chain.
    pub events: Vec<RecordEvent>,
    /// Hash of the last event.
    pub head_hash: String,
}

/// What was filled in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordForm)]
pub struct RecordForm {
    /// Key of the form.
    pub key: String,
    /// Frozen version.
    pub version: i64,
    /// Title.
    pub title: String,
    /// Labels by the path of the field.
    #[schema(value_type = Object)]
    pub labels: BTreeMap<String, String>,
    /// Values.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// Files uploaded inside the form.
    pub files: Vec<FileRef>,
}

/// How the result goes to the applicant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordDelivery)]
pub struct RecordDelivery {
    /// `electronic`, `self` or `post`.
    pub way: String,
    /// In words.
    pub label: String,
    /// Where to, for post.
    pub address: Option<Address>,
}

/// A material as handed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordMaterial)]
pub struct RecordMaterial {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// How it was handed in.
    pub handing: String,
    /// Remark.
    pub note: String,
    /// Files with their round.
    pub files: Vec<RoundFile>,
}

/// Something somebody did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordAct)]
pub struct RecordAct {
    /// What, by the standard's name or the role of who did it.
    pub title: String,
    /// Who.
    pub by_name: String,
    /// What people read.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// A task.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordStep)]
pub struct RecordStep {
    /// Name.
    pub name: String,
    /// Stage.
    pub stage: String,
    /// Role.
    pub role: String,
    /// `open`, `done` or `dropped`.
    pub state: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: OffsetDateTime,
    /// When it was done.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<OffsetDateTime>,
    /// Who did it.
    pub done_by_name: String,
    /// Outcome.
    pub outcome: String,
    /// Opinion.
    pub opinion: String,
    /// Files laid down with it.
    pub files: Vec<FileRef>,
}

/// A special procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordSpecial)]
pub struct RecordSpecial {
    /// Name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// Who began it.
    pub started_by: String,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// What came of it.
    pub result: String,
}

/// An extension asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordExtension)]
pub struct RecordExtension {
    /// How much.
    pub value: i64,
    /// Unit.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// State.
    pub state: String,
    /// Who asked.
    pub asked_by_name: String,
    /// Who decided.
    pub decided_by_name: String,
    /// Opinion.
    pub opinion: String,
}

/// An urge or order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordUrge)]
pub struct RecordUrge {
    /// Kind.
    pub kind: String,
    /// Text.
    pub text: String,
    /// Who.
    pub by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Reply.
    pub reply: String,
}

/// A material promised for later.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordTolerance)]
pub struct RecordTolerance {
    /// Name.
    pub name: String,
    /// State.
    pub state: String,
    /// Until when.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<OffsetDateTime>,
    /// When it came.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub supplied_at: Option<OffsetDateTime>,
}

/// An event with what its hash covers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseRecordEvent)]
pub struct RecordEvent {
    /// Number within the case.
    pub no: i64,
    /// Kind.
    pub kind: String,
    /// Standard name.
    pub title: &'static str,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who.
    pub actor_name: String,
    /// What people read.
    pub text: String,
    /// Content, JSON text as stored; empty when masked.
    pub data: String,
    /// Hash before.
    pub previous_hash: String,
    /// Hash.
    pub hash: String,
}

impl Record {
    /// Covers numbers, phones, addresses and what the form definition calls personal.
    pub(super) fn mask(&mut self, form: &form::Form) {
        self.applicant.id_number = base::mask::citizen_id(&self.applicant.id_number);
        self.applicant.phone = base::mask::phone(&self.applicant.phone);
        if let Some(Agent { name, id_number, phone }) = &mut self.applicant.agent {
            *name = base::mask::name(name);
            *id_number = base::mask::citizen_id(id_number);
            *phone = base::mask::phone(phone);
        }
        if self.applicant_kind == "person" {
            self.applicant_name = base::mask::name(&self.applicant_name);
        }
        self.applicant.legal_person = self.applicant.legal_person.take().map(|name| base::mask::name(&name));
        mask_form(form, &mut self.form.data);
        if let Some(Address { name, phone, address, .. }) = &mut self.delivery.address {
            *name = base::mask::name(name);
            *phone = base::mask::phone(phone);
            *address = base::mask::address(address);
        }
        for event in &mut self.events {
            event.data = String::new();
        }
        for step in &mut self.applicant_steps {
            step.by_name = base::mask::name(&step.by_name);
        }
    }

    /// The log as `audit verify` and `archive verify` read it.
    pub fn exported_events(&self) -> Vec<ExportedEvent> {
        self.events
            .iter()
            .map(|event| ExportedEvent {
                case_id: self.id,
                no: event.no,
                kind: event.kind.clone(),
                at: event.at.unix_timestamp(),
                actor_name: event.actor_name.clone(),
                text: event.text.clone(),
                data: event.data.clone(),
                previous_hash: event.previous_hash.clone(),
                hash: event.hash.clone(),
            })
            .collect()
    }
}
