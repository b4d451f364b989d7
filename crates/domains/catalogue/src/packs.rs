//! Content packs on disk (`packs/<set>/<slug>/`): read, lint, write back.
//!
//! Reading files is all this module does besides checking; publishing is
//! [`crate::Catalogue::publish_pack`]. Every mistake names its file and element.

mod downloads;
mod places;
mod samples;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::items::findings::{Finding, Findings, Severity};
use crate::items::model::Item;
use crate::items::rules::{self, Known};
use crate::items::service::Sources;
use crate::navigation::Navigation;

#[cfg(test)]
pub(crate) use downloads::USUAL_SHEETS;
pub use places::{HallOfCity, WindowOfHall, halls};

/// A pack as read.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Name of the folder.
    pub slug: String,
    /// `item.yaml` as JSON.
    pub content: Value,
    /// The item; absent when it can't be read (then [`lint`] says why).
    pub item: Option<Item>,
    /// Form, flow, rules.
    pub sources: Sources,
    /// Own templates: name without `.typ`, template.
    pub papers: Vec<(String, String)>,
    /// Own papers people fill in: name without `.yaml`, definition.
    pub sheets: Vec<(String, String)>,
    /// Finished files: name, bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Samples: file name, content.
    pub samples: Vec<(String, Value)>,
}

/// Why a pack can't be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file is missing or can't be read.
    #[error("{path} 读不出来：{cause}")]
    File {
        /// File.
        path: String,
        /// Cause.
        cause: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} 格式不对：{message}")]
    Format {
        /// File.
        path: String,
        /// What and where.
        message: String,
    },
}

fn text(path: &Path) -> Result<String, PackError> {
    fs::read_to_string(path).map_err(|cause| PackError::File { path: path.display().to_string(), cause })
}

fn format_error(path: &Path, message: impl std::fmt::Display) -> PackError {
    PackError::Format { path: path.display().to_string(), message: message.to_string() }
}

/// Files of a folder with an ending, by name; none when there is no folder.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, PackError> {
    let mut found = every_file(folder)?;
    found.retain(|path| path.extension().is_some_and(|e| e == ending));
    Ok(found)
}

