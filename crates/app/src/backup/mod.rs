//! Backup, restore and drill (OPS-011, OPS-012), for both databases and the files beside them.
//!
//! A vault is a folder, best on another disk:
//!
//! ```text
//! vault/
//!   objects/3f/9a…            stored files as they lie on the disk (sealed), each once for all backups
//!   20261126T194500Z/         one backup
//!     manifest.json           what it holds: parts with digests, rows by table, schema steps
//!     database.sqlite | database.dump
//!     files.list              path, size, time, SM3 of every stored file
//!     secrets.toml, audit-key.pem
//!   history.jsonl             every backup, restore and drill with its outcome
//! ```
//!
//! The database is taken while the server works: SQLite as a consistent copy (`VACUUM INTO`), PostgreSQL by `pg_dump`
//! on a snapshot. Files follow the database, so that no row of the copy lacks its file; they never change, only new
//! ones are copied. Files in a bucket are copied all the same: a bucket keeps them from a broken disk, not from a
//! wrong command. The master key is not in the vault: who has the vault alone can read nothing.
//!
//! [`moving`] takes a city to another server, database or schema with what is here and a copier of rows that knows
//! both databases ([`rows`]).
//!
//! Start at [`take`], [`restore`], [`drill::run`], [`moving::switch`]. `cli::backup` and `cli::moving` speak with people.

mod database;
pub mod drill;
mod files;
pub mod journal;
pub mod moving;
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use platform::Db;
use platform::config::Config;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

/// Files of the data folder that belong to every backup; both are sealed under the master key.
const KEYS: [&str; 2] = ["secrets.toml", "audit-key.pem"];
const MANIFEST: &str = "manifest.json";

/// What one backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name: the UTC second it was begun.
    pub name: String,
    /// Version of the product that took it.
    pub product: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Schema of PostgreSQL it was taken from; empty when it was the database's own.
    #[serde(default)]
    pub schema: String,
    /// Steps of the schema that had run.
    pub steps: Vec<String>,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
    /// Files of this backup with size and SM3.
    pub parts: Vec<Part>,
    /// How many stored files belong to it.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name in the backup's folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SM3, hex.
    pub digest: String,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When it ended, RFC 3339.
    pub at: String,
    /// `backup`, `restore` or `drill`.
    pub act: String,
    /// Backup.
    pub name: String,
    /// Seconds it took.
    pub seconds: u64,
    /// What was wrong; absent when all was well.
    pub problem: Option<String>,
}

/// Takes a backup into a vault.
///
/// # Errors
/// When the database, the disk or `pg_dump` refuses; nothing half-made is left.
pub async fn take(config: &Config, vault: &Path, now: OffsetDateTime) -> anyhow::Result<Manifest> {
    let name = now.format(format_description!("[year][month][day]T[hour][minute][second]Z"))?;
    let folder = vault.join(&name);
    ensure!(!folder.exists(), "{name} 已经有了，一秒以后再备份");
    std::fs::create_dir_all(vault).with_context(|| format!("备份目录 {} 建不了", vault.display()))?;
    let making = vault.join(format!(".{name}"));
    std::fs::create_dir(&making).with_context(|| format!("备份目录 {} 写不进去", vault.display()))?;
    let made = fill(config, vault, &making, &name).await;
    match made {
        Ok(manifest) => {
            std::fs::rename(&making, &folder)?;
            Ok(manifest)
        }
        Err(error) => {
            let _ = std::fs::remove_dir_all(&making);
            Err(error)
        }
    }
}

