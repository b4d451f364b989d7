//! Completing a task of the item's flow: opinion, review points, the decision (CASE-019).
//!
//! In a joint review each handler's word is kept and recorded; only the word that tips the balance is the step's.

use std::collections::BTreeMap;

use flow::{ButtonAction, Command, StepSettings};
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::barrier::Moment;
use super::change::Change;
use super::intake::object;
use super::running::Running;
use super::running::handlers::open_task;
use super::{Casework, Loaded};
use crate::cases::error::CaseError;
use crate::cases::model::{EventKind, State};
use crate::cases::store::{case_material, task};

/// Completes a task.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CompleteTaskRequest {
    /// Version of the page.
    pub version: i64,
    /// `pass`, `fail`, `done`, `return`; for the decision `granted` or `refused`.
    pub outcome: String,
    /// Opinion.
    #[serde(default)]
    pub opinion: String,
    /// Element to return to, with `return`.
    pub return_to: Option<String>,
    /// Review points by material: `yes` or `no`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub checks: Map<String, Value>,
    /// Files added by the handler.
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// Own signature to sign with.
    #[serde(default)]
    pub signature: Option<Uuid>,
    /// Own opinion written by hand.
    #[serde(default)]
    pub written_opinion: Option<Uuid>,
    /// Staff chosen for the steps that follow, by element, where the flow has them chosen.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub next: BTreeMap<String, Vec<Uuid>>,
}

/// What a completed task comes to.
enum Word {
    /// Others of a joint review are still to speak: so many of so many have passed it.
    Heard { passed: usize, total: usize },
    /// The step is done with this outcome.
    Final(String),
}

impl Casework {
    /// Completes one's task.
    ///
    /// # Errors
    /// 403 for another role, 409 when it was done already or the page is old, 422 without an opinion.
    pub async fn complete_task(
        &self,
        caller: &Principal,
        id: Uuid,
        task_id: Uuid,
        request: CompleteTaskRequest,
    ) -> Result<()> {
        let casework = self.clone();
        let who = caller.clone();
        let signed = self.signed(caller, request.signature, request.written_opinion).await?;
        self.act_on_task(caller, id, request.version, "task.complete", move |tx, loaded, mut change| {
            Box::pin(async move {
                let task = open_task(tx, id, task_id).await?;
                let at_counter = task.stage == "intake" || task.stage == "deliver";
                if at_counter || !casework.may_take(tx.conn(), &who, &task).await? {
                    return Err(CaseError::NotYourTask.into());
                }
                check_step(loaded.state()?, &task, &request)?;
                let running = casework.running_in(tx, id).await?;
                check_request(&task, running.settings(&task.element), &request)?;
                check_points(&loaded, &request.checks)?;
                casework.save_checks(tx, id, &request.checks).await?;
                let files = platform::files::find(tx.conn(), &request.files).await?;
                if files.iter().any(|(_, owner)| *owner != Some(who.id)) || files.len() != request.files.len() {
                    return Err(Problem::invalid_field("/files", "unknown_file", "没有找到上传的附件，请重新上传。"));
                }
                let files: Vec<_> = files.into_iter().map(|(file, _)| file).collect();
                finish_task(tx, &task, &who, &request, serde_json::to_value(files)?).await?;
                super::signing::keep(tx, task.id, &signed).await?;
                let advance = casework.advance(&running, command(&task, &request)?)?;
                if request.outcome != "return" {
                    change.chosen = casework.chosen_next(tx, &loaded.row, &advance, &request.next).await?;
                }
                let word = word(&running, &advance, &task, &request);
                let granting = task.stage == "decide" && matches!(&word, Word::Final(outcome) if outcome == "granted");
                if granting {
                    casework.may_pass(tx, &loaded, Moment::Decision).await?;
                }
                casework.record_review(&mut change, &task, &request, &word, &signed)?;
                if granting {
                    casework.may_grant(tx, id).await?;
                    casework.decision_document(tx, &mut change, &loaded).await?;
                }
                let chosen = change.chosen.clone();
                casework.follow(tx, &mut change, &advance).await?;
                casework.tell_chosen(tx, &change, &who, &chosen, &advance);
                Ok(change)
            })
        })
        .await
    }

