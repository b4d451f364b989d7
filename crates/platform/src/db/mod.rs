//! The database: SQLite (one file, by default) or a PostgreSQL-wire server, chosen by URL.
//!
//! [`Db::write`] runs one command in one transaction and leaves its rows, outbox events, jobs and
//! audit lines together or not at all. On SQLite a single writer serves commands in turn and
//! commits up to [`GROUP`] of them with one sync (a savepoint each, so that one failing command
//! does not touch its neighbours): the disk is asked once for many, and every command is
//! acknowledged only after that commit.
//!
//! Portable SQL only. Rows are SeaORM entities; what differs between the two lives in this module.

pub mod migrate;

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, SqlxSqliteConnector,
    Statement, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::web::context::{self, Context};
use crate::web::problem::{Problem, Result};
pub use crate::work::Tx;
use crate::work::audit;
use crate::work::audit::chain::Chains;

/// Commands committed together at most on SQLite.
pub const GROUP: usize = 64;

/// A command's body: everything it does in its transaction.
type Body<T> = Box<dyn for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send>;

/// Told of each statement that writes and how long it took.
pub type Watch = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// Handle to the database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: Writer,
    chains: Arc<Chains>,
}

#[derive(Clone)]
enum Writer {
    /// PostgreSQL: any connection of the pool.
    Pool(DatabaseConnection),
    /// SQLite: the queue of the one writer.
    Queue(mpsc::Sender<Box<dyn Command>>),
}

impl Db {
    /// Opens `sqlite://path` or `postgres://…`.
    ///
    /// # Errors
    /// When the address is unknown or the database does not answer.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_watched(url, None).await
    }

    /// The same, telling of every statement that writes: how many a command makes, how long each takes.
    ///
    /// # Errors
    /// When the address is unknown or the database does not answer.
    pub async fn open_watched(url: &str, watch: Option<Watch>) -> Result<Self> {
        let watched = |mut writer: DatabaseConnection| {
            if let Some(watch) = watch.clone() {
                writer.set_metric_callback(move |info| watch(&info.statement.sql, info.elapsed));
            }
            writer
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url.to_owned());
            options.max_connections(16).min_connections(1).acquire_timeout(Duration::from_secs(10)).sqlx_logging(false);
            // A connection just used is taken as it is; asking it first would double the way of a small query.
            options.test_before_acquire_if_idle_for(Duration::from_secs(2));
            // Two pools: a command reads beside its own transaction (caches, other domains), and
            // sixteen commands waiting in one pool for a seventeenth connection would never end.
            let writer = watched(Database::connect(options.clone()).await?);
            let reader = Database::connect(options).await?;
            return Ok(Self { reader, writer: Writer::Pool(writer), chains: Arc::default() });
        }
        if !url.starts_with("sqlite:") {
            return Err(Problem::internal(format!(
                "unknown database address {url:?}: use sqlite://file or postgres://…"
            )));
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(Problem::internal)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(512);
        let pool = |size: u32, options: SqliteConnectOptions| {
            sea_orm::sqlx::sqlite::SqlitePoolOptions::new()
                .max_connections(size)
                .min_connections(1)
                .acquire_timeout(Duration::from_secs(10))
                .test_before_acquire(false)
                .connect_with(options)
        };
        let writer = watched(SqlxSqliteConnector::from_sqlx_sqlite_pool(
            pool(1, options.clone()).await.map_err(Problem::internal)?,
        ));
        let reader = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool(4, options).await.map_err(Problem::internal)?);
        let (queue, commands) = mpsc::channel(1024);
        let chains = Arc::<Chains>::default();
        tokio::spawn(serve(writer, commands, Arc::clone(&chains)));
        Ok(Self { reader, writer: Writer::Queue(queue), chains })
    }

    /// Connection for reading. Never write through it.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Which of the two it is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Runs one command in one transaction. The body may run on another task; what it returns is
    /// given back only after the commit.
    ///
    /// # Errors
    /// What the body returns (then nothing is kept), or an internal problem of the database.
    pub async fn write<T, F>(&self, now: time::OffsetDateTime, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        // The writer is another task: what is known of the request has to go along.
        let context = context::current();
        match &self.writer {
            Writer::Pool(pool) => {
                let tx = Tx::new(pool.begin().await?, now, context);
                match body(&tx).await {
                    Ok(value) => {
                        let left = tx.flush().await?;
                        let written = audit::write(tx.conn(), &self.chains, vec![left]).await?;
                        tx.into_inner().commit().await?;
                        written.committed(&self.chains);
                        Ok(value)
                    }
                    Err(problem) => {
                        tx.into_inner().rollback().await?;
                        Err(problem)
                    }
                }
            }
            Writer::Queue(queue) => {
                let (answer, wait) = oneshot::channel();
                let body: Body<T> = Box::new(body);
                let command = Pending { body: Some(body), now, context, value: None, left: None, answer };
                queue.send(Box::new(command)).await.map_err(|_| Problem::internal("the writer has stopped"))?;
                wait.await.map_err(|_| Problem::internal("the writer dropped a command"))?
            }
        }
    }

    /// Runs SQL text without parameters, for migrations and maintenance.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute_batch(&self, now: time::OffsetDateTime, statements: Vec<String>) -> Result<()> {
        self.write(now, move |tx| {
            Box::pin(async move {
                for statement in statements {
                    tx.conn().execute_unprepared(&statement).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Truth that the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.reader.execute_raw(Statement::from_string(self.backend(), "SELECT 1")).await?;
        Ok(())
    }
}

/// A command waiting for the SQLite writer.
trait Command: Send {
    /// Runs inside a savepoint of `outer`; keeps its value for [`Command::finish`].
    fn run<'a>(&'a mut self, outer: &'a DatabaseTransaction) -> BoxFuture<'a, ()>;
    /// The audit lines it left, when it succeeded; they are written with those of the whole group.
    fn left(&mut self) -> Option<audit::Left>;
    /// Answers the caller after the group's commit.
    fn finish(self: Box<Self>, committed: Result<(), String>);
}

struct Pending<T> {
    body: Option<Body<T>>,
    now: time::OffsetDateTime,
    context: Option<Arc<Context>>,
    value: Option<Result<T>>,
    left: Option<audit::Left>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send + 'static> Command for Pending<T> {
    fn run<'a>(&'a mut self, outer: &'a DatabaseTransaction) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(body) = self.body.take() {
                let ran = in_savepoint(outer, self.now, self.context.take(), body).await;
                self.value = Some(ran.map(|(value, left)| {
                    self.left = Some(left);
                    value
                }));
            }
        })
    }

    fn left(&mut self) -> Option<audit::Left> {
        self.left.take()
    }

    fn finish(self: Box<Self>, committed: Result<(), String>) {
        let value = match (self.value, committed) {
            (Some(Ok(_)), Err(cause)) => Err(Problem::internal(cause)),
            (Some(value), _) => value,
            (None, _) => Err(Problem::internal("the command did not run")),
        };
        // The caller may have gone away; its command is committed all the same.
        let _ = self.answer.send(value);
    }
}

