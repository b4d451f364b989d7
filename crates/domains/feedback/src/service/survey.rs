//! Ratings as staff see them: what was said, not by whom.

use platform::web::guard::{Allowed, Permission};
use platform::web::page::PageQuery;
use platform::web::problem::{Problem, Result};
use uuid::Uuid;

use crate::Feedback;
use crate::model::Rating;
use crate::permissions::{ReadRatings, TraceRatings};
use crate::store::rating_row::{Column, Model};
use crate::store::{self, Reach};

impl Feedback {
    /// Ratings of the caller's organisations, newest first, and how many there are.
    ///
    /// # Authorisation
    /// `rating.read`; only organisations and items the caller sees. The words match a case number only for
    /// callers who may trace ratings: otherwise a rated clerk could ask for a case and learn its stars.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn ratings(
        &self,
        caller: &Allowed<ReadRatings>,
        stars: Vec<i64>,
        words: Option<&str>,
        page: &PageQuery,
    ) -> Result<(Vec<Rating>, u64)> {
        let before = match page.cursor_parts(1)? {
            Some(parts) => Some(parts.first().and_then(|part| Uuid::parse_str(part).ok()).ok_or_else(bad_cursor)?),
            None => None,
        };
        let words = platform::db::searched(words);
        let by_number = may_trace(caller);
        let within = caller.within(Column::OrgId, Column::ItemSlug);
        let reach = Reach { within, stars, words, by_number, before };
        let (rows, total) = store::page(self.platform.db.read(), &reach, page.limit()).await?;
        Ok((rows.iter().map(Model::rating).collect::<Result<_>>()?, total))
    }
}

/// Whether the caller may know which case a rating belongs to.
pub(crate) fn may_trace(caller: &Allowed<ReadRatings>) -> bool {
    caller.may(TraceRatings::KEY)
}

fn bad_cursor() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}
