//! Which items belong together, from `packs/city/packages.yaml`.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Items of one package at most.
pub const MOST: usize = 10;
/// Items that are taken in together at least: one alone is an ordinary intake.
pub const LEAST: usize = 2;

/// An item of a package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Item.
    pub item: String,
    /// The only handling item; chosen at the counter when absent.
    #[serde(default)]
    pub handle_item: Option<String>,
    /// Whether it can't be left out.
    #[serde(default)]
    pub required: bool,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Key.
    pub key: String,
    /// Name people read.
    pub name: String,
    /// One sentence on what it is for.
    pub intro: String,
    /// `person` or `enterprise`.
    pub object: String,
    /// Items, in the order they are asked for.
    pub items: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    packages: Vec<Package>,
}

/// Reads the file.
///
/// # Errors
/// Says which package is wrong and why.
pub fn parse(text: &str) -> Result<Vec<Package>, String> {
    let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    if file.schema != "tongban-packages/1" {
        return Err(format!("schema 是 {}，要 tongban-packages/1", file.schema));
    }
    let mut keys = BTreeSet::new();
    for one in &file.packages {
        let wrong = |why: &str| Err(format!("套餐 {}：{why}", one.key));
        if one.key.is_empty() || one.name.is_empty() || !keys.insert(one.key.as_str()) {
            return wrong("key 要唯一，key 和 name 不能空");
        }
        if !matches!(one.object.as_str(), "person" | "enterprise") {
            return wrong("object 写 person 或者 enterprise");
        }
        if !(LEAST..=MOST).contains(&one.items.len()) {
            return wrong("要有 2 到 10 个事项");
        }
        let slugs: BTreeSet<&str> = one.items.iter().map(|part| part.item.as_str()).collect();
        if slugs.len() < one.items.len() {
            return wrong("同一个事项写了两次");
        }
    }
    Ok(file.packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(packages: &str) -> String {
        format!("schema: tongban-packages/1\npackages:\n{packages}")
    }

    /// A package that is wrong is named with what is wrong in it.
    ///
    /// req: CASE-004
    #[test]
    fn a_wrong_package_is_named() {
        let good =
            "  - {key: a, name: 甲, intro: 说明, object: person, items: [{item: x, required: true}, {item: y}]}\n";
        let found = parse(&file(good)).unwrap();
        assert_eq!((found.len(), found[0].items[0].required, found[0].items[1].required), (1, true, false));
        for (text, why) in [
            (good.replace("person", "house"), "object"),
            (good.replace(", {item: y}", ""), "2 到 10"),
            (good.replace("item: y", "item: x"), "两次"),
            (format!("{good}{good}"), "唯一"),
        ] {
            assert!(parse(&file(&text)).unwrap_err().contains(why), "{text}");
        }
        assert!(parse("schema: other/1\npackages: []").unwrap_err().contains("tongban-packages/1"));
    }
}
