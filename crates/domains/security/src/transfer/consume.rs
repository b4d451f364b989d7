//! What becomes of a delivered packet: the domain that declared its kind takes it, once.
//!
//! The mark on the packet and what the domain does are one transaction, so that a job that runs again
//! changes nothing. What no domain declares, and what a domain refuses, waits for people, who may have
//! it taken again.

use std::sync::Arc;

use platform::transfer::{Consumer, Received};
use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line, Outcome};
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::QueryFilter;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::outbox::line;
use super::store::inward;
use crate::Security;

/// Job that hands a delivered packet to its domain.
pub const CONSUME_JOB: &str = "security.transfer_consume";

/// Waits for its domain.
pub(crate) const WAITING: &str = "waiting";
/// Taken.
pub(crate) const DONE: &str = "done";
/// Refused by its domain.
pub(crate) const FAILED: &str = "failed";
/// No domain declares its kind.
pub(crate) const UNCLAIMED: &str = "unclaimed";

/// What became of packets, with names.
pub(crate) const TAKEN: [(&str, &str); 4] =
    [(WAITING, "待处理"), (DONE, "已处理"), (FAILED, "处理不了"), (UNCLAIMED, "没有人接")];

/// Name of a mark; empty for what was delivered before packets were handed on.
pub(crate) fn taken_label(text: &str) -> &'static str {
    TAKEN.iter().find(|(key, _)| *key == text).map_or("", |(_, name)| name)
}

/// Longest note kept.
const NOTE: usize = 300;

#[derive(Serialize, Deserialize)]
struct Payload {
    no: i64,
}

impl Security {
    fn consumer(&self, kind: &str) -> Option<Arc<dyn Consumer>> {
        self.consumers.iter().find(|consumer| consumer.kinds().contains(&kind)).cloned()
    }

    /// Mark of a packet that was just delivered.
    pub(super) fn first_mark(&self, kind: &str) -> &'static str {
        if self.consumer(kind).is_some() { WAITING } else { UNCLAIMED }
    }

    /// Hands a delivered packet to its domain; run again it does nothing more.
    ///
    /// # Errors
    /// When the database or the domain fails; tried again.
    pub async fn consume(&self, payload: Value) -> Result<()> {
        let Payload { no } = serde_json::from_value(payload)?;
        let (body, files) = self.received(no).await?;
        let kind = self.kind_of(no).await?;
        let Some(consumer) = self.consumer(&kind) else {
            let note = "这个版本里没有处理这种数据的功能。升级以后点“重新处理”，内容一直留着。";
            return self.mark(no, UNCLAIMED, note.to_owned(), None).await;
        };
        let received = Received { no, kind, body, files };
        let security = self.clone();
        let taken = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if !claim(tx, no).await? {
                        return Ok(());
                    }
                    let note = consumer.take(tx, &received).await?;
                    write_note(tx, no, &note).await?;
                    let detail = json!({ "kind": received.kind, "note": short(&note) });
                    let entry = line(&security, "transfer.take", format!("transfer:in:{no}"), detail).entry();
                    tx.audit(entry.kind(Kind::System));
                    Ok(())
                })
            })
            .await;
        match taken {
            // Its own words, and no second try: the content does not change by waiting.
            Err(problem) if problem.status().is_client_error() => {
                let words: Vec<String> =
                    problem.field_errors().iter().map(|error| format!("{} {}", error.pointer, error.message)).collect();
                let says = if words.is_empty() { problem.title().to_owned() } else { words.join("；") };
                let detail = json!({ "reason": short(&says) });
                let entry = line(self, "transfer.take_failed", format!("transfer:in:{no}"), detail).entry();
                self.mark(no, FAILED, says, Some(entry.kind(Kind::System).result(Outcome::Refused))).await
            }
            other => other,
        }
    }

    async fn kind_of(&self, no: i64) -> Result<String> {
        let row = inward::Entity::find().filter(inward::Column::No.eq(no)).one(self.platform.db.read()).await?;
        Ok(row.ok_or_else(|| Problem::not_found("没有收到这个数据包。"))?.kind)
    }

    async fn mark(
        &self,
        no: i64,
        mark: &'static str,
        note: String,
        entry: Option<platform::work::audit::Entry>,
    ) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    inward::Entity::update_many()
                        .col_expr(inward::Column::Taken, Expr::value(mark))
                        .col_expr(inward::Column::TakenNote, Expr::value(short(&note)))
                        .filter(inward::Column::No.eq(no))
                        .filter(inward::Column::Taken.ne(DONE))
                        .exec(tx.conn())
                        .await?;
                    if let Some(entry) = entry {
                        tx.audit(entry);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Has a packet taken again that was refused or had nobody.
    ///
    /// # Errors
    /// 404, 409 when it was taken or waits, 422 without a reason.
    pub async fn take_again(&self, caller: &Principal, no: i64, reason: &str) -> Result<()> {
        let reason = crate::text("/reason", reason, "请写明为什么重新处理。")?;
        let found = inward::Entity::find().filter(inward::Column::No.eq(no)).one(self.platform.db.read()).await?;
        let row = found.ok_or_else(|| Problem::not_found("没有收到这个数据包。"))?;
        if row.state != "delivered" {
            return Err(Problem::conflict("not_delivered", "这个数据包没有收下，不能处理。"));
        }
        let waits = self.consumer(&row.kind).is_some();
        if row.taken == DONE || (row.taken == WAITING && waits) {
            return Err(Problem::conflict("taken", "这个数据包已经处理过，或者正在等处理。"));
        }
        if !waits {
            let problem = Problem::conflict("nobody", "这个版本里还没有处理这种数据的功能。");
            return Err(problem.detail("请先升级到有这个功能的版本，或者在摆渡规则里停掉这一种。"));
        }
        let subject = format!("transfer:in:{no}");
        let line =
            Line::by(caller, self.platform.new_id(), "transfer.take_again", subject, json!({ "reason": reason }));
        let job = NewJob {
            id: self.platform.new_id(),
            kind: CONSUME_JOB,
            payload: platform::work::payload(&Payload { no })?,
            run_at: None,
            key: None,
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let again = inward::Entity::update_many()
                        .col_expr(inward::Column::Taken, Expr::value(WAITING))
                        .col_expr(inward::Column::TakenNote, Expr::value(""))
                        .filter(inward::Column::No.eq(no))
                        .filter(inward::Column::Taken.eq(row.taken))
                        .exec(tx.conn())
                        .await?;
                    if again.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
    }
}

/// Marks a packet as taken; false when it was already. On PostgreSQL the row stays locked until the
/// commit, so a second node waits and then finds it taken.
async fn claim(tx: &Tx, no: i64) -> Result<bool> {
    let claimed = inward::Entity::update_many()
        .col_expr(inward::Column::Taken, Expr::value(DONE))
        .col_expr(inward::Column::TakenAt, Expr::value(Some(tx.now())))
        .filter(inward::Column::No.eq(no))
        .filter(inward::Column::Taken.ne(DONE))
        .exec(tx.conn())
        .await?;
    Ok(claimed.rows_affected == 1)
}

async fn write_note(tx: &Tx, no: i64, note: &str) -> Result<()> {
    inward::Entity::update_many()
        .col_expr(inward::Column::TakenNote, Expr::value(short(note)))
        .filter(inward::Column::No.eq(no))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(NOTE).collect()
}
