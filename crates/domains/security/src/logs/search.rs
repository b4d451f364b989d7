//! One search over all logs.

use std::collections::HashMap;

use platform::calls;
use platform::logs::KeptLog;
use platform::logs::store::{self, Stored, Verdict, Wanted};
use platform::logs::visits::{self, VISITORS, Visit};
use platform::web::guard::Principal;
use platform::work::audit::chain::Record;
use platform::work::audit::read::{self, Filter};
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result, logs};
use sea_orm::entity::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use crate::Security;
use crate::audit::labels;
use crate::audit::search::network;
use crate::risks::model::label;

/// Sources with their names.
pub(crate) const SOURCES: [(&str, &str); 5] =
    [("application", "应用"), ("access", "访问"), ("audit", "审计"), ("device", "设备"), ("system", "接入系统")];

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogFilter {
    pub(crate) source: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) text: Option<String>,
    /// An id, or part of a person's name or login.
    pub(crate) actor: Option<String>,
    /// A kind of visitor; visits only.
    pub(crate) visitor: Option<String>,
    /// Part of a route template; visits only.
    pub(crate) route: Option<String>,
    /// First and last status; visits only.
    pub(crate) status: Option<(i64, i64)>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
}

/// What was answered to a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) status: i64,
    pub(crate) took_ms: i64,
    pub(crate) bytes: Option<i64>,
}

/// A line in the one form.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    pub(crate) id: Uuid,
    pub(crate) at: OffsetDateTime,
    pub(crate) source: &'static str,
    pub(crate) origin: String,
    pub(crate) level: &'static str,
    pub(crate) event: String,
    pub(crate) message: String,
    pub(crate) actor: String,
    pub(crate) address: String,
    pub(crate) trace: String,
    /// Of a visit.
    pub(crate) response: Option<Response>,
}

/// Days before the last one asked for in which visits are looked for when nobody says since when: there is one for
/// every request, and a count of all of them would keep people waiting.
const VISIT_DAYS: i64 = 7;
/// Lines of an export at most.
pub(crate) const MOST: u64 = 5_000;
/// Staff whose name fits, whose visits are looked for.
const CALLED: u64 = 200;

/// Rows of a domain's log that go in one round.
const DROPPED: i64 = 5_000;

/// Kinds of audit lines that are accesses; the rest are acts.
const ACCESS: [&str; 3] = ["access", "reveal", "refusal"];
const ACTS: [&str; 5] = ["sign_in", "export", "change", "grant", "system"];

fn known(list: &[(&'static str, &'static str)], key: &str) -> &'static str {
    list.iter().find(|(known, _)| *known == key).map_or("", |(known, _)| *known)
}

impl LogFilter {
    fn wants(&self, source: &str) -> bool {
        self.source.as_deref().is_none_or(|wanted| wanted == source)
    }

    /// Whether it asks for something that only visits have.
    fn visits_only(&self) -> bool {
        self.route.is_some() || self.status.is_some() || self.visitor.is_some()
    }

    fn level_is_one_of(&self, levels: &[&str]) -> bool {
        self.level.as_deref().is_none_or(|wanted| levels.contains(&wanted))
    }
}

