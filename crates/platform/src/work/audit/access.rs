//! Lines about reads and refusals, noted by the router.
//!
//! They are no part of a command, so each would cost a commit of its own. They are gathered for
//! [`EVERY`] and written together; a full basket makes the next request wait for the disk. What a
//! power cut can lose is therefore the reads of the last moment, never a change, a raw value or an
//! export: those lines are written by their own command.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::{Entry, Kind, Line, Outcome};
use crate::Platform;
use crate::web::context::Context;
use crate::web::problem::Result;

/// How long lines wait at most.
pub const EVERY: Duration = Duration::from_millis(500);
/// Lines after which the next request writes them itself.
const FULL: usize = 2_000;
/// Lines kept while the database takes no writes. What has to be in the log is not shown beyond that.
const HELD: usize = 20_000;
/// Refusals of unknown callers kept in one basket; the rest is counted, so that a flood from
/// outside fills no disk.
const UNKNOWN: usize = 200;

#[derive(Default)]
struct Basket {
    lines: Vec<(Arc<Context>, Entry)>,
    unknown: usize,
    dropped: u64,
}

/// The basket of one node.
#[derive(Default)]
pub struct Recorder(Mutex<Basket>);

impl Recorder {
    /// Notes one access; `known` says whether the caller is.
    pub async fn note(&self, platform: &Platform, context: Arc<Context>, entry: Entry, known: bool) {
        let full = {
            let mut basket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !known && basket.unknown >= UNKNOWN {
                basket.dropped += 1;
            } else {
                basket.unknown += usize::from(!known);
                basket.lines.push((context, entry));
            }
            basket.lines.len() >= FULL
        };
        if full
            && platform.db.standing().trouble().is_none()
            && let Err(problem) = self.flush(platform).await
        {
            tracing::error!(cause = %problem, "audit lines could not be written");
        }
    }

    /// Whether no more lines can be held: while the database takes no writes, reading then stops too.
    pub fn is_full(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.len() >= HELD
    }

    /// Writes what was noted.
    ///
    /// # Errors
    /// When the database refuses; the lines go back into the basket.
    pub async fn flush(&self, platform: &Platform) -> Result<()> {
        platform.db.standing().admit()?;
        let basket = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if basket.lines.is_empty() && basket.dropped == 0 {
            return Ok(());
        }
        let mut lines = basket.lines.clone();
        if basket.dropped > 0 {
            let line = Line {
                id: platform.new_id(),
                actor_id: None,
                actor_name: String::new(),
                action: "audit.unknown_callers",
                subject: "api".to_owned(),
                detail: serde_json::json!({ "more": basket.dropped }),
            };
            lines.push((Arc::default(), line.entry().kind(Kind::Refusal).result(Outcome::Refused)));
        }
        let written = platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    for (context, entry) in lines {
                        tx.audit_in(context, entry);
                    }
                    Ok(())
                })
            })
            .await;
        if written.is_err() {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            now.dropped += basket.dropped;
            now.unknown += basket.unknown;
            now.lines.splice(0..0, basket.lines);
        }
        written
    }
}
