//! Several PostgreSQL servers: which is the primary, what happens when another becomes it, and
//! whether the replica is fresh.
//!
//! `postgres://user@one,two:5433/name` names them all. The primary is the server that is not in
//! recovery, of several the one on the highest timeline: a server left behind by a promotion is never
//! gone back to. When the primary changes, both pools keep their places and only their target
//! changes; connections from before are dropped when next asked for.
//!
//! The replica for lists and reports is asked only while it has replayed all that was written up to
//! [`LAG`] ago. That is measured by positions in the log, not by what the replica believes: one that
//! lost its primary believes itself up to date.

use std::collections::VecDeque;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions, Connection, PgConnection, PgPool};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use tokio::sync::watch;

use super::Db;
use super::standing::Trouble;
use crate::metrics::Database;
use crate::web::problem::{Problem, Result};

/// How far a replica that is asked may be behind.
pub const LAG: Duration = Duration::from_secs(5);
/// How often the servers are asked.
const EVERY: Duration = Duration::from_secs(1);
/// The same after a look without answer.
const SOON: Duration = Duration::from_millis(200);
/// How long one of them has for its answer.
const ANSWER: Duration = Duration::from_secs(2);
/// Looks in a row without any answer after which the servers count as gone: a busy machine answers late, and one late
/// answer must send nobody away.
const MISSES: u32 = 3;
/// Rounds after which all servers are asked although the primary is well.
const ALL: u32 = 10;

/// `standby 0 0/3000060 off` or `primary 00000002 0/3000060 off`: role, timeline, position, read-only.
const ASK: &str = "SELECT CASE WHEN pg_is_in_recovery() \
     THEN 'standby 0 ' || coalesce(pg_last_wal_replay_lsn()::text, '0/0') \
     ELSE 'primary ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || ' ' || pg_current_wal_lsn()::text END \
     || ' ' || current_setting('default_transaction_read_only')";

/// The addresses a URL names, one server each.
#[must_use]
pub fn addresses(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if user.is_empty() { "" } else { "@" };
    // Which server is wanted is found out here; the driver does not know the word.
    let (path, query) = path.split_once('?').map_or((path, ""), |(path, query)| (path, query));
    let kept: Vec<&str> =
        query.split('&').filter(|one| !one.is_empty() && !one.starts_with("target_session_attrs=")).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}{query}")).collect()
}

/// Whether a text may name the schema of a city. Such a name needs no quotes and hides no second one in a search path.
#[must_use]
pub fn is_schema(name: &str) -> bool {
    let mut signs = name.chars();
    let first = signs.next().is_some_and(|first| first.is_ascii_lowercase());
    let rest = signs.all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_');
    first && rest && name.len() <= 63 && !name.starts_with("pg_") && name != "information_schema"
}

/// How to connect to one server, with the schema of the city for every statement.
fn options(address: &str, schema: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(address).map_err(Problem::internal)?.disable_statement_logging();
    // Said at the beginning of the connection: whatever resets a connection later comes back to it.
    Ok(if schema.is_empty() { options } else { options.options([("search_path", schema)]) })
}

