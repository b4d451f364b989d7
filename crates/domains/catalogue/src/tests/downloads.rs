//! Everything the guides of all shipped items promise for download is there and holds what it says.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use tower::ServiceExt;

use super::{Desk, address, folder};
use crate::packs as pack;
use crate::packs::Pack;

/// A file as it was downloaded.
struct Got {
    bytes: Vec<u8>,
    name: String,
    media_type: String,
}

impl Desk {
    async fn download(&self, path: &str) -> Got {
        let request = Request::get(address(path)).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let (disposition, media_type) = (header("content-disposition"), header("content-type"));
        let name = percent_decoded(disposition.rsplit_once("UTF-8''").unwrap().1);
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 24).await.unwrap().to_vec();
        if let Ok(folder) = std::env::var("PAPERS_TO") {
            let file = format!("{}-{name}", path.replace(['/', '?', '=', '&'], "-"));
            std::fs::write(std::path::Path::new(&folder).join(file), &bytes).unwrap();
        }
        Got { bytes, name, media_type }
    }
}

/// What a browser shows of a `filename*`.
fn percent_decoded(text: &str) -> String {
    let bytes: Vec<u8> =
        text.split('%').skip(1).map(|pair| u8::from_str_radix(pair.get(..2).unwrap(), 16).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}

/// The text of a file without white space; nothing of a PDF without `pdftotext`.
fn text(got: &Got) -> Option<String> {
    match got.media_type.as_str() {
        "application/pdf" => {
            assert!(got.bytes.starts_with(b"%PDF-"), "{}", got.name);
            let file = std::env::temp_dir().join(testkit::unique("download"));
            std::fs::write(&file, &got.bytes).unwrap();
            let out = Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output();
            std::fs::remove_file(&file).unwrap();
            Some(String::from_utf8_lossy(&out.ok()?.stdout).split_whitespace().collect())
        }
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
            assert_eq!(platform::files::sniff(&got.bytes), Some(got.media_type.as_str()));
            let mut archive = zip::ZipArchive::new(Cursor::new(&got.bytes)).unwrap();
            let mut document = String::new();
            archive.by_name("word/document.xml").unwrap().read_to_string(&mut document).unwrap();
            let mut reader = Reader::from_str(&document);
            let mut found = String::new();
            loop {
                match reader.read_event().unwrap() {
                    Event::Text(text) => found.push_str(&text),
                    Event::Eof => break,
                    _ => {}
                }
            }
            Some(found.split_whitespace().collect())
        }
        other => panic!("{other} of {} is not looked into", got.name),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Words of the sample application that its form has to show.
fn words_of_sample(pack: &Pack, handle_item: &str) -> Vec<String> {
    let (_, sample) = pack
        .samples
        .iter()
        .filter(|(name, sample)| name.starts_with("valid") && sample["handle_item"] == handle_item)
        .min_by_key(|(name, _)| name)
        .unwrap_or_else(|| panic!("{} has no sample of {handle_item}", pack.slug));
    let form = sample["form"].as_object().unwrap().values();
    let chinese = |text: &&str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    form.filter_map(Value::as_str).filter(chinese).map(squeezed).collect()
}

/// The definition behind a material's sheet: the pack's own or the platform's.
fn definition(pack: &Pack, name: &str) -> paper::Sheet {
    let name = name.strip_prefix("papers/").unwrap().strip_suffix(".yaml").unwrap();
    let own = pack.sheets.iter().find(|(own, _)| own == name).map(|(_, content)| content.clone());
    let content = own.unwrap_or_else(|| super::file(&format!("platform/papers/{name}.yaml")));
    design::read_sheet(&content).unwrap()
}

/// Fetches and reads everything a guide offers in the wanted kinds of file; returns how many.
async fn looked_through(desk: &Desk, pack: &Pack, wanted: &[&str]) -> usize {
    let guide = desk.get(&format!("/items/{}/guide", pack.slug), "").await.json();
    let mut files = 0;
    for material in guide["materials"].as_array().unwrap() {
        let name = material["name"].as_str().unwrap();
        let own = &pack.content["materials"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        for which in ["blank", "sample"] {
            let element = if which == "blank" { "blank_form" } else { "sample" };
            let Some(place) = material[element].as_str() else { continue };
            let handles: Vec<&str> = match (material["generated"] == true, which) {
                (true, "sample") => material["sampled"].as_array().unwrap().iter().filter_map(Value::as_str).collect(),
                _ => vec![guide["handle_items"][0]["key"].as_str().unwrap()],
            };
            let formats: Vec<&str> =
                material[format!("{which}_formats")].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(formats.contains(&"pdf"), "{} {name}: {formats:?}", pack.slug);
            let formats: Vec<&str> = formats.into_iter().filter(|format| wanted.contains(format)).collect();
            for (handle, format) in handles.iter().flat_map(|handle| formats.iter().map(move |format| (handle, format)))
            {
                let path = place.trim_start_matches("/api/v1");
                let got = desk.download(&format!("{path}?handle_item={handle}&format={format}")).await;
                assert!(got.name.starts_with(name) && got.name.ends_with(format), "{}", got.name);
                files += 1;
                let Some(text) = text(&got) else { continue };
                let told = |wanted: &str| {
                    assert!(text.contains(&squeezed(wanted)), "{} {} {handle}: {wanted}\n{text}", pack.slug, got.name);
                };
                told(name);
                if material["generated"] == true {
                    if which == "sample" {
                        words_of_sample(pack, handle).iter().for_each(|word| told(word));
                    }
                    continue;
                }
                let papers = [element, "blank_form"].into_iter().filter_map(|element| own[element].as_str());
                let named = papers.into_iter().find(|text| text.starts_with("papers/")).unwrap();
                let sheet = definition(pack, named);
                told(&sheet.title);
                let blank = sheet.draw(paper::Fill::Blank, &std::collections::BTreeMap::new());
                let printed = squeezed(&serde_json::to_string(&blank).unwrap());
                for value in sheet.sample_values() {
                    if which == "sample" {
                        told(value);
                    } else if value.chars().count() > 4 && !printed.contains(&squeezed(value)) {
                        assert!(!text.contains(&squeezed(value)), "{} {name} is not empty: {value}", pack.slug);
                    }
                }
            }
        }
    }
    files
}

/// Each empty form and each sample that a guide offers answers in each kind of file it names, under the
/// material's name, with the sample's values; what is empty is empty.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn every_promised_download_of_every_item_is_there_and_holds_what_it_says() {
    for backend in testkit::backends() {
        let desk = Desk::with_packs(backend).await;
        // Typesetting knows no database and takes its time: every PDF is drawn over one of them.
        let wanted = if backend == testkit::Backend::Sqlite { vec!["pdf", "docx"] } else { vec!["docx"] };
        let packs = pack::read_set(&folder("items")).unwrap();
        let counts = futures::future::join_all(packs.iter().map(|pack| looked_through(&desk, pack, &wanted))).await;
        assert!(counts.iter().sum::<usize>() > 120 * wanted.len(), "{counts:?}");
        desk.test.close().await;
    }
}

/// Whatever a person writes himself can be downloaded empty, and whatever somebody else issues says who
/// does and shows how it looks.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn every_material_has_a_form_a_sample_or_says_how_it_looks() {
    let desk = Desk::with_packs(testkit::Backend::Sqlite).await;
    let mut written = BTreeSet::new();
    for pack in pack::read_set(&folder("items")).unwrap() {
        let guide = desk.get(&format!("/items/{}/guide", pack.slug), "").await.json();
        for material in guide["materials"].as_array().unwrap() {
            let at = format!("{} {}", pack.slug, material["name"]);
            assert!(material["blank_form_name"].is_null(), "{at}: a form one has to ask for");
            assert!(material["sample"].is_string() || material["sample_note"].is_string(), "{at}");
            let formats = &material["blank_formats"];
            match material["blank_form"].as_str() {
                Some(_) => assert_eq!(*formats, serde_json::json!(["pdf", "docx"]), "{at}"),
                None => assert!(formats.as_array().unwrap().is_empty(), "{at}"),
            }
            if material["blank_form"].is_null() && material["source_label"] != "申请人自备" {
                assert!(material["producer"].is_string(), "{at}");
            }
            if material["blank_form"].is_string() {
                written.insert(at);
            }
        }
    }
    assert!(written.len() >= 50, "{written:#?}");
}

/// The papers the linter knows as the platform's are those in its folder.
///
/// req: PORTAL-009
#[test]
fn shared_papers_are_those_of_the_folder() {
    let entries = std::fs::read_dir(folder("platform/papers")).unwrap().flatten();
    let names: BTreeSet<String> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = pack::USUAL_SHEETS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names, known);
}

