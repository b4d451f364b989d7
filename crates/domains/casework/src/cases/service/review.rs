//! The item's flow: tasks of people, services of the product, the decision (CASE-019).
//!
//! The flow engine is pure; this file carries out its effects in the transaction that stores the
//! new instance. A service (making a licence) runs as a job afterwards and reports back.

use std::sync::Arc;

use catalogue::items::resolve;
use flow::{Command, Effect};
use platform::web::guard::Principal;
use platform::work::jobs::NewJob;
use platform::{Platform, Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::change::{Actor, Change, all_set};
use super::intake::object;
use super::{Casework, Loaded};
use crate::cases::error::CaseError;
use crate::cases::model::{Closing, EventKind, State};
use crate::cases::store::{case, case_flow, case_form, case_material, task};

/// Job that runs a service of a flow.
pub const SERVICE_JOB: &str = "case.run_service";
/// Job that fires a timer of a flow.
pub const TIMER_JOB: &str = "case.fire_timer";

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
}

impl Casework {
    /// Begins the flow of a case that is being accepted.
    pub(crate) async fn start_flow(&self, tx: &Tx, change: &mut Change, loaded: &Loaded) -> Result<()> {
        let definition = self.design.flow(&loaded.item.definitions.flow).await?;
        let form = self.form_of(tx.conn(), loaded.row.id).await?;
        let data: Value = self.open(&form.form_sealed, loaded.row.id, "form")?;
        let situation = self.situation(loaded, &form)?;
        let variables = object(json!({
            "handle_item": loaded.row.handle_item,
            "situation": situation,
            "applicant": { "kind": loaded.row.applicant_kind, "name": loaded.row.applicant_name },
            "form": data,
        }));
        let advance = flow::start(&definition, variables, self.design.expressions()).map_err(Problem::internal)?;
        let row = case_flow::Model {
            case_id: loaded.row.id,
            flow_key: loaded.item.definitions.flow.key.clone(),
            flow_version: loaded.item.definitions.flow.version,
            instance: self.seal(&advance.instance, loaded.row.id, "flow")?,
        };
        case_flow::Entity::insert(all_set::<_, case_flow::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
        self.carry_out(tx, change, &advance.effects).await
    }

    /// Answers as the applicant was asked: one to a question that was not asked counts nowhere.
    pub(crate) fn situation(&self, loaded: &Loaded, form: &case_form::Model) -> Result<Map<String, Value>> {
        let answers = serde_json::from_value(form.situations.clone())?;
        Ok(resolve::context(&loaded.item.item, self.design.expressions(), &loaded.row.handle_item, &answers))
    }

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
        self.act(caller, id, request.version, "task.complete", move |tx, loaded, mut change| {
            Box::pin(async move {
                let task = open_task(tx, id, task_id).await?;
                if task.stage == "intake" || task.stage == "deliver" || !who.has_role(&task.role) {
                    return Err(CaseError::NotYourTask.into());
                }
                check_step(loaded.state()?, &task, &request)?;
                check_request(&task, &request)?;
                check_points(&loaded, &request.checks)?;
                casework.save_checks(tx, id, &request.checks).await?;
                let files = platform::files::find(tx.conn(), &request.files).await?;
                if files.iter().any(|(_, owner)| *owner != Some(who.id)) || files.len() != request.files.len() {
                    return Err(Problem::invalid_field("/files", "unknown_file", "没有找到上传的附件，请重新上传。"));
                }
                let files: Vec<_> = files.into_iter().map(|(file, _)| file).collect();
                finish_task(tx, &task, &who, &request, serde_json::to_value(files)?).await?;
                let command = casework.command(&task, &request)?;
                casework.record_review(&mut change, &task, &request)?;
                if task.stage == "decide" && request.outcome == "granted" {
                    casework.decision_document(tx, &mut change, &loaded).await?;
                }
                casework.step_flow(tx, &mut change, &loaded, command).await?;
                Ok(change)
            })
        })
        .await
    }

