//! How the database stands: well, read-only, without room, or gone.
//!
//! In trouble nothing waits and nothing crashes: a command is refused at once with a 503 that says in
//! plain words that one can look but not submit, reads go on as long as the database answers, and
//! when it is well again everything works without a restart (OPS-009, OPS-010).
//!
//! Trouble is noticed by whoever meets it first, a command ([`Standing::suspect`]) or the watch
//! ([`super::Db::watch`]); only the watch ends it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use tokio::sync::{Notify, watch};

use super::Db;
use super::closing::Closed;
use crate::web::problem::{Problem, Result};

/// How often a database in trouble is asked.
pub(super) const AGAIN: Duration = Duration::from_millis(500);
/// How long after an end of trouble a session is not called idle for it.
const GRACE: Duration = Duration::from_secs(30 * 60);

/// What a trigger says that keeps closed years as they are; the word stands in the schema steps.
const YEAR_CLOSED: &str = "year_closed";

/// Whether the database, well as it is, refused a change because the data are of a closed year.
pub(crate) fn of_closed_year(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return false;
    };
    matches!(inner.as_ref(), sqlx::Error::Database(told) if told.message().contains(YEAR_CLOSED))
}

/// What is wrong with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It answers and refuses writes: a standby, or set so for maintenance.
    ReadOnly,
    /// It answers and has no room to write, or its disk refuses.
    Full,
    /// It does not answer.
    Down,
}

impl Trouble {
    /// What an error of the database tells; none when the database itself is well.
    pub fn of(error: &DbErr) -> Option<Self> {
        let inner = match error {
            DbErr::ConnectionAcquire(_) => return Some(Self::Down),
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
            _ => return None,
        };
        match inner.as_ref() {
            sqlx::Error::Database(told) if Closed::told(told.message()).is_some() => Some(Self::ReadOnly),
            sqlx::Error::Database(told) => Self::told(&told.code()?),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Some(Self::Down)
            }
            // A server that goes away in the middle of a greeting leaves half of it behind.
            sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => Some(Self::Down),
            _ => None,
        }
    }

    /// By SQLSTATE (five characters) or result code of SQLite (fewer).
    fn told(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                "25006" => Some(Self::ReadOnly),
                "53100" => Some(Self::Full),
                // Shutting down, crashed, starting; no connection left.
                "57P01" | "57P02" | "57P03" | "57P05" | "53300" => Some(Self::Down),
                other => other.starts_with("08").then_some(Self::Down),
            };
        }
        // The low byte of an extended code is the plain one.
        match code.parse::<u32>().ok()? & 0xff {
            8 => Some(Self::ReadOnly),
            // Full; the disk refuses to read, write or open.
            13 | 10 | 14 => Some(Self::Full),
            _ => None,
        }
    }

    /// Code of its problem.
    pub fn code(self) -> &'static str {
        match self {
            Self::ReadOnly => "database_read_only",
            Self::Full => "storage_full",
            Self::Down => "database_down",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        [Self::ReadOnly, Self::Full, Self::Down].into_iter().find(|one| one.code() == code)
    }

    /// What a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Self::ReadOnly => "系统正在维护，暂时只能查看，不能提交。",
            Self::Full => "服务器的存储写不进去了，暂时只能查看，不能提交。",
            Self::Down => "系统暂时连不上数据库，没有办成。",
        }
    }

    /// 503 with the way out. A cause that tells of a city that is closed is said to people too.
    pub fn problem(self, cause: impl std::fmt::Display) -> Problem {
        let cause = cause.to_string();
        let closed = Closed::told(&cause).filter(|_| self == Self::ReadOnly);
        self.refusal(closed.as_ref(), cause)
    }

    fn refusal(self, closed: Option<&Closed>, cause: impl std::fmt::Display) -> Problem {
        if let Some(closed) = closed {
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, self.code(), closed.title())
                .detail(closed.detail())
                .retry_after(60)
                .because(cause);
        }
        let wait = if self == Self::Down { 10 } else { 30 };
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, self.code(), self.title())
            .detail("您填的内容都在，请留在这一页，恢复后再提交一次；已提交过的不会重复。")
            .retry_after(wait)
            .because(cause)
    }
}

#[derive(Clone, Copy, Default)]
struct State {
    trouble: Option<Trouble>,
    since: Option<Instant>,
    /// How long the trouble before lasted, and when it ended.
    before: Option<(Duration, Instant)>,
    /// How often another server took the place of the one in use.
    moves: u64,
}

/// How the database stands, shared by all who use it.
pub struct Standing {
    state: watch::Sender<State>,
    /// Of a read-only database: that its city moves, or moved.
    closed: Mutex<Option<Closed>>,
    watched: AtomicBool,
    wake: Notify,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(State::default()),
            closed: Mutex::default(),
            watched: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }
}

impl Standing {
    /// The trouble there is.
    pub fn trouble(&self) -> Option<Trouble> {
        self.state.borrow().trouble
    }

    /// Whether commands are tried.
    ///
    /// # Errors
    /// 503 in trouble.
    pub fn admit(&self) -> Result<()> {
        match self.trouble() {
            Some(trouble) => Err(trouble.refusal(self.closed().as_ref(), "not tried: the database is in trouble")),
            None => Ok(()),
        }
    }

