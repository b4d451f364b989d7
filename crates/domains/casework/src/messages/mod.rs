//! The log of messages about cases: what went out, what failed, and sending again (CASE-031); [`texts`] edits the texts.
//!
//! When texts are sent is in `cases/service/notify.rs`; this is how people see it. The log shows no
//! text: some carry the code with which anybody may ask for the progress.

pub mod http;
pub mod texts;
mod texts_http;

use std::sync::Arc;

use platform::messages::{self, LogWanted, Logged};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::EntityTrait;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Casework;
use crate::cases::error::CaseError;
use crate::cases::service::lists::bad_cursor;
use crate::cases::service::notify::TOPICS;
use crate::cases::store::case;

/// The job that sends a message again.
pub const RESEND_JOB: &str = "case.resend_message";

/// A message of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseMessage)]
pub struct MessageRow {
    /// Id.
    pub id: Uuid,
    /// What it was about, for example 已受理.
    pub title: String,
    /// `in_app` or `sms`.
    pub channel: String,
    /// In words.
    pub channel_label: &'static str,
    /// 申请人, 经办人 or 工作人员.
    pub receiver_label: &'static str,
    /// `waiting`, `sent`, `failed`, `refused`.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When it went out.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<OffsetDateTime>,
    /// Its case; absent for what is about none.
    pub case_id: Option<Uuid>,
}

/// Which messages.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct MessageFilter {
    /// `waiting`, `sent`, `failed`, `refused`; all when absent.
    pub state: Option<String>,
    /// `in_app` or `sms`.
    pub channel: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

fn state_label(state: &str) -> &'static str {
    match state {
        "sent" => "已发出",
        "failed" => "发送失败",
        "refused" => "对方不收短信",
        _ => "等待发送",
    }
}

/// The case a message is about.
fn case_of(event_key: &str) -> Option<Uuid> {
    let mut parts = event_key.split(':');
    parts.next().filter(|topic| topic.starts_with("case."))?;
    parts.next()?.parse().ok()
}

impl Casework {
    /// The log of all messages, newest first. For who keeps the service running: it is not cut to an
    /// organisation, and shows neither texts nor names.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn message_log(&self, filter: &MessageFilter) -> Result<List<MessageRow>> {
        self.messages(filter, None).await
    }

    /// The messages of one case within reach.
    ///
    /// # Errors
    /// 404 outside it, 400 for a cursor that can't be read.
    pub async fn case_messages(
        &self,
        caller: &Principal,
        id: Uuid,
        filter: &MessageFilter,
    ) -> Result<List<MessageRow>> {
        let row = self.logged_case(caller, id).await?;
        let keys = TOPICS.iter().flat_map(|topic| (1..=row.event_count).map(move |no| format!("{topic}:{id}:{no}")));
        self.messages(filter, Some(keys.collect())).await
    }

    async fn messages(&self, filter: &MessageFilter, events: Option<Vec<String>>) -> Result<List<MessageRow>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let full = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let before = match page.cursor_parts(1)? {
            Some(parts) => Some(parts.first().and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?),
            None => None,
        };
        let wanted = LogWanted { state: full(&filter.state), channel: full(&filter.channel), template: None, events };
        let (rows, total) = messages::log(self.platform.db.read(), &wanted, before, page.limit()).await?;
        let items = rows.into_iter().map(|row| self.message_row(row)).collect();
        let now = self.platform.now();
        Ok(List::cut(items, page.limit(), total, now, |one: &MessageRow| vec![one.id.to_string()]))
    }

    fn message_row(&self, row: Logged) -> MessageRow {
        MessageRow {
            id: row.id,
            title: self.texts.title(&row.template).unwrap_or(&row.template).to_owned(),
            channel_label: if row.channel == "sms" { "短信" } else { "站内消息" },
            channel: row.channel,
            receiver_label: if row.recipient.starts_with("staff:") { "工作人员" } else { "申请人" },
            state_label: state_label(&row.state),
            state: row.state,
            error: row.error,
            created_at: row.created_at,
            sent_at: row.sent_at,
            case_id: case_of(&row.event_key),
        }
    }

    /// Sends a failed message of a case again, in the words it was written with.
    ///
    /// # Errors
    /// 404 for a message of a case outside one's reach, 409 for one that did not fail.
    pub async fn resend_message(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let absent = || Problem::not_found("没有找到这条消息。");
        let row = messages::logged(self.platform.db.read(), id).await?.ok_or_else(absent)?;
        let case = case_of(&row.event_key).ok_or_else(absent)?;
        self.logged_case(caller, case).await.map_err(|_| absent())?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "message.resend",
            format!("case:{case}"),
            json!({ "message": id }),
        );
        let job = NewJob {
            id: self.platform.new_id(),
            kind: RESEND_JOB,
            payload: json!({ "message_id": id, "case_id": case }),
            run_at: None,
            key: None,
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if !messages::put_back(tx, id).await? {
                        return Err(Problem::conflict("message_not_failed", "这条消息没有失败，不用重发。"));
                    }
                    tx.audit(line);
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
    }

    /// The job behind [`RESEND_JOB`].
    ///
    /// # Errors
    /// 503 when the SMS gateway is down: tried again.
    pub async fn resend_job(self: Arc<Self>, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("message_id").cloned().unwrap_or_default())?;
        let case: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or_default())?;
        let (Some(message), Some(row)) = (
            messages::logged(self.platform.db.read(), id).await?,
            case::Entity::find_by_id(case).one(self.platform.db.read()).await?,
        ) else {
            return Ok(());
        };
        // The number is not with the message: it is the case's, if it is still the one that was written to.
        let phone = self.personal(&row)?.phone;
        let same = message.recipient == format!("phone:{}", self.platform.blind_index(&phone));
        messages::send_again(&self.platform, id, same.then_some(phone)).await
    }

    async fn logged_case(&self, caller: &Principal, id: Uuid) -> Result<case::Model> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        self.reaches(conn, caller, &row).await?;
        Ok(row)
    }
}
