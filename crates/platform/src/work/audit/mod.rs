//! Audit lines: who did or saw what, when, from where, with what result. Append only.
//!
//! A service leaves a [`Line`] on its transaction; address, device and organisation come from the
//! request by themselves. Where a change has a before and after, [`Line::entry`] takes them (masked).
//! Reads and refusals are noted by the router, see [`access`].
//!
//! Every line is chained ([`chain`]) when it is written, in the transaction of its command; on SQLite
//! the lines of all commands that are committed together are one statement. The database refuses
//! updates and deletes by triggers. The days are rooted and signed by the security domain.

pub mod access;
pub mod chain;
pub mod read;

use std::sync::{Arc, OnceLock};

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value as DbValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::web::context::Context;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, Result};
use chain::{Chains, Head};

/// One line as a service leaves it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Time-ordered id.
    pub id: Uuid,
    /// Account or staff id; absent for the system itself.
    pub actor_id: Option<Uuid>,
    /// Name at that time.
    pub actor_name: String,
    /// Permission key or act, for example `case.reveal`.
    pub action: &'static str,
    /// What it was done to, for example `case:<id>`.
    pub subject: String,
    /// Reason, field names, counts; never a secret or a raw personal value.
    pub detail: Value,
}

impl Line {
    /// A line of a caller's act.
    pub fn by(caller: &Principal, id: Uuid, action: &'static str, subject: String, detail: Value) -> Self {
        Self { id, actor_id: Some(caller.id), actor_name: caller.name.clone(), action, subject, detail }
    }

    /// The line with room for kind, result, before and after.
    pub fn entry(self) -> Entry {
        self.into()
    }
}

/// Type of an act (IDENT-036).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Signing in and out, also a failed try.
    SignIn,
    /// Looking at data.
    Access,
    /// Looking at a raw personal value.
    Reveal,
    /// Taking data out as a file.
    Export,
    /// Changing data.
    Change,
    /// Something that was refused.
    Refusal,
    /// Giving or taking rights.
    Grant,
    /// The product by itself.
    System,
}

impl Kind {
    /// All kinds with their names.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::SignIn, "sign_in", "登录"),
        (Self::Access, "access", "查看"),
        (Self::Reveal, "reveal", "看原值"),
        (Self::Export, "export", "导出"),
        (Self::Change, "change", "变更"),
        (Self::Refusal, "refusal", "拒绝"),
        (Self::Grant, "grant", "授权"),
        (Self::System, "system", "系统"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("change", |(_, key, _)| key)
    }

    /// Told from the act, where the service does not say.
    fn of(action: &str, has_actor: bool) -> Self {
        let ends = |words: &[&str]| words.iter().any(|word| action.ends_with(word));
        let begins = |words: &[&str]| words.iter().any(|word| action.starts_with(word));
        match () {
            () if ends(&["sign_in", "sign_in_failed", "sign_on", "sign_out", ".totp_failed"])
                || begins(&["session."]) =>
            {
                Self::SignIn
            }
            () if !has_actor => Self::System,
            () if ends(&[".reveal"]) => Self::Reveal,
            () if ends(&[".export", ".download"]) => Self::Export,
            () if ends(&[".read", ".list", ".view"]) => Self::Access,
            () if begins(&["role.", "grant.", "permission."]) || ends(&[".roles", ".grant"]) => Self::Grant,
            () => Self::Change,
        }
    }
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Ok,
    /// Not allowed, not found, wrong state, wrong password.
    Refused,
    /// Our fault.
    Failed,
}

impl Outcome {
    /// All results with their names.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Ok, "ok", "成功"), (Self::Refused, "refused", "被拒"), (Self::Failed, "failed", "失败")];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, ..)| *outcome == self).map_or("ok", |(_, key, _)| key)
    }
}

/// A line with all that is recorded of an act.
#[derive(Debug, Clone)]
pub struct Entry {
    line: Line,
    kind: Kind,
    result: Outcome,
    org_id: Option<Uuid>,
    before: Option<Value>,
    after: Option<Value>,
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        let refused = ["failed", "refused", "denied"].iter().any(|word| line.action.ends_with(word));
        Self {
            kind: Kind::of(line.action, line.actor_id.is_some()),
            result: if refused { Outcome::Refused } else { Outcome::Ok },
            org_id: None,
            before: None,
            after: None,
            line,
        }
    }
}

