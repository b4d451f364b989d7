//! Rows: lines of logs, what was collected and what the application says itself.

use std::borrow::Cow;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, LikeExpr};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::batches::{self, Proven, batch};
use super::form::{Line, Source};
use crate::Platform;
use crate::web::problem::Result;
use crate::work::audit::read;

pub use super::batches::Verdict;

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

pub use line::Model as Stored;

impl Proven for line::Entity {
    const ACTION: &'static str = "log.collect";
    const BROKEN: &'static str = "收到的一批日志被改动或缺少";

    fn of_batch(id: Uuid) -> Select<Self> {
        Self::find().filter(line::Column::BatchId.eq(id)).order_by_asc(line::Column::No)
    }

    fn parts(line: &line::Model) -> Vec<Cow<'_, str>> {
        vec![
            "log1".into(),
            line.id.to_string().into(),
            line.no.to_string().into(),
            line.at.unix_timestamp().to_string().into(),
            line.source.as_str().into(),
            line.origin.as_str().into(),
            line.level.as_str().into(),
            line.event.as_str().into(),
            line.message.as_str().into(),
            line.actor.as_str().into(),
            line.address.as_str().into(),
            line.trace.as_str().into(),
        ]
    }
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
    let count = rows.len();
    let (new, audit) = batches::new::<line::Entity>(platform, id, now, (source.as_str(), origin), &rows);
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                batch::Entity::insert(new).exec_without_returning(tx.conn()).await?;
                for part in rows.chunks(ROWS) {
                    let part = part.iter().cloned().map(|row| row.into_active_model().reset_all());
                    line::Entity::insert_many(part).exec_without_returning(tx.conn()).await?;
                }
                tx.audit(audit);
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
    let from = if from > kept_from { from } else { kept_from };
    batches::verify::<line::Entity>(conn, from, until).await
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
