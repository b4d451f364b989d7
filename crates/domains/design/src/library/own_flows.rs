//! Flows that a body draws for itself for an item it handles (FORM-031).
//!
//! A department begins with a copy of the item's flow and adapts it. It is bounded by the item: its own people and
//! roles, the promised limit, no second visit of the applicant, the same results. It is an entry of the library like
//! any other flow, with drafts, versions and history; the bounds are checked wherever such an entry is.
//!
//! A case takes it when its flow begins, if the entry is in use and the item has not changed its flow or tightened its
//! limits since it was published; else the item's own flow runs.

use flow::HandlerKind;
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::contents::uses_of;
use super::drafts::{SavedDraft, put_uses};
use super::{Finding, Library, SERVICES};
use crate::permissions::DesignOwnFlows;
use crate::store::entry;
use crate::{DefinitionRef, Design, Kind};

/// What an item sets for the flows of its bodies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowBounds {
    /// The item's own flow.
    pub flow: DefinitionRef,
    /// The promised limit in working days; none where it has none.
    pub days: Option<u32>,
    /// How often the applicant may be made to come.
    pub visits: u32,
}

impl FlowBounds {
    /// Whether what was checked against `self` still holds under `now`.
    fn hold(&self, now: &Self) -> bool {
        let days = match (self.days, now.days) {
            (_, None) => true,
            (Some(then), Some(now)) => then <= now,
            (None, Some(_)) => false,
        };
        self.flow == now.flow && days && self.visits <= now.visits
    }
}

/// An item as far as flows of bodies need it.
#[derive(Debug, Clone)]
pub struct FlowItem {
    /// Key.
    pub slug: String,
    /// Name.
    pub name: String,
    /// The body that handles it.
    pub org_id: Uuid,
    /// Its bounds.
    pub bounds: FlowBounds,
}

/// The own flow of an item, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFlow {
    /// Entry of the library.
    pub id: Uuid,
    /// `draft`, `published`, `disabled`.
    pub state: &'static str,
    /// Published version.
    pub version: Option<i64>,
    /// Whether there are changes not published.
    pub draft: bool,
    /// Published against limits that the item has changed since: cases take the item's flow until it is checked and
    /// published again.
    pub outdated: bool,
    /// Who changed it last.
    pub changed_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
}

/// An item of one's part with its own flow, if there is one.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFlowLine {
    /// Item.
    pub item: String,
    /// Its name.
    pub item_name: String,
    /// The body.
    pub org_id: Uuid,
    /// Its name.
    pub org_name: String,
    /// Promised working days.
    pub days: Option<u32>,
    /// How often the applicant may be made to come.
    pub visits: u32,
    /// The own flow.
    pub own: Option<OwnFlow>,
}

/// What bounds an own flow, for its designer.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFlowBounds {
    /// Item.
    pub item: String,
    /// Its name.
    pub item_name: String,
    /// Promised working days.
    pub days: Option<u32>,
    /// How often the applicant may be made to come.
    pub visits: u32,
}

fn kept_bounds(row: &entry::Model) -> Option<FlowBounds> {
    serde_json::from_str(&row.bounds).ok()
}

impl Design {
    /// The flow that a body drew for itself, if a case that begins now may take it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn own_flow(&self, item: &str, org: Uuid, now: &FlowBounds) -> Result<Option<DefinitionRef>> {
        let row = entry::Entity::find()
            .filter(entry::Column::ItemSlug.eq(item))
            .filter(entry::Column::OrgId.eq(org))
            .filter(entry::Column::Disabled.eq(false))
            .filter(entry::Column::Version.gt(0))
            .one(self.platform.db.read())
            .await?;
        Ok(row.filter(|row| kept_bounds(row).is_some_and(|then| then.hold(now))).map(|row| DefinitionRef {
            kind: Kind::Flow,
            key: row.key,
            version: row.version,
        }))
    }
}

impl Library {
    /// The organisations whose own flows the caller draws: the own one and what is below it.
    async fn own_part(&self, caller: &Principal) -> Result<Vec<Uuid>> {
        let Some(org) = caller.org_id else { return Ok(Vec::new()) };
        Ok(self.identity.orgs().await?.subtree(org))
    }

