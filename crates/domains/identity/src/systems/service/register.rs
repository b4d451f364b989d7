//! Registering a system, changing what is written down, switching it on and off, granting.

use platform::web::guard::{Allowed, Principal};
use platform::web::problem::FieldProblem;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::no_system;
use crate::Identity;
use crate::permissions::EditSystems;
use crate::systems::model::{Grant, SystemDraft, checked_grants};
use crate::systems::store::{self, system};

impl Identity {
    /// Registers a system, switched off and without a grant: nothing can be called before somebody decided so.
    /// The same key gives the system that it made before.
    ///
    /// # Authorisation
    /// `system.edit`.
    ///
    /// # Errors
    /// 422 names each wrong field; 409 for an app id that is taken.
    pub async fn register_system(
        &self,
        caller: &Allowed<EditSystems>,
        draft: SystemDraft,
        key: Option<String>,
    ) -> Result<Uuid> {
        if let Some(made) = self.made_before(caller, "system.register", key.clone()).await? {
            return Ok(made);
        }
        self.put_system(caller, draft, (Vec::new(), false), key).await
    }

    /// What an earlier request with the same key made; asked first, because what is made would be
    /// refused as taken.
    async fn made_before(&self, caller: &Principal, act: &'static str, key: Option<String>) -> Result<Option<Uuid>> {
        let (Some(key), by) = (key, caller.id) else { return Ok(None) };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { idempotency::earlier(tx, by, act, &key).await })
            })
            .await
    }

    /// Registers a system of a content pack or a test at once with its grants.
    ///
    /// # Errors
    /// As [`Identity::register_system`].
    pub async fn add_system(
        &self,
        caller: &Principal,
        draft: SystemDraft,
        grants: Vec<Grant>,
        enabled: bool,
    ) -> Result<Uuid> {
        self.put_system(caller, draft, (grants, enabled), None).await
    }

    async fn put_system(
        &self,
        caller: &Principal,
        draft: SystemDraft,
        (grants, enabled): (Vec<Grant>, bool),
        key: Option<String>,
    ) -> Result<Uuid> {
        let draft = self.check_draft(draft, None).await?;
        let grants = checked_grants(grants).map_err(Problem::invalid)?;
        let id = self.platform.new_id();
        let now = self.platform.now();
        let row = system::Model {
            id,
            app_id: draft.app_id.clone(),
            name: draft.name.clone(),
            owner_org_id: draft.owner_org_id,
            contact_name: draft.contact_name.clone(),
            contact_phone_sealed: self.platform.seal(&draft.contact_phone, &store::phone_place(id)),
            description: draft.description.clone(),
            callbacks: serde_json::to_value(&draft.callbacks)?,
            environment: draft.environment.clone(),
            networks: serde_json::to_value(&draft.networks)?,
            formula: draft.formula.as_str().to_owned(),
            grants: serde_json::to_value(grants)?,
            enabled,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let identity = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(made) = idempotency::claim(tx, caller.id, "system.register", &key, id).await?
                    {
                        return Ok(made);
                    }
                    if !store::insert(tx.conn(), row).await? {
                        return Err(taken());
                    }
                    let detail = json!({ "app_id": draft.app_id, "name": draft.name });
                    identity.log_change(tx, &caller, id, "system.register", detail).await?;
                    Ok(id)
                })
            })
            .await
    }

    /// Changes what is written down; the log keeps each field before and after.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names each wrong field.
    pub async fn edit_system(
        &self,
        caller: &Allowed<EditSystems>,
        id: Uuid,
        version: i64,
        draft: SystemDraft,
    ) -> Result<()> {
        let known = store::find(self.platform.db.read(), id).await?.ok_or_else(no_system)?;
        let old_phone = self.platform.unseal(&known.contact_phone_sealed, &store::phone_place(id))?;
        let draft = self.check_draft(draft, Some((&known, &old_phone))).await?;
        let identity = self.clone();
        self.change_system(caller, id, version, "system.edit", move |row| {
            let mut changed = Map::new();
            let mut note = |name: &str, before: Value, after: Value| {
                if before != after {
                    changed.insert(name.to_owned(), json!({ "before": before, "after": after }));
                }
            };
            let (callbacks, networks) = (json!(draft.callbacks), json!(draft.networks));
            note("name", json!(row.name), json!(draft.name));
            note("owner_org_id", json!(row.owner_org_id), json!(draft.owner_org_id));
            note("contact_name", json!(row.contact_name), json!(draft.contact_name));
            let masked = base::mask::phone;
            if old_phone != draft.contact_phone {
                note("contact_phone", json!(masked(&old_phone)), json!(masked(&draft.contact_phone)));
                row.contact_phone_sealed = identity.platform.seal(&draft.contact_phone, &store::phone_place(id));
            }
            note("description", json!(row.description), json!(draft.description));
            note("callbacks", row.callbacks.clone(), callbacks.clone());
            note("environment", json!(row.environment), json!(draft.environment));
            note("networks", row.networks.clone(), networks.clone());
            note("formula", json!(row.formula), json!(draft.formula.as_str()));
            row.name = draft.name;
            row.owner_org_id = draft.owner_org_id;
            row.contact_name = draft.contact_name;
            row.description = draft.description;
            row.callbacks = callbacks;
            row.environment = draft.environment;
            row.networks = networks;
            row.formula = draft.formula.as_str().to_owned();
            Ok(Value::Object(changed))
        })
        .await
    }

    /// Switches a system on or off. Off counts at once, on every node: each call asks the database.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 without a reason.
    pub async fn switch_system(
        &self,
        caller: &Allowed<EditSystems>,
        id: Uuid,
        version: i64,
        on: bool,
        reason: &str,
    ) -> Result<()> {
        let reason = reason.trim().to_owned();
        if !(4..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明原因，4 到 200 个字"));
        }
        let action = if on { "system.enable" } else { "system.disable" };
        self.change_system(caller, id, version, action, move |row| {
            row.enabled = on;
            Ok(json!({ "reason": reason }))
        })
        .await
    }

    /// Replaces the grants.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names each wrong field.
    pub async fn grant_system(
        &self,
        caller: &Allowed<EditSystems>,
        id: Uuid,
        version: i64,
        grants: Vec<Grant>,
    ) -> Result<()> {
        let grants = serde_json::to_value(checked_grants(grants).map_err(Problem::invalid)?)?;
        self.change_system(caller, id, version, "system.grant", move |row| {
            let before = std::mem::replace(&mut row.grants, grants.clone());
            Ok(json!({ "before": before, "after": grants }))
        })
        .await
    }

    /// One change of a row: fresh, logged, saved together.
    pub(crate) async fn change_system<F>(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        action: &'static str,
        change: F,
    ) -> Result<()>
    where
        F: FnOnce(&mut system::Model) -> Result<Value> + Send + 'static,
    {
        let identity = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx: &Tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(no_system)?;
                    let detail = change(&mut row)?;
                    row.version = version + 1;
                    row.updated_at = tx.now();
                    store::update(tx.conn(), row, version).await?;
                    identity.log_change(tx, &caller, id, action, detail).await
                })
            })
            .await
    }

    async fn check_draft(&self, draft: SystemDraft, known: Option<(&system::Model, &str)>) -> Result<SystemDraft> {
        let mut draft = draft;
        let mut problems = Vec::new();
        if let Some((row, phone)) = known {
            if draft.app_id.trim() != row.app_id {
                problems.push(FieldProblem::new("/app_id", "fixed", "应用标识登记后不能改，要换请另外登记一个系统"));
            }
            // The page only knows the masked number and may send it back untouched.
            if draft.contact_phone.trim() == base::mask::phone(phone) {
                phone.clone_into(&mut draft.contact_phone);
            }
        }
        match base::codes::Phone::parse(draft.contact_phone.trim()) {
            Ok(_) => {}
            Err(error) => problems.push(FieldProblem::new("/contact_phone", "phone", error.to_string())),
        }
        if self.org(draft.owner_org_id).await?.is_none() {
            problems.push(FieldProblem::new("/owner_org_id", "option", "选择系统的主管单位"));
        }
        match draft.checked() {
            Ok(draft) if problems.is_empty() => Ok(draft),
            Ok(_) => Err(Problem::invalid(problems)),
            Err(more) => Err(Problem::invalid(more.into_iter().chain(problems).collect())),
        }
    }
}

fn taken() -> Problem {
    Problem::conflict("app_id_taken", "这个应用标识已经登记过，请换一个。")
}
