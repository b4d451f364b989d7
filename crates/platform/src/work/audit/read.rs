//! Reading the log: search with an exact total, one line, whole days for proofs, figures for rules.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect, Statement};
use time::OffsetDateTime;
use uuid::Uuid;

use super::chain::{Record, canonical};
use super::row;
use crate::web::problem::Result;

/// Which lines. Everything absent matches everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Account or staff id.
    pub actor_id: Option<Uuid>,
    /// Part of the actor's name.
    pub actor_name: Option<String>,
    /// Types of act.
    pub kinds: Vec<String>,
    /// Acts.
    pub actions: Vec<String>,
    /// Object, exact.
    pub subject: Option<String>,
    /// Several objects, exact.
    pub subjects: Vec<String>,
    /// Beginning of the object.
    pub subject_prefix: Option<String>,
    /// Result.
    pub result: Option<String>,
    /// Not before.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
    /// Part of the person's name, the act or the object.
    pub text: Option<String>,
    /// Only lines of somebody, and not of this one.
    pub not_actor: Option<Uuid>,
    /// Only lines of a chain (lines older than the chains are left out).
    pub chained: bool,
}

impl Filter {
    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(id) = self.actor_id {
            all = all.add(row::Column::ActorId.eq(id));
        }
        if let Some(part) = self.actor_name.as_deref().filter(|part| !part.is_empty()) {
            all = all.add(
                Expr::col(row::Column::ActorName).like(LikeExpr::new(format!("%{}%", escaped(part))).escape('\\')),
            );
        }
        for (column, wanted) in [(row::Column::Kind, &self.kinds), (row::Column::Action, &self.actions)] {
            if !wanted.is_empty() {
                all = all.add(column.is_in(wanted.iter().cloned()));
            }
        }
        if let Some(subject) = &self.subject {
            all = all.add(row::Column::Subject.eq(subject.clone()));
        }
        if !self.subjects.is_empty() {
            all = all.add(row::Column::Subject.is_in(self.subjects.iter().cloned()));
        }
        if let Some(prefix) = self.subject_prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
            all = all
                .add(Expr::col(row::Column::Subject).like(LikeExpr::new(format!("{}%", escaped(prefix))).escape('\\')));
        }
        if let Some(result) = &self.result {
            all = all.add(row::Column::Result.eq(result.clone()));
        }
        if let Some(from) = self.from {
            all = all.add(row::Column::At.gte(from));
        }
        if let Some(until) = self.until {
            all = all.add(row::Column::At.lt(until));
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.is_empty()) {
            let part = format!("%{}%", escaped(text));
            let mut any = Condition::any();
            for column in [row::Column::ActorName, row::Column::Action, row::Column::Subject] {
                any = any.add(Expr::col(column).like(LikeExpr::new(part.clone()).escape('\\')));
            }
            all = all.add(any);
        }
        if let Some(id) = self.not_actor {
            all = all.add(row::Column::ActorId.ne(id));
        }
        if self.chained {
            all = all.add(row::Column::Chain.is_not_null());
        }
        all
    }
}

/// A text in which `%`, `_` and `\` mean themselves.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\0', "").replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn record(row: row::Model) -> Record {
    Record {
        id: row.id,
        at: row.at.unix_timestamp(),
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        org_id: row.org_id,
        address: row.address,
        device: row.device,
        kind: row.kind,
        action: row.action,
        subject: row.subject,
        detail: canonical(&row.detail),
        before: row.before,
        after: row.after,
        result: row.result,
        chain: row.chain,
        no: row.no,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }
}

/// Newest first, before an id, at most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn newest(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Record>> {
    let mut query = row::Entity::find().filter(filter.condition()).order_by_desc(row::Column::Id).limit(limit);
    if let Some(before) = before {
        query = query.filter(row::Column::Id.lt(before));
    }
    Ok(query.all(conn).await?.into_iter().map(record).collect())
}

/// Oldest first, after an id, at most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn oldest(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Record>> {
    let mut query = row::Entity::find().filter(filter.condition()).order_by_asc(row::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after));
    }
    Ok(query.all(conn).await?.into_iter().map(record).collect())
}

/// How many.
///
/// # Errors
/// When the database refuses.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64> {
    Ok(row::Entity::find().filter(filter.condition()).count(conn).await?)
}

/// One line.
///
/// # Errors
/// When the database refuses.
pub async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Record>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?.map(record))
}

/// Acts seen since a moment, most frequent first.
///
/// # Errors
/// When the database refuses.
pub async fn actions_since(conn: &impl ConnectionTrait, since: OffsetDateTime) -> Result<Vec<(String, i64)>> {
    let mut found: Vec<(String, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::Action)
        .column_as(row::Column::Id.count(), "n")
        .filter(row::Column::At.gte(since))
        .group_by(row::Column::Action)
        .into_tuple()
        .all(conn)
        .await?;
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(found)
}

/// Time of the first line of a chain, or of the first line at all.
///
/// # Errors
/// When the database refuses.
pub async fn first_at(conn: &impl ConnectionTrait, chained: bool) -> Result<Option<OffsetDateTime>> {
    let mut query = row::Entity::find().order_by_asc(row::Column::At).limit(1);
    if chained {
        query = query.filter(row::Column::Chain.is_not_null());
    }
    Ok(query.one(conn).await?.map(|first| first.at))
}

/// The end of a chain within a day.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ChainEnd {
    /// Chain.
    pub chain: Uuid,
    /// Number of its last line.
    pub no: i64,
    /// Hash of its last line.
    pub hash: String,
}

/// The ends of all chains of a time span, by chain.
///
/// # Errors
/// When the database refuses.
pub async fn chain_ends(
    conn: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<ChainEnd>> {
    let sql = "SELECT a.chain AS chain, a.no AS no, a.hash AS hash FROM audit_log a WHERE a.at >= $1 AND a.at < $2 \
               AND a.chain IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM audit_log b WHERE b.chain = a.chain AND b.no = a.no + 1)";
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, [from.into(), until.into()]);
    let mut ends = ChainEnd::find_by_statement(statement).all(conn).await?;
    ends.sort_by_key(|end| end.chain);
    Ok(ends)
}
