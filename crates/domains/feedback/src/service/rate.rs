//! Giving and changing a rating.

use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::outbox::Event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::json;
use uuid::Uuid;

use crate::cases::RatedCase;
use crate::model::{Entry, NewRating, Rating, finished};
use crate::permissions::RateMyCase;
use crate::store::{self, history_row, rating_row};
use crate::{Feedback, RATING_GIVEN};

impl Feedback {
    /// An own case and its rating, if there is one.
    ///
    /// # Authorisation
    /// `my_case.rate`; another's case is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn my_rating(&self, caller: &Allowed<RateMyCase>, case: Uuid) -> Result<(RatedCase, Option<Rating>)> {
        let case = self.own(caller, case).await?;
        let rating = self.rating_of(case.id).await?;
        Ok((case, rating))
    }

    /// Rates an own case, or changes the rating; the earlier one stays in the history.
    ///
    /// # Authorisation
    /// `my_case.rate`; another's case is 404.
    ///
    /// # Errors
    /// 404, 409 before the case is finished, 422 naming each wrong field.
    ///
    /// req: FEEDBACK-001
    pub async fn rate(&self, caller: &Allowed<RateMyCase>, case: Uuid, rating: NewRating) -> Result<Rating> {
        let case = self.own(caller, case).await?;
        self.save(&case, rating, Entry::Account, Some(caller.id)).await
    }

    /// The rating of a case, for the case page; who may see the case has been decided.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rating_of(&self, case: Uuid) -> Result<Option<Rating>> {
        store::of_case(self.platform.db.read(), case).await?.map(|row| row.rating()).transpose()
    }

    async fn own(&self, caller: &Allowed<RateMyCase>, case: Uuid) -> Result<RatedCase> {
        let found = self.cases.case_of_account(case, caller.id).await?;
        found.ok_or_else(|| Problem::not_found("没有找到这件办件。"))
    }

    /// Keeps a rating for a case whose applicant has been made sure of.
    pub(crate) async fn save(
        &self,
        case: &RatedCase,
        rating: NewRating,
        entry: Entry,
        account: Option<Uuid>,
    ) -> Result<Rating> {
        finished(case)?;
        let rating = rating.checked(&self.reasons)?;
        let first = self.write(case, &rating, entry, account).await;
        match first {
            Ok(saved) => Ok(saved),
            // Two first ratings of a case at once: the slower one is a change of the faster one.
            Err(problem) if problem.status().is_server_error() && self.rating_of(case.id).await?.is_some() => {
                self.write(case, &rating, entry, account).await.map_err(|_| problem)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn write(&self, case: &RatedCase, rating: &NewRating, entry: Entry, account: Option<Uuid>) -> Result<Rating> {
        let platform = &self.platform;
        let (case, rating, bad) = (case.clone(), rating.clone(), self.reasons.is_bad(rating.stars));
        let (fresh, event, version) = (platform.new_id(), platform.new_id(), self.reasons.version);
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let found = store::of_case(tx.conn(), case.id).await?;
                    if let Some(same) = found.as_ref().map(rating_row::Model::rating).transpose()? {
                        let given = (same.stars, &same.reasons, &same.text);
                        if given == (rating.stars, &rating.reasons, &rating.text) {
                            return Ok(same);
                        }
                    }
                    let row = rating_row::Model {
                        id: found.as_ref().map_or(fresh, |row| row.id),
                        case_id: case.id,
                        case_number: case.case_number,
                        item_slug: case.item_slug,
                        item_name: case.item_name,
                        org_id: case.org_id,
                        account_id: account.or(found.as_ref().and_then(|row| row.account_id)),
                        stars: rating.stars,
                        reasons: json!(rating.reasons),
                        reasons_version: version,
                        opinion: rating.text,
                        entry: entry.as_str().to_owned(),
                        times: found.as_ref().map_or(1, |row| row.times + 1),
                        created_at: found.as_ref().map_or(tx.now(), |row| row.created_at),
                        updated_at: tx.now(),
                    };
                    match &found {
                        None => insert(tx, row.clone()).await?,
                        Some(old) => change(tx, old.times, &row).await?,
                    }
                    history_row::Entity::insert(history_row::ActiveModel {
                        rating_id: Set(row.id),
                        times: Set(row.times),
                        stars: Set(row.stars),
                        reasons: Set(row.reasons.clone()),
                        opinion: Set(row.opinion.clone()),
                        entry: Set(row.entry.clone()),
                        rated_at: Set(tx.now()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.publish(Event {
                        id: event,
                        topic: RATING_GIVEN,
                        subject: format!("case:{}", row.case_id),
                        payload: json!({
                            "rating_id": row.id, "case_id": row.case_id, "stars": row.stars, "bad": bad, "times": row.times,
                        }),
                    });
                    row.rating()
                })
            })
            .await
    }
}

async fn insert(tx: &platform::Tx, row: rating_row::Model) -> Result<()> {
    let active = sea_orm::ActiveModelTrait::reset_all(rating_row::ActiveModel::from(row));
    rating_row::Entity::insert(active).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Only when nobody changed it since it was read.
async fn change(tx: &platform::Tx, times: i64, row: &rating_row::Model) -> Result<()> {
    use rating_row::Column;
    let changed = rating_row::Entity::update_many()
        .col_expr(Column::AccountId, Expr::value(row.account_id))
        .col_expr(Column::Stars, Expr::value(row.stars))
        .col_expr(Column::Reasons, Expr::value(row.reasons.clone()))
        .col_expr(Column::ReasonsVersion, Expr::value(row.reasons_version))
        .col_expr(Column::Opinion, Expr::value(row.opinion.clone()))
        .col_expr(Column::Entry, Expr::value(row.entry.clone()))
        .col_expr(Column::Times, Expr::value(row.times))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Times.eq(times))
        .exec(tx.conn())
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}
