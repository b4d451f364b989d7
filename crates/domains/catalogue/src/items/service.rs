//! Published items: reading them (cached, frozen) and publishing a new version.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use design::{DefinitionRef, Design, Kind};
use identity::Identity;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, Set};
use serde::{Deserialize, Serialize};

use super::model::Item;
use super::store::{item, node, version};

/// The files a version points to, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definitions {
    /// Form.
    pub form: DefinitionRef,
    /// Flow.
    pub flow: DefinitionRef,
    /// Rules.
    pub rules: Option<DefinitionRef>,
}

/// One frozen version of an item with all it needs to run.
#[derive(Debug)]
pub struct PublishedItem {
    /// Key.
    pub slug: String,
    /// Version.
    pub version: i64,
    /// Content.
    pub item: Item,
    /// Implementing body.
    pub org_id: Uuid,
    /// Its definitions.
    pub definitions: Definitions,
    /// When it was published.
    pub published_at: time::OffsetDateTime,
}

/// The texts of the files beside an item.
#[derive(Debug, Clone)]
pub struct Sources {
    /// `form.json`
    pub form: String,
    /// `flow.bpmn`
    pub flow: String,
    /// `rules.dmn`
    pub rules: Option<String>,
}

/// The catalogue service. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue {
    /// The shell.
    pub platform: Platform,
    /// Organisations.
    pub identity: Identity,
    /// Definitions.
    pub design: Design,
    versions: Arc<RwLock<HashMap<(String, i64), Arc<PublishedItem>>>>,
    heads: moka::future::Cache<String, i64>,
}

impl Catalogue {
    /// A catalogue on the platform.
    pub fn new(platform: Platform, identity: Identity, design: Design) -> Self {
        // A head lives a few seconds: another node's publication shows within that time.
        let heads = moka::future::Cache::builder()
            .max_capacity(50_000)
            .time_to_live(std::time::Duration::from_secs(5))
            .build();
        Self { platform, identity, design, versions: Arc::default(), heads }
    }

    /// The version offered now.
    ///
    /// # Errors
    /// 404 when there is no such item or it is not offered.
    pub async fn published(&self, slug: &str) -> Result<Arc<PublishedItem>> {
        let version = match self.heads.get(slug).await {
            Some(version) => version,
            None => {
                let head = item::Entity::find_by_id(slug.to_owned())
                    .one(self.platform.db.read())
                    .await?
                    .filter(|head| head.version > 0 && head.state == "1")
                    .ok_or_else(|| Problem::not_found("没有找到这个事项，可能已经停办。请搜索事项名称再试。"))?;
                self.heads.insert(slug.to_owned(), head.version).await;
                head.version
            }
        };
        self.version(slug, version).await
    }