impl Entry {
    /// Says the kind.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Says the result.
    #[must_use]
    pub fn result(mut self, result: Outcome) -> Self {
        self.result = result;
        self
    }

    /// Says the actor's organisation, where no request's caller does.
    #[must_use]
    pub fn org(mut self, org: Option<Uuid>) -> Self {
        self.org_id = org;
        self
    }

    /// Content before and after, personal values masked.
    #[must_use]
    pub fn changed(mut self, before: Value, after: Value) -> Self {
        self.before = (!before.is_null()).then_some(before);
        self.after = (!after.is_null()).then_some(after);
        self
    }
}

mod row {
    use super::*;
    /// `audit_log`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub actor_id: Option<Uuid>,
        pub actor_name: String,
        pub action: String,
        pub subject: String,
        pub detail: Json,
        pub org_id: Option<Uuid>,
        pub address: String,
        pub device: String,
        pub kind: String,
        pub result: String,
        pub before: Option<String>,
        pub after: Option<String>,
        pub chain: Option<Uuid>,
        pub no: i64,
        pub previous_hash: String,
        pub hash: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// What one command leaves, until it is committed.
#[derive(Debug)]
pub(crate) struct Left {
    /// Time of the command.
    pub(crate) now: OffsetDateTime,
    /// The request it belongs to.
    pub(crate) context: Option<Arc<Context>>,
    /// Its lines, each with the request it came from.
    pub(crate) lines: Vec<(Option<Arc<Context>>, Entry)>,
}

/// Refuses a line left twice. Found here it undoes its own command; found by the database it would undo
/// all that are committed with it.
pub(super) fn distinct(lines: &[(Option<Arc<Context>>, Entry)]) -> Result<()> {
    let mut ids: Vec<Uuid> = lines.iter().map(|(_, entry)| entry.line.id).collect();
    ids.sort_unstable();
    let before = ids.len();
    ids.dedup();
    if ids.len() == before { Ok(()) } else { Err(Problem::internal("a command left one audit line twice")) }
}

/// What [`write`] wrote, until the commit. Dropped without one, its chains are never continued.
#[derive(Debug, Default)]
pub(crate) struct Written {
    heads: Vec<Head>,
    audited: Vec<Arc<Context>>,
}

impl Written {
    /// The commit succeeded: others may go on where these lines ended, and the access itself needs
    /// no second line, see [`crate::web::context::record`].
    pub(crate) fn committed(self, chains: &Chains) {
        for head in self.heads {
            chains.give(head);
        }
        for context in self.audited {
            context.was_audited();
        }
    }
}

/// Writes the lines of all commands that are committed together, in their order, on one chain of
/// their day: a statement for many lines, whoever left them.
///
/// # Errors
/// When the database refuses; then nothing of the transaction may be committed.
pub(crate) async fn write(conn: &impl ConnectionTrait, chains: &Chains, left: Vec<Left>) -> Result<Written> {
    let mut written = Written::default();
    let mut rows = Vec::new();
    for Left { now, context, lines } in left {
        if lines.is_empty() {
            continue;
        }
        written.audited.extend(context);
        for (context, entry) in lines {
            // Commands of one group stand in one day, but for the group over midnight.
            let at = match written.heads.iter().position(|head| head.is_of(now)) {
                Some(at) => at,
                None => {
                    written.heads.push(chains.take(now).unwrap_or_else(|| Head::begin(entry.line.id, now)));
                    written.heads.len() - 1
                }
            };
            let Some(head) = written.heads.get_mut(at) else { continue };
            rows.push(values(entry, now, context.as_deref(), head));
        }
    }
    insert(conn, rows).await?;
    Ok(written)
}

/// Columns of `audit_log` in the order of [`values`].
const COLUMNS: [&str; 18] = [
    "id",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "detail",
    "org_id",
    "address",
    "device",
    "kind",
    "result",
    "before",
    "after",
    "chain",
    "no",
    "previous_hash",
    "hash",
];
/// Rows of one statement. Few sizes, so that every statement stays prepared: a new number of rows
/// would be a new text, and preparing a thousand rows costs more than writing them.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// The statements of [`SIZES`] for one kind of database.
fn statements(backend: DbBackend) -> &'static [String; 4] {
    static SQLITE: OnceLock<[String; 4]> = OnceLock::new();
    static POSTGRES: OnceLock<[String; 4]> = OnceLock::new();
    let make = |sign: fn(usize) -> String| {
        SIZES.map(|rows| {
            let row = |at: usize| {
                let signs: Vec<String> = (1..=COLUMNS.len()).map(|column| sign(at * COLUMNS.len() + column)).collect();
                format!("({})", signs.join(", "))
            };
            let rows: Vec<String> = (0..rows).map(row).collect();
            format!("INSERT INTO audit_log ({}) VALUES {}", COLUMNS.join(", "), rows.join(", "))
        })
    };
    match backend {
        // SQLite finds a parameter with a name by walking over all names before it.
        DbBackend::Sqlite => SQLITE.get_or_init(|| make(|_| "?".to_owned())),
        _ => POSTGRES.get_or_init(|| make(|at| format!("${at}"))),
    }
}

