//! Work done later: leased rows, at least once, bounded retry, failures visible.
//!
//! A job handler is idempotent and says by its problem whether trying again makes sense: a 5xx is
//! retried with growing delay up to [`MAX_ATTEMPTS`], anything else is final. Dead jobs stay in
//! the table for the desk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Set, Statement};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::asked;
use crate::Platform;
use crate::web::context::{self, Context};
use crate::web::problem::{Problem, Result};

/// Tries before a job is dead.
pub const MAX_ATTEMPTS: i64 = 8;
/// How long a node may hold a job before another may take it, seconds.
const LEASE: i64 = 120;

/// A job to leave behind.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Time-ordered id.
    pub id: Uuid,
    /// Which handler runs it.
    pub kind: &'static str,
    /// What the handler needs.
    pub payload: Value,
    /// Not before; at once when absent.
    pub run_at: Option<OffsetDateTime>,
    /// A second job with the same key is not written.
    pub key: Option<String>,
}

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "jobs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub payload: Json,
        pub dedupe_key: Option<String>,
        pub state: String,
        pub run_at: OffsetDateTime,
        pub attempts: i64,
        pub last_error: Option<String>,
        pub created_at: OffsetDateTime,
        pub trace: Option<String>,
        pub asked: Option<Uuid>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A job with what it belongs to.
pub(super) struct Left {
    /// Trace id of its own; that of the command when absent.
    pub(super) trace: Option<String>,
    /// What somebody asked for, see [`super::asked`].
    pub(super) asked: Option<Uuid>,
    /// The job.
    pub(super) job: NewJob,
}

/// Writes jobs; each keeps the trace id of its own, or of the command that leaves it.
pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    trace: Option<&str>,
    jobs: Vec<Left>,
) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    row::Entity::insert_many(jobs.into_iter().map(|Left { trace: own, asked, job }| row::ActiveModel {
        id: Set(job.id),
        kind: Set(job.kind.to_owned()),
        payload: Set(job.payload),
        dedupe_key: Set(job.key),
        state: Set("ready".to_owned()),
        run_at: Set(job.run_at.unwrap_or(now)),
        attempts: Set(0),
        last_error: Set(None),
        created_at: Set(now),
        trace: Set(own.or_else(|| trace.map(str::to_owned))),
        asked: Set(asked),
    }))
    .on_conflict(OnConflict::column(row::Column::DedupeKey).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Whether a job was written: one with the key of another was not.
pub(super) async fn is_there(conn: &impl ConnectionTrait, id: Uuid) -> Result<bool> {
    Ok(row::Entity::find_by_id(id).one(conn).await?.is_some())
}

/// Whether something of what somebody asked for still waits. One row is enough to know, however many there are.
pub(super) async fn is_left(conn: &impl ConnectionTrait, asked: Uuid) -> Result<bool> {
    let waits = row::Entity::find().filter(row::Column::Asked.eq(asked)).filter(row::Column::State.eq("ready"));
    Ok(waits.one(conn).await?.is_some())
}

/// Runs one kind of job.
pub type Handler = Arc<dyn Fn(Platform, Value) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// Handlers by kind, filled by `app` when wiring.
#[derive(Clone, Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// Adds the handler of a kind.
    #[must_use]
    pub fn with<F>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Platform, Value) -> BoxFuture<'static, Result<()>> + Send + Sync + 'static,
    {
        self.0.insert(kind, Arc::new(handler));
        self
    }
}

#[derive(Debug, FromQueryResult)]
struct Leased {
    id: Uuid,
    kind: String,
    payload: Json,
    attempts: i64,
    trace: Option<String>,
    asked: Option<Uuid>,
}

/// Leases due jobs and runs them one after the other; returns how many ran.
///
/// # Errors
/// When the database refuses.
pub async fn run_due(platform: &Platform, handlers: &Handlers, batch: u64) -> Result<usize> {
    let leased = lease(platform, batch).await?;
    let count = leased.len();
    for job in leased {
        let outcome = match handlers.0.get(job.kind.as_str()) {
            Some(handler) => {
                // A job that nothing asked for is a chain of its own.
                let trace = job.trace.clone().unwrap_or_else(|| job.id.to_string());
                let context = Arc::new(Context::for_job(trace).for_asked(job.asked));
                let began = platform.clock.now();
                let run = handler(platform.clone(), job.payload.clone());
                let outcome = context::scope(Arc::clone(&context), run).await;
                let failed = outcome.is_err();
                platform.metrics.jobs.note(&job.kind, context.elapsed(), failed);
                context.ended(platform, "job", &job.kind, began, (0, failed));
                outcome
            }
            None => Err(Problem::internal(format!("no handler for job {}", job.kind))),
        };
        settle(platform, &job, outcome).await?;
    }
    Ok(count)
}

async fn lease(platform: &Platform, batch: u64) -> Result<Vec<Leased>> {
    let backend = platform.db.backend();
    let now = platform.now();
    let any_due = row::Entity::find()
        .filter(row::Column::State.eq("ready"))
        .filter(row::Column::RunAt.lte(now))
        .one(platform.db.read())
        .await?;
    if any_due.is_none() {
        return Ok(Vec::new());
    }
    let skip = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE jobs SET run_at = $1, attempts = attempts + 1 WHERE id IN \
         (SELECT id FROM jobs WHERE state = 'ready' AND run_at <= $2 ORDER BY run_at, id LIMIT {batch} {skip}) \
         RETURNING id, kind, payload, attempts, trace, asked"
    );
    let until = now + time::Duration::seconds(LEASE);
    let statement = Statement::from_sql_and_values(backend, sql, [until.into(), now.into()]);
    platform
        .db
        .write(now, move |tx| Box::pin(async move { Ok(Leased::find_by_statement(statement).all(tx.conn()).await?) }))
        .await
}

