//! A case as its two readers see it: the applicant (own, plain) and the staff (masked, with actions).

use catalogue::items::resolve;
use platform::files::FileRef;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::correction::asked_items;
use super::draft::{ItemRef, MaterialFile};
use super::{Casework, Delivery, Loaded, Personal, reach};
use crate::cases::clock::{self, DeadlineView};
use crate::cases::error::CaseError;
use crate::cases::model::{Channel, Closing, EventKind, State};
use crate::cases::store::{self, Around, case, case_event, case_flow, case_material, task, urge};

/// An event as people read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// Number within the case.
    pub no: i64,
    /// Standard event.
    pub kind: String,
    /// Public event, one of ten; absent for records the public view leaves out.
    pub public_kind: Option<&'static str>,
    /// Standard name.
    pub title: &'static str,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who; only for staff.
    pub actor: Option<String>,
    /// What happened, one sentence.
    pub text: String,
    /// Its document.
    pub document: Option<DocumentRef>,
}

/// A document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentRef {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// 文号.
    pub number: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// A licence made by a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenceRef {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
}

/// Form with its definition.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormView {
    /// `tongban-form/1`.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// What was filled in.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// What the applicant must do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Todo {
    /// `correction`, `rating` or `collect`.
    pub kind: &'static str,
    /// Heading.
    pub title: String,
    /// What to do.
    pub text: String,
    /// By when, in China.
    pub until: Option<String>,
    /// Defects to mend.
    pub items: Vec<TodoItem>,
}

/// One defect.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TodoItem {
    /// Material to hand in again.
    pub material_key: Option<String>,
    /// Form field to mend.
    pub field_key: Option<String>,
    /// Name.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

/// A material as handed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaterialView {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// 1 必要, 2 非必要, 3 容缺后补.
    pub necessity: String,
    /// How it was handed in.
    pub handing: String,
    /// `ok`, `missing`, `later`, `exempt`, `generated` or `corrected`.
    pub status: &'static str,
    /// Files, newest round last.
    pub files: Vec<RoundFile>,
    /// Review points with what was checked; only for staff.
    pub review_points: Vec<CheckedPoint>,
    /// File types accepted.
    pub file_types: Vec<String>,
    /// Megabytes.
    pub max_mb: u32,
}

/// A file with its round.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoundFile {
    /// File.
    #[serde(flatten)]
    pub file: FileRef,
    /// 1 with the application, 2 with the correction.
    pub version_no: i64,
}

/// A review point.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckedPoint {
    /// Key.
    pub key: String,
    /// Text.
    pub text: String,
    /// `formal` or `substantive`.
    pub kind: String,
    /// `window` or `approver`.
    pub r#for: String,
    /// `yes`, `no`, or not yet.
    pub checked: Option<String>,
}

/// How it ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultView {
    /// Closing kind.
    pub kind: String,
    /// In words.
    pub label: String,
    /// Reason, when refused.
    pub reason: Option<String>,
}

/// What the applicant may do now.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct MyActions {
    /// Withdraw.
    pub withdraw: bool,
    /// Supply a correction.
    pub supply: bool,
    /// Rate.
    pub rate: bool,
    /// Change the delivery.
    pub change_delivery: bool,
}

/// A case for its applicant.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyCase {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Case number.
    pub case_number: String,
    /// Query code.
    pub query_code: String,
    /// Item.
    pub item: ItemRef,
    /// Handling item.
    pub handle_item_name: String,
    /// Applicant.
    pub applicant_name: String,
    /// Department.
    pub org_name: String,
    /// Its phone.
    pub org_phone: String,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: String,
    /// What is done now, and by which step.
    pub step_name: String,
    /// To do.
    pub todo: Option<Todo>,
    /// Deadlines explained: before acceptance the answer, afterwards promise and law.
    pub deadlines: Vec<DeadlineView>,
    /// Events, oldest first.
    pub events: Vec<EventView>,
    /// What comes next.
    pub next: Vec<String>,
    /// Documents.
    pub documents: Vec<DocumentRef>,
    /// Licence.
    pub licence: Option<LicenceRef>,
    /// Form.
    pub form: FormView,
    /// Materials.
    pub materials: Vec<MaterialView>,
    /// Delivery.
    pub delivery: Delivery,
    /// How it ended.
    pub result: Option<ResultView>,
    /// What may be done now.
    pub can: MyActions,
}

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
    /// Department.
    pub org_name: String,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: String,
    /// Present step.
    pub step_name: String,
    /// Form, personal fields masked.
    pub form: FormView,
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
    /// Delivery.
    pub delivery: DeliveryView,
    /// How it ended.
    pub result: Option<ResultView>,
    /// Head of the event chain.
    pub chain: ChainHead,
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
}

