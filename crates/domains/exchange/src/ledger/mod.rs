//! The ledger of calls 对接台账: each call in either direction with its party, digest, result and time.

pub(crate) mod http;
pub(crate) mod store;

use platform::{Platform, Problem, Result};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Exchange;
use store::entry;

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// They called us.
    In,
    /// We called them.
    Out,
}

impl Direction {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// One call being written down.
#[derive(Debug, Clone)]
pub struct Entry {
    id: Uuid,
    direction: Direction,
    /// App id of the party.
    pub party: String,
    /// Its name, when known.
    pub party_name: String,
    /// Address it called from, or that we called.
    pub address: String,
    /// What was called.
    pub operation: String,
    /// Standard event.
    pub event: Option<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Its number.
    pub case_number: Option<String>,
    /// SM3 of the payload, hex.
    pub digest: String,
    /// Bytes of the payload.
    pub size: i64,
    result: &'static str,
    status: i64,
    code: String,
    detail: Option<String>,
}

impl Entry {
    /// A call that begins.
    pub fn new(platform: &Platform, direction: Direction) -> Self {
        Self {
            id: platform.new_id(),
            direction,
            party: String::new(),
            party_name: String::new(),
            address: String::new(),
            operation: String::new(),
            event: None,
            case_id: None,
            case_number: None,
            digest: String::new(),
            size: 0,
            result: "failed",
            status: 0,
            code: String::new(),
            detail: None,
        }
    }

    /// It went well.
    pub fn succeeded(&mut self, status: u16, code: &str) {
        self.result = "ok";
        self.status = i64::from(status);
        code.clone_into(&mut self.code);
    }

    /// It was answered with a problem.
    pub fn refused(&mut self, problem: &Problem) {
        self.result = if problem.status().is_server_error() { "failed" } else { "refused" };
        self.status = i64::from(problem.status().as_u16());
        problem.code().clone_into(&mut self.code);
        let fields = problem.field_errors().iter().map(|one| format!("{} {}", one.pointer, one.message));
        let all: Vec<String> = std::iter::once(problem.title().to_owned()).chain(fields).collect();
        self.detail = Some(all.join("；").chars().take(1000).collect());
    }

    /// The other side did not take it; status 0 when it did not answer.
    pub fn failed(&mut self, status: u16, detail: &str) {
        self.result = if (400..500).contains(&status) { "refused" } else { "failed" };
        self.status = i64::from(status);
        self.detail = Some(detail.chars().take(1000).collect());
    }
}

impl Exchange {
    /// Writes a call down with the time it took.
    ///
    /// # Errors
    /// When the database refuses: a call that can't be written down must not count as done.
    pub async fn write_entry(&self, entry: Entry, started: OffsetDateTime) -> Result<()> {
        let took = self.platform.clock.now() - started;
        let now = self.platform.now();
        let case_number = entry.case_number.map(|number| number.chars().take(64).collect());
        let row = entry::Model {
            id: entry.id,
            at: now,
            direction: entry.direction.as_str().to_owned(),
            party: entry.party,
            party_name: entry.party_name,
            address: entry.address,
            operation: entry.operation,
            event: entry.event,
            case_id: entry.case_id,
            case_number,
            digest: entry.digest,
            size: entry.size,
            result: entry.result.to_owned(),
            status: entry.status,
            code: entry.code,
            detail: entry.detail,
            duration_ms: i64::try_from(took.whole_milliseconds()).unwrap_or(0).max(0),
        };
        self.platform.db.write(now, move |tx| Box::pin(async move { store::insert(tx.conn(), row).await })).await
    }
}
