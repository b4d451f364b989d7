//! What the system that has a case sends back: in order, each once, whatever order it comes in.
//!
//! Steps (办件审批) are numbered from 1 without a gap; a result follows the decision, the closing follows the result.
//! What comes before its turn is kept ([`Exchange::hold`]) and carried out when its turn has come
//! ([`Exchange::carry_out_held`]). A case that people here took over takes no answers any more.

use casework::cases::model::{EventKind, State};
use casework::cases::service::external::Taken;
use identity::systems::ConnectedSystem;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::store::{self, dispatch, held};
use super::{ANSWERED, DONE, HELD, RELEASE_JOB};
use crate::Exchange;
use crate::inbound::{Envelope, EventAnswer, Turn, store as messages};

/// Answers kept of one case at most.
const MOST: usize = 50;
/// Minutes between two looks at what is held.
const LOOKS: i64 = 10;

/// A case that the sender has.
pub(crate) struct Dispatched {
    /// Case.
    pub(crate) case_id: Uuid,
    /// Its number.
    pub(crate) case_number: String,
    /// Its state.
    pub(crate) state: State,
}

/// Events by which a case is handled; others only record and may come from anybody granted.
fn handles(kind: EventKind) -> bool {
    use EventKind as E;
    matches!(kind, E::Review | E::Result | E::Close | E::SpecialStart | E::SpecialEnd | E::Revoke)
}

/// In which order held answers are tried.
fn rank(event: &str) -> u8 {
    match event {
        "review" => 0,
        "result" => 2,
        "close" => 3,
        _ => 1,
    }
}

impl Exchange {
    /// The case, when it was dispatched to the sender and is still there.
    ///
    /// # Errors
    /// 409 when people took it over, or when another system has it.
    pub(crate) async fn dispatched_to(
        &self,
        system: &ConnectedSystem,
        subject: &str,
        kind: EventKind,
    ) -> Result<Option<Dispatched>> {
        let Some(case) = self.casework.case_for_message(subject).await? else { return Ok(None) };
        let Some(row) = store::find(self.platform.db.read(), case.id).await? else { return Ok(None) };
        if row.app_id != system.app_id {
            if row.is_open() && handles(kind) {
                let message = format!("这件由{}办理，别的系统不能报办理过程和结果。", row.system_name);
                return Err(Problem::conflict("dispatched_elsewhere", message));
            }
            return Ok(None);
        }
        if row.is_open() {
            return Ok(Some(Dispatched { case_id: case.id, case_number: case.case_number, state: case.state }));
        }
        if handles(kind) && row.state != DONE { Err(super::send::over()) } else { Ok(None) }
    }

    /// Why an answer has to wait; none when it is its turn.
    pub(crate) async fn comes_early(
        &self,
        system: &ConnectedSystem,
        at: &Dispatched,
        envelope: &Envelope,
        turn: Turn,
    ) -> Result<Option<String>> {
        let conn = self.platform.db.read();
        let highest =
            async |event: EventKind| messages::highest(conn, system.id, &at.case_number, event.as_str()).await;
        let said = |key: &str| envelope.data.get(key).and_then(Value::as_str).unwrap_or_default();
        match envelope.kind {
            EventKind::Review => {
                let next = highest(EventKind::Review).await? + 1;
                Ok((envelope.sequence > next).then(|| format!("还没有收到第 {next} 步办件审批")))
            }
            EventKind::Result if examined(at.state) => Ok(Some("还没有收到审批决定".to_owned())),
            // Given up over there without a decision: nothing more will come.
            EventKind::Close if matches!(said("result"), "2" | "5") => Ok(None),
            EventKind::Close if examined(at.state) => Ok(Some("还没有收到审批决定".to_owned())),
            // A refusal may be closed without a result; one that is on its way still gets its place before the end.
            EventKind::Close
                if (said("result") != "1" || turn != Turn::Waited) && highest(EventKind::Result).await? == 0 =>
            {
                Ok(Some("还没有收到办件结果".to_owned()))
            }
            _ => Ok(None),
        }
    }