impl Security {
    /// Lines of all sources, newest first, before an id; with the exact total. Visits without a first day are those
    /// of the last `VISIT_DAYS`.
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<LogRow>, u64)> {
        // What this node noted a moment ago is part of the answer; while nothing can be written it is not yet.
        if before.is_none()
            && let Err(problem) = visits::flush(&self.platform).await
        {
            tracing::debug!(cause = %problem, "visits wait");
        }
        let conn = self.platform.db.read();
        let (mut rows, mut total) = (Vec::new(), 0);
        if filter.wants("access") && filter.level_is_one_of(&["warn", "info"]) {
            let wanted = self.wanted_visits(filter).await?;
            let (found, count) = visits::search(conn, &wanted, before, limit).await?;
            let names = self.staff_of_visits(&found).await?;
            rows.extend(found.into_iter().map(|visit| of_visit(visit, &names)));
            total += count;
        }
        if filter.visits_only() {
            return Ok((rows, total));
        }
        if ["application", "device", "system"].iter().any(|source| filter.wants(source)) {
            let wanted = Wanted {
                source: filter.source.clone(),
                level: filter.level.clone(),
                text: filter.text.clone(),
                actor: filter.actor.clone(),
                from: filter.from,
                until: filter.until,
            };
            let (found, count) = store::search(conn, &wanted, before, limit).await?;
            rows.extend(found.into_iter().map(of_store));
            total += count;
        }
        if let Some(wanted) = audit_filter(filter) {
            total += read::count(conn, &wanted).await?;
            rows.extend(read::newest(conn, &wanted, before, limit).await?.into_iter().map(of_audit));
        }
        // The ledger knows parties, not persons.
        if filter.wants("system") && filter.actor.is_none() && filter.level_is_one_of(&["error", "warn", "info"]) {
            let wanted = calls::Wanted {
                result: filter.level.as_deref().map(|level| match level {
                    "error" => "failed".to_owned(),
                    "warn" => "refused".to_owned(),
                    _ => "ok".to_owned(),
                }),
                text: filter.text.clone(),
                from: filter.from,
                until: filter.until,
                ..calls::Wanted::default()
            };
            let (found, count) = calls::page(conn, &wanted, before, limit.saturating_sub(1)).await?;
            rows.extend(found.into_iter().map(of_call));
            total += count;
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        rows.truncate(usize::try_from(limit).unwrap_or(100));
        Ok((rows, total))
    }

    /// The lines that fit, as they may leave: persons by initial, addresses by network. What was asked for stands in the
    /// audit log, in words of the conditions, not their values.
    ///
    /// # Errors
    /// 422 when there are more than `MOST`.
    pub(crate) async fn export_logs(&self, caller: &Principal, filter: &LogFilter) -> Result<Vec<LogRow>> {
        let (rows, total) = self.logs(filter, None, MOST).await?;
        if total > MOST {
            let says = format!("一次最多导出 {MOST} 条，现在有 {total} 条，请用时间和条件缩小范围。");
            return Err(Problem::invalid_field("/from", "too_many", says));
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "log.export",
            "logs".to_owned(),
            json!({ "rows": rows.len(), "source": filter.source, "level": filter.level, "visits_only": filter.visits_only() }),
        );
        self.platform.leave(line).await?;
        Ok(rows.into_iter().map(mask).collect())
    }

    /// The part of a search that is about visits.
    async fn wanted_visits(&self, filter: &LogFilter) -> Result<visits::Wanted> {
        let ids = match filter.actor.as_deref().map(|actor| (actor, Uuid::parse_str(actor))) {
            Some((_, Ok(id))) => Some(vec![id]),
            Some((actor, Err(_))) => {
                let called = self.identity.staff_called(actor, CALLED).await?;
                Some(called.into_iter().map(|staff| staff.id).collect())
            }
            None => None,
        };
        let latest = filter.until.unwrap_or_else(|| self.platform.now());
        Ok(visits::Wanted {
            level: filter.level.clone(),
            text: filter.text.clone(),
            route: filter.route.clone(),
            status: filter.status,
            kind: filter.visitor.clone(),
            ids,
            from: Some(filter.from.unwrap_or(latest - time::Duration::days(VISIT_DAYS))),
            until: filter.until,
        })
    }

    /// Names of the staff among visitors. A visit holds no name; those of citizens are not looked up.
    async fn staff_of_visits(&self, visits: &[Visit]) -> Result<HashMap<Uuid, String>> {
        let staff = visits.iter().filter(|visit| visit.actor_kind == "staff");
        let mut ids: Vec<Uuid> = staff.filter_map(|visit| visit.actor_id).collect();
        ids.sort_unstable();
        ids.dedup();
        self.identity.staff_names(&ids).await
    }

    /// Computes the digests of collected lines anew; of visits those of the last `VISIT_DAYS`, for there are many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn verify_logs(&self, days: i64) -> Result<Verdict> {
        let now = self.platform.now();
        let conn = self.platform.db.read();
        let kept = self.kept_from(conn).await?;
        let soon = now + time::Duration::seconds(1);
        let mut verdict = store::verify(conn, now - time::Duration::days(days), soon, kept).await?;
        let since = (now - time::Duration::days(days.min(VISIT_DAYS))).max(kept);
        let visited = visits::verify(conn, since, soon).await?;
        verdict.batches += visited.batches;
        verdict.lines += visited.lines;
        verdict.faults.extend(visited.faults);
        Ok(verdict)
    }

    /// Writes the application's own lines and visits, and lets go what is older than the retention.
    pub(crate) async fn keep_logs(&self) -> Result<()> {
        logs::store::flush(&self.platform).await?;
        visits::flush(&self.platform).await?;
        let kept = self.kept_from(self.platform.db.read()).await?;
        logs::store::drop_before(&self.platform, kept).await?;
        visits::drop_before(&self.platform, kept).await?;
        for log in self.kept_logs.iter() {
            self.drop_log(*log).await?;
        }
        Ok(())
    }

    /// Lets the oldest rows of a domain's log go, with a line that says how many.
    ///
    /// The time of keeping is read where the rows go: one made longer meanwhile counts at once.
    async fn drop_log(&self, log: KeptLog) -> Result<()> {
        let security = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let kept = security.kept_from(tx.conn()).await?;
                    let gone = log.drop_before(tx, kept, DROPPED).await?;
                    if gone > 0 {
                        let detail = json!({ "rows": gone, "before": kept.unix_timestamp(), "name": log.label });
                        let line =
                            crate::transfer::outbox::line(&security, "log.drop", format!("log:{}", log.table), detail);
                        tx.audit(line.entry().kind(Kind::System));
                    }
                    Ok(())
                })
            })
            .await
    }
}

