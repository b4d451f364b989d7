//! The default papers, rendered with their samples and sealed.

use std::path::PathBuf;

use serde_json::Value;

use super::{codes_of, has, options, produced_at, text_of};
use crate::tests::seal::market;
use crate::{Options, Template, Verdict, verify};

const NAMES: [&str; 11] = [
    "receipt",
    "acceptance",
    "correction",
    "not-accepted",
    "special",
    "commitment",
    "grant",
    "refusal",
    "licence",
    "delivery",
    "form",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/papers")
}

fn paper(name: &str) -> (String, Value) {
    let template = std::fs::read_to_string(folder().join(format!("{name}.typ"))).unwrap();
    let sample = std::fs::read_to_string(folder().join(format!("samples/{name}.json"))).unwrap();
    (template, serde_json::from_str(&sample).unwrap())
}

/// Every default paper fits its sample, keeps to PDF/A and shows the data. With `PAPERS_TO` set
/// to a folder, the sealed files are written there to be looked at.
///
/// req: LIC-028, FORM-020
#[test]
fn default_papers_render_and_seal() {
    let office = market();
    for name in NAMES {
        let (template, data) = paper(name);
        let options = Options { title: name.to_owned(), ..options() };
        let pdf =
            Template::new(&template).unwrap().render(&data, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(pdf.archival && pdf.pages <= 2, "{name}: {} pages", pdf.pages);
        let sealed_kind = !matches!(name, "delivery" | "form");
        assert_eq!(pdf.seal.is_some(), sealed_kind, "{name}");
        let sealed = match pdf.seal {
            Some(place) => office.seal(&pdf.bytes, Some(place), produced_at()),
            None => pdf.bytes,
        };
        if let Ok(target) = std::env::var("PAPERS_TO") {
            std::fs::write(PathBuf::from(target).join(format!("{name}.pdf")), &sealed).unwrap();
        }
        if sealed_kind {
            assert_eq!(verify(&sealed, &office.trust()).verdict, Verdict::Genuine, "{name}");
        }
        if has("pdftotext") {
            let text = text_of(&sealed, name);
            assert!(text.contains("好味餐饮店"), "{name}: {text}");
        }
        if let (Some(link), true) = (data["qr"].as_str(), has("zbarimg") && has("pdftoppm")) {
            assert_eq!(codes_of(&sealed, name), link, "{name}");
        }
    }
}

/// req: LIC-028
#[test]
fn a_long_form_runs_over_several_pages() {
    let (template, mut data) = paper("form");
    let rows: Vec<Value> =
        (0..150).map(|n| serde_json::json!([format!("人员{n}"), "厨师", format!("JK{n:05}"), "2027-01-15"])).collect();
    data["sections"][2]["fields"][0]["rows"] = Value::Array(rows);
    let pdf = Template::new(&template).unwrap().render(&data, &options()).unwrap();
    assert!((4..9).contains(&pdf.pages), "{} pages", pdf.pages);
    if has("pdftotext") {
        assert!(text_of(&pdf.bytes, "long").contains("人员149"));
    }
}

#[test]
fn a_missing_field_of_the_data_is_named() {
    let (template, mut data) = paper("grant");
    data["case"].as_object_mut().unwrap().remove("item");
    let error = Template::new(&template).unwrap().render(&data, &options()).unwrap_err();
    assert_eq!(error.message, "数据里没有「item」");
    assert_eq!(error.line, Some(6));
}
/// req: LIC-028
#[test]
fn a_licence_with_many_fields_stays_on_one_page() {
    let (template, mut data) = paper("licence");
    let field = serde_json::json!({ "label": "经营项目", "value": "热食类食品制售、冷食类食品制售、糕点类食品制售、自制饮品制售（含鲜榨饮料）", "wide": true });
    let fields = data["fields"].as_array_mut().unwrap();
    fields.extend(std::iter::repeat_n(field, 6));
    let pdf = Template::new(&template).unwrap().render(&data, &options()).unwrap();
    assert_eq!(pdf.pages, 1);
    if let Ok(target) = std::env::var("PAPERS_TO") {
        std::fs::write(PathBuf::from(target).join("licence-full.pdf"), &pdf.bytes).unwrap();
    }
}
