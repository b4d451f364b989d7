//! The log searched, one entry, exports, verification in place.

use platform::web::guard::Principal;
use platform::work::audit::chain::Record;
use platform::work::audit::read::{self, Filter};
use platform::{Problem, Result};
use time::Date;
use uuid::Uuid;

use super::proof::{self, Checker, Format, Header, Verdict, Writer};
use super::roots::parse_day;
use crate::Security;

/// Lines of an export over HTTP at most; the command line has no limit.
pub(crate) const MOST: u64 = 100_000;
/// Rows read at a time.
const PAGE: u64 = 1_000;
/// Days that a verification in place looks at.
const DAYS: i64 = 31;

/// What the auditor asks for, as it comes in.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Account or staff id, or part of a name.
    pub actor: Option<String>,
    /// Type of act.
    pub kind: Option<String>,
    /// Act.
    pub action: Option<String>,
    /// Object, whole or its beginning (`case:`).
    pub object: Option<String>,
    /// Result.
    pub result: Option<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day, inclusive.
    pub to: Option<String>,
    /// Whether an export masks names and addresses. Masked lines can't be proven one by one: they leave
    /// without their place on the chain, and the end of the file covers them.
    pub masked: bool,
}

impl Search {
    /// Whether only days limit it, so that the chains of an export can be followed.
    fn whole_days(&self) -> bool {
        !self.masked
            && [&self.actor, &self.kind, &self.action, &self.object, &self.result]
                .iter()
                .all(|part| part.as_deref().unwrap_or_default().trim().is_empty())
    }

    fn words(&self) -> String {
        [
            ("人员", &self.actor),
            ("类型", &self.kind),
            ("操作", &self.action),
            ("对象", &self.object),
            ("结果", &self.result),
        ]
        .iter()
        .filter_map(|(name, value)| {
            value.as_deref().filter(|text| !text.is_empty()).map(|text| format!("{name}：{text}"))
        })
        .chain(self.masked.then(|| "姓名和网络地址已遮住".to_owned()))
        .collect::<Vec<_>>()
        .join("；")
    }

    fn filter(&self) -> Result<Filter> {
        let text = |part: &Option<String>| part.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
        let mut filter = Filter { result: text(&self.result), ..Filter::default() };
        if let Some(actor) = text(&self.actor) {
            match Uuid::parse_str(&actor) {
                Ok(id) => filter.actor_id = Some(id),
                Err(_) => filter.actor_name = Some(actor),
            }
        }
        let several = |part: Option<String>| -> Vec<String> {
            part.map(|part| part.split(',').map(|one| one.trim().to_owned()).collect()).unwrap_or_default()
        };
        filter.kinds = several(text(&self.kind));
        filter.actions = several(text(&self.action));
        match text(&self.object) {
            Some(object) if object.split_once(':').is_some_and(|(_, id)| !id.is_empty()) => {
                filter.subject = Some(object)
            }
            other => filter.subject_prefix = other,
        }
        filter.from = day("/from", self.from.as_deref())?.map(base::zone::start_of_day);
        filter.until = day("/to", self.to.as_deref())?.map(base::zone::end_of_day);
        Ok(filter)
    }
}

fn day(pointer: &str, text: Option<&str>) -> Result<Option<Date>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    parse_day(text).map(Some).ok_or_else(|| Problem::invalid_field(pointer, "date", "日期请写成 2026-09-21 这样。"))
}

/// The network of an address, without the host.
pub(crate) fn network(address: &str) -> String {
    match address.rsplit_once(['.', ':']) {
        Some((network, _)) => format!("{network}.*"),
        None => String::new(),
    }
}

/// A line as it may leave without a reason: who is told by initial and organisation, where by network.
fn mask(record: Record) -> Record {
    Record {
        actor_id: None,
        actor_name: base::mask::name(&record.actor_name),
        address: network(&record.address),
        chain: None,
        no: 0,
        previous_hash: String::new(),
        hash: String::new(),
        ..record
    }
}

/// Nobody reads the log of what they administer, whatever roles a row gives them together.
fn no_administrator(caller: &Principal) -> Result<()> {
    if ["sys_admin", "sec_admin", "key_keeper"].iter().any(|role| caller.has_role(role)) {
        return Err(Problem::forbidden("审计记录不能由系统、安全或密码管理员查看。请由只担任审计的人员登录。"));
    }
    Ok(())
}

