//! Publishing: a new frozen version, the head that lists read, the catalogue nodes above it.

use design::Kind;
use platform::work::outbox::Event;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, Set};

use super::definitions::Chosen;
use super::model::Item;
use super::service::{Catalogue, Definitions, Sources};
use super::store::{item, node, version};
use crate::items::findings::{Finding, refusal};
use crate::packs::{self, Pack};
use crate::search::Card;

/// What a publication is, besides the content.
pub(crate) struct Publication {
    pub item: Item,
    pub definitions: Definitions,
    pub org: Uuid,
    pub by: String,
    /// Whether it publishes the editor's draft, which is then gone.
    pub of_draft: bool,
}

impl Catalogue {
    /// Publishes an item with its files as the next version; equal content stays the present version.
    ///
    /// # Errors
    /// 422 when a file can't be read or the body is unknown; nothing is then published. The rules
    /// of the item are for the caller to check first ([`Catalogue::publish_pack`] does).
    pub async fn publish(&self, item: &Item, sources: &Sources, by: &str) -> Result<i64> {
        let org = self.org_of(item).await?;
        let definitions = self.freeze(&item.slug, sources, &Chosen::default(), by).await?;
        let publication = Publication { item: item.clone(), definitions, org, by: by.to_owned(), of_draft: false };
        let (events, slug) = (self.platform.new_id(), item.slug.clone());
        let version = self
            .platform
            .db
            .write(self.platform.now(), move |tx| Box::pin(async move { put(tx, publication, events).await }))
            .await?;
        self.identity.link_item(&slug, org).await?;
        self.changed(&slug).await;
        Ok(version)
    }

    /// Lints a pack and publishes it with its own papers.
    ///
    /// # Errors
    /// 422 with everything that is wrong; nothing is then published.
    pub async fn publish_pack(&self, pack: &Pack, by: &str) -> Result<i64> {
        self.publish_linted(pack, by, self.lint_pack(pack)).await
    }

    /// The same for a pack that another installation made of what it offers: what was built at a desk has no samples.
    ///
    /// # Errors
    /// As [`Catalogue::publish_pack`].
    pub async fn publish_brought(&self, pack: &Pack, by: &str) -> Result<i64> {
        let mut findings = self.lint_pack(pack);
        if pack.samples.is_empty() {
            findings.retain(|finding| finding.pointer != "/samples");
        }
        self.publish_linted(pack, by, findings).await
    }

    async fn publish_linted(&self, pack: &Pack, by: &str, findings: Vec<Finding>) -> Result<i64> {
        if let Some(problem) = refusal(&findings) {
            return Err(problem.detail(format!("内容包 {} 没有发布。", pack.slug)));
        }
        let item = pack.item.as_ref().ok_or_else(|| Problem::internal("a linted pack has no item"))?;
        // The body must be known before papers are kept, so that a refusal leaves nothing behind.
        self.org_of(item).await?;
        for (name, paper) in &pack.papers {
            self.design.publish(Kind::Paper, &format!("{}/{name}", item.slug), paper, by).await?;
        }
        for (name, sheet) in &pack.sheets {
            self.design.publish(Kind::Sheet, &format!("{}/{name}", item.slug), sheet, by).await?;
        }
        for (name, bytes) in &pack.files {
            let content = base::encoding::to_base64url(bytes);
            self.design.publish(Kind::File, &format!("{}/{name}", item.slug), &content, by).await?;
        }
        let version = self.publish(item, &pack.sources, by).await?;
        self.keep_samples(&item.slug, &pack.samples).await?;
        // The guide tells whether there is a sample.
        self.guides.invalidate(&(item.slug.clone(), version)).await;
        self.sheets.invalidate_all();
        Ok(version)
    }

    /// Everything wrong with a pack, under the themes and licence types known here.
    pub fn lint_pack(&self, pack: &Pack) -> Vec<Finding> {
        self.with_known(|known| packs::lint(pack, known))
    }
}

/// Digest of what makes a version: its own number does not count.
fn digest(item: &Item, definitions: &Definitions) -> Result<String> {
    let mut same = item.clone();
    same.version = 0;
    let text = format!("{}{}", serde_json::to_string(&same)?, serde_json::to_string(definitions)?);
    Ok(base::encoding::to_hex(&base::crypto::sm3(text.as_bytes())))
}

