//! Rows: batches and their lines.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, LikeExpr};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::OffsetDateTime;

use super::form::{Line, Source};
use crate::Platform;
use crate::web::problem::Result;
use crate::work::audit::{Kind, Line as AuditLine, read};

/// Rows of one insert.
const ROWS: usize = 1_000;
/// Batches that go in one round of the upkeep.
const GO: u64 = 200;

pub(crate) mod line {
    use super::*;
    /// `log_lines`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_lines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub batch_id: Uuid,
        pub no: i64,
        pub at: OffsetDateTime,
        pub source: String,
        pub origin: String,
        pub level: String,
        pub event: String,
        pub message: String,
        pub actor: String,
        pub address: String,
        pub trace: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

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

pub use line::Model as Stored;

/// SM3 over the length-prefixed parts of every line, hex.
fn digest(lines: &[line::Model]) -> String {
    let mut hasher = base::crypto::Sm3Hasher::new();
    for line in lines {
        let (id, no, at) = (line.id.to_string(), line.no.to_string(), line.at.unix_timestamp().to_string());
        for part in [
            "log1",
            &id,
            &no,
            &at,
            &line.source,
            &line.origin,
            &line.level,
            &line.event,
            &line.message,
            &line.actor,
            &line.address,
            &line.trace,
        ] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    base::encoding::to_hex(&hasher.finish())
}

/// Stores lines that came at once; their digest goes into the audit log with the same commit.
///
/// # Errors
/// When the database refuses.
pub async fn store(platform: &Platform, source: Source, origin: &str, lines: Vec<Line>) -> Result<usize> {
    if lines.is_empty() {
        return Ok(0);
    }
    let (id, now) = (platform.new_id(), platform.now());
    let rows: Vec<line::Model> = lines
        .into_iter()
        .zip(1_i64..)
        .map(|(line, no)| line::Model {
            id: platform.new_id(),
            batch_id: id,
            no,
            at: line.at,
            source: source.as_str().to_owned(),
            origin: line.origin,
            level: line.level.to_owned(),
            event: line.event,
            message: line.message,
            actor: line.actor,
            address: line.address,
            trace: line.trace,
        })
        .collect();
    let (count, digest) = (rows.len(), digest(&rows));
    let audit = AuditLine {
        id: platform.new_id(),
        actor_id: None,
        actor_name: "系统".to_owned(),
        action: "log.collect",
        subject: format!("log_batch:{id}"),
        detail: json!({ "source": source.as_str(), "origin": origin, "lines": count, "digest": digest }),
    };
    let new = batch::ActiveModel {
        id: Set(id),
        source: Set(source.as_str().to_owned()),
        origin: Set(origin.to_owned()),
        lines: Set(i64::try_from(count).unwrap_or(i64::MAX)),
        digest: Set(digest),
        received_at: Set(now),
    };
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                batch::Entity::insert(new).exec_without_returning(tx.conn()).await?;
                for part in rows.chunks(ROWS) {
                    let part = part.iter().cloned().map(|row| row.into_active_model().reset_all());
                    line::Entity::insert_many(part).exec_without_returning(tx.conn()).await?;
                }
                tx.audit(audit.entry().kind(Kind::System));
                Ok(())
            })
        })
        .await?;
    Ok(count)
}

/// Writes what the application itself said since the last time.
///
/// # Errors
/// When the database refuses; the lines of this minute are then lost and said so on the error stream.
pub async fn flush(platform: &Platform) -> Result<usize> {
    let raw = super::buffer::take();
    let now = platform.now();
    let lines = raw.iter().map(|raw| raw.clean(now, "tongban")).collect();
    store(platform, Source::Application, "tongban", lines).await
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Source.
    pub source: Option<String>,
    /// Level.
    pub level: Option<String>,
    /// Part of message, event, origin or person.
    pub text: Option<String>,
    /// Part of the person.
    pub actor: Option<String>,
    /// Not before.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
}

/// Lines, newest first, before an id; with the total.
///
/// # Errors
/// When the database refuses.
pub async fn search(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<Stored>, u64)> {
    let mut query = line::Entity::find();
    if let Some(source) = &wanted.source {
        query = query.filter(line::Column::Source.eq(source.clone()));
    }
    if let Some(level) = &wanted.level {
        query = query.filter(line::Column::Level.eq(level.clone()));
    }
    if let Some(from) = wanted.from {
        query = query.filter(line::Column::At.gte(from));
    }
    if let Some(until) = wanted.until {
        query = query.filter(line::Column::At.lt(until));
    }
    if let Some(text) = wanted.text.as_deref().filter(|text| !text.is_empty()) {
        let part = format!("%{}%", read::escaped(text));
        let mut any = sea_orm::Condition::any();
        for column in [line::Column::Message, line::Column::Event, line::Column::Origin, line::Column::Actor] {
            any = any.add(Expr::col(column).like(LikeExpr::new(part.clone()).escape('\\')));
        }
        query = query.filter(any);
    }
    if let Some(actor) = wanted.actor.as_deref().filter(|actor| !actor.is_empty()) {
        let like = LikeExpr::new(format!("%{}%", read::escaped(actor))).escape('\\');
        query = query.filter(Expr::col(line::Column::Actor).like(like));
    }
    let total = query.clone().count(conn).await?;
    if let Some(before) = before {
        query = query.filter(line::Column::Id.lt(before));
    }
    Ok((query.order_by_desc(line::Column::Id).limit(limit).all(conn).await?, total))
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

/// Computes the digests of a time span anew and compares them with the audit log. A batch whose lines
/// are gone after the retention is left out; one of which only some are gone is a fault.
///
/// # Errors
/// When the database refuses.
pub async fn verify(
    conn: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
    kept_from: OffsetDateTime,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let wanted = read::Filter {
        actions: vec!["log.collect".to_owned()],
        from: Some(if from > kept_from { from } else { kept_from }),
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
            let lines = line::Entity::find()
                .filter(line::Column::BatchId.eq(id))
                .order_by_asc(line::Column::No)
                .all(conn)
                .await?;
            verdict.batches += 1;
            verdict.lines += lines.len();
            if digest(&lines) != said {
                let when = base::zone::moment_text(
                    OffsetDateTime::from_unix_timestamp(record.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
                );
                verdict.faults.push(format!("{when}收到的一批日志被改动或缺少"));
            }
        }
    }
}

/// Removes whole batches received before a moment; their digests stay. Gives how many went.
///
/// # Errors
/// When the database refuses.
pub async fn drop_before(platform: &Platform, limit: OffsetDateTime) -> Result<usize> {
    let conn = platform.db.read();
    let old: Vec<Uuid> = batch::Entity::find()
        .select_only()
        .column(batch::Column::Id)
        .filter(batch::Column::ReceivedAt.lt(limit))
        .filter(batch::Column::Id.in_subquery(
            sea_orm::sea_query::Query::select().distinct().column(line::Column::BatchId).from(line::Entity).to_owned(),
        ))
        .order_by_asc(batch::Column::Id)
        .limit(GO)
        .into_tuple()
        .all(conn)
        .await?;
    let count = old.len();
    if count > 0 {
        let gone = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move {
                line::Entity::delete_many().filter(line::Column::BatchId.is_in(old)).exec(tx.conn()).await?;
                Ok(())
            })
        });
        gone.await?;
    }
    Ok(count)
}
