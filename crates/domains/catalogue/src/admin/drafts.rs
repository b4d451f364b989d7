//! Drafts of items: create, save, publish, cancel. A draft that breaks a rule is not saved at all
//! (ITEM-003), so what is saved can be published.

use std::collections::BTreeMap;

use platform::web::guard::{Allowed, Principal};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::diff::{Difference, diff};
use crate::items::definitions::Chosen;
use crate::items::findings::{Finding, Severity, refusal};
use crate::items::model::Item;
use crate::items::publish::{Publication, put, task_code_is_free};
use crate::items::rules;
use crate::items::service::{Catalogue, Definitions, Sources};
use crate::items::store::{item, version};
use crate::packs;
use crate::permissions::{EditItem, PublishItem};

/// What an editor saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub content: Value,
    /// Files, when the draft brings its own; otherwise those of the published version.
    #[serde(default)]
    pub sources: Option<Sources>,
    /// What is taken from the design library instead.
    #[serde(default)]
    pub chosen: Chosen,
}

/// An item that papers and the like can be made for before anybody can apply for it.
pub struct PreparedItem {
    /// Key.
    pub slug: String,
    /// Content.
    pub item: Item,
    /// Implementing body.
    pub org_id: Uuid,
}

/// An item as it is offered now.
#[derive(Debug, Clone)]
pub struct OfferedContent {
    /// Key.
    pub slug: String,
    /// Implementing body.
    pub org_id: Uuid,
    /// Content of the published version.
    pub content: Value,
}

/// An item as its editor sees it.
pub(crate) struct Edited {
    pub head: item::Model,
    pub content: Value,
    pub sources: Option<Sources>,
    pub chosen: Chosen,
    pub history: Vec<(i64, OffsetDateTime, String)>,
    pub findings: Vec<Finding>,
}

impl Catalogue {
    /// The head, if the caller may see it.
    pub(crate) async fn head_in_view(&self, caller: &Principal, slug: &str) -> Result<item::Model> {
        item::Entity::find_by_id(slug.to_owned())
            .one(self.platform.db.read())
            .await?
            .filter(|head| caller.reaches(head.org_id, &head.slug))
            .ok_or_else(|| Problem::not_found("没有找到这个事项，或者不归您管。"))
    }

    /// An item for those who prepare what belongs to it: as it is offered, or the draft of one that never was.
    ///
    /// # Errors
    /// 404 when the caller may not see it, 410 when it is not offered any more.
    pub async fn prepared(&self, caller: &Principal, slug: &str) -> Result<PreparedItem> {
        let head = self.head_in_view(caller, slug).await?;
        if head.version > 0 {
            let offered = self.published(slug).await?;
            return Ok(PreparedItem { slug: head.slug, item: offered.item.clone(), org_id: offered.org_id });
        }
        let draft: Option<Draft> = head.draft.map(serde_json::from_value).transpose()?;
        let item = match draft {
            Some(draft) => self.lint_content(&draft.content, None).await?.0,
            None => None,
        };
        let item = item.ok_or_else(|| Problem::not_found("没有找到这个事项，或者不归您管。"))?;
        Ok(PreparedItem { slug: head.slug, item, org_id: head.org_id })
    }

    /// An item with its draft or published content, history and findings.
    pub(crate) async fn edited(&self, caller: &Principal, slug: &str) -> Result<Edited> {
        let head = self.head_in_view(caller, slug).await?;
        let history: Vec<(i64, OffsetDateTime, String)> = version::Entity::find()
            .select_only()
            .columns([version::Column::Version, version::Column::PublishedAt, version::Column::PublishedBy])
            .filter(version::Column::Slug.eq(slug))
            .order_by_desc(version::Column::Version)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let published = self.published_definitions(&head).await?;
        let Draft { content, sources, chosen } = match &head.draft {
            Some(draft) => serde_json::from_value(draft.clone())?,
            None => Draft {
                content: self.content_of(slug, head.version).await?,
                sources: None,
                chosen: published.as_ref().map(|of| Chosen::of(slug, of)).unwrap_or_default(),
            },
        };
        let own = match (sources, published) {
            (Some(sources), _) => Some(sources),
            (None, Some(of)) => Some(self.sources(&of).await?),
            (None, None) => None,
        };
        let sources = self.with_chosen(own, &chosen).await?;
        let (_, findings) = self.lint_content(&content, sources.as_ref()).await?;
        Ok(Edited { head, content, sources, chosen, history, findings })
    }