    fn command(&self, task: &task::Model, request: &CompleteTaskRequest) -> Result<Command> {
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

    fn record_review(&self, change: &mut Change, task: &task::Model, request: &CompleteTaskRequest) -> Result<()> {
        let data = json!({ "task": task.element, "stage": task.stage, "outcome": request.outcome });
        let opinion = request.opinion.trim();
        let text = match (task.stage.as_str(), request.outcome.as_str()) {
            (_, "return") => format!("{}：退回。{opinion}", task.name),
            ("decide", "granted") => format!("{}：准予。{opinion}", task.name),
            ("decide", _) => format!("{}：不予。{opinion}", task.name),
            (_, "fail") => format!("{}：不符合。{opinion}", task.name),
            _ => format!("{}：通过。{opinion}", task.name),
        };
        if task.stage == "decide" && request.outcome != "return" {
            change.record_decision(&self.platform, text, data)?;
            change.row.decided_at = Some(self.platform.now());
            change.row.outcome = Some(request.outcome.clone());
            change.row.closing_reason = (request.outcome == "refused").then(|| opinion.to_owned());
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

    /// Steps the flow and carries out what follows.
    pub(crate) async fn step_flow(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        command: Command,
    ) -> Result<()> {
        let id = loaded.row.id;
        let row = case_flow::Entity::find_by_id(id)
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::internal(format!("case {id} has no flow")))?;
        let definition = self.design.flow(&loaded.item.definitions.flow).await?;
        let instance: flow::Instance = self.open(&row.instance, id, "flow")?;
        let advance = flow::advance(&definition, &instance, command, self.design.expressions()).map_err(|error| {
            if error.is_definition_fault() {
                Problem::internal(format!("flow {} {}: {error}", row.flow_key, row.flow_version))
            } else {
                Problem::conflict("flow_refused", error.to_string())
            }
        })?;
        case_flow::Entity::update_many()
            .col_expr(case_flow::Column::Instance, Expr::value(self.seal(&advance.instance, id, "flow")?))
            .filter(case_flow::Column::CaseId.eq(id))
            .exec(tx.conn())
            .await?;
        self.carry_out(tx, change, &advance.effects).await
    }

    async fn carry_out(&self, tx: &Tx, change: &mut Change, effects: &[Effect]) -> Result<()> {
        let case_id = change.row.id;
        for effect in effects {
            match effect {
                Effect::CreateTask { task, element, name, role, stage, .. } => {
                    change.row.step_name = name.clone();
                    let row = task::Model {
                        id: self.platform.new_id(),
                        case_id,
                        flow_task: Some(task.clone()),
                        element: element.clone(),
                        stage: stage.clone().unwrap_or_else(|| "review".to_owned()),
                        name: name.clone(),
                        role: role.clone().unwrap_or_else(|| "reviewer".to_owned()),
                        org_id: change.row.org_id,
                        state: "open".to_owned(),
                        created_at: tx.now(),
                        done_at: None,
                        done_by: None,
                        done_by_name: None,
                        outcome: None,
                        opinion: None,
                        files: json!([]),
                    };
                    task::Entity::insert(all_set::<_, task::ActiveModel>(row))
                        .exec_without_returning(tx.conn())
                        .await?;
                }
                Effect::CancelTask { task, .. } => {
                    task::Entity::update_many()
                        .col_expr(task::Column::State, Expr::value("cancelled"))
                        .filter(task::Column::CaseId.eq(case_id))
                        .filter(task::Column::FlowTask.eq(task.as_str()))
                        .filter(task::Column::State.eq("open"))
                        .exec(tx.conn())
                        .await?;
                }
                Effect::CallService { token, element, service, attempt, attributes } => {
                    change.row.step_name = "制作结果".to_owned();
                    let wait = if *attempt > 1 { Some(tx.now() + time::Duration::seconds(30)) } else { None };
                    tx.enqueue(NewJob {
                        id: self.platform.new_id(),
                        kind: SERVICE_JOB,
                        payload: json!({ "case_id": case_id, "token": token, "element": element, "service": service, "attributes": attributes }),
                        run_at: wait,
                        key: Some(format!("{SERVICE_JOB}:{case_id}:{token}:{attempt}")),
                    });
                }
                Effect::StartTimer { token, wait, .. } => {
                    let at = match wait {
                        flow::Wait::Seconds(seconds) => {
                            tx.now() + time::Duration::seconds(i64::try_from(*seconds).unwrap_or(i64::MAX / 2))
                        }
                        flow::Wait::Until(text) => {
                            OffsetTime::parse(text).ok_or_else(|| Problem::internal(format!("timer date {text}")))?
                        }
                    };
                    tx.enqueue(NewJob {
                        id: self.platform.new_id(),
                        kind: TIMER_JOB,
                        payload: json!({ "case_id": case_id, "token": token }),
                        run_at: Some(at),
                        key: Some(format!("{TIMER_JOB}:{case_id}:{token}")),
                    });
                }
                // A job of a forgotten call or timer finds that the flow does not wait for it and ends.
                Effect::CancelService { .. } | Effect::CancelTimer { .. } => {}
                Effect::Finished { .. } => self.close(tx, change).await?,
            }
        }
        Ok(())
    }

    /// The end of a flow: result, closing, and the delivery task.
    async fn close(&self, tx: &Tx, change: &mut Change) -> Result<()> {
        let refused = change.row.outcome.as_deref() == Some("refused");
        if State::parse(&change.row.state) != Some(State::Decided) {
            // A flow without a deciding step (a filing) decides by reaching its end.
            change.record_decision(&self.platform, "办结", json!({ "outcome": "granted" }))?;
            change.row.decided_at = Some(tx.now());
            change.row.outcome = Some("granted".to_owned());
        }
        let has_licence =
            self.licences.of_case(change.row.id).await?.iter().any(|one| one.state == licences::State::Valid);
        let closing = match (refused, has_licence) {
            (true, _) => Closing::Returned,
            (false, true) => Closing::Licence,
            (false, false) => Closing::Plain,
        };
        let label = if refused {
            "不予批准"
        } else if has_licence {
            "准予，已制作电子证照"
        } else {
            "已办好"
        };
        change.record(&self.platform, EventKind::Result, label, json!({ "outcome": change.row.outcome }))?;
        change.record(
            &self.platform,
            EventKind::Close,
            Closing::label_of(closing.as_str()),
            json!({ "result": closing.code() }),
        )?;
        change.row.closing = Some(closing.as_str().to_owned());
        change.row.closed_at = Some(tx.now());
        change.row.step_name = String::new();
        change.announce("case.closed");
        if !refused {
            self.end_old_licence(tx, change).await?;
        }
        self.deliver_task(tx, change).await
    }

    /// The job behind [`SERVICE_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again; the case shows meanwhile that its result is being made.
    pub async fn service_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        #[derive(Deserialize)]
        struct Call {
            case_id: Uuid,
            token: String,
            element: String,
            service: String,
            #[serde(default)]
            attributes: Map<String, Value>,
        }
        let call: Call = serde_json::from_value(payload)?;
        let row = case::Entity::find_by_id(call.case_id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::internal("a service call without its case"))?;
        let loaded = self.with_item(row).await?;
        if !self.waits_for(&loaded, &call.token).await? {
            return Ok(());
        }
        match call.service.as_str() {
            // Whatever stops it (an expired seal, a missing field) can be mended: try again, never give up at once.
            "issue_licence" => self.issue_licence(&loaded).await.map_err(Problem::internal)?,
            "make_document" | "seal_paper" => {}
            other => return Err(Problem::internal(format!("unknown service {other}"))),
        }
        let casework = Arc::clone(&self);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load(tx, call.case_id).await?;
                    let mut change = Change::of(loaded.row.clone(), Actor::system());
                    if call.service == "make_document" {
                        let paper = call.attributes.get("paper").and_then(Value::as_str).unwrap_or("grant");
                        let definition = casework.design.flow(&loaded.item.definitions.flow).await?;
                        let step = definition.node(&call.element).map_or(paper, |node| node.name.as_str());
                        casework.result_document(tx, &mut change, &loaded, paper, step).await?;
                    }
                    if let ("seal_paper", Some(paper)) =
                        (call.service.as_str(), call.attributes.get("paper").and_then(Value::as_str))
                    {
                        casework.seal_paper(tx, &mut change, &loaded, paper, &call.element).await?;
                    }
                    let command = Command::ServiceDone { token: call.token, variables: Map::new() };
                    casework.step_flow(tx, &mut change, &loaded, command).await?;
                    change.save(&casework.platform, tx).await?;
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }

    async fn waits_for(&self, loaded: &Loaded, token: &str) -> Result<bool> {
        let Some(row) = case_flow::Entity::find_by_id(loaded.row.id).one(self.platform.db.read()).await? else {
            return Ok(false);
        };
        let definition = self.design.flow(&loaded.item.definitions.flow).await?;
        let instance: flow::Instance = self.open(&row.instance, loaded.row.id, "flow")?;
        Ok(instance.pending(&definition).iter().any(|(id, _)| id == token))
    }

    /// The job behind [`TIMER_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn timer_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        let token: String = serde_json::from_value(payload.get("token").cloned().unwrap_or(Value::Null))?;
        let Some(row) = case::Entity::find_by_id(id).one(self.platform.db.read()).await? else { return Ok(()) };
        if !self.waits_for(&self.with_item(row).await?, &token).await? {
            return Ok(());
        }
        let casework = Arc::clone(&self);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load(tx, id).await?;
                    let mut change = Change::of(loaded.row.clone(), Actor::system());
                    casework.step_flow(tx, &mut change, &loaded, Command::TimerFired { token }).await?;
                    change.save(&casework.platform, tx).await?;
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }
}

