//! Tells the other side what happened to a grant: inside the product when there is an account, by
//! SMS in any case, because an elder may have none.

use std::collections::BTreeMap;

use platform::messages::{self, Channel, Message};
use platform::web::problem::{Problem, Result};
use platform::work::jobs::NewJob;
use platform::{Platform, work};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::error::last_day;
use super::model::Role;
use super::store::{self, grant};
use crate::Identity;
use crate::store::accounts;

/// The job.
pub const JOB: &str = "grant.notify";

/// Whom a message goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// Who is acted for: the elder, the enterprise, or the manager who appointed.
    Principal,
    /// Who acts.
    Grantee,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    grant_id: Uuid,
    event: String,
    to: Side,
    version: i64,
}

#[derive(Deserialize)]
struct Text {
    event: String,
    sms: String,
    in_app: String,
    channels: Vec<String>,
}

#[derive(Deserialize)]
struct TextFile {
    messages: Vec<Text>,
}

/// The job that tells one side.
pub(crate) fn job(platform: &Platform, row: &grant::Model, event: &'static str, to: Side) -> NewJob {
    let payload = Payload { grant_id: row.id, event: event.to_owned(), to, version: row.version };
    NewJob {
        id: platform.new_id(),
        kind: JOB,
        payload: work::payload(&payload).unwrap_or(Value::Null),
        run_at: None,
        key: None,
    }
}

impl Identity {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the SMS gateway is down: tried again.
    pub async fn grant_notify_job(self, payload: Value) -> Result<()> {
        let told: Payload = serde_json::from_value(payload)?;
        let Some(row) = store::find(self.platform.db.read(), told.grant_id).await? else { return Ok(()) };
        let texts = self.grant_texts()?;
        let Some(text) = texts.get(&told.event) else { return Ok(()) };
        let values = values(&row, told.to, self.platform.now());
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = format!("{}:{}:{}", told.event, row.id, told.version);
        let by = |channel: &str| text.channels.iter().any(|one| one == channel);
        if by("in_app")
            && let Some(account) = self.told_account(&row, told.to).await?
        {
            let body = messages::fill(&text.in_app, &values);
            self.tell(&key, &told.event, format!("account:{account}"), None, Channel::InApp, body).await?;
        }
        let phone = self.told_phone(&row, told.to).await?;
        if by("sms") && !phone.is_empty() {
            // The number itself is personal: the row keeps its blind index.
            let recipient = format!("phone:{}", self.platform.blind_index(&phone));
            let body = messages::fill(&text.sms, &values);
            self.tell(&key, &told.event, recipient, Some(phone), Channel::Sms, body).await?;
        }
        Ok(())
    }

    async fn tell(
        &self,
        event_key: &str,
        template: &str,
        recipient: String,
        phone: Option<String>,
        channel: Channel,
        body: String,
    ) -> Result<()> {
        let message = Message {
            event_key: event_key.to_owned(),
            recipient,
            phone,
            account: None,
            channel,
            template: template.to_owned(),
            body,
        };
        messages::send(&self.platform, message).await
    }

    async fn told_account(&self, row: &grant::Model, to: Side) -> Result<Option<Uuid>> {
        let index = match to {
            Side::Grantee => &row.grantee_index,
            Side::Principal if row.parent_id.is_some() => &row.giver_index,
            Side::Principal if row.principal_kind == "enterprise" => return Ok(row.principal_account),
            Side::Principal => &row.principal_index,
        };
        Ok(accounts::person_by_number(self.platform.db.read(), index).await?.map(|account| account.id))
    }

    async fn told_phone(&self, row: &grant::Model, to: Side) -> Result<String> {
        if to == Side::Principal && row.parent_id.is_some() {
            // The manager's own number is in the grant he holds.
            let parent = match row.parent_id {
                Some(id) => store::find(self.platform.db.read(), id).await?,
                None => None,
            };
            return match parent {
                Some(parent) => Ok(self.papers(&parent, "grantee")?.phone),
                None => Ok(String::new()),
            };
        }
        Ok(self.papers(row, if to == Side::Grantee { "grantee" } else { "principal" })?.phone)
    }

    fn grant_texts(&self) -> Result<BTreeMap<String, Text>> {
        let path = self.platform.config.packs_dir.join("platform/messages.yaml");
        let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let file: TextFile = serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
        Ok(file.messages.into_iter().map(|text| (text.event.clone(), text)).collect())
    }
}

/// What the texts may name, as the side reads them.
fn values(row: &grant::Model, to: Side, now: time::OffsetDateTime) -> Vec<(&'static str, String)> {
    let other = match to {
        Side::Principal => row.grantee_name.clone(),
        Side::Grantee => row.principal_name.clone(),
    };
    let why = if row.end_reason.is_empty() { String::new() } else { format!("，原因：{}", row.end_reason) };
    vec![
        ("other", other),
        ("principal", row.principal_name.clone()),
        ("grantee", row.grantee_name.clone()),
        ("role_name", Role::parse(&row.role).map_or("", Role::label).to_owned()),
        ("ends_on", last_day(row.valid_until, now)),
        ("reason", why),
    ]
}
