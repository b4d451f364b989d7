//! Read and change links; find the one that counts now.

use identity::EditSystems;
use identity::systems::ConnectedSystem;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde_json::json;
use uuid::Uuid;

use super::model::{Link, LinkDraft, Role};
use super::store::{self, link};
use crate::Recognition;

/// Interface that a system needs for tickets in either direction.
pub(crate) const INTERFACE: &str = "sign_on";

impl Recognition {
    /// A connected system, or 404.
    pub(crate) async fn known_system(&self, id: Uuid) -> Result<ConnectedSystem> {
        self.identity.system(id).await?.ok_or_else(|| Problem::not_found("没有找到这个接入系统。"))
    }

    /// The link of a system that works now: both switched on, of this environment, granted sign-on.
    /// Asked at each use, so that switching off counts at once.
    pub(crate) async fn live_link(&self, app_id: &str) -> Result<Option<Link>> {
        let Some(system) = self.identity.live_system(app_id).await? else { return Ok(None) };
        if system.grant(INTERFACE, self.platform.now()).is_none() {
            return Ok(None);
        }
        let row = store::find(self.platform.db.read(), system.id).await?.filter(|row| row.enabled);
        row.map(|row| with_role(system, row)).transpose()
    }

    /// The same by the system's id.
    pub(crate) async fn live_link_of(&self, system: Uuid) -> Result<Option<Link>> {
        match self.identity.system(system).await? {
            Some(system) => self.live_link(&system.app_id).await,
            None => Ok(None),
        }
    }

    /// The link people of a user system may use now.
    ///
    /// # Errors
    /// 404 when there is none: what is switched off does not exist for them.
    pub(crate) async fn usable_link(&self, app_id: &str, audience: Audience) -> Result<Link> {
        let found = self.live_link(app_id).await?.filter(|link| link.serves(audience));
        found.ok_or_else(|| {
            Problem::not_found("这个系统现在不能从这里打开。")
                .detail("它可能正在维护。要办的事急，请直接联系它的主管单位。")
        })
    }

    /// Every link people of a user system may use now.
    pub(crate) async fn usable_links(&self, audience: Audience) -> Result<Vec<Link>> {
        let mut found = Vec::new();
        for row in store::enabled(self.platform.db.read()).await? {
            if let Some(link) = self.live_link_of(row.system_id).await?.filter(|link| link.serves(audience)) {
                found.push(link);
            }
        }
        found.sort_by(|left, right| left.system.name.cmp(&right.system.name));
        Ok(found)
    }

    /// What is written down about a system's link, with its version; `None` before the first time.
    pub(crate) async fn link_draft(&self, system: Uuid) -> Result<Option<(LinkDraft, i64)>> {
        self.known_system(system).await?;
        let Some(row) = store::find(self.platform.db.read(), system).await? else { return Ok(None) };
        let (role, version) = (role_of(&row)?, row.version);
        let draft = LinkDraft {
            role,
            for_portal: row.for_portal,
            for_desk: row.for_desk,
            our_id: row.our_id,
            entry_url: row.entry_url,
            bind_url: row.bind_url,
            redeem_url: row.redeem_url,
            sync_url: row.sync_url,
            push_url: row.push_url,
            trusted: row.trusted,
            creates: row.creates,
            bind_network: row.bind_network,
            enabled: row.enabled,
        };
        Ok(Some((draft, version)))
    }

    /// Writes a link.
    ///
    /// # Authorisation
    /// `system.edit`.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names each wrong field.
    pub async fn save_link(
        &self,
        caller: &Allowed<EditSystems>,
        system: Uuid,
        version: i64,
        draft: LinkDraft,
    ) -> Result<()> {
        self.put_link(caller, system, version, draft).await
    }

    /// The same for the demo and tests.
    ///
    /// # Errors
    /// As [`Recognition::save_link`].
    pub async fn put_link(&self, caller: &Principal, system: Uuid, version: i64, draft: LinkDraft) -> Result<()> {
        let known = self.known_system(system).await?;
        let draft = draft.checked().map_err(Problem::invalid)?;
        let before = self.link_draft(system).await?.map(|(draft, _)| json!(draft));
        let after = json!(draft);
        let now = self.platform.now();
        let row = link::Model {
            system_id: system,
            role: draft.role.as_str().to_owned(),
            for_portal: draft.for_portal,
            for_desk: draft.for_desk,
            our_id: draft.our_id,
            entry_url: draft.entry_url,
            bind_url: draft.bind_url,
            redeem_url: draft.redeem_url,
            sync_url: draft.sync_url,
            push_url: draft.push_url,
            trusted: draft.trusted,
            creates: draft.creates,
            bind_network: draft.bind_network,
            enabled: draft.enabled,
            version: version + 1,
            updated_at: now,
        };
        let subject = format!("system:{system}");
        let line = Line::by(caller, self.platform.new_id(), "link.save", subject, json!({ "app_id": known.app_id }))
            .entry()
            .changed(before.unwrap_or_else(|| json!({})), after);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, version).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

fn role_of(row: &link::Model) -> Result<Role> {
    Role::parse(&row.role).ok_or_else(|| Problem::internal(format!("link of {} has role {}", row.system_id, row.role)))
}

fn with_role(system: ConnectedSystem, row: link::Model) -> Result<Link> {
    Ok(Link { role: role_of(&row)?, system, row })
}