async fn insert(conn: &impl ConnectionTrait, rows: Vec<[DbValue; COLUMNS.len()]>) -> Result<()> {
    let backend = conn.get_database_backend();
    let mut rest = rows.into_iter();
    for (size, sql) in SIZES.iter().zip(statements(backend)) {
        while rest.len() >= *size {
            let part: Vec<DbValue> = rest.by_ref().take(*size).flatten().collect();
            conn.execute_raw(Statement::from_sql_and_values(backend, sql, part)).await?;
        }
    }
    Ok(())
}

/// A line as a row, the next on its chain; moves the chain's head.
fn values(entry: Entry, now: OffsetDateTime, context: Option<&Context>, head: &mut Head) -> [DbValue; COLUMNS.len()] {
    let Entry { line, kind, result, org_id, before, after } = entry;
    let org_id = org_id.or_else(|| {
        let caller = context?.caller()?;
        caller.org_id.filter(|_| line.actor_id == Some(caller.id))
    });
    let canonical = |value: Value| chain::canonical(&value);
    let detail = chain::sorted(&line.detail);
    let mut record = chain::Record {
        id: line.id,
        at: now.unix_timestamp(),
        actor_id: line.actor_id,
        actor_name: chain::clean(&line.actor_name),
        org_id,
        address: context.map(Context::address_text).unwrap_or_default(),
        device: context.map(|context| context.device.clone()).unwrap_or_default(),
        kind: kind.as_str().to_owned(),
        action: line.action.to_owned(),
        subject: chain::clean(&line.subject),
        detail: detail.to_string(),
        before: before.map(canonical),
        after: after.map(canonical),
        result: result.as_str().to_owned(),
        chain: Some(head.chain()),
        no: head.next_no(),
        previous_hash: head.hash().to_owned(),
        hash: String::new(),
    };
    record.hash = record.computed_hash();
    *head = head.after(&record);
    [
        record.id.into(),
        now.into(),
        record.actor_id.into(),
        record.actor_name.into(),
        record.action.into(),
        record.subject.into(),
        detail.into(),
        record.org_id.into(),
        record.address.into(),
        record.device.into(),
        record.kind.into(),
        record.result.into(),
        record.before.into(),
        record.after.into(),
        record.chain.into(),
        record.no.into(),
        record.previous_hash.into(),
        record.hash.into(),
    ]
}

/// Lines about one subject, oldest first (tests and the case page's access list).
///
/// # Errors
/// When the database refuses.
pub async fn about(conn: &impl ConnectionTrait, subject: &str) -> Result<Vec<(String, String)>> {
    use sea_orm::{QueryOrder, QuerySelect};
    Ok(row::Entity::find()
        .filter(row::Column::Subject.eq(subject))
        .order_by_asc(row::Column::Id)
        .limit(500)
        .all(conn)
        .await?
        .into_iter()
        .map(|line| (line.action, line.actor_name))
        .collect())
}
