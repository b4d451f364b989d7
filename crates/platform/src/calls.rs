//! The ledger of calls 对接台账 (IDENT-038): each call of a connector, in either direction, with its
//! party, digest, result and time.
//!
//! It lies with the shell because connectors live on every floor: the SMS gateway here, the
//! province in identity, other systems in exchange. The payload is not kept, its SM3 digest is.
//! Begin with [`Entry::new`], end with [`write`]; the exchange domain shows the lists.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, Select};
use time::OffsetDateTime;

use crate::Platform;
use crate::web::problem::{Problem, Result};

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

/// Writes a call down with the time it took.
///
/// # Errors
/// When the database refuses: a call that can't be written down must not count as done.
pub async fn write(platform: &Platform, entry: Entry, started: OffsetDateTime) -> Result<()> {
    let row = entry.row(platform, started);
    platform.db.write(platform.now(), move |tx| Box::pin(async move { insert(tx.conn(), row).await })).await
}

impl Entry {
    /// The row, for a caller that writes it with rows of its own.
    pub(crate) fn row(self, platform: &Platform, started: OffsetDateTime) -> entry::Model {
        let took = platform.clock.now() - started;
        let time = std::time::Duration::try_from(took).unwrap_or_default();
        let failed = self.result == "failed";
        platform.metrics.calls.note(&format!("{} {}", self.direction.as_str(), self.party), time, failed);
        crate::web::context::note_span("call", time, failed, || format!("{} {}", self.party, self.operation));
        entry::Model {
            id: self.id,
            at: platform.now(),
            direction: self.direction.as_str().to_owned(),
            party: self.party,
            party_name: self.party_name,
            address: bare(&self.address),
            operation: self.operation,
            event: self.event,
            case_id: self.case_id,
            case_number: self.case_number.map(|number| number.chars().take(64).collect()),
            digest: self.digest,
            size: self.size,
            result: self.result.to_owned(),
            status: self.status,
            code: self.code,
            detail: self.detail,
            duration_ms: i64::try_from(took.whole_milliseconds()).unwrap_or(0).max(0),
        }
    }

    /// What was sent: digest and size.
    pub fn payload(&mut self, bytes: &[u8]) {
        self.digest = base::encoding::to_hex(&base::crypto::sm3(bytes));
        self.size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    }
}

/// An address without user and password: settings carry client secrets in them.
pub(crate) fn bare(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or(host))
        }
        None => address.to_owned(),
    }
}

/// Row of the ledger.
pub mod entry {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "calls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub direction: String,
        pub party: String,
        pub party_name: String,
        pub address: String,
        pub operation: String,
        pub event: Option<String>,
        pub case_id: Option<Uuid>,
        pub case_number: Option<String>,
        pub digest: String,
        pub size: i64,
        pub result: String,
        pub status: i64,
        pub code: String,
        pub detail: Option<String>,
        pub duration_ms: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: entry::Model) -> Result<()> {
    entry::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// What was sent out about some cases and taken by the other side, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn sent_about(conn: &impl ConnectionTrait, cases: &[Uuid], limit: u64) -> Result<Vec<entry::Model>> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    Ok(entry::Entity::find()
        .filter(entry::Column::CaseId.is_in(cases.iter().copied()))
        .filter(entry::Column::Direction.eq(Direction::Out.as_str()))
        .filter(entry::Column::Result.eq("ok"))
        .order_by_desc(entry::Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// One call.
///
/// # Errors
/// When the database refuses.
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<entry::Model>> {
    Ok(entry::Entity::find_by_id(id).one(conn).await?)
}

/// Which calls.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// `in` or `out`.
    pub direction: Option<String>,
    /// Party.
    pub party: Option<String>,
    /// `ok`, `refused`, `failed`.
    pub result: Option<String>,
    /// Standard event.
    pub event: Option<String>,
    /// Case number or a part of it.
    pub case_number: Option<String>,
    /// Part of operation, party or detail.
    pub text: Option<String>,
    /// From this moment on.
    pub from: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
}

impl Wanted {
    fn select(&self) -> Select<entry::Entity> {
        use entry::Column;
        let mut select = entry::Entity::find();
        for (column, value) in [
            (Column::Direction, &self.direction),
            (Column::Party, &self.party),
            (Column::Result, &self.result),
            (Column::Event, &self.event),
        ] {
            if let Some(value) = value {
                select = select.filter(column.eq(value.as_str()));
            }
        }
        if let Some(number) = &self.case_number {
            select = select.filter(Column::CaseNumber.like(crate::db::containing(number)));
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.is_empty()) {
            let part = format!("%{}%", crate::work::audit::read::escaped(text));
            let mut any = sea_orm::Condition::any();
            for column in [Column::Operation, Column::PartyName, Column::Detail] {
                let like = sea_orm::sea_query::LikeExpr::new(part.clone()).escape('\\');
                any = any.add(sea_orm::sea_query::ExprTrait::like(Expr::col(column), like));
            }
            select = select.filter(any);
        }
        if let Some(from) = self.from {
            select = select.filter(Column::At.gte(from));
        }
        if let Some(until) = self.until {
            select = select.filter(Column::At.lt(until));
        }
        select
    }
}

/// One page, newest first, one row more than asked for, and the total.
///
/// # Errors
/// When the database refuses.
pub async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<entry::Model>, u64)> {
    let mut select = wanted.select();
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(entry::Column::Id.lt(before));
    }
    Ok((select.order_by_desc(entry::Column::Id).limit(limit + 1).all(conn).await?, total))
}

