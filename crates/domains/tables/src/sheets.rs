//! Spreadsheets: written with one head line, and cells of people's files read into values.

use form::{Field, FieldType};
use platform::{Problem, Result};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::{Value, json};
use time::{Date, Duration, OffsetDateTime};

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
        text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Number)
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
pub(crate) fn book(sheets: &[Sheet], now: OffsetDateTime) -> Result<Vec<u8>> {
    write(sheets, now).map_err(Problem::internal)
}

fn write(sheets: &[Sheet], now: OffsetDateTime) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(now.unix_timestamp())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    for one in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(one.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, label) in one.head.iter().enumerate() {
            let column = u16::try_from(at).unwrap_or(u16::MAX);
            sheet.set_column_width(column, 18)?;
            sheet.write_string_with_format(0, column, cut(label), &bold)?;
        }
        for (at, cells) in one.rows.iter().enumerate() {
            line(sheet, u32::try_from(at + 1).unwrap_or(u32::MAX), cells)?;
        }
    }
    book.save_to_buffer()
}

fn line(sheet: &mut Worksheet, row: u32, cells: &[Cell]) -> std::result::Result<(), XlsxError> {
    for (at, cell) in cells.iter().enumerate() {
        let column = u16::try_from(at).unwrap_or(u16::MAX);
        match cell {
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => {
                sheet.write_string(row, column, cut(text))?;
            }
            Cell::Number(number) => {
                sheet.write_number(row, column, *number)?;
            }
        }
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
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
            let parts: Vec<&str> = day.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
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
            rows: vec![vec![Cell::Text("=HYPERLINK(\"x\")".into()), Cell::number("12.5")]],
        };
        let bytes = book(&[sheet], testkit::story_start()).unwrap();
        let table = identity::administration::Table::read("a.xlsx", &bytes).unwrap();
        assert_eq!(table.header, ["名称", "数量"]);
        assert_eq!(table.rows, [(2, vec!["=HYPERLINK(\"x\")".into(), "12.5".into()])]);
        // Written as a formula it would read back as its result, which nobody has computed.
        assert!(!String::from_utf8_lossy(&bytes).contains("<f>"));
    }
}
