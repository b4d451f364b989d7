//! Making a batch, looking at batches, and setting an act over one going.

use std::collections::HashMap;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::asked::Asked;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, batch};
use super::work::{JOB, Run};
use super::{ACCEPTED, Act, COMPLETED, DRAFT, FILED, idle, not_found, reach};
use crate::Intake;

/// A batch to make.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewBatch {
    /// What people call it, for example 2026年3月 高龄津贴 第一批.
    pub name: String,
    /// Item, which must be flagged for bulk.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// `electronic` or `self`.
    pub delivery_way: String,
    /// Which papers came in the pile.
    pub materials_note: String,
}

/// A changed batch.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ChangeBatch {
    /// Version of the page.
    pub version: i64,
    /// Name.
    pub name: String,
    /// `electronic` or `self`; counts for cases not made yet.
    pub delivery_way: String,
    /// Which papers came in the pile.
    pub materials_note: String,
}

/// An act over a batch.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct BatchAct {
    /// Version of the page.
    pub version: i64,
    /// Note of acceptance, or opinion of completion.
    pub opinion: String,
}

/// Lines of a batch by state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BulkCounts)]
pub struct Counts {
    /// All.
    pub total: u64,
    /// Not cases yet.
    pub draft: u64,
    /// Cases that wait to be accepted.
    pub filed: u64,
    /// Accepted.
    pub accepted: u64,
    /// Done.
    pub completed: u64,
    /// With a problem left by the last act.
    pub failed: u64,
}

/// A batch as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BulkBatch)]
pub struct BatchView {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Department.
    pub org_name: String,
    /// `electronic` or `self`.
    pub delivery_way: String,
    /// Which papers came in the pile.
    pub materials_note: String,
    /// What a job does now: `register`, `accept`, `complete`; empty for nothing.
    pub doing: String,
    /// In words.
    pub doing_label: &'static str,
    /// Why the last act could not be done at all.
    pub problem: String,
    /// Lines.
    pub counts: Counts,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// Who made it.
    pub created_by_name: String,
    /// What the caller may do now: `edit`, `register`, `accept`, `complete`, `remove`.
    pub can: Vec<&'static str>,
}

