//! What the author of a step wants to happen when it begins or is done (FORM-026): messages, data to other systems,
//! seals. Sent after the step is kept, as jobs of outbox events, so a gateway that is down delays them and nothing else.
//!
//! A text message to staff goes to their inbox at the desk: staff have no phone number here.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::{EventKind, Moment, StepEvent};
use platform::messages::{self, Channel, Message};
use platform::work::outbox::Event;
use platform::{Platform, Result, Tx};
use sea_orm::EntityTrait;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::cases::service::Casework;
use crate::cases::service::change::Change;
use crate::cases::store::{self, case, task};

/// A message that a step's author wants sent.
pub const MESSAGE_TOPIC: &str = "case.step_message";
/// Data that a step's author wants sent to a connected system.
pub const PUSH_TOPIC: &str = "case.step_push";
/// The job that sends the messages.
pub const MESSAGE_JOB: &str = "case.step_message";

#[derive(Debug, Serialize, Deserialize)]
struct StepMessage {
    /// Makes one message of it, however often the job runs.
    occurrence: Uuid,
    case_id: Uuid,
    element: String,
    leaving: bool,
    sms: bool,
    to: String,
    content: String,
}

impl Casework {
    pub(super) async fn step_event(
        &self,
        tx: &Tx,
        change: &mut Change,
        (element, name): (&str, &str),
        event: &StepEvent,
    ) -> Result<()> {
        let (id, case_id) = (self.platform.new_id(), change.row.id);
        let subject = format!("case:{}:{case_id}", change.row.org_id);
        match event.kind {
            EventKind::Message | EventKind::Sms => {
                let payload = serde_json::to_value(StepMessage {
                    occurrence: id,
                    case_id,
                    element: element.to_owned(),
                    leaving: event.on == Moment::Leave,
                    sms: event.kind == EventKind::Sms,
                    to: event.to.clone(),
                    content: event.content.clone(),
                })?;
                tx.publish(Event { id, topic: MESSAGE_TOPIC, subject, payload });
            }
            EventKind::Push => tx.publish(Event {
                id,
                topic: PUSH_TOPIC,
                subject,
                payload: json!({
                    "id": id,
                    "system": event.to,
                    "case_id": case_id,
                    "case_number": change.row.case_number,
                    "item": change.row.item_slug,
                    "item_name": change.row.item_name,
                    "step": element,
                    "step_name": name,
                    "moment": event.on,
                    "state": change.row.state,
                    "at": tx.now().format(&Rfc3339).map_err(platform::Problem::internal)?,
                }),
            }),
            EventKind::Seal => {
                let loaded = self.with_item(change.row.clone()).await?;
                match self.seal_paper(tx, change, &loaded, &event.to, element).await {
                    // The step was entered before; the seal is on the paper already.
                    Err(problem) if problem.code() == "stamped" => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }

    /// The job behind [`MESSAGE_JOB`].
    ///
    /// # Errors
    /// 503 when the SMS gateway is down: tried again.
    pub async fn step_message_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let told: StepMessage = serde_json::from_value(payload)?;
        let Some(row) = case::Entity::find_by_id(told.case_id).one(self.platform.db.read()).await? else {
            return Ok(());
        };
        let key = format!("step:{}", told.occurrence);
        match told.to.as_str() {
            "applicant" | "agent" => self.tell_applicant(&row, &told, &key).await,
            "handler" => {
                let staff = self.handlers_of(&row, &told.element, told.leaving).await?;
                self.tell_desk(&staff, "step", &key, &told.content).await
            }
            to => {
                let role = to.strip_prefix("role:").unwrap_or(to);
                let staff = self.identity.staff_for(row.org_id, role, &row.item_slug).await?;
                self.tell_desk(&staff.into_iter().map(|one| one.id).collect::<Vec<_>>(), "step", &key, &told.content)
                    .await
            }
        }
    }

    async fn tell_applicant(&self, row: &case::Model, told: &StepMessage, key: &str) -> Result<()> {
        let personal = self.personal(row)?;
        let agent = told.to == "agent";
        let account = if agent { row.agent_account } else { row.account_id };
        let phone = if agent { personal.agent.map(|agent| agent.phone).unwrap_or_default() } else { personal.phone };
        if told.sms && !phone.is_empty() {
            return self
                .tell(Message {
                    event_key: key.to_owned(),
                    recipient: format!("phone:{}", self.platform.blind_index(&phone)),
                    phone: Some(phone),
                    account,
                    channel: Channel::Sms,
                    template: "step".to_owned(),
                    body: format!("【通办】{}", told.content),
                })
                .await;
        }
        let Some(account) = account else { return Ok(()) };
        self.tell(in_app("step", key, format!("account:{account}"), told.content.clone())).await
    }

    /// Puts a text into the inboxes of staff users, once for each key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell_desk(&self, staff: &[Uuid], template: &str, key: &str, text: &str) -> Result<()> {
        for id in staff {
            self.tell(in_app(template, key, format!("staff:{id}"), text.to_owned())).await?;
        }
        Ok(())
    }

    async fn tell(&self, message: Message) -> Result<()> {
        messages::send(&self.platform, message).await
    }

    /// Who has a step of a case now, or did it last.
    async fn handlers_of(&self, row: &case::Model, element: &str, done: bool) -> Result<Vec<Uuid>> {
        let tasks = store::tasks(self.platform.db.read(), row.id).await?;
        if done {
            let last = tasks
                .iter()
                .filter(|task| task.element == element)
                .filter_map(|task| Some((task.done_at?, task.done_by?)));
            return Ok(last.max().map(|(_, by)| by).into_iter().collect());
        }
        let open: Vec<&task::Model> =
            tasks.iter().filter(|task| task.element == element && task.state == "open").collect();
        self.staff_on(row, &open).await
    }

    /// Everybody who may do one of these open tasks.
    pub(crate) async fn staff_on(&self, row: &case::Model, tasks: &[&task::Model]) -> Result<Vec<Uuid>> {
        let ids: Vec<Uuid> = tasks.iter().filter(|task| task.narrowed).map(|task| task.id).collect();
        let named = store::handlers(self.platform.db.read(), &ids).await?;
        // By id, so that nobody is told twice.
        let mut found: BTreeMap<Uuid, ()> = BTreeMap::new();
        for handler in named {
            let role = tasks.iter().find(|task| task.id == handler.task_id).map_or("", |task| task.role.as_str());
            match (handler.kind.as_str(), handler.key.parse::<Uuid>()) {
                ("person", Ok(id)) => {
                    found.insert(id, ());
                }
                ("department", Ok(org)) => {
                    let members = self.identity.staff_of(&[org]).await?.into_iter();
                    let fit = members
                        .filter(|staff| !staff.disabled && (role.is_empty() || staff.roles.iter().any(|r| r == role)));
                    found.extend(fit.map(|staff| (staff.id, ())));
                }
                _ => {
                    let staff = self.identity.staff_for(row.org_id, &handler.key, &row.item_slug).await?;
                    found.extend(staff.into_iter().map(|staff| (staff.id, ())));
                }
            }
        }
        for task in tasks.iter().filter(|task| !task.narrowed) {
            let staff = self.identity.staff_for(row.org_id, &task.role, &row.item_slug).await?;
            found.extend(staff.into_iter().map(|staff| (staff.id, ())));
        }
        Ok(found.into_keys().collect())
    }
}

fn in_app(template: &str, key: &str, recipient: String, body: String) -> Message {
    Message {
        event_key: key.to_owned(),
        recipient,
        phone: None,
        account: None,
        channel: Channel::InApp,
        template: template.to_owned(),
        body,
    }
}