fn audit_filter(filter: &LogFilter) -> Option<Filter> {
    let kinds: Vec<String> = match filter.source.as_deref() {
        None => Vec::new(),
        Some("access") => ACCESS.map(str::to_owned).to_vec(),
        Some("audit") => ACTS.map(str::to_owned).to_vec(),
        Some(_) => return None,
    };
    let result = match filter.level.as_deref() {
        None => None,
        Some("error") => Some("failed"),
        Some("warn") => Some("refused"),
        Some("info") => Some("ok"),
        Some(_) => return None,
    };
    let actor_id = filter.actor.as_deref().and_then(|actor| Uuid::parse_str(actor).ok());
    Some(Filter {
        kinds,
        result: result.map(str::to_owned),
        text: filter.text.clone(),
        actor_id,
        actor_name: if actor_id.is_none() { filter.actor.clone() } else { None },
        from: filter.from,
        until: filter.until,
        ..Filter::default()
    })
}

/// A line as it may leave without a reason.
fn mask(row: LogRow) -> LogRow {
    // An id says nothing to who does not know it, and a kind of visitor is no name.
    let named = !row.actor.is_empty() && !VISITORS.iter().any(|(_, name)| row.actor.starts_with(name));
    let actor = if named { base::mask::name(&row.actor) } else { row.actor };
    LogRow { actor, address: network(&row.address), ..row }
}

fn of_store(line: Stored) -> LogRow {
    LogRow {
        id: line.id,
        at: line.at,
        source: known(&SOURCES, &line.source),
        level: known(&logs::form::LEVELS, &line.level),
        origin: line.origin,
        event: line.event,
        message: line.message,
        actor: line.actor,
        address: line.address,
        trace: line.trace,
        response: None,
    }
}

fn of_visit(visit: Visit, names: &HashMap<Uuid, String>) -> LogRow {
    let size = visit.bytes.map(|bytes| format!("，{bytes} 字节")).unwrap_or_default();
    LogRow {
        id: visit.id,
        at: visit.at,
        source: "access",
        level: known(&logs::form::LEVELS, &visit.level),
        origin: "tongban".to_owned(),
        event: "visit".to_owned(),
        message: format!("{} {}：{}，{} 毫秒{size}", visit.method, visit.route, visit.status, visit.took_ms),
        actor: match visit.actor_id {
            Some(id) => {
                names.get(&id).cloned().unwrap_or_else(|| format!("{} {id}", label(&VISITORS, &visit.actor_kind)))
            }
            None => label(&VISITORS, &visit.actor_kind).to_owned(),
        },
        address: visit.address,
        trace: visit.trace,
        response: Some(Response {
            method: visit.method,
            route: visit.route,
            status: visit.status,
            took_ms: visit.took_ms,
            bytes: visit.bytes,
        }),
    }
}

fn of_audit(record: Record) -> LogRow {
    LogRow {
        id: record.id,
        at: OffsetDateTime::from_unix_timestamp(record.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
        source: if ACCESS.contains(&record.kind.as_str()) { "access" } else { "audit" },
        origin: "tongban".to_owned(),
        level: match record.result.as_str() {
            "failed" => "error",
            "refused" => "warn",
            _ => "info",
        },
        message: format!("{}：{}", labels::action(&record.action), record.subject),
        event: record.action,
        actor: record.actor_name,
        address: record.address,
        trace: String::new(),
        response: None,
    }
}

fn of_call(call: calls::entry::Model) -> LogRow {
    let way = if call.direction == "in" { "调入" } else { "调出" };
    LogRow {
        id: call.id,
        at: call.at,
        source: "system",
        level: match call.result.as_str() {
            "failed" => "error",
            "refused" => "warn",
            _ => "info",
        },
        origin: call.party,
        event: call.operation.clone(),
        message: format!("{way} {} {}", call.operation, call.detail.unwrap_or_default()).trim().to_owned(),
        actor: call.party_name,
        address: call.address,
        trace: String::new(),
        response: None,
    }
}