/// An outcome.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Outcome {
    /// Key.
    pub key: &'static str,
    /// Label.
    pub label: &'static str,
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
}

/// Head of the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChainHead {
    /// Hash of the last event.
    pub head: String,
    /// Events.
    pub length: i64,
}

/// What a read of one case brings together.
struct Whole {
    loaded: Loaded,
    around: Around,
    materials: Vec<case_material::Model>,
    documents: Vec<store::case_document::Model>,
    tasks: Vec<task::Model>,
    form: store::case_form::Model,
}

impl Casework {
    async fn whole(&self, row: case::Model) -> Result<Whole> {
        let conn = self.platform.db.read();
        let id = row.id;
        Ok(Whole {
            loaded: self.with_item(row).await?,
            around: store::around(conn, id).await?,
            materials: store::materials(conn, id).await?,
            documents: store::documents(conn, id).await?,
            tasks: store::tasks(conn, id).await?,
            form: self.form_of(conn, id).await?,
        })
    }

    /// An own case.
    ///
    /// # Errors
    /// 404 for another's; 409 for a draft, which has its own page.
    pub async fn my_case(&self, caller: &Principal, id: Uuid) -> Result<MyCase> {
        let row = case::Entity::find_by_id(id)
            .one(self.platform.db.read())
            .await?
            .filter(|row| row.account_id == Some(caller.id))
            .ok_or(CaseError::NotFound)?;
        let (Some(case_number), Some(query_code)) = (row.case_number.clone(), row.query_code.clone()) else {
            return Err(Problem::conflict("still_a_draft", "这个申请还没有提交，请继续填写。"));
        };
        let whole = self.whole(row).await?;
        let row = &whole.loaded.row;
        let item = &whole.loaded.item.item;
        let state = whole.loaded.state()?;
        let calendar = self.calendars.current().await?;
        let org = self.identity.org(row.org_id).await?;
        let delivery: Delivery = self.open(&whole.form.delivery_sealed, id, "delivery")?;
        let form = self.form_view(&whole.loaded, self.open(&whole.form.form_sealed, id, "form")?).await?;
        Ok(MyCase {
            id,
            version: row.version,
            case_number,
            query_code,
            item: item_ref(&whole.loaded),
            handle_item_name: row.handle_item_name.clone(),
            applicant_name: row.applicant_name.clone(),
            org_name: org.map_or_else(|| item.body.name.clone(), |org| org.name),
            org_phone: item.consult_phone.clone(),
            state,
            state_label: label(row, state),
            step_name: row.step_name.clone(),
            todo: todo(row, state, &whole.around.events, &delivery),
            deadlines: clock::explain(row, item, &whole.around, &calendar, self.platform.now()),
            events: events(&whole.around.events, &whole.documents, false),
            next: next(state, &delivery),
            documents: documents(&whole.documents),
            licence: self.licence_ref(id).await?,
            form,
            materials: self.material_views(&whole, false)?,
            delivery,
            result: result(row),
            can: MyActions {
                withdraw: state.after(EventKind::Withdraw).is_ok(),
                supply: state == State::Correction,
                rate: matches!(state, State::Closed | State::Delivered | State::NotAccepted),
                change_delivery: state.after(EventKind::DeliveryChange).is_ok() && row.delivered_at.is_none(),
            },
        })
    }