    /// Keeps an answer until its turn comes.
    ///
    /// # Errors
    /// 409 when another content of the same version is kept already, or too many are.
    pub(crate) async fn hold(&self, at: &Dispatched, envelope: &Envelope, reason: String) -> Result<EventAnswer> {
        let kept = store::held_of(self.platform.db.read(), at.case_id).await?;
        let event = envelope.kind.as_str();
        let same = kept
            .iter()
            .find(|row| row.event == event && row.sequence == envelope.sequence && row.version == envelope.version);
        if same.is_some_and(|row| row.digest != envelope.digest) {
            let message = "同一数据版本已经收过，但内容不同。要更正请把数据版本加 1 再报。";
            return Err(Problem::conflict("version_differs", message));
        }
        if same.is_none() {
            if kept.len() >= MOST {
                let message = format!("这件已有 {MOST} 条先到的结果在等，请先补报缺的一步：{reason}。");
                return Err(Problem::conflict("too_many_held", message));
            }
            let now = self.platform.now();
            let id = self.platform.new_id();
            let row = held::Model {
                id,
                case_id: at.case_id,
                event: event.to_owned(),
                sequence: envelope.sequence,
                version: envelope.version,
                digest: envelope.digest.clone(),
                envelope_sealed: self.platform.seal(&envelope.raw, &format!("held:{id}:envelope")),
                reason: reason.chars().take(500).collect(),
                held_at: now,
            };
            let look = self.look(at.case_id, now + Duration::minutes(LOOKS));
            self.platform
                .db
                .write(now, move |tx| {
                    Box::pin(async move {
                        if store::hold(tx.conn(), row).await? {
                            tx.enqueue(look);
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(EventAnswer {
            result: "held",
            case_number: at.case_number.clone(),
            event,
            sequence: envelope.sequence,
            version: envelope.version,
            state: at.state.as_str().to_owned(),
            state_label: at.state.label(),
            event_no: 0,
            query_code: None,
        })
    }

    fn look(&self, case_id: Uuid, at: time::OffsetDateTime) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind: RELEASE_JOB,
            payload: json!({ "case_id": case_id }),
            run_at: Some(at),
            key: None,
        }
    }

    /// Carries out what was held of a case as far as its turn has come; what still waits, and why.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn carry_out_held(&self, case_id: Uuid) -> Result<Vec<String>> {
        loop {
            let mut held = store::held_of(self.platform.db.read(), case_id).await?;
            if held.is_empty() {
                return Ok(Vec::new());
            }
            let row = store::find(self.platform.db.read(), case_id).await?;
            let system = match row.filter(dispatch::Model::is_open) {
                Some(row) => self.identity.live_system(&row.app_id).await?,
                None => None,
            };
            let Some(system) = system else {
                return Ok(held.into_iter().map(|row| row.reason).collect());
            };
            held.sort_by_key(|row| (rank(&row.event), row.sequence, row.version));
            let mut reasons = Vec::new();
            let mut went = false;
            for one in held {
                let raw = self.platform.unseal(&one.envelope_sealed, &format!("held:{}:envelope", one.id))?;
                let envelope = Envelope::read(raw.as_bytes())?;
                let waited = self.platform.now() - one.held_at >= Duration::minutes(LOOKS);
                let turn = if waited { Turn::Waited } else { Turn::Again };
                match self.take_tried(&system, &envelope, &envelope.number, turn).await {
                    Err(problem) if problem.status().is_server_error() => return Err(problem),
                    // Taken, or overtaken by a higher version: nothing of it is left to do.
                    Ok(_) => went = true,
                    Err(problem) if matches!(problem.code(), "version_old" | "version_differs") => went = true,
                    Err(problem) => {
                        reasons.push(format!("{}：{}", envelope.kind.label(), problem.title()));
                        continue;
                    }
                }
                self.drop_held(one.id).await?;
                break;
            }
            if !went {
                return Ok(reasons);
            }
        }
    }

    async fn drop_held(&self, id: Uuid) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| Box::pin(async move { store::drop_held(tx.conn(), id).await }))
            .await
    }

    /// The job behind [`RELEASE_JOB`]: what waits longer than a moment is shown, and people are told once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn dispatch_release(&self, case_id: Uuid) -> Result<()> {
        let reasons = self.carry_out_held(case_id).await?;
        let Some(row) = store::find(self.platform.db.read(), case_id).await? else { return Ok(()) };
        if reasons.is_empty() || !row.is_open() {
            return Ok(());
        }
        let (told, mut changed) = (row.problem == HELD, row.clone());
        changed.problem = HELD.to_owned();
        changed.reason = Some(reasons.join("；"));
        let look = self.look(case_id, self.platform.now() + Duration::minutes(LOOKS));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), changed, tx.now()).await?;
                    tx.enqueue(look);
                    Ok(())
                })
            })
            .await
            .map_err(super::watch::again)?;
        if told {
            return Ok(());
        }
        let text = format!(
            "办件 {}（{}）收到{}先到的办理结果，还缺前一步：{}。请联系对方补报。",
            row.case_number,
            row.item_name,
            row.system_name,
            reasons.join("；")
        );
        self.tell(&row, "held", &text).await
    }

    /// Notes in the command that carries it out that the other system has said something.
    ///
    /// # Errors
    /// 409 when people took the case over meanwhile.
    pub(crate) async fn note_answer(&self, tx: &Tx, taken: &Taken) -> Result<()> {
        let row = store::find(tx.conn(), taken.case_id).await?.filter(dispatch::Model::is_open);
        let mut row = row.ok_or_else(super::send::over)?;
        row.answered_at = Some(tx.now());
        row.problem = String::new();
        row.reason = None;
        row.next_at = None;
        if taken.state.is_open() {
            let by = tx.now() + Duration::hours(row.answer_hours);
            row.state = ANSWERED.to_owned();
            row.answer_by = Some(by);
            tx.enqueue(self.watch_job(row.case_id, by));
        } else {
            row.state = DONE.to_owned();
            row.answer_by = None;
            row.ended_at = Some(tx.now());
            row.ended_by = Some(row.system_name.clone());
        }
        store::save(tx.conn(), row, tx.now()).await
    }
}

fn examined(state: State) -> bool {
    matches!(state, State::Accepted | State::InReview | State::Special)
}
