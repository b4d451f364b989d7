//! Lists over HTTP: bounded, keyset paged, with an exact total.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Problem, Result};

/// Largest page a list gives.
pub const MAX_LIMIT: u64 = 100;

/// Page part of a list query.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u64>,
    /// Cursor of the next page as given by the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Rows wanted, bounded.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(20).clamp(1, MAX_LIMIT)
    }

    /// Parts of the cursor, `|`-separated inside a hex text.
    ///
    /// # Errors
    /// 400 when the cursor was not made by us.
    pub fn cursor_parts(&self, count: usize) -> Result<Option<Vec<String>>> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        decode(text).filter(|parts| parts.len() == count).map(Some).ok_or_else(|| {
            Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
        })
    }
}

/// Makes a cursor out of the sort values of the last row.
pub fn cursor(parts: &[String]) -> String {
    base::encoding::to_hex(parts.join("|").as_bytes())
}

fn decode(text: &str) -> Option<Vec<String>> {
    let bytes = base::encoding::from_hex(text)?;
    Some(String::from_utf8(bytes).ok()?.split('|').map(str::to_owned).collect())
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// Rows.
    pub items: Vec<T>,
    /// Exact number of rows of all pages.
    pub total: u64,
    /// Cursor of the next page; absent on the last one.
    pub next: Option<String>,
    /// Time of the data.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: time::OffsetDateTime,
}

impl<T> List<T> {
    /// Cuts `limit + 1` fetched rows into a page; `key` makes the cursor of the last row shown.
    pub fn cut(
        mut items: Vec<T>,
        limit: u64,
        total: u64,
        as_of: time::OffsetDateTime,
        key: impl Fn(&T) -> Vec<String>,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(100);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| cursor(&key(last))) } else { None };
        Self { items, total, next, as_of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_made_up_one_is_refused() {
        let text = cursor(&["2026-11-25".to_owned(), "办件".to_owned()]);
        let query = PageQuery { limit: Some(5000), cursor: Some(text) };
        assert_eq!(query.limit(), MAX_LIMIT);
        assert_eq!(query.cursor_parts(2).unwrap().unwrap(), ["2026-11-25", "办件"]);
        assert!(query.cursor_parts(3).is_err());
        assert!(PageQuery { limit: None, cursor: Some("zz".into()) }.cursor_parts(1).is_err());
    }
}
