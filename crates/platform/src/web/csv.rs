//! Lists as CSV files that spreadsheets open.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A cell: quoted; a leading formula sign is disarmed, so that a spreadsheet shows text and runs nothing.
pub fn cell(text: &str) -> String {
    let runs = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    format!("\"{}{}\"", if runs { "'" } else { "" }, text.replace('"', "\"\""))
}

/// A file to take away: a head and rows.
pub fn file(name: &'static str, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Response {
    let line = |cells: Vec<String>| cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",");
    let mut text = format!("\u{feff}{}\r\n", head.join(","));
    for row in rows {
        text.push_str(&line(row));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_runs_nothing() {
        assert_eq!(cell("a\"b"), "\"a\"\"b\"");
        assert_eq!(cell(" =1+1"), "\"' =1+1\"");
        assert_eq!(cell("食品"), "\"食品\"");
    }
}
