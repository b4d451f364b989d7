//! Word and PDF templates people bring along (FORM-019).

use std::io::{Cursor, Read, Write};
use std::process::Command;

use lopdf::{Dictionary, Document, Object, dictionary};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Folder, has, options, output, text_of};
use crate::print::{PdfTemplate, Placeholder, PrintMode, Row, Spot, Values, WordTemplate};
use crate::render;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn document(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr></w:body></w:document>"#
    )
}

fn word(body: &str) -> Vec<u8> {
    package(&[("[Content_Types].xml", TYPES), ("word/document.xml", &document(body))])
}

fn line(runs: &[&str]) -> String {
    let runs: String = runs.iter().map(|text| format!("<w:r><w:t>{text}</w:t></w:r>")).collect();
    format!("<w:p>{runs}</w:p>")
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|text| format!("<w:tc>{}</w:tc>", line(&[text]))).collect();
    format!("<w:tr>{cells}</w:tr>")
}

fn xml_of(file: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

fn members() -> Values {
    let member = |name: &str, share: &str| -> Row {
        [("name".to_owned(), name.to_owned()), ("share".to_owned(), share.to_owned())].into()
    };
    let mut values = Values::default();
    values.texts.insert("form.name".into(), "示例<食品>&商行".into());
    values.texts.insert("地址".into(), "示例路 1 号\n二楼".into());
    values.chosen.insert("form.kind".into(), vec!["own".into(), "自有".into()]);
    values.tables.insert("form.members".into(), vec![member("张三", "60"), member("李四", "40")]);
    values
}

fn form_body() -> String {
    [
        line(&["经营者：{", "{form.", "name}", "}（盖章）"]),
        line(&["地址：｛｛地址｝｝"]),
        line(&["{{form.kind=自有}}自有 {{form.kind=租赁}}租赁"]),
        format!(
            "<w:tbl><w:tblPr><w:tblBorders><w:top w:val=\"single\"/></w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w=\"4000\"/><w:gridCol w:w=\"4000\"/></w:tblGrid>{}{}</w:tbl>",
            row(&["姓名", "份额"]),
            row(&["{{#form.members}}{{name}}", "{{share}}{{/form.members}}"])
        ),
    ]
    .concat()
}

/// req: FORM-019
#[test]
fn names_are_found_when_the_editor_split_them_over_runs() {
    let template = WordTemplate::read(&word(&form_body())).unwrap();
    let found = template.placeholders();
    let plain = |name: &str| Placeholder { name: name.into(), table: None, repeats: false };
    let column = |name: &str| Placeholder { name: name.into(), table: Some("form.members".into()), repeats: false };
    assert!(
        found.contains(&plain("form.name")) && found.contains(&plain("地址")) && found.contains(&plain("form.kind"))
    );
    assert!(found.contains(&column("name")) && found.contains(&column("share")), "{found:?}");
    assert!(found.contains(&Placeholder { name: "form.members".into(), table: None, repeats: true }));
    assert_eq!(found.len(), 6, "each once: {found:?}");
}

/// req: FORM-019
#[test]
fn a_word_template_is_filled_and_its_rows_repeat() {
    let template = WordTemplate::read(&word(&form_body())).unwrap();
    let xml = xml_of(&template.fill(&members()).unwrap());
    assert!(xml.contains("示例&lt;食品&gt;&amp;商行"), "{xml}");
    assert!(xml.contains("（盖章）") && !xml.contains("{{") && !xml.contains("｛｛"), "{xml}");
    assert!(xml.contains("☑") && xml.contains("□租赁"), "{xml}");
    assert!(xml.contains("示例路 1 号</w:t><w:br/>"), "a line of the value is a line of the paper: {xml}");
    assert_eq!(xml.matches("<w:tr>").count(), 3, "the head and two people: {xml}");
    assert!(xml.find("张三").unwrap() < xml.find("李四").unwrap());
    // Nobody entered: the paper keeps one empty row.
    let empty = xml_of(&template.fill(&Values::default()).unwrap());
    assert_eq!(empty.matches("<w:tr>").count(), 2, "{empty}");
    // What was written can be read again as a template without places.
    assert!(WordTemplate::read(&template.fill(&members()).unwrap()).unwrap().placeholders().is_empty());
}

/// req: FORM-019
#[test]
fn paragraphs_repeat_and_their_marks_leave_no_line() {
    let body = [line(&["{{#form.members}}"]), line(&["股东：{{name}}"]), line(&["{{/form.members}}"])].concat();
    let xml = xml_of(&WordTemplate::read(&word(&body)).unwrap().fill(&members()).unwrap());
    assert_eq!(xml.matches("<w:p>").count(), 2, "{xml}");
    assert!(xml.contains("股东：张三") && xml.contains("股东：李四"), "{xml}");
}

/// req: FORM-019
#[test]
fn harmful_word_files_are_refused_with_the_reason() {
    let said = |bytes: &[u8]| WordTemplate::read(bytes).unwrap_err().to_string();
    let fine = document(&line(&["{{name}}"]));
    let with = |name: &str, content: &str| {
        package(&[("[Content_Types].xml", TYPES), ("word/document.xml", &fine), (name, content)])
    };
    let macros = TYPES.replace("document.main+xml", "document.macroEnabled.main+xml");
    assert!(said(&package(&[("[Content_Types].xml", &macros), ("word/document.xml", &fine)])).contains("宏"));
    assert!(said(&with("word/vbaProject.bin", "x")).contains("宏"));
    let link = r#"<Relationships><Relationship Id="r" Target="http://example.org/a.png" TargetMode="External"/></Relationships>"#;
    assert!(said(&with("word/_rels/document.xml.rels", link)).contains("http://example.org/a.png"));
    let entity = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>";
    assert!(said(&with("customXml/item1.xml", entity)).contains("实体"));
    assert!(said(&with("word/embeddings/oleObject1.bin", "x")).contains("嵌入"));
    assert!(said(&with("word/media/image1.png", &"0".repeat(17 << 20))).contains("压缩炸弹"));
    assert!(said(&with("../../etc/passwd", "x")).contains("路径"));
    assert!(said(b"\xd0\xcf\x11\xe0rest").contains(".docx"));
    assert!(said(b"PK not a zip").contains(".docx"));
    let field = "<w:p><w:r><w:instrText>INCLUDEPICTURE \"http://x\"</w:instrText></w:r></w:p>";
    assert!(said(&word(field)).contains("域"));
    assert!(said(&word(&line(&["{{#form.members}}{{name}}"]))).contains("成对"));
    assert!(WordTemplate::read(&with("word/media/image1.png", "small")).is_ok());
}

/// req: FORM-019
#[test]
fn a_filled_word_template_prints_as_pdf() {
    let template = WordTemplate::read(&word(&form_body())).unwrap();
    let made = template.pdf(&members(), false, &options()).unwrap();
    assert_eq!(made.pages, 1);
    assert!(made.archival, "every character has a typeface");
    if !has("pdftotext") {
        return;
    }
    let text = text_of(&made.bytes, "word-print");
    assert!(text.contains("经营者：示例<食品>&商行（盖章）"), "{text}");
    assert!(text.contains("张三60") && text.contains("李四40") && text.contains("√"), "{text}");
}

/// A page that says 姓名, with two form fields: one of a line, one with text that must shrink.
fn pdf_form() -> Vec<u8> {
    let page = "#set page(width: 210mm, height: 297mm, margin: 20mm)\n姓名（请用正楷填写）";
    let made = render(page, &json!({}), &options()).unwrap();
    let mut document = Document::load_mem(&made.bytes).unwrap();
    let page = *document.get_pages().get(&1).unwrap();
    let rect = |x: f64, y: f64, width: f64, height: f64| -> Vec<Object> {
        let mm = 72.0 / 25.4;
        [x * mm, (297.0 - y - height) * mm, (x + width) * mm, (297.0 - y) * mm]
            .iter()
            .map(|edge| Object::Real(*edge as f32))
            .collect()
    };
    let mut field = |name: &str, rect: Vec<Object>| -> Object {
        let widget = dictionary! { "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx",
        "T" => lopdf::text_string(name), "Rect" => rect };
        document.add_object(widget).into()
    };
    let fields = vec![field("姓名", rect(60.0, 40.0, 50.0, 8.0)), field("note", rect(60.0, 60.0, 30.0, 8.0))];
    document.get_dictionary_mut(page).unwrap().set("Annots", fields.clone());
    let mut form = Dictionary::new();
    form.set("Fields", fields);
    document.catalog_mut().unwrap().set("AcroForm", form);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn pdf_values() -> Values {
    let mut values = Values::default();
    values.texts.insert("姓名".into(), "欧阳示例".into());
    values.texts.insert("note".into(), "很长的说明文字要缩小以后才放得进这个格子里".into());
    values.texts.insert("day".into(), "2026年3月5日".into());
    values
}

fn spot() -> Spot {
    Spot { name: "day".into(), page: 1, x: 120.0, y: 200.0, width: 60.0, height: None, size: 4.2 }
}

/// Where a word stands, by `pdftotext -bbox`: points from the upper left corner.
fn place_of(pdf: &[u8], word: &str, name: &str) -> Option<(f64, f64)> {
    let folder = Folder::new(name);
    let file = folder.put("paper.pdf", pdf);
    let (_, text) = output(Command::new("pdftotext").arg("-bbox").arg(&file).arg("-"));
    let line = text.lines().find(|line| line.contains("<word") && line.contains(word))?;
    let number = |key: &str| line.split(&format!("{key}=\"")).nth(1)?.split('"').next()?.parse::<f64>().ok();
    Some((number("xMin")?, number("yMin")?))
}

/// req: FORM-019
#[test]
fn form_fields_and_placed_spots_of_a_pdf_are_filled_with_chinese() {
    let template = PdfTemplate::read(&pdf_form()).unwrap();
    let names: Vec<&str> = template.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["姓名", "note"]);
    let field = &template.fields()[0];
    assert!(
        (field.x - 60.5).abs() < 0.2 && (field.y - 40.0).abs() < 0.2 && (field.width - 49.0).abs() < 0.2,
        "{field:?}"
    );
    let made = template.fill(&[spot()], &pdf_values(), PrintMode::Whole, false, &options()).unwrap();
    let document = Document::load_mem(&made.bytes).unwrap();
    assert!(document.catalog().unwrap().get(b"AcroForm").is_err(), "nobody can write in it any more");
    if !has("pdftotext") {
        return;
    }
    let text = text_of(&made.bytes, "pdf-form");
    assert!(
        text.contains("姓名（请用正楷填写）") && text.contains("欧阳示例") && text.contains("2026年3月5日"),
        "{text}"
    );
    let (x, y) = place_of(&made.bytes, "欧阳示例", "pdf-form-place").unwrap();
    let mm = 72.0 / 25.4;
    assert!((x / mm - 60.5).abs() < 1.0 && (40.0..48.0).contains(&(y / mm)), "{} {}", x / mm, y / mm);
}

/// req: FORM-019
#[test]
fn position_print_gives_the_values_alone_moved_by_the_printer() {
    let template = PdfTemplate::read(&pdf_form()).unwrap();
    let print = |x, y| {
        template.fill(&[spot()], &pdf_values(), PrintMode::ValuesOnly { x, y }, false, &options()).unwrap().bytes
    };
    if !has("pdftotext") {
        return;
    }
    let (still, moved) = (print(0.0, 0.0), print(3.0, -2.0));
    let text = text_of(&still, "values-only");
    assert!(text.contains("欧阳示例") && !text.contains("请用正楷填写"), "{text}");
    let (x0, y0) = place_of(&still, "2026", "values-still").unwrap();
    let (x1, y1) = place_of(&moved, "2026", "values-moved").unwrap();
    let mm = 72.0 / 25.4;
    assert!(((x1 - x0) / mm - 3.0).abs() < 0.1 && ((y1 - y0) / mm + 2.0).abs() < 0.1);
    assert!((x0 / mm - 120.0).abs() < 0.5, "{}", x0 / mm);
}

/// req: FORM-019
#[test]
fn a_place_outside_the_page_and_a_harmful_pdf_are_refused() {
    let template = PdfTemplate::read(&pdf_form()).unwrap();
    let far = Spot { x: 400.0, ..spot() };
    let said = template.fill(&[far], &pdf_values(), PrintMode::Whole, false, &options()).unwrap_err().to_string();
    assert!(said.contains("“day”的位置在第 1 页之外"), "{said}");
    let with = |key: &str, value: Object| {
        let mut document = Document::load_mem(&pdf_form()).unwrap();
        document.catalog_mut().unwrap().set(key, value);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        PdfTemplate::read(&bytes).unwrap_err().to_string()
    };
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    assert!(with("OpenAction", script.into()).contains("脚本"));
    assert!(with("OpenAction", dictionary! { "S" => "Launch" }.into()).contains("启动程序"));
    assert!(with("Names", dictionary! { "EmbeddedFiles" => Dictionary::new() }.into()).contains("附件"));
    assert!(PdfTemplate::read(b"hello").unwrap_err().to_string().contains("不是 PDF"));
}

/// req: FORM-019
#[test]
fn a_page_that_is_turned_is_filled_as_one_sees_it() {
    let mut document = Document::load_mem(&pdf_form()).unwrap();
    let page = *document.get_pages().get(&1).unwrap();
    document.get_dictionary_mut(page).unwrap().set("Rotate", 90);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let template = PdfTemplate::read(&bytes).unwrap();
    let size = template.pages()[0];
    assert!((size.width - 297.0).abs() < 0.2 && (size.height - 210.0).abs() < 0.2, "{size:?}");
    let spot = Spot { x: 200.0, y: 30.0, ..spot() };
    let made = template.fill(&[spot], &pdf_values(), PrintMode::Whole, false, &options()).unwrap();
    if has("pdftotext") {
        assert!(text_of(&made.bytes, "turned").contains("2026年3月5日"));
    }
}

/// A signature written by hand stands where its place is. req: FORM-020
#[test]
fn a_picture_stands_in_its_place() {
    // One red point, PNG.
    let png = base::encoding::from_base64url(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg",
    )
    .unwrap();
    let template = PdfTemplate::read(&pdf_form()).unwrap();
    let mut values = pdf_values();
    values.pictures.insert("day".into(), png);
    let made = template.fill(&[spot()], &values, PrintMode::Whole, false, &options()).unwrap();
    let document = Document::load_mem(&made.bytes).unwrap();
    let pictures = document.objects.values().filter(|object| {
        object.as_stream().is_ok_and(|stream| {
            stream.dict.get(b"Subtype").is_ok_and(|kind| kind.as_name().is_ok_and(|name| name == b"Image"))
        })
    });
    assert!(pictures.count() >= 1);
}

/// A copy carries its words on every page and reads otherwise as before; the signature it no longer has is gone, the
/// picture of the seal stays. Marked again it carries both. What is no PDF and no picture is told to be.
///
/// req: CASE-045
#[test]
fn a_copy_carries_who_when_and_what_for_on_every_page() {
    let paper = render("= 食品经营许可证\n#pagebreak()\n第二页", &json!({}), &options()).unwrap().bytes;
    let sealed = super::seal::market().seal(&paper, None, super::produced_at());
    let words = vec!["仅用于办理贷款，他用无效".to_owned(), "王海燕 2026-03-05".to_owned()];
    let copy = crate::marked(&sealed, "application/pdf", &words, &options()).unwrap();
    assert_eq!(copy.pages, 2);
    assert_eq!(PdfTemplate::read(&copy.bytes).unwrap().pages().len(), 2);
    let trust = super::seal::market().trust();
    assert!(crate::verify(&copy.bytes, &trust).signatures.is_empty(), "a copy is not the sealed paper");
    let again = crate::marked(&copy.bytes, "application/pdf", &["第二次".to_owned()], &options()).unwrap();
    if has("pdftotext") {
        let text = text_of(&copy.bytes, "marked");
        assert!(text.contains("食品经营许可证") && text.contains("第二页"), "{text}");
        // Slanted lines come out letter by letter; each of these stands once in a line.
        assert!(text.matches('贷').count() >= 12 && text.matches('燕').count() >= 12, "on both pages: {text}");
        let text = text_of(&again.bytes, "marked-again");
        assert!(text.contains('贷') && text.contains('次'), "{text}");
    }
    // The smallest grey PNG.
    let picture = base::encoding::from_hex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6368000000820081\
         77cd72b60000000049454e44ae426082",
    )
    .unwrap();
    assert_eq!(crate::marked(&picture, "image/png", &words, &options()).unwrap().pages, 1);
    assert!(crate::marked(b"%PDF-1.4 cut", "application/pdf", &words, &options()).is_err());
    assert!(crate::marked(b"PK", "application/zip", &words, &options()).unwrap_err().message.contains("PDF"));
}