/// A pack may ship finished files; the linter looks at their name, size and bytes.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn a_shipped_file_is_offered_as_it_is_and_a_wrong_one_is_refused() {
    for backend in testkit::backends() {
        let desk = Desk::with_packs(backend).await;
        let mut pack = pack::read(&folder("items/senior-allowance")).unwrap();
        let set = |pack: &mut Pack, name: &str| {
            pack.content["materials"][2]["sample"] = name.into();
            pack.item = serde_json::from_value(pack.content.clone()).ok();
        };
        set(&mut pack, "files/photo.pdf");
        let refused = |pack: &Pack, place: &str| {
            let found = desk.catalogue.lint_pack(pack);
            assert!(found.iter().any(|one| one.is_error() && one.pointer == place), "{place}: {found:?}");
        };
        refused(&pack, "/materials/2/sample");
        pack.files = vec![("photo.pdf".to_owned(), b"GIF89a".to_vec())];
        refused(&pack, "/files/photo.pdf");
        pack.files = vec![("photo.exe".to_owned(), b"MZ".to_vec())];
        refused(&pack, "/files/photo.exe");
        let mut large = b"%PDF-1.7".to_vec();
        large.resize((2 << 20) + 1, b' ');
        pack.files = vec![("photo.pdf".to_owned(), large)];
        refused(&pack, "/files/photo.pdf");
        let bytes = b"%PDF-1.7 a finished file".to_vec();
        pack.files = vec![("photo.pdf".to_owned(), bytes.clone())];
        desk.catalogue.publish_pack(&pack, "内容包").await.unwrap();
        let got = desk.download("/items/senior-allowance/materials/m03/sample").await;
        assert_eq!((got.bytes, got.name.as_str()), (bytes.clone(), "近期免冠照片（样表）.pdf"));
        let docx = desk.get("/items/senior-allowance/materials/m03/sample?format=docx", "").await;
        assert_eq!(docx.status, StatusCode::NOT_FOUND, "it is a PDF only");
        let odd = desk.get("/items/senior-allowance/materials/m03/sample?format=odt", "").await;
        assert!(odd.status.is_client_error(), "{}", odd.status);
        let beside = desk.catalogue.beside("senior-allowance").await.unwrap();
        assert_eq!(beside.files, [("photo.pdf".to_owned(), bytes)]);
        assert!(beside.sheets.iter().any(|(name, _)| name == "living"));
        desk.test.close().await;
    }
}

