//! Items that every hall of the city takes in: released in batches, each with one standard and the departments competent
//! for each area (市内通办, CASE-046; the list is that of ITEM-028).

use std::collections::HashMap;

use base::deadline::{TimeLimit, TimeUnit};
use identity::OrgTree;
use identity::citywide::{CityWide, Competent, inside};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Casework;

/// Characters of the standard.
const LONGEST: usize = 2_000;

/// Which marked items.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CityWideFilter {
    /// Part of a name.
    pub q: Option<String>,
    /// Batch.
    pub batch: Option<String>,
    /// `open` (default) or `all`.
    pub state: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// The department of an area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityWidePlace {
    /// Area, 12 digits.
    pub region: String,
    /// Its name.
    pub region_name: String,
    /// Department.
    pub org_id: Uuid,
    /// Its name.
    pub org_name: String,
    /// Its own promised working days; absent for those of the item.
    pub promise_days: Option<u32>,
}

/// An item that every hall takes in, or may be made so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityWideItem {
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Whether it is in force.
    pub open: bool,
    /// Batch.
    pub batch: String,
    /// The one standard all levels follow.
    pub standard: String,
    /// Day of the release; empty before the first.
    pub released_on: String,
    /// Competent departments by area.
    pub places: Vec<CityWidePlace>,
    /// Version to send back; 0 before the first mark.
    pub version: i64,
    /// Last change.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<OffsetDateTime>,
    /// Who changed it.
    pub changed_by_name: String,
}

/// The department of an area, as it shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SetCityWidePlace {
    /// Area, 12 digits.
    pub region: String,
    /// Department.
    pub org_id: Uuid,
    /// Its own promised working days; absent for those of the item.
    #[serde(default)]
    pub promise_days: Option<u32>,
}

/// Marks an item, changes or ends the mark.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SetCityWide {
    /// Version of the page.
    pub version: i64,
    /// Whether it is in force.
    pub open: bool,
    /// Batch.
    pub batch: String,
    /// The one standard all levels follow.
    pub standard: String,
    /// Day of the release, `YYYY-MM-DD`.
    pub released_on: String,
    /// Competent departments by area.
    pub places: Vec<SetCityWidePlace>,
}

fn no_item() -> Problem {
    Problem::not_found("没有找到这个事项。")
}

fn view(one: CityWide, orgs: &OrgTree, regions: &HashMap<String, String>) -> CityWideItem {
    let places = one
        .places
        .into_iter()
        .map(|place| CityWidePlace {
            region_name: regions.get(&place.region).cloned().unwrap_or_default(),
            region: place.region,
            org_name: orgs.get(place.org_id).map(|org| org.name.clone()).unwrap_or_default(),
            org_id: place.org_id,
            promise_days: place.promise.map(|limit| limit.value),
        })
        .collect();
    CityWideItem {
        item_slug: one.item_slug,
        item_name: one.item_name,
        open: one.open,
        batch: one.batch,
        standard: one.standard,
        released_on: one.released_on,
        places,
        version: one.version,
        changed_at: Some(one.changed_at),
        changed_by_name: one.changed_by_name,
    }
}

/// A department that may be named competent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CityWideOrg {
    /// Department.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Area it answers for.
    pub region: String,
    /// In words.
    pub region_name: String,
}

/// Departments found.
#[derive(Debug, Serialize, ToSchema)]
pub struct CityWideOrgs {
    /// The first twenty.
    pub items: Vec<CityWideOrg>,
}

/// Part of a name.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CityWideOrgFilter {
    /// Part of a name.
    pub q: Option<String>,
}

/// Departments shown at once.
const FOUND: usize = 20;

