//! Looking at each part: what is found, in a plain sentence, and what to do (OPS-033).

use async_trait::async_trait;
use base::zone::moment_text;
use platform::web::guard::Audience;
use platform::{Result, calls};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::Operations;
use crate::machine::Machine;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartState)]
pub enum State {
    /// Well.
    Ok,
    /// Not in use, or nothing is known of it.
    Off,
    /// To be looked after.
    Warn,
    /// Broken.
    Bad,
}

/// What was found at one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RunPart)]
pub struct Finding {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// `application`, `database`, `files`, `server`, `connector`, `safety`.
    pub kind: String,
    /// How it is.
    pub state: State,
    /// What was found, for people.
    pub said: String,
    /// What to do; empty when nothing is.
    pub advice: String,
    /// Metrics it gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(ignore)]
    pub values: Vec<(String, i64)>,
}

impl Finding {
    /// A finding.
    pub fn new(key: &str, label: &str, kind: &str, state: State, said: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            state,
            said: said.into(),
            advice: String::new(),
            values: Vec::new(),
        }
    }

    /// With what to do.
    #[must_use]
    pub fn advise(mut self, advice: &str) -> Self {
        if self.state > State::Off {
            advice.clone_into(&mut self.advice);
        }
        self
    }

    /// With a metric.
    #[must_use]
    pub fn value(mut self, key: &str, value: i64) -> Self {
        self.values.push((key.to_owned(), value));
        self
    }
}

/// Somebody who knows how parts are that this domain can't see; `app` plugs them in.
#[async_trait]
pub trait Watched: Send + Sync {
    /// Looks.
    async fn look(&self, now: OffsetDateTime) -> Vec<Finding>;
}

/// Failed calls after which a system that took none counts as gone.
const GONE: i64 = 3;
/// How far back calls count.
const RECENT: Duration = Duration::minutes(15);
/// How long a system that was called stays on the map.
const KNOWN: Duration = Duration::days(7);

/// A number that fits.
pub(crate) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

const MB: u64 = 1024 * 1024;

/// Seconds in words: 3 天 4 小时, 5 小时 2 分钟, 8 分钟.
pub(crate) fn lasting(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} 分钟"),
        (0, hours, minutes) => format!("{hours} 小时 {minutes} 分钟"),
        (days, hours, _) => format!("{days} 天 {hours} 小时"),
    }
}

impl Operations {
    /// Looks at every part.
    pub(crate) async fn look(&self, now: OffsetDateTime, machine: &Machine, cpu: Option<i64>) -> Vec<Finding> {
        let mut all = vec![self.application(now, machine)];
        all.push(unless(
            self.database().await,
            "database",
            "数据库",
            "database",
            "数据库没有回应",
            "检查数据库服务器是否在运行、网络是否通、磁盘是否已满。",
        ));
        all.push(unless(
            self.waiting_jobs(now).await,
            "jobs",
            "后台任务",
            "application",
            "看不到后台任务",
            "先恢复数据库。",
        ));
        all.push(unless(
            self.stored_files().await,
            "files",
            "文件存储",
            "files",
            "看不到存放的文件",
            "检查数据目录是否还在、能不能读写。",
        ));
        all.extend(server(machine, cpu));
        all.push(unless(self.clock().await, "clock", "服务器时间", "server", "比较不了时间", "先恢复数据库。"));
        all.push(unless(
            self.passwords().await,
            "passwords",
            "口令安全",
            "safety",
            "看不到口令的情况",
            "先恢复数据库。",
        ));
        all.push(unless(
            self.sessions().await,
            "sessions",
            "在线人数",
            "application",
            "数不出在线人数",
            "先恢复数据库。",
        ));
        all.push(unless(
            self.kept_promises(now).await,
            "targets",
            "响应达标",
            "application",
            "看不到前一天的日报",
            "先恢复数据库。",
        ));
        match self.connectors(now).await {
            Ok(found) => all.extend(found),
            Err(problem) => tracing::warn!(cause = %problem, "connectors could not be looked at"),
        }
        for watched in self.watched.iter() {
            all.extend(watched.look(now).await);
        }
        all
    }

    fn application(&self, now: OffsetDateTime, machine: &Machine) -> Finding {
        let running = (now - self.started).whole_seconds();
        let memory = machine.process.unwrap_or(0) / MB;
        let said = format!("版本 {}，已运行 {}，占用内存 {memory} MB", self.version, lasting(running));
        Finding::new("application", "应用", "application", State::Ok, said).value("memory.process_mb", whole(memory))
    }

