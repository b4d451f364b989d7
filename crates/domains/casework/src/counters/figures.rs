//! Figures of counters: where city-wide cases were taken in and who handled them, how much of the city every hall takes
//! in, how many cases were done while the applicant waited.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Condition, Expr};
use sea_orm::{FromQueryResult, JoinType, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::periods::Periods;
use super::store::taken;
use crate::Casework;
use crate::cases::service::lists::bucket;
use crate::cases::store::case;

/// What is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PlaceFilter {
    /// First day, `YYYY-MM-DD`; the first of this month when absent.
    pub from: Option<String>,
    /// Last day; today when absent.
    pub to: Option<String>,
    /// `day`, `month`, or absent for the whole stretch.
    pub by: Option<String>,
    /// Item slug; all when absent.
    pub item: Option<String>,
}

/// City-wide cases of one accepting area, competent area, item and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceFigures {
    /// Period in words; empty for the whole stretch.
    pub period: String,
    /// Where it was taken in.
    pub accept_area: String,
    /// In words.
    pub accept_name: String,
    /// Who is competent.
    pub competent_area: String,
    /// In words.
    pub competent_name: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Cases.
    pub count: u64,
    /// Whether it was taken in outside the competent area.
    pub crossed: bool,
}

/// City-wide volumes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceStatistics {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Periods in their order, the largest numbers first within one.
    pub items: Vec<PlaceFigures>,
    /// All cases.
    pub total: u64,
    /// Of these, taken in outside the competent area.
    pub crossed: u64,
}

/// How much is taken in everywhere, of a hall or department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// Key of the hall, or id of the department.
    pub key: String,
    /// Name.
    pub label: String,
    /// Items counted in.
    pub open: u64,
    /// Items there are.
    pub all: u64,
    /// Tenths of a percent.
    pub permille: u64,
}

/// Coverage of the city: the goal is all.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageList {
    /// Items open to every hall ÷ all items of the city.
    pub city: Coverage,
    /// For each hall: items it takes in, its own and the city-wide ones.
    pub halls: Vec<Coverage>,
    /// For each department: its items that every hall takes in.
    pub departments: Vec<Coverage>,
}

/// What is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct InstantFiguresFilter {
    /// First day, `YYYY-MM-DD`; the first of this month when absent.
    pub from: Option<String>,
    /// Last day; today when absent.
    pub to: Option<String>,
    /// `window` (default), `org`, `day` or `month`.
    pub by: Option<String>,
}

/// Instant cases of one window, department or period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstantFigures {
    /// Window key, organisation id or period.
    pub key: String,
    /// In words.
    pub label: String,
    /// Cases taken in at counters one by one.
    pub all: u64,
    /// Of these, instant.
    pub instant: u64,
    /// Share in tenths of a percent.
    pub permille: u64,
    /// Instant and closed in the minutes set.
    pub in_time: u64,
    /// Instant and not closed in the minutes set.
    pub late: u64,
}

/// Instant cases with their sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstantStatistics {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What they are by.
    pub by: String,
    /// The largest first; periods in their order.
    pub items: Vec<InstantFigures>,
    /// The sum.
    pub total: InstantFigures,
}

#[derive(Debug, FromQueryResult)]
struct PlaceCount {
    accept_area: String,
    competent_area: Option<String>,
    item_slug: String,
    item_name: String,
    bucket: i64,
    count: i64,
}

#[derive(Debug, FromQueryResult)]
struct InstantCount {
    window_key: Option<String>,
    window_name: String,
    org_id: Uuid,
    bucket: i64,
    count: i64,
    instant: i64,
    in_time: i64,
    late: i64,
}

fn share(part: u64, whole: u64) -> u64 {
    (part * 1_000).checked_div(whole).unwrap_or(0)
}

fn coverage(key: String, label: String, open: usize, all: usize) -> Coverage {
    let (open, all) = (open as u64, all as u64);
    Coverage { key, label, open, all, permille: share(open, all) }
}

fn seen(caller: &Principal) -> Condition {
    caller.within_taken(taken::Column::OrgId, taken::Column::ItemSlug, taken::Column::AcceptOrg)
}

