//! `years`: which years of cases there are, closing one, opening it again.

use std::process::ExitCode;

use archive::years::{By, Close, Reopen, YearFilter};
use clap::Subcommand;
use platform::config::Config;

use super::{Outcome, assemble};

#[derive(Subcommand)]
pub(super) enum YearsCommand {
    /// List years with their cases and state.
    List,
    /// Look at the conditions of closing a year.
    Check {
        /// Year.
        year: i32,
    },
    /// Close a year: its cases can be read and not changed.
    Close {
        /// Year.
        year: i32,
        /// Why; logged.
        #[arg(long)]
        reason: String,
        /// Where the backup of the year is and who looked at it, when no backup folder is configured.
        #[arg(long, default_value = "")]
        backup_note: String,
    },
    /// Open a closed year again.
    Reopen {
        /// Year.
        year: i32,
        /// Why; logged.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(config: Config, command: YearsCommand) -> Outcome {
    let app = assemble(config).await?;
    match command {
        YearsCommand::List => {
            let found = app.archive.list_years(&YearFilter { limit: Some(100), cursor: None }).await?;
            for year in found.items {
                let state = if year.closed { "已封存" } else { "在用" };
                println!("{} 年 {state}：办件 {} 件，在办 {} 件", year.year, year.filed, year.open);
            }
        }
        YearsCommand::Check { year } => {
            let found = app.archive.checked_year(year).await?;
            if found.year.closed {
                println!("{year} 年已经封存：{}", found.year.reason);
            }
            for check in &found.checks {
                println!("{} {}：{}", if check.passed { "✓" } else { "✗" }, check.label, check.found);
                if !check.passed {
                    println!("    {}", check.advice);
                }
            }
            if found.checks.iter().any(|check| !check.passed) {
                return Ok(ExitCode::FAILURE);
            }
        }
        YearsCommand::Close { year, reason, backup_note } => {
            let version = app.archive.checked_year(year).await?.year.version;
            app.archive.close_year(By::command(), year, Close { version, reason, backup_note }).await?;
            println!("{year} 年已经封存，这一年的办件只能查看");
        }
        YearsCommand::Reopen { year, reason } => {
            let version = app.archive.checked_year(year).await?.year.version;
            app.archive.reopen_year(By::command(), year, Reopen { version, reason }).await?;
            println!("{year} 年已经解除封存，改完后请重新封存");
        }
    }
    Ok(ExitCode::SUCCESS)
}
