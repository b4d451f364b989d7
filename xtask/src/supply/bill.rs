//! The lists that go out with the product: a bill of materials for programs (CycloneDX) and notices for people.
//!
//! The same sources give the same lists: no moment and no random number is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::rules::Rules;
use super::{Origin, Part, licence};

/// Package address, as the other lists of this kind write it.
pub(super) fn address(part: &Part) -> String {
    format!("pkg:{}/{}@{}", part.from.as_str(), part.name.replace('@', "%40"), part.version)
}

/// CycloneDX 1.5 of what is handed out.
///
/// # Errors
/// When JSON can't be written.
pub(super) fn cyclonedx(parts: &[Part], rules: &Rules, version: &str) -> anyhow::Result<String> {
    let product = format!("pkg:generic/tongban@{version}");
    let out: Vec<&Part> = parts.iter().filter(|part| part.handed_out).collect();
    let components: Vec<Value> = out.iter().map(|part| component(part, rules)).collect();
    let named: BTreeMap<(&str, &str), String> =
        out.iter().map(|part| ((part.name.as_str(), part.version.as_str()), address(part))).collect();
    let mut needed = BTreeSet::new();
    let mut needs = Vec::new();
    for part in &out {
        // Only within one registry: a crate and a package may have the same name and version.
        let all: Vec<&String> = part
            .needs
            .iter()
            .filter_map(|(name, version)| named.get(&(name.as_str(), version.as_str())))
            .filter(|other| other.starts_with(&format!("pkg:{}/", part.from.as_str())))
            .collect();
        needed.extend(all.iter().map(|one| (*one).clone()));
        needs.push(json!({ "ref": address(part), "dependsOn": all }));
    }
    // What nothing else needs the product itself asked for.
    let own: Vec<String> = out.iter().map(|part| address(part)).filter(|one| !needed.contains(one)).collect();
    needs.insert(0, json!({ "ref": product, "dependsOn": own }));
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": product,
                "name": "tongban",
                "version": version,
                "licenses": [{ "license": { "id": "Apache-2.0" } }],
            },
        },
        "components": components,
        "dependencies": needs,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn component(part: &Part, rules: &Rules) -> Value {
    let told = rules.licence(part);
    let licences = match licence::holds(told, &|_| true) {
        // One name that no list of licences knows is a name, not an expression.
        Ok(true) if told != "bpmn.io" => json!([{ "expression": told.replace(" / ", " OR ").replace('/', " OR ") }]),
        _ => json!([{ "license": { "name": told } }]),
    };
    let mut whole = json!({
        "type": "library",
        "bom-ref": address(part),
        "name": part.name,
        "version": part.version,
        "purl": address(part),
        "scope": "required",
        "licenses": licences,
    });
    if let (Some((algorithm, hex)), Some(whole)) = (&part.digest, whole.as_object_mut()) {
        whole.insert("hashes".to_owned(), json!([{ "alg": algorithm, "content": hex }]));
    }
    whole
}

/// Names, versions and licences of what is handed out, by licence.
pub(super) fn notice(parts: &[Part], rules: &Rules) -> String {
    let mut by_licence: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.handed_out) {
        by_licence.entry(rules.licence(part)).or_default().push(part);
    }
    let mut text = String::from(
        "# What others wrote in Tongban\n\nMade by `cargo xtask supply` from the lock files. The texts of the licences lie \
         with the sources of each part; parts keep the names of their authors.\n",
    );
    for (licence, parts) in by_licence {
        text.push_str(&format!("\n## {licence}\n\n"));
        for part in parts {
            let kind = match part.from {
                Origin::Cargo => "crate",
                Origin::Npm => "package",
            };
            text.push_str(&format!("- {} {} ({kind})\n", part.name, part.version));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RULES, part};
    use super::*;

    #[test]
    fn the_bill_names_what_is_handed_out_with_address_licence_and_needs() {
        let rules = Rules::read(RULES).unwrap();
        let mut lib = part(Origin::Cargo, "lib", "1.2.0", "MIT/Apache-2.0", true);
        lib.digest = Some(("SHA-256", "ab".into()));
        lib.needs = BTreeSet::from([("deep".into(), "0.1.0".into()), ("gone".into(), "1.0.0".into())]);
        let parts = [
            part(Origin::Cargo, "deep", "0.1.0", "MIT", true),
            lib,
            part(Origin::Cargo, "tool", "1.0.0", "MIT", false),
            part(Origin::Npm, "@a/b", "2.0.0", "MIT", true),
            part(Origin::Npm, "dmn-js-drd", "17.0.0", "SEE LICENSE IN LICENSE", true),
        ];
        let text = cyclonedx(&parts, &rules, "0.1.0").unwrap();
        let bill: Value = serde_json::from_str(&text).unwrap();
        let components = bill["components"].as_array().unwrap();
        assert_eq!(components.len(), 4, "what only builds is not in it");
        assert_eq!(components[1]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(components[1]["hashes"][0]["content"], "ab");
        assert_eq!(components[2]["purl"], "pkg:npm/%40a/b@2.0.0");
        assert_eq!(components[3]["licenses"][0]["license"]["name"], "bpmn.io");
        let own = &bill["dependencies"][0]["dependsOn"];
        assert_eq!(*own, json!(["pkg:cargo/lib@1.2.0", "pkg:npm/%40a/b@2.0.0", "pkg:npm/dmn-js-drd@17.0.0"]));
        assert_eq!(text, cyclonedx(&parts, &rules, "0.1.0").unwrap(), "the same twice");
        let notice = notice(&parts, &rules);
        assert!(notice.contains("## bpmn.io\n\n- dmn-js-drd 17.0.0 (package)") && !notice.contains("tool"), "{notice}");
    }
}
