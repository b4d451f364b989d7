//! Spreadsheets: written with one head line, and cells of people's files read into values.

use std::io::{Cursor, Write};

use form::{Field, FieldType};
use platform::{Problem, Result};
use serde_json::{Value, json};
use time::{Date, Duration};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Media type of a spreadsheet.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Characters a cell takes.
const LONGEST: usize = 32_000;

/// One cell. A text stays a text whatever it begins with: a spreadsheet runs nothing of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Number(f64),
}

impl Cell {
    /// A text that is a number becomes one.
    pub(crate) fn number(text: &str) -> Self {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map_or_else(|| Self::Text(text.to_owned()), Self::Number)
    }
}

/// One sheet of a book.
pub(crate) struct Sheet {
    pub name: &'static str,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Writes a book.
///
/// # Errors
/// An internal problem: what does not fit was cut before.
pub(crate) fn book(sheets: &[Sheet]) -> Result<Vec<u8>> {
    write(sheets).map_err(Problem::internal)
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>"#;

fn write(sheets: &[Sheet]) -> std::result::Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The moment is left at its zero, so that equal rows make equal files.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut put = |name: &str, content: &str| {
        archive.start_file(name, options)?;
        archive.write_all(HEAD.as_bytes())?;
        archive.write_all(content.as_bytes())?;
        Ok::<(), zip::result::ZipError>(())
    };
    let (mut types, mut names, mut links) = (String::new(), String::new(), String::new());
    for (at, one) in sheets.iter().enumerate() {
        let n = at + 1;
        types.push_str(&format!(r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#));
        names.push_str(&format!(r#"<sheet name="{}" sheetId="{n}" r:id="rId{n}"/>"#, one.name));
        links.push_str(&format!(r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#));
        put(&format!("xl/worksheets/sheet{n}.xml"), &sheet(one))?;
    }
    let last = sheets.len() + 1;
    put(
        "[Content_Types].xml",
        &format!(
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{types}</Types>"#
        ),
    )?;
    put(
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    )?;
    put(
        "xl/workbook.xml",
        &format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{names}</sheets></workbook>"#
        ),
    )?;
    put(
        "xl/_rels/workbook.xml.rels",
        &format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}<Relationship Id="rId{last}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#
        ),
    )?;
    put("xl/styles.xml", STYLES)?;
    Ok(archive.finish()?.into_inner())
}

/// One sheet: the head line stays in view, columns are wide enough to read.
fn sheet(one: &Sheet) -> String {
    let mut xml = String::from(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>"#,
    );
    let head: Vec<Cell> = one.head.iter().map(|label| Cell::Text(label.clone())).collect();
    line(&mut xml, 1, 1, &head);
    for (at, cells) in one.rows.iter().enumerate() {
        line(&mut xml, at + 2, 0, cells);
    }
    xml.push_str("</sheetData></worksheet>");
    xml
}

/// One line. A text is written as a string of its own, never as something a spreadsheet reckons.
fn line(xml: &mut String, row: usize, style: u8, cells: &[Cell]) {
    xml.push_str(&format!(r#"<row r="{row}">"#));
    for (at, cell) in cells.iter().enumerate() {
        let place = format!("{}{row}", column(at));
        match cell {
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => {
                xml.push_str(&format!(
                    r#"<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                    escaped(text)
                ));
            }
            Cell::Number(number) => xml.push_str(&format!(r#"<c r="{place}" s="{style}"><v>{number}</v></c>"#)),
        }
    }
    xml.push_str("</row>");
}

/// Letters of a column: A, …, Z, AA, …
fn column(at: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    if at < 26 { letter.to_string() } else { format!("{}{letter}", column(at / 26 - 1)) }
}

/// A text as XML holds it: without the marks XML knows no writing for.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A cell of somebody's file as the form takes it. What can't be read stays as it is: the form says why.
pub(crate) fn read(field: &Field, text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return Value::Null;
    }
    let chosen = |text: &str| {
        let option = field.options.iter().find(|option| option.label == text || option.value == text);
        option.map_or_else(|| text.to_owned(), |option| option.value.clone())
    };
    match field.kind {
        FieldType::Select | FieldType::Radio => json!(chosen(text)),
        FieldType::Checkboxes => {
            let parts = text.split(['、', '，', ',', ';', '；']).map(str::trim).filter(|part| !part.is_empty());
            json!(parts.map(chosen).collect::<Vec<_>>())
        }
        FieldType::Yesno | FieldType::Switch => match text {
            "是" | "有" | "true" | "TRUE" | "1" | "√" => json!(true),
            "否" | "无" | "false" | "FALSE" | "0" | "×" => json!(false),
            other => json!(other),
        },
        FieldType::Number => json!(text.replace([',', '，'], "")),
        FieldType::Money => fen(text).map_or_else(|| json!(text), |fen| json!(fen)),
        FieldType::Date => json!(day(text).unwrap_or_else(|| text.to_owned())),
        FieldType::Datetime => json!(moment(text).unwrap_or_else(|| text.to_owned())),
        _ => json!(text),
    }
}

/// Yuan as people write them, in fen.
fn fen(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(['¥', '￥']).trim_end_matches('元').replace([',', '，'], "");
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (yuan, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let rest = rest.trim_end_matches('0');
    if yuan.is_empty() || rest.len() > 2 || !yuan.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fen = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(format!("{rest:0<2}").parse().ok()?)?;
    Some(if negative { -fen } else { fen })
}

/// A day in one of the ways people write it, or as a spreadsheet counts it.
fn day(text: &str) -> Option<String> {
    let date = match text.parse::<f64>() {
        Ok(count) => counted(count)?.0,
        Err(_) => {
            let day = text.split([' ', 'T']).next().unwrap_or(text);
            let parts: Vec<&str> =
                day.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
            let [year, month, day] = parts.as_slice() else { return None };
            let month = month.parse::<u8>().ok().and_then(|month| time::Month::try_from(month).ok())?;
            Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?
        }
    };
    Some(format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()))
}

fn moment(text: &str) -> Option<String> {
    if let Ok(count) = text.parse::<f64>() {
        let (date, minutes) = counted(count)?;
        let day = day(&date.to_string())?;
        return Some(format!("{day}T{:02}:{:02}", minutes / 60, minutes % 60));
    }
    let (_, clock) = text.split_once([' ', 'T'])?;
    let mut parts = clock.split(':');
    let (hour, minute) = (parts.next()?.trim().parse::<u8>().ok()?, parts.next()?.trim().parse::<u8>().ok()?);
    Some(format!("{}T{hour:02}:{minute:02}", day(text)?))
}

/// Days since the end of 1899, as spreadsheets count, with the minute of the day.
fn counted(count: f64) -> Option<(Date, i64)> {
    if !(20_000.0..80_000.0).contains(&count) {
        return None;
    }
    let minutes = (count.fract() * 1_440.0).round() as i64;
    let date = Date::from_ordinal_date(1899, 364).ok()?.checked_add(Duration::days(count.trunc() as i64))?;
    Some((date, minutes.min(1_439)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: &str) -> Field {
        let options = json!([{ "value": "paper", "label": "纸张" }, { "value": "ink", "label": "墨粉" }]);
        serde_json::from_value(json!({ "key": "f", "type": kind, "label": "字段", "options": options })).unwrap()
    }

    /// req: FORM-033
    #[test]
    fn cells_are_read_as_people_write_them() {
        for (kind, text, value) in [
            ("select", "墨粉", json!("ink")),
            ("select", "没有的", json!("没有的")),
            ("checkboxes", "纸张、墨粉", json!(["paper", "ink"])),
            ("yesno", "是", json!(true)),
            ("number", "1,200.5", json!("1200.5")),
            ("money", "¥1,200.5", json!(120_050)),
            ("money", "-3", json!(-300)),
            ("money", "1.005", json!("1.005")),
            ("date", "2026/9/1", json!("2026-09-01")),
            ("date", "2026年9月1日", json!("2026-09-01")),
            ("date", "46266", json!("2026-09-01")),
            ("date", "明天", json!("明天")),
            ("datetime", "46266.375", json!("2026-09-01T09:00")),
            ("datetime", "2026-9-1 9:05", json!("2026-09-01T09:05")),
            ("text", "  =1+1 ", json!("=1+1")),
            ("text", " ", Value::Null),
        ] {
            assert_eq!(read(&field(kind), text), value, "{kind} {text}");
        }
    }

    /// req: FORM-033
    #[test]
    fn a_book_reads_back_and_a_formula_stays_a_text() {
        let sheet = Sheet {
            name: "数据",
            head: vec!["名称".into(), "数量".into()],
            rows: vec![vec![Cell::Text("=HYPERLINK(\"x\")<&>\u{1}".into()), Cell::number("12.5")]],
        };
        assert_eq!(
            (column(0), column(25), column(26), column(701)),
            ("A".into(), "Z".into(), "AA".into(), "ZZ".into())
        );
        let bytes = book(&[sheet]).unwrap();
        let table = identity::administration::Table::read("a.xlsx", &bytes).unwrap();
        assert_eq!(table.header, ["名称", "数量"]);
        assert_eq!(table.rows, [(2, vec!["=HYPERLINK(\"x\")<&>".into(), "12.5".into()])]);
    }
}