async fn settle(platform: &Platform, job: &Leased, outcome: Result<()>) -> Result<()> {
    let (id, attempts, now) = (job.id, job.attempts, platform.now());
    let (belongs, shell) = (job.asked, platform.clone());
    // Why the work of somebody who asked for it goes no further; one that is tried again has not ended.
    let why = outcome.as_ref().err().map(asked::why);
    let change = match outcome {
        Ok(()) => None,
        Err(problem) => {
            let dead = attempts >= MAX_ATTEMPTS || !problem.status().is_server_error();
            tracing::warn!(job.kind = %job.kind, job.id = %id, attempts, dead, cause = %problem, "job failed");
            Some((dead, problem.to_string()))
        }
    };
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                match change {
                    None => {
                        row::Entity::update_many()
                            .col_expr(row::Column::State, Expr::value("done"))
                            .filter(row::Column::Id.eq(id))
                            .exec(tx.conn())
                            .await?;
                    }
                    Some((dead, error)) => {
                        let delay =
                            time::Duration::seconds(2_i64.pow(u32::try_from(attempts.clamp(1, 10)).unwrap_or(1)));
                        row::Entity::update_many()
                            .col_expr(row::Column::State, Expr::value(if dead { "dead" } else { "ready" }))
                            .col_expr(row::Column::RunAt, Expr::value(now + delay))
                            .col_expr(row::Column::LastError, Expr::value(error))
                            .filter(row::Column::Id.eq(id))
                            .exec(tx.conn())
                            .await?;
                        if !dead {
                            return Ok(());
                        }
                    }
                }
                match belongs {
                    Some(id) => asked::settled(&shell, tx, id, why).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// Gives dead jobs another round of tries, after what stopped them was mended; returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn revive(platform: &Platform) -> Result<u64> {
    use sea_orm::QuerySelect;
    let now = platform.now();
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                let belong: Vec<Uuid> = row::Entity::find()
                    .select_only()
                    .column(row::Column::Asked)
                    .filter(row::Column::State.eq("dead"))
                    .filter(row::Column::Asked.is_not_null())
                    .distinct()
                    .into_tuple()
                    .all(tx.conn())
                    .await?;
                asked::go_on_with(tx, belong).await?;
                let revived = row::Entity::update_many()
                    .col_expr(row::Column::State, Expr::value("ready"))
                    .col_expr(row::Column::Attempts, Expr::value(0_i64))
                    .col_expr(row::Column::RunAt, Expr::value(now))
                    .filter(row::Column::State.eq("dead"))
                    .exec(tx.conn())
                    .await?;
                Ok(revived.rows_affected)
            })
        })
        .await
}

/// Jobs by state, for health pages.
///
/// # Errors
/// When the database refuses.
pub async fn counts(platform: &Platform) -> Result<Vec<(String, i64)>> {
    use sea_orm::QuerySelect;
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::State)
        .column_as(row::Column::Id.count(), "count")
        .group_by(row::Column::State)
        .into_tuple()
        .all(platform.db.read())
        .await?)
}

/// How much work waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Jobs that are due.
    pub due: u64,
    /// When the oldest of them was due.
    pub oldest: Option<OffsetDateTime>,
    /// Jobs that failed and are not tried again.
    pub dead: u64,
    /// Events not yet handed on.
    pub events: u64,
}

/// How much work waits, of all nodes.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(platform: &Platform) -> Result<Waiting> {
    use sea_orm::QueryOrder;
    let conn = platform.db.read();
    let due = row::Entity::find().filter(row::Column::State.eq("ready")).filter(row::Column::RunAt.lte(platform.now()));
    let oldest = due.clone().order_by_asc(row::Column::RunAt).one(conn).await?.map(|job| job.run_at);
    Ok(Waiting {
        due: if oldest.is_some() { due.count(conn).await? } else { 0 },
        oldest,
        dead: row::Entity::find().filter(row::Column::State.eq("dead")).count(conn).await?,
        events: super::outbox::waiting(conn).await?,
    })
}

/// Dispatches events and runs jobs until told to stop.
pub async fn work(
    platform: Platform,
    subscriptions: super::outbox::Subscriptions,
    handlers: Handlers,
    mut stop: tokio::sync::watch::Receiver<bool>,
) {
    let mut tail = super::outbox::Tail::default();
    loop {
        let round = async {
            tail.follow(&platform).await?;
            let events = super::outbox::dispatch(&platform, &subscriptions, 200).await?;
            let jobs = run_due(&platform, &handlers, 20).await?;
            Ok::<_, Problem>(events + jobs)
        };
        let pause = match round.await {
            Ok(0) => Duration::from_millis(250),
            Ok(_) => Duration::from_millis(1),
            Err(problem) => {
                if let Some(trouble) = problem.trouble() {
                    platform.db.standing().suspect(trouble, &problem);
                }
                tracing::error!(cause = %problem, "worker round failed");
                Duration::from_secs(2)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => return,
        }
    }
}
