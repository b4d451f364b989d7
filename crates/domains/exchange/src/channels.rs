//! Applications of every channel lie in one pool, and each channel is told what became of its own (CASE-008).
//!
//! A channel (phone mini-program, self-service machine, WeChat, cross-area platform, the province's unified acceptance …)
//! is a connected system with the grant `channel`, whose one field says which channel it is. It files by the signed
//! interface of [`crate::inbound`]; its cases carry its mark and lie in the same lists and to-do lists as all others.
//! After every public event the job here tells it state and result, in order per case, at least once, again with growing
//! delay while it is down; the case never waits for it. The receiver drops repeats by case number and sequence.

use casework::cases::model::Channel;
use casework::cases::service::external::{PublicProgress, PublicStep, REPORT_TOPICS};
use identity::systems::ConnectedSystem;
use platform::calls::{self, Direction, Entry};
use platform::work::jobs::{Handlers, NewJob};
use platform::work::outbox::Subscriptions;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::inbound::{self, channel_of};
use crate::{Exchange, Refused, outgoing};

/// Job that tells a channel.
pub const JOB: &str = "exchange.channel_status";
/// Job that tries again.
pub const AGAIN_JOB: &str = "exchange.channel_status_again";
/// Minutes until the next try at most; after this many tries the next event of the case begins anew.
const LONGEST: i64 = 120;
const MOST_TRIES: i64 = 24;

pub(crate) mod status {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_channel_status")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub case_number: String,
        pub app_id: String,
        pub channel: String,
        pub sent_no: i64,
        pub last_no: i64,
        pub attempts: i64,
        pub round: i64,
        pub last_error: Option<String>,
        pub next_at: Option<OffsetDateTime>,
        pub updated_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use status::Column;

/// Where a channel takes what became of its cases: the first registered address that ends with `/status`.
fn status_address(system: &ConnectedSystem) -> Option<&String> {
    system.callbacks.iter().find(|address| address.ends_with("/status"))
}

pub(crate) fn subscriptions(subscriptions: Subscriptions) -> Subscriptions {
    REPORT_TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, JOB))
}

pub(crate) fn jobs(exchange: &Exchange, handlers: Handlers) -> Handlers {
    let (told, again) = (exchange.clone(), exchange.clone());
    let case = |payload: &Value| serde_json::from_value::<Uuid>(payload.get("case_id").cloned().unwrap_or_default());
    handlers
        .with(JOB, move |_, payload| {
            let exchange = told.clone();
            Box::pin(async move { exchange.tell_channel(case(&payload)?, None).await })
        })
        .with(AGAIN_JOB, move |_, payload| {
            let exchange = again.clone();
            let round = payload.get("round").and_then(Value::as_i64).unwrap_or_default();
            Box::pin(async move { exchange.tell_channel(case(&payload)?, Some(round)).await })
        })
}

/// What the channel is told: state and result of its own case, nothing it did not send itself.
fn body(progress: &PublicProgress, step: &PublicStep, source: &str, outcome: Option<&str>) -> Value {
    json!({
        "case_number": progress.case_number,
        "source_number": source,
        "item_name": progress.item_name,
        "event": step.kind.as_str(),
        "event_name": step.name,
        "sequence": step.no,
        "at": step.at.format(&Rfc3339).unwrap_or_default(),
        "state": progress.state,
        "state_label": progress.state_label,
        "outcome": outcome,
    })
}

async fn find(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<status::Model>> {
    Ok(status::Entity::find_by_id(case_id).one(conn).await?)
}

/// Saves one that was read.
async fn save(conn: &impl ConnectionTrait, mut row: status::Model, now: OffsetDateTime) -> Result<()> {
    let (case_id, read) = (row.case_id, row.version);
    row.version += 1;
    row.updated_at = now;
    let updated = status::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        Ok(())
    } else {
        Err(Problem::unavailable("渠道状态正在更新，稍后再试。", "stale"))
    }
}