    async fn database(&self) -> Result<Finding> {
        let db = &self.platform.db;
        // Before asking anything, so that the look does not count itself.
        let load = db.load();
        let version = db.version().await?;
        let memory = db.memory_mb().await?;
        let busy = whole(load.busy * 100 / load.most.max(1));
        let (state, said) = match () {
            () if load.queue > 200 => (State::Warn, format!("{version}，{} 个写入在排队", load.queue)),
            () if busy > 90 => (State::Warn, format!("{version}，连接用了 {busy}%")),
            () => (State::Ok, format!("{version}，连接 {}/{}，没有积压", load.busy, load.most)),
        };
        let found = Finding::new("database", "数据库", "database", state, said)
            .advise("在“调用链”里找慢的查询；看磁盘和数据库服务器是否繁忙。")
            .value("db.queue", whole(load.queue))
            .value("db.busy_percent", busy)
            .value("db.memory_mb", memory);
        Ok(if load.file_bytes > 0 {
            found.value("db.file_mb", whole(load.file_bytes / MB)).value("db.wal_mb", whole(load.wal_bytes / MB))
        } else {
            found
        })
    }

    async fn waiting_jobs(&self, now: OffsetDateTime) -> Result<Finding> {
        let waiting = platform::work::jobs::waiting(&self.platform).await?;
        let late = waiting.oldest.map_or(0, |oldest| (now - oldest).whole_seconds().max(0));
        let (state, said) = match () {
            () if late > 600 => (State::Bad, format!("{} 个任务在等，最久的等了 {}", waiting.due, lasting(late))),
            () if waiting.dead > 0 => (State::Warn, format!("{} 个任务失败，不再重试", waiting.dead)),
            () => (State::Ok, format!("{} 个在等，没有失败的", waiting.due)),
        };
        Ok(Finding::new("jobs", "后台任务", "application", state, said)
            .advise("查明原因后，在服务器上运行 tongban doctor --retry-jobs 重新执行。")
            .value("jobs.due", whole(waiting.due))
            .value("jobs.oldest_s", late)
            .value("jobs.dead", whole(waiting.dead)))
    }

    async fn stored_files(&self) -> Result<Finding> {
        let (count, bytes) = platform::files::usage(self.platform.db.read()).await?;
        let mb = bytes / whole(MB);
        let found = match self.platform.files.place().check().await {
            Ok(place) => {
                Finding::new("files", "文件存储", "files", State::Ok, format!("{place}，{count} 个文件，{mb} MB"))
            }
            Err(wrong) => Finding::new("files", "文件存储", "files", State::Bad, wrong),
        };
        Ok(found
            .advise("检查数据目录所在的磁盘是否挂载；用对象存储的，检查它的地址、密钥和余量。")
            .value("files.count", count)
            .value("files.mb", mb))
    }

    async fn clock(&self) -> Result<Finding> {
        let Some(theirs) = self.platform.db.clock_ms().await? else {
            let said = "数据库和应用在同一台服务器，时间一致";
            return Ok(Finding::new("clock", "服务器时间", "server", State::Ok, said).value("clock.offset_ms", 0));
        };
        let ours = self.platform.clock.now().unix_timestamp_nanos() / 1_000_000;
        let offset = i64::try_from((ours - i128::from(theirs)).abs()).unwrap_or(i64::MAX);
        let (state, said) = if offset > 5_000 {
            (State::Warn, format!("和数据库服务器相差 {} 秒", offset / 1_000))
        } else {
            (State::Ok, format!("和数据库服务器相差 {offset} 毫秒"))
        };
        Ok(Finding::new("clock", "服务器时间", "server", state, said)
            .advise("让应用服务器和数据库服务器都同步到同一个时间源。")
            .value("clock.offset_ms", offset))
    }

    async fn passwords(&self) -> Result<Finding> {
        let overdue = self.identity.overdue_passwords().await?;
        let (state, said) = match overdue {
            0 => (State::Ok, "工作人员的口令都在有效期内".to_owned()),
            count => (State::Warn, format!("{count} 人的口令超过期限没有更换")),
        };
        Ok(Finding::new("passwords", "口令安全", "safety", state, said)
            .advise("请各单位管理员在“人员”里提醒，或者重置口令。")
            .value("passwords.overdue", whole(overdue)))
    }

    /// How many are signed in, of how many there is room for (OPS-007).
    async fn sessions(&self) -> Result<Finding> {
        let (mut said, mut state, mut counts) = (Vec::new(), State::Ok, Vec::new());
        for (audience, people) in [(Audience::Portal, "公众"), (Audience::Desk, "工作人员")] {
            let open = self.platform.sessions.open_count(&self.platform, audience).await?;
            let (found, text) = room(people, open, self.platform.config.sessions_at_most(audience));
            state = state.max(found);
            said.push(text);
            counts.push((format!("sessions.{}", audience.as_str()), whole(open)));
        }
        let found = Finding::new("sessions", "在线人数", "application", state, said.join("，")).advise(
            "快满了：看是不是有程序在反复登录；确实人多的，增加节点，再调高 portal_sessions_at_most 或 \
             desk_sessions_at_most。",
        );
        Ok(counts.into_iter().fold(found, |found, (key, count)| found.value(&key, count)))
    }