/// Which batches.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct BatchFilter {
    /// Part of the name or of the item's.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl Intake {
    /// Makes a batch.
    ///
    /// # Errors
    /// 422 for an item that is not flagged for bulk, naming the field; 404 for one outside the caller's windows.
    pub async fn create_batch(&self, caller: &Principal, new: NewBatch, key: Option<String>) -> Result<BatchView> {
        let item = self.casework.catalogue.published(&new.item_slug).await?;
        let kinds = self.kinds_of(caller, &new.item_slug).await?;
        if !kinds.bulk {
            let message = "这个事项没有列入批量件清单。先和部门商定，再到“受理方式”里勾选";
            return Err(Problem::invalid_field("/item_slug", "not_bulk", message));
        }
        let handle = item
            .item
            .handle_item(&new.handle_item)
            .ok_or_else(|| Problem::invalid_field("/handle_item", "option", "选择要办的是哪一种业务"))?;
        let name = named(&new.name)?;
        let row = batch::Model {
            id: self.platform.new_id(),
            version: 1,
            name,
            org_id: item.org_id,
            item_slug: item.slug.clone(),
            item_name: item.item.name.clone(),
            handle_item: handle.key.clone(),
            handle_item_name: handle.name.clone(),
            taken_at: caller.org_id,
            delivery_way: way(&new.delivery_way)?,
            materials_note: note(&new.materials_note)?,
            doing: String::new(),
            run_id: None,
            problem: String::new(),
            created_at: self.platform.now(),
            created_by: caller.id,
            created_by_name: caller.name.clone(),
            changed_at: self.platform.now(),
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "bulk.create",
            format!("bulk_batch:{}", row.id),
            json!({ "item": row.item_slug, "name": row.name }),
        );
        let caller_id = caller.id;
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(first) = idempotency::claim(tx, caller_id, "bulk.create", key, row.id).await?
                    {
                        return Ok(first);
                    }
                    let id = row.id;
                    store::insert_batch(tx.conn(), row).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.batch(caller, made).await
    }

    /// A batch within reach.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn batch(&self, caller: &Principal, id: Uuid) -> Result<BatchView> {
        let row = store::batch(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        reach(caller, &row)?;
        let mut views = self.batch_views(caller, vec![row]).await?;
        views.pop().ok_or_else(not_found)
    }

    /// Batches within reach, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_batches(&self, caller: &Principal, filter: &BatchFilter) -> Result<List<BatchView>> {
        use batch::Column;
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select =
            batch::Entity::find().filter(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt));
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let pattern = platform::db::containing(text);
            let named = sea_orm::Condition::any().add(Column::Name.like(&pattern)).add(Column::ItemName.like(&pattern));
            select = select.filter(named);
        }
        if let Some(item) = filter.item.as_deref().filter(|item| !item.is_empty()) {
            select = select.filter(Column::ItemSlug.eq(item));
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.batch_views(caller, rows).await?;
        let now = self.platform.now();
        Ok(List::cut(items, page.limit(), total, now, |one: &BatchView| vec![one.id.to_string()]))
    }

    /// Changes name, delivery and note of a batch.
    ///
    /// # Errors
    /// 409 while a job works on it or for an old page, 422 naming the field, 404 outside one's reach.
    pub async fn change_batch(&self, caller: &Principal, id: Uuid, change: ChangeBatch) -> Result<BatchView> {
        let mut row = self.fresh_batch(caller, id, change.version).await?;
        row.name = named(&change.name)?;
        row.delivery_way = way(&change.delivery_way)?;
        row.materials_note = note(&change.materials_note)?;
        row.changed_at = self.platform.now();
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "bulk.edit",
            format!("bulk_batch:{id}"),
            json!({ "name": row.name, "delivery_way": row.delivery_way }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    if store::update_batch(tx.conn(), row).await? { Ok(()) } else { Err(Problem::stale()) }
                })
            })
            .await?;
        self.batch(caller, id).await
    }

    /// Throws away a batch of which no case was made.
    ///
    /// # Errors
    /// 409 when there are cases, a job works on it, or for an old page.
    pub async fn remove_batch(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let row = self.fresh_batch(caller, id, version).await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "bulk.remove",
            format!("bulk_batch:{id}"),
            json!({ "name": row.name }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let counts = store::counts(tx.conn(), &[id]).await?;
                    if counts.iter().any(|(_, state, _, _)| state != DRAFT) {
                        return Err(Problem::conflict("batch_has_cases", "这个批次已经生成办件，不能删除。"));
                    }
                    if !store::update_batch(tx.conn(), row).await? {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    store::delete_batch(tx.conn(), id).await
                })
            })
            .await
    }

    /// Sets an act over a batch going; a job does it.
    ///
    /// # Errors
    /// 409 while another one runs, for an old page, or when no line waits for it; 422 without an opinion for
    /// completion.
    pub async fn begin_act(&self, caller: &Principal, id: Uuid, act: Act, asked: BatchAct) -> Result<BatchView> {
        let opinion = asked.opinion.trim().to_owned();
        if act == Act::Complete && opinion.chars().count() < 2 {
            return Err(Problem::invalid_field("/opinion", "required", "写明办理意见，每一件都记这条意见"));
        }
        if opinion.chars().count() > 500 {
            return Err(Problem::invalid_field("/opinion", "length", "意见最多 500 字"));
        }
        let mut row = self.fresh_batch(caller, id, asked.version).await?;
        let run = self.platform.new_id();
        row.doing = act.as_str().to_owned();
        row.run_id = Some(run);
        row.problem = String::new();
        row.changed_at = self.platform.now();
        let job = NewJob {
            id: self.platform.new_id(),
            kind: JOB,
            payload: serde_json::to_value(Run { batch: id, run, act, staff: caller.id, opinion, after: 0 })?,
            run_at: None,
            key: Some(format!("{JOB}:{run}:0")),
        };
        let asked = Asked::new(run, caller.id, format!("{}“{}”", act.label(), row.name), format!("/bulk/{id}"));
        let line = Line::by(
            caller,
            self.platform.new_id(),
            act.audit(),
            format!("bulk_batch:{id}"),
            json!({ "item": row.item_slug, "name": row.name }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if store::waiting(tx.conn(), id, act.takes(), 0, 1).await?.is_empty() {
                        let message = format!("没有可以{}的行。", act.label());
                        return Err(Problem::conflict("nothing_waits", message));
                    }
                    if !store::update_batch(tx.conn(), row).await? {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    tx.ask(asked, job);
                    Ok(())
                })
            })
            .await?;
        self.batch(caller, id).await
    }

    /// A batch within reach that is still as the page showed it, with nothing under way.
    pub(crate) async fn fresh_batch(&self, caller: &Principal, id: Uuid, version: i64) -> Result<batch::Model> {
        let row = store::batch(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        reach(caller, &row)?;
        idle(&row)?;
        if row.version == version { Ok(row) } else { Err(Problem::stale()) }
    }

    async fn batch_views(&self, caller: &Principal, rows: Vec<batch::Model>) -> Result<Vec<BatchView>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut counts: HashMap<Uuid, Counts> = HashMap::new();
        for (id, state, count, failed) in store::counts(self.platform.db.read(), &ids).await? {
            let (count, failed) = (u64::try_from(count).unwrap_or(0), u64::try_from(failed).unwrap_or(0));
            let of = counts.entry(id).or_default();
            of.total += count;
            of.failed += failed;
            match state.as_str() {
                DRAFT => of.draft += count,
                FILED => of.filed += count,
                ACCEPTED => of.accepted += count,
                COMPLETED => of.completed += count,
                _ => {}
            }
        }
        let orgs = self.identity.orgs().await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let counts = counts.remove(&row.id).unwrap_or_default();
                let free = row.doing.is_empty();
                let may: [(&'static str, &str, bool); 5] = [
                    ("edit", "bulk.edit", free),
                    ("register", "bulk.edit", free && counts.draft > 0),
                    ("accept", "bulk.accept", free && counts.filed > 0),
                    ("complete", "bulk.complete", free && counts.accepted > 0),
                    ("remove", "bulk.edit", free && counts.total == counts.draft),
                ];
                BatchView {
                    can: may
                        .into_iter()
                        .filter(|(_, key, now)| *now && caller.may(key))
                        .map(|(what, _, _)| what)
                        .collect(),
                    org_name: orgs.name_at(row.org_id, row.created_at).unwrap_or_default().to_owned(),
                    doing_label: doing_label(&row.doing),
                    id: row.id,
                    version: row.version,
                    name: row.name,
                    item_slug: row.item_slug,
                    item_name: row.item_name,
                    handle_item_name: row.handle_item_name,
                    delivery_way: row.delivery_way,
                    materials_note: row.materials_note,
                    doing: row.doing,
                    problem: row.problem,
                    counts,
                    created_at: row.created_at,
                    created_by_name: row.created_by_name,
                }
            })
            .collect())
    }
}

fn doing_label(doing: &str) -> &'static str {
    match doing {
        "register" => "正在生成办件",
        "accept" => "正在批量受理",
        "complete" => "正在批量办理",
        _ => "",
    }
}

fn named(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Problem::invalid_field("/name", "required", "给批次起个名字，例如“3月高龄津贴第一批”"));
    }
    if name.chars().count() > 60 {
        return Err(Problem::invalid_field("/name", "length", "名字最多 60 字"));
    }
    Ok(name.to_owned())
}

fn way(way: &str) -> Result<String> {
    if matches!(way, "electronic" | "self") {
        return Ok(way.to_owned());
    }
    let message = "批量件的结果选“只要电子证照”或者“到窗口领取”；要寄的，受理后逐件改";
    Err(Problem::invalid_field("/delivery_way", "option", message))
}

fn note(note: &str) -> Result<String> {
    let note = note.trim();
    if note.chars().count() > 500 {
        return Err(Problem::invalid_field("/materials_note", "length", "收到的材料最多写 500 字"));
    }
    Ok(note.to_owned())
}
