//! The sending half: filtered, numbered, written out, acknowledged, sent again.

use std::sync::Arc;

use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line, Outcome};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::{Map, Value, json};
use time::Duration;

use super::packet::{Ack, Content, Enclosed, Packet, chain, digest};
use super::store::{hold, keep, out};
use super::{GENESIS, Transfer};
use crate::Security;

/// Job that sends what an event says, where a rule wants it.
pub const FORWARD_JOB: &str = "security.transfer_forward";
/// Events that a rule may send by themselves.
pub(crate) const TOPICS: [&str; 8] = [
    "case.submitted",
    "case.accepted",
    "case.correction_requested",
    "case.decided",
    "case.closed",
    "case.delivered",
    "case.withdrawn",
    "case.changed",
];
/// Packets written in one go.
const MOST: u64 = 200;

/// A file to send along.
#[derive(Debug, Clone)]
pub struct SentFile {
    /// Name.
    pub name: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// A line of the product's own doing about a packet.
pub(crate) fn line(security: &Security, action: &'static str, subject: String, detail: Value) -> Line {
    Line { id: security.platform.new_id(), actor_id: None, actor_name: "系统".to_owned(), action, subject, detail }
}

/// Place a content is bound to in the database.
pub(crate) fn place(direction: &str, id: Uuid) -> String {
    format!("transfer_{direction}:{id}:content")
}

impl Security {
    /// The transfer, or why there is none.
    pub(crate) fn transfer(&self) -> Result<&Arc<Transfer>> {
        self.transfer.as_ref().ok_or_else(|| {
            Problem::conflict("transfer_off", "没有配置数据交换区，不能摆渡。")
                .detail("请在配置里填写 zone_dir、zone_side、zone_key_file 和 zone_peer_key_file。")
        })
    }

    /// Sends something to the other side with the command it belongs to; gives its number.
    ///
    /// # Errors
    /// 409 without a zone, 422 for what no rule lets pass.
    pub async fn send_across(&self, tx: &Tx, kind: &str, body: &Map<String, Value>, files: &[SentFile]) -> Result<i64> {
        let transfer = Arc::clone(self.transfer()?);
        let parts: Vec<(&str, &[u8])> = files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
        let filtered = transfer
            .rules
            .filter(transfer.zone.side, kind, body, &parts)
            .map_err(|refusal| Problem::invalid_field("/transfer", "not_allowed", format!("不能摆渡：{refusal}。")))?;
        let files = files
            .iter()
            .map(|file| Enclosed { name: file.name.clone(), bytes: base::encoding::to_base64url(&file.bytes) })
            .collect();
        let content = serde_json::to_string(&Content { body: filtered.body, files })?;
        let mut state = hold(tx, "out").await?;
        let (id, no, digest) = (self.platform.new_id(), state.last_no + 1, digest(&content));
        let chain = chain(&state.chain, no, kind, &digest);
        let dropped = filtered.dropped.join("、");
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        out::Entity::insert(out::ActiveModel {
            id: Set(id),
            no: Set(no),
            kind: Set(kind.to_owned()),
            digest: Set(digest.clone()),
            chain: Set(chain.clone()),
            size: Set(size),
            dropped: Set(dropped.clone()),
            state: Set("waiting".to_owned()),
            content_sealed: Set(self.platform.seal(&content, &place("out", id))),
            made_at: Set(tx.now()),
            sent_at: Set(None),
            sent_times: Set(0),
            acknowledged_at: Set(None),
        })
        .exec_without_returning(tx.conn())
        .await?;
        (state.last_no, state.chain) = (no, chain);
        keep(tx, state).await?;
        let detail = json!({ "kind": kind, "digest": digest, "size": size, "dropped": dropped });
        tx.audit(line(self, "transfer.send", format!("transfer:out:{no}"), detail));
        Ok(no)
    }

    /// Sends what an event says, where a rule wants it; an installation without a zone sends nothing.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub async fn forward(&self, payload: Value) -> Result<()> {
        let Some(transfer) = self.transfer.clone() else { return Ok(()) };
        let Value::Object(body) = payload else { return Ok(()) };
        let topic = body.get("topic").and_then(Value::as_str).unwrap_or_default().to_owned();
        let kinds: Vec<String> =
            transfer.rules.forwarded(&topic, transfer.zone.side).map(|rule| rule.kind.clone()).collect();
        for kind in kinds {
            let (security, body) = (self.clone(), body.clone());
            let sent = self.platform.db.write(self.platform.now(), move |tx| {
                Box::pin(async move { security.send_across(tx, &kind, &body, &[]).await })
            });
            sent.await?;
        }
        Ok(())
    }

