//! Two schemas of one name: the OpenAPI document keeps one of them and says nothing, so a client is
//! told a shape that the other's routes never send. `gen` refuses them before it writes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;

use crate::{files, root};

/// Lines after a derive within which its type stands.
const NEAR: usize = 40;

/// Fails when two types of the product share a name in the document, naming both places.
pub fn check() -> anyhow::Result<()> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files::below(&root().join("crates"), &[".rs"]) {
        let text = std::fs::read_to_string(&file)?;
        let shown = file.strip_prefix(root()).unwrap_or(Path::new("")).display().to_string();
        collect(&shown, &text, &mut places);
    }
    let doubled = doubled(&places);
    if doubled.is_empty() { Ok(()) } else { bail!("{}", doubled.join("\n")) }
}

/// One sentence for each name that two types have.
fn doubled(places: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    twice
        .map(|(name, places)| {
            format!("gen: schema {name} is made by {}; rename one with #[schema(as = …)]", places.join(" and "))
        })
        .collect()
}

/// Names that the types of a file have in the document, with their places.
fn collect(file: &str, text: &str, places: &mut BTreeMap<String, Vec<String>>) {
    let mut line = 1;
    let mut rest = text;
    while let Some(at) = rest.find("#[derive(") {
        line += rest[..at].matches('\n').count();
        rest = &rest[at + "#[derive(".len()..];
        let Some(end) = rest.find(")]") else { return };
        let schema = rest[..end].split(',').any(|one| one.trim().rsplit("::").next() == Some("ToSchema"));
        if let Some(name) = schema.then(|| name_after(&rest[end..])).flatten() {
            places.entry(name).or_default().push(format!("{file}:{line}"));
        }
    }
}

/// The name a type gets: the one its attribute gives, else its own.
fn name_after(text: &str) -> Option<String> {
    let mut given = None;
    for line in text.lines().skip(1).take(NEAR) {
        let words = line.trim();
        if let Some((_, after)) = words.split_once("as = ").filter(|_| words.contains("schema(")) {
            given = Some(identifier(after));
        }
        let item = ["struct ", "enum "].iter().find_map(|kind| {
            let (before, after) = words.split_once(kind)?;
            (before.is_empty() || before.starts_with("pub")).then(|| identifier(after))
        });
        if let Some(item) = item {
            return Some(given.unwrap_or(item));
        }
    }
    None
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(files: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        let mut places = BTreeMap::new();
        for (file, text) in files {
            collect(file, text, &mut places);
        }
        places
    }

    #[test]
    fn two_types_of_one_name_are_named_with_both_places() {
        let hall = "/// One.\n#[derive(Debug, ToSchema)]\npub(crate) struct View {\n}\n";
        let desk = "\n#[derive(\n    Debug,\n    Clone,\n    utoipa::ToSchema,\n)]\n#[serde(default)]\n/// Another.\nenum View {\n}\n";
        let found = doubled(&places(&[("hall.rs", hall), ("desk.rs", desk)]));
        assert_eq!(found, ["gen: schema View is made by hall.rs:2 and desk.rs:2; rename one with #[schema(as = …)]"]);
    }

    #[test]
    fn a_given_name_counts_and_a_type_without_schema_does_not() {
        let text = "#[derive(ToSchema)]\n#[schema(as = HallView)]\nstruct View;\n#[derive(Debug)]\nstruct Other;\n";
        let again = "#[derive(ToSchema)]\nstruct View;\n#[derive(ToSchema)]\nstruct Other;\n";
        let all = places(&[("a.rs", text), ("b.rs", again)]);
        assert_eq!(all.keys().collect::<Vec<_>>(), ["HallView", "Other", "View"]);
        assert!(doubled(&all).is_empty());
        let clash = places(&[("a.rs", text), ("c.rs", "#[derive(ToSchema)]\nstruct HallView;\n")]);
        assert_eq!(doubled(&clash).len(), 1);
    }

    #[test]
    fn the_product_has_none() {
        check().unwrap();
    }
}