/// One connection to the primary that a URL names, in a schema (empty: the database's own), outside of the pools:
/// for maintenance.
///
/// # Errors
/// When no server answers.
pub async fn line(url: &str, schema: &str) -> Result<DatabaseConnection> {
    let options = options(&primary(url).await?, schema)?;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(|error| Trouble::Down.problem(error))?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// The address of the primary among those a URL names: for programs that know one server only.
///
/// # Errors
/// When none answers as primary.
pub async fn primary(url: &str) -> Result<String> {
    let all = addresses(url);
    if !url.starts_with("postgres") || all.len() == 1 {
        return Ok(all.into_iter().next().unwrap_or_default());
    }
    let servers = Servers::find(url, "").await?;
    let at = servers.current.load(Ordering::Relaxed);
    all.into_iter().nth(at).ok_or_else(|| Problem::internal("no server"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    primary: bool,
    timeline: u32,
    position: u64,
    read_only: bool,
}

fn read_seen(text: &str) -> Option<Seen> {
    let mut words = text.split(' ');
    let (role, timeline, position, read_only) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (high, low) = position.split_once('/')?;
    Some(Seen {
        primary: role == "primary",
        timeline: u32::from_str_radix(timeline, 16).ok()?,
        position: u64::from_str_radix(high, 16).ok()? << 32 | u64::from_str_radix(low, 16).ok()?,
        read_only: read_only == "on",
    })
}

/// What a look at all servers found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    at: usize,
    seen: Seen,
}

/// The best of what answered: the primary of the highest timeline, else the standby that is furthest.
fn best(seen: &[Option<Seen>], least: u32) -> Option<Found> {
    let all = seen.iter().enumerate().filter_map(|(at, seen)| seen.map(|seen| Found { at, seen }));
    all.filter(|one| !one.seen.primary || one.seen.timeline >= least)
        .max_by_key(|one| (one.seen.primary, one.seen.timeline, one.seen.position, std::cmp::Reverse(one.at)))
}

/// When connections became worthless last.
struct Switched {
    begun: Instant,
    /// Milliseconds after `begun`; 0 = never.
    at: AtomicU64,
}

impl Switched {
    fn mark(&self) {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.at.store(millis.max(1), Ordering::Relaxed);
    }

    /// Whether a connection of this age is from before.
    fn outdates(&self, age: Duration) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at > 0 && age >= self.begun.elapsed().saturating_sub(Duration::from_millis(at))
    }
}

/// The servers of one database.
pub struct Servers {
    options: Vec<PgConnectOptions>,
    names: Vec<String>,
    current: AtomicUsize,
    timeline: AtomicU64,
    switched: Arc<Switched>,
    pools: Mutex<Vec<PgPool>>,
}

impl Servers {
    /// Reads the addresses and finds the primary; a single server is taken as it is. All connections are in the schema
    /// (empty: the database's own).
    ///
    /// # Errors
    /// When an address is unreadable or no server answers.
    pub async fn find(url: &str, schema: &str) -> Result<Self> {
        let mut all = Vec::new();
        let mut names = Vec::new();
        for address in addresses(url) {
            let one = options(&address, schema)?;
            names.push(format!("{}:{}", one.get_host(), one.get_port()));
            all.push(one);
        }
        let servers = Self {
            options: all,
            names,
            current: AtomicUsize::new(0),
            timeline: AtomicU64::new(0),
            switched: Arc::new(Switched { begun: Instant::now(), at: AtomicU64::new(0) }),
            pools: Mutex::default(),
        };
        if servers.options.len() > 1 {
            let seen = servers.look().await;
            let found = best(&seen, 0)
                .ok_or_else(|| Trouble::Down.problem(format!("none of {} answers", servers.names.join(", "))))?;
            servers.current.store(found.at, Ordering::Relaxed);
            servers.timeline.store(found.seen.timeline.into(), Ordering::Relaxed);
        }
        Ok(servers)
    }

    /// A pool on the current server that follows it.
    pub(super) async fn pool(&self, size: u32, patience: Duration) -> Result<PgPool> {
        let options = self.options.get(self.current.load(Ordering::Relaxed)).cloned().unwrap_or_default();
        let pool = pool_options(size, patience, Arc::clone(&self.switched)).connect_with(options).await;
        let pool = pool.map_err(|error| Trouble::Down.problem(format!("{}: {error}", self.current())))?;
        self.pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool.clone());
        Ok(pool)
    }

    /// The server in use: host and port.
    pub fn current(&self) -> String {
        self.names.get(self.current.load(Ordering::Relaxed)).cloned().unwrap_or_default()
    }

    async fn look(&self) -> Vec<Option<Seen>> {
        futures::future::join_all(self.options.iter().map(|one| async move {
            let mut fresh = None;
            ask(&mut fresh, one).await
        }))
        .await
    }

    /// Everybody goes to another server, or anew to the same one.
    fn switch(&self, at: usize) {
        let options = self.options.get(at).cloned().unwrap_or_default();
        self.current.store(at, Ordering::Relaxed);
        for pool in self.pools.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            pool.set_connect_options(options.clone());
        }
        self.switched.mark();
    }

    /// Asks the server in use every second, all of them in trouble and now and then, and follows the primary.
    pub(super) async fn watch(&self, db: &Db, replica: Option<&Replica>, stopped: &mut watch::Receiver<bool>) {
        let standing = db.standing();
        let mut line = None;
        let mut replica_line = None;
        let mut misses = 0;
        for round in 0_u32.. {
            let current = self.current.load(Ordering::Relaxed);
            let well = standing.trouble().is_none();
            let mut found = None;
            if well && (self.options.len() == 1 || !round.is_multiple_of(ALL)) {
                if let Some(options) = self.options.get(current) {
                    found = ask(&mut line, options).await.map(|seen| Found { at: current, seen });
                }
                // A primary that became a standby: somebody else is the primary now.
                found = found.filter(|found| found.seen.primary);
            }
            if found.is_none() {
                let least = u32::try_from(self.timeline.load(Ordering::Relaxed)).unwrap_or(0);
                found = best(&self.look().await, least);
            }
            misses = if found.is_some() { 0 } else { misses + 1 };
            let trouble = match found {
                None if misses < MISSES => standing.trouble(),
                None => Some(Trouble::Down),
                Some(Found { at, seen }) => {
                    if at != current || standing.trouble() == Some(Trouble::Down) {
                        tracing::warn!(server = self.names.get(at).map_or("", String::as_str), "using this server now");
                        line = None;
                        self.switch(at);
                        standing.moved();
                    }
                    if seen.primary {
                        self.timeline.fetch_max(seen.timeline.into(), Ordering::Relaxed);
                    }
                    match standing.trouble() {
                        _ if !seen.primary || seen.read_only => Some(Trouble::ReadOnly),
                        // A city that is closed because it moves is read-only on a server that is not.
                        Some(Trouble::Full | Trouble::ReadOnly) => db.try_write().await.err().and_then(|problem| {
                            standing.learn(&problem);
                            problem.trouble()
                        }),
                        _ => None,
                    }
                }
            };
            standing.set(trouble);
            if let Some(replica) = replica {
                let position = found.filter(|found| found.seen.primary).map(|found| found.seen.position);
                replica.measure(&mut replica_line, position).await;
            }
            let usual = if misses > 0 { SOON } else { EVERY };
            if standing.rest(usual, stopped).await {
                return;
            }
        }
    }
}

