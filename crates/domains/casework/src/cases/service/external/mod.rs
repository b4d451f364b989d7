//! Events that another system submits about a case (CASE-041).
//!
//! No second state machine: a message becomes the same command a clerk would give, and what only
//! records becomes a record in the same chain. The caller, a domain above, knows who may send what
//! and remembers what it took; it does so through [`MessageBook`] in the command's own transaction,
//! so that a message is carried out exactly when it is remembered.
//!
//! Start at [`Casework::carry_out_message`] (a case that exists) and [`Casework::take_application`] (a new one).

mod apply;
mod moves;
mod progress;
mod records;

use std::sync::Arc;

use async_trait::async_trait;
use platform::web::guard::{Audience, Principal};
use platform::web::problem::FieldProblem;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Casework, parse_state};
use crate::cases::error::CaseError;
use crate::cases::model::{Channel, EventKind, State};
use crate::cases::store::case;

pub use progress::{PublicProgress, PublicStep, REPORT_TOPICS};

/// An event as another system submits it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Id of the system; it acts in its own name.
    pub system_id: Uuid,
    /// Its app id, kept with the event.
    pub app_id: String,
    /// Its name as the log shows it.
    pub system_name: String,
    /// The channel it is registered as; [`Channel::Exchange`] for any other system.
    pub channel: Channel,
    /// Which of the 24.
    pub kind: EventKind,
    /// Which one of several of a kind, from 1 (step, order, procedure).
    pub sequence: i64,
    /// Data version, from 1.
    pub version: i64,
    /// When it happened over there.
    pub happened_at: OffsetDateTime,
    /// Who did it over there; may be empty.
    pub operator: String,
    /// Content.
    pub data: Map<String, Value>,
    /// An earlier version was carried out already: this one adds what changed and moves nothing.
    pub supplement: bool,
}

/// What was carried out.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// State afterwards.
    pub state: State,
    /// Last event of the chain afterwards.
    pub event_no: i64,
}

/// Remembers in the command's transaction that a message was carried out.
#[async_trait]
pub trait MessageBook: Send + Sync {
    /// Keeps it; the command is undone when this refuses.
    ///
    /// # Errors
    /// When the same message was kept before.
    async fn keep(&self, tx: &Tx, taken: &Taken) -> Result<()>;
}

/// A case as far as the sender's grant is judged by it.
#[derive(Debug, Clone)]
pub struct MessageCase {
    /// Id.
    pub id: Uuid,
    /// Number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// State.
    pub state: State,
}

tokio::task_local! {
    /// The message being carried out in this task. Set by [`Casework::carry_out_message`] alone; read where
    /// a command begins, before it goes to the writer.
    static CARRIED: Carried;
}

/// A message on its way through a command.
#[derive(Clone)]
pub(crate) struct Carried {
    message: Arc<Message>,
    book: Arc<dyn MessageBook>,
}

/// The message this task carries out, if any.
pub(crate) fn carried() -> Option<Carried> {
    CARRIED.try_with(Clone::clone).ok()
}

impl Carried {
    /// What the chain keeps about where an event came from.
    pub(crate) fn origin(&self) -> Value {
        let message = &self.message;
        let at = message.happened_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        let mut origin = json!({
            "system": message.app_id,
            "sequence": message.sequence,
            "version": message.version,
            "at": at,
        });
        if let Some(map) = origin.as_object_mut() {
            if !message.operator.is_empty() {
                map.insert("operator".to_owned(), json!(message.operator));
            }
            if let Some(references) = records::references(&message.data) {
                map.insert("materials".to_owned(), references);
            }
        }
        origin
    }

    /// Remembers the message with the row just saved.
    pub(crate) async fn keep(&self, tx: &Tx, row: &case::Model) -> Result<()> {
        let taken = Taken {
            case_id: row.id,
            case_number: row.case_number.clone().unwrap_or_default(),
            state: parse_state(row)?,
            event_no: row.event_count,
        };
        self.book.keep(tx, &taken).await
    }
}