async fn in_savepoint<T>(
    outer: &DatabaseTransaction,
    now: time::OffsetDateTime,
    context: Option<Arc<Context>>,
    body: Body<T>,
) -> Result<(T, audit::Left)> {
    let tx = Tx::new(outer.begin().await?, now, context);
    // A mistake in one command must not take the only writer, and with it every later command, along.
    let outcome = AssertUnwindSafe(async { body(&tx).await }).catch_unwind().await;
    let value = match outcome {
        Ok(Ok(value)) => tx.flush().await.map(|left| (value, left)),
        Ok(Err(problem)) => Err(problem),
        Err(_) => Err(Problem::internal("a command panicked and was undone")),
    };
    let savepoint = tx.into_inner();
    match value {
        Ok(done) => {
            savepoint.commit().await?;
            Ok(done)
        }
        Err(problem) => {
            savepoint.rollback().await?;
            Err(problem)
        }
    }
}

/// The SQLite writer: takes what waits, commits it together, answers.
async fn serve(writer: DatabaseConnection, mut commands: mpsc::Receiver<Box<dyn Command>>, chains: Arc<Chains>) {
    while let Some(first) = commands.recv().await {
        let mut group = vec![first];
        let committed =
            commit_group(&writer, &mut group, &mut commands, &chains).await.map_err(|problem| problem.to_string());
        if let Err(cause) = &committed {
            tracing::error!(cause, commands = group.len(), "the writer could not commit");
        }
        for command in group {
            command.finish(committed.clone());
        }
    }
}

async fn commit_group(
    writer: &DatabaseConnection,
    group: &mut Vec<Box<dyn Command>>,
    commands: &mut mpsc::Receiver<Box<dyn Command>>,
    chains: &Chains,
) -> Result<()> {
    let outer = writer
        .begin_with_options(sea_orm::TransactionOptions {
            sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await?;
    let mut at = 0;
    while let Some(command) = group.get_mut(at) {
        command.run(&outer).await;
        at += 1;
        if at == group.len()
            && at < GROUP
            && let Ok(next) = commands.try_recv()
        {
            group.push(next);
        }
    }
    let left = group.iter_mut().filter_map(|command| command.left()).collect();
    match audit::write(&outer, chains, left).await {
        Ok(written) => {
            outer.commit().await?;
            written.committed(chains);
            Ok(())
        }
        // No command of the group may stay without its line.
        Err(problem) => {
            outer.rollback().await?;
            Err(problem)
        }
    }
}
