//! A city moves: to another server, another database or schema, or to the other kind of database (OPS-016,
//! docs/adr/0084).
//!
//! 1. [`copy`], while the city works, as often as wanted: files and rows go over, each time only what changed.
//! 2. [`switch`]: once more; then the old database is closed for writing ([`platform::db::closing`]), what is left goes
//!    over, and everything is proved: files by digest, each table by the sum of its rows, the product on the new place
//!    by the chains of cases and of the audit log. Whatever is wrong opens the old place again, as it was.
//! 3. The old place stays closed and tells its callers the new address. The new one may be started.
//!
//! The state of the move lies in the new data folder ([`Course`]): a place on its way does not serve ([`may_serve`]).
//! What is given is two configurations, each as `tongban serve` would take it. The parts are futures of many kilobytes:
//! each is boxed, for who moves a city on a thread with a small stack.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use base::clock::Clock;
use platform::Db;
use platform::config::Config;
use platform::db::closing::{self, Closed};
use platform::db::{migrate, servers};
use platform::secrets::{SoftKeys, replace_private};
use platform::system::SystemRandomness;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::rows::{self, Brought, Table};
use super::{KEYS, drill, files};
use crate::App;

/// State of the move, in the new data folder.
const COURSE: &str = "move.json";
/// Files brought so far, beside it.
const FILES: &str = "move-files.list";
/// Rounds over one table while it is written: a unique name may have changed hands between two looks.
const TRIES: usize = 3;
/// Tables whose rows forbid changes of others, as a closed year does of its cases: emptied before the others are
/// brought, brought after them.
const GUARDS: [&str; 1] = ["case_years"];
/// Newest cases whose event chains are followed in the new place.
const CHAINS: u64 = 1_000;

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Rows and files go over; the city works in the old place.
    Copying,
    /// The city is here.
    Arrived,
}

/// What a table held when it was proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Rows.
    pub rows: u64,
    /// Sum of the SM3 of all rows, hex; the same on both databases.
    pub digest: String,
}

/// The move as its new place knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The old place, without password.
    pub from: String,
    /// How far.
    pub state: State,
    /// When that was written, RFC 3339.
    pub at: String,
    /// By table what arrived and was proved; empty before.
    #[serde(default)]
    pub tables: BTreeMap<String, Held>,
}

/// What one round carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Rows the old place had.
    pub rows: u64,
    /// Rows written in the new one.
    pub written: u64,
    /// Rows taken away there, or about to be written anew.
    pub removed: u64,
    /// Stored files in all.
    pub files: usize,
    /// How long it took.
    pub took: Duration,
}

/// A move that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The last round, while nothing could be written.
    pub last: Round,
    /// How long nothing could be written.
    pub closed: Duration,
    /// What was proved, in words.
    pub proved: Vec<String>,
}

/// A database without user and password: server, name, schema; or its file.
fn place_of(config: &Config) -> anyhow::Result<String> {
    let url = config.database();
    if let Some(path) = url.strip_prefix("sqlite://") {
        return Ok(std::path::absolute(path)?.display().to_string());
    }
    let mut hosts = Vec::new();
    let mut name = String::new();
    for address in servers::addresses(&url) {
        let address = url::Url::parse(&address).context("数据库地址看不懂")?;
        hosts.push(format!("{}:{}", address.host_str().unwrap_or("localhost"), address.port().unwrap_or(5432)));
        name = address.path().trim_start_matches('/').to_owned();
    }
    let schema = if config.database_schema.is_empty() { "" } else { " " };
    Ok(format!("{}/{name}{schema}{}", hosts.join(","), config.database_schema))
}

fn course_path(config: &Config) -> PathBuf {
    config.data_dir.join(COURSE)
}

