//! The shipped content packs.

use std::fmt::Write as _;

use crate::items::rules::Known;
use crate::packs;

use super::{file, folder};

/// req: ITEM-002, ITEM-003, ITEM-004, ITEM-039, ITEM-040, ITEM-042
#[test]
fn every_shipped_item_keeps_the_rules() {
    let navigation = packs::read_navigation(&folder("platform/themes.yaml")).unwrap();
    let licence_types = packs::licence_types(&folder("licences")).unwrap();
    let expressions = design::FeelExpressions::new();
    let known = Known { expressions: &expressions, navigation: Some(&navigation), licence_types: Some(&licence_types) };
    let set = packs::read_set(&folder("items")).unwrap();
    assert!(set.len() >= 12);
    let mut errors = String::new();
    for pack in &set {
        for finding in packs::lint(pack, &known) {
            println!("{} {:?} {finding}", pack.slug, finding.severity);
            if finding.is_error() {
                writeln!(errors, "{} {finding}", pack.slug).unwrap();
            }
        }
    }
    assert!(errors.is_empty(), "{errors}");
}

/// req: DATASEC-012
#[test]
fn a_form_that_asks_for_personal_data_says_what_for() {
    let mut pack = packs::read(&folder("items/senior-allowance")).unwrap();
    let expressions = design::FeelExpressions::new();
    let known = Known { expressions: &expressions, navigation: None, licence_types: None };
    let flagged = |pack: &packs::Pack| -> Vec<String> {
        let found = packs::lint(pack, &known);
        let purposes = found.into_iter().filter(|finding| finding.pointer.ends_with("/purpose"));
        purposes.map(|finding| finding.message).collect()
    };
    assert_eq!(flagged(&pack), Vec::<String>::new());
    let mut form: serde_json::Value = serde_json::from_str(&pack.sources.form).unwrap();
    form["sections"][0].as_object_mut().unwrap().remove("purpose").unwrap();
    form["sections"][1]["purpose"] = " ".into();
    pack.sources.form = form.to_string();
    let found = flagged(&pack);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("老年人") && found[0].contains("身份证号码、联系电话"), "{found:?}");
}

#[test]
fn a_written_pack_reads_back_the_same() {
    let pack = packs::read(&folder("items/food-operation-permit")).unwrap();
    let target = std::env::temp_dir().join(testkit::unique("pack")).join("food-operation-permit");
    let item = pack.item.clone().unwrap();
    let beside = packs::Beside {
        papers: pack.papers.clone(),
        sheets: pack.sheets.clone(),
        files: vec![("note.pdf".to_owned(), b"%PDF-1.7".to_vec())],
        samples: pack.samples.clone(),
    };
    packs::write(&target, &item, &pack.sources, &beside).unwrap();
    let back = packs::read(&target).unwrap();
    assert_eq!((back.papers, back.sheets, back.files), (beside.papers, beside.sheets, beside.files));
    assert_eq!(back.item, pack.item);
    assert_eq!(back.sources, pack.sources);
    assert_eq!(back.samples, pack.samples);
    std::fs::remove_dir_all(target.parent().unwrap()).unwrap();
}

#[test]
fn a_pack_with_mistakes_names_file_and_element() {
    let mut pack = packs::read(&folder("items/food-operation-permit")).unwrap();
    let form = file("items/food-operation-permit/form.json");
    pack.sources.form = form.replacen("\"type\": \"text\"", "\"type\": \"txet\"", 1);
    assert_ne!(pack.sources.form, form);
    pack.sources.flow = pack.sources.flow.replace("tongban:role=\"approver\"", "tongban:role=\"boss\"");
    pack.samples[0].1["handle_item"] = "nothing".into();
    let expressions = design::FeelExpressions::new();
    let found = packs::lint(&pack, &Known { expressions: &expressions, navigation: None, licence_types: None });
    let at = |start: &str| found.iter().any(|finding| finding.is_error() && finding.pointer.starts_with(start));
    assert!(at("/form/") && at("/flow/") && at("/samples/"), "{found:#?}");
}

#[test]
fn a_missing_file_is_named() {
    let error = packs::read(&folder("items/no-such-item")).unwrap_err();
    assert!(error.to_string().contains("item.yaml"), "{error}");
}

/// The halls of the city with all their windows, those without items of their own too.
///
/// req: OPS-021
#[test]
fn the_city_tells_its_halls_and_windows() {
    let halls = packs::halls(&folder("city/windows.yaml")).unwrap();
    let district = halls.iter().find(|hall| hall.key == "district-hall").unwrap();
    assert_eq!(district.name, "示例区政务服务中心");
    assert!(district.address.ends_with("（1 至 2 层）") && !district.booking.is_empty());
    let guide = district.windows.iter().find(|window| window.number == "1").unwrap();
    assert_eq!((guide.name.as_str(), guide.items.len()), ("导办咨询", 0));
    let second = district.windows.iter().find(|window| window.number == "2").unwrap();
    assert!(second.items.iter().any(|slug| slug == "senior-allowance"));
    assert!(packs::halls(&folder("city/no-such-file.yaml")).is_err());
}
