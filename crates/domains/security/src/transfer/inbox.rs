//! The receiving half: proven, held until what came before is there, delivered once and in order.

use std::sync::Arc;

use platform::work::audit::{Kind, Outcome};
use platform::work::outbox::Event;
use platform::{Problem, Result, Tx, files};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::{Map, Value, json};

use super::GENESIS;
use super::outbox::{line, place};
use super::packet::{Ack, Content, Packet, chain};
use super::store::{find, hold, inward, keep};
use super::zone::Brought;
use crate::Security;

/// Event left when a packet was delivered; payload `{no, kind}`. It wakes [`super::CONSUME_JOB`], which
/// hands the packet to the domain that declared its kind.
pub const RECEIVED: &str = "transfer.received";
/// Files read in one go.
const MOST: usize = 500;
/// Missing numbers named in one acknowledgement.
const NAMED: usize = 500;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Packets taken in for the first time.
    pub taken: usize,
    /// Packets that were there already.
    pub doubled: usize,
    /// Files that were not taken.
    pub bad: usize,
    /// Packets delivered.
    pub delivered: usize,
    /// Packets written out.
    pub sent: usize,
}

impl Security {
    /// One round: reads what the ferry brought, delivers, answers, writes out what waits. Does nothing
    /// without a zone.
    ///
    /// # Errors
    /// When the disk or the database refuses; the next round goes on.
    pub async fn ferry(&self) -> Result<Round> {
        let Some(transfer) = self.transfer.clone() else { return Ok(Round::default()) };
        let mut round = Round::default();
        let zone = Arc::clone(&transfer);
        let brought =
            tokio::task::spawn_blocking(move || zone.zone.brought(MOST)).await.map_err(Problem::internal)??;
        let packets = brought.iter().filter(|file| file.name.ends_with(".packet")).count();
        for file in brought {
            let taken = self.take(&file, &mut round).await?;
            if taken { transfer.zone.done(&file.name) } else { transfer.zone.set_aside(&file.name) }
        }
        round.delivered = self.deliver().await?;
        if packets > 0 {
            self.acknowledge().await?;
        }
        round.sent = self.put_out().await?;
        Ok(round)
    }

    /// Takes one file in; false when it is none of ours.
    async fn take(&self, file: &Brought, round: &mut Round) -> Result<bool> {
        let zone = &self.transfer()?.zone;
        let read = if file.name.ends_with(".ack") {
            match Ack::read(&zone.keys, zone.side, &file.bytes) {
                Ok(ack) => {
                    self.hear(ack).await?;
                    return Ok(true);
                }
                Err(error) => Err(error.to_string()),
            }
        } else {
            Packet::read(&zone.keys, zone.side, &file.bytes).map_err(|error| error.to_string())
        };
        let refused = match read {
            Ok((packet, content)) => match self.keep_packet(packet, content).await? {
                Kept::Taken => {
                    round.taken += 1;
                    return Ok(true);
                }
                Kept::Doubled => {
                    round.doubled += 1;
                    return Ok(true);
                }
                Kept::Other => "同一个编号来了不同的内容".to_owned(),
            },
            Err(reason) => reason,
        };
        round.bad += 1;
        let entry =
            line(self, "transfer.refused", format!("transfer:file:{}", file.name), json!({ "reason": refused }))
                .entry()
                .kind(Kind::System)
                .result(Outcome::Refused);
        let noted = self.platform.db.write(self.platform.now(), move |tx| {
            Box::pin(async move {
                tx.audit(entry);
                Ok(())
            })
        });
        noted.await?;
        Ok(false)
    }

