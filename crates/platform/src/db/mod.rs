//! The database: SQLite (one file, by default) or a PostgreSQL-wire server, chosen by URL.
//!
//! [`Db::write`] runs one command in one transaction and leaves its rows, outbox events, jobs and
//! audit lines together or not at all. On SQLite a single writer serves commands in turn and
//! commits up to [`GROUP`] of them with one sync (a savepoint each, so that one failing command
//! does not touch its neighbours): the disk is asked once for many, and every command is
//! acknowledged only after that commit.
//!
//! Portable SQL only. Rows are SeaORM entities; what differs between the two lives in this module.
//!
//! A database that stops taking writes or answering is no crash: [`standing`] knows, commands are
//! refused at once with a 503, reads go on, and [`Db::watch`] notices when it is back. [`servers`]
//! finds the primary among several PostgreSQL servers and says whether a replica is fresh enough;
//! [`journal`] keeps what SQLite writes beside it, for a restore to a minute; [`closing`] ends all writing where a city
//! moves away from.
//!
//! A city is a database or a schema of one, never a column: [`Place::schema`] is set for every connection, so that no
//! statement names it and several cities of one database share nothing.

pub mod closing;
pub mod journal;
mod load;
pub mod migrate;
pub mod servers;
pub mod standing;
mod writer;

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionTrait,
};
use tokio::sync::{mpsc, watch};

use journal::Journal;
use servers::{Replica, Servers};
use standing::{Standing, Trouble};
use writer::{Command, Open};

use crate::metrics::Database;
use crate::web::context;
use crate::web::problem::{Problem, Result};
pub use crate::work::Tx;
use crate::work::audit;
use crate::work::audit::chain::Chains;

pub use load::Load;
pub use writer::GROUP;

/// Told of each statement that writes and how long it took.
pub type Watch = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// Words somebody looks for, without the wildcards of LIKE; none when nothing is left.
#[must_use]
pub fn searched(words: Option<&str>) -> Option<String> {
    let words = words?.replace(['%', '_', '\\'], "").trim().to_owned();
    (!words.is_empty()).then_some(words)
}

/// The pattern of LIKE for what contains these words as they are.
#[must_use]
pub fn containing(words: impl AsRef<str>) -> String {
    format!("%{}%", words.as_ref().replace(['%', '_', '\\'], ""))
}

/// Connections of each pool to PostgreSQL.
const CONNECTIONS: u32 = 16;
/// Pages that one connection to SQLite keeps, megabytes. The kernel keeps the file as well; more here only fills memory.
const CACHE_MB: u32 = 16;
/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Handle to the database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: Writer,
    chains: Arc<Chains>,
    standing: Arc<Standing>,
    servers: Option<Arc<Servers>>,
    replica: Option<Arc<Replica>>,
    /// Schema of PostgreSQL; empty = the database's own.
    schema: Arc<str>,
    /// Of SQLite: its file and the journal beside it.
    journal: Option<(std::path::PathBuf, Kept)>,
    counts: Arc<Database>,
}

/// The journal, once it is kept.
type Kept = Arc<tokio::sync::Mutex<Option<Journal>>>;

#[derive(Clone)]
enum Writer {
    /// PostgreSQL: any connection of the pool.
    Pool(DatabaseConnection),
    /// SQLite: the queue of the one writer.
    Queue(mpsc::Sender<Box<dyn Command>>),
}

/// Where a database is and what belongs to it.
#[derive(Default)]
pub struct Place {
    /// `sqlite://path` or `postgres://…`, the latter with several hosts by commas if need be.
    pub url: String,
    /// A PostgreSQL replica for lists and reports; none when empty.
    pub read_url: String,
    /// Schema of a PostgreSQL database, made with the first schema step; the database's own when empty.
    pub schema: String,
    /// Whether what SQLite writes is kept in a journal: then only the one who keeps it moves the write-ahead log into
    /// the file ([`Db::keep_journal`]).
    pub journaled: bool,
    /// Told of each statement that writes.
    pub watch: Option<Watch>,
}

