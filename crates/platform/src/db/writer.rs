//! The one writer of SQLite: serves commands in turn and commits many of them with one sync (ADR 0007).
//!
//! Begin at [`serve`]. A command comes in by [`hand_over`], is run in a savepoint of the group's transaction, and is
//! answered only after the group was committed.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use tokio::sync::{mpsc, oneshot};

use super::standing::Trouble;
use super::{Kept, journal};
use crate::web::context::Context;
use crate::web::problem::{Problem, Result};
use crate::work::Tx;
use crate::work::audit;
use crate::work::audit::chain::Chains;

/// Commands committed together at most on SQLite.
pub const GROUP: usize = 64;

/// A command's body: everything it does in its transaction.
pub(super) type Body<T> = Box<dyn for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send>;

/// Opens the one writer anew: after a failure nobody knows how deep in transactions the old connection is.
pub(super) type Open = Arc<dyn Fn() -> BoxFuture<'static, Result<DatabaseConnection>> + Send + Sync>;

/// Why a group was not committed.
#[derive(Clone)]
pub(super) struct Failed {
    trouble: Option<Trouble>,
    cause: String,
}

impl Failed {
    fn problem(&self) -> Problem {
        match self.trouble {
            Some(trouble) => trouble.problem(&self.cause),
            None => Problem::internal(&self.cause),
        }
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { trouble: problem.trouble(), cause: problem.to_string() }
    }
}

/// A command waiting for the SQLite writer.
pub(super) trait Command: Send {
    /// Runs inside a savepoint of `outer`; keeps its value for [`Command::finish`]. Gives the trouble when the
    /// database itself failed: SQLite may then have undone the whole transaction by itself.
    fn run<'a>(&'a mut self, outer: &'a DatabaseTransaction) -> BoxFuture<'a, Option<Trouble>>;
    /// The audit lines it left, when it succeeded; they are written with those of the whole group.
    fn left(&mut self) -> Option<audit::Left>;
    /// Answers the caller after the group's commit.
    fn finish(self: Box<Self>, committed: Result<(), Failed>);
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
    fn run<'a>(&'a mut self, outer: &'a DatabaseTransaction) -> BoxFuture<'a, Option<Trouble>> {
        Box::pin(async move {
            let body = self.body.take()?;
            let ran = in_savepoint(outer, self.now, self.context.take(), body).await;
            let trouble = ran.as_ref().err().and_then(Problem::trouble);
            self.value = Some(ran.map(|(value, left)| {
                self.left = Some(left);
                value
            }));
            trouble
        })
    }

    fn left(&mut self) -> Option<audit::Left> {
        self.left.take()
    }

    fn finish(self: Box<Self>, committed: Result<(), Failed>) {
        let value = match (self.value, committed) {
            (Some(Ok(_)) | None, Err(failed)) => Err(failed.problem()),
            (Some(value), _) => value,
            (None, Ok(())) => Err(Problem::internal("the command did not run")),
        };
        // The caller may have gone away; its command is committed all the same.
        let _ = self.answer.send(value);
    }
}

/// Puts a command into the writer's queue and waits for its answer.
pub(super) async fn hand_over<T: Send + 'static>(
    queue: &mpsc::Sender<Box<dyn Command>>,
    now: time::OffsetDateTime,
    context: Option<Arc<Context>>,
    body: Body<T>,
) -> Result<T> {
    let (answer, wait) = oneshot::channel();
    let command = Pending { body: Some(body), now, context, value: None, left: None, answer };
    queue.send(Box::new(command)).await.map_err(|_| Problem::internal("the writer has stopped"))?;
    wait.await.map_err(|_| Problem::internal("the writer dropped a command"))?
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
            // With the whole transaction gone there is no savepoint either; what went wrong first is what counts.
            if let Err(error) = savepoint.rollback().await
                && problem.trouble().is_none()
            {
                return Err(error.into());
            }
            Err(problem)
        }
    }
}

/// The SQLite writer: takes what waits, commits it together, answers. What the journal lacks is handed to it between
/// groups, and after a quiet moment.
pub(super) async fn serve(
    mut writer: DatabaseConnection,
    open: Open,
    mut commands: mpsc::Receiver<Box<dyn Command>>,
    chains: Arc<Chains>,
    journal: Kept,
) {
    loop {
        let first = match tokio::time::timeout(journal::EVERY, commands.recv()).await {
            Ok(Some(first)) => first,
            Ok(None) => break,
            Err(_quiet) => {
                if let Some(journal) = journal.lock().await.as_mut() {
                    journal.keep(&writer, true).await;
                }
                continue;
            }
        };
        let mut group = vec![first];
        let committed = commit_group(&writer, &mut group, &mut commands, &chains).await.map_err(Failed::from);
        let failed = committed.as_ref().err().cloned();
        for command in group {
            command.finish(committed.clone());
        }
        if let Some(failed) = failed {
            tracing::error!(cause = failed.cause, "the writer could not commit");
            match open().await {
                Ok(fresh) => writer = fresh,
                // The old one is tried again with the next command, and so is this.
                Err(problem) => tracing::error!(cause = %problem, "the writer could not be opened anew"),
            }
        } else if let Some(journal) = journal.lock().await.as_mut() {
            journal.keep(&writer, false).await;
        }
    }
    if let Some(journal) = journal.lock().await.as_mut() {
        journal.keep(&writer, true).await;
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
        if let Some(trouble) = command.run(&outer).await {
            // The transaction may be gone: whatever ran now would be kept by itself, and its caller told that it failed.
            let _ = outer.rollback().await;
            return Err(trouble.problem("the database refused a command, its group was undone"));
        }
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
            let _ = outer.rollback().await;
            Err(problem)
        }
    }
}
