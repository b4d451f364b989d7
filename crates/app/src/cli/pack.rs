//! `pack lint|test|import|export`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalogue::packs;
use clap::Subcommand;
use platform::config::Config;
use serde_json::json;

use super::{Outcome, assemble, print_json};

#[derive(Subcommand)]
pub(super) enum PackCommand {
    /// Find everything wrong in a pack, or in every pack below a folder.
    Lint {
        /// Folder with an item.yaml, or a set of such folders.
        folder: PathBuf,
    },
    /// File every sample of a pack through the real services and compare with what it expects.
    Test {
        /// Folder with an item.yaml, or a set of such folders.
        folder: PathBuf,
    },
    /// Publish packs: a folder of items, or a whole packs folder. Of the folder `platform` the regions and calendars are
    /// taken, of `city` towns, organisations and windows: what an empty system begins with.
    Import {
        /// Folder.
        folder: PathBuf,
    },
    /// Write a published item back to a folder.
    Export {
        /// Item.
        slug: String,
        /// Folder to write.
        folder: PathBuf,
    },
}

/// The pack folders at or below a folder.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    if folder.join("item.yaml").exists() {
        return vec![folder.to_owned()];
    }
    let below = if folder.join("items").is_dir() { folder.join("items") } else { folder.to_owned() };
    crate::packs::entries(&below).into_iter().filter(|path| path.join("item.yaml").exists()).collect()
}

pub(super) fn lint(folder: &Path) -> Outcome {
    let mut clean = true;
    let found = folders(folder);
    if found.is_empty() {
        anyhow::bail!("{} 里没有 item.yaml", folder.display());
    }
    for path in &found {
        let findings = crate::packs::lint_folder(path)?;
        clean &= !packs::has_errors(&findings);
        print_json(&json!({ "pack": path.display().to_string(), "findings": findings }))?;
    }
    eprintln!("检查了 {} 个事项包", found.len());
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn run(config: Config, command: PackCommand) -> Outcome {
    match command {
        PackCommand::Lint { folder } => lint(&folder),
        PackCommand::Import { folder } => {
            let app = assemble(config).await?;
            if folder.join("city.yaml").exists() {
                app.import_places(&folder).await?;
                println!("已导入区划、机构和窗口");
            } else if folder.join("regions").is_dir() {
                app.import_regions(&folder).await?;
                app.import_calendars(&folder).await?;
                println!("已导入全国区划和工作日历");
            } else if folder.join("platform").is_dir() {
                let done = app.import_packs(&folder, "命令行").await?;
                println!("已导入 {} 个事项", done.items.len());
            } else {
                for path in folders(&folder) {
                    let version = app.import_item(&path, "命令行").await?;
                    println!("{}：第 {version} 版", path.display());
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        PackCommand::Export { slug, folder } => {
            let app = assemble(config).await?;
            app.export_item(&slug, &folder).await?;
            println!("已写到 {}", folder.display());
            Ok(ExitCode::SUCCESS)
        }
        PackCommand::Test { folder } => {
            let report = crate::packs::test(config, &folders(&folder)).await?;
            print_json(&report)?;
            let failed = report.iter().any(|sample| sample.problem.is_some());
            Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}