    fn record_review(
        &self,
        change: &mut Change,
        task: &task::Model,
        request: &CompleteTaskRequest,
        word: &Word,
        signed: &super::signing::Signed,
    ) -> Result<()> {
        let opinion = request.opinion.trim();
        let name = match &task.owner_name {
            Some(owner) => format!("{}（代{owner}）", task.name),
            None => task.name.clone(),
        };
        let said = |outcome: &str| super::views::outcome_label(outcome);
        let outcome = match word {
            Word::Heard { passed, total } => {
                let data = json!({ "task": task.element, "stage": task.stage, "outcome": request.outcome, "joint": { "passed": passed, "total": total } });
                let data = signed.told_in(data);
                let text =
                    format!("{name}：会签{}。{opinion}（{total} 人会签，{passed} 人同意）", said(&request.outcome));
                change.record(&self.platform, EventKind::Review, text, data)?;
                return Ok(());
            }
            Word::Final(outcome) => outcome,
        };
        let data = signed.told_in(json!({ "task": task.element, "stage": task.stage, "outcome": outcome }));
        let text = format!("{name}：{}。{opinion}{}", said(outcome), super::tasks::chosen::words(&change.chosen));
        if task.stage == "decide" && outcome != "return" {
            change.record_decision(&self.platform, text, data)?;
            change.row.decided_at = Some(self.platform.now());
            change.row.outcome = Some(outcome.clone());
            change.row.closing_reason = (outcome == "refused").then(|| opinion.to_owned());
            change.announce("case.decided");
        } else if change.row.state == State::Decided.as_str() {
            // Making the result after the decision is no examination any more: a record beside the main line.
            change.record(&self.platform, EventKind::Document, text, data)?;
        } else {
            change.record(&self.platform, EventKind::Review, text, data)?;
        }
        Ok(())
    }

    async fn save_checks(&self, tx: &Tx, id: Uuid, checks: &Map<String, Value>) -> Result<()> {
        for (key, points) in checks {
            let Some(row) = case_material::Entity::find_by_id((id, key.clone())).one(tx.conn()).await? else {
                self.insert_checks(tx, id, key, points).await?;
                continue;
            };
            let mut all = object(row.checks);
            if let Value::Object(points) = points {
                all.extend(points.clone());
            }
            case_material::Entity::update_many()
                .col_expr(case_material::Column::Checks, Expr::value(Value::Object(all)))
                .filter(case_material::Column::CaseId.eq(id))
                .filter(case_material::Column::Key.eq(key))
                .exec(tx.conn())
                .await?;
        }
        Ok(())
    }

    /// Points of a material that has no row of its own (made from the form, or of the whole application).
    async fn insert_checks(&self, tx: &Tx, id: Uuid, key: &str, points: &Value) -> Result<()> {
        case_material::Entity::insert(case_material::ActiveModel {
            case_id: Set(id),
            key: Set(key.to_owned()),
            name: Set(String::new()),
            handing: Set("generated".to_owned()),
            files: Set(json!([])),
            checks: Set(points.clone()),
            note: Set(None),
            updated_at: Set(tx.now()),
        })
        .exec_without_returning(tx.conn())
        .await?;
        Ok(())
    }
}

fn command(task: &task::Model, request: &CompleteTaskRequest) -> Result<Command> {
    let flow_task = task.flow_task.clone().ok_or_else(|| Problem::internal("a flow task without its id"))?;
    if request.outcome == "return" {
        let element = request
            .return_to
            .clone()
            .ok_or_else(|| Problem::invalid_field("/return_to", "required", "选择退回到哪一步"))?;
        return Ok(Command::ReturnTo { task: flow_task, element, reason: request.opinion.clone() });
    }
    // Only the outcome enters the flow: what people write must not overwrite the case's variables.
    Ok(Command::CompleteTask { task: flow_task, variables: object(json!({ "outcome": request.outcome })) })
}

/// What the task's completion comes to: of a joint review the step's outcome is what the flow says.
fn word(running: &Running, advance: &flow::Advance, task: &task::Model, request: &CompleteTaskRequest) -> Word {
    let name = task.flow_task.as_deref().unwrap_or_default();
    if let Some(state) = advance.instance.joint_of(name) {
        return Word::Heard { passed: state.passed, total: state.total };
    }
    let joint = running.instance.joint_of(name).is_some() && request.outcome != "return";
    let written = advance.instance.written(&running.definition, &task.element).filter(|_| joint);
    let outcome = written.as_ref().and_then(|own| own.get("outcome")?.as_str());
    Word::Final(outcome.unwrap_or(&request.outcome).to_owned())
}

