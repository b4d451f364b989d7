//! The system over there says which of its accounts somebody has, after it redeemed a ticket: the one
//! they signed in to, the one with the same papers, or a new one.

use identity::systems::ConnectedSystem;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

use super::service::{NewBinding, checked_external};
use super::store;
use crate::Recognition;
use crate::arrivals::store as arrivals;

/// How long after redeeming a ticket a system may still say which account it is: somebody may have
/// to sign in over there first.
const VALID: Duration = Duration::minutes(30);

/// Which account it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReportBinding {
    /// Id of the redemption.
    pub(crate) redemption: Uuid,
    /// Its id over there.
    pub(crate) external_id: String,
    /// What it is called over there.
    #[serde(default)]
    pub(crate) external_name: String,
    /// `signed_in`: the person showed the account with its password. `created`: it was made now.
    /// `matched`: it is the one with the same papers.
    pub(crate) way: BindingWay,
}

/// How a system knows which account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BindingWay {
    /// Shown with its password.
    SignedIn,
    /// Made now.
    Created,
    /// Known by its papers.
    Matched,
}

impl Recognition {
    /// Keeps the account a system reports.
    ///
    /// # Errors
    /// 404 for a redemption that is not this system's or too long ago; 409 when the account is somebody
    /// else's, or the owner ended the binding and did not sign in over there again.
    pub(crate) async fn report_binding(&self, system: &ConnectedSystem, report: ReportBinding) -> Result<Uuid> {
        let (external_id, external_name) = checked_external(&report.external_id, &report.external_name)?;
        let now = self.platform.now();
        let ticket = arrivals::ticket(self.platform.db.read(), report.redemption).await?;
        let ticket = ticket
            .filter(|ticket| ticket.system_id == system.id && ticket.used_at.is_some_and(|used| used + VALID > now));
        let ticket =
            ticket.ok_or_else(|| Problem::not_found("没有找到这次核验，或者过了 30 分钟。请从头再来一次。"))?;
        let audience = arrivals::audience_of(&ticket.audience);
        let recognition = self.clone();
        let way = match report.way {
            BindingWay::SignedIn => "signed_in",
            BindingWay::Created => "created",
            BindingWay::Matched => "matched",
        };
        let new = NewBinding {
            system: system.id,
            system_name: system.name.clone(),
            audience,
            account: ticket.account_id,
            account_name: self.person(audience, ticket.account_id).await?.unwrap_or_default(),
            external_id,
            external_name,
            way,
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let known = store::of_account(tx.conn(), new.system, audience, new.account).await?;
                    if way != "signed_in" && known.is_some_and(|row| row.ended_at.is_some()) {
                        return Err(Problem::conflict(
                            "unbound_by_owner",
                            "这个人解除过绑定，要在你们那里登录后才能再绑定。",
                        ));
                    }
                    let id = recognition.bind(tx, new).await?;
                    store::note_use(tx.conn(), id, tx.now()).await?;
                    Ok(id)
                })
            })
            .await
    }
}