impl Exchange {
    /// The job behind [`JOB`] and, with a round, [`AGAIN_JOB`]: sends what the channel has not been told yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell_channel(&self, case_id: Uuid, round: Option<i64>) -> Result<()> {
        let conn = self.platform.db.read();
        let Some(filed) = inbound::store::filed_by(conn, case_id).await? else { return Ok(()) };
        let Some(system) = self.identity.system(filed.system_id).await? else { return Ok(()) };
        let channel = channel_of(&system, self.platform.now());
        let Some(address) = status_address(&system).cloned().filter(|_| channel != Channel::Exchange && system.enabled)
        else {
            return Ok(());
        };
        let Some(progress) = self.casework.public_progress(case_id).await? else { return Ok(()) };
        let outcome = self.casework.facts(case_id).await?.and_then(|facts| facts.outcome);
        let Some(last) = progress.steps.last().map(|step| step.no) else { return Ok(()) };
        let row = self.channel_row(case_id, &progress, &system.app_id, channel).await?;
        let stale_try = round.is_some_and(|round| round != row.round);
        // While tries are waited for, a new event waits with them: the order stays.
        let early = round.is_none() && row.next_at.is_some_and(|at| at > self.platform.now());
        if row.sent_no >= last || stale_try || early {
            return Ok(());
        }
        let source = filed.subject.strip_prefix("source:").unwrap_or(&filed.subject).to_owned();
        for step in progress.steps.iter().filter(|step| step.no > row.sent_no) {
            let body = body(&progress, step, &source, outcome.as_deref());
            match self.say_to_channel(&system, &address, &progress, step, &body).await? {
                Ok(()) => self.note_told(case_id, step.no, last).await?,
                Err(refused) => return self.note_untold(case_id, last, &refused).await,
            }
        }
        Ok(())
    }

    async fn channel_row(
        &self,
        case_id: Uuid,
        progress: &PublicProgress,
        app_id: &str,
        channel: Channel,
    ) -> Result<status::Model> {
        if let Some(row) = find(self.platform.db.read(), case_id).await? {
            return Ok(row);
        }
        let row = status::Model {
            case_id,
            case_number: progress.case_number.clone(),
            app_id: app_id.to_owned(),
            channel: channel.as_str().to_owned(),
            sent_no: 0,
            last_no: 0,
            attempts: 0,
            round: 0,
            last_error: None,
            next_at: None,
            updated_at: self.platform.now(),
            version: 1,
        };
        let new = row.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    status::Entity::insert(new.into_active_model().reset_all())
                        .on_conflict(OnConflict::column(Column::CaseId).do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        Ok(find(self.platform.db.read(), case_id).await?.unwrap_or(row))
    }

    /// One call, written down whatever comes of it.
    async fn say_to_channel(
        &self,
        system: &ConnectedSystem,
        address: &str,
        progress: &PublicProgress,
        step: &PublicStep,
        body: &Value,
    ) -> Result<Result<(), Refused>> {
        let started = self.platform.clock.now();
        let body = body.to_string();
        let mut entry = Entry::new(&self.platform, Direction::Out);
        entry.party.clone_from(&system.app_id);
        entry.party_name.clone_from(&system.name);
        address.clone_into(&mut entry.address);
        entry.operation = format!("回传{}", step.name);
        entry.event = Some(step.kind.as_str().to_owned());
        entry.case_id = Some(progress.id);
        entry.case_number = Some(progress.case_number.clone());
        entry.payload(body.as_bytes());
        let sent = outgoing::post(&self.platform, &self.identity, &system.app_id, address, body).await;
        match &sent {
            Ok(status) => entry.succeeded(*status, ""),
            Err(refused) => entry.failed(refused.status, &refused.reason),
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(sent.map(|_| ()))
    }

    async fn note_told(&self, case_id: Uuid, no: i64, last: i64) -> Result<()> {
        self.change_channel(case_id, move |row, _| {
            row.sent_no = row.sent_no.max(no);
            row.last_no = row.last_no.max(last);
            row.attempts = 0;
            row.last_error = None;
            row.next_at = None;
            None
        })
        .await
    }

    /// Not told: tried again later, twice as long each time.
    async fn note_untold(&self, case_id: Uuid, last: i64, refused: &Refused) -> Result<()> {
        let (reason, id) = (refused.reason.chars().take(500).collect::<String>(), self.platform.new_id());
        self.change_channel(case_id, move |row, now| {
            row.last_no = row.last_no.max(last);
            row.attempts += 1;
            row.round += 1;
            row.last_error = Some(reason.clone());
            if row.attempts > MOST_TRIES {
                row.attempts = 0;
                row.next_at = None;
                return None;
            }
            let minutes = 2_i64.pow(u32::try_from(row.attempts.clamp(1, 7)).unwrap_or(1) - 1).min(LONGEST);
            let at = now + Duration::minutes(minutes);
            row.next_at = Some(at);
            Some(NewJob {
                id,
                kind: AGAIN_JOB,
                payload: json!({ "case_id": case_id, "round": row.round }),
                run_at: Some(at),
                key: Some(format!("{AGAIN_JOB}:{case_id}:{}", row.round)),
            })
        })
        .await
    }

    async fn change_channel<F>(&self, case_id: Uuid, change: F) -> Result<()>
    where
        F: Fn(&mut status::Model, OffsetDateTime) -> Option<NewJob> + Send + Sync + 'static,
    {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = find(tx.conn(), case_id).await? else { return Ok(()) };
                    if let Some(job) = change(&mut row, tx.now()) {
                        tx.enqueue(job);
                    }
                    save(tx.conn(), row, tx.now()).await
                })
            })
            .await
    }
}
