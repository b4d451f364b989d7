//! Parts of the desk page: the task at hand, the steps of the flow, masking, actions.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::desk_model::{
    Action, ExtensionView, FlowStep, JointView, JointVote, MaskedApplicant, MyTask, OpenTask, Opinion, Outcome,
    Returnable, SpecialView, StepButton, UrgeView,
};
use super::shared::Whole;
use crate::cases::clock::last_day;
use crate::cases::model::{EventKind, State};
use crate::cases::service::review::{outcomes, returns};
use crate::cases::service::running::Running;
use crate::cases::service::running::handlers::takes;
use crate::cases::service::tasks::examined;
use crate::cases::service::{Casework, Personal};
use crate::cases::store::{self, case, task, urge};

impl Casework {
    /// The open task that the caller may do.
    pub(super) fn my_task(&self, caller: &Principal, whole: &Whole, now: &Now) -> Option<MyTask> {
        let task = now.mine(caller, &whole.tasks)?;
        let settings = now.running.as_ref().and_then(|running| running.settings(&task.element));
        let decided = whole.loaded.row.state == State::Decided.as_str();
        let returnable = match (&task.flow_task, &now.running) {
            (Some(flow_task), Some(running)) if !decided && returns(settings) => {
                flow::returnable(&running.definition, &running.instance, flow_task)
                    .into_iter()
                    .map(|element| Returnable { name: running.label(&element), element })
                    .collect()
            }
            _ => Vec::new(),
        };
        let outcomes = outcomes(&task.stage, settings);
        let buttons = settings.into_iter().flat_map(|settings| &settings.buttons).map(|button| StepButton {
            action: button.action.into(),
            label: button.label.clone(),
            outcome: (button.action == flow::ButtonAction::Pass)
                .then(|| button.outcome.clone().unwrap_or_else(|| "pass".to_owned())),
        });
        let writable = settings.into_iter().flat_map(|settings| &settings.fields.fields);
        Some(MyTask {
            id: task.id,
            name: task.name.clone(),
            stage: task.stage.clone(),
            outcomes: outcomes.into_iter().map(|(key, label)| Outcome { key, label }).collect(),
            returnable,
            buttons: buttons.collect(),
            joint: now.joint(task, &whole.tasks),
            on_behalf_of: task.owner_name.clone(),
            may_choose: now
                .running
                .as_ref()
                .is_some_and(|running| running.definition.nodes.iter().any(flow::Node::is_chosen)),
            writable: writable
                .filter(|(_, access)| **access == flow::Access::Write)
                .map(|(key, _)| key.clone())
                .collect(),
            due_on: task.due_at.map(last_day),
        })
    }

    /// Where the flow of a case stands, and who has its open tasks.
    pub(super) async fn now(&self, whole: &Whole) -> Result<Now> {
        let conn = self.platform.db.read();
        let open: Vec<Uuid> = whole.tasks.iter().filter(|task| task.state == "open").map(|task| task.id).collect();
        Ok(Now {
            running: self.running(conn, whole.loaded.row.id).await?,
            handlers: store::handlers(conn, &open).await?,
            at: self.platform.now(),
            roles: self.identity.role_book().await?,
        })
    }

    /// Whether the step in the caller's hand may not see a field.
    pub(super) async fn hides(&self, caller: &Principal, row: &case::Model, key: &str) -> Result<bool> {
        let whole = self.whole(row.clone()).await?;
        let now = self.now(&whole).await?;
        Ok(now.hidden(caller, &whole.tasks).is_some_and(|rights| rights.of(key) == flow::Access::Hidden))
    }

    /// What the step in the caller's hand may not see of a case's form.
    pub(crate) async fn hidden_fields(&self, caller: &Principal, row: &case::Model) -> Result<HiddenFields> {
        let whole = self.whole(row.clone()).await?;
        let now = self.now(&whole).await?;
        Ok(HiddenFields(now.hidden(caller, &whole.tasks)))
    }

    pub(super) async fn flow_steps(&self, whole: &Whole, now: &Now) -> Result<Vec<FlowStep>> {
        let definition = match &now.running {
            Some(running) => running.definition.clone(),
            None => self.design.flow(&self.flow_to_begin(&whole.loaded).await?).await?,
        };
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

/// What a step may not even see of a form.
pub(crate) struct HiddenFields(Option<flow::FieldRights>);

impl HiddenFields {
    /// Whether a field is hidden.
    pub(crate) fn hides(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|rights| rights.of(key) == flow::Access::Hidden)
    }

    /// Takes hidden fields away from a form.
    pub(crate) fn take_from(&self, view: &mut super::shared::FormView) {
        if let Some(rights) = &self.0 {
            hide(rights, view);
        }
    }
}

/// Where the flow of a case stands.
pub(super) struct Now {
    /// Absent before acceptance.
    pub running: Option<Running>,
    /// Of the open tasks.
    handlers: Vec<store::task_handler::Model>,
    at: OffsetDateTime,
    roles: identity::roles::RoleBook,
}

impl Now {
    fn takes(&self, caller: &Principal, task: &task::Model) -> bool {
        if !task.narrowed {
            return caller.has_role(&task.role);
        }
        self.handlers.iter().any(|one| one.task_id == task.id && takes(caller, task, one))
    }

