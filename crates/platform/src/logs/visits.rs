//! Visits 访问记录 (OPS-034): one line per request of the API, on its way from the answer to the database.
//!
//! The router notes a visit when the answer is ready: method, route template, status, time, size, who, from where,
//! trace id. Never the path, never the query, never a name: an id in a path is told by the audit line of the act. A
//! row per request would be a write per read, so lines wait in memory and are written in batches: once a minute, or
//! as soon as `FULL` wait. Each batch has its digest in the audit log like any collected lines, see `logs::batches`.
//!
//! Nothing waits for this: while the database takes no writes `HELD` lines are kept, beyond that they are counted,
//! and a line of the application says how many are missing.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::batches::{self, Proven, Verdict, batch};
use super::form::Raw;
use crate::Platform;
use crate::web::context::Context;
use crate::web::problem::Result;
use crate::work::audit::read;

/// Lines after which they are written without waiting for the minute.
const FULL: usize = 2_000;
/// Lines of a batch at most: one insert, short enough that nobody's command waits long behind it.
const BATCH: usize = 1_000;
/// Lines kept while the database takes no writes.
const HELD: usize = 20_000;
/// Refused visits of unknown callers kept in one minute; the rest is counted, so that a flood from outside fills no
/// disk.
const UNKNOWN: usize = 2_000;
/// Rows that go in one statement of the upkeep, and statements in one round.
const GO: (u64, usize) = (5_000, 20);
/// A batch is written after its lines happened: lines go a day later than the retention says, so that a batch that is
/// still proven is whole.
const SLACK: time::Duration = time::Duration::DAY;

/// What becomes of a batch in the audit log.
pub const ACTION: &str = "log.visits";

/// Routes that programs ask all the time to find out whether we live. A good answer to them is no visit.
const PROBES: [&str; 2] = ["/api/v1/health", "/metrics"];

/// Kinds of visitors: key and name.
pub const VISITORS: [(&str, &str); 4] =
    [("anonymous", "未登录"), ("account", "公众"), ("staff", "工作人员"), ("system", "接入系统")];

mod row {
    use super::*;
    /// `visit_lines`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "visit_lines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub batch_id: Uuid,
        pub no: i64,
        pub at: OffsetDateTime,
        pub level: String,
        pub method: String,
        pub route: String,
        pub status: i64,
        pub took_ms: i64,
        pub bytes: Option<i64>,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub address: String,
        pub trace: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::Model as Visit;

/// What the router knows of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// Route template, `/api/v1/cases/{id}`.
    pub route: &'a str,
    /// Status.
    pub status: StatusCode,
    /// Bytes of the body, when they are known beforehand; a stream's are not.
    pub bytes: Option<u64>,
    /// How long it took until the answer began.
    pub took: Duration,
}

impl Answered<'_> {
    /// What failed by our fault or was slow is a warning.
    fn level(&self, slow: bool) -> &'static str {
        if self.status.is_server_error() || slow { "warn" } else { "info" }
    }
}

#[derive(Debug, Default)]
struct Basket {
    lines: Vec<Visit>,
    /// Minute of the clock in which refusals of unknown callers are counted, and their count.
    minute: i64,
    unknown: usize,
    lost: u64,
}

impl Basket {
    /// Takes a line, or counts it: there is no room, or a flood of unknown callers is being refused.
    fn put(&mut self, line: Visit) {
        let minute = line.at.unix_timestamp().div_euclid(60);
        if minute != self.minute {
            (self.minute, self.unknown) = (minute, 0);
        }
        let flood = line.actor_kind == "anonymous" && (400..500).contains(&line.status);
        if self.lines.len() >= HELD || (flood && self.unknown >= UNKNOWN) {
            self.lost += 1;
            return;
        }
        self.unknown += usize::from(flood);
        self.lines.push(line);
    }

    /// Puts lines back that could not be written, before those that came meanwhile.
    fn give_back(&mut self, lines: Vec<Visit>) {
        let came = std::mem::replace(&mut self.lines, lines);
        self.lines.extend(came);
        let over = self.lines.len().saturating_sub(HELD);
        self.lines.truncate(HELD);
        self.lost += over as u64;
    }
}

/// The visits of one node that are not written yet. Lives in the platform.
#[derive(Debug, Default)]
pub struct Visits(Mutex<Basket>);