    /// Whether the caller draws this own flow.
    pub(crate) async fn draws(&self, caller: &Principal, row: &entry::Model) -> Result<bool> {
        let (Some(_), Some(org)) = (&row.item_slug, row.org_id) else { return Ok(false) };
        Ok(caller.may("flow.own") && self.own_part(caller).await?.contains(&org))
    }

    /// An own flow of the caller's part.
    pub(crate) async fn own_entry(&self, caller: &Principal, id: Uuid) -> Result<entry::Model> {
        let row = entry::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        let gone = || Problem::not_found("没有找到这份本部门流程，或者不归您管。");
        let row = row.ok_or_else(gone)?;
        if self.draws(caller, &row).await? { Ok(row) } else { Err(gone()) }
    }

    /// Items that bodies of the caller's part handle, with their own flows.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub(crate) async fn own_flows(&self, caller: &Principal, q: &str, page: &PageQuery) -> Result<List<OwnFlowLine>> {
        let part = self.own_part(caller).await?;
        let orgs = self.identity.orgs().await?;
        let after = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next());
        let (items, total) = self.users.flow_items(&part, q.trim(), after.as_deref(), page.limit() + 1).await?;
        let slugs = items.iter().map(|item| item.slug.clone());
        let rows = entry::Entity::find()
            .filter(entry::Column::ItemSlug.is_in(slugs))
            .filter(entry::Column::OrgId.is_in(part))
            .all(self.platform.db.read())
            .await?;
        let lines = items.into_iter().map(|item| {
            let own =
                rows.iter().find(|row| row.item_slug.as_ref() == Some(&item.slug) && row.org_id == Some(item.org_id));
            OwnFlowLine {
                own: own.map(|row| OwnFlow {
                    id: row.id,
                    state: match row {
                        row if row.disabled => "disabled",
                        row if row.version == 0 => "draft",
                        _ => "published",
                    },
                    version: (row.version > 0).then_some(row.version),
                    draft: row.draft.is_some(),
                    outdated: row.version > 0 && !kept_bounds(row).is_some_and(|then| then.hold(&item.bounds)),
                    changed_by_name: row.changed_by_name.clone(),
                    changed_at: row.changed_at,
                }),
                org_name: orgs.get(item.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                item: item.slug,
                item_name: item.name,
                org_id: item.org_id,
                days: item.bounds.days,
                visits: item.bounds.visits,
            }
        });
        let as_of = self.platform.now();
        Ok(List::cut(lines.collect(), page.limit(), total, as_of, |line| vec![line.item.clone()]))
    }

    /// Begins an own flow with a copy of the item's. The second click gets the first one's.
    ///
    /// # Errors
    /// 404 for an item that no body of one's part handles, 409 when there is one already.
    pub(crate) async fn begin_own_flow(
        &self,
        caller: &Allowed<DesignOwnFlows>,
        item: &str,
        key: Option<String>,
    ) -> Result<Uuid> {
        let part = self.own_part(caller).await?;
        let found = self.users.flow_item(item).await?.filter(|found| part.contains(&found.org_id));
        let item = found.ok_or_else(|| Problem::not_found("没有找到这个事项，或者不由您的部门办理。"))?;
        let content = self.design.source(&item.bounds.flow).await?;
        let id = self.platform.new_id();
        let org = item.org_id.simple().to_string();
        let entry_key = format!("{}-own-{}", item.slug, org.get(20..).unwrap_or(&org));
        let name = format!("{}（本部门流程）", item.name).chars().take(100).collect::<String>();
        let detail = json!({ "item": item.slug, "org": item.org_id, "copy_of": item.bounds.flow.version });
        let line = Line::by(caller, self.platform.new_id(), "flow.own.begin", format!("design:{id}"), detail);
        let uses = uses_of(Kind::Flow, &content);
        let (who, by) = (caller.id, caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "flow.own.begin", key, id).await?
                    {
                        return Ok(made);
                    }
                    let there = entry::Entity::find()
                        .filter(entry::Column::ItemSlug.eq(&item.slug))
                        .filter(entry::Column::OrgId.eq(item.org_id))
                        .count(tx.conn())
                        .await?;
                    if there > 0 {
                        let title = "这个事项已经有本部门流程了，请在列表里打开它继续改。";
                        return Err(Problem::conflict("own_flow_exists", title));
                    }
                    entry::Entity::insert(entry::ActiveModel {
                        id: Set(id),
                        kind: Set(Kind::Flow.as_str().to_owned()),
                        key: Set(entry_key),
                        name: Set(name),
                        purpose: Set(String::new()),
                        channels: Set(json!([])),
                        org_id: Set(Some(item.org_id)),
                        template: Set(false),
                        disabled: Set(false),
                        version: Set(0),
                        published_at: Set(None),
                        draft: Set(Some(content)),
                        revision: Set(1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(by),
                        item_slug: Set(Some(item.slug)),
                        bounds: Set(String::new()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    put_uses(tx, id, uses).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Saves the draft of an own flow.
    ///
    /// # Errors
    /// 404 outside one's part, 409 when somebody else saved since.
    pub(crate) async fn save_own_flow(
        &self,
        caller: &Allowed<DesignOwnFlows>,
        id: Uuid,
        draft: SavedDraft,
    ) -> Result<()> {
        let row = self.own_entry(caller, id).await?;
        self.save_entry(caller, row, draft).await
    }

    /// Drops the draft of an own flow.
    ///
    /// # Errors
    /// As [`Library::discard`].
    pub(crate) async fn discard_own_flow(
        &self,
        caller: &Allowed<DesignOwnFlows>,
        id: Uuid,
        revision: i64,
    ) -> Result<()> {
        let row = self.own_entry(caller, id).await?;
        self.discard_entry(caller, row, revision).await
    }

    /// Publishes an own flow; cases accepted from now on take it.
    ///
    /// # Errors
    /// 422 with every bound it breaks, at its element; 409 for an old page.
    pub(crate) async fn publish_own_flow(
        &self,
        caller: &Allowed<DesignOwnFlows>,
        id: Uuid,
        revision: i64,
        note: &str,
    ) -> Result<()> {
        let row = self.own_entry(caller, id).await?;
        self.publish_entry(caller, row, revision, note, None).await
    }

    /// Takes an own flow out of use, or brings it back: cases take the item's flow meanwhile.
    ///
    /// # Errors
    /// 404 outside one's part, 422 without a reason, 409 when nothing changes.
    pub(crate) async fn switch_own_flow(
        &self,
        caller: &Allowed<DesignOwnFlows>,
        id: Uuid,
        disabled: bool,
        reason: &str,
    ) -> Result<()> {
        let row = self.own_entry(caller, id).await?;
        self.switch_entry(caller, row, disabled, reason).await
    }

    /// What bounds an entry, if it is an own flow of an item still offered.
    pub(crate) async fn bounds_of(&self, row: &entry::Model) -> Result<Option<FlowItem>> {
        match &row.item_slug {
            Some(slug) => self.users.flow_item(slug).await,
            None => Ok(None),
        }
    }

    /// The same for its designer's page.
    pub(crate) async fn own_bounds(&self, row: &entry::Model) -> Result<Option<OwnFlowBounds>> {
        Ok(self.bounds_of(row).await?.map(|item| OwnFlowBounds {
            item: item.slug,
            item_name: item.name,
            days: item.bounds.days,
            visits: item.bounds.visits,
        }))
    }

    /// Everything wrong with the content of an entry, an own flow's bounds included.
    pub(crate) async fn findings_of(
        &self,
        row: &entry::Model,
        content: &str,
        item: Option<&str>,
    ) -> Result<Vec<Finding>> {
        if row.item_slug.is_none() {
            return self.findings(Kind::of(&row.kind)?, content, Some(&row.key), item).await;
        }
        let Some(bounds) = self.bounds_of(row).await? else {
            let gone = "这个事项不再办理，本部门流程用不上了";
            return Ok(vec![Finding::error("item_gone", "", gone)]);
        };
        let callable = self.design.callable(content).await?;
        let definition = match flow::Definition::parse_with(content, Some(&row.key), &callable) {
            Ok(definition) => definition,
            Err(found) => return Ok(found.into_iter().map(Finding::of_flow).collect()),
        };
        let context = flow::LintContext {
            roles: identity::roles::all().keys().cloned().collect(),
            services: SERVICES.iter().map(|service| service.key.to_owned()).collect(),
            limit_days: bounds.bounds.days,
            visits: Some(bounds.bounds.visits),
        };
        let given = self.design.flow(&bounds.bounds.flow).await?;
        let mut found: Vec<Finding> = flow::lint(&definition, self.design.expressions(), &context)
            .into_iter()
            .chain(flow::contract(&definition, &given))
            .map(Finding::of_flow)
            .collect();
        found.extend(self.strangers(&definition, &bounds).await?);
        found.sort_by_key(|one| !one.is_error());
        Ok(found)
    }

    /// Handlers that do not belong to the body.
    async fn strangers(&self, definition: &flow::Definition, item: &FlowItem) -> Result<Vec<Finding>> {
        let orgs = self.identity.orgs().await?;
        let inside = orgs.subtree(item.org_id);
        let body = orgs.get(item.org_id).map(|org| org.name.clone()).unwrap_or_default();
        let staff = self.identity.staff_of(&inside).await?;
        let serves = |role: &str| {
            let fits = |items: &[String]| items.is_empty() || items.contains(&item.slug);
            staff.iter().any(|one| !one.disabled && fits(&one.items) && one.roles.iter().any(|held| held == role))
        };
        let mut found = Vec::new();
        for node in definition.nodes.iter().filter(|node| node.kind == flow::NodeKind::UserTask) {
            let label = node.label();
            let mut fault = |code: &str, message: String| found.push(Finding::error(code, node.id.as_str(), message));
            let roles = node.attribute("role").into_iter();
            let named = node.settings.handlers.iter().filter(|one| one.kind == HandlerKind::Role);
            for role in roles.chain(named.map(|one| one.key.as_str())) {
                // A role that does not exist is told by the check of every flow.
                if identity::roles::all().contains_key(role) && !serves(role) {
                    let role = identity::roles::all().get(role).map_or(role, |role| role.label.as_str());
                    fault(
                        "role_elsewhere",
                        format!("{body}没有人有“{role}”岗位能办“{label}”。换成本部门有的岗位，或者先给人授岗"),
                    );
                }
            }
            for handler in &node.settings.handlers {
                let who = if handler.label.is_empty() { handler.key.as_str() } else { handler.label.as_str() };
                let id = handler.key.parse::<Uuid>().ok();
                match (handler.kind, handler.key.as_str()) {
                    (HandlerKind::Person, _) if !staff.iter().any(|one| Some(one.id) == id && !one.disabled) => {
                        fault(
                            "person_elsewhere",
                            format!("“{label}”的办理人“{who}”不是{body}的人，或者已经停用。换成本部门的人"),
                        );
                    }
                    (HandlerKind::Department, _) if !id.is_some_and(|id| inside.contains(&id)) => {
                        fault(
                            "org_elsewhere",
                            format!("“{label}”的办理部门“{who}”不在{body}里。换成本部门或下属的科室"),
                        );
                    }
                    (HandlerKind::Dynamic, "superior") => {
                        fault(
                            "org_elsewhere",
                            format!("“{label}”交给上级部门办，本部门流程只能用本部门的人。换一个办理人"),
                        );
                    }
                    (HandlerKind::Dynamic, "expression") => {
                        fault(
                            "handler_unknown",
                            format!("“{label}”的办理人用表达式算，看不出是不是{body}的人。直接选人、科室或岗位"),
                        );
                    }
                    _ => {}
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-031
    #[test]
    fn bounds_hold_while_the_item_is_no_stricter_and_keeps_its_flow() {
        let bounds = |version, days, visits| FlowBounds {
            flow: DefinitionRef { kind: Kind::Flow, key: "f".into(), version },
            days,
            visits,
        };
        let then = bounds(1, Some(5), 1);
        for (now, holds) in [
            (bounds(1, Some(5), 1), true),
            (bounds(1, Some(8), 1), true),
            (bounds(1, None, 1), true),
            (bounds(1, Some(4), 1), false),
            (bounds(1, Some(5), 0), false),
            (bounds(2, Some(5), 1), false),
        ] {
            assert_eq!(then.hold(&now), holds, "{now:?}");
        }
        assert!(!bounds(1, None, 0).hold(&bounds(1, Some(5), 0)));
    }
}