impl Casework {
    /// Departments whose name has some words in it, the shorter names first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn citywide_orgs(&self, filter: &CityWideOrgFilter) -> Result<CityWideOrgs> {
        let tree = self.identity.orgs().await?;
        let q = filter.q.as_deref().map(str::trim).unwrap_or_default();
        let mut found: Vec<_> = tree
            .all()
            .iter()
            .filter(|org| org.state == identity::OrgState::Active && org.name.contains(q))
            .cloned()
            .collect();
        found.sort_by_key(|org| (org.name.chars().count(), org.name.clone()));
        found.truncate(FOUND);
        let names = self.identity.region_names(found.iter().map(|org| org.region.clone()).collect()).await?;
        let items = found
            .into_iter()
            .map(|org| CityWideOrg {
                id: org.id,
                name: org.name,
                region_name: names.get(&org.region).cloned().unwrap_or_default(),
                region: org.region,
            })
            .collect();
        Ok(CityWideOrgs { items })
    }

    async fn views(&self, all: Vec<CityWide>) -> Result<Vec<CityWideItem>> {
        let orgs = self.identity.orgs().await?;
        let codes = all.iter().flat_map(|one| one.places.iter().map(|place| place.region.clone())).collect();
        let regions = self.identity.region_names(codes).await?;
        Ok(all.into_iter().map(|one| view(one, &orgs, &regions)).collect())
    }

    /// Marked items by name. The list is the city's and open to all of its staff.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_citywide(&self, filter: &CityWideFilter) -> Result<List<CityWideItem>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut all = self.identity.all_citywide().await?;
        let text =
            |text: &Option<String>| text.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if text(&filter.state).as_deref() != Some("all") {
            all.retain(|one| one.open);
        }
        if let Some(q) = text(&filter.q) {
            all.retain(|one| one.item_name.contains(&q));
        }
        if let Some(batch) = text(&filter.batch) {
            all.retain(|one| one.batch == batch);
        }
        all.sort_by(|a, b| a.item_slug.cmp(&b.item_slug));
        let total = all.len() as u64;
        if let Some(parts) = page.cursor_parts(1)? {
            let after = parts.first().cloned().unwrap_or_default();
            all.retain(|one| one.item_slug > after);
        }
        all.truncate(usize::try_from(page.limit() + 1).unwrap_or(101));
        let items = self.views(all).await?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one| vec![one.item_slug.clone()]))
    }

    /// One item; what is not marked yet has version 0.
    ///
    /// # Errors
    /// 404 for an item that is not offered.
    pub async fn citywide_item(&self, slug: &str) -> Result<CityWideItem> {
        let item = self.catalogue.published(slug).await.map_err(|_| no_item())?;
        match self.identity.citywide(slug).await? {
            Some(one) => self.views(vec![one]).await?.pop().ok_or_else(no_item),
            None => {
                let orgs = self.identity.orgs().await?;
                let region = item.item.region.clone();
                let regions = self.identity.region_names(vec![region.clone()]).await?;
                // Its own department is competent at home, whoever else joins.
                let home = CityWidePlace {
                    region_name: regions.get(&region).cloned().unwrap_or_default(),
                    region,
                    org_name: orgs.get(item.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                    org_id: item.org_id,
                    promise_days: None,
                };
                Ok(CityWideItem {
                    item_slug: slug.to_owned(),
                    item_name: item.item.name.clone(),
                    open: false,
                    batch: String::new(),
                    standard: String::new(),
                    released_on: String::new(),
                    places: vec![home],
                    version: 0,
                    changed_at: None,
                    changed_by_name: String::new(),
                })
            }
        }
    }

    /// Marks an item, changes the mark or ends it. Running cases keep their department and limit.
    ///
    /// # Errors
    /// 404 outside the caller's reach, 409 for an old page, 422 names the wrong fields.
    pub async fn set_citywide(&self, caller: &Principal, slug: &str, set: SetCityWide) -> Result<CityWideItem> {
        let item = self.catalogue.published(slug).await.map_err(|_| no_item())?;
        if !caller.reaches(item.org_id, slug) {
            return Err(no_item());
        }
        let before = self.identity.citywide(slug).await?;
        let mut wrong = Vec::new();
        let mut add =
            |pointer: String, code: &str, message: &str| wrong.push(FieldProblem::new(pointer, code, message));
        let (batch, standard) = (set.batch.trim().to_owned(), set.standard.trim().to_owned());
        if batch.is_empty() || batch.chars().count() > 60 {
            add("/batch".into(), "required", "写明是哪一批，例如“市内通办第一批”，最多 60 字");
        }
        if standard.chars().count() < 4 || standard.chars().count() > LONGEST {
            add("/standard".into(), "required", "写明各级统一的标准：同样的指南、表单和材料，最多 2000 字");
        }
        let day = time::macros::format_description!("[year]-[month]-[day]");
        if time::Date::parse(&set.released_on, day).is_err() {
            add("/released_on".into(), "date", "日期要写成 2026-09-24 的样子");
        }
        if set.open && set.places.is_empty() {
            add("/places".into(), "required", "至少写一个地方由哪个部门办");
        }
        let orgs = self.identity.orgs().await?;
        let regions = self.identity.region_names(set.places.iter().map(|place| place.region.clone()).collect()).await?;
        let legal = item.item.legal_limit.time();
        let mut places = Vec::new();
        for (at, place) in set.places.into_iter().enumerate() {
            if !regions.contains_key(&place.region) {
                add(format!("/places/{at}/region"), "unknown", "没有这个地方，请选择区划");
            }
            if places.iter().any(|one: &Competent| one.region == place.region) {
                add(format!("/places/{at}/region"), "repeated", "这个地方写了两次，一个地方由一个部门办");
            }
            match orgs.get(place.org_id) {
                None => add(format!("/places/{at}/org_id"), "unknown", "没有这个部门，请重新选择"),
                Some(org) if !inside(&place.region, &org.region) => {
                    add(format!("/places/{at}/org_id"), "outside", "这个部门管不到这个地方，请换部门或者换地方");
                }
                Some(_) => {}
            }
            if let Some(days) = place.promise_days
                && (days == 0 || (legal.unit == TimeUnit::WorkingDay && days > legal.value))
            {
                add(format!("/places/{at}/promise_days"), "limit", "承诺时限至少 1 个工作日，不能超过法定时限");
            }
            places.push(Competent {
                region: place.region,
                org_id: place.org_id,
                promise: place.promise_days.map(TimeLimit::working_days),
            });
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let words = |one: &CityWide| {
            json!({ "open": one.open, "batch": one.batch, "standard": one.standard, "released_on": one.released_on,
                "places": one.places.iter().map(|place| json!({ "region": place.region, "org": place.org_id,
                    "days": place.promise.map(|limit| limit.value) })).collect::<Vec<_>>() })
        };
        let mark = CityWide {
            item_slug: slug.to_owned(),
            item_name: item.item.name.clone(),
            batch,
            standard,
            released_on: set.released_on,
            open: set.open,
            version: set.version + 1,
            changed_at: self.platform.now(),
            changed_by_name: caller.name.clone(),
            places,
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "citywide.edit",
            format!("item:{slug}"),
            json!({ "item": mark.item_name }),
        )
        .entry()
        .kind(Kind::Change)
        .changed(before.as_ref().map_or(serde_json::Value::Null, words), words(&mark));
        let identity = self.identity.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    identity.put_citywide(tx, mark, set.version).await
                })
            })
            .await?;
        self.identity.directory_was_changed();
        self.citywide_item(slug).await
    }
}
