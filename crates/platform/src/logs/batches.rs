//! Batches: lines that were written at once, and what proves them.
//!
//! The digest of a batch stands in the audit log, written in the same commit; the days of that log are rooted and
//! signed. So a changed, added or removed line is found by computing the digest anew ([`verify`]).

use std::borrow::Cow;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, Set};
use serde_json::json;
use time::OffsetDateTime;

use crate::Platform;
use crate::web::problem::Result;
use crate::work::audit::{Entry, Kind, Line, read};

pub(crate) mod batch {
    use super::*;
    /// `log_batches`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_batches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub source: String,
        pub origin: String,
        pub lines: i64,
        pub digest: String,
        pub received_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines that are written in batches.
pub(super) trait Proven: EntityTrait {
    /// The act under which the audit log holds the digests.
    const ACTION: &'static str;
    /// What people read of a batch that does not fit, after its time.
    const BROKEN: &'static str;

    /// The lines of a batch, in their order.
    fn of_batch(id: Uuid) -> Select<Self>;

    /// What the digest of a line is of.
    fn parts(line: &Self::Model) -> Vec<Cow<'_, str>>;
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Batches looked at.
    pub batches: usize,
    /// Lines looked at.
    pub lines: usize,
    /// What does not fit, for people.
    pub faults: Vec<String>,
}

/// SM3 over the length-prefixed parts of every line, hex.
pub(super) fn digest<E: Proven>(lines: &[E::Model]) -> String {
    let mut hasher = base::crypto::Sm3Hasher::new();
    for part in lines.iter().flat_map(E::parts) {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    base::encoding::to_hex(&hasher.finish())
}

/// The row of a new batch, and the line of the audit log that holds its digest.
pub(super) fn new<E: Proven>(
    platform: &Platform,
    id: Uuid,
    now: OffsetDateTime,
    (source, origin): (&str, &str),
    lines: &[E::Model],
) -> (batch::ActiveModel, Entry) {
    let (count, digest) = (lines.len(), digest::<E>(lines));
    let line = Line {
        id: platform.new_id(),
        actor_id: None,
        actor_name: "系统".to_owned(),
        action: E::ACTION,
        subject: format!("log_batch:{id}"),
        detail: json!({ "source": source, "origin": origin, "lines": count, "digest": digest }),
    };
    let row = batch::ActiveModel {
        id: Set(id),
        source: Set(source.to_owned()),
        origin: Set(origin.to_owned()),
        lines: Set(i64::try_from(count).unwrap_or(i64::MAX)),
        digest: Set(digest),
        received_at: Set(now),
    };
    (row, line.entry().kind(Kind::System))
}

/// Computes the digests of the batches of a time span anew and compares them with the audit log.
///
/// # Errors
/// When the database refuses.
pub(super) async fn verify<E: Proven>(
    conn: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let wanted = read::Filter {
        actions: vec![E::ACTION.to_owned()],
        from: Some(from),
        until: Some(until),
        ..read::Filter::default()
    };
    let mut after = None;
    loop {
        let records = read::oldest(conn, &wanted, after, 200).await?;
        let Some(last) = records.last() else { return Ok(verdict) };
        after = Some(last.id);
        for record in records {
            let id = record.subject.strip_prefix("log_batch:").and_then(|id| Uuid::parse_str(id).ok());
            let Some(id) = id else { continue };
            let said: serde_json::Value = serde_json::from_str(&record.detail)?;
            let said = said.get("digest").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let lines = E::of_batch(id).all(conn).await?;
            verdict.batches += 1;
            verdict.lines += lines.len();
            if digest::<E>(&lines) != said {
                let when = base::zone::moment_text(
                    OffsetDateTime::from_unix_timestamp(record.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
                );
                verdict.faults.push(format!("{when}{}", E::BROKEN));
            }
        }
    }
}