impl Visits {
    fn basket(&self) -> std::sync::MutexGuard<'_, Basket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a visit whose answer is ready. What is slow or failed stands on the error stream too.
    pub fn note(&self, platform: &Platform, context: &Context, answered: &Answered<'_>) {
        let level = answered.level(platform.metrics.is_slow(answered.took));
        let took_ms = i64::try_from(answered.took.as_millis()).unwrap_or(i64::MAX);
        let (method, route, status) = (answered.method, answered.route, answered.status.as_u16());
        let trace = context.trace();
        // The subscriber that gathers the application's lines leaves this target out: the line is here already.
        if level == "warn" {
            tracing::warn!(target: "visits", method, route, status, took_ms, trace, "visit");
        } else {
            tracing::debug!(target: "visits", method, route, status, took_ms, trace, "visit");
            if PROBES.contains(&route) && answered.status.is_success() {
                return;
            }
        }
        let (actor_kind, actor_id) = context.visitor();
        self.basket().put(Visit {
            id: platform.new_id(),
            batch_id: Uuid::nil(),
            no: 0,
            at: platform.now(),
            level: level.to_owned(),
            method: method.to_owned(),
            route: route.to_owned(),
            status: i64::from(status),
            took_ms,
            bytes: answered.bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
            actor_kind: actor_kind.to_owned(),
            actor_id,
            address: context.address_text(),
            trace: trace.to_owned(),
        });
    }

    /// Whether so many wait that they are written before the minute is over.
    pub fn is_full(&self) -> bool {
        self.basket().lines.len() >= FULL
    }

    fn take(&self) -> (Vec<Visit>, u64) {
        let mut basket = self.basket();
        (std::mem::take(&mut basket.lines), std::mem::take(&mut basket.lost))
    }
}

impl Proven for row::Entity {
    const ACTION: &'static str = ACTION;
    const BROKEN: &'static str = "收存的一批访问记录被改动或缺少";

    fn of_batch(id: Uuid) -> Select<Self> {
        Self::find().filter(row::Column::BatchId.eq(id)).order_by_asc(row::Column::No)
    }

    fn parts(line: &Visit) -> Vec<Cow<'_, str>> {
        vec![
            "visit1".into(),
            line.id.to_string().into(),
            line.no.to_string().into(),
            line.at.unix_timestamp().to_string().into(),
            line.level.as_str().into(),
            line.method.as_str().into(),
            line.route.as_str().into(),
            line.status.to_string().into(),
            line.took_ms.to_string().into(),
            line.bytes.map(|bytes| bytes.to_string()).unwrap_or_default().into(),
            line.actor_kind.as_str().into(),
            line.actor_id.map(|id| id.to_string()).unwrap_or_default().into(),
            line.address.as_str().into(),
            line.trace.as_str().into(),
        ]
    }
}

/// Writes the visits that wait, in batches, each in a command of its own so that no other waits long; gives how many.
///
/// # Errors
/// When the database refuses; what is not written is kept for the next time.
pub async fn flush(platform: &Platform) -> Result<usize> {
    platform.db.standing().admit()?;
    let (mut waiting, lost) = platform.visits.take();
    if lost > 0 {
        super::buffer::push(Raw {
            level: "warn".to_owned(),
            event: "visit.lost".to_owned(),
            message: format!("{lost} visits were not kept: too many at once"),
            ..Raw::default()
        });
    }
    let mut written = 0;
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(BATCH));
        let count = waiting.len();
        if let Err(problem) = store(platform, waiting.clone()).await {
            waiting.extend(rest);
            platform.visits.basket().give_back(waiting);
            return Err(problem);
        }
        written += count;
        waiting = rest;
    }
    Ok(written)
}

/// Stores one batch; its digest goes into the audit log with the same commit.
async fn store(platform: &Platform, mut rows: Vec<Visit>) -> Result<()> {
    let (id, now) = (platform.new_id(), platform.now());
    for (row, no) in rows.iter_mut().zip(1_i64..) {
        (row.batch_id, row.no) = (id, no);
    }
    let (new, audit) = batches::new::<row::Entity>(platform, id, now, ("access", "tongban"), &rows);
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                batch::Entity::insert(new).exec_without_returning(tx.conn()).await?;
                let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
                row::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
                tx.audit(audit);
                Ok(())
            })
        })
        .await
}

/// Which visits. Everything absent matches everything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Level.
    pub level: Option<String>,
    /// Part of the route, or the whole trace id.
    pub text: Option<String>,
    /// Part of the route.
    pub route: Option<String>,
    /// First and last status.
    pub status: Option<(i64, i64)>,
    /// A kind of [`VISITORS`].
    pub kind: Option<String>,
    /// These accounts, staff or systems; an empty list matches nothing.
    pub ids: Option<Vec<Uuid>>,
    /// Not before.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
}

impl Wanted {
    fn condition(&self) -> Condition {
        let part = |text: &str| {
            let like = LikeExpr::new(format!("%{}%", read::escaped(text))).escape('\\');
            Expr::col(row::Column::Route).like(like)
        };
        let mut all = Condition::all();
        if let Some(level) = &self.level {
            all = all.add(row::Column::Level.eq(level.clone()));
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.is_empty()) {
            all = all.add(Condition::any().add(part(text)).add(row::Column::Trace.eq(text)));
        }
        if let Some(route) = self.route.as_deref().filter(|route| !route.is_empty()) {
            all = all.add(part(route));
        }
        if let Some((first, last)) = self.status {
            all = all.add(row::Column::Status.between(first, last));
        }
        if let Some(kind) = &self.kind {
            all = all.add(row::Column::ActorKind.eq(kind.clone()));
        }
        if let Some(ids) = &self.ids {
            all = all.add(row::Column::ActorId.is_in(ids.iter().copied()));
        }
        if let Some(from) = self.from {
            all = all.add(row::Column::At.gte(from));
        }
        if let Some(until) = self.until {
            all = all.add(row::Column::At.lt(until));
        }
        all
    }
}