/// How far the move to a place is; none when nothing moves there.
///
/// # Errors
/// When its record can't be read.
pub fn course(config: &Config) -> anyhow::Result<Option<Course>> {
    match std::fs::read_to_string(course_path(config)) {
        Ok(text) => Ok(Some(serde_json::from_str(&text).with_context(|| format!("{COURSE} 读不懂"))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("读不到 {}", course_path(config).display())),
    }
}

fn keep(config: &Config, course: &Course) -> anyhow::Result<()> {
    Ok(replace_private(&course_path(config), &serde_json::to_vec_pretty(course)?)?)
}

fn written(now: OffsetDateTime) -> anyhow::Result<String> {
    Ok(now.format(&time::format_description::well_known::Rfc3339)?)
}

/// Whether a place may serve: not while a city is on its way there. Its jobs would send what the old place sends too.
///
/// # Errors
/// Says what is on its way and what to do.
pub fn may_serve(config: &Config) -> anyhow::Result<()> {
    if let Some(Course { state: State::Copying, from, .. }) = course(config)? {
        bail!(
            "这里正在接收从 {from} 搬来的城市，还没有搬完：请在原来的服务器上运行 tongban move switch；不搬了，就清空 {} 和这里的数据库",
            config.data_dir.display()
        );
    }
    Ok(())
}

/// Looks whether the move can be made, and prepares the new place: keys, schema, record. Opens both databases.
async fn begin(from: &Config, to: &Config, now: OffsetDateTime) -> anyhow::Result<(Db, Db)> {
    let (here, there) = (place_of(from)?, place_of(to)?);
    ensure!(here != there, "新旧两处是同一个数据库：{here}");
    ensure!(
        std::path::absolute(&from.data_dir)? != std::path::absolute(&to.data_dir)?,
        "新旧两处是同一个数据目录：{}",
        from.data_dir.display()
    );
    // Files in a bucket stay where they are: both places name the same one.
    ensure!(
        from.objects_url == to.objects_url,
        "附件原来在 {}，新的一处设的是 {}：搬家不换附件的存放处，请把 objects_url 设成一样的",
        place_of_files(from),
        place_of_files(to)
    );
    let master = to.master_key();
    ensure!(master.is_file(), "主密钥不跟着数据走：请先把它放到 {}，没有它，加密的内容打不开", master.display());
    let before = course(to)?;
    match &before {
        Some(course) => {
            ensure!(course.from == here, "{} 正在接收从 {} 搬来的城市，不是这一个", to.data_dir.display(), course.from);
            ensure!(course.state == State::Copying, "这个城市 {} 已经搬到了，不用再搬", course.at);
        }
        None => {
            for key in KEYS {
                let path = to.data_dir.join(key);
                ensure!(!path.exists(), "{} 已经存在；只搬进空的数据目录", path.display());
            }
            let folder = to.data_dir.join("files");
            ensure!(files::is_empty(&folder)?, "{} 不是空的；只搬进空的数据目录", folder.display());
        }
    }
    let source = Db::open_at(from.place()).await.context("连不上原来的数据库")?;
    let steps = crate::migrations();
    let left = migrate::pending(&source, &steps).await?;
    ensure!(
        left.is_empty(),
        "原来的数据库还有 {} 步没有升级：请先把各节点都换成这个版本，再运行 tongban migrate --contract",
        left.len()
    );
    std::fs::create_dir_all(&to.data_dir).with_context(|| format!("{} 建不了", to.data_dir.display()))?;
    let target = Db::open_at(to.place()).await.context("连不上新的数据库")?;
    if before.is_none() {
        let tables = closing::tables(target.read()).await?;
        ensure!(tables.is_empty(), "新的数据库里已经有 {} 张表；只搬进空的数据库", tables.len());
        keep(to, &Course { from: here, state: State::Copying, at: written(now)?, tables: BTreeMap::new() })?;
    }
    bring_keys(from, to)?;
    migrate::run_all(&target, &steps, now).await.context("新的数据库建不了表")?;
    Ok((source, target))
}

/// Copies the sealed keys and opens them with the new place's master key.
fn bring_keys(from: &Config, to: &Config) -> anyhow::Result<()> {
    for key in KEYS {
        let path = from.data_dir.join(key);
        let content = std::fs::read(&path).with_context(|| format!("读不到 {}", path.display()))?;
        let target = to.data_dir.join(key);
        if std::fs::read(&target).ok().as_ref() != Some(&content) {
            replace_private(&target, &content)?;
        }
    }
    SoftKeys::load_or_create(&to.data_dir.join("secrets.toml"), &to.master_key(), &SystemRandomness)
        .with_context(|| format!("{} 不是这个城市的主密钥", to.master_key().display()))?;
    Ok(())
}

/// Where the files lie, for people.
fn place_of_files(config: &Config) -> &str {
    if config.keeps_objects() { &config.objects_url } else { "数据目录" }
}

/// Brings the stored files; gives how many there are. None when they lie in a bucket that both places name: the product
/// opens them from the new place when it is proved.
async fn bring_files(from: &Config, to: &Config) -> anyhow::Result<usize> {
    if from.keeps_objects() {
        return Ok(0);
    }
    let (here, data) = (from.data_dir.join("files"), to.data_dir.clone());
    let work = move || -> anyhow::Result<usize> {
        let path = data.join(FILES);
        let before = if path.exists() { files::read(&path)? } else { Vec::new() };
        let list = files::bring(&here, &data.join("files"), &before)?;
        let making = path.with_extension("part");
        files::write(&making, &list)?;
        std::fs::rename(&making, &path)?;
        Ok(list.len())
    };
    tokio::task::spawn_blocking(work).await?
}

/// Brings everything that changed; gives what it carried, in all and by table.
async fn round(
    (from, to): (&Config, &Config),
    (source, target): (&Db, &Db),
    now: OffsetDateTime,
    tries: usize,
) -> anyhow::Result<(Round, Vec<(Table, Brought)>)> {
    let begun = Instant::now();
    let files = bring_files(from, to).await?;
    let (mut held, mut all, mut written, mut removed) = (Vec::new(), 0, 0, 0);
    let (guards, tables): (Vec<Table>, Vec<Table>) =
        rows::tables(source, target).await?.into_iter().partition(|table| GUARDS.contains(&table.name.as_str()));
    for table in &guards {
        rows::clear(target, table, now).await?;
    }
    for table in tables.into_iter().chain(guards) {
        let brought = Box::pin(bring_table(source, target, &table, now, tries)).await?;
        all += brought.sum.rows;
        written += brought.written;
        removed += brought.removed;
        held.push((table, brought));
    }
    Ok((Round { rows: all, written, removed, files, took: begun.elapsed() }, held))
}

async fn bring_table(
    source: &Db,
    target: &Db,
    table: &Table,
    now: OffsetDateTime,
    tries: usize,
) -> anyhow::Result<Brought> {
    let mut attempt = 1;
    loop {
        match rows::bring(source, target, table, now).await {
            Err(error) if attempt < tries => {
                tracing::warn!(table = table.name, cause = format!("{error:#}"), "once more");
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// Copies what the new place lacks, while the city works. May be done again and again: a later round carries what
/// changed.
///
/// # Errors
/// When a place is not what it has to be or refuses; the old place is only read.
pub async fn copy(from: &Config, to: &Config, now: OffsetDateTime) -> anyhow::Result<Round> {
    let (source, target) = Box::pin(begin(from, to, now)).await?;
    Ok(Box::pin(round((from, to), (&source, &target), now, TRIES)).await?.0)
}

/// Moves the city: closes the old place, brings what is left, proves all, and tells the new address. `stop` ends an
/// attempt while the old place is closed, and so does its time.
///
/// # Errors
/// What was wrong; the old place is open again then, as it was, unless it had been closed before. When even that fails,
/// the message says how to open it.
pub async fn switch(
    from: &Config,
    to: &Config,
    address: &str,
    clock: Arc<dyn Clock>,
    within: Duration,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Moved> {
    ensure!(
        !address.is_empty() && closing::is_address(address),
        "请用 --address 写明新的网址，以 http:// 或 https:// 开头，原来的服务器要告诉来的人"
    );
    let now = clock.now();
    let (source, target) = Box::pin(begin(from, to, now)).await?;
    // Closed by a switch that was broken off: then nothing is opened at a failure that was not opened before.
    let before = closing::look(&source).await?;
    if before.is_none() {
        Box::pin(root(from, Arc::clone(&clock))).await?;
        // The more goes over while the city works, the shorter it stands still.
        Box::pin(round((from, to), (&source, &target), now, TRIES)).await?;
    }
    let begun = Instant::now();
    let stand = async {
        closing::close(&source, now, "").await.context("原来的数据库没有全部停止写入")?;
        let (last, held) = Box::pin(round((from, to), (&source, &target), now, 1)).await?;
        bring_keys(from, to)?;
        let proved = Box::pin(prove(to, &target, &held, Arc::clone(&clock))).await?;
        let tables = held
            .iter()
            .map(|(table, brought)| (table.name.clone(), Held { rows: brought.sum.rows, digest: brought.sum.hex() }));
        let arrived = Course {
            from: place_of(from)?,
            state: State::Arrived,
            at: written(clock.now())?,
            tables: tables.collect(),
        };
        closing::close(&source, now, address).await.context("新的网址没有写进原来的数据库")?;
        keep(to, &arrived)?;
        anyhow::Ok(Moved { last, closed: begun.elapsed(), proved })
    };
    let done = tokio::select! {
        done = stand => done,
        () = tokio::time::sleep(within) => Err(anyhow!("超过了停止办理的时限 {} 分钟", within.as_secs() / 60)),
        () = stop => Err(anyhow!("切换被中断")),
    };
    match done {
        Ok(moved) => Ok(moved),
        Err(error) if before.is_some() => Err(error.context("没有搬成；原来的系统此前就已停止办理，仍然停着")),
        Err(error) => {
            // Even when it was told the new address already: no place is known as arrived.
            closing::open(&source, now)
                .await
                .with_context(|| format!("没有搬成（{error:#}），原来的系统也没有恢复：请运行 tongban move reopen"))?;
            Err(error.context("没有搬成，原来的系统已恢复办理"))
        }
    }
}

/// Roots the days that are over while the old place can still be written: following the chains in the new place would
/// root them there, in tables that take nothing back should the move be broken off.
async fn root(from: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    let app = Box::pin(App::assemble(from.clone(), clock, Arc::new(SystemRandomness))).await?;
    let done = [app.casework.root_days(&app.audit_key).await.map(drop), app.security.root_days().await.map(drop)];
    for problem in done.into_iter().filter_map(Result::err) {
        // A node roots too, and of two that do the second is refused.
        tracing::warn!(cause = %problem, "days were not rooted before the move");
    }
    Ok(())
}

/// Proves that the new place holds what the old one held, and that the product works on it; says what was looked at.
/// A table to which the last round changed nothing was read by it on both sides and found the same.
async fn prove(
    to: &Config,
    target: &Db,
    held: &[(Table, Brought)],
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Vec<String>> {
    let (mut differ, mut all) = (Vec::new(), 0);
    for (table, brought) in held {
        let sum = brought.sum;
        let found = if brought.changed() { rows::sum(target, table).await? } else { sum };
        all += found.rows;
        if found != sum {
            differ.push(format!("{} 应有 {} 行，实有 {}", table.name, sum.rows, found.rows));
        }
    }
    ensure!(differ.is_empty(), "新的数据库和原来的不一样：{}", differ.join("；"));
    let mut proved = vec![format!("{} 张表 {all} 行，逐行相同", held.len())];
    let app =
        Box::pin(App::assemble(to.clone(), clock, Arc::new(SystemRandomness))).await.context("程序在新的地方起不来")?;
    let opened = drill::open_files(&app).await?;
    proved.push(format!("文件：{}", opened.map_err(anyhow::Error::msg)?));
    let cases = app.casework.verify_newest(CHAINS).await?;
    ensure!(cases.faults.is_empty(), "事件链对不上：{}", cases.faults.join("；"));
    proved.push(format!("事件链：{} 件 {} 条记录，没有改动", cases.cases, cases.events));
    let log = app.security.verify_log().await?;
    ensure!(log.faults.is_empty(), "审计链对不上：{}", log.faults.join("；"));
    proved.push(format!("审计链：{} 条链 {} 条记录，没有改动", log.chains, log.lines));
    Ok(proved)
}

/// Whether a city is closed because it moves, and where it went.
///
/// # Errors
/// When its database does not answer.
pub async fn look(from: &Config) -> anyhow::Result<Option<Closed>> {
    Ok(closing::look(&Db::open_at(from.place()).await?).await?)
}

/// Lets the old place write again, after a switch that was broken off; gives whether it was closed. One that has moved is
/// opened only when told so: with the new place running there would be two.
///
/// # Errors
/// When the city has moved, or the database refuses.
pub async fn reopen(from: &Config, although_moved: bool, now: OffsetDateTime) -> anyhow::Result<bool> {
    let db = Db::open_at(from.place()).await?;
    let Some(closed) = closing::look(&db).await? else { return Ok(false) };
    ensure!(
        closed.moved_to.is_empty() || although_moved,
        "这个城市已经搬到 {}：先停掉那里的系统，确认那里没有新办的件，再加 --moved",
        closed.moved_to
    );
    closing::open(&db, now).await?;
    Ok(true)
}
