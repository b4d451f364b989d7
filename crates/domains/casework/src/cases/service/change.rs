//! One change of a case: the row, its events in the chain, its outbox events; saved together or refused whole.

use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line};
use platform::work::outbox::Event;
use platform::{Platform, Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::chain::Link;
use super::super::model::{EventKind, State};
use super::super::store::{self, case, case_event};
use super::brought_out::proof;
use super::parse_state;
use super::tasks::chosen::Chosen;

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Account or staff id; absent for the system.
    pub id: Option<Uuid>,
    /// Name at that time.
    pub name: String,
}

impl Actor {
    /// A caller.
    pub fn of(caller: &Principal) -> Self {
        Self { id: Some(caller.id), name: caller.name.clone() }
    }

    /// The product itself (timers, made licences).
    pub fn system() -> Self {
        Self { id: None, name: "系统".to_owned() }
    }
}

/// A case being changed.
pub(crate) struct Change {
    pub row: case::Model,
    read_version: i64,
    /// Name of the act, where the service knows it; otherwise the permission of the request.
    act: Option<&'static str>,
    /// State and step as read, for the audit line.
    read: (String, String),
    /// Last moment as read.
    read_due: Option<OffsetDateTime>,
    is_new: bool,
    actor: Actor,
    events: Vec<case_event::Model>,
    topics: Vec<&'static str>,
    origin: Option<Value>,
    /// Who was chosen for the steps that this change begins.
    pub chosen: Chosen,
}

impl Change {
    /// Of a case that exists.
    pub fn of(row: case::Model, actor: Actor) -> Self {
        let (read_version, read) = (row.version, (row.state.clone(), row.step_name.clone()));
        Self {
            read_due: row.due_at,
            row,
            read_version,
            act: None,
            read,
            is_new: false,
            actor,
            events: Vec::new(),
            topics: Vec::new(),
            origin: None,
            chosen: Default::default(),
        }
    }

    /// Of a case that is made by this change.
    pub fn new_case(row: case::Model, actor: Actor) -> Self {
        Self { is_new: true, ..Self::of(row, actor) }
    }

    /// Says what the act is called in the log.
    #[must_use]
    pub fn named(mut self, act: &'static str) -> Self {
        self.act = Some(act);
        self
    }

    /// Says which message of another system is carried out; each event recorded keeps it.
    pub fn carry(&mut self, origin: Value) {
        self.origin = Some(origin);
    }

    /// Makes this the first writing of the row.
    pub fn mark_new(&mut self) {
        self.is_new = true;
    }

    /// Records a standard event and moves the state as the model says.
    ///
    /// # Errors
    /// 409 when the event can't happen now.
    pub fn record(
        &mut self,
        platform: &Platform,
        kind: EventKind,
        text: impl Into<String>,
        data: Value,
    ) -> Result<State> {
        let next = parse_state(&self.row)?.after(kind)?;
        self.append(platform, kind, text.into(), &data);
        self.row.state = next.as_str().to_owned();
        Ok(next)
    }

    /// Records the decision: an approval event that ends the examination.
    ///
    /// # Errors
    /// 409 when the case is not being examined.
    pub fn record_decision(&mut self, platform: &Platform, text: impl Into<String>, data: Value) -> Result<State> {
        let next = parse_state(&self.row)?.decided()?;
        self.append(platform, EventKind::Review, text.into(), &data);
        self.row.state = next.as_str().to_owned();
        Ok(next)
    }

