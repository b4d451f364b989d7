//! Papers people fill in: empty and filled in, to print and to edit.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use super::{has, options, produced_at, text_of};
use crate::{Fill, Sheet, Template, docx};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/papers")
}

fn shared(name: &str) -> Sheet {
    let text = std::fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
    Sheet::read(serde_yaml_ng::from_str(&text).unwrap()).unwrap()
}

fn around() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("item", "食品经营许可证核发".to_owned()),
        ("handle_item", "食品经营许可证补发".to_owned()),
        ("body", "示例区市场监督管理局".to_owned()),
        ("phone", "0679-8810112".to_owned()),
    ])
}

/// The text of a DOCX without white space; panics when a part is no XML.
fn words(file: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    for name in ["[Content_Types].xml", "_rels/.rels", "word/styles.xml", "docProps/core.xml"] {
        let mut part = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut part).unwrap();
        texts(&part);
    }
    let mut document = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut document).unwrap();
    texts(&document)
}

fn texts(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut found = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Text(text) => found.push_str(&text),
            Event::GeneralRef(entity) => found.push_str(match entity.to_string().as_str() {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                _ => "\"",
            }),
            Event::Eof => return found.split_whitespace().collect(),
            _ => {}
        }
    }
}

/// One definition gives the empty form and the sample, to print and to edit; the empty one names the
/// item and has nothing of the sample.
///
/// req: PORTAL-009
#[test]
fn one_definition_gives_four_files() {
    let template = std::fs::read_to_string(folder().join("sheet.typ")).unwrap();
    for name in ["authorisation", "loss-statement"] {
        let sheet = shared(name);
        for fill in [Fill::Blank, Fill::Sample] {
            let drawn = sheet.draw(fill, &around());
            let data = serde_json::to_value(&drawn).unwrap();
            let pdf = Template::new(&template).unwrap().render(&data, &options()).unwrap();
            assert!(pdf.archival && pdf.pages == 1, "{name}: {} pages", pdf.pages);
            let edited = docx(&drawn, produced_at()).unwrap();
            let mut shown = vec![words(&edited)];
            if has("pdftotext") {
                shown.push(text_of(&pdf.bytes, name));
            }
            for text in shown {
                assert!(text.contains("食品经营许可证核发") && text.contains(&sheet.title), "{text}");
                assert_eq!(text.contains("均为虚构"), fill == Fill::Sample, "{text}");
                for value in sheet.sample_values() {
                    let value: String = value.split_whitespace().collect();
                    assert_eq!(text.contains(&value), fill == Fill::Sample, "{name} {value}: {text}");
                }
            }
            assert_eq!(edited, docx(&drawn, produced_at()).unwrap(), "equal sheets give equal bytes");
        }
    }
}

/// req: PORTAL-009
#[test]
fn what_people_write_never_breaks_the_file() {
    let sheet = Sheet::read(json!({
        "schema": "tongban-sheet/1", "title": "<A&B>",
        "fields": { "name": { "sample": "甲 & \"乙\" <丙>\u{7}" } },
        "body": [{ "text": "姓名 {name}" }, { "pairs": [["标<签", "{name}"]] }],
    }))
    .unwrap();
    let text = words(&docx(&sheet.draw(Fill::Sample, &around()), produced_at()).unwrap());
    assert!(text.contains("姓名甲&\"乙\"<丙>") && text.contains("<A&B>（样表）"), "{text}");
}

/// A paper somebody else issues is marked on every page and says that it is none.
///
/// req: PORTAL-009
#[test]
fn a_specimen_is_marked_and_never_looks_genuine() {
    let drawn = shared("specimen-resident-id").draw(Fill::Sample, &around());
    assert!(drawn.specimen && drawn.title.ends_with("（样本）") && drawn.mark.contains("没有效力"));
    let template = std::fs::read_to_string(folder().join("sheet.typ")).unwrap();
    let pdf = Template::new(&template).unwrap().render(&serde_json::to_value(&drawn).unwrap(), &options()).unwrap();
    assert!(pdf.seal.is_none(), "nobody seals a specimen");
    if has("pdftotext") {
        assert!(text_of(&pdf.bytes, "specimen").matches("样本").count() >= 2);
    }
}

/// req: PORTAL-009
#[test]
fn every_mistake_of_a_sheet_is_named_with_its_place() {
    let good = json!({
        "schema": "tongban-sheet/1", "title": "声明",
        "fields": { "name": { "width": 8, "sample": "王海燕" } },
        "body": [
            { "text": "{name} 声明" },
            { "table": { "head": ["甲", "乙"], "empty": 1, "sample": [["1", "2"]] } },
            { "choices": { "options": ["是", "否"], "picked": [0] } },
            { "plan": { "caption": "图", "size": [4, 4], "rooms": [{ "name": "间", "at": [0, 0], "size": [4, 4] }] } },
        ],
    });
    assert!(Sheet::read(good.clone()).is_ok());
    let broken = |pointer: &str, value: Value, place: &str| {
        let mut content = good.clone();
        *content.pointer_mut(pointer).unwrap() = value;
        let found = Sheet::read(content).unwrap_err();
        assert!(found.iter().any(|defect| defect.place == place), "{pointer}: {found:?}");
    };
    broken("/schema", json!("tongban-sheet/9"), "/schema");
    broken("/title", json!(" "), "/title");
    broken("/fields/name/sample", json!(""), "/fields/name/sample");
    broken("/fields/name/width", json!(99), "/fields/name/width");
    broken("/body/0/text", json!("{who} 声明"), "/body/0");
    broken("/body/0/text", json!("声明"), "/fields/name");
    broken("/body/1/table/sample", json!([["1"]]), "/body/1/table");
    broken("/body/1/table/empty", json!(0), "/body/1/table");
    broken("/body/2/choices/picked", json!([2]), "/body/2/choices/picked");
    broken("/body/3/plan/rooms/0/size", json!([5, 4]), "/body/3/plan");
    broken("/body", json!("text"), "");
}
