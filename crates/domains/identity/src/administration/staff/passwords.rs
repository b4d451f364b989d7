//! The own password: strength, history, age.

use platform::passwords;
use platform::sessions::Sessions;
use platform::web::guard::{Allowed, Audience};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::store::staff_passwords;
use super::no_staff;
use super::people::update;
use crate::Identity;
use crate::model::staff::PASSWORDS_KEPT;
use crate::permissions::ReadSelf;
use crate::store::staff::{self as rows, row};

impl Identity {
    /// Changes the caller's own password; every other session of the account ends.
    ///
    /// # Errors
    /// 422 for a wrong old password and for a new one that is weak, holds the login, or was used among
    /// the last five. A wrong old password counts like one at sign-in.
    pub async fn change_own_password(
        &self,
        caller: &Allowed<ReadSelf>,
        token: &str,
        old_password: String,
        new_password: String,
    ) -> Result<()> {
        let platform = &self.platform;
        let now = platform.now();
        let found = row::Entity::find_by_id(caller.id).one(platform.db.read()).await?.ok_or_else(no_staff)?;
        let login = found.login.clone();
        let tried = platform
            .db
            .write(now, move |tx| Box::pin(async move { rows::begin_try(tx.conn(), &login, now).await }))
            .await?;
        let fits = match &tried {
            Some(_) => passwords::verify(old_password, found.password_hash.clone()).await?,
            None => false,
        };
        if !fits {
            return Err(Problem::invalid_field(
                "/old_password",
                "wrong",
                "原口令不对，请重新输入。连续输错 5 次，锁定 15 分钟",
            ));
        }
        let weak = |code: &str, message: &str| Err(Problem::invalid_field("/new_password", code, message));
        if passwords::check_strength(&new_password).is_err() {
            return weak("weak", "新口令要 10 位以上，大写、小写、数字、符号至少三种");
        }
        if new_password.chars().count() > 128 {
            return weak("too_long", "新口令不要超过 128 位");
        }
        if new_password.to_lowercase().contains(&found.login.to_lowercase()) {
            return weak("contains_login", "新口令里不能有登录名，请换一个");
        }
        let mut former = self.former_passwords(caller.id).await?;
        former.push(found.password_hash.clone());
        for hash in former {
            if passwords::verify(new_password.clone(), hash).await? {
                return weak("used_before", "最近 5 次用过的口令不能再用，请换一个");
            }
        }
        let hash = passwords::hash(new_password, self.salt()).await?;
        let (kept_id, line_id) = (platform.new_id(), platform.new_id());
        let line = Line::by(caller, line_id, "staff.change_password", format!("staff:{}", caller.id), json!({}));
        let (id, version, old_hash, token) = (caller.id, found.version, found.password_hash, token.to_owned());
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let kept = staff_passwords::ActiveModel {
                        id: Set(kept_id),
                        staff_id: Set(id),
                        hash: Set(old_hash),
                        at: Set(now),
                    };
                    staff_passwords::Entity::insert(kept).exec_without_returning(tx.conn()).await?;
                    let columns = vec![
                        (row::Column::PasswordHash, Expr::value(hash)),
                        (row::Column::MustChangePassword, Expr::value(false)),
                        (row::Column::PasswordSetAt, Expr::value(Some(now))),
                        (row::Column::OneTimeUntil, Expr::value(None::<OffsetDateTime>)),
                        (row::Column::FailedCount, Expr::value(0_i64)),
                        (row::Column::LockedUntil, Expr::value(None::<OffsetDateTime>)),
                    ];
                    update(tx, id, version, columns).await?;
                    Sessions::end_all_of(tx, Audience::Desk, id, Some(&token)).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.platform.sessions.forget_all();
        Ok(())
    }

    async fn former_passwords(&self, id: Uuid) -> Result<Vec<String>> {
        let rows = staff_passwords::Entity::find()
            .filter(staff_passwords::Column::StaffId.eq(id))
            .order_by_desc(staff_passwords::Column::At)
            .order_by_desc(staff_passwords::Column::Id)
            .limit(PASSWORDS_KEPT - 1)
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| row.hash).collect())
    }
}
