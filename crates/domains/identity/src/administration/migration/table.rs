//! Tables people bring: CSV in UTF-8 or GB 18030, XLSX (first sheet).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader, Xlsx};
use platform::web::problem::{Problem, Result};
use zip::ZipArchive;

/// Rows a file may have.
const MOST: usize = 20_000;
/// Cells of a sheet, empty ones between filled ones included: two cells in opposite corners span seventeen billion.
const CELLS: usize = 2_000_000;
/// Bytes the parts of a spreadsheet may unpack to.
const UNPACKED: u64 = 64 << 20;
/// Parts a spreadsheet may have.
const PARTS: usize = 2_000;

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Line in the file, and cells by column.
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// Reads a file by its name's ending.
    ///
    /// # Errors
    /// 422 `/content_base64` when it can't be read, is empty or too long.
    pub fn read(file_name: &str, bytes: &[u8]) -> Result<Self> {
        let lines = if file_name.to_lowercase().ends_with(".xlsx") { xlsx(bytes)? } else { csv(bytes)? };
        let mut lines = lines.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        let Some((_, header)) = lines.next() else { return Err(unreadable("文件是空的")) };
        let rows: Vec<(usize, Vec<String>)> = lines.take(MOST + 1).collect();
        if rows.len() > MOST {
            return Err(unreadable(&format!("一次最多 {MOST} 行，请分成几个文件")));
        }
        if let Some(twice) =
            header.iter().enumerate().find(|(at, name)| !name.is_empty() && header[..*at].contains(name))
        {
            return Err(unreadable(&format!("“{}”这一列出现了两次", twice.1)));
        }
        Ok(Self { header, rows })
    }

    /// Reads a file as a request brings it: standard base64 as browsers make it, or the URL form.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn sent(file_name: &str, content: &str) -> Result<Self> {
        let url: String = content.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = base::encoding::from_base64url(&url)
            .ok_or_else(|| Problem::invalid_field("/content_base64", "unreadable", "文件没有传完整，请重新选择文件"))?;
        Self::read(file_name, &bytes)
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::invalid_field("/content_base64", "unreadable", format!("文件读不出来：{why}"))
}

fn csv(bytes: &[u8]) -> Result<Vec<(usize, Vec<String>)>> {
    // What a spreadsheet program saves as "CSV" in a Chinese system is GB 18030.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => {
            let (text, _, broken) = encoding_rs::GB18030.decode(bytes);
            if broken {
                return Err(unreadable("文字编码要是 UTF-8 或 GB 18030"));
            }
            text.into_owned()
        }
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let (mut line, mut at) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error.to_string()))?;
        // Empty lines before a record belong to its position; the person counts them too.
        let begin = record.position().map_or(at, |position| usize::try_from(position.byte()).unwrap_or(at));
        let begin =
            begin + text.get(begin..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        line += text.get(at..begin).map_or(0, |passed| passed.matches('\n').count());
        at = begin;
        lines.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
    }
    Ok(lines)
}

/// Whether a spreadsheet unpacks to what somebody could have written. Counts what comes out: what the file says of its
/// own sizes may be a lie.
fn unpacks_to_little(bytes: &[u8]) -> Result<()> {
    let broken = |_| unreadable("文件不完整，请另存一份再上传");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > PARTS {
        return Err(unreadable("文件里的部件太多，不像是表格。请另存一份再上传"));
    }
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(broken)?;
        let came = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|_| unreadable("文件不完整，请另存一份再上传"))?;
        left =
            left.checked_sub(came).ok_or_else(|| unreadable("文件展开后大得不正常，请删去图片、分成几个文件再上传"))?;
    }
    Ok(())
}