fn every_file(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(folder).map_err(|cause| PackError::File { path: folder.display().to_string(), cause })?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    found.sort();
    Ok(found)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads the folder of one item.
///
/// # Errors
/// When a file is missing or unreadable; what is merely wrong is for [`lint`].
pub fn read(folder: &Path) -> Result<Pack, PackError> {
    let path = folder.join("item.yaml");
    let mut content: Value = serde_yaml_ng::from_str(&text(&path)?).map_err(|error| format_error(&path, error))?;
    let slug = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    places_of_city(folder, &slug, &mut content)?;
    let named = |key: &str| content.get(key).and_then(Value::as_str).filter(|name| is_plain_file(name));
    let beside = |key: &str, usual: &str| text(&folder.join(named(key).unwrap_or(usual)));
    let sources = Sources {
        form: beside("form", "form.json")?,
        flow: beside("flow", "flow.bpmn")?,
        rules: named("rules").map(|name| text(&folder.join(name))).transpose()?,
    };
    let mut papers = Vec::new();
    for path in files(&folder.join("papers"), "typ")? {
        papers.push((stem(&path), text(&path)?));
    }
    let mut sheets = Vec::new();
    for path in files(&folder.join("papers"), "yaml")? {
        sheets.push((stem(&path), text(&path)?));
    }
    let mut shipped = Vec::new();
    for path in every_file(&folder.join("files"))? {
        let bytes = fs::read(&path).map_err(|cause| PackError::File { path: path.display().to_string(), cause })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        shipped.push((name, bytes));
    }
    let mut samples = Vec::new();
    for path in files(&folder.join("samples"), "json")? {
        let sample = serde_json::from_str(&text(&path)?).map_err(|error| format_error(&path, error))?;
        samples.push((stem(&path), sample));
    }
    let item = serde_json::from_value(content.clone()).ok();
    Ok(Pack { slug, content, item, sources, papers, sheets, files: shipped, samples })
}

/// `packs/items/<slug>` lies in a set with a city; an item that names no places is handled where the
/// city's windows and terminals take it. A pack elsewhere has places of its own.
fn places_of_city(folder: &Path, slug: &str, content: &mut Value) -> Result<(), PackError> {
    let city = folder.parent().and_then(Path::parent).map(|set| set.join("city/windows.yaml"));
    let (Some(city), Some(item)) = (city.filter(|path| path.is_file()), content.as_object_mut()) else {
        return Ok(());
    };
    if item.get("places").is_none_or(Value::is_null) {
        let found = serde_json::to_value(places::of_item(&city, slug)?);
        item.insert("places".to_owned(), found.map_err(|error| format_error(&city, error))?);
    }
    Ok(())
}

/// A file of the pack's own folder, not a way out of it.
fn is_plain_file(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\'])
}

/// Reads every pack of a set, in the order of their names.
///
/// # Errors
/// As [`read`], for the first folder that can't be read.
pub fn read_set(folder: &Path) -> Result<Vec<Pack>, PackError> {
    let entries =
        fs::read_dir(folder).map_err(|cause| PackError::File { path: folder.display().to_string(), cause })?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("item.yaml").is_file()).collect();
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

/// Reads the navigation of the portal (`packs/platform/themes.yaml`).
///
/// # Errors
/// When it can't be read.
pub fn read_navigation(path: &Path) -> Result<Navigation, PackError> {
    Navigation::parse(&text(path)?).map_err(|message| format_error(path, message))
}

/// Keys of the licence types of a set (`packs/licences/<key>/licence.yaml`).
///
/// # Errors
/// When the folder can't be read.
pub fn licence_types(folder: &Path) -> Result<BTreeSet<String>, PackError> {
    let entries =
        fs::read_dir(folder).map_err(|cause| PackError::File { path: folder.display().to_string(), cause })?;
    Ok(entries
        .flatten()
        .filter(|entry| entry.path().join("licence.yaml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect())
}

/// Everything wrong with a pack: elements and rules of the item, form, flow, rules, samples.
pub fn lint(pack: &Pack, known: &Known<'_>) -> Vec<Finding> {
    let (item, found) = rules::check(&pack.content, known);
    let mut findings = Findings(found);
    let Some(item) = item else { return findings.sorted() };
    if item.slug != pack.slug {
        findings.error("/slug", format!("要和文件夹同名（{}）", pack.slug));
    }
    // What other flows a pack's flow could call is known where it is taken in.
    files_beside(&item, &pack.sources, (known, &design::Callable::default()), &mut findings);
    let missing = |name: &&str| !pack.papers.iter().any(|(own, _)| own == name) && !USUAL_PAPERS.contains(name);
    for (at, result) in item.results.iter().enumerate() {
        if let Some(name) = result.paper.as_deref().filter(missing) {
            findings.error(format!("/results/{at}/paper"), format!("没有 papers/{name}.typ，平台也没有这份文书"));
        }
    }
    downloads::check(pack, &item, &mut findings);
    downloads::filled_forms(pack, &item, &mut findings);
    rules::guide::missing(&item, &mut findings);
    for node in flow::Definition::parse(&pack.sources.flow).map(|flow| flow.nodes).unwrap_or_default() {
        if let Some(name) = node.attribute("paper").filter(missing) {
            findings.error(format!("/flow/{}", node.id), format!("没有 papers/{name}.typ，平台也没有这份文书"));
        }
    }
    samples::check(pack, &item, &mut findings);
    findings.sorted()
}

/// Papers of the platform that every item may use (`packs/platform/papers`).
const USUAL_PAPERS: [&str; 11] = [
    "receipt",
    "acceptance",
    "correction",
    "not-accepted",
    "grant",
    "refusal",
    "licence",
    "form",
    "delivery",
    "special",
    "commitment",
];

/// Form, flow and rules that belong to an item.
pub(crate) fn files_beside(
    item: &Item,
    sources: &Sources,
    (known, callable): (&Known<'_>, &design::Callable),
    findings: &mut Findings,
) {
    match form::Form::parse(&sources.form) {
        Ok(form) => {
            for defect in form.lint(known.expressions) {
                findings.error(format!("/form{}", defect.pointer), defect.message);
            }
            minimum_collection(&form, findings);
        }
        Err(defects) => {
            for defect in defects {
                findings.error(format!("/form{}", defect.pointer), defect.message);
            }
        }
    }
    let limit = &item.legal_limit;
    let context = flow::LintContext {
        roles: identity::roles::all().keys().cloned().collect(),
        services: design::library::SERVICES.iter().map(|service| service.key.to_owned()).collect(),
        limit_days: (limit.unit == base::deadline::TimeUnit::WorkingDay).then_some(limit.value),
        visits: None,
    };
    let found = match flow::Definition::parse_with(&sources.flow, None, callable) {
        Ok(definition) => flow::lint(&definition, known.expressions, &context),
        Err(found) => found,
    };
    for finding in found {
        let place = format!("/flow/{}", finding.element);
        if finding.is_error() { findings.error(place, finding.message) } else { findings.warn(place, finding.message) }
    }
    if let Some(rules) = &sources.rules
        && let Err(error) = rule::Decisions::parse(rules)
    {
        findings.error("/rules", error.to_string());
    }
}

/// Personal data are asked for only where the form says what for (DATASEC-012).
fn minimum_collection(form: &form::Form, findings: &mut Findings) {
    for (at, section) in form.sections.iter().enumerate() {
        let asked = section.personal();
        if !asked.is_empty() && section.purpose.as_deref().is_none_or(|text| text.trim().is_empty()) {
            findings.warn(
                format!("/form/sections/{at}/purpose"),
                format!(
                    "“{}”这一节收集个人信息（{}），没有写明用途。请在 purpose 里写给申请人看；用不到的，删去这些字段",
                    section.title,
                    asked.join("、")
                ),
            );
        }
    }
}

/// Findings about the files of an item that is edited in the desk.
pub fn lint_files(item: &Item, sources: &Sources, known: &Known<'_>, callable: &design::Callable) -> Vec<Finding> {
    let mut findings = Findings::default();
    files_beside(item, sources, (known, callable), &mut findings);
    findings.sorted()
}

/// What stands beside an item in its pack, as [`Pack`] has it.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Own templates.
    pub papers: Vec<(String, String)>,
    /// Own papers people fill in.
    pub sheets: Vec<(String, String)>,
    /// Finished files.
    pub files: Vec<(String, Vec<u8>)>,
    /// Sample applications.
    pub samples: Vec<(String, Value)>,
}

/// Writes an item with its files as a pack folder, so that it can be carried elsewhere.
///
/// # Errors
/// When a file can't be written.
pub fn write(folder: &Path, item: &Item, sources: &Sources, beside: &Beside) -> Result<(), PackError> {
    let put_bytes = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, bytes))
            .map_err(|cause| PackError::File { path: path.display().to_string(), cause })
    };
    let put = |name: &str, text: &str| put_bytes(name, text.as_bytes());
    let mut item = item.clone();
    item.form = "form.json".to_owned();
    item.flow = "flow.bpmn".to_owned();
    item.rules = sources.rules.is_some().then(|| "rules.dmn".to_owned());
    let yaml = serde_yaml_ng::to_string(&item).map_err(|error| format_error(&folder.join("item.yaml"), error))?;
    put("item.yaml", &yaml)?;
    put("form.json", &sources.form)?;
    put("flow.bpmn", &sources.flow)?;
    if let Some(rules) = &sources.rules {
        put("rules.dmn", rules)?;
    }
    for (name, paper) in beside.papers.iter().filter(|(name, _)| is_plain_file(name)) {
        put(&format!("papers/{name}.typ"), paper)?;
    }
    for (name, sheet) in beside.sheets.iter().filter(|(name, _)| is_plain_file(name)) {
        put(&format!("papers/{name}.yaml"), sheet)?;
    }
    for (name, bytes) in beside.files.iter().filter(|(name, _)| is_plain_file(name)) {
        put_bytes(&format!("files/{name}"), bytes)?;
    }
    for (name, sample) in beside.samples.iter().filter(|(name, _)| is_plain_file(name)) {
        put(&format!("samples/{name}.json"), &format!("{sample:#}\n"))?;
    }
    Ok(())
}

/// Whether findings forbid publishing.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