    async fn content_of(&self, slug: &str, wanted: i64) -> Result<Value> {
        let row = version::Entity::find_by_id((slug.to_owned(), wanted)).one(self.platform.db.read()).await?;
        row.map(|row| row.content).ok_or_else(|| Problem::not_found("没有找到这个事项的这一版。"))
    }

    async fn published_definitions(&self, head: &item::Model) -> Result<Option<Definitions>> {
        if head.version == 0 {
            return Ok(None);
        }
        let row = version::Entity::find_by_id((head.slug.clone(), head.version)).one(self.platform.db.read()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(serde_json::from_value(row.definitions)?))
    }

    /// Everything wrong with a content and its files.
    ///
    /// # Errors
    /// When the database refuses; what is wrong is the answer.
    pub(crate) async fn lint_content(
        &self,
        content: &Value,
        sources: Option<&Sources>,
    ) -> Result<(Option<Item>, Vec<Finding>)> {
        let callable = match sources {
            Some(sources) => self.design.callable(&sources.flow).await?,
            None => design::Callable::default(),
        };
        Ok(self.with_known(|known| {
            let (item, mut findings) = rules::check(content, known);
            match (&item, sources) {
                (Some(item), Some(sources)) => {
                    findings.extend(packs::lint_files(item, sources, known, &callable));
                }
                (Some(_), None) => findings.push(Finding {
                    pointer: "/form".to_owned(),
                    element: "表单文件".to_owned(),
                    message: "还没有表单和流程，发布前要补上".to_owned(),
                    severity: Severity::Warning,
                }),
                _ => {}
            }
            (item, findings)
        }))
    }

    /// Checks a content whole; the item, or 422 with everything that is wrong.
    async fn sound(
        &self,
        caller: &Principal,
        slug: &str,
        content: &Value,
        sources: Option<&Sources>,
    ) -> Result<(Item, Uuid)> {
        let (item, findings) = self.lint_content(content, sources).await?;
        if let Some(problem) = refusal(&findings) {
            return Err(problem);
        }
        let item = item.ok_or_else(|| Problem::internal("a content without findings can't be read"))?;
        if item.slug != slug {
            return Err(Problem::invalid_field("/slug", "fixed", "事项标识：建好以后不能改"));
        }
        let org = self.org_of(&item).await?;
        if !caller.visible_orgs.contains(&org) {
            return Err(Problem::invalid_field("/body/uscc", "out_of_view", "实施主体：不归您管的单位，不能挂事项"));
        }
        Ok((item, org))
    }