    async fn keep_packet(&self, packet: Packet, content: String) -> Result<Kept> {
        let id = self.platform.new_id();
        let sealed = self.platform.seal(&content, &place("in", id));
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = inward::ActiveModel {
                        id: Set(id),
                        no: Set(packet.no),
                        kind: Set(packet.kind),
                        digest: Set(packet.digest.clone()),
                        chain: Set(packet.chain),
                        size: Set(size),
                        state: Set("held".to_owned()),
                        reason: Set(String::new()),
                        content_sealed: Set(sealed),
                        files: Set(json!([])),
                        received_at: Set(tx.now()),
                        delivered_at: Set(None),
                        taken: Set(String::new()),
                        taken_note: Set(String::new()),
                        taken_at: Set(None),
                    };
                    let done = inward::Entity::insert(row)
                        .on_conflict(OnConflict::column(inward::Column::No).do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    if matches!(done, sea_orm::TryInsertResult::Inserted(1..)) {
                        return Ok(Kept::Taken);
                    }
                    let known = inward::Entity::find().filter(inward::Column::No.eq(packet.no)).one(tx.conn()).await?;
                    let same = known.is_some_and(|known| known.digest == packet.digest);
                    Ok(if same { Kept::Doubled } else { Kept::Other })
                })
            })
            .await
    }

    /// Delivers what has come in without a gap.
    async fn deliver(&self) -> Result<usize> {
        let mut delivered = 0;
        loop {
            let next = find(self.platform.db.read(), "in").await?.map_or(1, |state| state.last_no + 1);
            let waiting = inward::Entity::find()
                .filter(inward::Column::No.eq(next))
                .filter(inward::Column::State.eq("held"))
                .one(self.platform.db.read())
                .await?;
            let Some(row) = waiting else { return Ok(delivered) };
            if !self.deliver_one(row).await? {
                return Ok(delivered);
            }
            delivered += 1;
        }
    }

    /// Delivers one packet; false when its chain does not continue ours.
    async fn deliver_one(&self, row: inward::Model) -> Result<bool> {
        let transfer = Arc::clone(self.transfer()?);
        let content = self.platform.unseal(&row.content_sealed, &place("in", row.id))?;
        let verdict = self.judge(&transfer, &row.kind, &content);
        // Bytes lie on the disk before the command; a file nobody refers to is swept like any other.
        let mut stored = Vec::new();
        let reason = match verdict {
            Ok(content) => {
                for (name, bytes) in content {
                    let kind = files::sniff(&bytes).unwrap_or("application/octet-stream");
                    stored.push(files::store_made(&self.platform, "transfer", &name, kind, bytes.into()).await?);
                }
                String::new()
            }
            Err(reason) => reason,
        };
        let security = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut state = hold(tx, "in").await?;
                    if state.last_no + 1 != row.no {
                        // Another node delivered it meanwhile.
                        return Ok(false);
                    }
                    let own = chain(&state.chain, row.no, &row.kind, &row.digest);
                    if own != row.chain {
                        if state.agreed {
                            let subject = format!("transfer:in:{}", row.no);
                            let entry = line(
                                &security,
                                "transfer.diverged",
                                subject,
                                json!({ "theirs": row.chain, "ours": own }),
                            );
                            tx.audit(entry.entry().kind(Kind::System).result(Outcome::Failed));
                        }
                        state.agreed = false;
                        state.note = format!("第 {} 包接不上前面的摘要", row.no);
                        keep(tx, state).await?;
                        return Ok(false);
                    }
                    (state.last_no, state.chain) = (row.no, own);
                    keep(tx, state).await?;
                    settle(&security, tx, row, reason, stored).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Whether our own rules let a content in; gives its files.
    fn judge(
        &self,
        transfer: &super::Transfer,
        kind: &str,
        content: &str,
    ) -> std::result::Result<Vec<(String, Vec<u8>)>, String> {
        let content: Content = serde_json::from_str(content).map_err(|_| "内容读不出来".to_owned())?;
        let files = content
            .files
            .into_iter()
            .map(|file| Some((file.name, base::encoding::from_base64url(&file.bytes)?)))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| "文件读不出来".to_owned())?;
        let parts: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let filtered = transfer.rules.filter(transfer.zone.side.other(), kind, &content.body, &parts);
        match filtered {
            Ok(filtered) if filtered.dropped.is_empty() => Ok(files),
            Ok(filtered) => Err(format!("带有不允许的字段：{}", filtered.dropped.join("、"))),
            Err(refusal) => Err(refusal.to_string()),
        }
    }

    /// Says what is there and what is missing.
    async fn acknowledge(&self) -> Result<()> {
        let transfer = Arc::clone(self.transfer()?);
        let conn = self.platform.db.read();
        let (upto, head) = match find(conn, "in").await? {
            Some(state) => (state.last_no, state.chain),
            None => (0, GENESIS.to_owned()),
        };
        let seen: Vec<i64> = inward::Entity::find()
            .select_only()
            .column(inward::Column::No)
            .filter(inward::Column::No.gt(upto))
            .order_by_asc(inward::Column::No)
            .into_tuple()
            .all(conn)
            .await?;
        let missing = missing(upto, &seen);
        let at = self.platform.now().unix_timestamp();
        let ack = Ack::make(&transfer.zone.keys, transfer.zone.side, upto, &head, missing, at);
        let name = format!("{}-{upto:012}-{}.ack", transfer.zone.side.as_str(), self.platform.new_id().simple());
        transfer.zone.put(&name, &serde_json::to_vec(&ack)?)
    }

    /// Content of a delivered packet, for the domain that its event woke: body and ids of its files.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn received(&self, no: i64) -> Result<(Map<String, Value>, Vec<Uuid>)> {
        let row = inward::Entity::find()
            .filter(inward::Column::No.eq(no))
            .filter(inward::Column::State.eq("delivered"))
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有收到这个数据包。"))?;
        let content: Content = serde_json::from_str(&self.platform.unseal(&row.content_sealed, &place("in", row.id))?)?;
        Ok((content.body, serde_json::from_value(row.files)?))
    }
}

