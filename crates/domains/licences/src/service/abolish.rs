//! The end of a licence before its time.

use platform::Tx;
use platform::web::guard::Principal;
use platform::web::problem::{Problem, Result};
use platform::work::outbox::Event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::line;
use crate::model::{Licence, State};
use crate::store::licence_row::{Column, Entity};
use crate::{LICENCE_ABOLISHED, Licences, error, store};

impl Licences {
    /// Abolishes a sealed licence; again with the same licence changes nothing. The file stays and
    /// verifies as 已废止.
    ///
    /// # Authorisation
    /// The caller has decided already (voiding a case, a change of the licence); `by` is for the log.
    ///
    /// # Errors
    /// 404 for an unknown licence, 409 for a draft (delete it), 422 without a reason.
    pub async fn abolish(&self, id: Uuid, reason: &str, by: Option<&Principal>) -> Result<Licence> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > 200 {
            return Err(Problem::invalid_field("/reason", "length", "请写明废止的原因，1 到 200 个字"));
        }
        let platform = &self.platform;
        let row = store::find(platform.db.read(), id).await?.ok_or_else(error::no_licence)?;
        match State::from_column(&row.state) {
            State::Draft => {
                return Err(Problem::conflict("licence_is_draft", "这份证照还没有盖章，请直接删除草稿。"));
            }
            State::Abolished => return row.licence(),
            State::Valid => {}
        }
        let payload = json!({ "licence_id": id, "case_id": row.case_id, "type_key": row.type_key, "reason": reason });
        let audit = line(by, platform.new_id(), "licence.abolish", id, json!({ "reason": reason }));
        let event = platform.new_id();
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    if end(tx, id, reason).await? {
                        let subject = format!("licence:{id}");
                        tx.publish(Event { id: event, topic: LICENCE_ABOLISHED, subject, payload });
                        tx.audit(audit);
                    }
                    Ok(())
                })
            })
            .await?;
        store::find(platform.db.read(), id).await?.ok_or_else(error::no_licence)?.licence()
    }
}

/// Ends a valid licence in a command; whether it was valid.
pub(crate) async fn end(tx: &Tx, id: Uuid, reason: String) -> Result<bool> {
    let ended = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Abolished.as_str()))
        .col_expr(Column::AbolishedAt, Expr::value(tx.now()))
        .col_expr(Column::AbolishReason, Expr::value(reason))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(State::Valid.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(ended.rows_affected == 1)
}
