//! Lists over HTTP: how much is asked for, and what comes back.

use serde::{Deserialize, Serialize};

use crate::encoding;

/// Rows in a page when the caller names no number.
pub const DEFAULT_LIMIT: u32 = 20;
/// The most rows one page may carry.
pub const MAX_LIMIT: u32 = 100;

/// The query parameters of a list, as they arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageQuery {
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u32>,
    /// Rows to skip. Not together with `cursor`.
    pub offset: Option<u64>,
    /// Where the page before ended ([`Page::next`]). Not together with `offset`.
    pub cursor: Option<String>,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After this many rows.
    Offset(u64),
    /// After the row with these sort keys.
    After(Cursor),
}

/// A checked request for one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    limit: u32,
    /// Where the page starts.
    pub start: Start,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, start: Start::Offset(0) }
    }
}

/// Why a page can't be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Limit outside 1 to 100.
    #[error("每页条数要在 1 到 {MAX_LIMIT} 之间，您填了 {0}")]
    Limit(u32),
    /// Both an offset and a cursor.
    #[error("起始位置只能用 offset 或 cursor 中的一个")]
    TwoStarts,
    /// The cursor was not made by [`Cursor::encode`].
    #[error("翻页标记失效，请从第一页重新打开")]
    Cursor,
}

impl PageQuery {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`PageError`] names the parameter that is wrong.
    pub fn check(&self) -> Result<PageRequest, PageError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(PageError::Limit(limit));
        }
        let start = match (self.offset, self.cursor.as_deref().filter(|c| !c.is_empty())) {
            (Some(_), Some(_)) => return Err(PageError::TwoStarts),
            (offset, None) => Start::Offset(offset.unwrap_or(0)),
            (None, Some(token)) => Start::After(Cursor::decode(token)?),
        };
        Ok(PageRequest { limit, start })
    }
}

impl PageRequest {
    /// A first page of at most `limit` rows (brought into 1 to 100).
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { limit: limit.clamp(1, MAX_LIMIT), start: Start::Offset(0) }
    }

    /// Rows wanted, 1 to 100.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Rows to read from the store: one more than shown tells whether another
    /// page follows.
    #[must_use]
    pub fn limit_and_one(&self) -> u64 {
        u64::from(self.limit) + 1
    }

    /// Rows to skip; 0 with a cursor.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match self.start {
            Start::Offset(offset) => offset,
            Start::After(_) => 0,
        }
    }

    /// The sort keys of the last row seen.
    #[must_use]
    pub fn after(&self) -> Option<&Cursor> {
        match &self.start {
            Start::Offset(_) => None,
            Start::After(cursor) => Some(cursor),
        }
    }
}

/// The sort keys of the last row of a page, opaque to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<String>);

impl Cursor {
    /// A token for [`Page::next`].
    #[must_use]
    pub fn encode(&self) -> String {
        let keys = serde_json::Value::from(self.0.clone());
        encoding::to_base64url(keys.to_string().as_bytes())
    }

    /// Reads a token back.
    ///
    /// # Errors
    /// [`PageError::Cursor`] when it is not one of ours.
    pub fn decode(token: &str) -> Result<Self, PageError> {
        let bytes = encoding::from_base64url(token).ok_or(PageError::Cursor)?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| PageError::Cursor)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// How many rows the whole list has, exact, when the list promises it.
    pub total: Option<u64>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts the extra row read by [`PageRequest::limit_and_one`] and derives the
    /// next cursor from the last row shown.
    #[must_use]
    pub fn of(
        request: &PageRequest,
        mut rows: Vec<T>,
        total: Option<u64>,
        keys: impl FnOnce(&T) -> Vec<String>,
    ) -> Self {
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor(keys(row)).encode());
        Self { items: rows, total, next }
    }

    /// The same page with every row turned into something else.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), total: self.total, next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_twenty_rows_unless_asked_and_never_more_than_a_hundred() {
        assert_eq!(PageQuery::default().check(), Ok(PageRequest::default()));
        for limit in [0, 101] {
            let query = PageQuery { limit: Some(limit), ..PageQuery::default() };
            assert_eq!(query.check(), Err(PageError::Limit(limit)));
        }
        assert_eq!(PageError::Limit(500).to_string(), "每页条数要在 1 到 100 之间，您填了 500");
    }

    #[test]
    fn offset_and_cursor_exclude_each_other_and_a_foreign_cursor_is_refused() {
        let both = PageQuery { offset: Some(0), cursor: Some("x".into()), limit: None };
        assert_eq!(both.check(), Err(PageError::TwoStarts));
        let foreign = PageQuery { cursor: Some("bm8".into()), ..PageQuery::default() };
        assert_eq!(foreign.check(), Err(PageError::Cursor));
    }

    #[test]
    fn the_next_cursor_names_the_last_row_shown() {
        let request = PageRequest::first(2);
        let page = Page::of(&request, vec![1, 2, 3], Some(3), |row| vec![row.to_string()]);
        assert_eq!(page.items, [1, 2]);
        let query = PageQuery { cursor: page.next, ..PageQuery::default() };
        assert_eq!(query.check().unwrap().after(), Some(&Cursor(vec!["2".into()])));
        assert_eq!(Page::of(&request, vec![3], None, |row| vec![row.to_string()]).next, None);
    }
}
