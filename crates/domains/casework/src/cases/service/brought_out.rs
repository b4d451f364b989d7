//! Progress of cases that are handled in the other network, as the ferry brought it (DATASEC-013).
//!
//! The inner side sends `case.progress` with every step; the outer side keeps the newest of each case
//! here, and the public progress query answers from it. The code of the receipt does not cross: a
//! digest of it does ([`proof`]), kept as a blind index, so that whoever copies the table learns no code.

use async_trait::async_trait;
use platform::transfer::{Consumer, Received};
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::Casework;
use crate::cases::model::State;
use crate::cases::store::outside_progress as row;

/// Kind of packet.
const PROGRESS: &str = "case.progress";

/// Digest of a case number with its query code: SM3 over both, each with its length before it.
#[must_use]
pub(crate) fn proof(case_number: &str, query_code: &str) -> String {
    let mut hasher = base::crypto::Sm3Hasher::new();
    for part in ["progress1", case_number, query_code] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    base::encoding::to_hex(&hasher.finish())
}

impl Casework {
    /// The newest that was brought of a case, for who knows number and code.
    pub(crate) async fn brought_out(&self, case_number: &str, code: &str) -> Result<Option<row::Model>> {
        let known = self.platform.blind_index(&proof(case_number, code));
        let found = row::Entity::find()
            .filter(row::Column::CaseNumber.eq(case_number))
            .filter(row::Column::Proof.eq(known))
            .one(self.platform.db.read())
            .await?;
        Ok(found)
    }
}

#[async_trait]
impl Consumer for Casework {
    fn kinds(&self) -> &'static [&'static str] {
        &[PROGRESS]
    }

    async fn take(&self, tx: &Tx, received: &Received) -> Result<String> {
        let wrong = |field: &str, says: &str| Problem::invalid_field(format!("/{field}"), "format", says.to_owned());
        let case_id = Uuid::parse_str(received.text("case_id")).map_err(|_| wrong("case_id", "办件标识读不出来"))?;
        let state = State::parse(received.text("state"))
            .ok_or_else(|| wrong("state", "这边不认得这个办件状态，两侧的版本可能不一样"))?;
        let event_no = received.body.get("event_no").and_then(serde_json::Value::as_i64);
        let event_no = event_no.ok_or_else(|| wrong("event_no", "办件步骤的编号读不出来"))?;
        let proof = received.text("proof");
        let proof = if proof.is_empty() { String::new() } else { self.platform.blind_index(proof) };
        let (number, item) = (received.text("case_number").to_owned(), received.text("item_name").to_owned());
        // Packets may be taken in another order than they were sent: only what is newer counts.
        let newer = row::Entity::update_many()
            .col_expr(row::Column::CaseNumber, Expr::value(number.clone()))
            .col_expr(row::Column::ItemName, Expr::value(item.clone()))
            .col_expr(row::Column::State, Expr::value(state.as_str()))
            .col_expr(row::Column::EventNo, Expr::value(event_no))
            .col_expr(row::Column::Proof, Expr::value(proof.clone()))
            .col_expr(row::Column::At, Expr::value(tx.now()))
            .filter(row::Column::CaseId.eq(case_id))
            .filter(row::Column::EventNo.lt(event_no))
            .exec(tx.conn())
            .await?;
        if newer.rows_affected > 0 {
            return Ok(format!("办件 {number} 的进度更新为“{}”", state.label()));
        }
        let first = row::Entity::insert(row::ActiveModel {
            case_id: Set(case_id),
            case_number: Set(number.clone()),
            item_name: Set(item),
            state: Set(state.as_str().to_owned()),
            event_no: Set(event_no),
            proof: Set(proof),
            at: Set(tx.now()),
        })
        .on_conflict(OnConflict::column(row::Column::CaseId).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
        Ok(match first {
            sea_orm::TryInsertResult::Inserted(1..) => format!("办件 {number} 的进度记为“{}”", state.label()),
            _ => format!("办件 {number} 已经有更新的进度"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::proof;

    /// req: DATASEC-013
    #[test]
    fn a_proof_tells_number_and_code_apart() {
        assert_eq!(proof("SL1", "123456"), proof("SL1", "123456"));
        assert_ne!(proof("SL1", "123456"), proof("SL11", "23456"));
        assert_eq!(proof("SL1", "123456").len(), 64);
    }
}
