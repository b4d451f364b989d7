//! The journal: what is written between two backups, for a restore to a minute (OPS-011).
//!
//! ```text
//! journal/
//!   database/     generations of the SQLite database, see `platform::db::journal`
//!   files/        stored files as they lie on the disk (sealed)
//!   secrets.toml, audit-key.pem
//! ```
//!
//! PostgreSQL archives its own log (`packaging/postgres`); beside it the journal keeps files and keys.
//! The master key is not in it, as it is in no backup.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use platform::config::Config;
use platform::db::journal;
use platform::{Platform, Problem};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};

use super::{KEYS, database, files};

/// How often new files are copied.
const EVERY: Duration = Duration::from_secs(30);
/// How far back files are looked for again: a row is written a little after its file.
const OVERLAP: time::Duration = time::Duration::minutes(10);

fn databases(root: &Path) -> PathBuf {
    root.join("database")
}

/// Keeps the journal until told to stop; does nothing without one.
pub(crate) async fn keep(platform: Platform, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let root = platform.config.journal_dir.clone();
    if !platform.config.keeps_journal() {
        return;
    }
    if let Err(problem) = platform.db.keep_journal(&databases(&root), platform.clock.clone()).await {
        tracing::error!(cause = %problem, "the journal can't be begun");
    }
    let mut since = OffsetDateTime::UNIX_EPOCH;
    loop {
        let now = platform.now();
        match copy(&platform, &root, since).await {
            Ok(()) => since = now - OVERLAP,
            Err(error) => tracing::error!(cause = format!("{error:#}"), "the journal does not get its files"),
        }
        let before = now - time::Duration::days(platform.config.journal_days);
        if let Err(error) = journal::forget(&databases(&root), before)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(cause = %error, "old parts of the journal stay");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Copies keys and the files stored since a moment.
async fn copy(platform: &Platform, root: &Path, since: OffsetDateTime) -> anyhow::Result<()> {
    let stored = platform::files::stored_since(platform.db.read(), since).await?;
    let (data, kept) = (platform.config.data_dir.clone(), root.to_owned());
    let work = move || -> anyhow::Result<()> {
        std::fs::create_dir_all(&kept)?;
        for key in KEYS {
            let content = std::fs::read(data.join(key)).with_context(|| format!("读不到 {key}"))?;
            if std::fs::read(kept.join(key)).ok().as_ref() != Some(&content) {
                platform::secrets::replace_private(&kept.join(key), &content)?;
            }
        }
        Ok(())
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)??;
    for path in stored {
        let to = root.join("files").join(&path);
        if to.exists() {
            continue;
        }
        if let Some(bytes) = platform.files.place().read(&path).await? {
            let write = move || files::write_whole(&to, &bytes);
            tokio::task::spawn_blocking(write).await.map_err(Problem::internal)??;
        }
    }
    Ok(())
}

/// What moments a journal reaches, in words.
///
/// # Errors
/// When it can't be read or is empty.
pub fn reach(root: &Path) -> Result<String, String> {
    if !databases(root).exists() {
        return if root.join("files").exists() {
            Ok("保存文件；数据库由 PostgreSQL 自己归档".to_owned())
        } else {
            Err(format!("{} 是空的", root.display()))
        };
    }
    match journal::reach(&databases(root)) {
        Ok(Some((first, last))) => Ok(format!("可恢复到 {} 至 {}", china(first), china(last))),
        Ok(None) => Err(format!("{} 还没有记录", root.display())),
        Err(error) => Err(error.to_string()),
    }
}

fn china(moment: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    moment.to_offset(offset!(+8)).format(&form).unwrap_or_default()
}

/// Reads a moment: RFC 3339, or date and time in China.
///
/// # Errors
/// When it is neither.
pub fn moment(text: &str) -> anyhow::Result<OffsetDateTime> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(moment);
    }
    let text = text.replace(' ', "T");
    let long = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let short = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let local = time::PrimitiveDateTime::parse(&text, &long).or_else(|_| time::PrimitiveDateTime::parse(&text, &short));
    Ok(local.context("时间写成 2026-11-26T10:31，或者 RFC 3339")?.assume_offset(offset!(+8)))
}

/// Puts the state of a moment where the configuration points; says what was done.
///
/// # Errors
/// When the journal does not reach the moment, a target holds something or the master key is missing.
pub async fn restore(config: &Config, root: &Path, wanted: OffsetDateTime) -> anyhow::Result<String> {
    let master = config.master_key();
    ensure!(master.is_file(), "主密钥不在归档里：请先把它放到 {}，没有它，加密的内容打不开", master.display());
    std::fs::create_dir_all(&config.data_dir)?;
    let target = config.data_dir.join("files");
    if !config.keeps_objects() {
        ensure!(files::is_empty(&target)?, "{} 不是空的；恢复只写入空的数据目录", target.display());
    }
    for key in KEYS {
        let there = config.data_dir.join(key);
        ensure!(!there.exists(), "{} 已经存在；恢复只写入空的数据目录", there.display());
        ensure!(root.join(key).is_file(), "{} 里没有 {key}", root.display());
    }
    let url = config.database();
    let told = match url.strip_prefix("sqlite://") {
        Some(path) => {
            let at = journal::restore(&databases(root), wanted, Path::new(path)).await?;
            format!("已恢复到 {}", china(at))
        }
        None => {
            // Its own log brings a PostgreSQL server back, before anything connects to it.
            let conn = platform::db::servers::line(&url, &config.database_schema).await?;
            let tables = database::tables(&conn).await?;
            ensure!(!tables.is_empty(), "数据库还是空的：请先用 packaging/postgres/pg.sh restore 恢复它，再恢复文件");
            format!("数据库已有 {} 张表，文件和密钥已恢复", tables.len())
        }
    };
    let bucket = if config.keeps_objects() { Some(super::bucket(config)?) } else { None };
    for path in files::walk(&root.join("files"))? {
        let name = path.strip_prefix(root.join("files"))?.to_owned();
        match &bucket {
            None => files::copy_whole(&path, &target.join(name))?,
            // The bucket outlived the machine: what it has is newer than the journal, never older.
            Some(bucket) => {
                let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
                if bucket.place().about(&name).await?.is_none() {
                    bucket.place().write(&name, std::fs::read(&path)?.into()).await?;
                }
            }
        }
    }
    for key in KEYS {
        platform::secrets::replace_private(&config.data_dir.join(key), &std::fs::read(root.join(key))?)?;
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        let wanted = time::macros::datetime!(2026-11-26 02:31:00 UTC);
        for text in ["2026-11-26T10:31", "2026-11-26 10:31:00", "2026-11-26T02:31:00Z"] {
            assert_eq!(moment(text).unwrap(), wanted, "{text}");
        }
        assert!(moment("yesterday").is_err());
    }
}