/// A job that met somebody else's change, or a case whose clock stands, is tried again: it has no
/// page to refresh, and giving up would leave the case where it is.
fn again(problem: Problem) -> Problem {
    if problem.status() == axum::http::StatusCode::CONFLICT {
        Problem::unavailable("办件正在变更，稍后自动再试。", problem)
    } else {
        problem
    }
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

fn check_request(task: &task::Model, request: &CompleteTaskRequest) -> Result<()> {
    let allowed: &[&str] =
        if task.stage == "decide" { &["granted", "refused", "return"] } else { &["pass", "fail", "done", "return"] };
    if !allowed.contains(&request.outcome.as_str()) {
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

async fn open_task(tx: &Tx, case: Uuid, id: Uuid) -> Result<task::Model> {
    let found = task::Entity::find_by_id(id).one(tx.conn()).await?.filter(|task| task.case_id == case);
    let task = found.ok_or(CaseError::NotFound)?;
    if task.state == "open" { Ok(task) } else { Err(CaseError::TaskGone.into()) }
}

/// Marks a task done; a second one who tries at the same time finds it gone.
async fn finish_task(
    tx: &Tx,
    task: &task::Model,
    who: &Principal,
    request: &CompleteTaskRequest,
    files: Value,
) -> Result<()> {
    let done = task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("done"))
        .col_expr(task::Column::DoneAt, Expr::value(Some(tx.now())))
        .col_expr(task::Column::DoneBy, Expr::value(Some(who.id)))
        .col_expr(task::Column::DoneByName, Expr::value(Some(who.name.clone())))
        .col_expr(task::Column::Outcome, Expr::value(Some(request.outcome.clone())))
        .col_expr(task::Column::Opinion, Expr::value(Some(request.opinion.trim())))
        .col_expr(task::Column::Files, Expr::value(files))
        .filter(task::Column::Id.eq(task.id))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CaseError::TaskGone.into()) }
}

/// Dates of timers: RFC 3339 or a day.
struct OffsetTime;

impl OffsetTime {
    fn parse(text: &str) -> Option<time::OffsetDateTime> {
        use time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(text, &Rfc3339).ok().map(|at| at.to_offset(time::UtcOffset::UTC)).or_else(|| {
            let day = time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()?;
            Some(base::zone::start_of_day(day))
        })
    }
}