/// Writes a publication; returns its version.
pub(crate) async fn put(tx: &Tx, publication: Publication, event: Uuid) -> Result<i64> {
    let Publication { mut item, definitions, org, by, of_draft } = publication;
    let conn = tx.conn();
    let digest = digest(&item, &definitions)?;
    task_code_is_free(conn, &item).await?;
    let head = item::Entity::find_by_id(item.slug.clone()).one(conn).await?;
    let latest = version::Entity::find()
        .filter(version::Column::Slug.eq(&item.slug))
        .order_by_desc(version::Column::Version)
        .one(conn)
        .await?;
    let same = latest.as_ref().filter(|latest| latest.digest == digest);
    if let (Some(same), false) = (same, of_draft) {
        return Ok(same.version);
    }
    let next = match (same, &latest) {
        (Some(same), _) => same.version,
        (None, Some(latest)) => latest.version + 1,
        (None, None) => 1,
    };
    let fresh = same.is_none();
    item.version = next;
    put_nodes(conn, &item, tx.now()).await?;
    let content = serde_json::to_value(&item)?;
    let draft = if of_draft { None } else { head.as_ref().and_then(|head| head.draft.clone()) };
    let row = item::ActiveModel {
        slug: Set(item.slug.clone()),
        task_code: Set(item.codes.task.clone()),
        basic_code: Set(item.codes.basic.clone()),
        name: Set(item.name.clone()),
        org_id: Set(org),
        region: Set(item.region.clone()),
        item_type: Set(item.item_type.clone()),
        state: Set(item.state.clone()),
        version: Set(next),
        card: Set(Some(serde_json::to_value(Card::of(&item))?)),
        draft: Set(draft),
        draft_version: Set(head.map_or(1, |head| head.draft_version + 1)),
        updated_at: Set(tx.now()),
    };
    item::Entity::insert(row)
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
                    item::Column::Card,
                    item::Column::Draft,
                    item::Column::DraftVersion,
                    item::Column::UpdatedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    let slug = item.slug;
    super::definitions::put(conn, &slug, next, &definitions).await?;
    if fresh {
        version::Entity::insert(version::ActiveModel {
            slug: Set(slug.clone()),
            version: Set(next),
            content: Set(content),
            definitions: Set(serde_json::to_value(&definitions)?),
            digest: Set(digest),
            published_at: Set(tx.now()),
            published_by: Set(by),
        })
        .exec_without_returning(conn)
        .await?;
    }
    tx.publish(Event {
        id: event,
        topic: "item.published",
        subject: format!("item:{slug}"),
        payload: serde_json::json!({ "slug": slug, "version": next }),
    });
    Ok(next)
}

/// An implementation code names one entry (ITEM-001).
pub(crate) async fn task_code_is_free(conn: &impl ConnectionTrait, item: &Item) -> Result<()> {
    let other = item::Entity::find()
        .filter(item::Column::TaskCode.eq(&item.codes.task))
        .filter(item::Column::Slug.ne(&item.slug))
        .one(conn)
        .await?;
    match other {
        None => Ok(()),
        Some(other) => Err(Problem::invalid_field(
            "/codes/task",
            "code_taken",
            format!("编码 实施编码：已经用在“{}”上，请核对。", other.name),
        )),
    }
}

/// Puts the common catalogue nodes an item hangs on: a child never exists without its parent (ITEM-001).
pub(crate) async fn put_nodes(conn: &impl ConnectionTrait, item: &Item, now: time::OffsetDateTime) -> Result<()> {
    let main = (item.catalogue.code.clone(), "catalogue", item.catalogue.name.clone(), None);
    let sub = item.catalogue.sub.as_ref();
    let sub = sub.map(|sub| (sub.code.clone(), "sub", sub.name.clone(), Some(item.catalogue.code.clone())));
    let rows = std::iter::once(main).chain(sub).map(|(code, kind, name, parent)| node::ActiveModel {
        code: Set(code),
        kind: Set(kind.to_owned()),
        name: Set(name),
        parent_code: Set(parent),
        version: Set(1),
        updated_at: Set(now),
    });
    node::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(node::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
