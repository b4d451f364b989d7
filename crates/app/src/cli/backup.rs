//! `backup`, `backups`, `restore`, `drill`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use base::clock::Clock;
use clap::Args;
use platform::config::Config;
use platform::system::SystemClock;
use time::format_description::well_known::Rfc3339;

use super::Outcome;
use crate::backup::{self, Done};

/// A backup in a vault.
#[derive(Args)]
pub(super) struct Wanted {
    /// Folder of the backups.
    vault: PathBuf,
    /// Which one, as `tongban backups` lists them; the newest when absent.
    #[arg(long)]
    name: Option<String>,
}

/// Restoring within an hour is the promise (OPS-011).
const PROMISED_SECONDS: u64 = 3_600;

fn noted(vault: &Path, act: &str, name: &str, started: Instant, problem: Option<String>) -> anyhow::Result<()> {
    let at = SystemClock.now().format(&Rfc3339)?;
    let seconds = started.elapsed().as_secs();
    backup::note(vault, &Done { at, act: act.to_owned(), name: name.to_owned(), seconds, problem })
}

pub(super) async fn take(config: Config, vault: &Path, keep: Option<usize>) -> Outcome {
    let started = Instant::now();
    let taken = backup::take(&config, vault, SystemClock.now()).await;
    let (name, problem) = match &taken {
        Ok(manifest) => (manifest.name.as_str(), None),
        Err(error) => ("", Some(format!("{error:#}"))),
    };
    if vault.is_dir() {
        noted(vault, "backup", name, started, problem)?;
    }
    let manifest = taken?;
    println!(
        "已备份 {}：{} 张表 {} 行，{} 个文件",
        manifest.name,
        manifest.rows.len(),
        manifest.rows.values().sum::<i64>(),
        manifest.files
    );
    if let Some(keep) = keep {
        for old in backup::keep_newest(vault, keep)? {
            println!("已删除旧备份 {old}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(vault: &Path, verify: bool) -> Outcome {
    let mut well = true;
    for name in backup::names(vault)? {
        let manifest = backup::pick(vault, Some(&name))?;
        let rows: i64 = manifest.rows.values().sum();
        println!("{name}  {}  {rows} 行  {} 个文件", manifest.database, manifest.files);
        if verify {
            let faults = backup::verify(vault, &manifest)?;
            well &= faults.is_empty();
            for fault in &faults {
                println!("  异常：{fault}");
            }
            if faults.is_empty() {
                println!("  完整");
            }
        }
    }
    for done in backup::history(vault)?.iter().rev().take(20) {
        let act = match done.act.as_str() {
            "backup" => "备份",
            "restore" => "恢复",
            _ => "演练",
        };
        let outcome = done.problem.as_deref().unwrap_or("正常");
        println!("{}  {act} {}  {} 秒  {outcome}", done.at, done.name, done.seconds);
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn restore(config: Config, wanted: &Wanted, at: Option<&str>) -> Outcome {
    let started = Instant::now();
    if let Some(text) = at {
        let restored = backup::journal::restore(&config, &wanted.vault, backup::journal::moment(text)?).await?;
        println!("{restored}。启动前请运行 tongban doctor 检查。");
        return Ok(ExitCode::SUCCESS);
    }
    let manifest = backup::pick(&wanted.vault, wanted.name.as_deref())?;
    let done = backup::restore(&config, &wanted.vault, &manifest).await;
    let problem = done.as_ref().err().map(|error| format!("{error:#}"));
    noted(&wanted.vault, "restore", &manifest.name, started, problem)?;
    done?;
    println!("已恢复 {}。启动前请运行 tongban doctor 检查。", manifest.name);
    Ok(ExitCode::SUCCESS)
}

/// Notes the drill where the running system shows it (OPS-035); the vault has it in any case.
async fn record(config: &Config, seconds: u64, problem: Option<&str>) -> platform::Result<()> {
    let db = platform::Db::open_at(config.place()).await?;
    let id = base::id::Ids::default().next(&SystemClock, &platform::system::SystemRandomness);
    operations::inspections::keep_restore_drill(&db, id, SystemClock.now(), seconds, problem).await
}

pub(super) async fn drill(config: Config, wanted: &Wanted) -> Outcome {
    let started = Instant::now();
    let manifest = backup::pick(&wanted.vault, wanted.name.as_deref())?;
    let report = backup::drill::run(&config, &wanted.vault, &manifest).await?;
    for finding in &report.findings {
        match &finding.found {
            Ok(text) => println!("正常  {}：{text}", finding.what),
            Err(text) => println!("异常  {}：{text}", finding.what),
        }
    }
    let mut problem = report.problem();
    if report.restored_in > PROMISED_SECONDS {
        problem.get_or_insert_with(|| "恢复超过一小时".to_owned());
    }
    println!("恢复用时 {} 秒，要求 {PROMISED_SECONDS} 秒以内", report.restored_in);
    noted(&wanted.vault, "drill", &report.name, started, problem.clone())?;
    if let Err(cause) = record(&config, report.restored_in, problem.as_deref()).await {
        println!("演练结果没有记进系统（系统没有运行时是这样）：{cause}");
    }
    Ok(if problem.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
