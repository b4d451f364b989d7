//! Crates, as `cargo metadata` and the lock file tell of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use serde_json::Value;

use super::rules::Rules;
use super::{Origin, Part, Stock};
use crate::{cargo, root};

/// How the source of a crate from a registry begins.
const REGISTRY: &str = "registry+";
/// The crate whose program is handed out.
const PRODUCT: &str = "app";

/// Every crate the workspace is built, run and tested with on the platform.
pub(super) fn stock(rules: &Rules) -> anyhow::Result<Stock> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &rules.platform])
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let document: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock")?;
    read(&document, &lock, &root().display().to_string())
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Digests of the lock file by name and version.
fn digests(lock: &str) -> anyhow::Result<BTreeMap<(String, String), String>> {
    let table: toml::Table = lock.parse().context("Cargo.lock")?;
    let of = |row: &toml::Value, key: &str| row.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let rows = table.get("package").and_then(toml::Value::as_array);
    Ok(rows
        .into_iter()
        .flatten()
        .filter_map(|row| Some(((of(row, "name")?, of(row, "version")?), of(row, "checksum")?)))
        .collect())
}

fn read(document: &Value, lock: &str, root: &str) -> anyhow::Result<Stock> {
    let digests = digests(lock)?;
    let packages: BTreeMap<&str, &Value> =
        list(document, "packages").iter().map(|package| (text(package, "id"), package)).collect();
    let members: BTreeSet<&str> = list(document, "workspace_members").iter().filter_map(Value::as_str).collect();
    // By package: what it needs to run.
    let mut runs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // And what it needs to be built and tested.
    let mut builds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in list(document.get("resolve").unwrap_or(&Value::Null), "nodes") {
        let id = text(node, "id");
        for need in list(node, "deps") {
            let kinds = list(need, "dep_kinds");
            let normal = kinds.iter().any(|kind| kind.get("kind").is_none_or(Value::is_null));
            // What only writes code while building is not in the program.
            let target = packages.get(text(need, "pkg"));
            let writes = target.is_some_and(|package| {
                list(package, "targets")
                    .iter()
                    .any(|target| list(target, "kind").iter().any(|kind| kind.as_str() == Some("proc-macro")))
            });
            let way = if normal && !writes { &mut runs } else { &mut builds };
            way.entry(id).or_default().push(text(need, "pkg"));
        }
    }
    let product = members
        .iter()
        .find(|id| packages.get(*id).is_some_and(|package| text(package, "name") == PRODUCT))
        .with_context(|| format!("no crate {PRODUCT}"))?;
    let handed_out = reach([*product], |id| runs.get(id).into_iter().flatten().copied().collect());
    let all = reach(members.iter().copied(), |id| {
        runs.get(id).into_iter().chain(builds.get(id)).flatten().copied().collect()
    });
    // One registry for all: the one most crates come from.
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for source in packages.values().map(|package| text(package, "source")).filter(|one| one.starts_with(REGISTRY)) {
        *sources.entry(source).or_default() += 1;
    }
    let registry = sources.iter().max_by_key(|(_, count)| **count).map_or("", |(source, _)| source);
    let mut stock = Stock::default();
    for id in all {
        let Some(package) = packages.get(id).filter(|_| !members.contains(id)) else { continue };
        let (name, version) = (text(package, "name").to_owned(), text(package, "version").to_owned());
        let source = text(package, "source");
        if source.is_empty() && !text(package, "manifest_path").starts_with(root) {
            stock.findings.push(format!("cargo {name} {version} comes from a folder outside"));
        } else if source.is_empty() {
            stock.findings.push(format!("cargo {name} {version} lies in the folder and is no member"));
        } else if source != registry {
            stock.findings.push(format!("cargo {name} {version} comes from {source}"));
        }
        let digest = digests.get(&(name.clone(), version.clone())).cloned();
        if source == registry && digest.is_none() {
            stock.findings.push(format!("cargo {name} {version} has no checksum in Cargo.lock"));
        }
        let needs = runs.get(id).into_iter().flatten().filter_map(|need| packages.get(*need));
        let needs = needs.map(|need| (text(need, "name").to_owned(), text(need, "version").to_owned())).collect();
        stock.parts.push(Part {
            from: Origin::Cargo,
            licence: text(package, "license").to_owned(),
            handed_out: handed_out.contains(id),
            digest: digest.map(|hex| ("SHA-256", hex)),
            name,
            version,
            needs,
        });
    }
    Ok(stock)
}

/// Everything that can be reached.
fn reach<'a>(from: impl IntoIterator<Item = &'a str>, next: impl Fn(&'a str) -> Vec<&'a str>) -> BTreeSet<&'a str> {
    let mut waiting: Vec<&str> = from.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            waiting.extend(next(id));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        let package = |id: &str, name: &str, source: Value, kind: &str| {
            json!({ "id": id, "name": name, "version": "1.0.0", "source": source, "license": "MIT",
                "manifest_path": format!("/here/{name}/Cargo.toml"), "targets": [{ "kind": [kind] }] })
        };
        let need = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        json!({
            "packages": [
                package("a", "app", Value::Null, "bin"),
                package("lib", "lib", json!("registry+https://index.example.com"), "lib"),
                package("deep", "deep", json!("registry+https://index.example.com"), "lib"),
                package("macro", "macro", json!("registry+https://index.example.com"), "proc-macro"),
                package("test", "test", json!("git+https://example.com/x"), "lib"),
                package("far", "far", Value::Null, "lib"),
            ],
            "workspace_members": ["a"],
            "resolve": { "nodes": [
                { "id": "a", "deps": [need("lib", Value::Null), need("macro", Value::Null), need("test", json!("dev"))] },
                { "id": "lib", "deps": [need("deep", Value::Null)] },
                { "id": "test", "deps": [need("far", Value::Null)] },
            ] },
        })
    }

    #[test]
    fn what_runs_is_told_from_what_builds_and_what_comes_from_elsewhere_is_found() {
        let lock = "[[package]]\nname = \"lib\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\
             [[package]]\nname = \"macro\"\nversion = \"1.0.0\"\nchecksum = \"cd\"\n";
        let stock = read(&document(), lock, "/home").unwrap();
        let out: Vec<&str> = stock.parts.iter().filter(|part| part.handed_out).map(|part| part.name.as_str()).collect();
        assert_eq!(out, ["deep", "lib"]);
        assert_eq!(stock.parts.len(), 5);
        let found = stock.findings.join("\n");
        for wanted in [
            "deep 1.0.0 has no checksum",
            "test 1.0.0 comes from git+https://example.com/x",
            "far 1.0.0 comes from a folder outside",
        ] {
            assert!(found.contains(wanted), "{found}");
        }
        assert_eq!(stock.findings.len(), 3, "{found}");
        let lib = stock.parts.iter().find(|part| part.name == "lib").unwrap();
        assert_eq!(lib.digest, Some(("SHA-256", "ab".to_owned())));
        assert_eq!(lib.needs, BTreeSet::from([("deep".to_owned(), "1.0.0".to_owned())]));
    }
}