enum Kept {
    Taken,
    Doubled,
    Other,
}

/// Numbers that are not there although later ones are.
fn missing(upto: i64, seen: &[i64]) -> Vec<i64> {
    let Some(last) = seen.last() else { return Vec::new() };
    (upto + 1..*last).filter(|no| seen.binary_search(no).is_err()).take(NAMED).collect()
}

/// Writes down how a packet ended, keeps its files, tells the domains above.
async fn settle(
    security: &Security,
    tx: &Tx,
    row: inward::Model,
    reason: String,
    stored: Vec<files::NewFile>,
) -> Result<()> {
    let good = reason.is_empty();
    let ids: Vec<Uuid> = stored.iter().map(files::NewFile::id).collect();
    for file in stored {
        file.keep(tx).await?;
    }
    inward::Entity::update_many()
        .col_expr(inward::Column::State, Expr::value(if good { "delivered" } else { "refused" }))
        .col_expr(inward::Column::Reason, Expr::value(reason.clone()))
        .col_expr(inward::Column::Files, Expr::value(json!(ids)))
        .col_expr(inward::Column::DeliveredAt, Expr::value(Some(tx.now())))
        .col_expr(inward::Column::Taken, Expr::value(if good { security.first_mark(&row.kind) } else { "" }))
        .filter(inward::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await?;
    let detail =
        json!({ "kind": row.kind, "digest": row.digest, "size": row.size, "files": ids.len(), "reason": reason });
    let action = if good { "transfer.receive" } else { "transfer.refused" };
    let entry = line(security, action, format!("transfer:in:{}", row.no), detail).entry().kind(Kind::System);
    tx.audit(if good { entry } else { entry.result(Outcome::Refused) });
    if good {
        tx.publish(Event {
            id: security.platform.new_id(),
            topic: RECEIVED,
            subject: "transfer".to_owned(),
            payload: json!({ "no": row.no, "kind": row.kind }),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_the_highest_number_seen_is_missing() {
        assert_eq!(missing(3, &[]), Vec::<i64>::new());
        assert_eq!(missing(3, &[5, 8]), [4, 6, 7]);
        assert_eq!(missing(0, &[1, 2]), Vec::<i64>::new());
    }
}