    /// One finding for each system we call, from the ledger of calls; and one over all.
    async fn connectors(&self, now: OffsetDateTime) -> Result<Vec<Finding>> {
        let known = calls::figures(&self.platform, now - KNOWN).await?;
        let recent = calls::figures(&self.platform, now - RECENT).await?;
        let mut all = Vec::new();
        let mut down = 0;
        for system in known.iter().filter(|system| system.direction == "out") {
            let name = if system.party_name.is_empty() { &system.party } else { &system.party_name };
            let now = recent.iter().find(|one| one.direction == "out" && one.party == system.party);
            let (state, said) = match now {
                None => (State::Ok, format!("最近 15 分钟没有调用，7 天里 {} 次", system.calls)),
                Some(one) if one.failed >= GONE && one.failed == one.calls => {
                    (State::Bad, format!("没有回应：最近 15 分钟 {} 次调用都失败了", one.calls))
                }
                Some(one) if one.failed > 0 => {
                    (State::Warn, format!("最近 15 分钟 {} 次调用，{} 次失败", one.calls, one.failed))
                }
                Some(one) => {
                    let mean = one.total_ms / one.calls.max(1);
                    (State::Ok, format!("最近 15 分钟 {} 次调用，平均 {mean} 毫秒", one.calls))
                }
            };
            down += i64::from(state == State::Bad);
            let found = Finding::new(&format!("connector:{}", system.party), name, "connector", state, said)
                .advise("在“对接台账”里看失败的原因，联系对方；恢复后积压的会自动补发。");
            let failed = now.map_or(0, |one| one.failed);
            all.push(if system.party == "sms" { found.value("sms.failed", failed) } else { found });
        }
        if let Some(first) = all.first_mut() {
            first.values.push(("connectors.down".to_owned(), down));
        }
        Ok(all)
    }
}

/// How many of a user system are signed in, and how that is: near its limit to be looked after, at it bad.
fn room(people: &str, open: u64, most: Option<u64>) -> (State, String) {
    let state = match most {
        Some(most) if open >= most => State::Bad,
        Some(most) if open.saturating_mul(10) >= most.saturating_mul(9) => State::Warn,
        _ => State::Ok,
    };
    let limit = most.map_or_else(String::new, |most| format!("（上限 {most}）"));
    (state, format!("{people} {open} 人次{limit}"))
}

fn server(machine: &Machine, cpu: Option<i64>) -> Vec<Finding> {
    let gb = |bytes: u64| format!("{:.1} GB", bytes as f64 / (1024.0 * 1024.0 * 1024.0));
    let disk = match (machine.disk, machine.disk_percent()) {
        (Some((all, free)), Some(percent)) => {
            let state = match percent {
                ..3 => State::Bad,
                3..10 => State::Warn,
                _ => State::Ok,
            };
            Finding::new("disk", "磁盘", "server", state, format!("可用 {}，共 {}（{percent}%）", gb(free), gb(all)))
                .advise("清理旧备份和日志，或者扩容。")
                .value("disk.free_percent", percent)
                .value("disk.free_mb", whole(free / MB))
        }
        _ => Finding::new("disk", "磁盘", "server", State::Off, "这台服务器上读不到磁盘空间"),
    };
    let memory = match (machine.memory, machine.memory_percent()) {
        (Some(all), Some(percent)) => {
            let state = if percent > 92 { State::Warn } else { State::Ok };
            Finding::new("memory", "内存", "server", state, format!("已用 {percent}%，共 {}", gb(all)))
                .advise("看是不是别的程序占用，必要时加内存。")
                .value("memory.used_percent", percent)
        }
        _ => Finding::new("memory", "内存", "server", State::Off, "这台服务器上读不到内存"),
    };
    let cpu = match cpu {
        Some(percent) => {
            let state = if percent > 90 { State::Warn } else { State::Ok };
            Finding::new("cpu", "处理器", "server", state, format!("最近一分钟用了 {percent}%"))
                .advise("看是否在批量导入、生成文件；经常这样应当增加节点。")
                .value("cpu.percent", percent)
        }
        None => Finding::new("cpu", "处理器", "server", State::Off, "一分钟后才有数"),
    };
    vec![disk, memory, cpu]
}

/// A part that could not be looked at is broken, and says so.
fn unless(found: Result<Finding>, key: &str, label: &str, kind: &str, said: &str, advice: &str) -> Finding {
    found.unwrap_or_else(|problem| {
        tracing::warn!(part = key, cause = %problem, "a part could not be looked at");
        Finding::new(key, label, kind, State::Bad, said).advise(advice)
    })
}

/// The moment for people, with the day.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    moment_text(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-007
    #[test]
    fn the_page_of_the_running_system_warns_before_there_is_no_room_left() {
        assert_eq!(room("公众", 17_999, Some(20_000)), (State::Ok, "公众 17999 人次（上限 20000）".to_owned()));
        assert_eq!(room("公众", 18_000, Some(20_000)).0, State::Warn);
        assert_eq!(room("公众", 20_000, Some(20_000)).0, State::Bad);
        assert_eq!(room("工作人员", 50_000, None), (State::Ok, "工作人员 50000 人次".to_owned()));
    }
}
