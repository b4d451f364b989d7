//! Content packs on their way into the database: `tongban pack import` and the demo use this.

use std::path::{Path, PathBuf};

use std::sync::Arc;

use catalogue::items::findings::Finding;
use catalogue::items::rules::Known;
use catalogue::packs::{self, Pack};
use design::{FeelExpressions, Kind};
use identity::Profile;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use platform::{Problem, Result};
use serde::Serialize;
use serde_json::{Value, json};

use crate::App;
use crate::cast::{Cast, Citizen};

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// Items published, with their versions.
    pub items: Vec<(String, i64)>,
    /// Licence types.
    pub licence_types: usize,
    /// Papers of the platform and of items.
    pub papers: usize,
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Problem::internal(format!("{}: {error}", path.display())))
}

/// Entries of a folder in name order; an absent folder has none.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

impl App {
    /// Imports platform papers, licence types and items from a packs folder. Equal content changes nothing.
    ///
    /// # Errors
    /// Names the pack and everything wrong in it; packs before it stay imported.
    pub async fn import_packs(&self, folder: &Path, by: &str) -> Result<Imported> {
        let mut done = Imported::default();
        done.papers += self.import_papers(&folder.join("platform/papers"), by).await?;
        let fallback = read(&folder.join("platform/papers/licence.typ"))?;
        for path in entries(&folder.join("licences")).into_iter().filter(|path| path.is_dir()) {
            let own = path.join("licence.typ");
            let template = if own.exists() { read(&own)? } else { fallback.clone() };
            self.licences.import_type(&read(&path.join("licence.yaml"))?, &template).await?;
            let overprint = path.join("overprint.typ");
            if overprint.exists() {
                self.licences.import_overprint(&stem(&path), &read(&overprint)?).await?;
            }
            done.licence_types += 1;
        }
        for path in entries(&folder.join("items")).into_iter().filter(|path| path.join("item.yaml").exists()) {
            let version = self.import_item(&path, by).await?;
            done.papers += entries(&path.join("papers")).len();
            done.items.push((stem(&path), version));
        }
        Ok(done)
    }

    /// Imports one item pack.
    ///
    /// # Errors
    /// Names the pack and everything wrong in it; nothing of it is then published.
    pub async fn import_item(&self, folder: &Path, by: &str) -> Result<i64> {
        let pack: Pack = packs::read(folder).map_err(Problem::internal)?;
        let version = self.catalogue.publish_pack(&pack, by).await?;
        self.import_mappings(folder, by).await?;
        Ok(version)
    }

    /// The same for an item that came from another installation.
    pub(crate) async fn import_brought_item(&self, folder: &Path, by: &str) -> Result<i64> {
        let pack: Pack = packs::read(folder).map_err(Problem::internal)?;
        let version = self.catalogue.publish_brought(&pack, by).await?;
        self.import_mappings(folder, by).await?;
        Ok(version)
    }