impl Casework {
    /// City-wide cases within reach by accepting area, competent area, item and period. One query.
    ///
    /// # Errors
    /// 422 for days that can't be read, in the wrong order, or too many periods.
    pub async fn place_statistics(&self, caller: &Principal, filter: &PlaceFilter) -> Result<PlaceStatistics> {
        use taken::Column as C;
        let by = filter.by.as_deref().unwrap_or_default();
        if !["", "day", "month"].contains(&by) {
            return Err(Problem::invalid_field("/by", "option", "按日或者月分段，不分段就不填"));
        }
        let today = base::zone::china_date(self.platform.now());
        let periods = Periods::of(filter.from.as_deref(), filter.to.as_deref(), by, today)?;
        let (from, to) = periods.whole();
        let mut select = taken::Entity::find()
            .select_only()
            .column(C::AcceptArea)
            .column(C::CompetentArea)
            .column(C::ItemSlug)
            .column_as(C::ItemName.max(), "item_name")
            .column_as(bucket(C::FiledAt, &periods.edges), "bucket")
            .column_as(Expr::cust("COUNT(*)"), "count")
            .filter(seen(caller))
            .filter(C::Citywide.eq(true))
            .filter(C::FiledAt.gte(from))
            .filter(C::FiledAt.lt(to));
        if let Some(item) = filter.item.as_deref().filter(|item| !item.is_empty()) {
            select = select.filter(C::ItemSlug.eq(item));
        }
        let counted: Vec<PlaceCount> = select
            .group_by(C::AcceptArea)
            .group_by(C::CompetentArea)
            .group_by(C::ItemSlug)
            .group_by(Expr::col(Alias::new("bucket")))
            .into_model()
            .all(self.platform.db.read())
            .await?;
        let codes = counted.iter().flat_map(|one| [Some(one.accept_area.clone()), one.competent_area.clone()]);
        let names = self.identity.region_names(codes.flatten().collect()).await?;
        let named = |code: &str| names.get(code).cloned().unwrap_or_else(|| code.to_owned());
        let mut rows: Vec<(i64, PlaceFigures)> = counted
            .into_iter()
            .map(|one| {
                let competent = one.competent_area.unwrap_or_default();
                let at = usize::try_from(one.bucket).unwrap_or(0);
                let figures = PlaceFigures {
                    period: periods.labels.get(at).cloned().unwrap_or_default(),
                    accept_name: named(&one.accept_area),
                    competent_name: named(&competent),
                    crossed: !identity::citywide::inside(&one.accept_area, &competent),
                    accept_area: one.accept_area,
                    competent_area: competent,
                    item_slug: one.item_slug,
                    item_name: one.item_name,
                    count: u64::try_from(one.count).unwrap_or(0),
                };
                (one.bucket, figures)
            })
            .collect();
        let key = |(at, row): &(i64, PlaceFigures)| {
            (
                *at,
                std::cmp::Reverse(row.count),
                row.accept_area.clone(),
                row.competent_area.clone(),
                row.item_slug.clone(),
            )
        };
        rows.sort_by_key(key);
        let items: Vec<PlaceFigures> = rows.into_iter().map(|(_, row)| row).collect();
        Ok(PlaceStatistics {
            from: periods.from.to_string(),
            to: periods.to.to_string(),
            total: items.iter().map(|row| row.count).sum(),
            crossed: items.iter().filter(|row| row.crossed).map(|row| row.count).sum(),
            items,
        })
    }

