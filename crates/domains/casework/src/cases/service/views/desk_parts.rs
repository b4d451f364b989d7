//! Parts of the desk page: the task at hand, the steps of the flow, masking, actions.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use super::desk::{
    Action, ExtensionView, FlowStep, MaskedApplicant, MyTask, Opinion, Outcome, Returnable, SpecialView, UrgeView,
};
use super::shared::Whole;
use crate::cases::model::{EventKind, State};
use crate::cases::service::{Casework, Personal};
use crate::cases::store::{self, case, case_flow, task, urge};

impl Casework {
    pub(super) async fn my_task(&self, caller: &Principal, whole: &Whole) -> Result<Option<MyTask>> {
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

    pub(super) async fn instance(
        &self,
        whole: &Whole,
    ) -> Result<Option<(std::sync::Arc<flow::Definition>, flow::Instance)>> {
        let id = whole.loaded.row.id;
        let Some(row) = case_flow::Entity::find_by_id(id).one(self.platform.db.read()).await? else { return Ok(None) };
        let definition = self.design.flow(&whole.loaded.item.definitions.flow).await?;
        Ok(Some((definition, self.open(&row.instance, id, "flow")?)))
    }

    pub(super) async fn flow_steps(&self, whole: &Whole) -> Result<Vec<FlowStep>> {
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

pub(super) fn masked(row: &case::Model, personal: &Personal) -> MaskedApplicant {
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
pub(super) fn mask_form(form: &form::Form, data: &mut Map<String, Value>) {
    for field in form.sections.iter().flat_map(|section| &section.fields) {
        mask_field(field, data);
    }
}

pub(crate) fn mask_field(field: &form::Field, data: &mut Map<String, Value>) {
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

pub(super) fn opinions(tasks: &[task::Model]) -> Vec<Opinion> {
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

pub(super) fn outcome_label(outcome: &str) -> &'static str {
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

pub(super) fn special_view(row: &store::special::Model) -> SpecialView {
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

pub(super) fn extension_view(row: &store::extension::Model) -> ExtensionView {
    ExtensionView {
        id: row.id,
        length: format!("{} {}", row.value, if row.unit == "working_day" { "个工作日" } else { "天" }),
        reason: row.reason.clone(),
        state: row.state.clone(),
        asked_by: row.asked_by_name.clone(),
        decided_by: row.decided_by_name.clone(),
    }
}

pub(super) fn urge_view(row: urge::Model) -> UrgeView {
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
pub(super) fn actions(
    caller: &Principal,
    row: &case::Model,
    state: State,
    task: Option<&MyTask>,
    whole: &Whole,
) -> Vec<Action> {
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
