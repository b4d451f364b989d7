//! The running flow of a case (FORM-029): it begins at acceptance, is stepped by tasks, services and timers, and its
//! end closes the case.
//!
//! The flow engine is pure; this module carries out its effects in the transaction that stores the new instance. A case
//! stays on the version of the flow it began with, unless it is taken over to another by choice ([`migrate`]).
//!
//! [`handlers`] finds who gets a task, [`events`] does what a step's author wants to happen on entering and leaving,
//! [`jobs`] are services and timers, [`monitor`] counts.

pub mod events;
pub(crate) mod handlers;
pub mod jobs;
pub mod migrate;
pub mod monitor;

use std::sync::Arc;

use catalogue::items::resolve;
use design::{Calls, DefinitionRef, Kind};
use flow::{Command, Effect, FlowError, TaskOrder};
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};

use super::change::{Change, all_set};
use super::intake::object;
use super::tasks::chosen::Named;
use super::{Casework, Loaded};
use crate::cases::clock;
use crate::cases::model::{Closing, EventKind, State};
use crate::cases::store::{self, case_flow, case_form, task, task_handler};

/// Step of a case whose result waits for a material promised at acceptance.
pub(crate) const WAITS_FOR_PROMISED: &str = "等容缺材料补齐";

/// The flow of one case as it stands.
pub(crate) struct Running {
    pub definition: Arc<flow::Definition>,
    pub instance: flow::Instance,
    pub key: String,
    pub version: i64,
    /// Versions of the flows it calls.
    pub calls: Calls,
}

impl Running {
    /// Whether it still waits for the service call or timer.
    pub fn waits_for(&self, token: &str) -> bool {
        self.instance.pending(&self.definition).iter().any(|(id, _)| id == token)
    }

    /// What is set on a step.
    pub fn settings(&self, element: &str) -> Option<&flow::StepSettings> {
        self.definition.node(element).map(|node| &node.settings)
    }

    /// Label of an element.
    pub fn label(&self, element: &str) -> String {
        self.definition.node(element).map_or_else(|| element.to_owned(), |node| node.label().to_owned())
    }
}

/// The row of a flow at a version.
fn reference(key: &str, version: i64) -> DefinitionRef {
    DefinitionRef { kind: Kind::Flow, key: key.to_owned(), version }
}

impl Casework {
    /// Begins the flow of a case that is being accepted, unless a system elsewhere handles it.
    pub(crate) async fn start_flow(&self, tx: &Tx, change: &mut Change, loaded: &Loaded) -> Result<()> {
        match self.handled_elsewhere(loaded).await? {
            Some(system) => {
                self.send_elsewhere(change, &system);
                Ok(())
            }
            None => self.begin_flow(tx, change, loaded).await,
        }
    }

    /// Begins the flow.
    pub(crate) async fn begin_flow(&self, tx: &Tx, change: &mut Change, loaded: &Loaded) -> Result<()> {
        let wanted = self.flow_to_begin(loaded).await?;
        // What was published when the applicant filed counts, whatever is published before the case is accepted.
        let calls = self.design.calls_of(&wanted, loaded.row.submitted_at).await?;
        let definition = self.design.flow_with(&wanted, &calls).await?;
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
            flow_key: wanted.key,
            flow_version: wanted.version,
            instance: self.seal(&advance.instance, loaded.row.id, "flow")?,
            calls: kept(&calls)?,
        };
        case_flow::Entity::insert(all_set::<_, case_flow::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
        self.carry_out(tx, change, &advance.effects).await
    }

    /// The flow a case begins with: one that its department drew for itself within the item's limits (FORM-031), or
    /// the item's.
    pub(crate) async fn flow_to_begin(&self, loaded: &Loaded) -> Result<DefinitionRef> {
        let bounds = loaded.item.flow_bounds();
        let own = self.design.own_flow(&loaded.item.slug, loaded.row.org_id, &bounds).await?;
        Ok(own.unwrap_or(bounds.flow))
    }

    /// Answers as the applicant was asked: one to a question that was not asked counts nowhere.
    pub(crate) fn situation(&self, loaded: &Loaded, form: &case_form::Model) -> Result<Map<String, Value>> {
        let answers = serde_json::from_value(form.situations.clone())?;
        Ok(resolve::context(&loaded.item.item, self.design.expressions(), &loaded.row.handle_item, &answers))
    }