impl Security {
    /// A page of the log, newest first, with the exact total.
    ///
    /// # Errors
    /// 422 for a date that can't be read, 403 for an administrator.
    pub async fn search(
        &self,
        caller: &Principal,
        search: &Search,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<Record>, u64)> {
        no_administrator(caller)?;
        let filter = search.filter()?;
        // What this node noted a moment ago is part of the answer.
        self.platform.audit.flush(&self.platform).await?;
        let conn = self.platform.db.read();
        let rows = read::newest(conn, &filter, before, limit).await?;
        Ok((rows, read::count(conn, &filter).await?))
    }

    /// One entry.
    ///
    /// # Errors
    /// 404 when there is none, 403 for an administrator.
    pub async fn entry(&self, caller: &Principal, id: Uuid) -> Result<Record> {
        no_administrator(caller)?;
        read::find(self.platform.db.read(), id).await?.ok_or_else(|| Problem::not_found("没有找到这条审计记录。"))
    }

    /// The lines that fit, as a file that proves itself; `most` limits how many.
    ///
    /// # Errors
    /// 422 when there are more than `most`.
    pub async fn export(
        &self,
        by: &str,
        search: &Search,
        format: Format,
        most: Option<u64>,
        mut piece: impl FnMut(&str) -> Result<()>,
    ) -> Result<u64> {
        self.platform.audit.flush(&self.platform).await?;
        self.root_days().await?;
        let mut filter = search.filter()?;
        let conn = self.platform.db.read();
        // The end is fixed now: lines written while the file grows belong to the next one.
        let now = self.platform.now();
        let today = base::zone::china_date(now);
        let first = match filter.from {
            Some(from) => from,
            None => read::first_at(conn, false).await?.unwrap_or(now),
        };
        let first_day = base::zone::china_date(first);
        filter.from = Some(base::zone::start_of_day(first_day));
        let last_day = filter.until.map_or(today, |until| base::zone::china_date(until - time::Duration::seconds(1)));
        filter.until = Some(base::zone::end_of_day(last_day.min(today)));
        let total = read::count(conn, &filter).await?;
        if most.is_some_and(|most| total > most) {
            return Err(Problem::invalid_field(
                "/filter",
                "too_many",
                format!("共 {total} 条，一次最多导出 {MOST} 条，请缩小时间范围。"),
            ));
        }
        // A day still running can be cut between two pages; its chains are followed once it is over.
        let complete = search.whole_days() && last_day < today;
        let header = Header {
            schema: proof::SCHEMA.to_owned(),
            public_key: self.signer.public().to_pem().map_err(Problem::internal)?,
            complete,
            from: first_day.to_string(),
            until: last_day.to_string(),
            filter: search.words(),
            exported_by: by.to_owned(),
            exported_at: now.unix_timestamp(),
        };
        let (mut writer, begin) = Writer::begin(format, &header)?;
        piece(&begin)?;
        let (mut after, mut lines) = (None, 0);
        loop {
            let rows = read::oldest(conn, &filter, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for record in rows {
                let record = if search.masked { mask(record) } else { record };
                piece(&writer.record(&record)?)?;
                lines += 1;
            }
        }
        // Roots say nothing about lines that were changed on their way out.
        let roots = if search.masked { Vec::new() } else { self.roots_from(&header.from).await? };
        for root in roots.iter().filter(|root| root.day <= header.until) {
            piece(&writer.root(root)?)?;
        }
        piece(&writer.finish(&self.signer)?)?;
        Ok(lines)
    }

    /// Follows the chains of the last month in the database itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn verify_log(&self) -> Result<Verdict> {
        self.verify_days(DAYS).await
    }

    /// The same for some days up to now.
    pub(crate) async fn verify_days(&self, days: i64) -> Result<Verdict> {
        self.platform.audit.flush(&self.platform).await?;
        self.root_days().await?;
        let conn = self.platform.db.read();
        let first = base::zone::china_date(self.platform.now() - time::Duration::days(days));
        let filter = Filter { from: Some(base::zone::start_of_day(first)), chained: true, ..Filter::default() };
        let mut checker = Checker::new(true);
        let mut after = None;
        loop {
            let rows = read::oldest(conn, &filter, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            rows.iter().for_each(|record| checker.record(record));
        }
        let first = first.to_string();
        for root in self.roots_from(&first).await? {
            checker.root(root);
        }
        let key = self.signer.public().to_pem().map_err(Problem::internal)?;
        Ok(checker.finish(&key, &first))
    }
}
