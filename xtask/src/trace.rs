//! `trace`: which rows of the requirement register are shown by a test.
//!
//! A test shows a row by `req: CASE-013` in its name's comment. In Rust it counts inside test code
//! only (a file of tests, or below `#[cfg(test)]`); in TypeScript in `*.test.ts`, `*.spec.ts` and
//! below `tests/` or `e2e/`. An id that no register has is an error wherever it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::bail;

use crate::{files, root};

/// One place that names a row.
struct Place {
    id: String,
    file: String,
    line: usize,
    in_test: bool,
}

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let root = root();
    let rows = registers(&root.join("docs/requirements"))?;
    if rows.is_empty() {
        bail!("docs/requirements has no rows");
    }
    let mut places = Vec::new();
    for folder in ["crates", "tests", "web"] {
        for path in files::below(&root.join(folder), &[".rs", ".ts", ".vue"]) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            places.extend(scan(&path.strip_prefix(&root).unwrap_or(&path).display().to_string(), &text));
        }
    }
    let shown: BTreeSet<&str> = places.iter().filter(|place| place.in_test).map(|place| place.id.as_str()).collect();
    let known: BTreeSet<&str> = rows.values().flatten().map(|(id, _)| id.as_str()).collect();
    if let Some(register) = arguments.first() {
        return print_register(register, &rows, &places);
    }
    for (register, list) in &rows {
        let count = list.iter().filter(|(id, _)| shown.contains(id.as_str())).count();
        println!("{register:10} {count:3} / {:3}", list.len());
    }
    println!("trace: {} of {} rows shown", shown.iter().filter(|id| known.contains(*id)).count(), known.len());
    let unknown: Vec<String> = places
        .iter()
        .filter(|place| !known.contains(place.id.as_str()))
        .map(|place| format!("{}:{}: no register has {}", place.file, place.line, place.id))
        .collect();
    if unknown.is_empty() { Ok(()) } else { bail!("{}", unknown.join("\n")) }
}

/// What shows each of the rows named in a file: name and files of tests, for `packs/platform/evidence.yaml`.
///
/// # Errors
/// When a row is in no register.
pub fn evidence(named_in: &Path) -> anyhow::Result<String> {
    let root = root();
    let wanted: BTreeSet<String> = std::fs::read_to_string(named_in)?
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| is_id(word))
        .map(str::to_owned)
        .collect();
    let names: BTreeMap<String, String> = registers(&root.join("docs/requirements"))?.into_values().flatten().collect();
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["crates", "tests", "web"] {
        for path in files::below(&root.join(folder), &[".rs", ".ts", ".vue"]) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            for place in scan(&shown, &text).into_iter().filter(|place| place.in_test) {
                tests.entry(place.id).or_default().insert(place.file);
            }
        }
    }
    let mut out = String::from(
        "# Made by `cargo xtask gen` from the marks of the tests; never changed by hand.\nschema: tongban-evidence/1\nrows:\n",
    );
    for id in wanted {
        let Some(name) = names.get(&id) else { bail!("no register has {id}") };
        let files: Vec<&String> = tests.get(&id).into_iter().flatten().collect();
        // JSON is YAML.
        out.push_str(&format!("  {id}: {}\n", serde_json::json!({ "name": name, "tests": files })));
    }
    Ok(out)
}

/// Rows of one register with the tests that show them.
fn print_register(
    register: &str,
    rows: &BTreeMap<String, Vec<(String, String)>>,
    places: &[Place],
) -> anyhow::Result<()> {
    let Some(list) = rows.get(&register.to_uppercase()) else {
        bail!("no register {register}: {}", rows.keys().cloned().collect::<Vec<_>>().join(" "));
    };
    for (id, name) in list {
        println!("{id} {name}");
        for place in places.iter().filter(|place| place.id == *id && place.in_test) {
            println!("    {}:{}", place.file, place.line);
        }
    }
    Ok(())
}

