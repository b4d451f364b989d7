//! The rules on the food permit, one broken at a time.

use serde_json::json;

use super::*;

fn food() -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../packs/items/food-operation-permit");
    crate::packs::read(std::path::Path::new(folder)).unwrap().content
}

fn findings(content: &Value) -> Vec<Finding> {
    let expressions = FeelExpressions::new();
    check(content, &Known { expressions: &expressions, navigation: None, licence_types: None }).1
}

/// The food permit with one element changed; the places of the errors.
fn broken(pointer: &str, value: Value) -> Vec<String> {
    let mut content = food();
    let (above, key) = pointer.rsplit_once('/').unwrap();
    let above = content.pointer_mut(above).unwrap();
    match above {
        Value::Array(rows) => rows[key.parse::<usize>().unwrap()] = value,
        other => other[key] = value,
    }
    findings(&content).into_iter().filter(Finding::is_error).map(|finding| finding.pointer).collect()
}

fn refuses(pointer: &str, value: Value, place: &str) {
    let found = broken(pointer, value);
    assert!(found.iter().any(|each| each == place), "{pointer}: {found:?}");
}

#[test]
fn the_food_permit_keeps_every_rule() {
    let errors: Vec<String> = findings(&food()).iter().filter(|f| f.is_error()).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// req: ITEM-002
#[test]
fn a_type_outside_the_list_is_refused_and_a_public_service_names_its_field() {
    refuses("/item_type", json!("02"), "/item_type");
    refuses("/item_type", json!("20"), "/service_field");
    refuses("/service_field", json!("公共教育"), "/service_field");
    refuses("/filing", json!(true), "/item_type");
}

/// The pack says what a handling item does to the old licence, in words the rules know, and only where
/// there is a licence.
///
/// req: LIC-025
#[test]
fn what_happens_to_the_old_licence_is_said_in_known_words_and_only_with_a_licence() {
    refuses("/handle_items/3/old_licence", json!("keep"), "/handle_items/3/old_licence");
    refuses("/results", json!([{ "kind": "20", "name": "决定书" }]), "/handle_items/3/old_licence");
}

/// req: PORTAL-009
#[test]
fn a_place_and_a_way_to_book_can_be_used() {
    refuses("/places/0/location", json!("海淀"), "/places/0/location");
    refuses("/places/0/location", json!("23.1,113.2"), "/places/0/location");
    refuses("/places/0/booking", json!([{ "way": "phone", "text": "打电话" }]), "/places/0/booking/0/phone");
    refuses("/booking", json!([{ "way": "phone", "text": "打电话" }]), "/booking/0/phone");
    refuses("/booking", json!([{ "way": "web", "text": "上网", "url": "http://example.com" }]), "/booking/0/url");
    assert_eq!(broken("/places/0/location", json!("113.264385, 23.129112")), Vec::<String>::new());
}

/// Whatever the guide of a pack lacks is named with its place; an item in the desk may still grow.
///
/// req: PORTAL-009
#[test]
fn every_missing_element_of_a_guide_is_named() {
    let lacks = |pointer: &str, value: Value, place: &str| {
        let mut content = food();
        let (above, key) = pointer.rsplit_once('/').unwrap();
        content.pointer_mut(above).unwrap()[key] = value;
        let mut found = Findings::default();
        guide::missing(&serde_json::from_value(content).unwrap(), &mut found);
        assert!(found.0.iter().any(|each| each.pointer == place && each.is_error()), "{pointer}: {:?}", found.0);
    };
    let mut whole = Findings::default();
    guide::missing(&serde_json::from_value(food()).unwrap(), &mut whole);
    assert!(whole.0.is_empty(), "{:?}", whole.0);
    for list in ["/keywords", "/conditions", "/rights", "/duties", "/faq", "/places"] {
        lacks(list, json!([]), list);
    }
    lacks("/consult_phone", json!("0679-8810112、0679-8810113"), "/consult_phone");
    let row = |pointer: &str| food().pointer(pointer).cloned().unwrap();
    let without = |pointer: &str, element: &str| {
        let mut rows = row(pointer);
        rows[0].as_object_mut().unwrap().remove(element);
        rows
    };
    for element in ["location", "region", "traffic", "windows"] {
        lacks("/places", without("/places", element), &format!("/places/0/{element}"));
    }
    lacks("/places", without("/places", "booking"), "/booking");
    let mut all_day = row("/places");
    all_day[0]["hours"] = json!("全天 24 小时");
    lacks("/places", all_day, "/places/0/all_day");
    lacks("/legal_basis", json!([{ "title": "某法", "kind": "法律" }]), "/legal_basis/0/article");
    lacks("/results", without("/results", "validity"), "/results/0/validity");
    let material = |at: usize, element: &str, value: Value| {
        let mut rows = row("/materials");
        rows[at][element] = value;
        rows
    };
    lacks("/materials", material(1, "producer", Value::Null), "/materials/1/producer");
    lacks("/materials", material(1, "sample", Value::Null), "/materials/1/sample");
    lacks("/materials", material(3, "blank_form", Value::Null), "/materials/3/sample");
    lacks("/materials", material(3, "blank_form", json!("清单（空白表）")), "/materials/3/blank_form");
}

/// req: ITEM-003
#[test]
fn elements_are_checked_by_type_length_list_and_presence() {
    refuses("/name", json!("长".repeat(101)), "/name");
    refuses("/on_site_times", json!("two"), "/on_site_times");
    refuses("/handle_area", json!("全球"), "/handle_area");
    refuses("/legal_basis", json!([]), "/legal_basis");
    refuses("/consult_phone", Value::Null, "/consult_phone");
    refuses("/codes/basic", json!("4401310040"), "/codes/basic");
    refuses("/codes/task", json!("11449902MB9900128N3440131004000"), "/codes/task");
    refuses("/handle_items/1/code", json!("11449902MB9900128N444013100400001"), "/handle_items/1/code");
    refuses("/body/uscc", json!("11449902MB9900128A"), "/body/uscc");
}

/// req: ITEM-003
#[test]
fn elements_agree_with_each_other() {
    refuses("/promise_limit/value", json!(11), "/promise_limit");
    refuses("/case_type", json!("1"), "/promise_limit");
    refuses("/on_site_times", json!(1), "/on_site_times");
    refuses("/on_site_times", json!(1), "/on_site_reason");
    refuses("/fees", json!({ "charge": true, "items": [] }), "/fees/basis");
    refuses("/complaint_phone", json!("0679-8810112"), "/complaint_phone");
    refuses("/approval_form", json!("joint"), "/joint_bodies");
    refuses("/tolerance", json!({ "supported": false }), "/materials/3/necessity");
    refuses("/results/0/kind", json!("20"), "/results/0/kind");
}

/// req: ITEM-004, ITEM-042
#[test]
fn materials_are_named_once_counted_and_reachable() {
    refuses("/materials/2/key", json!("m02"), "/materials/2/key");
    refuses("/materials/1/photo_copies", json!(0), "/materials/1/photo_copies");
    refuses("/materials/2/file_types", json!([]), "/materials/2/file_types");
    refuses("/materials/2/handle_items", json!(["nothing"]), "/materials/2/handle_items/0");
    refuses("/materials/4/when", json!("agnet = \"yes\""), "/materials/4/when");
    refuses("/materials/2/review_points/0/for", json!("boss"), "/materials/2/review_points/0/for");
}

/// req: ITEM-039
#[test]
fn the_tree_shows_contradictions_unreachable_questions_and_empty_leaves() {
    refuses("/materials/4/when", json!("agent = \"yes\" and agent = \"no\""), "/materials/4/when");
    refuses("/materials/4/when", json!("agent = \"maybe\""), "/materials/4/when");
    refuses("/situations/3/visible_when", json!("prepackaged_only = \"yes\""), "/situations/3");
    refuses("/situations/1/visible_when", json!("warehouse = \"yes\""), "/situations/1/visible_when");
    refuses("/situations/0/options/0/reason", Value::Null, "/situations/0/options/0/reason");
    let mut content = food();
    content["materials"].as_array_mut().unwrap().retain(|material| material["key"] == "m05");
    let found = findings(&content);
    let empty = found.iter().find(|finding| finding.pointer == "/handle_items/0").unwrap();
    assert!(empty.message.contains("没有任何材料"), "{empty}");
}

/// req: ITEM-040
#[test]
fn a_condition_can_be_met_and_says_what_to_do_when_it_is_not() {
    refuses("/conditions/0/options/0/met", json!(false), "/conditions/0/options");
    refuses("/conditions/2/options/1/note", Value::Null, "/conditions/2/options/1/note");
    refuses("/conditions/2/question", Value::Null, "/conditions/2/question");
}

/// req: ITEM-003
#[test]
fn every_mistake_shows_at_once() {
    let mut content = food();
    content["name"] = json!("");
    content["level"] = json!("9");
    content["promise_limit"]["value"] = json!(50);
    content["extra"] = json!(1);
    let found = findings(&content);
    for place in ["/name", "/level", "/extra", "/promise_limit"] {
        assert!(found.iter().any(|finding| finding.pointer == place), "{place}: {found:#?}");
    }
}

/// Who sets an item up is warned when it asks for what the libraries can give: a paper that a department issued
/// without an electronic licence or a reason, and the paper of a licence that exists electronically.
///
/// req: CASE-006
#[test]
fn asking_for_what_the_libraries_give_is_a_warning_to_the_owner() {
    let warned = |content: &Value| -> Vec<String> {
        let found = findings(content).into_iter().filter(|finding| !finding.is_error());
        let about = found.filter(|finding| finding.message.contains("不得要求"));
        about.map(|finding| finding.pointer).collect()
    };
    assert_eq!(warned(&food()), Vec::<String>::new(), "the shipped item asks for nothing of the kind");
    let at = |content: &Value| {
        let materials = content["materials"].as_array().unwrap();
        materials.iter().position(|material| material["licence_type"] == "business-licence").unwrap()
    };
    let mut content = food();
    let place = at(&content);
    let licence = content["materials"][place].as_object_mut().unwrap();
    licence["source"] = json!("20");
    licence.remove("licence_type");
    licence.remove("source_note");
    assert_eq!(warned(&content), [format!("/materials/{place}/licence_type")]);
    content["materials"][place]["source_note"] = json!("省外核发，尚未接入共享平台");
    assert_eq!(warned(&content), Vec::<String>::new(), "a reason was given");
    let mut content = food();
    content["materials"][place]["hand_in"] = json!(["window"]);
    assert_eq!(warned(&content), [format!("/materials/{place}/hand_in")]);
}
