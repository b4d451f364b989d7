//! What the product holds about one person (DATASEC-012): each domain declares it, nobody joins
//! across domains to find it.
//!
//! * [`HeldData`]: a table with personal data: whose rows they are, what for, how long, and what may
//!   be done about them. Each domain has a list `HELD`, as it has `SEALED`; `app` joins the lists;
//! * [`PersonalSource`]: what a domain knows of looks and disclosures that a list can't say;
//! * [`PersonalKeeper`]: what a domain can correct on request, and why the rest can't be;
//! * [`DISCLOSED`]: event of a command that gave data of several people out, such as an export.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, Statement, Value};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::Tx;
use crate::web::problem::Result;

/// Event left by a command that gave personal data out; payload [`Given`].
pub const DISCLOSED: &str = "personal.disclosed";

/// Payload of [`DISCLOSED`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given {
    /// Objects as the audit log names them: `case:<id>`.
    pub objects: Vec<String>,
    /// Who got it.
    pub receiver: String,
    /// What.
    pub what: String,
    /// How.
    pub way: String,
    /// Id of the act, so that the event told twice is written down once.
    pub source_key: String,
}

/// The person whose data are asked for.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub account: Uuid,
    /// Name.
    pub name: String,
    /// Blind index of the identity number.
    pub number_index: String,
    /// Blind index of the telephone; empty without one.
    pub phone_index: String,
}

/// How rows name their person: a condition of the domain's own tables in which `$1` stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// By account id.
    Account(&'static str),
    /// By blind index of the identity number.
    Number(&'static str),
    /// By the text `account:<id>`.
    AccountText(&'static str),
    /// By the text `phone:<blind index of the telephone>`.
    PhoneText(&'static str),
}

impl Whose {
    fn condition(self, person: &Person) -> (&'static str, Value) {
        match self {
            Self::Account(sql) => (sql, person.account.into()),
            Self::Number(sql) => (sql, person.number_index.clone().into()),
            Self::AccountText(sql) => (sql, format!("account:{}", person.account).into()),
            Self::PhoneText(sql) => (sql, format!("phone:{}", person.phone_index).into()),
        }
    }
}

/// What may be done when somebody asks to have data deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Kept by law; the text names it and says until when.
    Law(&'static str),
    /// The person deletes it, at this address of the portal, on the page of this name.
    Own(&'static str, &'static str),
    /// Deleted on request.
    Delete,
    /// Emptied on request: the assignments of an update.
    Clear(&'static str),
}

/// One kind of personal data in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldData {
    /// Key such as `case.files`.
    pub key: &'static str,
    /// Table with one row per thing held.
    pub table: &'static str,
    /// Further tables that hold parts of the same things.
    pub parts: &'static [&'static str],
    /// Whose rows.
    pub whose: Whose,
    /// Column that says since when.
    pub since: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What it consists of.
    pub content: &'static str,
    /// Where it came from.
    pub source: &'static str,
    /// Key of the purpose in `packs/platform/purposes.yaml`.
    pub purpose: &'static str,
    /// What may be done about it.
    pub keep: Keep,
}

/// What is there of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Rows.
    pub count: i64,
    /// Since when.
    pub since: Option<OffsetDateTime>,
}

impl HeldData {
    /// Counts a person's rows.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find(&self, conn: &impl ConnectionTrait, person: &Person) -> Result<Found> {
        let (condition, value) = self.whose.condition(person);
        let (table, since) = (self.table, self.since);
        let sql = format!("SELECT count(*) AS n, min({since}) AS since FROM {table} WHERE {condition}");
        let row = conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, [value])).await?;
        let Some(row) = row else { return Ok(Found { count: 0, since: None }) };
        let count: i64 = row.try_get("", "n")?;
        // An aggregate has no declared type in SQLite: without rows it is no time at all.
        let since = if count > 0 { row.try_get::<Option<OffsetDateTime>>("", "since")? } else { None };
        Ok(Found { count, since })
    }

    /// Deletes or empties a person's rows; gives how many. What is kept by law or deleted by the
    /// person is left alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase(&self, tx: &Tx, person: &Person) -> Result<u64> {
        let (condition, value) = self.whose.condition(person);
        let sql = match self.keep {
            Keep::Delete => format!("DELETE FROM {} WHERE {condition}", self.table),
            Keep::Clear(change) => format!("UPDATE {} SET {change} WHERE {condition}", self.table),
            Keep::Law(_) | Keep::Own(..) => return Ok(0),
        };
        let conn = tx.conn();
        let done = conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, [value])).await?;
        Ok(done.rows_affected())
    }
}

