//! `layers`: the arrows between crates against `layers.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{cargo, files, root};

/// Lines above which a file asks to be divided.
const FILE_LINES: usize = 600;

/// What `layers.toml` says.
#[derive(Default)]
struct Layers {
    /// Floor number and name by crate.
    floors: BTreeMap<String, (usize, String)>,
    outside: BTreeSet<String>,
    pure: Vec<String>,
    without: Vec<String>,
    /// (crate, dependency not looked through)
    except: Vec<(String, String)>,
}

/// Normal dependencies by crate name: what a crate needs to be built and run, not to be tested.
type Arrows = BTreeMap<String, BTreeSet<String>>;

pub fn run(_: &[String]) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(root().join("layers.toml")).context("layers.toml")?;
    let layers = read(&text)?;
    let (workspace, all) = metadata()?;
    let mut findings = directions(&layers, &workspace);
    findings.extend(impurities(&layers, &all));
    for note in long_files(&root()) {
        println!("note: {note}");
    }
    if findings.is_empty() {
        println!("layers: {} crates on their floors", workspace.len());
        return Ok(());
    }
    bail!("{}\nlayers: {} arrows against the house, see layers.toml", findings.join("\n"), findings.len())
}

fn read(text: &str) -> anyhow::Result<Layers> {
    let table: toml::Table = text.parse().context("layers.toml")?;
    let mut layers = Layers::default();
    for (number, floor) in table.get("floor").and_then(toml::Value::as_array).into_iter().flatten().enumerate() {
        let name = floor.get("name").and_then(toml::Value::as_str).unwrap_or_default();
        for member in texts(floor.get("crates")) {
            if layers.floors.insert(member.clone(), (number, name.to_owned())).is_some() {
                bail!("layers.toml: {member} stands on two floors");
            }
        }
    }
    let part = |table: &str, key: &str, from: &toml::Table| texts(from.get(table).and_then(|part| part.get(key)));
    layers.outside = part("outside", "crates", &table).into_iter().collect();
    layers.pure = part("pure", "crates", &table);
    layers.without = part("pure", "without", &table);
    let except = table.get("pure").and_then(|pure| pure.get("except")).and_then(toml::Value::as_array);
    for one in except.into_iter().flatten() {
        let field = |key: &str| one.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        match (field("crate"), field("through"), field("reason")) {
            (Some(member), Some(through), Some(_)) => layers.except.push((member, through)),
            _ => bail!("layers.toml: an exception names crate, through and reason"),
        }
    }
    Ok(layers)
}

fn texts(value: Option<&toml::Value>) -> Vec<String> {
    let items = value.and_then(toml::Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Arrows that go up or sideways, and crates without a floor.
fn directions(layers: &Layers, workspace: &Arrows) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, needs) in workspace {
        if layers.outside.contains(name) {
            continue;
        }
        let Some((floor, floor_name)) = layers.floors.get(name) else {
            findings.push(format!("{name} stands on no floor"));
            continue;
        };
        for need in needs.iter().filter(|need| workspace.contains_key(*need)) {
            match layers.floors.get(need) {
                Some((other, _)) if other < floor => {}
                Some((other, other_name)) => findings.push(format!(
                    "{name} (floor {floor}, {floor_name}) names {need} (floor {other}, {other_name}): {}",
                    if other == floor { "sideways" } else { "up" }
                )),
                None if layers.outside.contains(need) => {
                    findings.push(format!("{name} names {need}, which is outside the house: only as a dev-dependency"));
                }
                None => findings.push(format!("{name} names {need}, which stands on no floor")),
            }
        }
    }
    findings
}

/// Pure crates that reach something forbidden, with the way there.
fn impurities(layers: &Layers, all: &Arrows) -> Vec<String> {
    let mut findings = Vec::new();
    for start in &layers.pure {
        let blocked: BTreeSet<&str> =
            layers.except.iter().filter(|(member, _)| member == start).map(|(_, through)| through.as_str()).collect();
        let mut from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut waiting = vec![start.as_str()];
        while let Some(name) = waiting.pop() {
            for need in all.get(name).into_iter().flatten().map(String::as_str) {
                if need == start || blocked.contains(need) || from.contains_key(need) {
                    continue;
                }
                from.insert(need, name);
                waiting.push(need);
            }
        }
        for forbidden in layers.without.iter().filter(|name| from.contains_key(name.as_str())) {
            let mut way = vec![forbidden.as_str()];
            while let Some(before) = way.last().and_then(|last| from.get(last)) {
                way.push(before);
            }
            way.reverse();
            findings.push(format!("{start} must build without {forbidden}: {}", way.join(" → ")));
        }
    }
    findings
}

