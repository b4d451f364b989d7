//! A captcha that can be read aloud: a small sum in words, asked once, valid ten minutes.
//!
//! Picture puzzles shut out people who can't see them; the sum keeps simple robots from guessing
//! case numbers in bulk, together with the limit of one try per captcha.

use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Platform;
use crate::web::problem::{Problem, Result};

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "captchas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub answer: String,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A question to answer before a public query.
#[derive(Debug, Serialize, ToSchema)]
pub struct Captcha {
    /// Send it back with the answer.
    pub id: Uuid,
    /// The question, plain words.
    pub question: String,
}

/// An answered captcha as part of a request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Answer {
    /// Which question.
    pub captcha_id: Uuid,
    /// The answer in digits.
    pub captcha_answer: String,
}

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// Asks a new question.
///
/// # Errors
/// When the database refuses.
pub async fn ask(platform: &Platform) -> Result<Captcha> {
    let mut random = [0_u8; 3];
    platform.randomness.fill(&mut random);
    let (a, b) = (usize::from(random[0] % 9) + 1, usize::from(random[1] % 9) + 1);
    let (question, answer) = if random[2] % 2 == 0 || a < b {
        (format!("{}加{}等于几？", DIGITS[a], DIGITS[b]), a + b)
    } else {
        (format!("{}减{}等于几？", DIGITS[a], DIGITS[b]), a - b)
    };
    let id = platform.new_id();
    let now = platform.now();
    let captcha = row::ActiveModel {
        id: Set(id),
        answer: Set(answer.to_string()),
        expires_at: Set(now + time::Duration::minutes(10)),
        used_at: Set(None),
    };
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                row::Entity::delete_many().filter(row::Column::ExpiresAt.lt(now)).exec(tx.conn()).await?;
                row::Entity::insert(captcha).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Captcha { id, question })
}

/// Uses up an answer.
///
/// # Errors
/// 422 when it is wrong, old or used: the caller asks for a new question.
pub async fn check(platform: &Platform, answer: &Answer) -> Result<()> {
    let (id, given) = (answer.captcha_id, answer.captcha_answer.trim().to_owned());
    let now = platform.now();
    let right = platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                let Some(asked) = row::Entity::find_by_id(id).one(tx.conn()).await? else { return Ok(false) };
                let used = row::Entity::update_many()
                    .col_expr(row::Column::UsedAt, Expr::value(Some(now)))
                    .filter(row::Column::Id.eq(id))
                    .filter(row::Column::UsedAt.is_null())
                    .exec(tx.conn())
                    .await?;
                Ok(used.rows_affected == 1 && asked.expires_at > now && asked.answer == given)
            })
        })
        .await?;
    if right {
        Ok(())
    } else {
        Err(Problem::invalid_field("/captcha_answer", "captcha_wrong", "验证题的答案不对，请答新的一题。"))
    }
}
