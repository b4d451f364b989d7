//! A drawn sheet as a file people edit (Office Open XML, ISO/IEC 29500 transitional).
//!
//! Written part by part, because what a form needs is little: paragraphs, two kinds of table, lines to
//! write on. Equal sheets give equal bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::draw::{Drawn, DrawnBlock, Run};
use crate::render::PaperError;

/// Width of the text on A4 with the margins below, in twentieths of a point.
const TEXT_WIDTH: u32 = 11_906 - 2 * 1_588;
/// Empty cells are written on by hand: 9 mm high at least.
const ROW_HEIGHT: u32 = 510;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// 仿宋 14 pt for the text, 宋体 bold 22 pt for the title, 黑体 for headings and heads of tables.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="FangSong" w:hAnsi="FangSong" w:eastAsia="仿宋" w:cs="Times New Roman"/><w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="480" w:lineRule="auto"/><w:jc w:val="both"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="240" w:line="360" w:lineRule="auto"/><w:jc w:val="center"/></w:pPr><w:rPr><w:rFonts w:ascii="SimSun" w:hAnsi="SimSun" w:eastAsia="宋体"/><w:b/><w:sz w:val="44"/><w:szCs w:val="44"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="160"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:ascii="SimHei" w:hAnsi="SimHei" w:eastAsia="黑体"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Small"><w:name w:val="Small"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="320" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="300" w:lineRule="auto"/><w:jc w:val="left"/></w:pPr><w:rPr><w:sz w:val="24"/><w:szCs w:val="24"/></w:rPr></w:style></w:styles>"#;

/// The sheet as a DOCX file.
///
/// # Errors
/// When the archive can't be written.
pub fn docx(sheet: &Drawn, produced_at: OffsetDateTime) -> Result<Vec<u8>, PaperError> {
    let failed = |error: &dyn std::fmt::Display| PaperError::new(format!("暂时不能生成文档：{error}"));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // A fixed day inside the archive keeps equal sheets equal; the real one stands in core.xml.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("word/document.xml", document(sheet)),
        ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS.to_owned()),
        ("word/styles.xml", STYLES.to_owned()),
        ("docProps/core.xml", core(&sheet.title, produced_at)),
    ];
    for (name, text) in parts {
        archive.start_file(name, options).map_err(|error| failed(&error))?;
        archive.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| failed(&error))
}

fn core(title: &str, at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let stamp = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>Tongban</dc:creator><dc:language>zh-CN</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created></cp:coreProperties>"#,
        escaped(title)
    )
}