/// Arrows of the workspace's crates as their manifests say, and of every package as resolved.
fn metadata() -> anyhow::Result<(Arrows, Arrows)> {
    let output = cargo().args(["metadata", "--format-version", "1"]).output().context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let document: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let members: BTreeSet<String> =
        list(&document, "workspace_members").iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut workspace = Arrows::new();
    for package in list(&document, "packages") {
        let (id, name) = (text(&package, "id"), text(&package, "name"));
        if members.contains(&id) {
            let normal =
                list(&package, "dependencies").into_iter().filter(|need| need.get("kind").is_none_or(Value::is_null));
            workspace.insert(name.clone(), normal.map(|need| text(&need, "name")).collect());
        }
        names.insert(id, name);
    }
    let mut all = Arrows::new();
    for node in list(document.get("resolve").unwrap_or(&Value::Null), "nodes") {
        let Some(name) = names.get(&text(&node, "id")) else { continue };
        let normal = list(&node, "deps")
            .into_iter()
            .filter(|need| list(need, "dep_kinds").iter().any(|kind| kind.get("kind").is_none_or(Value::is_null)));
        let targets: Vec<String> = normal.filter_map(|need| names.get(&text(&need, "pkg")).cloned()).collect();
        all.entry(name.clone()).or_default().extend(targets);
    }
    Ok((workspace, all))
}

fn long_files(root: &Path) -> Vec<String> {
    let mut notes = Vec::new();
    for path in files::below(&root.join("crates"), &[".rs"]) {
        let lines = std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        if lines > FILE_LINES {
            let shown = path.strip_prefix(root).unwrap_or(&path).display();
            notes.push(format!("{shown} has {lines} lines and asks to be divided"));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = r#"
        [[floor]]
        name = "low"
        crates = ["base"]
        [[floor]]
        name = "middle"
        crates = ["left", "right"]
        [[floor]]
        name = "high"
        crates = ["app"]
        [outside]
        crates = ["testkit"]
        [pure]
        crates = ["base"]
        without = ["tokio"]
        [[pure.except]]
        crate = "base"
        through = "known"
        reason = "for the test"
    "#;

    fn arrows(list: &[(&str, &[&str])]) -> Arrows {
        list.iter()
            .map(|(name, needs)| ((*name).to_owned(), needs.iter().map(|need| (*need).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn an_arrow_down_is_fine_and_one_up_or_sideways_is_named() {
        let layers = read(TOML).unwrap();
        let good = arrows(&[
            ("base", &["serde"]),
            ("left", &["base"]),
            ("right", &[]),
            ("app", &["left", "base"]),
            ("testkit", &["app"]),
        ]);
        assert!(directions(&layers, &good).is_empty());
        let bad = arrows(&[
            ("base", &["left"]),
            ("left", &["right", "testkit"]),
            ("right", &[]),
            ("stray", &[]),
            ("testkit", &[]),
        ]);
        let findings = directions(&layers, &bad).join("\n");
        assert!(findings.contains("base (floor 0, low) names left (floor 1, middle): up"), "{findings}");
        assert!(findings.contains("names right (floor 1, middle): sideways"), "{findings}");
        assert!(findings.contains("left names testkit, which is outside"), "{findings}");
        assert!(findings.contains("stray stands on no floor"), "{findings}");
    }

    #[test]
    fn a_forbidden_crate_is_found_however_far_away_unless_its_way_is_excepted() {
        let layers = read(TOML).unwrap();
        let far = arrows(&[("base", &["a"]), ("a", &["b"]), ("b", &["tokio"])]);
        assert_eq!(impurities(&layers, &far), ["base must build without tokio: base → a → b → tokio"]);
        let excepted = arrows(&[("base", &["known"]), ("known", &["tokio"])]);
        assert!(impurities(&layers, &excepted).is_empty());
    }

    #[test]
    fn a_crate_on_two_floors_and_an_exception_without_reason_are_refused() {
        assert!(read("[[floor]]\ncrates=[\"a\"]\n[[floor]]\ncrates=[\"a\"]").is_err());
        assert!(read("[[pure.except]]\ncrate=\"a\"\nthrough=\"b\"").is_err());
    }
}