/// Rows (id, name) by register.
fn registers(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<(String, String)>>> {
    let mut rows: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for path in files::below(folder, &[".md"]) {
        for line in std::fs::read_to_string(&path)?.lines().filter(|line| line.starts_with("| ")) {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let Some(id) = cells.next().filter(|cell| is_id(cell)) else { continue };
            let register = id.split('-').next().unwrap_or_default();
            rows.entry(register.to_owned())
                .or_default()
                .push((id.to_owned(), cells.next().unwrap_or_default().to_owned()));
        }
    }
    Ok(rows)
}

/// `CASE-013`: capitals, a hyphen, three digits.
fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(register, number)| {
        register.len() >= 2
            && register.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn scan(file: &str, text: &str) -> Vec<Place> {
    let rust = file.ends_with(".rs");
    let parts: Vec<&str> = file.split('/').collect();
    let folder_of_tests = parts.iter().any(|part| *part == "tests" || *part == "e2e");
    let has_tests = text.contains("#[test]") || text.contains("::test]") || text.contains("proptest!");
    let mut in_test = if rust {
        // A whole file of tests has no marker inside: it stands behind the one on its `mod` line.
        folder_of_tests || (has_tests && !text.contains("#[cfg(test)]"))
    } else {
        folder_of_tests || file.contains(".test.") || file.contains(".spec.")
    };
    let mut places = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // A marker at a `mod x;` line opens another file, not the rest of this one.
        if rust && line.trim_start().starts_with("#[cfg(test)]") && has_tests {
            in_test = true;
        }
        let Some(after) = marker(line) else { continue };
        for id in ids(after) {
            places.push(Place { id, file: file.to_owned(), line: number + 1, in_test });
        }
    }
    places
}

/// What follows `req:` in a comment or a test's name.
fn marker(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("req: ")?;
    let word_before = before.chars().last().is_some_and(|c| c.is_alphanumeric() || c == '_');
    (!word_before).then_some(after)
}

/// The ids at the head of a text, up to the first word that is none: `CASE-005, CASE-012 and so on`.
fn ids(text: &str) -> Vec<String> {
    text.split([' ', ',', '、', '，', ':', ';', '.', ')', ']', '"', '\'', '`'])
        .filter(|word| !word.is_empty())
        .take_while(|word| is_id(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, text: &str) -> Vec<(String, bool)> {
        scan(file, text).into_iter().map(|place| (place.id, place.in_test)).collect()
    }

    #[test]
    fn an_id_counts_in_a_test_and_is_only_seen_elsewhere() {
        let text = format!(
            "//! {0} AAA-001\nfn f() {{}}\n#[cfg(test)]\nmod tests {{\n    /// {0} AAA-002, BB-003 rest CC-004\n    #[test]\n    fn t() {{}}\n}}\n",
            "req:"
        );
        let expected =
            [("AAA-001", false), ("AAA-002", true), ("BB-003", true)].map(|(id, test)| (id.to_owned(), test));
        assert_eq!(found("crates/x/src/lib.rs", &text), expected);
    }

    #[test]
    fn whole_files_of_tests_count_in_both_languages() {
        let rust = format!("/// {} AAA-001\n#[tokio::test]\nasync fn t() {{}}\n", "req:");
        assert_eq!(found("crates/x/src/properties.rs", &rust), [("AAA-001".to_owned(), true)]);
        let script = format!("it('{} AAA-002 opens', () => {{}})\n", "req:");
        assert_eq!(found("web/apps/portal/src/page.test.ts", &script), [("AAA-002".to_owned(), true)]);
        assert_eq!(found("web/apps/portal/src/page.ts", &script), [("AAA-002".to_owned(), false)]);
    }

    #[test]
    fn only_capitals_and_three_digits_make_an_id() {
        assert!(is_id("CASE-013") && !is_id("case-013") && !is_id("CASE-13") && !is_id("UTF-8") && !is_id("CASE-0134"));
    }
}
