//! The principal's side changes period, items and materials. What hangs on the grant is cut down to
//! what is left (IDENT-019).

use platform::web::guard::Allowed;
use platform::web::problem::{FieldProblem, Problem, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::give::beyond_own;
use super::{Period, audited, fresh};
use crate::Identity;
use crate::delegation::error;
use crate::delegation::model::{Event, Role, State};
use crate::delegation::notify::{self, Side};
use crate::delegation::store;
use crate::permissions::EditGrants;

/// A changed grant.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct ChangeGrant {
    /// Version of the page.
    #[serde(default)]
    pub version: i64,
    /// Who the proxy is to the elder.
    #[serde(default)]
    pub relation: String,
    /// Period, items, materials.
    #[serde(flatten)]
    pub period: Period,
}

impl Identity {
    /// Changes a waiting or active grant.
    ///
    /// # Errors
    /// 403 for the grantee, 404 for strangers, 409 when it is over, 422 naming each wrong field.
    pub async fn change_grant(&self, caller: &Allowed<EditGrants>, id: Uuid, change: ChangeGrant) -> Result<()> {
        let who = self.who(caller).await?;
        let (known, _) = self.seen(&who, store::find(self.platform.db.read(), id).await?).await?;
        let kept = base::zone::china_date(known.valid_from);
        let (scope, mut errors) = self.scope_of(&change.period, Some(kept)).await?;
        let relation = change.relation.trim().to_owned();
        if known.role()? == Role::Proxy && !(1..=20).contains(&relation.chars().count()) {
            errors.push(FieldProblem::new("/relation", "required", "填写代办人是老人的什么人，例如儿子"));
        }
        let identity = self.clone();
        let principal = (**caller).clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    let (mut row, sides) = identity.seen(&who, store::find(tx.conn(), id).await?).await?;
                    if !sides.gives(&row) {
                        return Err(Problem::forbidden("授权的范围只能由授权的一方改。")
                            .detail("要加事项或者延长期限，请和对方商量；不想代办了，可以撤销。"));
                    }
                    fresh(&row, change.version)?;
                    row.state(now)?.after(Event::Change)?;
                    // A child's request waits for exactly what it says: the elder confirms or refuses it.
                    if row.asked_by == "grantee" && row.state(now)? == State::Waiting {
                        return Err(Problem::conflict("grant_out_of_order", "对方的申请还没有确认，不能改。")
                            .detail("同意的话先确认再改；不同意，请拒绝。"));
                    }
                    if !errors.is_empty() {
                        return Err(Problem::invalid(errors));
                    }
                    if let Some(parent) = row.parent_id {
                        let parent = store::find(tx.conn(), parent).await?.ok_or_else(error::no_grant)?;
                        beyond_own(&scope, &parent.scope()?)?;
                    }
                    let before = audited(&row);
                    row.set_scope(&scope);
                    if row.role()? == Role::Proxy {
                        row.relation = relation;
                    }
                    row.updated_at = now;
                    let row = store::update(tx.conn(), row).await?;
                    tx.audit(identity.grant_line(
                        &principal,
                        "grant.change",
                        id,
                        serde_json::json!({ "before": before, "after": audited(&row) }),
                    ));
                    tx.enqueue(notify::job(&identity.platform, &row, "grant_changed", Side::Grantee));
                    for mut below in store::hanging_on(tx.conn(), id).await? {
                        match below.scope()?.cut(&scope) {
                            Some(left) if left == below.scope()? => {}
                            Some(left) => {
                                below.set_scope(&left);
                                below.updated_at = now;
                                let below = store::update(tx.conn(), below).await?;
                                tx.enqueue(notify::job(&identity.platform, &below, "grant_changed", Side::Grantee));
                            }
                            None => {
                                let why = "上级的授权改了，这份授权没有剩下的范围";
                                identity
                                    .end_one(tx, below, Event::Revoke, why, &[Side::Principal, Side::Grantee])
                                    .await?;
                            }
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}