/// A paper people fill in that can't be read, or is named where it does not belong, is a mistake.
///
/// req: PORTAL-009
#[tokio::test]
async fn a_broken_paper_is_refused_with_its_place() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let mut pack = pack::read(&folder("items/senior-allowance")).unwrap();
    let places = |pack: &Pack| -> Vec<String> {
        desk.catalogue.lint_pack(pack).into_iter().filter(|one| one.is_error()).map(|one| one.pointer).collect()
    };
    assert_eq!(places(&pack), Vec::<String>::new());
    let at = pack.sheets.iter().position(|(name, _)| name == "living").unwrap();
    let good = pack.sheets[at].1.clone();
    pack.sheets[at].1 = good.replace("{elder}", "{nobody}");
    assert!(places(&pack).iter().any(|place| place.starts_with("/papers/living/body/")), "{:?}", places(&pack));
    pack.sheets[at].1 = format!("{good}\nspecimen: true\n");
    assert!(places(&pack).contains(&"/materials/4/blank_form".to_owned()), "{:?}", places(&pack));
    pack.sheets[at].1 = good;
    pack.content["materials"][4]["blank_form"] = "papers/specimen-resident-id.yaml".into();
    assert!(places(&pack).contains(&"/materials/4/blank_form".to_owned()), "{:?}", places(&pack));
    pack.samples.retain(|(name, _)| !name.starts_with("valid"));
    assert!(places(&pack).contains(&"/samples".to_owned()), "{:?}", places(&pack));
}