    /// Makes a new item as a draft; nobody sees it before it is published.
    pub(crate) async fn create_item(
        &self,
        caller: &Allowed<EditItem>,
        draft: Draft,
        once: Option<String>,
    ) -> Result<Edited> {
        let slug = draft.content.get("slug").and_then(Value::as_str).unwrap_or_default().to_owned();
        let sources = self.with_chosen(draft.sources.clone(), &draft.chosen).await?;
        let (item, org) = self.sound(caller, &slug, &draft.content, sources.as_ref()).await?;
        let line = Line::by(caller, self.platform.new_id(), "item.create", format!("item:{slug}"), json!({}));
        let kept = serde_json::to_value(&draft)?;
        let key = slug.clone();
        let (by, made) = (caller.id, self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let taken = item::Entity::find_by_id(key.clone()).one(tx.conn()).await?.is_some();
                    if let Some(once) = once
                        && idempotency::claim(tx, by, "item.create", &once, made).await?.is_some()
                    {
                        return if taken { Ok(()) } else { Err(idempotency::reused()) };
                    }
                    if taken {
                        return Err(Problem::invalid_field("/slug", "taken", "事项标识：已经有这个事项了，请换一个"));
                    }
                    task_code_is_free(tx.conn(), &item).await?;
                    item::Entity::insert(item::ActiveModel {
                        slug: Set(key),
                        task_code: Set(item.codes.task),
                        basic_code: Set(item.codes.basic),
                        name: Set(item.name),
                        org_id: Set(org),
                        region: Set(item.region),
                        item_type: Set(item.item_type),
                        // Draft, whatever the content says, until it is published.
                        state: Set("4".to_owned()),
                        version: Set(0),
                        card: Set(None),
                        draft: Set(Some(kept)),
                        draft_version: Set(1),
                        updated_at: Set(tx.now()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.edited(caller, &slug).await
    }

    /// Saves a draft. A broken rule is a 422 with every error by element name, and nothing is saved.
    pub(crate) async fn save_draft(
        &self,
        caller: &Allowed<EditItem>,
        slug: &str,
        seen: i64,
        content: Value,
        sources: Option<Sources>,
        chosen: Option<Chosen>,
    ) -> Result<Edited> {
        let before = self.edited(caller, slug).await?;
        let own = match (&sources, &before.head.draft) {
            (None, Some(draft)) => serde_json::from_value::<Draft>(draft.clone())?.sources,
            _ => sources,
        };
        let chosen = chosen.unwrap_or(before.chosen);
        let whole = self.with_chosen(own.clone().or(before.sources), &chosen).await?;
        let (item, _) = self.sound(caller, slug, &content, whole.as_ref()).await?;
        let kept = serde_json::to_value(Draft { content, sources: own, chosen })?;
        let line = Line::by(caller, self.platform.new_id(), "item.edit", format!("item:{slug}"), json!({}));
        let key = slug.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    task_code_is_free(tx.conn(), &item).await?;
                    let changed = item::Entity::update_many()
                        .col_expr(item::Column::Draft, Expr::value(kept))
                        .col_expr(item::Column::DraftVersion, Expr::value(seen + 1))
                        .col_expr(item::Column::UpdatedAt, Expr::value(tx.now()))
                        .filter(item::Column::Slug.eq(key))
                        .filter(item::Column::DraftVersion.eq(seen))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.edited(caller, slug).await
    }

    /// Puts elements into an item's draft, as somebody elsewhere has them; all rules are asked.
    ///
    /// # Errors
    /// 404 for an item out of view, 409 when somebody saved meanwhile, 422 when a rule is broken.
    pub async fn take_elements(
        &self,
        caller: &Allowed<EditItem>,
        slug: &str,
        elements: serde_json::Map<String, Value>,
    ) -> Result<()> {
        let before = self.edited(caller, slug).await?;
        let seen = before.head.draft_version;
        let mut content = before.content;
        if let Some(content) = content.as_object_mut() {
            content.extend(elements);
        }
        self.save_draft(caller, slug, seen, content, None, None).await?;
        Ok(())
    }

    /// What is offered now, by implementation code; codes that nobody offers are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn offered_by_code(&self, codes: &[String]) -> Result<BTreeMap<String, OfferedContent>> {
        let conn = self.platform.db.read();
        let mut found = BTreeMap::new();
        for chunk in codes.chunks(500) {
            let heads: Vec<item::Model> = item::Entity::find()
                .filter(item::Column::TaskCode.is_in(chunk.iter().map(String::as_str)))
                .filter(item::Column::State.eq("1"))
                .filter(item::Column::Version.gt(0))
                .all(conn)
                .await?;
            let slugs = heads.iter().map(|head| head.slug.as_str());
            let versions = version::Entity::find()
                .select_only()
                .columns([version::Column::Slug, version::Column::Version])
                .column(version::Column::Content)
                .filter(version::Column::Slug.is_in(slugs))
                .into_tuple::<(String, i64, Value)>()
                .all(conn)
                .await?;
            for head in &heads {
                let own = versions.iter().find(|(slug, no, _)| *slug == head.slug && *no == head.version);
                if let Some((_, _, content)) = own {
                    let offered =
                        OfferedContent { slug: head.slug.clone(), org_id: head.org_id, content: content.clone() };
                    found.insert(head.task_code.clone(), offered);
                }
            }
        }
        Ok(found)
    }

    /// Publishes the draft as the next version; running cases keep theirs. Without a draft a
    /// cancelled item is offered again as it was.
    pub(crate) async fn publish_draft(&self, caller: &Allowed<PublishItem>, slug: &str, seen: i64) -> Result<Edited> {
        let edited = self.edited(caller, slug).await?;
        if edited.head.draft_version != seen {
            return Err(Problem::stale());
        }
        if edited.head.draft.is_none() && edited.head.state == "1" {
            return Err(Problem::conflict("nothing_to_publish", "没有改动，不用发布。"));
        }
        let Some(sources) = edited.sources else {
            return Err(Problem::invalid_field("/form", "missing", "表单文件：还没有表单和流程，补上后再发布"));
        };
        let (mut item, org) = self.sound(caller, slug, &edited.content, Some(&sources)).await?;
        if item.state == "4" {
            item.state = "1".to_owned();
        }
        let definitions = self.freeze(slug, &sources, &edited.chosen, &caller.name).await?;
        let line = Line::by(caller, self.platform.new_id(), "item.publish", format!("item:{slug}"), json!({}));
        let publication = Publication { item, definitions, org, by: caller.name.clone(), of_draft: true };
        let (event, key) = (self.platform.new_id(), slug.to_owned());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // Seen again inside the transaction: another editor may have saved since.
                    let head = item::Entity::find_by_id(key).one(tx.conn()).await?;
                    if head.is_none_or(|head| head.draft_version != seen) {
                        return Err(Problem::stale());
                    }
                    put(tx, publication, event).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.identity.link_item(slug, org).await?;
        self.changed(slug).await;
        self.edited(caller, slug).await
    }

    /// Cancels an item: it leaves the public lists and takes no new applications.
    pub(crate) async fn cancel_item(
        &self,
        caller: &Allowed<PublishItem>,
        slug: &str,
        seen: i64,
        reason: String,
    ) -> Result<Edited> {
        let head = self.head_in_view(caller, slug).await?;
        if head.state == "3" {
            return Err(Problem::conflict("already_cancelled", "这个事项已经取消了。"));
        }
        if reason.trim().is_empty() {
            return Err(Problem::invalid_field("/reason", "required", "写明取消的原因"));
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "item.cancel",
            format!("item:{slug}"),
            json!({ "reason": reason }),
        );
        let event = Event {
            id: self.platform.new_id(),
            topic: "item.cancelled",
            subject: format!("item:{slug}"),
            payload: json!({ "slug": slug, "reason": reason }),
        };
        let key = slug.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let changed = item::Entity::update_many()
                        .col_expr(item::Column::State, Expr::value("3"))
                        .col_expr(item::Column::DraftVersion, Expr::value(seen + 1))
                        .col_expr(item::Column::UpdatedAt, Expr::value(tx.now()))
                        .filter(item::Column::Slug.eq(key))
                        .filter(item::Column::DraftVersion.eq(seen))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    tx.publish(event);
                    Ok(())
                })
            })
            .await?;
        self.changed(slug).await;
        self.edited(caller, slug).await
    }

    /// What changed from one version to another; version 0 is the draft.
    pub(crate) async fn differences(
        &self,
        caller: &Principal,
        slug: &str,
        from: i64,
        to: i64,
    ) -> Result<Vec<Difference>> {
        let head = self.head_in_view(caller, slug).await?;
        let mut sides = Vec::with_capacity(2);
        for wanted in [from, to] {
            sides.push(match (wanted, &head.draft) {
                (0, Some(draft)) => serde_json::from_value::<Draft>(draft.clone())?.content,
                (0, None) => return Err(Problem::not_found("这个事项没有草稿。")),
                _ => self.content_of(slug, wanted).await?,
            });
        }
        match sides.as_slice() {
            [from, to] => Ok(diff(from, to)),
            _ => Ok(Vec::new()),
        }
    }
}
