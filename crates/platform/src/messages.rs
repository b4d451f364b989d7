//! Messages to people: one row per (event, recipient, channel), so a repeated job sends nothing twice.
//!
//! The row is written first; the sender then marks it sent. Templates come from content packs.
//! Texts name people and carry codes, so they are sealed like every personal value ([`SEALED`]).

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crypto::SealedColumn;
use crate::web::problem::{Problem, Result};
use crate::{Platform, calls};

/// Sealed columns of the platform's own tables.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "messages",
    column: "body_sealed",
    key: "id",
    place: "message:{id}:body",
    label: "消息内容",
}];

/// Texts sealed in one go by the upkeep.
const OLD_TEXTS: u64 = 500;

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub event_key: String,
        pub recipient: String,
        pub channel: String,
        pub template: String,
        pub body: String,
        pub state: String,
        pub error: Option<String>,
        pub created_at: OffsetDateTime,
        pub sent_at: Option<OffsetDateTime>,
        pub body_sealed: String,
        /// Page of the desk it leads to; empty for none.
        pub link: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Shown inside the product.
    InApp,
    /// By the SMS gateway.
    Sms,
}

impl Channel {
    fn as_str(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Sms => "sms",
        }
    }
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct Message {
    /// The event that caused it; with recipient and channel it makes the message unique.
    pub event_key: String,
    /// Account id for in-app; sealed phone number for SMS.
    pub recipient: String,
    /// Phone number for SMS, only in memory.
    pub phone: Option<String>,
    /// Whose reminder it is, who may have refused SMS; absent for what has to arrive, such as a code.
    pub account: Option<Uuid>,
    /// Way.
    pub channel: Channel,
    /// Template key.
    pub template: String,
    /// Text.
    pub body: String,
}

/// Fills `{names}` of a template; an unknown name stays visible, so that a wrong template is noticed.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Sends a message once. Called from a job; a gateway that is down makes the job try again.
///
/// # Errors
/// 503 when the gateway does not take it.
pub async fn send(platform: &Platform, message: Message) -> Result<()> {
    let new = new_row(platform, &message);
    let key = (message.event_key, message.recipient, message.channel.as_str());
    let stored = platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                insert(tx.conn(), new).await?;
                row::Entity::find()
                    .filter(row::Column::EventKey.eq(key.0))
                    .filter(row::Column::Recipient.eq(key.1))
                    .filter(row::Column::Channel.eq(key.2))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(|| Problem::internal("a message vanished"))
            })
        })
        .await?;
    if stored.state == "sent" || stored.state == "refused" {
        return Ok(());
    }
    if message.channel == Channel::Sms
        && let Some(account) = message.account
        && refuses_sms(platform.db.read(), account).await?
    {
        return settle(platform, stored.id, "refused", None, None).await;
    }
    let started = platform.clock.now();
    let mut call = None;
    let outcome = match (message.channel, message.phone) {
        (Channel::Sms, Some(phone)) => {
            let entry = call.insert(calls::Entry::new(platform, calls::Direction::Out));
            send_sms(platform, entry, &stored.id.to_string(), &phone, &message.body).await
        }
        (Channel::Sms, None) => Err(Problem::internal("an SMS without a number")),
        (Channel::InApp, _) => Ok(()),
    };
    let call = call.map(|entry| entry.row(platform, started));
    let error = outcome.as_ref().err().map(ToString::to_string);
    settle(platform, stored.id, if error.is_none() { "sent" } else { "failed" }, error, call).await?;
    outcome
}

/// The row of a message that waits to be sent.
fn new_row(platform: &Platform, message: &Message) -> row::ActiveModel {
    let id = platform.new_id();
    row::ActiveModel {
        id: Set(id),
        event_key: Set(message.event_key.clone()),
        recipient: Set(message.recipient.clone()),
        channel: Set(message.channel.as_str().to_owned()),
        template: Set(message.template.clone()),
        body: Set(String::new()),
        body_sealed: Set(platform.seal(&message.body, &place(id))),
        state: Set("waiting".to_owned()),
        error: Set(None),
        created_at: Set(platform.now()),
        sent_at: Set(None),
        link: Set(String::new()),
    }
}

