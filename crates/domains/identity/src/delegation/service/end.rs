//! How grants end: taken back or given up, with what they hung on, with a legal representative, or
//! by the clock (IDENT-019, IDENT-020).

use futures::future::BoxFuture;
use platform::Tx;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::work::audit::Line;
use serde_json::json;
use uuid::Uuid;

use super::answer::Answer;
use super::{audited, fresh, reason};
use crate::Identity;
use crate::delegation::model::Event;
use crate::delegation::notify::{self, Side};
use crate::delegation::store::{self, grant};
use crate::model::account::Profile;
use crate::permissions::EditGrants;

/// Grants marked in one transaction.
const BATCH: u64 = 200;

impl Identity {
    /// Takes a grant back, gives it up, or withdraws the request. What hangs on it ends too.
    ///
    /// # Errors
    /// 404 for strangers, 409 when it is over.
    pub async fn revoke_grant(&self, caller: &Allowed<EditGrants>, id: Uuid, answer: Answer) -> Result<()> {
        let who = self.who(caller).await?;
        let why = reason(&answer.reason)?;
        let identity = self.clone();
        let line = self.grant_line(caller, "grant.revoke", id, json!({ "reason": why }));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (row, sides) = identity.seen(&who, store::find(tx.conn(), id).await?).await?;
                    fresh(&row, answer.version)?;
                    row.state(tx.now())?.after(Event::Revoke)?;
                    let told = if sides.gives(&row) { Side::Grantee } else { Side::Principal };
                    let why = match (why.is_empty(), told) {
                        (false, _) => why,
                        (true, Side::Grantee) => "授权的一方收回了".to_owned(),
                        (true, Side::Principal) => "被授权的人不再办了".to_owned(),
                    };
                    identity.end_one(tx, row, Event::Revoke, &why, &[told]).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Ends one grant and what hangs on it; tells the sides given, and everybody below.
    pub(crate) fn end_one<'t>(
        &'t self,
        tx: &'t Tx,
        mut row: grant::Model,
        event: Event,
        why: &'t str,
        told: &'t [Side],
    ) -> BoxFuture<'t, Result<()>> {
        Box::pin(async move {
            row.state = row.stored()?.after(event)?.as_str().to_owned();
            row.end_reason = why.to_owned();
            row.ended_at = Some(tx.now());
            row.updated_at = tx.now();
            let row = store::update(tx.conn(), row).await?;
            let text = if event == Event::Expire { "grant_expired" } else { "grant_revoked" };
            for side in told {
                tx.enqueue(notify::job(&self.platform, &row, text, *side));
            }
            for below in store::hanging_on(tx.conn(), row.id).await? {
                let why = format!("上级{}的授权已经结束", row.grantee_name);
                self.end_one(tx, below, event, &why, &[Side::Grantee]).await?;
            }
            Ok(())
        })
    }

    /// Ends every grant that came from a former legal representative (IDENT-019); returns how many
    /// ended. Also called by whoever learns of the change before the next sign-on.
    ///
    /// `id_number` is the new one's number, when known; otherwise the name decides.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn legal_representative_changed(&self, uscc: &str, name: &str, id_number: Option<&str>) -> Result<usize> {
        let principal = self.platform.blind_index(uscc);
        let now_is = LegalPerson { name: name.to_owned(), index: id_number.map(|one| self.platform.blind_index(one)) };
        let identity = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { identity.end_of_former(tx, &principal, &now_is).await })
            })
            .await
    }

    /// What an enterprise's sign-on tells about its legal representative.
    pub(crate) fn legal_person_of(&self, profile: &Profile) -> Option<(String, LegalPerson)> {
        let enterprise = profile.enterprise.as_ref()?;
        // Somebody else may act for the enterprise at the province: then only the name is known.
        let is_own = profile.name == enterprise.legal_person;
        let index = is_own.then(|| self.platform.blind_index(&profile.id_number));
        let now_is = LegalPerson { name: enterprise.legal_person.clone(), index };
        Some((self.platform.blind_index(&enterprise.uscc), now_is))
    }

    pub(crate) async fn end_of_former(&self, tx: &Tx, principal: &str, now_is: &LegalPerson) -> Result<usize> {
        let open = store::open_of_enterprise(tx.conn(), principal).await?;
        let mut ended = 0;
        for row in open.into_iter().filter(|row| !now_is.gave(row)) {
            let line = Line {
                id: self.platform.new_id(),
                actor_id: None,
                actor_name: "系统".to_owned(),
                action: "grant.end_of_former",
                subject: format!("grant:{}", row.id),
                detail: audited(&row),
            };
            // Those that hang on an earlier one of this round are over already.
            let Some(row) = store::find(tx.conn(), row.id).await?.filter(|row| store::OPEN.contains(&&*row.state))
            else {
                ended += 1;
                continue;
            };
            self.end_one(tx, row, Event::Revoke, "法定代表人已变更", &[Side::Principal, Side::Grantee]).await?;
            tx.audit(line);
            ended += 1;
        }
        Ok(ended)
    }

    /// Marks grants whose period is over and tells both sides; runs daily, and may run twice. The
    /// check at use does not wait for it. Returns how many were marked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn expire_grants(&self) -> Result<usize> {
        let mut marked = 0;
        loop {
            let identity = self.clone();
            let batch = self
                .platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        let over = store::over(tx.conn(), tx.now(), BATCH).await?;
                        let count = over.len();
                        for row in over {
                            // Marked a moment ago with the one it hung on.
                            let row = store::find(tx.conn(), row.id).await?;
                            if let Some(row) = row.filter(|row| store::OPEN.contains(&&*row.state)) {
                                let told = [Side::Principal, Side::Grantee];
                                identity.end_one(tx, row, Event::Expire, "授权期限到了", &told).await?;
                            }
                        }
                        Ok(count)
                    })
                })
                .await?;
            marked += batch;
            if batch == 0 {
                return Ok(marked);
            }
        }
    }
}

/// The legal representative an enterprise has now.
pub(crate) struct LegalPerson {
    name: String,
    index: Option<String>,
}

impl LegalPerson {
    /// Whether a grant came from this one.
    fn gave(&self, row: &grant::Model) -> bool {
        row.root_name == self.name && self.index.as_ref().is_none_or(|index| *index == row.root_index)
    }
}

/// Ids of grants, for tests of ends.
#[cfg(test)]
pub(crate) async fn states(identity: &Identity, ids: &[Uuid]) -> Vec<String> {
    let mut all = Vec::new();
    for id in ids {
        let row = store::find(identity.platform.db.read(), *id).await.ok().flatten();
        all.push(row.map(|row| row.state).unwrap_or_default());
    }
    all
}
