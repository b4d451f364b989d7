//! `supply`: what others wrote and is in the product or builds it. Licences against `supply.toml`, origins, checksums,
//! versions side by side, known faults; and the lists that are handed out with the product.
//!
//! Start at [`run`]; [`crates`] and [`pages`] read what is there, [`licence`] judges an expression, [`bill`] writes the
//! lists, [`advisories`] compares with databases of known faults that lie in a folder.

mod advisories;
mod bill;
mod crates;
mod licence;
mod pages;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};

use crate::root;
use rules::Rules;

/// Bill of materials, CycloneDX.
const BILL: &str = "packaging/sbom.cdx.json";
/// Names and licences for people.
const NOTICE: &str = "packaging/NOTICE.md";

/// Where a part comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A crate.
    Cargo,
    /// A package of the pages.
    Npm,
}

impl Origin {
    /// As `supply.toml` and package addresses write it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
        }
    }
}

/// Something somebody else wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// Where it comes from.
    from: Origin,
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// What it says of its licence; empty when it says nothing.
    licence: String,
    /// Whether it is in what is handed out; otherwise it builds or tests.
    handed_out: bool,
    /// Digest its registry gave: algorithm as CycloneDX names it, and hex.
    digest: Option<(&'static str, String)>,
    /// Parts it needs to run: name and version.
    needs: BTreeSet<(String, String)>,
}

/// What was found wrong, and the parts.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    parts: Vec<Part>,
    findings: Vec<String>,
}

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let folder = arguments.iter().position(|argument| argument == "--advisories").map(|at| arguments.get(at + 1));
    let folder = match folder {
        Some(None) => bail!("--advisories wants the folder of a database"),
        Some(Some(folder)) => Some(std::path::PathBuf::from(folder)),
        None => None,
    };
    let text = std::fs::read_to_string(root().join("supply.toml")).context("supply.toml")?;
    let rules = Rules::read(&text)?;
    let mut stock = crates::stock(&rules)?;
    let pages = pages::stock(&rules)?;
    stock.parts.extend(pages.parts);
    stock.findings.extend(pages.findings);
    stock.parts.sort();
    stock.findings.extend(licences(&stock.parts, &rules));
    let (twice, told) = side_by_side(&stock.parts);
    if twice > rules.most_twice {
        stock.findings.push(format!("{twice} crates in versions side by side, {} may be: {told}", rules.most_twice));
    }
    if let Some(folder) = &folder {
        let known = advisories::read(folder)?;
        println!("supply: {} advisories read", known.len());
        stock.findings.extend(advisories::findings(&known, &stock.parts, &rules, &today()));
    }
    let made = [
        (BILL, bill::cyclonedx(&stock.parts, &rules, env!("CARGO_PKG_VERSION"))?),
        (NOTICE, bill::notice(&stock.parts, &rules)),
    ];
    for (name, content) in made {
        let path = root().join(name);
        if std::fs::read_to_string(&path).ok().as_deref() == Some(content.as_str()) {
            continue;
        }
        if check {
            stock.findings.push(format!("{name} would change; run `cargo xtask supply` and commit"));
        } else {
            std::fs::write(&path, content).with_context(|| name.to_owned())?;
            println!("supply: wrote {name}");
        }
    }
    let out = stock.parts.iter().filter(|part| part.handed_out).count();
    if !stock.findings.is_empty() {
        bail!("{}\nsupply: {} findings, see supply.toml", stock.findings.join("\n"), stock.findings.len());
    }
    println!(
        "supply: {out} parts handed out, {} that build and test; {twice} crates in versions side by side",
        stock.parts.len() - out
    );
    Ok(())
}

/// The day of the newest commit, `YYYY-MM-DD`: the same sources are judged alike. Empty without a history.
fn today() -> String {
    let told = std::process::Command::new("git").args(["log", "-1", "--format=%cs"]).current_dir(root()).output();
    told.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned()).unwrap_or_default()
}

