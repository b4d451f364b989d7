//! Known faults of others' parts, from a folder: a checked-out advisory database of RustSec, or files of the OSV schema
//! (npm, crates.io). Nothing is fetched: who has no way out brings the folder in.

use std::path::Path;

use anyhow::{Context, bail};
use semver::{Version, VersionReq};
use serde_json::Value;

use super::rules::Rules;
use super::{Origin, Part};
use crate::files;

/// One known fault of one part.
#[derive(Debug)]
pub(super) struct Advisory {
    id: String,
    from: Origin,
    name: String,
    title: String,
    touched: Touched,
}

/// Which versions have the fault.
#[derive(Debug)]
enum Touched {
    /// All that none of these holds for: mended ones, and ones from before the fault.
    AllBut(Vec<VersionReq>),
    /// From the first (included) to the second: left out, or kept in when the flag is set; `None` = no end.
    Ranges(Vec<(Version, Option<(Version, bool)>)>),
    /// These.
    Named(Vec<String>),
}

impl Touched {
    fn has(&self, text: &str) -> bool {
        let Ok(version) = Version::parse(text) else {
            return matches!(self, Self::Named(all) if all.iter().any(|one| one == text));
        };
        match self {
            Self::AllBut(fine) => !fine.iter().any(|one| one.matches(&version)),
            Self::Ranges(ranges) => ranges.iter().any(|(from, to)| {
                version >= *from && to.as_ref().is_none_or(|(to, last)| version < *to || (*last && version == *to))
            }),
            Self::Named(all) => all.iter().any(|one| one == text),
        }
    }
}

/// Every advisory below a folder.
///
/// # Errors
/// When there is none: an empty folder must not look like a clean bill.
pub(super) fn read(folder: &Path) -> anyhow::Result<Vec<Advisory>> {
    let mut all = Vec::new();
    for path in files::below(folder, &[".md", ".json"]) {
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let read = if path.extension().is_some_and(|ending| ending == "md") { rustsec(&text) } else { osv(&text) };
        all.extend(read.with_context(|| path.display().to_string())?);
    }
    if all.is_empty() {
        bail!("no advisory below {}", folder.display());
    }
    Ok(all)
}

/// A file of RustSec: TOML between fences, then prose. Files without one are no advisories.
fn rustsec(text: &str) -> anyhow::Result<Vec<Advisory>> {
    let Some((head, prose)) = text.strip_prefix("```toml").and_then(|rest| rest.split_once("```")) else {
        return Ok(Vec::new());
    };
    let table: toml::Table = head.parse()?;
    let part = |name: &str| table.get(name).and_then(toml::Value::as_table);
    let Some(advisory) = part("advisory") else { return Ok(Vec::new()) };
    let of = |key: &str| advisory.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    // A notice that somebody has stopped looking after a part is one too; what was taken back is not.
    if advisory.contains_key("withdrawn") {
        return Ok(Vec::new());
    }
    let mut fine = Vec::new();
    for key in ["patched", "unaffected"] {
        let listed = part("versions").and_then(|versions| versions.get(key)).and_then(toml::Value::as_array);
        for one in listed.into_iter().flatten().filter_map(toml::Value::as_str) {
            fine.push(VersionReq::parse(one).with_context(|| one.to_owned())?);
        }
    }
    let title = prose.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
    let touched = Touched::AllBut(fine);
    Ok(vec![Advisory { id: of("id"), from: Origin::Cargo, name: of("package"), title, touched }])
}