/// Calls about one case by its number, newest first, one more than asked for, and how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    number: &str,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<entry::Model>, u64)> {
    let mut select = entry::Entity::find().filter(entry::Column::CaseNumber.eq(number));
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(entry::Column::Id.lt(before));
    }
    Ok((select.order_by_desc(entry::Column::Id).limit(limit + 1).all(conn).await?, total))
}

/// Everything that fits a filter, newest first, at most `limit`, and the total.
///
/// # Errors
/// When the database refuses.
pub async fn all(conn: &impl ConnectionTrait, wanted: &Wanted, limit: u64) -> Result<(Vec<entry::Model>, u64)> {
    let select = wanted.select();
    let total = select.clone().count(conn).await?;
    if total > limit {
        return Ok((Vec::new(), total));
    }
    Ok((select.order_by_desc(entry::Column::Id).all(conn).await?, total))
}

/// Calls with one party in one direction since a moment.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Figures {
    /// `in` or `out`.
    pub direction: String,
    /// Party.
    pub party: String,
    /// Its name, when known.
    pub party_name: String,
    /// Calls.
    pub calls: i64,
    /// Of these, failed: the other side did not answer or we had a fault.
    pub failed: i64,
    /// Of these, refused.
    pub refused: i64,
    /// Time altogether, milliseconds.
    pub total_ms: i64,
    /// Longest, milliseconds.
    pub most_ms: i64,
}

/// Calls by party and direction since a moment, those that fail most first; at most 200 parties.
///
/// # Errors
/// When the database refuses.
pub async fn figures(platform: &Platform, from: OffsetDateTime) -> Result<Vec<Figures>> {
    use sea_orm::FromQueryResult;
    let sql = "SELECT direction, party, MAX(party_name) AS party_name, COUNT(*) AS calls, \
         CAST(SUM(CASE WHEN result = 'failed' THEN 1 ELSE 0 END) AS BIGINT) AS failed, \
         CAST(SUM(CASE WHEN result = 'refused' THEN 1 ELSE 0 END) AS BIGINT) AS refused, \
         CAST(SUM(duration_ms) AS BIGINT) AS total_ms, MAX(duration_ms) AS most_ms \
         FROM calls WHERE at >= $1 GROUP BY direction, party ORDER BY failed DESC, calls DESC, party LIMIT 200";
    let statement = sea_orm::Statement::from_sql_and_values(platform.db.backend(), sql, [from.into()]);
    Ok(Figures::find_by_statement(statement).all(platform.db.read()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: IDENT-038
    #[test]
    fn an_address_is_kept_without_its_secret() {
        assert_eq!(bare("https://client:secret@id.example.cn/identity"), "https://id.example.cn/identity");
        assert_eq!(bare("http://127.0.0.1:8090/sms"), "http://127.0.0.1:8090/sms");
        assert_eq!(bare("https://a@b:c@host"), "https://host");
        assert_eq!(bare("10.1.2.3"), "10.1.2.3");
    }
}
