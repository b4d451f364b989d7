//! A case as its applicant sees it: own, plain, with what is to do.

use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::Serialize;
use serde_json::Value;
use time::Date;
use time::macros::format_description;
use utoipa::ToSchema;

use super::shared::{
    DocumentRef, EventView, FormView, LicenceRef, MaterialView, ResultView, data_of, documents, events, item_ref,
    label, result,
};
use crate::cases::clock::{self, DeadlineView};
use crate::cases::model::{EventKind, State};
use crate::cases::service::acting::{ActingView, AgentView, StepView, agent_of};
use crate::cases::service::correction::asked_items;
use crate::cases::service::draft::ItemRef;
use crate::cases::service::{Casework, Delivery};
use crate::cases::store::{case, case_event};
use crate::tolerance::ToleranceView;

/// What the applicant must do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Todo {
    /// `correction`, `tolerance`, `rating` or `collect`.
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
    /// Supply a material promised at acceptance.
    pub supply_tolerated: bool,
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
    /// Who handles it for the applicant.
    pub agent: Option<AgentView>,
    /// For whom the caller acts; absent when the caller is the applicant.
    pub acting: Option<ActingView>,
    /// Who on the applicant's side did which step, oldest first.
    pub steps: Vec<StepView>,
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
    /// Materials promised at acceptance.
    pub tolerances: Vec<ToleranceView>,
    /// What may be done now.
    pub can: MyActions,
}

impl Casework {
    /// An own case.
    ///
    /// # Errors
    /// 404 for another's; 409 for a draft, which has its own page.
    pub async fn my_case(&self, caller: &Principal, id: Uuid) -> Result<MyCase> {
        let (row, standing) = self.mine(caller, id, Action::Read).await?;
        let (Some(case_number), Some(query_code)) = (row.case_number.clone(), row.query_code.clone()) else {
            return Err(Problem::conflict("still_a_draft", "这个申请还没有提交，请继续填写。"));
        };
        let whole = self.whole(row).await?;
        let row = &whole.loaded.row;
        let item = &whole.loaded.item.item;
        let state = whole.loaded.state()?;
        let calendar = self.calendars.current().await?;
        let orgs = self.identity.orgs().await?;
        let org = orgs.name_at(row.org_id, row.submitted_at.unwrap_or(self.platform.now()));
        let delivery: Delivery = self.open(&whole.form.delivery_sealed, id, "delivery")?;
        let form = self.form_view(&whole.loaded, self.open(&whole.form.form_sealed, id, "form")?).await?;
        let mut deadlines = clock::explain(row, item, &whole.around, &calendar, self.platform.now());
        deadlines.extend(crate::tolerance::explain(&whole.tolerances, &calendar, self.platform.now()));
        let tolerances = self.tolerance_views(&whole.tolerances);
        Ok(MyCase {
            id,
            version: row.version,
            case_number,
            query_code,
            item: item_ref(&whole.loaded),
            handle_item_name: row.handle_item_name.clone(),
            applicant_name: row.applicant_name.clone(),
            agent: agent_of(row, self.personal(row)?.agent.as_ref()),
            acting: ActingView::of(&standing),
            steps: self.steps(id).await?,
            org_name: org.map_or_else(|| item.body.name.clone(), str::to_owned),
            org_phone: item.consult_phone.clone(),
            state,
            state_label: label(row, state),
            step_name: row.step_name.clone(),
            todo: todo(row, state, &whole.around.events, &delivery).or_else(|| tolerance_todo(state, &tolerances)),
            deadlines,
            events: events(&whole.around.events, &whole.documents, false),
            next: next(state, &delivery),
            documents: documents(&whole.documents),
            licence: self.licence_ref(row).await?,
            form,
            materials: self.material_views(&whole, false)?,
            delivery,
            result: result(row),
            can: MyActions {
                withdraw: state.after(EventKind::Withdraw).is_ok(),
                supply: state == State::Correction,
                rate: matches!(state, State::Closed | State::Delivered | State::NotAccepted),
                change_delivery: state.after(EventKind::DeliveryChange).is_ok() && row.delivered_at.is_none(),
                supply_tolerated: state.is_open() && tolerances.iter().any(|one| one.state == crate::tolerance::OPEN),
            },
            tolerances,
        })
    }
}

fn tolerance_todo(state: State, tolerances: &[ToleranceView]) -> Option<Todo> {
    let open: Vec<&ToleranceView> = tolerances.iter().filter(|one| one.state == crate::tolerance::OPEN).collect();
    if open.is_empty() || !state.is_open() {
        return None;
    }
    let overdue = open.iter().any(|one| one.overdue);
    let closes = open
        .iter()
        .filter_map(|one| one.closes_on.as_deref())
        .min()
        .and_then(|day| Date::parse(day, format_description!("[year]-[month]-[day]")).ok());
    let end = closes.map_or(String::new(), |day| {
        format!("{}以前还没有补交的，这个办件按办结处理，要重新申请。", base::zone::date_text(day))
    });
    Some(Todo {
        kind: "tolerance",
        title: format!("要您做的：补交容缺材料 {} 份{}", open.len(), if overdue { "（已逾期）" } else { "" }),
        text: format!("受理时约定后补的材料。审查照常进行，补齐以后才出结果。{end}"),
        until: open.iter().filter_map(|one| one.due_on.clone()).min(),
        items: open
            .into_iter()
            .map(|one| TodoItem {
                material_key: Some(one.key.clone()),
                field_key: None,
                name: one.name.clone(),
                reason: one.returned_reason.clone().unwrap_or_default(),
            })
            .collect(),
    })
}

pub(super) fn todo(row: &case::Model, state: State, events: &[case_event::Model], delivery: &Delivery) -> Option<Todo> {
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

pub(super) fn next(state: State, delivery: &Delivery) -> Vec<String> {
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
