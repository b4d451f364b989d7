//! A restore trial: the backup is put into a place of its own, looked through as the product would, and removed.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use platform::Db;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::{Manifest, database};
use crate::App;

/// Files opened, spread over all.
const OPENED: i64 = 200;
/// Newest cases whose event chains are followed.
const CHAINS: u64 = 1_000;

/// One finding: what was looked at, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// In words.
    pub found: Result<String, String>,
}

/// What a drill found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Backup.
    pub name: String,
    /// Findings in order.
    pub findings: Vec<Finding>,
    /// Seconds from nothing to a restored product.
    pub restored_in: u64,
}

impl Report {
    /// What was wrong, in one line; none when all was well.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let wrong: Vec<String> = self
            .findings
            .iter()
            .filter_map(|one| one.found.as_ref().err().map(|text| format!("{}：{text}", one.what)))
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("；"))
    }
}

/// Restores into a temporary place and looks through it. What is in use is not touched.
///
/// # Errors
/// When there is no room for the temporary place; what is wrong with the backup stands in the report.
pub async fn run(config: &Config, vault: &Path, manifest: &Manifest) -> anyhow::Result<Report> {
    let stamp = format!("tongban_drill_{}_{}", manifest.name.to_lowercase(), std::process::id());
    let folder = std::env::temp_dir().join(&stamp);
    std::fs::create_dir_all(&folder)?;
    let postgres = manifest.database == "postgres";
    let mut place = Config {
        data_dir: folder.clone(),
        database_url: String::new(),
        // Never into the bucket that is in use.
        objects_url: String::new(),
        master_key_file: config.master_key(),
        ..config.clone()
    };
    if postgres {
        place.database_url = database::beside(&config.database(), &stamp).await?;
    }
    let done = go(&place, vault, manifest).await;
    if postgres {
        database::drop_beside(&config.database(), &stamp).await?;
    }
    std::fs::remove_dir_all(&folder)?;
    done
}

async fn go(place: &Config, vault: &Path, manifest: &Manifest) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut findings = Vec::new();
    let restored = super::restore(place, vault, manifest).await;
    let well = restored.is_ok();
    findings.push(Finding {
        what: "恢复",
        found: restored.map(|()| format!("{} 个文件", manifest.files)).map_err(|error| format!("{error:#}")),
    });
    let restored_in = started.elapsed().as_secs();
    if well {
        let looked = look(place, manifest).await;
        match looked {
            Ok(more) => findings.extend(more),
            Err(error) => findings.push(Finding { what: "启动", found: Err(format!("{error:#}")) }),
        }
    }
    Ok(Report { name: manifest.name.clone(), findings, restored_in })
}

async fn look(place: &Config, manifest: &Manifest) -> anyhow::Result<Vec<Finding>> {
    // Before the product starts: it would bring the schema up to date.
    let db = Db::open_at(place.place()).await?;
    let rows = database::count(db.read()).await?;
    let steps = database::steps(db.read()).await?;
    drop(db);
    let differ: Vec<String> = manifest
        .rows
        .iter()
        .filter(|(table, count)| rows.get(*table) != Some(count))
        .map(|(table, count)| format!("{table} 应有 {count} 行，实有 {}", rows.get(table).copied().unwrap_or(0)))
        .collect();
    let mut findings = vec![
        Finding {
            what: "数据行",
            found: if differ.is_empty() {
                Ok(format!("{} 张表 {} 行，与备份时相同", rows.len(), rows.values().sum::<i64>()))
            } else {
                Err(differ.join("，"))
            },
        },
        Finding {
            what: "结构",
            found: if steps == manifest.steps {
                Ok(format!("{} 步", steps.len()))
            } else {
                Err("与备份时不同".to_owned())
            },
        },
    ];
    let app = App::assemble(place.clone(), Arc::new(SystemClock), Arc::new(SystemRandomness)).await?;
    findings.push(Finding { what: "启动", found: Ok("程序读得懂恢复的数据".to_owned()) });
    findings.push(Finding { what: "文件", found: open_files(&app).await? });
    let verdict = app.casework.verify_newest(CHAINS).await?;
    findings.push(Finding {
        what: "事件链",
        found: if verdict.faults.is_empty() {
            Ok(format!("{} 件 {} 条记录，没有改动", verdict.cases, verdict.events))
        } else {
            Err(verdict.faults.join("；"))
        },
    });
    Ok(findings)
}

/// Opens stored files with the restored keys.
pub(super) async fn open_files(app: &App) -> anyhow::Result<Result<String, String>> {
    let conn = app.platform.db.read();
    let backend = conn.get_database_backend();
    let total: i64 = conn
        .query_one_raw(Statement::from_string(backend, "SELECT count(*) AS n FROM files"))
        .await?
        .context("a count")?
        .try_get("", "n")?;
    let every = (total / OPENED).max(1);
    let sql = format!(
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS no FROM files) AS numbered \
         WHERE no % {every} = 0 LIMIT {OPENED}"
    );
    let rows = conn.query_all_raw(Statement::from_string(backend, sql)).await?;
    let mut wrong = Vec::new();
    for row in &rows {
        let id: Uuid = row.try_get("", "id")?;
        if platform::files::read(&app.platform, id).await.is_err() {
            wrong.push(id.to_string());
        }
    }
    Ok(if wrong.is_empty() {
        Ok(format!("{total} 个里打开了 {} 个", rows.len()))
    } else {
        Err(format!("{} 个打不开：{}", wrong.len(), wrong.join("、")))
    })
}