/// Parts whose licence the lists do not allow, and exceptions nothing needs.
fn licences(parts: &[Part], rules: &Rules) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for part in parts {
        let allowed = |id: &str| {
            rules.allow.iter().any(|one| one == id) || (!part.handed_out && rules.tools.iter().any(|one| one == id))
        };
        if licence::holds(&part.licence, &allowed) == Ok(true) {
            continue;
        }
        if let Some(at) = rules.exception(part) {
            used.insert(at);
            continue;
        }
        let told = if part.licence.is_empty() { "no licence" } else { part.licence.as_str() };
        let whose = if part.handed_out { "is handed out" } else { "builds or tests" };
        findings.push(format!("{} {} {} {whose} under {told}", part.from.as_str(), part.name, part.version));
    }
    for (at, exception) in rules.exceptions.iter().enumerate() {
        if !used.contains(&at) {
            findings.push(format!("supply.toml: nothing needs the exception for {}", exception.name));
        }
    }
    findings
}

/// Crates that are handed out in versions that do not fit each other: how many, and which.
fn side_by_side(parts: &[Part]) -> (usize, String) {
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.handed_out && part.from == Origin::Cargo) {
        versions.entry(&part.name).or_default().insert(line_of(&part.version));
    }
    let twice: Vec<&str> = versions.iter().filter(|(_, lines)| lines.len() > 1).map(|(name, _)| *name).collect();
    (twice.len(), twice.join(" "))
}

/// The part of a version within which all fit each other: `1` of 1.4.2, `0.3` of 0.3.7.
fn line_of(version: &str) -> String {
    let mut numbers = version.split('.');
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some("0"), Some("0"), Some(patch)) => format!("0.0.{patch}"),
        (Some("0"), Some(minor), _) => format!("0.{minor}"),
        (Some(major), ..) => major.to_owned(),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn part(from: Origin, name: &str, version: &str, licence: &str, handed_out: bool) -> Part {
        Part {
            from,
            name: name.into(),
            version: version.into(),
            licence: licence.into(),
            handed_out,
            digest: None,
            needs: BTreeSet::new(),
        }
    }

    pub(crate) const RULES: &str = r#"
        platform = "x86_64-unknown-linux-gnu"
        most_twice = 1
        [licences]
        allow = ["MIT", "Apache-2.0"]
        tools = ["MPL-2.0"]
        [[exception]]
        from = "npm"
        name = "dmn-js*"
        licence = "bpmn.io"
        reason = "the mark stays"
        [[script]]
        name = "inferno"
        reason = "prints a line"
        [[ignored]]
        id = "RUSTSEC-2026-0001"
        reason = "we never call it"
        until = "2026-12-31"
    "#;

    #[test]
    fn a_licence_nobody_allowed_is_found_and_so_is_an_exception_nobody_needs() {
        let rules = Rules::read(RULES).unwrap();
        let parts = [
            part(Origin::Cargo, "good", "1.0.0", "MIT/Apache-2.0", true),
            part(Origin::Cargo, "tool", "1.0.0", "MPL-2.0", false),
            part(Origin::Npm, "dmn-js-drd", "17.0.0", "SEE LICENSE IN LICENSE", true),
        ];
        assert_eq!(licences(&parts, &rules), Vec::<String>::new());
        let bad = [
            part(Origin::Cargo, "copyleft", "1.0.0", "GPL-3.0-only", true),
            part(Origin::Cargo, "weak", "2.0.0", "MPL-2.0", true),
            part(Origin::Cargo, "silent", "3.0.0", "", false),
        ];
        let found = licences(&bad, &rules);
        assert_eq!(
            found,
            [
                "cargo copyleft 1.0.0 is handed out under GPL-3.0-only",
                "cargo weak 2.0.0 is handed out under MPL-2.0",
                "cargo silent 3.0.0 builds or tests under no licence",
                "supply.toml: nothing needs the exception for dmn-js*",
            ]
        );
    }

    #[test]
    fn versions_that_do_not_fit_each_other_are_counted_once_for_each_crate() {
        let parts = [
            part(Origin::Cargo, "rand", "0.8.5", "MIT", true),
            part(Origin::Cargo, "rand", "0.9.1", "MIT", true),
            part(Origin::Cargo, "rand", "0.10.0", "MIT", true),
            part(Origin::Cargo, "serde", "1.0.1", "MIT", true),
            part(Origin::Cargo, "serde", "1.2.0", "MIT", true),
            part(Origin::Cargo, "syn", "2.0.0", "MIT", false),
            part(Origin::Cargo, "syn", "3.0.0", "MIT", false),
        ];
        assert_eq!(side_by_side(&parts), (1, "rand".to_owned()));
        assert_eq!([line_of("1.4.2"), line_of("0.3.7"), line_of("0.0.3")], ["1", "0.3", "0.0.3"]);
    }
}