impl Db {
    /// Opens `sqlite://path` or `postgres://…`.
    ///
    /// # Errors
    /// When the address is unknown or the database does not answer.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_at(Place { url: url.to_owned(), ..Place::default() }).await
    }

    /// The same, telling of every statement that writes: how many a command makes, how long each takes.
    ///
    /// # Errors
    /// When the address is unknown or the database does not answer.
    pub async fn open_watched(url: &str, watch: Option<Watch>) -> Result<Self> {
        Self::open_at(Place { url: url.to_owned(), watch, ..Place::default() }).await
    }

    /// Opens a database with all that belongs to it.
    ///
    /// # Errors
    /// When an address is unknown or the database does not answer.
    pub async fn open_at(place: Place) -> Result<Self> {
        let watch = place.watch.clone();
        let counts = Arc::<Database>::default();
        let writes = Arc::clone(&counts);
        let watched = move |mut writer: DatabaseConnection| {
            let (watch, writes) = (watch.clone(), Arc::clone(&writes));
            writer.set_metric_callback(move |info| {
                writes.statements.note(info.elapsed, info.failed);
                context::note_statement(&info.statement.sql, info.elapsed, info.failed);
                if let Some(watch) = &watch {
                    watch(&info.statement.sql, info.elapsed);
                }
            });
            writer
        };
        if place.url.starts_with("postgres://") || place.url.starts_with("postgresql://") {
            let servers = Arc::new(Servers::find(&place.url, &place.schema).await?);
            // Two pools: a command reads beside its own transaction (caches, other domains), and
            // sixteen commands waiting in one pool for a seventeenth connection would never end.
            let writer = servers.pool(CONNECTIONS, PATIENCE).await?;
            let reader = servers.pool(CONNECTIONS, PATIENCE).await?;
            let replica = if place.read_url.is_empty() {
                None
            } else {
                Some(Arc::new(Replica::lazy(&place.read_url, &place.schema, CONNECTIONS, PATIENCE, &counts)?))
            };
            return Ok(Self {
                reader: counted(SqlxPostgresConnector::from_sqlx_postgres_pool(reader), &counts),
                writer: Writer::Pool(watched(SqlxPostgresConnector::from_sqlx_postgres_pool(writer))),
                chains: Arc::default(),
                standing: Arc::default(),
                servers: Some(servers),
                replica,
                schema: place.schema.into(),
                journal: None,
                counts,
            });
        }
        if !place.url.starts_with("sqlite:") {
            return Err(Problem::internal(format!(
                "unknown database address {:?}: use sqlite://file or postgres://…",
                place.url
            )));
        }
        let mut options = SqliteConnectOptions::from_str(&place.url)
            .map_err(Problem::internal)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("cache_size", format!("-{}", CACHE_MB * 1024))
            .pragma("temp_store", "memory")
            .statement_cache_capacity(512);
        if place.journaled {
            // What is in the log is moved into the file only after the journal has it.
            options = options.pragma("wal_autocheckpoint", "0");
        }
        let again = options.clone();
        let open: Open = Arc::new(move || {
            let (options, watched) = (again.clone(), watched.clone());
            Box::pin(async move { Ok(watched(sqlite_pool(1, options).await?)) })
        });
        let writer = open().await?;
        let file = options.get_filename().to_owned();
        let reader = counted(sqlite_pool(4, options).await?, &counts);
        let (queue, commands) = mpsc::channel(1024);
        let chains = Arc::<Chains>::default();
        let journal = Kept::default();
        tokio::spawn(writer::serve(writer, open, commands, Arc::clone(&chains), Arc::clone(&journal)));
        Ok(Self {
            reader,
            writer: Writer::Queue(queue),
            chains,
            standing: Arc::default(),
            servers: None,
            replica: None,
            schema: Arc::default(),
            journal: Some((file, journal)),
            counts,
        })
    }

    /// Begins to keep what SQLite writes, below a folder; nothing to do on PostgreSQL, which archives its own log.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub async fn keep_journal(&self, folder: &std::path::Path, clock: Arc<dyn base::clock::Clock>) -> Result<()> {
        if let Some((file, journal)) = &self.journal {
            *journal.lock().await = Some(Journal::begin(folder, file, clock)?);
        }
        Ok(())
    }

    /// How the database stands: whether it answers and takes writes.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Looks after the database until told to stop: notices when it is gone, refuses writes or another server has
    /// become the primary, and when it is well again. Only a server that serves does this; a command of the command
    /// line just fails.
    pub async fn watch(&self, mut stopped: watch::Receiver<bool>) {
        self.standing.begin_watch();
        match (&self.servers, &self.replica) {
            (Some(servers), replica) => servers.watch(self, replica.as_deref(), &mut stopped).await,
            _ => self.standing.until_well(self, &mut stopped).await,
        }
    }

    /// Where the PostgreSQL server in use is, without its password; none on SQLite.
    pub fn server(&self) -> Option<String> {
        self.servers.as_ref().map(|servers| servers.current())
    }

    /// Whether the replica, if there is one, is fresh enough to be asked.
    pub fn replica_is_fresh(&self) -> Option<bool> {
        self.replica.as_ref().map(|replica| replica.is_fresh())
    }

    /// Returns when the replica stops answering, whoever reads from it then waits in vain; without one never.
    pub async fn replica_lost(&self) {
        match &self.replica {
            Some(replica) => replica.lost().await,
            None => std::future::pending().await,
        }
    }

    /// Writes something of the size of a command, past the refusal of writes: whether there is room again.
    pub(crate) async fn try_write(&self) -> Result<()> {
        // The product's clock is not at hand here, and no row keeps this moment.
        let statement = Statement::from_sql_and_values(
            self.backend(),
            "UPDATE heartbeats SET filler = $1 WHERE id = 1",
            ["x".repeat(64 * 1024).into()],
        );
        let empty = Statement::from_string(self.backend(), "UPDATE heartbeats SET filler = '' WHERE id = 1");
        self.run(time::OffsetDateTime::UNIX_EPOCH, move |tx| {
            Box::pin(async move {
                tx.conn().execute_raw(statement).await?;
                Ok(())
            })
        })
        .await?;
        self.run(time::OffsetDateTime::UNIX_EPOCH, move |tx| {
            Box::pin(async move {
                tx.conn().execute_raw(empty).await?;
                Ok(())
            })
        })
        .await
    }

    /// Connection for reading. Never write through it.
    ///
    /// A list or a report is read from the replica when there is one, it is fresh enough, and the caller changed
    /// nothing a moment ago ([`crate::web::freshness`]); everything else from the primary.
    pub fn read(&self) -> &DatabaseConnection {
        match &self.replica {
            Some(replica) if context::may_lag() && replica.is_fresh() => replica.conn(),
            _ => &self.reader,
        }
    }

    /// The schema of PostgreSQL that holds this city; empty when it is the database's own.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Which of the two it is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Statements and commands of this node.
    pub fn counts(&self) -> &Database {
        &self.counts
    }

    /// Runs one command in one transaction. The body may run on another task; what it returns is
    /// given back only after the commit.
    ///
    /// # Errors
    /// What the body returns (then nothing is kept); 503 when the database takes no writes or does not
    /// answer; an internal problem otherwise. When the line breaks during the commit, nobody knows
    /// whether it was kept: a caller that tries again sends the same `Idempotency-Key`.
    pub async fn write<T, F>(&self, now: time::OffsetDateTime, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.standing.admit()?;
        let begun = Instant::now();
        let outcome = self.run(now, body).await;
        let failed = outcome.as_ref().is_err_and(|problem: &Problem| problem.status().is_server_error());
        self.counts.commands.note(begun.elapsed(), failed);
        context::note_span("write", begun.elapsed(), failed, || "写入".to_owned());
        if let Err(problem) = &outcome
            && let Some(trouble) = problem.trouble()
        {
            self.standing.suspect(trouble, problem);
        }
        outcome
    }

    async fn run<T, F>(&self, now: time::OffsetDateTime, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        // The writer is another task: what is known of the request has to go along.
        let context = context::current();
        match &self.writer {
            Writer::Pool(pool) => {
                let work = async {
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
                            // On a broken line there is nothing to undo; what went wrong first is what counts.
                            if let Err(error) = tx.into_inner().rollback().await {
                                tracing::warn!(cause = %error, "a command could not be rolled back");
                            }
                            Err(problem)
                        }
                    }
                };
                tokio::select! {
                    outcome = work => outcome,
                    // A server that fell silent says nothing on the line for minutes.
                    () = self.standing.lost() => Err(Trouble::Down.problem("the database fell silent during a command")),
                }
            }
            Writer::Queue(queue) => writer::hand_over(queue, now, context, Box::new(body)).await,
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

    /// Tunes the database while it works: the planner's statistics anew. The write-ahead log of SQLite is left
    /// alone: only whoever keeps the journal may move it into the file.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tune(&self, now: time::OffsetDateTime) -> Result<()> {
        if self.schema.is_empty() {
            return self.execute_batch(now, vec!["ANALYZE".to_owned()]).await;
        }
        // Without names it would go through the other cities of the database too.
        let tables = closing::tables(&self.reader).await?;
        self.execute_batch(now, tables.iter().map(|table| format!("ANALYZE \"{table}\"")).collect()).await
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

/// Every statement counts for the node and for the request that made it.
fn counted(mut reader: DatabaseConnection, counts: &Arc<Database>) -> DatabaseConnection {
    let counts = Arc::clone(counts);
    reader.set_metric_callback(move |info| {
        counts.statements.note(info.elapsed, info.failed);
        context::note_statement(&info.statement.sql, info.elapsed, info.failed);
    });
    reader
}

async fn sqlite_pool(size: u32, options: SqliteConnectOptions) -> Result<DatabaseConnection> {
    let pool = sea_orm::sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(size)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(Problem::internal)?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}