/// Whether the state lets this task be done: nothing is examined while the clock stands still, and
/// after the decision only the result is made.
fn check_step(state: State, task: &task::Model, request: &CompleteTaskRequest) -> Result<()> {
    if state == State::Decided && task.stage == "make" && request.outcome != "return" {
        return Ok(());
    }
    state.after(EventKind::Review)?;
    Ok(())
}

/// Review points are kept for materials of the item and for the application as a whole.
fn check_points(loaded: &Loaded, checks: &Map<String, Value>) -> Result<()> {
    for (key, points) in checks {
        let known = key == "application" || loaded.item.item.material(key).is_some();
        let answers = points
            .as_object()
            .is_some_and(|points| points.values().all(|one| matches!(one.as_str(), Some("yes" | "no"))));
        if !known || !answers {
            return Err(Problem::invalid_field(
                format!("/checks/{key}"),
                "option",
                "审查要点只能选“是”或“否”，请刷新后再选",
            ));
        }
    }
    Ok(())
}

/// Outcomes that may be chosen in a step: those of its buttons, or what its stage has.
pub(crate) fn outcomes(stage: &str, settings: Option<&StepSettings>) -> Vec<(String, String)> {
    let own: Vec<(String, String)> = settings
        .into_iter()
        .flat_map(|settings| &settings.buttons)
        .filter(|button| button.action == ButtonAction::Pass)
        .map(|button| (button.outcome.clone().unwrap_or_else(|| "pass".to_owned()), button.label.clone()))
        .collect();
    if !own.is_empty() {
        return own;
    }
    let usual: &[(&str, &str)] = match stage {
        "intake" | "deliver" => &[],
        "decide" => &[("granted", "准予"), ("refused", "不予")],
        "make" => &[("done", "已完成")],
        _ => &[("pass", "通过"), ("fail", "不符合")],
    };
    usual.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect()
}

/// Whether a step offers to be returned: unless its author chose buttons without it.
pub(crate) fn returns(settings: Option<&StepSettings>) -> bool {
    let buttons = settings.map(|settings| settings.buttons.as_slice()).unwrap_or_default();
    buttons.is_empty() || buttons.iter().any(|button| button.action == ButtonAction::Return)
}

fn check_request(task: &task::Model, settings: Option<&StepSettings>, request: &CompleteTaskRequest) -> Result<()> {
    let mut allowed: Vec<String> = outcomes(&task.stage, settings).into_iter().map(|(key, _)| key).collect();
    if returns(settings) {
        allowed.push("return".to_owned());
    }
    if settings.is_none_or(|settings| settings.buttons.is_empty()) && task.stage != "decide" {
        // Without buttons of its own a step takes each of the usual words.
        allowed.extend(["pass", "fail", "done"].map(str::to_owned));
    }
    if !allowed.contains(&request.outcome) {
        return Err(Problem::invalid_field("/outcome", "option", "选择这一步的结论"));
    }
    let must_say = matches!(request.outcome.as_str(), "return" | "refused" | "fail");
    if must_say && request.opinion.trim().chars().count() < 4 {
        return Err(Problem::invalid_field("/opinion", "required", "写明理由，让申请人和上一步的同事看得明白"));
    }
    if request.opinion.chars().count() > 1000 {
        return Err(Problem::invalid_field("/opinion", "length", "意见最多 1000 字"));
    }
    Ok(())
}

/// Marks a task done; a second one who tries at the same time finds it gone.
async fn finish_task(
    tx: &Tx,
    task: &task::Model,
    who: &Principal,
    request: &CompleteTaskRequest,
    files: Value,
) -> Result<()> {
    let name = match &task.owner_name {
        Some(owner) => format!("{}（代{owner}）", who.name),
        None => who.name.clone(),
    };
    let done = task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("done"))
        .col_expr(task::Column::DoneAt, Expr::value(Some(tx.now())))
        .col_expr(task::Column::DoneBy, Expr::value(Some(who.id)))
        .col_expr(task::Column::DoneByName, Expr::value(Some(name)))
        .col_expr(task::Column::TookSeconds, Expr::value(Some((tx.now() - task.created_at).whole_seconds())))
        .col_expr(task::Column::Outcome, Expr::value(Some(request.outcome.clone())))
        .col_expr(task::Column::Opinion, Expr::value(Some(request.opinion.trim())))
        .col_expr(task::Column::Files, Expr::value(files))
        .filter(task::Column::Id.eq(task.id))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CaseError::TaskGone.into()) }
}