/// Writes a row, unless the message is there.
async fn insert(conn: &impl sea_orm::ConnectionTrait, new: row::ActiveModel) -> Result<()> {
    let unique = [row::Column::EventKey, row::Column::Recipient, row::Column::Channel];
    row::Entity::insert(new)
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Leaves an in-app message in the command that causes it, with the page of the desk it leads to. Nothing has to be
/// sent, so it is there when the command is; left twice it is there once.
///
/// # Errors
/// When the database refuses.
pub async fn leave(platform: &Platform, tx: &crate::Tx, message: &Message, link: &str) -> Result<()> {
    let row = row::ActiveModel {
        state: Set("sent".to_owned()),
        sent_at: Set(Some(tx.now())),
        link: Set(link.to_owned()),
        ..new_row(platform, &Message { channel: Channel::InApp, ..message.clone() })
    };
    insert(tx.conn(), row).await
}

mod refusal {
    use super::*;
    /// `message_refusals`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_refusals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: Uuid,
        pub since: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Whether an account wants no SMS.
///
/// # Errors
/// When the database refuses.
pub async fn refuses_sms(conn: &impl sea_orm::ConnectionTrait, account: Uuid) -> Result<bool> {
    Ok(refusal::Entity::find_by_id(account).one(conn).await?.is_some())
}

/// Notes that an account wants no SMS, or wants them again.
///
/// # Errors
/// When the database refuses.
pub async fn set_sms(tx: &crate::Tx, account: Uuid, wanted: bool) -> Result<()> {
    refusal::Entity::delete_by_id(account).exec(tx.conn()).await?;
    if !wanted {
        let row = refusal::ActiveModel { account_id: Set(account), since: Set(tx.now()) };
        refusal::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// SMS that went out to a telephone, newest first: time and template.
///
/// # Errors
/// When the database refuses.
pub async fn sms_sent(
    conn: &impl sea_orm::ConnectionTrait,
    phone_index: &str,
    limit: u64,
) -> Result<Vec<(OffsetDateTime, String)>> {
    let rows = row::Entity::find()
        .filter(row::Column::Recipient.eq(format!("phone:{phone_index}")))
        .filter(row::Column::Channel.eq(Channel::Sms.as_str()))
        .filter(row::Column::State.eq("sent"))
        .order_by_desc(row::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.sent_at.unwrap_or(row.created_at), row.template)).collect())
}

/// A message as the log shows it: what, when and how it went, never its text, which may carry codes.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Id.
    pub id: Uuid,
    /// The event that caused it.
    pub event_key: String,
    /// `account:…`, `staff:…` or `phone:` and a blind index.
    pub recipient: String,
    /// `in_app` or `sms`.
    pub channel: String,
    /// Template.
    pub template: String,
    /// `waiting`, `sent`, `failed`, `refused`.
    pub state: String,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it went out.
    pub sent_at: Option<OffsetDateTime>,
}

impl From<row::Model> for Logged {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id,
            event_key: row.event_key,
            recipient: row.recipient,
            channel: row.channel,
            template: row.template,
            state: row.state,
            error: row.error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

/// Which messages of the log.
#[derive(Debug, Clone, Default)]
pub struct LogWanted {
    /// State.
    pub state: Option<String>,
    /// `in_app` or `sms`.
    pub channel: Option<String>,
    /// Template.
    pub template: Option<String>,
    /// Keys of events; absent for all.
    pub events: Option<Vec<String>>,
}

/// A page of the log, newest first and one more than asked for, with the exact number.
///
/// # Errors
/// When the database refuses.
pub async fn log(
    conn: &impl sea_orm::ConnectionTrait,
    wanted: &LogWanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<Logged>, u64)> {
    let mut select = row::Entity::find();
    if let Some(state) = &wanted.state {
        select = select.filter(row::Column::State.eq(state));
    }
    if let Some(channel) = &wanted.channel {
        select = select.filter(row::Column::Channel.eq(channel));
    }
    if let Some(template) = &wanted.template {
        select = select.filter(row::Column::Template.eq(template));
    }
    if let Some(events) = &wanted.events {
        // Whole keys: an index answers them on both databases, which it would not for their beginnings.
        select = select.filter(row::Column::EventKey.is_in(events));
    }
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(row::Column::Id.lt(before));
    }
    let rows = select.order_by_desc(row::Column::Id).limit(limit + 1).all(conn).await?;
    Ok((rows.into_iter().map(Logged::from).collect(), total))
}

/// One message of the log.
///
/// # Errors
/// When the database refuses.
pub async fn logged(conn: &impl sea_orm::ConnectionTrait, id: Uuid) -> Result<Option<Logged>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?.map(Logged::from))
}

/// Puts a failed message back to be sent; whether it was failed.
///
/// # Errors
/// When the database refuses.
pub async fn put_back(tx: &crate::Tx, id: Uuid) -> Result<bool> {
    let updated = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value("waiting"))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::State.eq("failed"))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Sends a message that waits once more, in the words it was written with; one that went out meanwhile is left alone.
///
/// # Errors
/// 503 when the gateway does not take it.
pub async fn send_again(platform: &Platform, id: Uuid, phone: Option<String>) -> Result<()> {
    let Some(row) = row::Entity::find_by_id(id).one(platform.db.read()).await? else { return Ok(()) };
    if row.state != "waiting" && row.state != "failed" {
        return Ok(());
    }
    let body = text(platform, &row)?;
    let started = platform.clock.now();
    let mut call = None;
    let outcome = match (row.channel.as_str(), phone) {
        ("sms", Some(phone)) => {
            let entry = call.insert(calls::Entry::new(platform, calls::Direction::Out));
            // The same reference as before: a gateway that took it after all sends nothing twice.
            send_sms(platform, entry, &id.to_string(), &phone, &body).await
        }
        ("sms", None) => Err(Problem::conflict("no_phone", "手机号已经换了，这条消息不再发。")),
        _ => Ok(()),
    };
    let call = call.map(|entry| entry.row(platform, started));
    let error = outcome.as_ref().err().map(ToString::to_string);
    settle(platform, id, if error.is_none() { "sent" } else { "failed" }, error, call).await?;
    outcome
}

