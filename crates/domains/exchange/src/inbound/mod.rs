//! Events submitted by registered systems: envelope, grant, versions, and the way into casework.

mod envelope;
pub(crate) mod http;
pub(crate) mod store;

use std::sync::Arc;

use async_trait::async_trait;
use casework::cases::model::{Channel, EventKind, State};
use casework::cases::service::external::{Message, MessageBook, Taken};
use identity::systems::{ConnectedSystem, EventsInterface, Interface};
use platform::{Platform, Problem, Result, Tx};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Exchange;
use crate::fetches::Wanted;
pub use envelope::Envelope;

/// Tries when somebody else changes the case at the same moment.
const TRIES: usize = 4;

/// Key of the grant that says which channel a system is.
const CHANNEL: &str = "channel";

/// How often an event that may come before its turn was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It just came.
    First,
    /// It was held.
    Again,
    /// It was held as long as events are: what need not come before it will not come any more.
    Waited,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventAnswer {
    /// `taken`, `supplemented` (a higher version), `duplicate` (taken before, nothing done), or `held` (kept until
    /// what it follows on has come).
    pub result: &'static str,
    /// Case number; of an application, the new one.
    pub case_number: String,
    /// Event.
    pub event: &'static str,
    /// Which one of several of a kind.
    pub sequence: i64,
    /// Data version.
    pub version: i64,
    /// State after the event.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// Number of the event in the case's chain.
    pub event_no: i64,
    /// Query code of a new case, only in the first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_code: Option<String>,
}

/// Keeps a message in the transaction that carries it out.
struct Book {
    system: uuid::Uuid,
    subject: String,
    event: EventKind,
    sequence: i64,
    version: i64,
    digest: String,
    supplement: bool,
    /// The exchange, when the case was dispatched to this system.
    answers: Option<Exchange>,
    /// Files to fetch that the message names by address.
    fetches: Option<Wanted>,
}

#[async_trait]
impl MessageBook for Book {
    async fn keep(&self, tx: &Tx, taken: &Taken) -> Result<()> {
        let row = store::message::Model {
            system_id: self.system,
            subject: self.subject.clone(),
            event: self.event.as_str().to_owned(),
            sequence: self.sequence,
            version: self.version,
            digest: self.digest.clone(),
            case_id: taken.case_id,
            case_number: taken.case_number.clone(),
            state: taken.state.as_str().to_owned(),
            event_no: taken.event_no,
            supplement: self.supplement,
            taken_at: tx.now(),
        };
        if !store::keep(tx.conn(), row).await? {
            return Err(already_taken());
        }
        if let Some(fetches) = &self.fetches {
            fetches.keep(tx, taken.case_id, &taken.case_number).await?;
        }
        match &self.answers {
            Some(exchange) => exchange.note_answer(tx, taken).await,
            None => Ok(()),
        }
    }
}

fn already_taken() -> Problem {
    Problem::conflict("already_taken", "这条事件已经收过。")
}

/// One and the same answer for a case or item that is not there and one outside the grant.
fn no_case() -> Problem {
    Problem::not_found("没有找到这个办件，或者它的事项没有授权给这个系统。")
}

fn no_item() -> Problem {
    Problem::not_found("没有找到这个事项，或者它没有授权给这个系统。")
}

impl Exchange {
    /// Takes one event of a proven system.
    ///
    /// # Errors
    /// 404 for a case or item outside the grant; 409 naming the state and what is possible, or an
    /// old or contradicting version; 422 with the fields to mend.
    pub async fn take(&self, system: &ConnectedSystem, envelope: &Envelope) -> Result<EventAnswer> {
        let now = self.platform.now();
        envelope.check_time(now)?;
        let may = |slug: &str| system.may_item(EventsInterface::KEY, slug, now);
        let subject = if envelope.kind == EventKind::Apply {
            if !may(&envelope.item_slug()) {
                return Err(no_item());
            }
            format!("source:{}", envelope.number)
        } else {
            let case = self.casework.case_for_message(&envelope.number).await?.ok_or_else(no_case)?;
            if !may(&case.item_slug) {
                return Err(no_case());
            }
            case.case_number
        };
        let answer = self.take_tried(system, envelope, &subject, Turn::First).await?;
        if answer.result != "duplicate"
            && let Some(case) = self.casework.case_for_message(&answer.case_number).await?
        {
            // What came too early may go on now. The answer to this one stands whatever becomes of it.
            if let Err(problem) = self.carry_out_held(case.id).await {
                tracing::warn!(case.id = %case.id, cause = %problem, "held answers could not be looked at");
            }
        }
        Ok(answer)
    }