/// Visits, newest first, before an id; with the total.
///
/// # Errors
/// When the database refuses.
pub async fn search(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<Visit>, u64)> {
    let mut query = row::Entity::find().filter(wanted.condition());
    let total = query.clone().count(conn).await?;
    if let Some(before) = before {
        query = query.filter(row::Column::Id.lt(before));
    }
    Ok((query.order_by_desc(row::Column::Id).limit(limit).all(conn).await?, total))
}

/// Computes the digests of the batches of a time span anew and compares them with the audit log.
///
/// # Errors
/// When the database refuses.
pub async fn verify(conn: &impl ConnectionTrait, from: OffsetDateTime, until: OffsetDateTime) -> Result<Verdict> {
    batches::verify::<row::Entity>(conn, from, until).await
}

/// Lets visits go that are older than a moment, oldest first, a bounded number in one round; gives how many went.
///
/// # Errors
/// When the database refuses.
pub async fn drop_before(platform: &Platform, limit: OffsetDateTime) -> Result<u64> {
    let kept = super::KeptLog { table: "visit_lines", at: "at", label: "访问记录" };
    let (limit, most) = (limit - SLACK, i64::try_from(GO.0).unwrap_or(i64::MAX));
    let mut gone = 0;
    for _ in 0..GO.1 {
        let went = platform
            .db
            .write(platform.now(), move |tx| Box::pin(async move { kept.drop_before(tx, limit, most).await }))
            .await?;
        gone += went;
        if went < GO.0 {
            break;
        }
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn line(status: i64, actor_kind: &str) -> Visit {
        Visit {
            id: Uuid::nil(),
            batch_id: Uuid::nil(),
            no: 0,
            at: datetime!(2026-09-21 01:00:00 UTC),
            level: "info".to_owned(),
            method: "GET".to_owned(),
            route: "/api/v1/cases".to_owned(),
            status,
            took_ms: 3,
            bytes: None,
            actor_kind: actor_kind.to_owned(),
            actor_id: None,
            address: String::new(),
            trace: String::new(),
        }
    }

    fn digest(lines: &[Visit]) -> String {
        batches::digest::<row::Entity>(lines)
    }

    /// req: OPS-034
    #[test]
    fn a_flood_of_refusals_is_counted_and_everybody_else_is_kept() {
        let mut basket = Basket::default();
        for _ in 0..UNKNOWN + 7 {
            basket.put(line(401, "anonymous"));
        }
        basket.put(line(200, "anonymous"));
        basket.put(line(403, "staff"));
        assert_eq!((basket.lines.len(), basket.lost), (UNKNOWN + 2, 7));
        let mut later = line(401, "anonymous");
        later.at += time::Duration::MINUTE;
        basket.put(later);
        assert_eq!((basket.lines.len(), basket.lost), (UNKNOWN + 3, 7), "the next minute has its own room");
    }

    /// req: OPS-034
    #[test]
    fn memory_is_bounded_and_what_could_not_be_written_stands_first() {
        let mut basket = Basket::default();
        for _ in 0..HELD - 1 {
            basket.put(line(200, "staff"));
        }
        basket.give_back(vec![line(500, "staff"), line(201, "staff")]);
        assert_eq!((basket.lines.len(), basket.lost, basket.lines[0].status), (HELD, 1, 500));
        basket.put(line(200, "staff"));
        assert_eq!((basket.lines.len(), basket.lost), (HELD, 2));
    }

    /// req: OPS-034
    #[test]
    fn what_failed_or_was_slow_is_a_warning() {
        let answered = |status| Answered { method: "GET", route: "/x", status, bytes: None, took: Duration::ZERO };
        assert_eq!(answered(StatusCode::OK).level(false), "info");
        assert_eq!(answered(StatusCode::FORBIDDEN).level(false), "info");
        assert_eq!(answered(StatusCode::OK).level(true), "warn");
        assert_eq!(answered(StatusCode::BAD_GATEWAY).level(false), "warn");
    }

    /// req: OPS-034
    #[test]
    fn a_digest_covers_every_part_of_a_line() {
        let whole = digest(&[line(200, "staff")]);
        let mut changed = line(200, "staff");
        changed.took_ms = 4;
        assert_ne!(digest(&[changed]), whole);
        let mut sized = line(200, "staff");
        sized.bytes = Some(0);
        assert_ne!(digest(&[sized]), whole);
        assert_ne!(digest(&[line(200, "account")]), whole);
        assert_ne!(digest(&[]), whole);
    }
}