    /// How much of the city every hall takes in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn citywide_coverage(&self) -> Result<CoverageList> {
        let snapshot = self.catalogue.snapshot().await?;
        let offered: HashMap<&str, Uuid> = snapshot.offered().into_iter().map(|one| (one.slug, one.org_id)).collect();
        let marked: BTreeSet<String> = self
            .identity
            .all_citywide()
            .await?
            .into_iter()
            .filter(|one| one.open && offered.contains_key(one.item_slug.as_str()))
            .map(|one| one.item_slug)
            .collect();
        let orgs = self.identity.orgs().await?;
        let halls = self
            .identity
            .halls()
            .await?
            .into_iter()
            .map(|hall| {
                let mut taken: BTreeSet<&String> =
                    hall.items.iter().filter(|item| offered.contains_key(item.as_str())).collect();
                if hall.general {
                    taken.extend(marked.iter());
                }
                coverage(hall.key, hall.name, taken.len(), offered.len())
            })
            .collect();
        let mut departments: BTreeMap<Uuid, (usize, usize)> = BTreeMap::new();
        for (slug, org) in &offered {
            let body = orgs.body(*org).map_or(*org, |body| body.id);
            let (open, all) = departments.entry(body).or_default();
            *all += 1;
            *open += usize::from(marked.contains(*slug));
        }
        let mut departments: Vec<Coverage> = departments
            .into_iter()
            .map(|(id, (open, all))| {
                let name = orgs.get(id).map(|org| org.name.clone()).unwrap_or_default();
                coverage(id.to_string(), name, open, all)
            })
            .collect();
        departments.sort_by(|a, b| b.permille.cmp(&a.permille).then_with(|| a.label.cmp(&b.label)));
        Ok(CoverageList {
            city: coverage("city".to_owned(), "全市".to_owned(), marked.len(), offered.len()),
            halls,
            departments,
        })
    }

    /// Instant cases within reach by window, department or period. One query.
    ///
    /// # Errors
    /// 422 for days that can't be read, in the wrong order, or too many periods.
    pub async fn instant_statistics(
        &self,
        caller: &Principal,
        filter: &InstantFiguresFilter,
    ) -> Result<InstantStatistics> {
        use taken::Column as C;
        let by = filter.by.clone().filter(|by| !by.is_empty()).unwrap_or_else(|| "window".to_owned());
        if !["window", "org", "day", "month"].contains(&by.as_str()) {
            return Err(Problem::invalid_field("/by", "option", "按窗口、部门、日或者月统计"));
        }
        let now = self.platform.now();
        let periods = Periods::of(filter.from.as_deref(), filter.to.as_deref(), &by, base::zone::china_date(now))?;
        let (from, to) = periods.whole();
        let closed = || Expr::col((case::Entity, case::Column::ClosedAt));
        let due = || Expr::col((taken::Entity, C::LateAt));
        use sea_orm::sea_query::ExprTrait;
        let in_time = C::Instant.eq(true).and(closed().lt(due()));
        let late = C::Instant.eq(true).and(closed().gte(due()).or(closed().is_null().and(C::LateAt.lte(now))));
        // A count of a CASE without ELSE: a sum of whole numbers is another type on PostgreSQL.
        let counted = |condition: sea_orm::sea_query::SimpleExpr| Expr::expr(Expr::case(condition, 1_i64)).count();
        let rows: Vec<InstantCount> = taken::Entity::find()
            .join(
                JoinType::InnerJoin,
                taken::Entity::belongs_to(case::Entity).from(C::CaseId).to(case::Column::Id).into(),
            )
            .select_only()
            .column(C::WindowKey)
            .column(C::WindowName)
            .column(C::OrgId)
            .column_as(bucket(C::FiledAt, &periods.edges), "bucket")
            .column_as(Expr::cust("COUNT(*)"), "count")
            .column_as(counted(C::Instant.eq(true)), "instant")
            .column_as(counted(in_time), "in_time")
            .column_as(counted(late), "late")
            .filter(seen(caller))
            .filter(C::FiledAt.gte(from))
            .filter(C::FiledAt.lt(to))
            .group_by(C::WindowKey)
            .group_by(C::WindowName)
            .group_by(C::OrgId)
            .group_by(Expr::col(Alias::new("bucket")))
            .into_model()
            .all(self.platform.db.read())
            .await?;
        let orgs = self.identity.orgs().await?;
        let timed = by == "day" || by == "month";
        let mut found: BTreeMap<String, InstantFigures> = BTreeMap::new();
        if timed {
            // A period in which nothing came is a figure too.
            for (at, label) in periods.labels.iter().enumerate() {
                let row = InstantFigures { key: label.clone(), label: label.clone(), ..InstantFigures::default() };
                found.insert(format!("{at:03}"), row);
            }
        }
        let mut total = InstantFigures { label: "合计".to_owned(), ..InstantFigures::default() };
        for one in rows {
            let (key, label) = match by.as_str() {
                "org" => (one.org_id.to_string(), orgs.get(one.org_id).map(|org| org.name.clone()).unwrap_or_default()),
                "window" if one.window_key.is_none() => (String::new(), "没有登记窗口".to_owned()),
                "window" => (one.window_key.unwrap_or_default(), one.window_name),
                _ => (format!("{:03}", one.bucket), String::new()),
            };
            let row =
                found.entry(key.clone()).or_insert_with(|| InstantFigures { key, label, ..InstantFigures::default() });
            for figures in [row, &mut total] {
                let number = |count: i64| u64::try_from(count).unwrap_or(0);
                figures.all += number(one.count);
                figures.instant += number(one.instant);
                figures.in_time += number(one.in_time);
                figures.late += number(one.late);
                figures.permille = share(figures.instant, figures.all);
            }
        }
        let mut items: Vec<InstantFigures> = found.into_values().collect();
        if !timed {
            items.sort_by(|a, b| {
                b.instant.cmp(&a.instant).then_with(|| b.all.cmp(&a.all)).then_with(|| a.key.cmp(&b.key))
            });
        }
        Ok(InstantStatistics { from: periods.from.to_string(), to: periods.to.to_string(), by, items, total })
    }
}