    fn append(&mut self, platform: &Platform, kind: EventKind, text: String, data: &Value) {
        let no = self.row.event_count + 1;
        let mut data = data.clone();
        if let (Some(origin), Value::Object(map)) = (&self.origin, &mut data) {
            map.insert("exchange".to_owned(), origin.clone());
        }
        let data = data.to_string();
        let at = platform.now();
        let hash = Link {
            case_id: self.row.id,
            no,
            kind: kind.as_str(),
            at,
            actor_name: &self.actor.name,
            text: &text,
            data: &data,
            previous: &self.row.head_hash,
        }
        .hash();
        let previous_hash = std::mem::replace(&mut self.row.head_hash, hash.clone());
        self.row.event_count = no;
        self.events.push(case_event::Model {
            id: platform.new_id(),
            case_id: self.row.id,
            no,
            kind: kind.as_str().to_owned(),
            at,
            actor_id: self.actor.id,
            actor_name: self.actor.name.clone(),
            text,
            data,
            previous_hash,
            hash,
        });
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The event recorded last in this change.
    ///
    /// # Errors
    /// Internal problem when none was.
    pub fn last_event(&self) -> Result<case_event::Model> {
        self.events.last().cloned().ok_or_else(|| Problem::internal("no event was recorded"))
    }

    /// Tells the domains above that something happened.
    pub fn announce(&mut self, topic: &'static str) {
        self.topics.push(topic);
    }

    /// Writes everything. The row must still be the one that was read.
    ///
    /// # Errors
    /// 409 when somebody changed the case meanwhile.
    pub async fn save(mut self, platform: &Platform, tx: &Tx) -> Result<case::Model> {
        self.row.updated_at = tx.now();
        if self.is_new {
            let active = self.row.clone().into_active_model().reset_all();
            case::Entity::insert(active).exec_without_returning(tx.conn()).await?;
        } else {
            self.row.version = self.read_version + 1;
            let active = self.row.clone().into_active_model().reset_all();
            let updated = case::Entity::update_many()
                .set(active)
                .filter(case::Column::Id.eq(self.row.id))
                .filter(case::Column::Version.eq(self.read_version))
                .exec(tx.conn())
                .await?;
            if updated.rows_affected != 1 {
                return Err(Problem::stale());
            }
            if self.row.due_at != self.read_due {
                store::follow_due(tx.conn(), &self.row).await?;
            }
        }
        let (row, events) = self.into_rows(platform, tx);
        if !events.is_empty() {
            let rows = events.into_iter().map(|event| event.into_active_model().reset_all());
            case_event::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        Ok(row)
    }

    /// Leaves the log line and the outbox events, and gives the rows to whoever writes many cases at once.
    pub fn into_rows(mut self, platform: &Platform, tx: &Tx) -> (case::Model, Vec<case_event::Model>) {
        self.audit(platform, tx);
        let topics = std::mem::take(&mut self.topics);
        // What lets the applicant ask in the other network as well: a digest, never the code.
        let proof = match (&self.row.case_number, &self.row.query_code) {
            (Some(number), Some(code)) => proof(number, code),
            _ => String::new(),
        };
        // Open pages listen to the case even when no domain above wants the change.
        for topic in if topics.is_empty() { vec!["case.changed"] } else { topics } {
            tx.publish(Event {
                id: platform.new_id(),
                topic,
                subject: format!("case:{}:{}", self.row.org_id, self.row.id),
                payload: json!({
                    "topic": topic,
                    "case_id": self.row.id,
                    "case_number": self.row.case_number,
                    "account_id": self.row.account_id,
                    "state": self.row.state,
                    "event_no": self.row.event_count,
                    "item_name": self.row.item_name,
                    "proof": proof,
                }),
            });
        }
        (self.row, self.events)
    }
}

impl Change {
    /// What a person changed of a case that was there: state and step before and after (IDENT-036).
    /// The act's name is the permission that let it happen.
    fn audit(&self, platform: &Platform, tx: &Tx) {
        let (Some(actor), false) = (self.actor.id, self.is_new) else { return };
        // The transaction knows the request; the writer it runs on does not.
        let act = self.act.or_else(|| tx.permission());
        let line = Line {
            id: platform.new_id(),
            actor_id: Some(actor),
            actor_name: self.actor.name.clone(),
            action: act.unwrap_or("case.change"),
            subject: format!("case:{}", self.row.id),
            detail: json!({
                "case_number": self.row.case_number,
                "events": self.events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
            }),
        };
        let state = |state: &str, step: &str| json!({ "state": state, "step": step });
        let before = state(&self.read.0, &self.read.1);
        let after = state(&self.row.state, &self.row.step_name);
        tx.audit(line.entry().kind(Kind::Change).changed(before, after));
    }
}

/// An insert wants every value set, also those read back unchanged.
pub(crate) fn all_set<M, A>(model: M) -> A
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait,
{
    model.into_active_model().reset_all()
}
