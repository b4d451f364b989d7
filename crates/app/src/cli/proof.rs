//! `licence verify` and `audit verify|export`: proofs that need no server and no database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use casework::cases::service::audit::{self, Export};
use clap::Subcommand;
use platform::config::Config;
use serde_json::json;

use super::engines::read;
use super::{Outcome, assemble, print_json};

#[derive(Subcommand)]
pub(super) enum LicenceCommand {
    /// Check the seal of a licence PDF, offline.
    Verify {
        /// PDF.
        file: PathBuf,
        /// Trusted certificates, as given by GET /api/v1/licences/trust.pem.
        #[arg(long)]
        trust: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Prove from an export alone that no event was altered, added or removed.
    Verify {
        /// Export (JSON).
        file: PathBuf,
    },
    /// Write the export.
    Export {
        /// Where it goes.
        #[arg(short, long)]
        output: PathBuf,
    },
}

pub(super) fn licence(command: &LicenceCommand) -> Outcome {
    let LicenceCommand::Verify { file, trust } = command;
    verify_file(file, trust)
}

pub(super) fn verify_file(file: &Path, trust: &Path) -> Outcome {
    let pdf = std::fs::read(file).with_context(|| format!("读不到文件 {}", file.display()))?;
    let trust = licences::read_trust(&read(trust)?).map_err(anyhow::Error::msg)?;
    let report = licences::verify_offline(&pdf, &trust);
    let signatures: Vec<_> = report
        .signatures
        .iter()
        .map(|one| {
            json!({
                "seal": one.seal,
                "signer": one.signer,
                "signed_at": one.signed_at.map(|at| at.to_string()),
                "covers_whole_file": one.covers_whole_file,
                "intact": one.intact,
                "trusted": one.trusted,
                "problem": one.problem,
            })
        })
        .collect();
    print_json(&json!({ "verdict": report.verdict.text(), "signatures": signatures }))?;
    Ok(if report.verdict == licences::Verdict::Genuine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn verify_audit(file: &Path) -> Outcome {
    let export: Export = serde_json::from_str(&read(file)?).context("这个文件不是办件事件导出")?;
    let verdict = audit::verify(&export);
    print_json(&verdict)?;
    Ok(if verdict.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn audit(config: Config, command: AuditCommand) -> Outcome {
    if let AuditCommand::Export { output } = command {
        let app = assemble(config).await?;
        app.casework.root_days(&app.audit_key).await?;
        let export = app.casework.export_events(&app.audit_key).await?;
        std::fs::write(&output, serde_json::to_vec(&export)?)?;
        println!("导出 {} 条事件，{} 个日根", export.events.len(), export.roots.len());
    }
    Ok(ExitCode::SUCCESS)
}