fn document(sheet: &Drawn) -> String {
    let mut body = paragraph("Title", "", &text(&sheet.title, ""));
    body.push_str(&paragraph("Small", "", &text(&sheet.mark, r#"<w:color w:val="B3261E"/>"#)));
    if let Some(purpose) = &sheet.purpose {
        body.push_str(&paragraph("Small", "", &text(purpose, r#"<w:color w:val="55554F"/>"#)));
    }
    if let Some(note) = &sheet.note {
        body.push_str(&paragraph("Small", "", &text(&format!("填写说明：{note}"), r#"<w:color w:val="55554F"/>"#)));
    }
    for block in &sheet.blocks {
        body.push_str(&part(block));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1588" w:right="1588" w:bottom="1588" w:left="1588" w:header="851" w:footer="851" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

fn part(block: &DrawnBlock) -> String {
    match block {
        DrawnBlock::Heading { text: words } => paragraph("Heading1", "", &text(words, "")),
        DrawnBlock::Text { indent, runs: all } => {
            let first = if *indent { r#"<w:ind w:firstLineChars="200" w:firstLine="560"/>"# } else { "" };
            paragraph("Normal", first, &runs(all))
        }
        DrawnBlock::Items { lines } => lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let number = text(&format!("{}. ", at + 1), "");
                paragraph("Normal", r#"<w:ind w:left="980" w:hanging="420"/>"#, &format!("{number}{}", runs(line)))
            })
            .collect(),
        DrawnBlock::Choices { label, options } => {
            let label = label.iter().map(|label| paragraph("Normal", "", &text(label, "")));
            let lines = options.iter().map(|option| {
                let mark = if option.picked { "☑" } else { "□" };
                paragraph("Normal", r#"<w:ind w:left="560"/>"#, &text(&format!("{mark} {}", option.text), ""))
            });
            label.chain(lines).collect()
        }
        DrawnBlock::Pairs { rows } => {
            let widths = [3, 7];
            let rows = rows.iter().map(|row| vec![(text(&row.label, ""), true), (cell_runs(&row.runs), false)]);
            table(&widths, rows)
        }
        DrawnBlock::Table { head, widths, rows } => {
            let cells = |row: &Vec<String>, head: bool| row.iter().map(|cell| (text(cell, ""), head)).collect();
            table(widths, std::iter::once(cells(head, true)).chain(rows.iter().map(|row| cells(row, false))))
        }
        DrawnBlock::Plan { caption, rooms, .. } => {
            // An editor of texts is no place to draw: the frame to draw in, or what the printed sample shows.
            let names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
            let inside = if names.is_empty() {
                "（在这里画图，或者另附一张）".to_owned()
            } else {
                format!("（图上有：{}。画法看打印用的样表。）", names.join("、"))
            };
            let frame = table(&[1], std::iter::once(vec![(text(&inside, ""), false)]));
            let frame =
                frame.replacen(&format!(r#"<w:trHeight w:val="{ROW_HEIGHT}""#), r#"<w:trHeight w:val="4500""#, 1);
            format!("{}{frame}", paragraph("Normal", "", &text(caption, "")))
        }
        DrawnBlock::Sign { lines, date } => {
            let mut out = paragraph("Normal", "", "");
            for line in lines {
                let name = match &line.name {
                    Some(name) => Run::Filled(name.clone()),
                    None => Run::Blank(10),
                };
                out.push_str(&paragraph(
                    "Normal",
                    "",
                    &format!("{}{}", text(&format!("{}：", line.who), ""), run(&name)),
                ));
            }
            let date = date.as_deref().unwrap_or("　　　　年　　月　　日");
            out + &paragraph("Normal", r#"<w:jc w:val="right"/>"#, &text(date, ""))
        }
    }
}

fn runs(all: &[Run]) -> String {
    all.iter().map(run).collect()
}

fn run(one: &Run) -> String {
    const LINE: &str = r#"<w:u w:val="single"/>"#;
    match one {
        Run::Plain(words) => text(words, ""),
        Run::Blank(width) => text(&"　".repeat(*width), LINE),
        Run::Filled(words) => text(words, LINE),
    }
}

/// In a cell the frame is the line to write on.
fn cell_runs(all: &[Run]) -> String {
    all.iter()
        .map(|one| match one {
            Run::Plain(words) | Run::Filled(words) => text(words, ""),
            Run::Blank(_) => String::new(),
        })
        .collect()
}

fn text(words: &str, properties: &str) -> String {
    let properties = if properties.is_empty() { String::new() } else { format!("<w:rPr>{properties}</w:rPr>") };
    format!(r#"<w:r>{properties}<w:t xml:space="preserve">{}</w:t></w:r>"#, escaped(words))
}

fn paragraph(style: &str, properties: &str, content: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>"#)
}

/// A framed table; a cell is its runs and whether it is a label.
fn table(shares: &[u32], rows: impl Iterator<Item = Vec<(String, bool)>>) -> String {
    let whole: u32 = shares.iter().sum::<u32>().max(1);
    let widths: Vec<u32> = shares.iter().map(|share| TEXT_WIDTH * share / whole).collect();
    let mut out = String::from(
        r#"<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders><w:top w:val="single" w:sz="4" w:color="8A8A86"/><w:left w:val="single" w:sz="4" w:color="8A8A86"/><w:bottom w:val="single" w:sz="4" w:color="8A8A86"/><w:right w:val="single" w:sz="4" w:color="8A8A86"/><w:insideH w:val="single" w:sz="4" w:color="8A8A86"/><w:insideV w:val="single" w:sz="4" w:color="8A8A86"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>"#,
    );
    for width in &widths {
        let _ = write!(out, r#"<w:gridCol w:w="{width}"/>"#);
    }
    out.push_str("</w:tblGrid>");
    for row in rows {
        let _ =
            write!(out, r#"<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{ROW_HEIGHT}" w:hRule="atLeast"/></w:trPr>"#);
        for ((content, label), width) in row.iter().zip(&widths) {
            let shade = if *label { r#"<w:shd w:val="clear" w:color="auto" w:fill="F5F5F2"/>"# } else { "" };
            let _ = write!(
                out,
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>{}</w:tc>"#,
                paragraph("Cell", "", content)
            );
        }
        out.push_str("</w:tr>");
    }
    // Two tables that follow each other would grow together.
    out.push_str("</w:tbl>");
    out.push_str(&paragraph("Small", "", ""));
    out
}

/// Text of XML: without the characters XML 1.0 does not know.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter < ' ' && !matches!(letter, '\t' | '\n' | '\r') => {}
            letter => out.push(letter),
        }
    }
    out
}