    /// Carries an event out, again when somebody changes the case at the same moment.
    pub(crate) async fn take_tried(
        &self,
        system: &ConnectedSystem,
        envelope: &Envelope,
        subject: &str,
        turn: Turn,
    ) -> Result<EventAnswer> {
        let mut last = Problem::stale();
        for _ in 0..TRIES {
            match self.take_once(system, envelope, subject, turn).await {
                // Somebody changed the case, or sent the same event, at the same moment: look again.
                Err(problem) if matches!(problem.code(), "stale_version" | "already_taken") => last = problem,
                done => return done,
            }
        }
        Err(Problem::unavailable("办件正在变更，请稍后再报。", last).retry_after(5))
    }

    async fn take_once(
        &self,
        system: &ConnectedSystem,
        envelope: &Envelope,
        subject: &str,
        turn: Turn,
    ) -> Result<EventAnswer> {
        let (kind, sequence, version) = (envelope.kind, envelope.sequence, envelope.version);
        let key = store::Key { system: system.id, subject, event: kind.as_str(), sequence };
        let known = store::versions(self.platform.db.read(), &key).await?;
        if let Some(same) = known.iter().find(|row| row.version == version) {
            if same.digest != envelope.digest {
                return Err(Problem::conflict(
                    "version_differs",
                    "同一数据版本已经收过，但内容不同。要更正请把数据版本加 1 再报。",
                ));
            }
            return Ok(answer(same, kind, "duplicate"));
        }
        let highest = known.iter().map(|row| row.version).max();
        if let Some(highest) = highest.filter(|highest| *highest > version) {
            return Err(Problem::conflict(
                "version_old",
                format!("已经收过更高的数据版本 {highest}，这一条不再处理。"),
            ));
        }
        let supplement = highest.is_some();
        let dispatched = match kind {
            EventKind::Apply => None,
            _ => self.dispatched_to(system, subject, kind).await?,
        };
        if let Some(at) = dispatched.as_ref().filter(|_| !supplement)
            && let Some(reason) = self.comes_early(system, at, envelope, turn).await?
        {
            return match turn {
                Turn::First => self.hold(at, envelope, reason).await,
                Turn::Again | Turn::Waited => Err(too_early(reason)),
            };
        }
        let book = Arc::new(Book {
            system: system.id,
            subject: subject.to_owned(),
            event: kind,
            sequence,
            version,
            digest: envelope.digest.clone(),
            supplement,
            answers: dispatched.as_ref().map(|_| self.clone()),
            fetches: if supplement { None } else { self.wanted_files(system, kind, &envelope.data)? },
        });
        let message = Message {
            system_id: system.id,
            app_id: system.app_id.clone(),
            system_name: system.name.clone(),
            channel: channel_of(system, self.platform.now()),
            kind,
            sequence,
            version,
            happened_at: envelope.at,
            operator: envelope.operator.clone(),
            data: envelope.data.clone(),
            supplement,
        };
        let mut query_code = None;
        if kind == EventKind::Apply && !supplement {
            query_code = Some(self.casework.take_application(message, book).await?.query_code);
        } else {
            let case_id = match known.first() {
                Some(row) => row.case_id,
                None => self.casework.case_for_message(subject).await?.ok_or_else(no_case)?.id,
            };
            match (self.casework.carry_out_message(case_id, message, book).await, &dispatched) {
                (Err(problem), Some(at)) if turn == Turn::First && waits(&problem, at.state) => {
                    return self.hold(at, envelope, problem.title().to_owned()).await;
                }
                (done, _) => done?,
            }
        }
        let rows = store::versions(self.platform.db.read(), &key).await?;
        let row = rows.into_iter().find(|row| row.version == version);
        let row = row.ok_or_else(|| Problem::internal("a message was carried out and not kept"))?;
        let mut answer = answer(&row, kind, if supplement { "supplemented" } else { "taken" });
        answer.query_code = query_code;
        Ok(answer)
    }
}

/// The channel a system is registered as.
pub(crate) fn channel_of(system: &ConnectedSystem, now: OffsetDateTime) -> Channel {
    system
        .grant(CHANNEL, now)
        .and_then(|grant| grant.fields.first())
        .and_then(|field| Channel::parse(field))
        .unwrap_or(Channel::Exchange)
}

/// Whether a dispatched case may take later what it refuses now: a fee is to be paid first, a clock stands.
fn waits(problem: &Problem, state: State) -> bool {
    let passes = ["stale_version", "already_taken", "dispatch_over"];
    problem.status() == axum::http::StatusCode::CONFLICT && !passes.contains(&problem.code()) && state.is_open()
}

/// An answer that still has to wait.
fn too_early(reason: String) -> Problem {
    Problem::conflict("too_early", reason)
}

fn answer(row: &store::message::Model, kind: EventKind, result: &'static str) -> EventAnswer {
    EventAnswer {
        result,
        case_number: row.case_number.clone(),
        event: kind.as_str(),
        sequence: row.sequence,
        version: row.version,
        state_label: State::parse(&row.state).map_or("", State::label),
        state: row.state.clone(),
        event_no: row.event_no,
        query_code: None,
    }
}

/// SM3 of a payload, hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    base::encoding::to_hex(&base::crypto::sm3(bytes))
}

impl Exchange {
    /// The shell.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }
}