    /// Hears an acknowledgement: what is there needs not go again, what is missing goes, and the
    /// chains are compared.
    pub(crate) async fn hear(&self, ack: Ack) -> Result<()> {
        let security = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut state = hold(tx, "out").await?;
                    // The ferry brings them in any order: an older word says nothing new.
                    if ack.upto < state.peer_no {
                        return Ok(());
                    }
                    let own = match ack.upto {
                        0 => Some(GENESIS.to_owned()),
                        no => {
                            let row = out::Entity::find().filter(out::Column::No.eq(no)).one(tx.conn()).await?;
                            row.map(|row| row.chain)
                        }
                    };
                    if own.as_deref() != Some(ack.chain.as_str()) {
                        let note = format!("对方收到第 {} 包时的摘要与本方不一致", ack.upto);
                        if state.agreed {
                            let subject = format!("transfer:out:{}", ack.upto);
                            let detail = json!({ "theirs": ack.chain, "ours": own });
                            let entry = line(&security, "transfer.diverged", subject, detail).entry();
                            tx.audit(entry.kind(Kind::System).result(Outcome::Failed));
                        }
                        (state.agreed, state.note) = (false, note);
                        return keep(tx, state).await;
                    }
                    let done = out::Entity::update_many()
                        .col_expr(out::Column::State, Expr::value("acknowledged"))
                        .col_expr(out::Column::AcknowledgedAt, Expr::value(Some(tx.now())))
                        .col_expr(out::Column::ContentSealed, Expr::value(""))
                        .filter(out::Column::No.lte(ack.upto))
                        .filter(out::Column::State.ne("acknowledged"))
                        .exec(tx.conn())
                        .await?;
                    if !ack.missing.is_empty() {
                        out::Entity::update_many()
                            .col_expr(out::Column::State, Expr::value("waiting"))
                            .filter(out::Column::No.is_in(ack.missing.iter().copied()))
                            .filter(out::Column::State.eq("sent"))
                            .exec(tx.conn())
                            .await?;
                    }
                    if done.rows_affected > 0 {
                        let detail = json!({ "packets": done.rows_affected, "missing": ack.missing.len() });
                        tx.audit(line(
                            &security,
                            "transfer.acknowledged",
                            format!("transfer:out:{}", ack.upto),
                            detail,
                        ));
                    }
                    (state.peer_no, state.peer_at) = (ack.upto, Some(tx.now()));
                    (state.agreed, state.note) = (true, String::new());
                    keep(tx, state).await
                })
            })
            .await
    }

    /// Writes out what waits, and what nobody acknowledged for too long.
    pub(crate) async fn put_out(&self) -> Result<usize> {
        let transfer = Arc::clone(self.transfer()?);
        let now = self.platform.now();
        let late = now - Duration::minutes(transfer.rules.resend_minutes);
        let due = Cond::any()
            .add(out::Column::State.eq("waiting"))
            .add(Cond::all().add(out::Column::State.eq("sent")).add(out::Column::SentAt.lte(late)));
        let rows = out::Entity::find()
            .filter(due)
            .order_by_asc(out::Column::No)
            .limit(MOST)
            .all(self.platform.db.read())
            .await?;
        let count = rows.len();
        if count == 0 {
            return Ok(0);
        }
        let mut files = Vec::with_capacity(count);
        for row in &rows {
            let content = self.platform.unseal(&row.content_sealed, &place("out", row.id))?;
            let head = (transfer.zone.side, row.no, row.kind.as_str(), row.chain.as_str());
            let packet = Packet::make(&transfer.zone.keys, head, &content, self.platform.randomness.as_ref());
            files
                .push((format!("{}-{:012}.packet", transfer.zone.side.as_str(), row.no), serde_json::to_vec(&packet)?));
        }
        let zone = Arc::clone(&transfer);
        let written =
            tokio::task::spawn_blocking(move || files.iter().try_for_each(|(name, bytes)| zone.zone.put(name, bytes)));
        written.await.map_err(Problem::internal)??;
        let again: Vec<i64> = rows.iter().filter(|row| row.sent_times > 0).map(|row| row.no).collect();
        let numbers: Vec<i64> = rows.iter().map(|row| row.no).collect();
        let security = self.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    out::Entity::update_many()
                        .col_expr(out::Column::State, Expr::value("sent"))
                        .col_expr(out::Column::SentAt, Expr::value(Some(now)))
                        .col_expr(out::Column::SentTimes, Expr::col(out::Column::SentTimes).add(1))
                        .filter(out::Column::No.is_in(numbers))
                        .filter(out::Column::State.ne("acknowledged"))
                        .exec(tx.conn())
                        .await?;
                    if !again.is_empty() {
                        tx.audit(line(
                            &security,
                            "transfer.resend",
                            "transfer:out".to_owned(),
                            json!({ "numbers": again }),
                        ));
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(count)
    }

    /// Sends a packet again because somebody asks for it.
    ///
    /// # Errors
    /// 404, 409 when it was acknowledged, 422 without a reason.
    pub async fn send_again(&self, caller: &Principal, no: i64, reason: &str) -> Result<()> {
        self.transfer()?;
        let reason = crate::text("/reason", reason, "请写明为什么重发。")?;
        let found = out::Entity::find().filter(out::Column::No.eq(no)).one(self.platform.db.read()).await?;
        let row = found.ok_or_else(|| Problem::not_found("没有这个数据包。"))?;
        if row.state == "acknowledged" {
            return Err(Problem::conflict("acknowledged", "对方已经收到这个数据包，不用重发。"));
        }
        let subject = format!("transfer:out:{no}");
        let line = Line::by(caller, self.platform.new_id(), "transfer.resend", subject, json!({ "reason": reason }));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    out::Entity::update_many()
                        .col_expr(out::Column::State, Expr::value("waiting"))
                        .filter(out::Column::No.eq(no))
                        .filter(out::Column::State.eq("sent"))
                        .exec(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}