async fn fill(config: &Config, vault: &Path, making: &Path, name: &str) -> anyhow::Result<Manifest> {
    let db = Db::open_at(config.place()).await?;
    let copied = database::copy(&db, config, making).await.context("数据库没有备份成")?;
    let before = names(vault)?.pop().map(|last| files::read(&vault.join(last).join(files::LIST))).transpose()?;
    let before = before.unwrap_or_default();
    let stored = if config.keeps_objects() {
        let paths = platform::files::stored_since(db.read(), OffsetDateTime::UNIX_EPOCH).await?;
        files::copy_from(bucket(config)?.place(), &paths, vault, &before).await?
    } else {
        files::copy(&config.data_dir.join("files"), vault, &before)?
    };
    files::write(&making.join(files::LIST), &stored)?;
    let mut parts = vec![copied.file.to_owned(), files::LIST.to_owned()];
    for key in KEYS {
        let from = config.data_dir.join(key);
        std::fs::copy(&from, making.join(key)).with_context(|| format!("读不到 {}", from.display()))?;
        parts.push(key.to_owned());
    }
    let manifest = Manifest {
        name: name.to_owned(),
        product: env!("CARGO_PKG_VERSION").to_owned(),
        database: copied.kind.to_owned(),
        schema: config.database_schema.clone(),
        steps: copied.steps,
        rows: copied.rows,
        files: stored.len(),
        bytes: stored.iter().map(|file| file.size).sum(),
        parts: parts.into_iter().map(|part| part_of(making, part)).collect::<anyhow::Result<_>>()?,
    };
    std::fs::write(making.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    // What is named in the manifest has reached the disk before the backup counts.
    for entry in std::fs::read_dir(making)? {
        std::fs::File::open(entry?.path())?.sync_all()?;
    }
    Ok(manifest)
}

/// The bucket of the settings.
fn bucket(config: &Config) -> anyhow::Result<platform::files::Files> {
    Ok(platform::files::Files::open(config, std::sync::Arc::new(platform::system::SystemClock))?)
}

fn part_of(folder: &Path, name: String) -> anyhow::Result<Part> {
    let path = folder.join(&name);
    Ok(Part { size: std::fs::metadata(&path)?.len(), digest: files::digest(&path)?, name })
}

/// Names of the finished backups of a vault, oldest first.
///
/// # Errors
/// When the vault can't be read.
pub fn names(vault: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(vault).with_context(|| format!("读不到备份目录 {}", vault.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().join(MANIFEST).is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The backup of this name, or the newest.
///
/// # Errors
/// When there is none.
pub fn pick(vault: &Path, name: Option<&str>) -> anyhow::Result<Manifest> {
    let names = names(vault)?;
    let name = match name {
        Some(name) => names.iter().find(|one| *one == name).with_context(|| format!("没有备份 {name}"))?,
        None => names.last().context("还没有备份")?,
    };
    let text = std::fs::read_to_string(vault.join(name).join(MANIFEST))?;
    serde_json::from_str(&text).with_context(|| format!("备份 {name} 的清单读不懂"))
}

/// What is wrong with a backup: parts and stored files that are missing or altered. Empty when all is well.
///
/// # Errors
/// When the vault can't be read at all.
pub fn verify(vault: &Path, manifest: &Manifest) -> anyhow::Result<Vec<String>> {
    let folder = vault.join(&manifest.name);
    let mut faults = Vec::new();
    for part in &manifest.parts {
        match files::digest(&folder.join(&part.name)) {
            Err(_) => faults.push(format!("缺少 {}", part.name)),
            Ok(digest) if digest != part.digest => faults.push(format!("{} 被改动或损坏", part.name)),
            Ok(_) => {}
        }
    }
    match files::read(&folder.join(files::LIST)) {
        Ok(stored) => faults.extend(files::verify(vault, &stored)),
        Err(_) => faults.push(format!("{} 读不懂", files::LIST)),
    }
    Ok(faults)
}

/// Puts a backup where the configuration points: an empty database and an empty data folder.
///
/// # Errors
/// When the backup is damaged, the target holds something, the database is of another kind, or the master key is
/// missing; nothing is overwritten.
pub async fn restore(config: &Config, vault: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let faults = verify(vault, manifest)?;
    if !faults.is_empty() {
        bail!("备份 {} 不完整，没有恢复：{}", manifest.name, faults.join("；"));
    }
    let master = config.master_key();
    ensure!(master.is_file(), "主密钥不在备份里：请先把它放到 {}，没有它，加密的内容打不开", master.display());
    std::fs::create_dir_all(&config.data_dir)?;
    for key in KEYS {
        let there = config.data_dir.join(key);
        ensure!(!there.exists(), "{} 已经存在；恢复只写入空的数据目录", there.display());
    }
    let target = config.data_dir.join("files");
    if !config.keeps_objects() {
        ensure!(files::is_empty(&target)?, "{} 不是空的；恢复只写入空的数据目录", target.display());
    }
    // A dump names its schema.
    ensure!(
        manifest.schema == config.database_schema,
        "备份来自模式“{}”：请把 database_schema 设成一样的再恢复，要换模式用 tongban move",
        if manifest.schema.is_empty() { "（默认，不设）" } else { manifest.schema.as_str() }
    );
    let folder = vault.join(&manifest.name);
    database::put_back(config, &folder, &manifest.database).await.context("数据库没有恢复成")?;
    let list = files::read(&folder.join(files::LIST))?;
    if config.keeps_objects() {
        files::put_back_to(bucket(config)?.place(), vault, &list).await?;
    } else {
        files::put_back(vault, &list, &target)?;
    }
    for key in KEYS {
        let content = std::fs::read(folder.join(key))?;
        platform::secrets::replace_private(&config.data_dir.join(key), &content)?;
    }
    Ok(())
}

/// Removes all but the newest backups and the stored files only those had; gives the names removed.
///
/// # Errors
/// When the disk refuses.
pub fn keep_newest(vault: &Path, keep: usize) -> anyhow::Result<Vec<String>> {
    let mut old = names(vault)?;
    let kept = old.split_off(old.len().saturating_sub(keep.max(1)));
    for name in &old {
        std::fs::remove_dir_all(vault.join(name))?;
    }
    if !old.is_empty() {
        let mut used = std::collections::HashSet::new();
        for name in &kept {
            used.extend(files::read(&vault.join(name).join(files::LIST))?.into_iter().map(|file| file.digest));
        }
        files::drop_unused(vault, &used)?;
    }
    Ok(old)
}

fn history_path(vault: &Path) -> PathBuf {
    vault.join("history.jsonl")
}

/// Notes what was done.
///
/// # Errors
/// When the vault can't be written.
pub fn note(vault: &Path, done: &Done) -> anyhow::Result<()> {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(history_path(vault))?;
    writeln!(file, "{}", serde_json::to_string(done)?)?;
    Ok(())
}

/// What was done in a vault, oldest first.
///
/// # Errors
/// When the history can't be read.
pub fn history(vault: &Path) -> anyhow::Result<Vec<Done>> {
    let path = history_path(vault);
    if !path.exists() {
        return Ok(Vec::new());
    }
    std::fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