/// Place a text is bound to.
fn place(id: Uuid) -> String {
    format!("message:{id}:body")
}

/// Text of a row; one of an older version is still clear.
fn text(platform: &Platform, row: &row::Model) -> Result<String> {
    if row.body_sealed.is_empty() { Ok(row.body.clone()) } else { platform.unseal(&row.body_sealed, &place(row.id)) }
}

/// Seals texts that an older version stored in clear; says how many.
///
/// # Errors
/// When the database refuses.
pub async fn seal_old(platform: &Platform) -> Result<usize> {
    let query = row::Entity::find().filter(row::Column::Body.ne("")).limit(OLD_TEXTS);
    let sealed: Vec<(Uuid, String)> = query
        .all(platform.db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, platform.seal(&row.body, &place(row.id))))
        .collect();
    let count = sealed.len();
    if count == 0 {
        return Ok(0);
    }
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                for (id, text) in sealed {
                    row::Entity::update_many()
                        .col_expr(row::Column::BodySealed, Expr::value(text))
                        .col_expr(row::Column::Body, Expr::value(""))
                        .filter(row::Column::Id.eq(id))
                        .filter(row::Column::Body.ne(""))
                        .exec(tx.conn())
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(count)
}

async fn settle(
    platform: &Platform,
    id: Uuid,
    state: &'static str,
    error: Option<String>,
    call: Option<calls::entry::Model>,
) -> Result<()> {
    let now = platform.now();
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                row::Entity::update_many()
                    .col_expr(row::Column::State, Expr::value(state))
                    .col_expr(row::Column::SentAt, Expr::value((state == "sent").then_some(now)))
                    .col_expr(row::Column::Error, Expr::value(error))
                    .filter(row::Column::Id.eq(id))
                    .exec(tx.conn())
                    .await?;
                if let Some(call) = call {
                    calls::insert(tx.conn(), call).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Hands a text to the gateway; `reference` lets the gateway refuse a second copy.
async fn send_sms(
    platform: &Platform,
    entry: &mut calls::Entry,
    reference: &str,
    phone: &str,
    text: &str,
) -> Result<()> {
    let url = format!("{}/messages", platform.config.sms_url);
    let body = serde_json::json!({ "reference": reference, "phone": phone, "text": text }).to_string();
    entry.party = "sms".to_owned();
    entry.party_name = "短信通道".to_owned();
    entry.operation = "发送短信".to_owned();
    entry.address.clone_from(&url);
    entry.payload(body.as_bytes());
    let answer = platform
        .http
        .post(url)
        .header("content-type", "application/json")
        .body(body)
        .timeout(std::time::Duration::from_secs(5))
        .send()
        .await;
    match answer {
        Ok(answer) if answer.status().is_success() => {
            entry.succeeded(answer.status().as_u16(), "");
            Ok(())
        }
        Ok(answer) => {
            entry.failed(answer.status().as_u16(), "短信通道没有接收");
            Err(Problem::unavailable("短信通道没有接收，稍后自动重发。", answer.status()))
        }
        Err(error) => {
            entry.failed(0, "短信通道没有回应");
            Err(Problem::unavailable("短信通道没有回应，稍后自动重发。", error))
        }
    }
}

/// A message as its reader sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InboxItem {
    /// Id.
    pub id: Uuid,
    /// Text.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Page of the desk it leads to, for example `/legacy/…`; absent when there is none.
    #[serde(default)]
    pub link: Option<String>,
}

/// Latest in-app messages of a recipient.
///
/// # Errors
/// When the database refuses.
pub async fn inbox(platform: &Platform, recipient: &str, limit: u64) -> Result<Vec<InboxItem>> {
    let rows = row::Entity::find()
        .filter(row::Column::Recipient.eq(recipient))
        .filter(row::Column::Channel.eq(Channel::InApp.as_str()))
        .order_by_desc(row::Column::Id)
        .limit(limit)
        .all(platform.db.read())
        .await?;
    let item = |row: row::Model| {
        let text = text(platform, &row)?;
        let link = Some(row.link).filter(|link| !link.is_empty());
        Ok(InboxItem { id: row.id, text, at: row.created_at, link })
    };
    rows.into_iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_an_unknown_one_stays_visible() {
        assert_eq!(
            fill("{item}已受理，{due}前办结", &[("item", "许可证"), ("due", "9月29日")]),
            "许可证已受理，9月29日前办结"
        );
        assert_eq!(fill("{oops}", &[]), "{oops}");
    }
}
