//! Tables people bring: CSV in UTF-8 or GB 18030, XLSX (first sheet).

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use platform::web::problem::{Problem, Result};

/// Rows a file may have.
const MOST: usize = 20_000;

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

fn xlsx(bytes: &[u8]) -> Result<Vec<(usize, Vec<String>)>> {
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error: calamine::XlsxError| unreadable(&error.to_string()))?;
    let sheet = book.worksheet_range_at(0).ok_or_else(|| unreadable("里面没有工作表"))?;
    let sheet = sheet.map_err(|error| unreadable(&error.to_string()))?;
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    let text = |cell: &Data| match cell {
        // A phone or code typed as a number must not become 1.99e10.
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => other.to_string().trim().to_owned(),
    };
    Ok(sheet.rows().enumerate().map(|(at, row)| (first + at + 1, row.iter().map(text).collect())).collect())
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

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(Table::read("a.csv", b"").is_err());
        assert!(Table::read("a.xlsx", b"PK nonsense").is_err());
        assert!(Table::read("a.csv", "姓名,姓名\n王,王\n".as_bytes()).is_err());
    }
}