    /// A case within the caller's reach.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn desk_case(&self, caller: &Principal, id: Uuid) -> Result<DeskCase> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
        let whole = self.whole(row).await?;
        let row = &whole.loaded.row;
        let item = &whole.loaded.item.item;
        let state = whole.loaded.state()?;
        let calendar = self.calendars.current().await?;
        let personal = self.personal(row)?;
        let org = self.identity.org(row.org_id).await?;
        let mut data: Map<String, Value> = self.open(&whole.form.form_sealed, id, "form")?;
        let definition = self.design.form(&whole.loaded.item.definitions.form).await?;
        mask_form(&definition, &mut data);
        let my_task = self.my_task(caller, &whole).await?;
        let urges =
            urge::Entity::find().filter(urge::Column::CaseId.eq(id)).order_by_asc(urge::Column::Id).all(conn).await?;
        let delivery: Delivery = self.open(&whole.form.delivery_sealed, id, "delivery")?;
        let checks = whole.materials.iter().find(|row| row.key == "application").map(|row| row.checks.clone());
        Ok(DeskCase {
            id,
            version: row.version,
            case_number: row.case_number.clone().unwrap_or_default(),
            item: item_ref(&whole.loaded),
            handle_item_name: row.handle_item_name.clone(),
            channel_label: Channel::label_of(&row.channel),
            applicant: masked(row, &personal),
            agent: personal.agent.as_ref().map(|agent| MaskedApplicant {
                kind: "person".into(),
                name: agent.name.clone(),
                id_masked: base::mask::citizen_id(&agent.id_number),
                phone_masked: base::mask::phone(&agent.phone),
                legal_person: None,
            }),
            org_name: org.map_or_else(|| item.body.name.clone(), |org| org.name),
            state,
            state_label: desk_label(row, state),
            step_name: row.step_name.clone(),
            form: self.form_view(&whole.loaded, data).await?,
            materials: self.material_views(&whole, true)?,
            review_points: points(&item.review_points, checks.as_ref()),
            deadlines: clock::explain(row, item, &whole.around, &calendar, self.platform.now()),
            events: events(&whole.around.events, &whole.documents, true),
            opinions: opinions(&whole.tasks),
            documents: documents(&whole.documents),
            flow: self.flow_steps(&whole).await?,
            actions: actions(caller, row, state, my_task.as_ref(), &whole),
            my_task,
            procedures: item
                .special_procedures
                .iter()
                .map(|one| Procedure {
                    key: one.key.clone(),
                    name: one.name.clone(),
                    counts_in_limit: one.counts_in_limit,
                })
                .collect(),
            special: whole.around.specials.iter().map(special_view).collect(),
            extensions: whole.around.extensions.iter().map(extension_view).collect(),
            urges: urges.into_iter().map(urge_view).collect(),
            licence: self.licence_ref(id).await?,
            delivery: DeliveryView {
                label: delivery.label(),
                address: delivery.address.as_ref().map(|address| {
                    format!(
                        "{} {} {}",
                        base::mask::name(&address.name),
                        base::mask::phone(&address.phone),
                        base::mask::address(&address.address)
                    )
                }),
                way: delivery.way,
            },
            result: result(row),
            chain: ChainHead { head: row.head_hash.clone(), length: row.event_count },
        })
    }

    /// A raw personal value, by right, with a reason, logged.
    ///
    /// # Errors
    /// 404 outside one's reach, 422 without a reason or for an unknown field.
    pub async fn reveal(&self, caller: &Principal, id: Uuid, field: &str, why: &str) -> Result<String> {
        let why = super::special::reason("/reason", why)?;
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
        let personal = self.personal(&row)?;
        let value = match field {
            "phone" => personal.phone,
            "id_number" => personal.id_number,
            "agent_phone" => personal.agent.map(|agent| agent.phone).unwrap_or_default(),
            "address" => {
                let form = self.form_of(self.platform.db.read(), id).await?;
                let delivery: Delivery = self.open(&form.delivery_sealed, id, "delivery")?;
                delivery
                    .address
                    .map(|to| format!("{} {} {}{}", to.name, to.phone, to.region, to.address))
                    .unwrap_or_default()
            }
            key => {
                let form = self.form_of(self.platform.db.read(), id).await?;
                let data: Map<String, Value> = self.open(&form.form_sealed, id, "form")?;
                let key = key.strip_prefix("form.").unwrap_or(key);
                match data.get(key) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => return Err(Problem::invalid_field("/field", "option", "没有这一项内容")),
                }
            }
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "case.reveal",
            format!("case:{id}"),
            json!({ "field": field, "reason": why }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(value)
    }

    async fn form_view(&self, loaded: &Loaded, data: Map<String, Value>) -> Result<FormView> {
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let definition: &form::Definition = &form;
        Ok(FormView { schema: serde_json::to_value(definition)?, data })
    }

    async fn licence_ref(&self, case: Uuid) -> Result<Option<LicenceRef>> {
        let licence = self.licences.of_case(case).await?;
        let valid = licence.into_iter().find(|licence| licence.state != licences::State::Draft);
        Ok(valid.map(|licence| LicenceRef { id: licence.id, name: licence.name, number: licence.number }))
    }

    fn material_views(&self, whole: &Whole, staff: bool) -> Result<Vec<MaterialView>> {
        let item = &whole.loaded.item.item;
        let situations = serde_json::from_value(whole.form.situations.clone())?;
        let resolution = resolve::resolve(
            item,
            self.design.expressions(),
            &whole.loaded.row.handle_item,
            &situations,
            &resolve::Answers::default(),
        );
        resolution
            .materials
            .iter()
            .filter(|material| material.needed)
            .filter_map(|material| Some((material, item.material(&material.key)?)))
            .map(|(material, definition)| {
                let row = whole.materials.iter().find(|row| row.key == material.key);
                let files: Vec<MaterialFile> = match row {
                    Some(row) => serde_json::from_value(row.files.clone())?,
                    None => Vec::new(),
                };
                let handing = row.map_or(String::new(), |row| row.handing.clone());
                let status = match handing.as_str() {
                    _ if material.generated => "generated",
                    "licence" => "exempt",
                    _ if files.iter().any(|file| file.round > 1) => "corrected",
                    "later" if files.is_empty() => "later",
                    "paper" | "window" => "ok",
                    _ if files.is_empty() => "missing",
                    _ => "ok",
                };
                Ok(MaterialView {
                    key: material.key.clone(),
                    name: material.name.clone(),
                    necessity: material.necessity.clone(),
                    handing,
                    status,
                    files: files.into_iter().map(|one| RoundFile { file: one.file, version_no: one.round }).collect(),
                    review_points: if staff {
                        points(&definition.review_points, row.map(|row| &row.checks))
                    } else {
                        Vec::new()
                    },
                    file_types: definition.file_types.clone(),
                    max_mb: definition.max_mb,
                })
            })
            .collect()
    }

    async fn my_task(&self, caller: &Principal, whole: &Whole) -> Result<Option<MyTask>> {
        let Some(task) = whole.tasks.iter().find(|task| task.state == "open" && caller.has_role(&task.role)) else {
            return Ok(None);
        };
        let returnable = match (&task.flow_task, self.instance(whole).await?) {
            (Some(flow_task), Some((definition, instance))) if whole.loaded.row.state != State::Decided.as_str() => {
                flow::returnable(&definition, &instance, flow_task)
                    .into_iter()
                    .map(|element| Returnable {
                        name: definition.node(&element).map_or_else(|| element.clone(), |node| node.name.clone()),
                        element,
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        let outcomes: &[(&'static str, &'static str)] = match task.stage.as_str() {
            "intake" | "deliver" => &[],
            "decide" => &[("granted", "准予"), ("refused", "不予")],
            "make" => &[("done", "已完成")],
            _ => &[("pass", "通过"), ("fail", "不符合")],
        };
        Ok(Some(MyTask {
            id: task.id,
            name: task.name.clone(),
            stage: task.stage.clone(),
            outcomes: outcomes.iter().map(|(key, label)| Outcome { key, label }).collect(),
            returnable,
        }))
    }

    async fn instance(&self, whole: &Whole) -> Result<Option<(std::sync::Arc<flow::Definition>, flow::Instance)>> {
        let id = whole.loaded.row.id;
        let Some(row) = case_flow::Entity::find_by_id(id).one(self.platform.db.read()).await? else { return Ok(None) };
        let definition = self.design.flow(&whole.loaded.item.definitions.flow).await?;
        Ok(Some((definition, self.open(&row.instance, id, "flow")?)))
    }

    async fn flow_steps(&self, whole: &Whole) -> Result<Vec<FlowStep>> {
        let definition = self.design.flow(&whole.loaded.item.definitions.flow).await?;
        Ok(flow::outline(&definition)
            .into_iter()
            .map(|step| {
                let of_step = || whole.tasks.iter().rev().filter(|task| task.element == step.element);
                let now = of_step().any(|task| task.state == "open");
                let done = of_step().find(|task| task.state == "done");
                FlowStep {
                    state: if now {
                        "now"
                    } else if done.is_some() {
                        "done"
                    } else {
                        "todo"
                    },
                    by: done.and_then(|task| task.done_by_name.clone()),
                    at: done.and_then(|task| task.done_at),
                    element: step.element,
                    name: step.name,
                }
            })
            .collect())
    }
}

fn item_ref(loaded: &Loaded) -> ItemRef {
    ItemRef { slug: loaded.item.slug.clone(), name: loaded.row.item_name.clone(), version: loaded.item.version }
}

/// State for the applicant.
pub(crate) fn label(row: &case::Model, state: State) -> String {
    match state {
        State::Submitted if row.corrected => "补正已交".to_owned(),
        other => other.label().to_owned(),
    }
}

/// State for the staff.
pub(crate) fn desk_label(row: &case::Model, state: State) -> String {
    match state {
        State::Submitted if row.corrected => "补正已回".to_owned(),
        State::Correction => "补正中".to_owned(),
        other => other.label().to_owned(),
    }
}

fn data_of(event: &case_event::Model) -> Value {
    serde_json::from_str(&event.data).unwrap_or(Value::Null)
}

pub(crate) fn events(
    rows: &[case_event::Model],
    documents: &[store::case_document::Model],
    staff: bool,
) -> Vec<EventView> {
    rows.iter()
        .filter_map(|row| {
            let kind = EventKind::parse(&row.kind)?;
            let document = data_of(row)
                .get("document_id")
                .and_then(|id| id.as_str().map(str::to_owned))
                .and_then(|id| documents.iter().find(|document| document.id.to_string() == id).map(document_ref));
            // The receipt is made with the application itself.
            let document = document.or_else(|| {
                (kind == EventKind::Apply)
                    .then(|| documents.iter().find(|one| one.kind == "receipt").map(document_ref))
                    .flatten()
            });
            Some(EventView {
                no: row.no,
                kind: row.kind.clone(),
                public_kind: kind.public(),
                title: kind.label(),
                at: row.at,
                actor: staff.then(|| row.actor_name.clone()),
                text: row.text.clone(),
                document,
            })
        })
        .collect()
}

fn document_ref(row: &store::case_document::Model) -> DocumentRef {
    DocumentRef {
        id: row.id,
        kind: row.kind.clone(),
        name: row.name.clone(),
        number: row.number.clone(),
        at: row.created_at,
    }
}

fn documents(rows: &[store::case_document::Model]) -> Vec<DocumentRef> {
    rows.iter().map(document_ref).collect()
}

fn todo(row: &case::Model, state: State, events: &[case_event::Model], delivery: &Delivery) -> Option<Todo> {
    match state {
        State::Correction => {
            let asked = events.iter().rev().find(|event| event.kind == EventKind::CorrectionAsk.as_str())?;
            let data = data_of(asked);
            let items: Vec<TodoItem> = data
                .get("items")
                .and_then(Value::as_array)
                .map(|items| {
                    items
                        .iter()
                        .map(|item| {
                            let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                            let key = text("key");
                            TodoItem {
                                material_key: key.strip_prefix("material:").map(str::to_owned),
                                field_key: key.strip_prefix("field:").map(str::to_owned),
                                name: text("name"),
                                reason: text("reason"),
                            }
                        })
                        .collect()
                })
                .unwrap_or_default();
            debug_assert_eq!(items.len(), asked_items(events).len());
            Some(Todo {
                kind: "correction",
                title: format!("要您做的：补正 {} 项", items.len()),
                text: "补齐后时限继续计算。这是一次告知的全部内容。".to_owned(),
                until: data.get("until").and_then(Value::as_str).map(str::to_owned),
                items,
            })
        }
        State::Closed if delivery.way == "self" && row.delivered_at.is_none() => Some(Todo {
            kind: "collect",
            title: "要您做的：到窗口领取".to_owned(),
            text: "带上身份证，到办理窗口领取结果。".to_owned(),
            until: None,
            items: Vec::new(),
        }),
        _ => None,
    }
}

fn next(state: State, delivery: &Delivery) -> Vec<String> {
    let collect = match delivery.way.as_str() {
        "self" => "到窗口领取",
        "post" => "寄给您",
        _ => "下载电子证照",
    };
    let steps: &[&str] = match state {
        State::Submitted => &["受理", "审查", "决定"],
        State::Correction => &["您补正", "受理", "审查", "决定"],
        State::PreReviewed => &["受理", "审查", "决定"],
        State::Accepted | State::InReview | State::Special => &["审查", "决定"],
        State::Decided => &["制作结果"],
        _ => &[],
    };
    let mut next: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
    if !next.is_empty() {
        next.push(collect.to_owned());
    }
    next
}

fn result(row: &case::Model) -> Option<ResultView> {
    let closing = row.closing.as_deref()?;
    let label = match row.outcome.as_deref() {
        Some("granted") => "准予",
        Some("refused") => "不予批准",
        Some("aborted") => "中止办理",
        _ if row.state == State::NotAccepted.as_str() => "不予受理",
        _ => Closing::label_of(closing),
    };
    Some(ResultView { kind: closing.to_owned(), label: label.to_owned(), reason: row.closing_reason.clone() })
}

fn masked(row: &case::Model, personal: &Personal) -> MaskedApplicant {
    let enterprise = row.applicant_kind == "enterprise";
    MaskedApplicant {
        kind: row.applicant_kind.clone(),
        name: row.applicant_name.clone(),
        id_masked: if enterprise { personal.id_number.clone() } else { base::mask::citizen_id(&personal.id_number) },
        phone_masked: base::mask::phone(&personal.phone),
        legal_person: personal.legal_person.clone(),
    }
}

/// Masks identity numbers, phones, e-mails and addresses of persons in a form.
fn mask_form(form: &form::Form, data: &mut Map<String, Value>) {
    for field in form.sections.iter().flat_map(|section| &section.fields) {
        mask_field(field, data);
    }
}

fn mask_field(field: &form::Field, data: &mut Map<String, Value>) {
    use form::FieldType;
    let Some(value) = data.get_mut(&field.key) else { return };
    match (field.kind, value) {
        (FieldType::IdNumber, Value::String(text)) => *text = base::mask::citizen_id(text),
        (FieldType::Phone, Value::String(text)) => *text = base::mask::phone(text),
        (FieldType::Email, Value::String(text)) => *text = base::mask::email(text),
        (FieldType::Group, Value::Object(inner)) => field.fields.iter().for_each(|one| mask_field(one, inner)),
        (FieldType::Table, Value::Array(rows)) => {
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                field.fields.iter().for_each(|one| mask_field(one, row));
            }
        }
        _ => {}
    }
}

fn points(points: &[catalogue::items::model::ReviewPoint], checks: Option<&Value>) -> Vec<CheckedPoint> {
    points
        .iter()
        .map(|point| CheckedPoint {
            key: point.key.clone(),
            text: point.text.clone(),
            kind: point.kind.clone(),
            r#for: point.r#for.clone(),
            checked: checks.and_then(|checks| checks.get(&point.key)?.as_str().map(str::to_owned)),
        })
        .collect()
}

fn opinions(tasks: &[task::Model]) -> Vec<Opinion> {
    tasks
        .iter()
        .filter(|task| task.state == "done")
        .map(|task| Opinion {
            step: task.name.clone(),
            by: task.done_by_name.clone().unwrap_or_default(),
            outcome: outcome_label(task.outcome.as_deref().unwrap_or_default()).to_owned(),
            text: task.opinion.clone().unwrap_or_default(),
            at: task.done_at,
            files: task.files.clone(),
        })
        .collect()
}

fn outcome_label(outcome: &str) -> &'static str {
    match outcome {
        "pass" => "通过",
        "fail" => "不符合",
        "done" => "已完成",
        "return" => "退回",
        "granted" => "准予",
        "refused" => "不予",
        "accepted" => "受理",
        "not_accepted" => "不予受理",
        "correction" => "要求补正",
        "delivered" => "已发放",
        _ => "已办",
    }
}

fn special_view(row: &store::special::Model) -> SpecialView {
    let expected = row.expected_value.map(|value| {
        let unit = match row.expected_unit.as_deref() {
            Some("natural_day") => "天",
            Some("hour") => "小时",
            Some("month") => "个月",
            _ => "个工作日",
        };
        format!("{value} {unit}")
    });
    SpecialView {
        id: row.id,
        name: row.name.clone(),
        reason: row.reason.clone(),
        expected,
        started_at: row.started_at,
        ended_at: row.ended_at,
        result: row.result.clone(),
    }
}

fn extension_view(row: &store::extension::Model) -> ExtensionView {
    ExtensionView {
        id: row.id,
        length: format!("{} {}", row.value, if row.unit == "working_day" { "个工作日" } else { "天" }),
        reason: row.reason.clone(),
        state: row.state.clone(),
        asked_by: row.asked_by_name.clone(),
        decided_by: row.decided_by_name.clone(),
    }
}

fn urge_view(row: urge::Model) -> UrgeView {
    UrgeView {
        id: row.id,
        order: row.kind == "order",
        text: row.text,
        by: row.by_name,
        at: row.at,
        reply: row.reply,
        replied_by: row.replied_by_name,
    }
}

/// What the caller may do: by right, by state, and by task.
fn actions(caller: &Principal, row: &case::Model, state: State, task: Option<&MyTask>, whole: &Whole) -> Vec<Action> {
    let by_state =
        |event: EventKind| if state.after(event).is_ok() { None } else { Some("现在的状态不能做这一步") };
    let examining = matches!(state, State::Accepted | State::InReview);
    let asked = whole.around.extensions.iter().any(|one| one.state == "asked");
    let all: [(&'static str, &'static str, &'static str, Option<&'static str>); 13] = [
        ("pre_review", "预审通过", "case.pre_review", by_state(EventKind::PreReview)),
        ("accept", "受理", "case.accept", by_state(EventKind::Accept)),
        (
            "request_correction",
            "要求补正",
            "case.correct",
            by_state(EventKind::CorrectionAsk).or(row.correction_asked.then_some("补正只能一次告知，已经告知过")),
        ),
        ("not_accept", "不予受理", "case.not_accept", by_state(EventKind::NotAccept)),
        (
            "complete",
            "提交意见",
            "task.complete",
            match task {
                Some(task) if !matches!(task.stage.as_str(), "intake" | "deliver") && examining => None,
                Some(task) if task.stage == "make" && state == State::Decided => None,
                Some(_) if state == State::Special => Some("时限停表中，先结束特别程序"),
                _ => Some("这一步不是您办"),
            },
        ),
        (
            "suspend",
            "启动特别程序",
            "case.suspend",
            if whole.loaded.item.item.special_procedures.is_empty() {
                Some("这个事项没有规定特别程序")
            } else {
                by_state(EventKind::SpecialStart)
            },
        ),
        ("resume", "结束特别程序", "case.suspend", by_state(EventKind::SpecialEnd)),
        (
            "extend",
            "申请延长",
            "case.extend",
            if asked {
                Some("已经有一个延长申请等待批准")
            } else if examining {
                None
            } else {
                Some("只有审查中的办件可以延长")
            },
        ),
        (
            "decide_extension",
            "批准延长",
            "case.extend_decide",
            if asked && (examining || state == State::Special) {
                None
            } else {
                Some("没有等待批准的延长申请")
            },
        ),
        (
            "abort",
            "中止办理",
            "case.abort",
            if examining || state == State::Special { None } else { Some("只有审查中的办件可以中止") },
        ),
        ("urge", "催办", "case.urge", if state.is_open() { None } else { Some("已经办完，不用再催") }),
        ("deliver", "登记领取", "case.deliver", by_state(EventKind::Collect)),
        ("void", "撤销办件", "case.void", by_state(EventKind::Revoke)),
    ];
    all.into_iter()
        .filter(|(_, _, permission, _)| caller.may(permission))
        .map(|(key, label, _, why_not)| Action { key, label, allowed: why_not.is_none(), why_not })
        .collect()
}