/// An object of the audit log that is about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// As the log names it: `case:<id>`.
    pub subject: String,
    /// For people.
    pub label: String,
}

/// What somebody outside got of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub receiver: String,
    /// What.
    pub what: String,
    /// How: through which interface, by which act.
    pub way: String,
    /// On what occasion.
    pub about: String,
}

/// What a domain tells of looks at and disclosures of a person's data.
#[async_trait]
pub trait PersonalSource: Send + Sync {
    /// Objects of the log that are about the person, newest first, at most some hundreds.
    async fn objects(&self, person: &Person) -> Result<Vec<Object>>;
    /// What others outside got, newest first.
    async fn disclosed(&self, person: &Person) -> Result<Vec<Disclosure>>;
}

/// A value that can be corrected on request, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Correctable {
    /// Names the value within its kind of data; the keeper reads it back.
    pub field: String,
    /// For people: 手机号码, 联系电话（办件编号）.
    pub label: String,
    /// What stands there, masked.
    pub now: String,
}

/// What a keeper says of one kind of data of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// What can be corrected here.
    pub fields: Vec<Correctable>,
    /// Why the rest can't, by which law, and where it is corrected instead.
    pub why_not: &'static str,
}

/// What a correction changed, masked; the audit line keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Object of the audit log: `account:<id>`.
    pub subject: String,
    /// Name of the value for people.
    pub label: String,
    /// Before, masked.
    pub before: String,
    /// After, masked.
    pub after: String,
}

/// A domain that corrects what it holds, in the command that answers the person's request.
#[async_trait]
pub trait PersonalKeeper: Send + Sync {
    /// Kinds of data (keys of its `HELD`) it speaks for.
    fn kinds(&self) -> &'static [&'static str];

    /// What can be corrected of one kind, and why the rest can't.
    async fn correction(&self, person: &Person, kind: &str) -> Result<Correction>;

    /// Corrects one value. The caller writes the audit line.
    ///
    /// # Errors
    /// 422 at `/value` for a value that can't be, 409 for what is no longer there or can't be corrected.
    async fn correct(&self, tx: &Tx, person: &Person, kind: &str, field: &str, value: &str) -> Result<Corrected>;
}

/// Working days, as the calendars above know them.
#[async_trait]
pub trait WorkingDays: Send + Sync {
    /// The day some working days after a day, which itself does not count.
    async fn after(&self, day: Date, days: u32) -> Result<Date>;
}

/// Personal data in the platform's own tables.
pub const HELD: &[HeldData] = &[
    HeldData {
        key: "messages.inbox",
        table: "messages",
        parts: &[],
        whose: Whose::AccountText("recipient = $1"),
        since: "created_at",
        label: "站内消息",
        content: "发给您的办件提醒",
        source: "办件有进展时系统生成",
        purpose: "reminders",
        keep: Keep::Delete,
    },
    HeldData {
        key: "messages.sms",
        table: "messages",
        parts: &[],
        whose: Whose::PhoneText("recipient = $1"),
        since: "created_at",
        label: "短信记录",
        content: "发到您手机的短信内容",
        source: "办件有进展时系统生成",
        purpose: "reminders",
        keep: Keep::Delete,
    },
    HeldData {
        key: "files.uploaded",
        table: "files",
        parts: &[],
        whose: Whose::Account("owner_id = $1"),
        since: "created_at",
        label: "上传的文件",
        content: "您上传的证件照片、材料扫描件",
        source: "您本人上传",
        purpose: "service",
        keep: Keep::Law("材料随办件归档，按《政务服务电子文件归档和电子档案管理办法》保存到办件的保管期满。"),
    },
    HeldData {
        key: "sessions.open",
        table: "sessions",
        parts: &[],
        whose: Whose::Account("account_id = $1"),
        since: "created_at",
        label: "登录会话",
        content: "登录时间、网络地址、设备",
        source: "登录时记录",
        purpose: "security",
        keep: Keep::Own("/my/account/security", "登录和安全"),
    },
    HeldData {
        key: "audit.own",
        table: "audit_log",
        parts: &[],
        whose: Whose::Account("actor_id = $1"),
        since: "at",
        label: "操作日志",
        content: "您做过的操作、时间、网络地址",
        source: "操作时记录",
        purpose: "security",
        keep: Keep::Law("《网络安全法》第二十一条：网络日志至少保存六个月，其间不能修改、删除。"),
    },
];