impl Message {
    /// The system as a caller of one organisation's cases.
    fn caller(&self, org: Uuid, role: Option<&str>) -> Principal {
        Principal {
            id: self.system_id,
            audience: Audience::Desk,
            name: format!("{}（系统对接）", self.system_name),
            org_id: None,
            visible_orgs: vec![org],
            region: String::new(),
            roles: role.map(str::to_owned).into_iter().collect(),
            permissions: Vec::new(),
            real_name: true,
            bounds: Default::default(),
        }
    }

    /// The content as a command's request with the version of the case in it.
    fn request<T: serde::de::DeserializeOwned>(&self, version: i64) -> Result<T> {
        let mut data = self.data.clone();
        data.insert("version".to_owned(), json!(version));
        serde_json::from_value(Value::Object(data)).map_err(|error| shape(&error))
    }
}

/// A content that does not have the shape of its event, with the field when it is known.
fn shape(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    match text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(field) => Problem::invalid_field(format!("/{field}"), "required", format!("缺少 {field}")),
        None => Problem::invalid_field("", "shape", format!("内容的格式不对：{text}")),
    }
}

/// Puts the pointers of a refusal below `/data`, where the sender wrote the fields.
fn below_data(problem: Problem) -> Problem {
    if problem.status() != axum::http::StatusCode::UNPROCESSABLE_ENTITY || problem.field_errors().is_empty() {
        return problem;
    }
    let errors = problem
        .field_errors()
        .iter()
        .map(|one| FieldProblem::new(format!("/data{}", one.pointer), one.code.clone(), one.message.clone()));
    Problem::invalid(errors.collect())
}

/// 409 with what could be sent instead.
pub(crate) fn out_of_order(state: State, event: EventKind) -> Problem {
    let possible: Vec<&str> = state.possible().into_iter().map(EventKind::label).collect();
    Problem::from(CaseError::OutOfOrder { state, event }).detail(format!(
        "“{}”的办件现在可以报：{}。",
        state.label(),
        possible.join("、")
    ))
}

impl Casework {
    /// The case of a number; drafts have none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn case_for_message(&self, number: &str) -> Result<Option<MessageCase>> {
        let row = case::Entity::find().filter(case::Column::CaseNumber.eq(number)).one(self.platform.db.read()).await?;
        row.map(|row| {
            Ok(MessageCase {
                id: row.id,
                state: parse_state(&row)?,
                case_number: row.case_number.unwrap_or_default(),
                item_slug: row.item_slug,
            })
        })
        .transpose()
    }

    /// Carries an event out on a case that exists.
    ///
    /// # Errors
    /// 409 naming the state and what is possible; 422 with the fields to mend below `/data`.
    pub async fn carry_out_message(&self, case_id: Uuid, message: Message, book: Arc<dyn MessageBook>) -> Result<()> {
        let carried = Carried { message: Arc::new(message), book };
        let message = Arc::clone(&carried.message);
        CARRIED.scope(carried, self.dispatch(case_id, &message)).await.map_err(below_data)
    }

    /// Files a new case (办件申请).
    ///
    /// # Errors
    /// 422 naming each thing to mend below `/data`; 404 for an item not offered.
    pub async fn take_application(
        &self,
        message: Message,
        book: Arc<dyn MessageBook>,
    ) -> Result<super::submit::Receipt> {
        let carried = Carried { message: Arc::new(message), book };
        let message = Arc::clone(&carried.message);
        CARRIED.scope(carried, Box::pin(self.apply_from_outside(&message))).await.map_err(below_data)
    }

    async fn dispatch(&self, id: Uuid, message: &Message) -> Result<()> {
        let row = self.head(id).await?;
        let state = parse_state(&row)?;
        if message.kind == EventKind::Apply && !message.supplement {
            return Err(out_of_order(state, EventKind::Apply));
        }
        if message.supplement && !records::is_record(message.kind) {
            return self.supplement(&row, message).await;
        }
        state.after(message.kind).map_err(|_| out_of_order(state, message.kind))?;
        if records::is_record(message.kind) {
            self.record(&row, message).await
        } else {
            Box::pin(self.move_case(&row, state, message)).await
        }
    }
}
