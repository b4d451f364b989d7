//! Rating without signing in: applicant's name, case number and a captcha open the page.

use axum::http::StatusCode;
use platform::captcha::{self, Answer};
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use time::Duration;

use crate::Feedback;
use crate::cases::RatedCase;
use crate::model::{Entry, NewRating, Rating, is_same_name};
use crate::store::attempt_row::{ActiveModel, Column, Entity};

/// Wrong openings of one case number within [`WINDOW`].
const MAX_FAILED: i64 = 5;
/// How long they count.
const WINDOW: Duration = Duration::HOUR;

impl Feedback {
    /// Opens a case for rating and, with a rating, saves it. The captcha is used up either way.
    ///
    /// # Errors
    /// 422 for a wrong captcha, then 429 after five wrong openings of this number within an hour,
    /// then one and the same 404 whether the number or the name is wrong; what [`Feedback::rate`]
    /// says of the rating.
    ///
    /// req: FEEDBACK-001
    pub async fn open(
        &self,
        number: &str,
        applicant_name: &str,
        answer: &Answer,
        rating: Option<NewRating>,
    ) -> Result<(RatedCase, Option<Rating>)> {
        captcha::check(&self.platform, answer).await?;
        let number = number.trim();
        // The number itself may be wrong by one digit, then it is somebody else's: keep its index only.
        let index = self.platform.blind_index(number);
        self.check_attempts(&index).await?;
        let found =
            if number.is_empty() || number.len() > 64 { None } else { self.cases.case_by_number(number).await? };
        let Some(case) = found.filter(|case| is_same_name(applicant_name, &case.applicant_name)) else {
            self.count_failed(index).await?;
            return Err(Problem::not_found("没有找到这件办件，请核对申请人姓名和受理编号。"));
        };
        let rating = match rating {
            Some(rating) => Some(self.save(&case, rating, Entry::Open, None).await?),
            None => {
                crate::model::finished(&case)?;
                self.rating_of(case.id).await?
            }
        };
        Ok((case, rating))
    }

    async fn check_attempts(&self, index: &str) -> Result<()> {
        let now = self.platform.now();
        let Some(row) = Entity::find_by_id(index.to_owned()).one(self.platform.db.read()).await? else { return Ok(()) };
        let again = row.since + WINDOW;
        if row.failed < MAX_FAILED || again <= now {
            return Ok(());
        }
        let wait = u64::try_from((again - now).whole_seconds()).unwrap_or(1).max(1);
        Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "这个受理编号试错的次数太多，请一小时后再试。",
        )
        .detail("登录后可以在“我的办件”里直接评价。")
        .retry_after(wait))
    }

    async fn count_failed(&self, index: String) -> Result<()> {
        let now = self.platform.now();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    Entity::delete_many().filter(Column::Since.lte(now - WINDOW)).exec(tx.conn()).await?;
                    let first = ActiveModel { number_index: Set(index), failed: Set(1), since: Set(now) };
                    let one_more = sea_orm::sea_query::OnConflict::column(Column::NumberIndex)
                        .value(Column::Failed, Expr::cust("rating_attempts.failed + 1"))
                        .to_owned();
                    Entity::insert(first).on_conflict(one_more).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}
