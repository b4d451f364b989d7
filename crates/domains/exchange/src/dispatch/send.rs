//! Sending an accepted case, again with growing delay until it is taken.

use casework::cases::model::State;
use casework::cases::service::beside::CaseFacts;
use casework::cases::service::change::Actor;
use casework::cases::service::dispatching::case_address;
use catalogue::items::model::Fallback;
use platform::calls::{self, Direction, Entry};
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::store::{self, dispatch};
use super::{CANCELLED, REFUSED, RETURNED, SENT, UNREACHABLE, WAITING};
use crate::{Exchange, Refused, outgoing};

/// Minutes until the next try, by tries so far; after the last one it is given up. Together more than nine hours:
/// a system that is down for a morning gets its cases when it is back.
pub(crate) const DELAYS: [i64; 10] = [1, 2, 5, 10, 20, 30, 60, 120, 150, 180];

/// Whether the other system may still work on a case.
fn examined(state: State) -> bool {
    matches!(state, State::Accepted | State::InReview | State::Special)
}

impl Exchange {
    /// The job behind [`super::BEGIN_JOB`]: notes the case and asks for its sending.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn dispatch_begin(&self, case_id: Uuid) -> Result<()> {
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        let Some(to) = facts.item.item.dispatch.clone() else { return Ok(()) };
        let Some(app_id) = self.casework.dispatch_target(&facts.item.item) else { return Ok(()) };
        let system = self.identity.system_by_app_id(&app_id).await?;
        let now = self.platform.now();
        let row = dispatch::Model {
            case_id,
            case_number: facts.case_number,
            item_slug: facts.item_slug,
            item_name: facts.item_name,
            org_id: facts.org_id,
            taken_at: facts.taken_at,
            mode: to.mode.as_str().to_owned(),
            system_name: system.map_or_else(|| app_id.clone(), |system| system.name),
            app_id,
            state: WAITING.to_owned(),
            problem: String::new(),
            reason: None,
            attempts: 0,
            round: 1,
            next_at: Some(now),
            sent_at: None,
            receipt: None,
            answer_hours: i64::from(to.answer_hours),
            answer_by: None,
            answered_at: None,
            fallback: if to.fallback == Fallback::Hold { "hold" } else { "manual" }.to_owned(),
            ended_at: None,
            ended_by: None,
            told_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let job = self.send_job(case_id, 1, None);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if store::begin(tx.conn(), row).await? {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The job behind [`super::SEND_JOB`]: one round of sending.
    ///
    /// # Errors
    /// When the database refuses, or the row changed meanwhile: tried again.
    pub async fn dispatch_send(&self, case_id: Uuid, round: i64) -> Result<()> {
        let Some(row) = store::find(self.platform.db.read(), case_id).await? else { return Ok(()) };
        if row.state != WAITING || row.round != round {
            return Ok(());
        }
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        if !examined(facts.state) {
            return self.end_dispatch(row, &facts).await;
        }
        match self.hand_on(&row, &facts).await? {
            Ok(receipt) => self.note_delivered(case_id, receipt).await,
            Err(refused) => self.note_undelivered(row, refused).await,
        }
    }

    /// Sends files and case; what the other system says, or why it did not take it.
    async fn hand_on(&self, row: &dispatch::Model, facts: &CaseFacts) -> Result<Result<Option<String>, Refused>> {
        // 422 stands for what no further try will change.
        let for_good = |reason: String| Ok(Err(Refused { status: 422, reason }));
        let address = match self.address_of(row).await? {
            Ok(address) => address,
            Err(refused) => return Ok(Err(refused)),
        };
        let mapping = facts.item.item.dispatch.as_ref().and_then(|to| to.mapping.as_deref());
        let content = match self.casework.dispatchable(row.case_id, mapping).await {
            Ok(content) => content,
            Err(problem) if problem.status().is_client_error() => return for_good(problem.title().to_owned()),
            Err(problem) => return Err(problem),
        };
        if !content.problems.is_empty() {
            let named: Vec<&str> = content.problems.iter().map(|one| one.message.as_str()).collect();
            return for_good(format!("表单内容对方不会收：{}", named.join("；")));
        }
        for (key, file) in &content.files {
            let (file, bytes) = platform::files::read(&self.platform, file.id).await?;
            let body = json!({
                "id": row.case_id, "case_number": row.case_number, "material": key,
                "file": file.id, "name": file.name, "size": file.size,
                "sm3": base::encoding::to_hex(&base::crypto::sm3(&bytes)),
                "content": base::encoding::to_base64url(&bytes),
            });
            let told = format!("分发附件“{}”", file.name);
            if let Err(refused) = self.say(row, &format!("{address}/files"), &told, &body).await? {
                return Ok(Err(refused));
            }
        }
        let mut body = content.body;
        body.insert("id".to_owned(), json!(row.case_id));
        body.insert("form".to_owned(), Value::Object(content.record));
        let said = self.say(row, &address, "分发办件", &Value::Object(body)).await?;
        Ok(said.map(|text| {
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            answer.get("receipt").and_then(Value::as_str).map(|text| text.chars().take(100).collect())
        }))
    }

    /// Where the system takes cases now, or why nothing can be sent there.
    pub(crate) async fn address_of(&self, row: &dispatch::Model) -> Result<Result<String, Refused>> {
        let system = self.identity.live_system(&row.app_id).await?;
        Ok(system.as_ref().and_then(case_address).cloned().ok_or_else(|| {
            let reason = format!("{}没有启用，或者没有登记以 /cases 结尾的回调地址", row.system_name);
            Refused { status: 0, reason }
        }))
    }

    /// One call, written down whatever comes of it.
    pub(crate) async fn say(
        &self,
        row: &dispatch::Model,
        address: &str,
        operation: &str,
        body: &Value,
    ) -> Result<Result<String, Refused>> {
        let started = self.platform.clock.now();
        let body = body.to_string();
        let mut entry = Entry::new(&self.platform, Direction::Out);
        entry.party.clone_from(&row.app_id);
        entry.party_name.clone_from(&row.system_name);
        address.clone_into(&mut entry.address);
        operation.clone_into(&mut entry.operation);
        entry.case_id = Some(row.case_id);
        entry.case_number = Some(row.case_number.clone());
        entry.payload(body.as_bytes());
        let sent = outgoing::ask(&self.platform, &self.identity, &row.app_id, address, body).await;
        match &sent {
            Ok((status, _)) => entry.succeeded(*status, ""),
            Err(refused) => entry.failed(refused.status, &refused.reason),
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(sent.map(|(_, text)| text))
    }

    /// It was taken. An answer may have been quicker than our own note of it.
    async fn note_delivered(&self, case_id: Uuid, receipt: Option<String>) -> Result<()> {
        let exchange = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = store::find(tx.conn(), case_id).await? else { return Ok(()) };
                    row.sent_at = Some(tx.now());
                    row.receipt = receipt;
                    // It ended here while it was on its way: they have it now, so they have to hear of its end.
                    if row.state == CANCELLED && row.told_at.is_none() && !row.is_untold() {
                        tx.enqueue(exchange.begin_telling(&mut row, tx.now()));
                        return store::save(tx.conn(), row, tx.now()).await;
                    }
                    if row.state == CANCELLED {
                        return store::save(tx.conn(), row, tx.now()).await;
                    }
                    row.attempts += 1;
                    row.next_at = None;
                    if row.state == WAITING {
                        let by = tx.now() + Duration::hours(row.answer_hours);
                        row.state = SENT.to_owned();
                        row.problem = String::new();
                        row.reason = None;
                        row.answer_by = Some(by);
                        tx.enqueue(exchange.watch_job(case_id, by));
                    }
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await
            .map_err(super::watch::again)
    }

    /// It was not taken: the next try, or the end of trying.
    async fn note_undelivered(&self, mut row: dispatch::Model, refused: Refused) -> Result<()> {
        let for_good = matches!(refused.status, 400 | 422);
        row.attempts += 1;
        row.reason = Some(refused.reason);
        let tries = usize::try_from(row.attempts - 1).unwrap_or(usize::MAX);
        let Some(minutes) = DELAYS.get(tries).filter(|_| !for_good) else {
            row.problem = if for_good { REFUSED } else { UNREACHABLE }.to_owned();
            return self.give_up(row).await;
        };
        let now = self.platform.now();
        let at = now + Duration::minutes(*minutes);
        row.problem = UNREACHABLE.to_owned();
        row.next_at = Some(at);
        row.round += 1;
        let job = self.send_job(row.case_id, row.round, Some(at));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, tx.now()).await?;
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
            .map_err(super::watch::again)
    }

    /// No further try helps: people here get the case, or decide what becomes of it.
    async fn give_up(&self, mut row: dispatch::Model) -> Result<()> {
        row.next_at = None;
        let reason = row.reason.clone().unwrap_or_default();
        if row.fallback == "manual" {
            let mut over = row.clone();
            over.state = RETURNED.to_owned();
            let done = self.give_to_people(over, Actor::system(), &reason, None).await;
            match done {
                Ok(()) => {
                    let text = format!(
                        "办件 {}（{}）没能送到{}，已转为人工办理，请在待办里处理。原因：{reason}",
                        row.case_number, row.item_name, row.system_name
                    );
                    return self.tell(&row, "returned", &text).await;
                }
                // Its clock stands, for example: it waits in the list for somebody.
                Err(problem) if problem.code() == "not_elsewhere" => {}
                Err(problem) => return Err(super::watch::again(problem)),
            }
        }
        let told = row.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| Box::pin(async move { store::save(tx.conn(), row, tx.now()).await }))
            .await
            .map_err(super::watch::again)?;
        let text = format!(
            "办件 {}（{}）没能送到{}，请在分发异常里处理。原因：{reason}",
            told.case_number, told.item_name, told.system_name
        );
        self.tell(&told, "given_up", &text).await
    }

    /// In one command: the dispatch ends, the flow of the case begins, held answers go.
    pub(crate) async fn give_to_people(
        &self,
        mut row: dispatch::Model,
        actor: Actor,
        why: &str,
        line: Option<Line>,
    ) -> Result<()> {
        let (exchange, why) = (self.clone(), why.to_owned());
        let now = self.platform.now();
        row.state = RETURNED.to_owned();
        row.next_at = None;
        row.ended_at = Some(now);
        row.ended_by = Some(actor.name.clone());
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let case_id = row.case_id;
                    exchange.casework.handle_here(tx, case_id, actor, &why).await?;
                    store::save(tx.conn(), row, tx.now()).await?;
                    store::drop_all_held(tx.conn(), case_id).await?;
                    if let Some(line) = line {
                        tx.audit(line);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Puts a text into the inboxes of those who handle and watch the case, once for each round.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn tell(&self, row: &dispatch::Model, what: &str, text: &str) -> Result<()> {
        let mut staff = std::collections::BTreeSet::new();
        for role in ["clerk", "reviewer", "supervisor"] {
            let found = self.identity.staff_for(row.org_id, role, &row.item_slug).await?;
            staff.extend(found.into_iter().map(|one| one.id));
        }
        let staff: Vec<Uuid> = staff.into_iter().collect();
        let key = format!("dispatch:{}:{what}:{}", row.case_id, row.version);
        self.casework.tell_desk(&staff, "dispatch", &key, text).await
    }
}

/// A conflict with what was not there when it was read.
pub(crate) fn over() -> Problem {
    Problem::conflict("dispatch_over", "这件已转为人工办理或者已经结束，不再收对方系统的办理结果。")
}