    /// The flow of a case; nothing before acceptance.
    pub(crate) async fn running(&self, conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Running>> {
        let Some(row) = case_flow::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
        let calls: Calls = if row.calls.is_empty() { Calls::new() } else { serde_json::from_str(&row.calls)? };
        let definition = self.design.flow_with(&reference(&row.flow_key, row.flow_version), &calls).await?;
        let instance = self.open(&row.instance, id, "flow")?;
        Ok(Some(Running { definition, instance, key: row.flow_key, version: row.flow_version, calls }))
    }

    /// The same where there must be one.
    pub(crate) async fn running_in(&self, tx: &Tx, id: Uuid) -> Result<Running> {
        self.running(tx.conn(), id).await?.ok_or_else(|| Problem::internal(format!("case {id} has no flow")))
    }

    /// Works out a step without keeping anything yet.
    pub(crate) fn advance(&self, running: &Running, command: Command) -> Result<flow::Advance> {
        flow::advance(&running.definition, &running.instance, command, self.design.expressions()).map_err(|error| {
            if error.is_definition_fault() {
                Problem::internal(format!("flow {} {}: {error}", running.key, running.version))
            } else {
                refusal(error)
            }
        })
    }

    /// Keeps a step and carries out what follows from it.
    pub(crate) async fn follow(&self, tx: &Tx, change: &mut Change, advance: &flow::Advance) -> Result<()> {
        let id = change.row.id;
        case_flow::Entity::update_many()
            .col_expr(case_flow::Column::Instance, Expr::value(self.seal(&advance.instance, id, "flow")?))
            .filter(case_flow::Column::CaseId.eq(id))
            .exec(tx.conn())
            .await?;
        self.carry_out(tx, change, &advance.effects).await
    }

    /// Steps the flow and carries out what follows.
    pub(crate) async fn step_flow(&self, tx: &Tx, change: &mut Change, command: Command) -> Result<()> {
        let running = self.running_in(tx, change.row.id).await?;
        let advance = self.advance(&running, command)?;
        self.follow(tx, change, &advance).await
    }

    async fn carry_out(&self, tx: &Tx, change: &mut Change, effects: &[Effect]) -> Result<()> {
        let case_id = change.row.id;
        for effect in effects {
            match effect {
                Effect::CreateTask(order) => self.create_task(tx, change, order).await?,
                Effect::ChangeTask(order) => self.change_task(tx, change, order).await?,
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
                        kind: jobs::SERVICE_JOB,
                        payload: json!({ "case_id": case_id, "token": token, "element": element, "service": service, "attributes": attributes }),
                        run_at: wait,
                        key: Some(format!("{}:{case_id}:{token}:{attempt}", jobs::SERVICE_JOB)),
                    });
                }
                Effect::StartTimer { token, wait, .. } => {
                    tx.enqueue(NewJob {
                        id: self.platform.new_id(),
                        kind: jobs::TIMER_JOB,
                        payload: json!({ "case_id": case_id, "token": token }),
                        run_at: Some(jobs::due(wait, tx.now())?),
                        key: Some(format!("{}:{case_id}:{token}", jobs::TIMER_JOB)),
                    });
                }
                // A job of a forgotten call or timer finds that the flow does not wait for it and ends.
                Effect::CancelService { .. } | Effect::CancelTimer { .. } => {}
                Effect::Announce { element, name, event } => {
                    self.step_event(tx, change, (element, name), event).await?
                }
                Effect::Finished { .. } => self.close(tx, change).await?,
            }
        }
        Ok(())
    }

    async fn create_task(&self, tx: &Tx, change: &mut Change, order: &TaskOrder) -> Result<()> {
        change.row.step_name.clone_from(&order.name);
        let mut assigned = self.assigned(tx.conn(), &change.row, order).await?;
        if let Some(chosen) = change.chosen.remove(&order.element) {
            assigned.handlers = chosen;
        }
        let stage = order.stage.as_deref().unwrap_or("review");
        let id = self.platform.new_id();
        let mut row = task::Model {
            flow_task: Some(order.task.clone()),
            element: order.element.clone(),
            narrowed: !assigned.handlers.is_empty(),
            joint: order.joint,
            days: order.days.map(i64::from),
            every_day: order.every_day,
            ..store::begun(id, &change.row, stage, &order.name, &assigned.role, tx.now())
        };
        if row.days.is_some() {
            // A step begins while nothing stops the clocks: examination stands still then.
            row.due_at = clock::task_due(&row, &[], &*self.calendars.current().await?)?;
        }
        task::Entity::insert(all_set::<_, task::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
        self.put_handlers(tx, id, assigned.handlers).await
    }

    /// An open task of a case that was taken over to another version; who has it keeps it.
    async fn change_task(&self, tx: &Tx, change: &mut Change, order: &TaskOrder) -> Result<()> {
        change.row.step_name.clone_from(&order.name);
        task::Entity::update_many()
            .col_expr(task::Column::Element, Expr::value(order.element.as_str()))
            .col_expr(task::Column::Name, Expr::value(order.name.as_str()))
            .col_expr(task::Column::Stage, Expr::value(order.stage.as_deref().unwrap_or("review")))
            .filter(task::Column::CaseId.eq(change.row.id))
            .filter(task::Column::FlowTask.eq(order.task.as_str()))
            .filter(task::Column::State.eq("open"))
            .exec(tx.conn())
            .await?;
        Ok(())
    }

    /// Writes down who may do a task.
    pub(crate) async fn put_handlers(&self, tx: &Tx, task: Uuid, handlers: Vec<Named>) -> Result<()> {
        if handlers.is_empty() {
            return Ok(());
        }
        let rows = handlers.into_iter().map(|one| {
            all_set::<_, task_handler::ActiveModel>(task_handler::Model {
                task_id: task,
                kind: one.kind.to_owned(),
                key: one.key,
                label: one.label,
            })
        });
        task_handler::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        Ok(())
    }

    /// The end of a flow: result, closing, and the delivery task.
    pub(crate) async fn close(&self, tx: &Tx, change: &mut Change) -> Result<()> {
        let refused = change.row.outcome.as_deref() == Some("refused");
        if !refused && self.is_held(tx.conn(), change.row.id).await? {
            change.row.step_name = WAITS_FOR_PROMISED.to_owned();
            return Ok(());
        }
        crate::tolerance::store::end_open(tx.conn(), change.row.id, false).await?;
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
}

/// Versions of called flows as a row keeps them.
fn kept(calls: &Calls) -> Result<String> {
    Ok(if calls.is_empty() { String::new() } else { serde_json::to_string(calls)? })
}

/// A refusal of the engine as a problem.
pub(crate) fn refusal(error: FlowError) -> Problem {
    Problem::conflict(error.code(), error.to_string())
}