    /// That the city moves, or where it went; none when the database is not closed for that.
    pub fn closed(&self) -> Option<Closed> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        closed.filter(|_| self.trouble() == Some(Trouble::ReadOnly))
    }

    /// What to tell people while not all is well.
    pub fn message(&self) -> Option<String> {
        let trouble = self.trouble()?;
        Some(self.closed().map_or_else(|| trouble.title().to_owned(), |closed| closed.title()))
    }

    /// How long sessions could not be touched: that time does not count as idle.
    pub fn untouched(&self) -> Duration {
        let state = *self.state.borrow();
        match (state.since, state.before) {
            (Some(since), _) => since.elapsed(),
            (None, Some((lasted, ended))) if ended.elapsed() < GRACE => lasted,
            _ => Duration::ZERO,
        }
    }

    /// Returns when the lines in use are worth nothing: the database does not answer, or another server is used now.
    pub async fn lost(&self) {
        let mut state = self.state.subscribe();
        let moves = state.borrow().moves;
        if state.wait_for(|state| state.trouble == Some(Trouble::Down) || state.moves != moves).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Another server is used now: whoever still waits for the one before waits in vain.
    pub(super) fn moved(&self) {
        self.state.send_modify(|state| state.moves += 1);
    }

    /// Somebody met trouble. Without a watch nobody would end it: then every command finds out for itself.
    pub fn suspect(&self, trouble: Trouble, problem: &Problem) {
        if !self.watched.load(Ordering::Relaxed) {
            return;
        }
        if trouble == Trouble::ReadOnly {
            self.learn(problem);
        }
        // One broken line, or too many who wait, is not a server that is gone: that only the watch can say.
        if trouble != Trouble::Down && self.trouble().is_none() {
            tracing::error!(cause = %problem, trouble = trouble.code(), "the database refuses writes");
            self.set(Some(trouble));
        }
        self.wake.notify_one();
    }

    /// Keeps what a refusal tells of a city that moves.
    pub(super) fn learn(&self, problem: &Problem) {
        if let Some(closed) = Closed::told(&problem.to_string()) {
            *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = Some(closed);
        }
    }

    pub(super) fn begin_watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    pub(super) fn set(&self, trouble: Option<Trouble>) {
        if trouble != Some(Trouble::ReadOnly) {
            *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.state.send_if_modified(|state| {
            if state.trouble == trouble {
                return false;
            }
            let now = Instant::now();
            match trouble {
                Some(trouble) => tracing::warn!(trouble = trouble.code(), "the database is in trouble"),
                None => tracing::info!("the database is well again"),
            }
            state.trouble = trouble;
            match (trouble, state.since) {
                (Some(_), None) => state.since = Some(now),
                (None, Some(since)) => {
                    state.before = Some((now - since, now));
                    state.since = None;
                }
                _ => {}
            }
            true
        });
    }

    /// Waits for the next look: at once when somebody suspects something. True when it is time to stop.
    pub(super) async fn rest(&self, usual: Duration, stopped: &mut watch::Receiver<bool>) -> bool {
        tokio::select! {
            () = tokio::time::sleep(if self.trouble().is_some() { AGAIN } else { usual }) => false,
            () = self.wake.notified(), if self.trouble().is_none() => false,
            _ = stopped.changed() => true,
        }
    }

    /// The watch of SQLite: once in trouble, tries until there is room again.
    pub(super) async fn until_well(&self, db: &Db, stopped: &mut watch::Receiver<bool>) {
        loop {
            if self.rest(Duration::from_secs(60), stopped).await {
                return;
            }
            if self.trouble().is_some() {
                let tried = db.try_write().await;
                if let Err(problem) = &tried {
                    self.learn(problem);
                }
                let trouble = tried.as_ref().err().and_then(Problem::trouble);
                self.set(trouble);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-009
    #[test]
    fn what_the_databases_say_is_told_apart() {
        for (code, trouble) in [
            ("25006", Some(Trouble::ReadOnly)),
            ("53100", Some(Trouble::Full)),
            ("57P01", Some(Trouble::Down)),
            ("08006", Some(Trouble::Down)),
            ("23505", None),
            ("13", Some(Trouble::Full)),
            ("778", Some(Trouble::Full)),
            ("1032", Some(Trouble::ReadOnly)),
            ("2067", None),
        ] {
            assert_eq!(Trouble::told(code), trouble, "{code}");
        }
        // A server that ends while a connection is made was taken for a fault of the product: 500 instead of 503.
        let greeting = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        let error = DbErr::Conn(RuntimeErr::SqlxError(std::sync::Arc::new(greeting)));
        assert_eq!(Trouble::of(&error), Some(Trouble::Down));
        let problem = Trouble::Full.problem("x");
        assert_eq!((problem.status().as_u16(), problem.trouble()), (503, Some(Trouble::Full)));
    }

    /// req: OPS-009
    #[tokio::test]
    async fn without_a_watch_nothing_stays_refused_and_time_in_trouble_is_not_idle() {
        let standing = Standing::default();
        standing.suspect(Trouble::Full, &Trouble::Full.problem("x"));
        assert!(standing.admit().is_ok());
        standing.begin_watch();
        standing.suspect(Trouble::Down, &Trouble::Down.problem("x"));
        assert!(standing.admit().is_ok(), "one broken line is not a server that is gone");
        standing.suspect(Trouble::Full, &Trouble::Full.problem("x"));
        assert_eq!(standing.admit().unwrap_err().code(), "storage_full");
        assert!(standing.untouched() > Duration::ZERO);
        standing.set(None);
        assert!(standing.admit().is_ok() && standing.untouched() > Duration::ZERO);
    }

    /// req: OPS-012
    #[tokio::test]
    async fn whoever_waits_for_a_server_that_was_left_is_let_go() {
        let standing = Standing::default();
        let waiting = async { tokio::time::timeout(Duration::from_secs(5), standing.lost()).await };
        let moving = async {
            tokio::task::yield_now().await;
            standing.moved();
        };
        assert!(tokio::join!(waiting, moving).0.is_ok());
        let later = tokio::time::timeout(Duration::from_millis(20), standing.lost()).await;
        assert!(later.is_err(), "what begins afterwards is at the new server");
    }
}
