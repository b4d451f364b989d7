//! The owner changes display name, phone and e-mail.

use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::outbox::Event;

use super::mirror_account::place;
use crate::model::account::{Account, AccountEdit};
use crate::permissions::EditAccount;
use crate::store::accounts::{self, Edited};
use crate::{Identity, error};

impl Identity {
    /// The event of a change of an account.
    pub(crate) fn account_changed(&self, id: uuid::Uuid) -> Event {
        Event {
            id: self.platform.new_id(),
            topic: crate::ACCOUNT_CHANGED,
            subject: format!("account:{id}"),
            payload: serde_json::json!({ "account_id": id }),
        }
    }

    /// Changes the caller's own account.
    ///
    /// # Authorisation
    /// `account.edit`; only the caller's own account is reachable.
    ///
    /// # Errors
    /// 422 names each wrong field, 409 when the page is older than the account.
    pub async fn edit_account(
        &self,
        caller: &Allowed<EditAccount>,
        version: i64,
        edit: AccountEdit,
    ) -> Result<Account> {
        let edit = edit.checked().map_err(Problem::invalid)?;
        let platform = &self.platform;
        let id = caller.id;
        let row = accounts::find(platform.db.read(), id).await?.ok_or_else(error::no_account)?;
        let old = self.known_account(id).await?;
        let new_phone = Some(edit.phone).filter(|phone| !phone.is_empty());
        let mut fields = Vec::new();
        for (name, changed) in [
            ("display_name", edit.display_name != old.display_name),
            ("email", edit.email != old.email.clone().unwrap_or_default()),
            ("phone", new_phone != old.phone),
        ] {
            if changed {
                fields.push(name);
            }
        }
        let shown = |name: &str, email: &str, phone: Option<&str>| {
            serde_json::json!({
                "display_name": base::mask::name(name),
                "email": base::mask::email(email),
                "phone": phone.map(base::mask::phone).unwrap_or_default(),
            })
        };
        let before = shown(&old.display_name, old.email.as_deref().unwrap_or_default(), old.phone.as_deref());
        let after = shown(&edit.display_name, &edit.email, new_phone.as_deref());
        let edited = Edited {
            display_name: edit.display_name,
            email_sealed: (!edit.email.is_empty()).then(|| platform.seal(&edit.email, &place(&row.subject, "email"))),
            phone: (new_phone != old.phone)
                .then(|| new_phone.as_deref().map(|phone| self.sealed_phone(&row.subject, phone))),
        };
        // How the pages greet somebody is nobody else's business.
        let changed = fields.iter().any(|name| *name != "display_name").then(|| self.account_changed(id));
        let line = Line::by(
            caller,
            platform.new_id(),
            "account.edit",
            format!("account:{id}"),
            serde_json::json!({ "fields": fields }),
        )
        .entry()
        .changed(before, after);
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    if !accounts::edit(tx.conn(), id, version, edited).await? {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    if let Some(event) = changed {
                        tx.publish(event);
                    }
                    Ok(())
                })
            })
            .await?;
        self.known_account(id).await
    }
}
