//! `licence verify`, `archive verify` and `audit verify|export`: proofs that need no server and no database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use casework::cases::service::audit::{self, Export};
use clap::Subcommand;
use platform::config::Config;
use serde_json::json;

use super::{Outcome, assemble, print_json, read};

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
    /// Prove from an export alone that nothing was altered, added, removed or moved.
    Verify {
        /// Export of case events (JSON) or of the audit log (JSON lines, CSV).
        file: PathBuf,
        /// Public key that you keep outside the system (PEM); without it the export's own is used.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Write the export of the case events, or of the audit log.
    Export {
        /// Where it goes; an audit log ending in `.csv` is written as CSV.
        #[arg(short, long)]
        output: PathBuf,
        /// The audit log instead of the case events.
        #[arg(long)]
        log: bool,
        /// First day of the audit log, `2026-09-01`.
        #[arg(long, requires = "log")]
        from: Option<String>,
        /// Last day of the audit log, inclusive.
        #[arg(long, requires = "log")]
        to: Option<String>,
    },
    /// Print the public key that signs roots and exports: keep it outside the system.
    Key,
}

#[derive(Subcommand)]
pub(super) enum ArchiveCommand {
    /// Prove from the file alone that nothing in it was altered, added or removed.
    Verify {
        /// Archivable file of a case (ZIP).
        file: PathBuf,
        /// Public key that you keep outside the system (PEM), as `audit key` prints it; without it the file's own is used.
        #[arg(long)]
        key: Option<PathBuf>,
    },
}

pub(super) fn verify_archive(file: &Path, key: Option<&Path>) -> Outcome {
    let bytes = std::fs::read(file).with_context(|| format!("读不到文件 {}", file.display()))?;
    let key = key.map(read).transpose()?;
    let verdict = archive::sets::package::verify(&bytes, key.as_deref()).map_err(anyhow::Error::msg)?;
    print_json(&verdict)?;
    Ok(if verdict.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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

pub(super) fn verify_audit(file: &Path, key: Option<&Path>) -> Outcome {
    let text = read(file)?;
    let faults = if security::audit::proof::is_ours(&text) {
        let key = key.map(read).transpose()?;
        let verdict = security::audit::proof::verify(&text, key.as_deref()).map_err(anyhow::Error::msg)?;
        print_json(&verdict)?;
        verdict.faults
    } else {
        let export: Export = serde_json::from_str(&text).context("这个文件不是办件事件导出，也不是审计记录导出")?;
        let verdict = audit::verify(&export);
        print_json(&verdict)?;
        verdict.faults
    };
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn audit(config: Config, command: AuditCommand) -> Outcome {
    let app = assemble(config).await?;
    match command {
        AuditCommand::Export { output, log: true, from, to } => {
            use security::audit::proof::Format;
            use std::io::Write;
            let csv = output.extension().is_some_and(|kind| kind == "csv");
            let search = security::Search { from, to, ..security::Search::default() };
            let mut file = std::io::BufWriter::new(std::fs::File::create(&output)?);
            let format = if csv { Format::Csv } else { Format::Jsonl };
            let lines = app
                .security
                .export("命令行", &search, format, None, |piece| {
                    file.write_all(piece.as_bytes()).map_err(platform::Problem::internal)
                })
                .await?;
            file.flush()?;
            println!("导出 {lines} 条审计记录");
        }
        AuditCommand::Export { output, .. } => {
            app.casework.root_days(&app.audit_key).await?;
            let export = app.casework.export_events(&app.audit_key).await?;
            std::fs::write(&output, serde_json::to_vec(&export)?)?;
            println!("导出 {} 条事件，{} 个日根", export.events.len(), export.roots.len());
        }
        AuditCommand::Key => print!("{}", app.audit_key.public().to_pem()?),
        AuditCommand::Verify { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
