//! Bind, look at, end.

use platform::web::guard::{Audience, Principal};
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use serde_json::json;
use uuid::Uuid;

use super::store::{self, row};
use crate::Recognition;

/// Longest id or name of an account over there.
const LONGEST: usize = 100;

/// A binding to make.
#[derive(Debug, Clone)]
pub(crate) struct NewBinding {
    pub(crate) system: Uuid,
    pub(crate) system_name: String,
    pub(crate) audience: Audience,
    pub(crate) account: Uuid,
    pub(crate) account_name: String,
    pub(crate) external_id: String,
    pub(crate) external_name: String,
    pub(crate) way: &'static str,
}

fn place(id: Uuid, part: &str) -> String {
    format!("binding:{id}:{part}")
}

/// Id and name of an account over there, trimmed, or each wrong field.
pub(crate) fn checked_external(id: &str, name: &str) -> Result<(String, String)> {
    let good = |text: &str| (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let (id, name) = (id.trim(), name.trim());
    if !good(id) {
        return Err(Problem::invalid_field("/external_id", "length", "写明对方账号的编号，1 到 100 个字"));
    }
    let name = if name.is_empty() { id } else { name };
    if !good(name) {
        return Err(Problem::invalid_field("/external_name", "length", "对方账号的名称最多 100 个字"));
    }
    Ok((id.to_owned(), name.to_owned()))
}

impl Recognition {
    /// Index under which an account over there is found.
    pub(crate) fn external_index(&self, system: Uuid, audience: Audience, external_id: &str) -> String {
        self.platform.blind_index(&format!("external:{system}:{}:{external_id}", audience.as_str()))
    }

    /// Binds in the command under way; the same account again is fine.
    ///
    /// # Errors
    /// 409 when the account over there belongs to somebody else, or this one has another there.
    pub(crate) async fn bind(&self, tx: &Tx, new: NewBinding) -> Result<Uuid> {
        let index = self.external_index(new.system, new.audience, &new.external_id);
        let taken = store::by_external(tx.conn(), new.system, new.audience, &index).await?;
        if taken.as_ref().is_some_and(|row| row.account_id != new.account) {
            return Err(Problem::conflict("external_taken", "对方的这个账号已经绑定了别的通办账号。")
                .detail("请用那个账号登录后解除绑定，再来绑定。不是您本人绑定的，请打 12345。"));
        }
        let known = store::of_account(tx.conn(), new.system, new.audience, new.account).await?;
        if let Some(known) = known.as_ref().filter(|row| row.ended_at.is_none()) {
            return if known.external_index.as_deref() == Some(index.as_str()) {
                Ok(known.id)
            } else {
                Err(Problem::conflict("already_bound", format!("您在{}已经绑定了一个账号。", new.system_name))
                    .detail("要换一个，请先在“接入系统”里解除绑定。"))
            };
        }
        let id = known.as_ref().map_or_else(|| self.platform.new_id(), |row| row.id);
        let row = row::Model {
            id,
            system_id: new.system,
            audience: new.audience.as_str().to_owned(),
            account_id: new.account,
            external_sealed: Some(self.platform.seal(&new.external_id, &place(id, "external"))),
            external_index: Some(index),
            name_sealed: Some(self.platform.seal(&new.external_name, &place(id, "name"))),
            way: new.way.to_owned(),
            bound_at: tx.now(),
            last_used_at: None,
            synced_at: None,
            ended_at: None,
        };
        match known {
            Some(_) => store::update(tx.conn(), row).await?,
            None => store::insert(tx.conn(), row).await?,
        }
        tx.audit(Line {
            id: self.platform.new_id(),
            actor_id: Some(new.account),
            actor_name: new.account_name,
            action: "binding.make",
            subject: format!("binding:{id}"),
            detail: json!({ "system": new.system_name, "way": new.way }),
        });
        Ok(id)
    }

    /// Id of the account over there.
    pub(crate) fn external_of(&self, row: &row::Model) -> Result<Option<String>> {
        let sealed = row.external_sealed.as_deref();
        sealed.map(|sealed| self.platform.unseal(sealed, &place(row.id, "external"))).transpose()
    }

    /// Name of the account over there.
    pub(crate) fn external_name_of(&self, row: &row::Model) -> Result<String> {
        let sealed = row.name_sealed.as_deref();
        Ok(sealed.map(|sealed| self.platform.unseal(sealed, &place(row.id, "name"))).transpose()?.unwrap_or_default())
    }

    /// The caller's bindings that stand, with the system's app id and name.
    pub(crate) async fn own_bindings(&self, caller: &Principal) -> Result<Vec<(row::Model, String, String)>> {
        let mut found = Vec::new();
        for row in store::standing(self.platform.db.read(), caller.audience, caller.id).await? {
            let system = self.identity.system(row.system_id).await?;
            let (app_id, name) = system.map(|system| (system.app_id, system.name)).unwrap_or_default();
            found.push((row, app_id, name));
        }
        Ok(found)
    }

    /// Ends a binding of the caller's own. The row keeps that the owner did not want it any more, and
    /// forgets the account over there.
    ///
    /// # Errors
    /// 404 for one that is not the caller's or has ended.
    pub(crate) async fn unbind(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let none = || Problem::not_found("没有找到这个绑定，它可能已经解除。");
        let recognition = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let own = store::find(tx.conn(), id).await?.filter(|row| {
                        row.account_id == caller.id
                            && row.audience == caller.audience.as_str()
                            && row.ended_at.is_none()
                    });
                    let row = own.ok_or_else(none)?;
                    let system = row.system_id;
                    store::update(
                        tx.conn(),
                        row::Model {
                            external_sealed: None,
                            external_index: None,
                            name_sealed: None,
                            ended_at: Some(tx.now()),
                            ..row
                        },
                    )
                    .await?;
                    let name = recognition.identity.system(system).await?.map(|system| system.name);
                    let (line, subject) = (recognition.platform.new_id(), format!("binding:{id}"));
                    tx.audit(Line::by(&caller, line, "binding.end", subject, json!({ "system": name })));
                    Ok(())
                })
            })
            .await
    }
}
