//! A message of another system while its command runs: who sent it, what it says, and where it is remembered.

use std::sync::Arc;

use async_trait::async_trait;
use platform::web::guard::{Audience, Principal};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::cases::model::{Channel, EventKind, State};
use crate::cases::service::parse_state;
use crate::cases::store::case;

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

tokio::task_local! {
    /// The message being carried out in this task. Set by [`carry_out_message`](crate::Casework::carry_out_message)
    /// and its like alone; read where a command begins, before it goes to the writer.
    pub(super) static CARRIED: Carried;
}

/// A message on its way through a command.
#[derive(Clone)]
pub(crate) struct Carried {
    pub(super) message: Arc<Message>,
    pub(super) book: Arc<dyn MessageBook>,
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
            if let Some(references) = references(&message.data) {
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
    pub(super) fn caller(&self, org: Uuid, role: Option<&str>) -> Principal {
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
    pub(super) fn request<T: serde::de::DeserializeOwned>(&self, version: i64) -> Result<T> {
        let mut data = self.data.clone();
        data.insert("version".to_owned(), json!(version));
        serde_json::from_value(Value::Object(data)).map_err(|error| shape(&error))
    }
}

/// A content that does not have the shape of its event, with the field when it is known.
pub(super) fn shape(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    match text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(field) => Problem::invalid_field(format!("/{field}"), "required", format!("缺少 {field}")),
        None => Problem::invalid_field("", "shape", format!("内容的格式不对：{text}")),
    }
}

/// Files with the named fields only.
pub(super) fn kept_files(files: &Value) -> Value {
    let one = |file: &Value| {
        let mut kept = Map::new();
        for name in ["name", "size", "sm3", "sha256"] {
            if let Some(value) = file.get(name) {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        Value::Object(kept)
    };
    files.as_array().map(|list| list.iter().map(one).collect()).unwrap_or_default()
}

/// Files by material that came with an application or a correction.
fn references(data: &Map<String, Value>) -> Option<Value> {
    let materials = data.get("materials")?.as_object()?;
    let with_files: Map<String, Value> = materials
        .iter()
        .filter_map(|(key, value)| {
            let files = if value.is_array() { value } else { value.get("files")? };
            Some((key.clone(), kept_files(files)))
        })
        .collect();
    (!with_files.is_empty()).then_some(Value::Object(with_files))
}