    /// The open task that the caller may do.
    fn mine<'a>(&self, caller: &Principal, tasks: &'a [task::Model]) -> Option<&'a task::Model> {
        tasks.iter().find(|task| task.state == "open" && self.takes(caller, task))
    }

    /// Fields that the step in the caller's hand may not even see.
    pub fn hidden(&self, caller: &Principal, tasks: &[task::Model]) -> Option<flow::FieldRights> {
        let task = self.mine(caller, tasks)?;
        let rights = &self.running.as_ref()?.settings(&task.element)?.fields;
        let hides =
            rights.default == flow::Access::Hidden || rights.fields.values().any(|one| *one == flow::Access::Hidden);
        hides.then(|| rights.clone())
    }

    fn joint(&self, task: &task::Model, tasks: &[task::Model]) -> Option<JointView> {
        let (running, name) = (self.running.as_ref()?, task.flow_task.as_deref()?);
        let state = running.instance.joint_of(name)?;
        let together = running.instance.together_with(name);
        let votes = tasks
            .iter()
            .filter(|one| one.state == "done" && one.flow_task.as_ref().is_some_and(|name| together.contains(name)))
            .map(|one| JointVote {
                by: one.done_by_name.clone().unwrap_or_default(),
                outcome_label: outcome_label(one.outcome.as_deref().unwrap_or_default()).to_owned(),
                text: one.opinion.clone().unwrap_or_default(),
                at: one.done_at,
            })
            .collect();
        Some(JointView {
            sequential: state.joint.sequential,
            ratio: state.joint.ratio,
            needed: state.joint.needed(state.total),
            passed: state.passed,
            failed: state.failed,
            open: state.total - state.passed - state.failed,
            total: state.total,
            votes,
        })
    }

    /// Every open task.
    pub fn open_tasks(&self, caller: &Principal, tasks: &[task::Model]) -> Vec<OpenTask> {
        let open = tasks.iter().filter(|task| task.state == "open");
        open.map(|task| OpenTask {
            id: task.id,
            element: task.element.clone(),
            name: task.name.clone(),
            stage: task.stage.clone(),
            handler: self.handler(task),
            since: task.created_at,
            due_on: task.due_at.map(last_day),
            overdue: task.due_at.is_some_and(|due| due < self.at),
            mine: self.takes(caller, task),
            delegated: task.owner_id == Some(caller.id),
        })
        .collect()
    }

    /// Who has a task, in words.
    fn handler(&self, task: &task::Model) -> String {
        let named: Vec<&str> =
            self.handlers.iter().filter(|one| one.task_id == task.id).map(|one| one.label.as_str()).collect();
        let who = if named.is_empty() {
            self.roles.get(&task.role).map_or_else(|| task.role.clone(), |role| role.label.clone())
        } else {
            named.join("、")
        };
        match &task.owner_name {
            Some(owner) => format!("{who}（代{owner}）"),
            None => who,
        }
    }

    /// Steps to which an administrator may send the case.
    pub fn jump_targets(&self, caller: &Principal, state: State, tasks: &[task::Model]) -> Vec<Returnable> {
        let open = tasks.iter().find(|task| task.state == "open" && task.flow_task.is_some());
        let (Some(running), Some(task), true) = (&self.running, open, caller.may("flow.jump") && examined(state))
        else {
            return Vec::new();
        };
        let name = task.flow_task.as_deref().unwrap_or_default();
        flow::jump_targets(&running.definition, &running.instance, name)
            .into_iter()
            .map(|element| Returnable { name: running.label(&element), element })
            .collect()
    }
}

/// Takes away what the step in one's hand may not see.
pub(super) fn hide(rights: &flow::FieldRights, view: &mut super::shared::FormView) {
    let hidden = |key: &str| rights.of(key) == flow::Access::Hidden;
    view.data.retain(|key, _| !hidden(key));
    for section in view.schema.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
        take_away(section, &hidden);
    }
}

/// Takes hidden fields away from a section or a layout, and from the layouts in it. What a group or a table holds goes
/// with the group or table: rights are given to whole fields.
fn take_away(holder: &mut Value, hidden: &dyn Fn(&str) -> bool) {
    let Some(fields) = holder.get_mut("fields").and_then(Value::as_array_mut) else { return };
    let of = |field: &Value, key: &str| field.get(key).and_then(Value::as_str).map(str::to_owned);
    let arranges = |field: &Value| {
        of(field, "type").is_some_and(|kind| matches!(kind.as_str(), "columns" | "tabs" | "tab" | "collapse"))
    };
    fields.retain(|field| arranges(field) || !of(field, "key").is_some_and(|key| hidden(&key)));
    for layout in fields.iter_mut().filter(|field| arranges(field)) {
        take_away(layout, hidden);
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
pub(crate) fn mask_form(form: &form::Form, data: &mut Map<String, Value>) {
    // What columns, tabs and folds hold is data of the form like any other.
    for field in form.valued() {
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
            signature: task.signature_file,
            written: task.opinion_file,
        })
        .collect()
}

pub(crate) fn outcome_label(outcome: &str) -> &'static str {
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
        signed_by: row.signed_by_name,
        closed: row.closed_at.is_some(),
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
    let open_state = state.is_open() && !state.is_intake();
    let has = |wanted: &str| whole.tolerances.iter().any(|one| one.state == wanted);
    let all: [(&'static str, &'static str, &'static str, Option<&'static str>); 15] = [
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
        (
            "receive_tolerated",
            "收容缺材料",
            "case.accept",
            if open_state && has(crate::tolerance::OPEN) { None } else { Some("没有等待补交的容缺材料") },
        ),
        (
            "return_tolerated",
            "退回容缺材料",
            "case.accept",
            if (examining || state == State::Special) && has(crate::tolerance::SUPPLIED) {
                None
            } else {
                Some("没有可以退回的容缺材料")
            },
        ),
    ];
    all.into_iter()
        .filter(|(_, _, permission, _)| caller.may(permission))
        .map(|(key, label, _, why_not)| Action { key, label, allowed: why_not.is_none(), why_not })
        .collect()
}