/// Cells of the first sheet by row and column, as text. Taken one by one: a range over all of them would be as large as
/// the two cells furthest apart say.
fn xlsx(bytes: &[u8]) -> Result<Vec<(usize, Vec<String>)>> {
    let told = |error: calamine::XlsxError| unreadable(&error.to_string());
    let too_wide = || unreadable("表格的行列太多，请删去空行空列、分成几个文件再上传");
    unpacks_to_little(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(told)?;
    let name = book.sheet_names().first().cloned().ok_or_else(|| unreadable("里面没有工作表"))?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(told)?;
    let mut sheet: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let (mut from, mut to, mut filled) = (u32::MAX, 0, 0_usize);
    while let Some(cell) = reader.next_cell().map_err(told)? {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            // A phone or code typed as a number must not become 1.99e10.
            DataRef::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
            other => Data::from(other.clone()).to_string().trim().to_owned(),
        };
        if text.is_empty() {
            continue;
        }
        (from, to, filled) = (from.min(column), to.max(column), filled + 1);
        sheet.entry(row).or_default().insert(column, text);
        // One more than may be, so that the caller can say how many may be.
        if sheet.len() > MOST + 2 {
            break;
        }
        if filled > CELLS {
            return Err(too_wide());
        }
    }
    if sheet.is_empty() {
        return Ok(Vec::new());
    }
    let width = (to - from) as usize + 1;
    if width.saturating_mul(sheet.len()) > CELLS {
        return Err(too_wide());
    }
    let line = |(row, mut cells): (u32, BTreeMap<u32, String>)| {
        (row as usize + 1, (from..=to).map(|column| cells.remove(&column).unwrap_or_default()).collect())
    };
    Ok(sheet.into_iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_reads_in_both_encodings_and_keeps_line_numbers() {
        let text = "登录名,姓名\n\nwang,\"王,海\"\n";
        let expected = Table {
            header: vec!["登录名".into(), "姓名".into()],
            rows: vec![(3, vec!["wang".into(), "王,海".into()])],
        };
        assert_eq!(Table::read("a.csv", text.as_bytes()).unwrap(), expected);
        assert_eq!(Table::read("a.csv", format!("\u{feff}{text}").as_bytes()).unwrap(), expected);
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        assert_eq!(Table::read("a.csv", &gb).unwrap(), expected);
    }

    #[test]
    fn a_spreadsheet_reads_and_a_phone_typed_as_a_number_stays_whole() {
        let table = Table::read("人员.XLSX", include_bytes!("fixture.xlsx")).unwrap();
        assert_eq!(table.header, ["登录名", "姓名", "手机"]);
        assert_eq!(table.rows, [(2, vec!["wang.wu".into(), "王五".into(), "19900000802".into()])]);
    }

    /// A spreadsheet of the smallest kind around the cells of its sheet.
    fn book(cells: &str) -> Vec<u8> {
        let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let parts = [
            (
                "[Content_Types].xml",
                r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned(),
            ),
            (
                "_rels/.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
            ),
            (
                "xl/workbook.xml",
                r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#.to_owned(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned(),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!(
                    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
                ),
            ),
        ];
        for (name, content) in parts {
            made.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut made, content.as_bytes()).unwrap();
        }
        made.finish().unwrap().into_inner()
    }

    fn cell(at: &str, text: &str) -> String {
        let row: String = at.chars().filter(char::is_ascii_digit).collect();
        format!(r#"<row r="{row}"><c r="{at}" t="inlineStr"><is><t>{text}</t></is></c></row>"#)
    }

    /// Two cells in opposite corners, and a sheet of nothing that unpacks to gigabytes: told, and nothing is kept of them.
    ///
    /// req: OPS-030
    #[test]
    fn a_sheet_that_spans_billions_of_cells_or_unpacks_to_gigabytes_is_refused() {
        let small = format!("{}{}", cell("B2", "姓名"), cell("B4", "王五"));
        let table = Table::read("a.xlsx", &book(&small)).unwrap();
        assert_eq!((table.header, table.rows), (vec!["姓名".to_owned()], vec![(4, vec!["王五".to_owned()])]));
        let corners = format!("{}{}", cell("A1", "姓名"), cell("XFD1048576", "王五"));
        assert!(Table::read("a.xlsx", &book(&corners)).is_ok(), "two rows of many columns are still little");
        let wide: String = (1..200).map(|row| cell(&format!("A{row}"), "a")).collect();
        let wide = format!("{wide}{}", cell("XFD200", "b"));
        assert!(Table::read("a.xlsx", &book(&wide)).is_err(), "200 rows of 16,384 columns");
        let bomb = book(&" ".repeat(usize::try_from(UNPACKED).unwrap() + 1));
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        let told = Table::read("a.xlsx", &bomb).unwrap_err();
        assert!(told.title().contains("大得不正常"), "{told}");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(Table::read("a.csv", b"").is_err());
        assert!(Table::read("a.xlsx", b"PK nonsense").is_err());
        assert!(Table::read("a.csv", "姓名,姓名\n王,王\n".as_bytes()).is_err());
    }
}