/// Asks a server, on a line that is kept while it works.
async fn ask(line: &mut Option<PgConnection>, options: &PgConnectOptions) -> Option<Seen> {
    let asked = async {
        if line.is_none() {
            *line = Some(PgConnection::connect_with(options).await?);
        }
        let text: String = match line.as_mut() {
            Some(line) => sqlx::query_scalar(ASK).fetch_one(line).await?,
            None => String::new(),
        };
        Ok::<_, sqlx::Error>(text)
    };
    let answer = tokio::time::timeout(ANSWER, asked).await;
    match answer {
        Ok(Ok(text)) => read_seen(&text),
        Ok(Err(_)) | Err(_) => {
            *line = None;
            None
        }
    }
}

fn pool_options(size: u32, patience: Duration, switched: Arc<Switched>) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .min_connections(1)
        .acquire_timeout(patience)
        // A connection just used is taken as it is; asking it first would double the way of a small query.
        .test_before_acquire(false)
        .before_acquire(move |conn, about| {
            let outdated = switched.outdates(about.age);
            Box::pin(async move {
                if outdated {
                    return Ok(false);
                }
                if about.idle_for >= Duration::from_secs(2) {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
}

/// A server that lists and reports are read from.
pub struct Replica {
    conn: DatabaseConnection,
    options: PgConnectOptions,
    fresh: AtomicBool,
    /// How often it fell silent.
    silences: watch::Sender<u64>,
    /// Where the primary was, and when.
    samples: Mutex<VecDeque<(Instant, u64)>>,
}

impl Replica {
    /// Not connected before it is asked: a replica that is down keeps nobody from starting.
    pub(super) fn lazy(url: &str, schema: &str, size: u32, patience: Duration, counts: &Arc<Database>) -> Result<Self> {
        let options = options(url, schema)?;
        let never = Arc::new(Switched { begun: Instant::now(), at: AtomicU64::new(0) });
        let pool = pool_options(size, patience, never).min_connections(0).connect_lazy_with(options.clone());
        let conn = super::counted(SqlxPostgresConnector::from_sqlx_postgres_pool(pool), counts);
        Ok(Self {
            conn,
            options,
            fresh: AtomicBool::new(false),
            silences: watch::Sender::new(0),
            samples: Mutex::default(),
        })
    }

    /// Its connection.
    pub(super) fn conn(&self) -> &DatabaseConnection {
        &self.conn
    }

    /// Whether it has all that was written up to [`LAG`] ago.
    pub fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Relaxed)
    }

    /// Returns when it stops answering.
    pub(super) async fn lost(&self) {
        if self.silences.subscribe().changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn measure(&self, line: &mut Option<PgConnection>, primary: Option<u64>) {
        let answer = ask(line, &self.options).await;
        let silent = answer.is_none();
        let replayed = answer.filter(|seen| !seen.primary).map(|seen| seen.position);
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        samples.extend(primary.map(|position| (now, position)));
        // The next look comes a second later, and has two for its answer.
        while samples.front().is_some_and(|(at, _)| now - *at > LAG - EVERY - ANSWER) {
            samples.pop_front();
        }
        let fresh = replayed.is_some_and(|replayed| samples.iter().any(|(_, position)| *position <= replayed));
        if self.fresh.swap(fresh, Ordering::Relaxed) != fresh {
            tracing::info!(fresh, "replica");
            if silent {
                self.silences.send_modify(|silences| *silences += 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_several_hosts_is_several_addresses() {
        assert_eq!(
            addresses("postgres://u:p%40@one,two:5433/city?sslmode=require&target_session_attrs=read-write"),
            ["postgres://u:p%40@one/city?sslmode=require", "postgres://u:p%40@two:5433/city?sslmode=require"]
        );
        assert_eq!(addresses("postgres://one/city"), ["postgres://one/city"]);
        assert_eq!(addresses("sqlite://a,b"), ["sqlite://a", "sqlite://b"]);
    }

    /// req: OPS-012
    #[test]
    fn of_two_primaries_the_later_one_counts_and_an_outdated_one_never() {
        let seen = |text: &str| read_seen(text);
        let old = seen("primary 00000001 0/5000000 off");
        let new = seen("primary 00000002 0/4000000 off");
        let standby = seen("standby 0 0/6000000 off");
        assert_eq!(best(&[old, new, standby], 0).unwrap().at, 1);
        assert_eq!(best(&[old, standby], 2).unwrap().at, 1, "an outdated primary is worse than a standby");
        assert_eq!(best(&[None, None], 0), None);
        assert_eq!(
            seen("standby 0 1/0 on").unwrap(),
            Seen { primary: false, timeline: 0, position: 1 << 32, read_only: true }
        );
    }
}