/// A file of the OSV schema. Other JSON is none.
fn osv(text: &str) -> anyhow::Result<Vec<Advisory>> {
    let document: Value = serde_json::from_str(text)?;
    let of = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if document.get("withdrawn").is_some_and(Value::is_string) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for affected in list(&document, "affected") {
        let package = affected.get("package").unwrap_or(&Value::Null);
        let from = match package.get("ecosystem").and_then(Value::as_str) {
            Some("npm") => Origin::Npm,
            Some("crates.io") => Origin::Cargo,
            _ => continue,
        };
        let mut ranges = Vec::new();
        for range in list(affected, "ranges") {
            let mut from: Option<Version> = None;
            for event in list(range, "events") {
                let version = |key: &str| event.get(key).and_then(Value::as_str).map(version);
                if let Some(begun) = version("introduced") {
                    from = Some(begun?);
                } else if let Some(end) = version("fixed") {
                    ranges.extend(from.take().map(|from| anyhow::Ok((from, Some((end?, false))))).transpose()?);
                } else if let Some(end) = version("last_affected") {
                    ranges.extend(from.take().map(|from| anyhow::Ok((from, Some((end?, true))))).transpose()?);
                }
            }
            ranges.extend(from.map(|from| (from, None)));
        }
        let name = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let named: Vec<String> =
            list(affected, "versions").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        for touched in [
            (!ranges.is_empty()).then_some(Touched::Ranges(ranges)),
            (!named.is_empty()).then_some(Touched::Named(named)),
        ]
        .into_iter()
        .flatten()
        {
            all.push(Advisory { id: of("id"), from, name: name.to_owned(), title: of("summary"), touched });
        }
    }
    Ok(all)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A version as advisories write it: `0` is the beginning.
fn version(text: &str) -> anyhow::Result<Version> {
    let whole = match text.split('.').count() {
        1 => format!("{text}.0.0"),
        2 => format!("{text}.0"),
        _ => text.to_owned(),
    };
    Version::parse(&whole).with_context(|| text.to_owned())
}

/// Parts with a known fault that `supply.toml` does not set aside on this day.
pub(super) fn findings(known: &[Advisory], parts: &[Part], rules: &Rules, today: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for part in parts {
        for one in known.iter().filter(|one| one.from == part.from && one.name == part.name) {
            let aside = rules.ignored.iter().any(|(id, until)| *id == one.id && today <= until.as_str());
            let told = format!("{} {} {}: {} {}", part.from.as_str(), part.name, part.version, one.id, one.title);
            if one.touched.has(&part.version) && !aside && !findings.contains(&told) {
                findings.push(told);
            }
        }
    }
    for (id, until) in &rules.ignored {
        if !known.iter().any(|one| one.id == *id) {
            findings.push(format!("supply.toml: {id} (until {until}) is set aside and not in the database"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RULES, part};
    use super::*;

    const RUSTSEC: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2026-0002\"\npackage = \"lib\"\ndate = \"2026-01-01\"\n\
        [versions]\npatched = [\">= 1.2.3, < 2.0.0\", \">= 2.1.0\"]\nunaffected = [\"< 1.0.0\"]\n```\n\n# Reads past the end\n\nText.\n";
    const OSV: &str = r#"{ "id": "GHSA-x", "summary": "Runs what it reads", "affected": [
        { "package": { "ecosystem": "npm", "name": "vue" },
          "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "2.7.0" }, { "introduced": "3.0.0" }, { "last_affected": "3.1.0" }] }] },
        { "package": { "ecosystem": "PyPI", "name": "vue" }, "versions": ["9"] } ] }"#;

    #[test]
    fn a_version_with_a_known_fault_is_found_and_a_mended_one_is_not() {
        let mut rules = Rules::read(RULES).unwrap();
        rules.ignored.clear();
        let known: Vec<Advisory> = [rustsec(RUSTSEC).unwrap(), osv(OSV).unwrap()].into_iter().flatten().collect();
        assert_eq!(known.len(), 2);
        let hit = |from: Origin, name: &str, version: &str| {
            !findings(&known, &[part(from, name, version, "MIT", true)], &rules, "2026-06-01").is_empty()
        };
        for (version, touched) in
            [("0.9.0", false), ("1.0.0", true), ("1.2.3", false), ("2.0.0", true), ("2.1.0", false)]
        {
            assert_eq!(hit(Origin::Cargo, "lib", version), touched, "lib {version}");
        }
        for (version, touched) in [("2.6.9", true), ("2.7.0", false), ("3.1.0", true), ("3.1.1", false)] {
            assert_eq!(hit(Origin::Npm, "vue", version), touched, "vue {version}");
        }
        assert!(!hit(Origin::Npm, "lib", "1.0.0") && !hit(Origin::Cargo, "vue", "3.0.0"));
        let told = findings(&known, &[part(Origin::Cargo, "lib", "1.0.0", "MIT", true)], &rules, "2026-06-01");
        assert_eq!(told, ["cargo lib 1.0.0: RUSTSEC-2026-0002 Reads past the end"]);
        assert!(rustsec(&RUSTSEC.replace("date =", "withdrawn =")).unwrap().is_empty());
        assert!(rustsec("# A readme").unwrap().is_empty() && osv("{}").unwrap().is_empty());
    }

    #[test]
    fn what_is_set_aside_is_not_told_and_must_still_be_known() {
        let rules = Rules::read(RULES).unwrap();
        let text = RUSTSEC.replace("RUSTSEC-2026-0002", "RUSTSEC-2026-0001");
        let parts = [part(Origin::Cargo, "lib", "1.0.0", "MIT", true)];
        assert!(findings(&rustsec(&text).unwrap(), &parts, &rules, "2026-12-31").is_empty());
        let later = findings(&rustsec(&text).unwrap(), &parts, &rules, "2027-01-01");
        assert_eq!(later, ["cargo lib 1.0.0: RUSTSEC-2026-0001 Reads past the end"], "asked again");
        let told = findings(&[], &parts, &rules, "2026-06-01");
        assert!(told[0].contains("RUSTSEC-2026-0001 (until 2026-12-31)"), "{told:?}");
    }
}