    async fn import_mappings(&self, folder: &Path, by: &str) -> Result<()> {
        // How its form is told to the system that handles it (`dispatch` of the item).
        for path in entries(folder) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if let Some(key) = name.strip_suffix(".mapping.json") {
                let named = |problem: Problem| Problem::internal(format!("{}: {problem}", path.display()));
                self.design.publish(Kind::Mapping, key, &read(&path)?, by).await.map_err(named)?;
            }
        }
        Ok(())
    }

    /// Templates and papers people fill in that the platform shares.
    async fn import_papers(&self, folder: &Path, by: &str) -> Result<usize> {
        let mut count = 0;
        for path in entries(folder) {
            let kind = match path.extension().and_then(std::ffi::OsStr::to_str) {
                Some("typ") => Kind::Paper,
                Some("yaml") => Kind::Sheet,
                _ => continue,
            };
            self.design.publish(kind, &stem(&path), &read(&path)?, by).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Writes a published item back to a folder.
    ///
    /// # Errors
    /// 404 for an item that is not offered; when a file can't be written.
    pub async fn export_item(&self, slug: &str, folder: &Path) -> Result<()> {
        let published = self.catalogue.published(slug).await?;
        let sources = self.catalogue.sources(&published.definitions).await?;
        let beside = self.catalogue.beside(slug).await?;
        packs::write(folder, &published.item, &sources, &beside).map_err(Problem::internal)
    }
}

/// Everything wrong with the pack in a folder, themes and licence types of its set included.
///
/// # Errors
/// When a file can't be read.
pub fn lint_folder(folder: &Path) -> Result<Vec<Finding>> {
    let pack = packs::read(folder).map_err(Problem::internal)?;
    lint_with(&pack, folder, &FeelExpressions::new())
}

fn lint_with(pack: &Pack, folder: &Path, expressions: &FeelExpressions) -> Result<Vec<Finding>> {
    // packs/items/<slug> lies in a set with themes and licence types; a pack elsewhere is checked alone.
    let set = folder.parent().and_then(Path::parent);
    let themes = set.map(|set| set.join("platform/themes.yaml")).filter(|path| path.exists());
    let navigation = themes.map(|path| packs::read_navigation(&path)).transpose().map_err(Problem::internal)?;
    let types = set.map(|set| set.join("licences")).filter(|path| path.exists());
    let licence_types = types.map(|path| packs::licence_types(&path)).transpose().map_err(Problem::internal)?;
    let known = Known { expressions, navigation: navigation.as_ref(), licence_types: licence_types.as_ref() };
    Ok(packs::lint(pack, &known))
}

/// What became of one sample.
#[derive(Debug, Serialize)]
pub struct SampleReport {
    /// Pack.
    pub pack: String,
    /// Sample file.
    pub sample: String,
    /// What differs from the expectation; absent when nothing does.
    pub problem: Option<String>,
}

/// Files every sample of the packs through the real services, on a database of its own.
///
/// # Errors
/// When the city around the packs can't be loaded.
pub async fn test(mut config: Config, folders: &[PathBuf]) -> Result<Vec<SampleReport>> {
    let folder = std::env::temp_dir().join(format!("tongban-pack-test-{}", std::process::id()));
    config.data_dir = folder.clone();
    config.database_url = String::new();
    let app = App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?;
    let reports = test_with(&app, folders).await;
    drop(app);
    std::fs::remove_dir_all(&folder).map_err(Problem::internal)?;
    reports
}

/// The same with a product that is there.
///
/// # Errors
/// When the city around the packs can't be loaded.
pub async fn test_with(app: &App, folders: &[PathBuf]) -> Result<Vec<SampleReport>> {
    let set = app.platform.config.packs_dir.clone();
    app.load_city(&set, crate::demo::PASSWORD).await?;
    let cast = Cast::new(app);
    let mut reports = Vec::new();
    for folder in folders {
        app.import_item(folder, "包测试").await?;
        let pack = packs::read(folder).map_err(Problem::internal)?;
        for (name, sample) in &pack.samples {
            let problem = sample_problem(&cast, &pack, sample).await.err().map(|problem| problem.to_string());
            reports.push(SampleReport { pack: pack.slug.clone(), sample: name.clone(), problem });
        }
    }
    Ok(reports)
}

async fn sample_problem(cast: &Cast<'_>, pack: &Pack, sample: &Value) -> Result<()> {
    let differs = |text: String| Problem::internal(text);
    let citizen = applicant(cast, sample).await?;
    let form = sample.get("form").cloned().unwrap_or_else(|| json!({}));
    let whole = cast.application(pack, sample, form, &citizen, "electronic").await?;
    let filed = cast.app.casework.file_whole(&citizen.principal, whole, None).await;
    let list = |key: &str| -> Vec<String> {
        let found = sample.pointer(&format!("/expect/{key}")).and_then(Value::as_array).cloned().unwrap_or_default();
        found.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let expected = list("problems");
    let receipt = match filed {
        Ok(receipt) if expected.is_empty() => receipt,
        Ok(_) => return Err(differs(format!("应当提示 {expected:?}，却提交成功"))),
        Err(problem) => {
            let found: Vec<&str> = problem.field_errors().iter().map(|error| error.pointer.as_str()).collect();
            let all_there = !expected.is_empty() && expected.iter().all(|pointer| found.contains(&pointer.as_str()));
            return if all_there {
                Ok(())
            } else {
                Err(differs(format!("应当提示 {expected:?}，实际 {problem}")))
            };
        }
    };
    let clerk = cast.actor(receipt.id, "clerk").await?.ok_or_else(|| differs("没有窗口人员可以受理".into()))?;
    let accept = casework::cases::service::intake::Accept {
        version: cast.app.casework.version_of(receipt.id).await?,
        note: String::new(),
        tolerated: Vec::new(),
    };
    cast.app.casework.accept(&clerk, receipt.id, accept).await?;
    cast.app.settle(&cast.handlers).await?;
    let mut path = Vec::new();
    while let Some(step) = cast.do_task(receipt.id, sample).await? {
        path.push(step);
        if path.len() > 20 {
            return Err(differs(format!("流程走不到头：{path:?}")));
        }
    }
    if path != list("path") {
        return Err(differs(format!("应当经过 {:?}，实际 {path:?}", list("path"))));
    }
    let case = cast.app.casework.my_case(&citizen.principal, receipt.id).await?;
    let wanted = sample.pointer("/expect/result").and_then(Value::as_str).unwrap_or("granted");
    let refused = case.result.as_ref().is_some_and(|result| result.label == "不予批准");
    match (case.result.is_some(), wanted == "refused", refused) {
        (true, true, true) | (true, false, false) => Ok(()),
        _ => Err(differs(format!("应当{wanted}，实际 {:?}（{}）", case.result, case.state_label))),
    }
}

/// The sample's applicant as the identity service would give it.
async fn applicant(cast: &Cast<'_>, sample: &Value) -> Result<Citizen> {
    let text = |key: &str| sample.pointer(&format!("/applicant/{key}")).and_then(Value::as_str).unwrap_or_default();
    let form = |key: &str| sample.pointer(&format!("/form/{key}")).and_then(Value::as_str).unwrap_or_default();
    let profile = if text("kind") == "enterprise" {
        json!({
            "sub": format!("sample-{}", text("uscc")), "kind": "enterprise", "name": "王海燕", "id_type": "111",
            "id_number": "449902198803120267", "phone": text("phone"), "real_name": true,
            "enterprise": { "name": text("name"), "uscc": text("uscc"), "legal_person": form("legal_representative"), "address": form("domicile") },
        })
    } else {
        json!({
            "sub": format!("sample-{}", text("id_number")), "kind": "person", "name": text("name"), "id_type": "111",
            "id_number": text("id_number"), "phone": text("phone"), "real_name": true,
        })
    };
    let profile: Profile = serde_json::from_value(profile)?;
    cast.citizen(profile).await
}