    /// A frozen version.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn version(&self, slug: &str, version: i64) -> Result<Arc<PublishedItem>> {
        let key = (slug.to_owned(), version);
        let cached = self.versions.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned();
        if let Some(found) = cached {
            return Ok(found);
        }
        let row = version::Entity::find_by_id(key.clone())
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有找到这个事项的这一版。"))?;
        let item: Item = serde_json::from_value(row.content)?;
        let org = self.org_of(&item).await?;
        let published = Arc::new(PublishedItem {
            slug: row.slug,
            version: row.version,
            org_id: org,
            definitions: serde_json::from_value(row.definitions)?,
            published_at: row.published_at,
            item,
        });
        let mut versions = self.versions.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        versions.insert(key, Arc::clone(&published));
        Ok(published)
    }

    /// Publishes an item with its files as the next version; equal content stays the present version.
    ///
    /// # Errors
    /// 422 with everything that is wrong; nothing is then published.
    pub async fn publish(&self, item: &Item, sources: &Sources, by: &str) -> Result<i64> {
        let org = self.org_of(item).await?;
        let form = self.design.publish(Kind::Form, &item.slug, &sources.form, by).await?;
        let flow = self.design.publish(Kind::Flow, &item.slug, &sources.flow, by).await?;
        let rules = match &sources.rules {
            Some(text) => Some(self.design.publish(Kind::Rules, &item.slug, text, by).await?),
            None => None,
        };
        let definitions = Definitions { form, flow, rules };
        let content = serde_json::to_value(item)?;
        let digest = base::encoding::to_hex(&base::crypto::sm3(format!("{content}{}", serde_json::to_string(&definitions)?).as_bytes()));
        let (item, by) = (item.clone(), by.to_owned());
        let definitions = serde_json::to_value(&definitions)?;
        let slug = item.slug.clone();
        let id = self.platform.new_id();
        let version = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    let latest = version::Entity::find()
                        .filter(version::Column::Slug.eq(&item.slug))
                        .order_by_desc(version::Column::Version)
                        .one(conn)
                        .await?;
                    if let Some(same) = latest.as_ref().filter(|latest| latest.digest == digest) {
                        return Ok(same.version);
                    }
                    let next = latest.map_or(1, |latest| latest.version + 1);
                    put_nodes(conn, &item, tx.now()).await?;
                    let head = item::ActiveModel {
                        slug: Set(item.slug.clone()),
                        task_code: Set(item.codes.task.clone()),
                        basic_code: Set(item.codes.basic.clone()),
                        name: Set(item.name.clone()),
                        org_id: Set(org),
                        region: Set(item.region.clone()),
                        item_type: Set(item.item_type.clone()),
                        state: Set(item.state.clone()),
                        version: Set(next),
                        draft: Set(None),
                        draft_version: Set(next),
                        updated_at: Set(tx.now()),
                    };
                    item::Entity::insert(head)
                        .on_conflict(
                            OnConflict::column(item::Column::Slug)
                                .update_columns([
                                    item::Column::TaskCode,
                                    item::Column::BasicCode,
                                    item::Column::Name,
                                    item::Column::OrgId,
                                    item::Column::Region,
                                    item::Column::ItemType,
                                    item::Column::State,
                                    item::Column::Version,
                                    item::Column::Draft,
                                    item::Column::DraftVersion,
                                    item::Column::UpdatedAt,
                                ])
                                .to_owned(),
                        )
                        .exec_without_returning(conn)
                        .await?;
                    let slug = item.slug.clone();
                    version::Entity::insert(version::ActiveModel {
                        slug: Set(item.slug),
                        version: Set(next),
                        content: Set(content),
                        definitions: Set(definitions),
                        digest: Set(digest),
                        published_at: Set(tx.now()),
                        published_by: Set(by),
                    })
                    .exec_without_returning(conn)
                    .await?;
                    tx.publish(platform::work::outbox::Event {
                        id,
                        topic: "item.published",
                        subject: format!("item:{slug}"),
                        payload: serde_json::json!({ "slug": slug, "version": next }),
                    });
                    Ok(next)
                })
            })
            .await?;
        self.heads.invalidate(&slug).await;
        Ok(version)
    }

    async fn org_of(&self, item: &Item) -> Result<Uuid> {
        let org = self.identity.org_by_uscc(&item.body.uscc).await?;
        org.map(|org| org.id).ok_or_else(|| {
            Problem::invalid_field("/body/uscc", "unknown_org", format!("机构库里没有“{}”，请先登记机构。", item.body.name))
        })
    }
}

/// Puts the common catalogue nodes an item hangs on: a child never exists without its parent (ITEM-001).
async fn put_nodes(conn: &impl sea_orm::ConnectionTrait, item: &Item, now: time::OffsetDateTime) -> Result<()> {
    let main = (item.catalogue.code.clone(), "main", item.catalogue.name.clone(), None);
    let sub = item.catalogue.sub.as_ref().map(|sub| (sub.code.clone(), "sub", sub.name.clone(), Some(item.catalogue.code.clone())));
    let rows = std::iter::once(main).chain(sub).map(|(code, kind, name, parent)| node::ActiveModel {
        code: Set(code),
        kind: Set(kind.to_owned()),
        name: Set(name),
        parent_code: Set(parent),
        updated_at: Set(now),
    });
    node::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(node::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
