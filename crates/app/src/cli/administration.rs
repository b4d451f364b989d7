//! `roles matrix`, `accounts import`, `accounts reset-password`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use identity::administration::{Giver, Kind, Mapping, Source, Table};
use platform::config::Config;

use super::{Outcome, assemble, print_json, read};

#[derive(Subcommand)]
pub(super) enum RolesCommand {
    /// Print the matrix role × permission of the built-in roles as Markdown.
    Matrix,
}

/// What a table holds.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum What {
    /// Organisations.
    Orgs,
    /// Staff accounts.
    Staff,
}

#[derive(Subcommand)]
pub(super) enum AccountsCommand {
    /// Bring a table of an earlier system in and print the report.
    Import {
        /// What the table holds.
        #[arg(long, value_enum)]
        kind: What,
        /// Name of the earlier system.
        #[arg(long)]
        source: String,
        /// Columns and values (YAML or JSON: `columns`, `values`).
        #[arg(long)]
        mapping: Option<PathBuf>,
        /// Only try; keep nothing.
        #[arg(long)]
        trial: bool,
        /// CSV or XLSX.
        file: PathBuf,
    },
    /// Give a login a one-time password: the way in when no administrator is left.
    ResetPassword {
        /// Login.
        login: String,
        /// Why; goes to the audit log.
        #[arg(long)]
        reason: String,
    },
}

pub(super) fn matrix() -> Outcome {
    print!("{}", identity::roles::matrix());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn accounts(config: Config, command: AccountsCommand) -> Outcome {
    let app = assemble(config).await?;
    match command {
        AccountsCommand::Import { kind, source, mapping, trial, file } => {
            let bytes = std::fs::read(&file).with_context(|| format!("读不到文件 {}", file.display()))?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let mapping: Mapping = match mapping {
                Some(path) => serde_yaml_ng::from_str(&read(&path)?).context("对照表读不出来")?,
                None => Mapping::default(),
            };
            let kind = match kind {
                What::Orgs => Kind::Orgs,
                What::Staff => Kind::Staff,
            };
            let source =
                Source { kind, source, table: Table::read(&name, &bytes)?, file_name: name, mapping, may_grant: true };
            let report = app.identity.run_migration(&Giver::Operator, source, trial).await?;
            print_json(&report)?;
            Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        AccountsCommand::ResetPassword { login, reason } => {
            let staff =
                app.identity.staff_by_login(&login).await?.with_context(|| format!("没有“{login}”这个登录名"))?;
            let made = app.identity.reset_password(&Giver::Operator, staff.id, staff.version, &reason).await?;
            println!("{}", made.password);
            Ok(ExitCode::SUCCESS)
        }
    }
}
