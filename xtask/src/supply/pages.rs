//! Packages of the pages, as `web/package-lock.json` tells of them.

use std::collections::BTreeSet;

use anyhow::Context;
use serde_json::{Map, Value};

use super::rules::Rules;
use super::{Origin, Part, Stock};
use crate::root;

/// The applications that are handed out.
const APPLICATIONS: &str = "apps/";

/// Every package of the lock file.
pub(super) fn stock(rules: &Rules) -> anyhow::Result<Stock> {
    let lock = std::fs::read_to_string(root().join("web/package-lock.json")).context("web/package-lock.json")?;
    read(&serde_json::from_str(&lock).context("web/package-lock.json")?, rules)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Name of a package by its place.
fn name_of(place: &str) -> &str {
    place.rsplit_once("node_modules/").map_or(place, |(_, name)| name)
}

/// The package that a name means at a place: the nearest folder up has it; our own are links.
fn found<'a>(packages: &'a Map<String, Value>, place: &str, name: &str) -> Option<&'a str> {
    let mut at = place;
    loop {
        let wanted = if at.is_empty() { format!("node_modules/{name}") } else { format!("{at}/node_modules/{name}") };
        if let Some((place, package)) = packages.get_key_value(&wanted) {
            let link = package.get("link").and_then(Value::as_bool) == Some(true);
            return if link {
                packages.get_key_value(text(package, "resolved")).map(|(place, _)| place.as_str())
            } else {
                Some(place.as_str())
            };
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once("/node_modules/").map_or("", |(above, _)| above);
    }
}

fn needs<'a>(packages: &'a Map<String, Value>, place: &str) -> Vec<&'a str> {
    let package = packages.get(place).unwrap_or(&Value::Null);
    let wanted = package.get("dependencies").and_then(Value::as_object);
    wanted.into_iter().flat_map(Map::keys).filter_map(|name| found(packages, place, name)).collect()
}

fn read(lock: &Value, rules: &Rules) -> anyhow::Result<Stock> {
    let packages = lock.get("packages").and_then(Value::as_object).context("no packages in the lock file")?;
    let mut handed_out: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> =
        packages.keys().map(String::as_str).filter(|place| place.starts_with(APPLICATIONS)).collect();
    while let Some(place) = waiting.pop() {
        if handed_out.insert(place) {
            waiting.extend(needs(packages, place));
        }
    }
    let mut stock = Stock::default();
    for (place, package) in packages {
        // Our own: the root, its applications and packages, and the links to them.
        if !place.contains("node_modules/") || package.get("link").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let (name, version) = (name_of(place).to_owned(), text(package, "version").to_owned());
        // The lock file names no place: packages come from the registry npm is set to.
        let resolved = text(package, "resolved");
        if !resolved.is_empty() {
            stock.findings.push(format!("npm {name} {version} comes from {resolved}"));
        }
        let digest = text(package, "integrity").strip_prefix("sha512-").and_then(hex_of_base64);
        if digest.is_none() {
            stock.findings.push(format!("npm {name} {version} has no SHA-512 in web/package-lock.json"));
        }
        let runs = package.get("hasInstallScript").and_then(Value::as_bool) == Some(true);
        if runs && !rules.scripts.contains(&name) {
            stock.findings.push(format!("npm {name} {version} runs a program when it is installed"));
        }
        let of =
            |place: &str| (name_of(place).to_owned(), packages.get(place).map(|one| text(one, "version").to_owned()));
        stock.parts.push(Part {
            from: Origin::Npm,
            licence: text(package, "license").to_owned(),
            handed_out: handed_out.contains(place.as_str()),
            digest: digest.map(|hex| ("SHA-512", hex)),
            needs: needs(packages, place)
                .into_iter()
                .map(of)
                .map(|(name, version)| (name, version.unwrap_or_default()))
                .collect(),
            name,
            version,
        });
    }
    // One package may lie in several places.
    stock.parts.sort();
    stock.parts.dedup_by(|later, first| {
        let same = (&later.name, &later.version) == (&first.name, &first.version);
        first.handed_out |= same && later.handed_out;
        same
    });
    Ok(stock)
}

fn hex_of_base64(text: &str) -> Option<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut hex) = (0_u32, 0, String::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|one| *one == letter)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            hex.push_str(&format!("{:02x}", (bits >> held) & 0xff));
        }
    }
    (!hex.is_empty()).then_some(hex)
}

#[cfg(test)]
mod tests {
    use super::super::tests::RULES;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_applications_take_in_is_handed_out_and_strangers_are_found() {
        let lock = json!({ "packages": {
            "": {},
            "apps/desk": { "name": "@t/desk", "dependencies": { "@t/ui": "1", "vue": "3" } },
            "packages/ui": { "name": "@t/ui", "dependencies": { "icons": "1" } },
            "node_modules/@t/ui": { "resolved": "packages/ui", "link": true },
            "node_modules/vue": { "version": "3.0.0", "license": "MIT", "integrity": "sha512-AQID", "dependencies": { "deep": "2" } },
            "node_modules/vue/node_modules/deep": { "version": "2.0.0", "license": "MIT", "integrity": "sha512-AQID" },
            "node_modules/deep": { "version": "1.0.0", "license": "MIT", "integrity": "sha512-AQID", "dev": true },
            "node_modules/icons": { "version": "1.0.0", "license": "MIT", "integrity": "sha512-AQID" },
            "node_modules/inferno": { "version": "5.0.0", "license": "MIT", "integrity": "sha512-AQID", "hasInstallScript": true },
            "node_modules/odd": { "version": "1.0.0", "resolved": "git+ssh://example.com/odd.git", "hasInstallScript": true },
        } });
        let stock = read(&lock, &Rules::read(RULES).unwrap()).unwrap();
        let out: Vec<String> = stock
            .parts
            .iter()
            .filter(|part| part.handed_out)
            .map(|part| format!("{}@{}", part.name, part.version))
            .collect();
        assert_eq!(out, ["deep@2.0.0", "icons@1.0.0", "vue@3.0.0"]);
        assert_eq!(
            stock.findings,
            [
                "npm odd 1.0.0 comes from git+ssh://example.com/odd.git",
                "npm odd 1.0.0 has no SHA-512 in web/package-lock.json",
                "npm odd 1.0.0 runs a program when it is installed",
            ]
        );
        assert_eq!(stock.parts[0].digest, Some(("SHA-512", "010203".to_owned())));
    }
}
