//! One search over all logs.

use platform::calls;
use platform::logs::KeptLog;
use platform::logs::store::{self, Stored, Verdict, Wanted};
use platform::work::audit::Kind;
use platform::work::audit::chain::Record;
use platform::work::audit::read::{self, Filter};
use platform::{Result, logs};
use sea_orm::entity::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use crate::Security;
use crate::audit::labels;

/// Sources with their names.
pub(crate) const SOURCES: [(&str, &str); 5] =
    [("application", "应用"), ("access", "访问"), ("audit", "审计"), ("device", "设备"), ("system", "接入系统")];

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogFilter {
    pub(crate) source: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
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
}

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

    fn level_is_one_of(&self, levels: &[&str]) -> bool {
        self.level.as_deref().is_none_or(|wanted| levels.contains(&wanted))
    }
}

impl Security {
    /// Lines of all sources, newest first, before an id; with the exact total.
    pub(crate) async fn logs(
        &self,
        filter: &LogFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<LogRow>, u64)> {
        let conn = self.platform.db.read();
        let (mut rows, mut total) = (Vec::new(), 0);
        if ["application", "device", "system"].iter().any(|source| filter.wants(source)) {
            let wanted = Wanted {
                source: filter.source.clone(),
                level: filter.level.clone(),
                text: filter.text.clone(),
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
        if filter.wants("system") && filter.level_is_one_of(&["error", "warn", "info"]) {
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

    /// Computes the digests of collected lines anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn verify_logs(&self, days: i64) -> Result<Verdict> {
        let now = self.platform.now();
        let kept = self.kept_from().await?;
        store::verify(self.platform.db.read(), now - time::Duration::days(days), now + time::Duration::seconds(1), kept)
            .await
    }

    /// Writes the application's own lines, and lets whole batches go that are older than the retention.
    pub(crate) async fn keep_logs(&self) -> Result<()> {
        logs::store::flush(&self.platform).await?;
        let kept = self.kept_from().await?;
        logs::store::drop_before(&self.platform, kept).await?;
        for log in self.kept_logs.iter() {
            self.drop_log(*log, kept).await?;
        }
        Ok(())
    }

    /// Lets the oldest rows of a domain's log go, with a line that says how many.
    async fn drop_log(&self, log: KeptLog, kept: OffsetDateTime) -> Result<()> {
        let security = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
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
    Some(Filter {
        kinds,
        result: result.map(str::to_owned),
        text: filter.text.clone(),
        from: filter.from,
        until: filter.until,
        ..Filter::default()
    })
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
    }
}
