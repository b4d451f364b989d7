//! Wrong questions after the progress of a case are counted by number (OPS-030).
//!
//! The proof is six digits or a name: with a captcha and a limit by address alone, many addresses together would find
//! it. Whether a case has the number is not told: numbers that belong to nobody are counted alike.

use axum::http::StatusCode;
use platform::{Problem, Result};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use time::Duration;

use super::Casework;
use crate::cases::store::progress_attempt as row;

/// Wrong questions after one number within [`WINDOW`].
const MAX_FAILED: i64 = 5;
/// How long they count.
const WINDOW: Duration = Duration::HOUR;

impl Casework {
    /// Whether this number may be asked after now; `index` is the blind index of the number.
    ///
    /// # Errors
    /// 429 with the time to wait after five wrong questions within an hour, even for the right proof.
    pub(crate) async fn may_ask_progress(&self, index: &str) -> Result<()> {
        let now = self.platform.now();
        let found = row::Entity::find_by_id(index.to_owned()).one(self.platform.db.read()).await?;
        let Some(tried) = found.filter(|tried| tried.failed >= MAX_FAILED && tried.since + WINDOW > now) else {
            return Ok(());
        };
        let wait = u64::try_from((tried.since + WINDOW - now).whole_seconds()).unwrap_or(1).max(1);
        Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "这个办件编号试错的次数太多，请一小时后再查。",
        )
        .detail("登录后可以在“我的办件”里直接看到进度。")
        .retry_after(wait))
    }

    /// Counts a wrong question.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn count_wrong_progress(&self, index: String) -> Result<()> {
        let now = self.platform.now();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    row::Entity::delete_many().filter(row::Column::Since.lte(now - WINDOW)).exec(tx.conn()).await?;
                    let first = row::ActiveModel { number_index: Set(index), failed: Set(1), since: Set(now) };
                    let one_more = OnConflict::column(row::Column::NumberIndex)
                        .value(row::Column::Failed, Expr::cust("progress_attempts.failed + 1"))
                        .to_owned();
                    row::Entity::insert(first).on_conflict(one_more).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}
