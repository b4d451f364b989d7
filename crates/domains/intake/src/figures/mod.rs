//! How many cases came in which way (CASE-017): normal, bulk, in-only, out-only, by item, department, counter or
//! period.
//!
//! Volumes count every way in which something was taken in or handed over here; what counts in times are only the
//! cases accepted here, because in-only and out-only cases are handled elsewhere (CASE-016).

pub mod http;

use std::collections::BTreeMap;

use casework::cases::service::lists::{Moment, bucket};
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr};
use sea_orm::{FromQueryResult, QuerySelect};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::Intake;
use crate::bulk::store::line;
use crate::records::store::record;

/// Periods one question may ask for.
const MOST_PERIODS: usize = 62;

/// What is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FiguresFilter {
    /// First day, `YYYY-MM-DD`; the first of this month when absent.
    pub from: Option<String>,
    /// Last day; today when absent.
    pub to: Option<String>,
    /// `item` (default), `org`, `window`, `day` or `month`.
    pub by: Option<String>,
    /// Item slug; all when absent.
    pub item: Option<String>,
}

/// Figures of one item, department, counter or period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IntakeFigures)]
pub struct Figures {
    /// Item slug, organisation id, or first day of the period.
    pub key: String,
    /// In words.
    pub label: String,
    /// Cases one by one.
    pub normal: u64,
    /// Cases of batches.
    pub bulk: u64,
    /// Taken here, handled elsewhere.
    pub in_only: u64,
    /// Handled elsewhere, received here.
    pub out_only: u64,
    /// Everything taken in: normal, bulk and in-only.
    pub taken: u64,
    /// What counts in times: cases accepted here.
    pub timed: u64,
    /// Everything handed over: cases and out-only.
    pub handed_over: u64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.normal += other.normal;
        self.bulk += other.bulk;
        self.in_only += other.in_only;
        self.out_only += other.out_only;
        self.taken += other.taken;
        self.timed += other.timed;
        self.handed_over += other.handed_over;
    }
}

/// The figures with their sum.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeStatistics)]
pub struct Statistics {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What they are by.
    pub by: String,
    /// The largest first; periods in their order.
    pub items: Vec<Figures>,
    /// The sum.
    pub total: Figures,
}

/// Rows of one of this domain's tables, counted.
#[derive(Debug, FromQueryResult)]
struct Counted {
    item_slug: String,
    item_name: String,
    kind: String,
    org_id: Uuid,
    taken_at: Option<Uuid>,
    bucket: i64,
    count: i64,
}

/// Which figure a count goes to.
#[derive(Clone, Copy)]
enum Column {
    Filed,
    Accepted,
    Delivered,
    Bulk,
    InOnly,
    OutOnly,
    OutDelivered,
}

/// A question made exact.
struct Asked {
    from: Date,
    to: Date,
    by: String,
    item: Option<String>,
    /// Begins of the periods, and the end of the last.
    edges: Vec<OffsetDateTime>,
    days: Vec<Date>,
}

fn day(pointer: &str, text: &str) -> Result<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

fn ask(filter: &FiguresFilter, today: Date) -> Result<Asked> {
    let full = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let to = full(&filter.to).map(|text| day("/to", &text)).transpose()?.unwrap_or(today);
    let first = to.replace_day(1).unwrap_or(to);
    let from = full(&filter.from).map(|text| day("/from", &text)).transpose()?.unwrap_or(first);
    if from > to {
        return Err(Problem::invalid_field("/from", "order", "开始日期要在结束日期之前"));
    }
    let by = full(&filter.by).unwrap_or_else(|| "item".to_owned());
    if !["item", "org", "window", "day", "month"].contains(&by.as_str()) {
        return Err(Problem::invalid_field("/by", "option", "按事项、部门、窗口、日或者月统计"));
    }
    let mut days = vec![from];
    if by == "day" || by == "month" {
        let mut at = from;
        loop {
            let next = if by == "day" {
                at + Duration::days(1)
            } else {
                let month = at.month().next();
                let year = if month == time::Month::January { at.year() + 1 } else { at.year() };
                Date::from_calendar_date(year, month, 1).map_err(Problem::internal)?
            };
            if next > to {
                break;
            }
            days.push(next);
            at = next;
            if days.len() > MOST_PERIODS {
                let message = format!("一次最多看 {MOST_PERIODS} 段，请缩短时间或者按月看");
                return Err(Problem::invalid_field("/from", "too_long", message));
            }
        }
    }
    let mut edges: Vec<OffsetDateTime> = days.iter().map(|day| base::zone::start_of_day(*day)).collect();
    edges.push(base::zone::end_of_day(to));
    Ok(Asked { from, to, by, item: full(&filter.item), edges, days })
}

impl Intake {
    /// Figures within reach.
    ///
    /// # Errors
    /// 422 for days that can't be read, in the wrong order, or too many periods.
    pub async fn statistics(&self, caller: &Principal, filter: &FiguresFilter) -> Result<Statistics> {
        let asked = ask(filter, base::zone::china_date(self.platform.now()))?;
        let orgs = self.identity.orgs().await?;
        let mut rows: BTreeMap<String, Figures> = BTreeMap::new();
        if asked.by == "day" || asked.by == "month" {
            // A period in which nothing came is a figure too.
            for (number, first) in asked.days.iter().enumerate() {
                let label = if asked.by == "day" {
                    first.to_string()
                } else {
                    format!("{} 年 {} 月", first.year(), u8::from(first.month()))
                };
                rows.insert(format!("{number:03}"), Figures { key: first.to_string(), label, ..Figures::default() });
            }
        }
        let mut put = |counted: Vec<Counted>, column: Column| {
            for one in counted {
                if asked.item.as_ref().is_some_and(|item| *item != one.item_slug) {
                    continue;
                }
                let (sort, key, label) = match asked.by.as_str() {
                    "org" => named(&orgs, Some(one.org_id)),
                    "window" => named(&orgs, one.taken_at),
                    "day" | "month" => (format!("{:03}", one.bucket), String::new(), String::new()),
                    _ => (one.item_slug.clone(), one.item_slug.clone(), one.item_name.clone()),
                };
                let row = rows.entry(sort).or_insert_with(|| Figures { key, label, ..Figures::default() });
                let count = u64::try_from(one.count).unwrap_or(0);
                match column {
                    Column::Filed => {
                        row.normal += count;
                        row.taken += count;
                    }
                    // Of the cases filed, those of batches are not normal ones.
                    Column::Bulk => {
                        row.bulk += count;
                        row.normal = row.normal.saturating_sub(count);
                    }
                    Column::Accepted => row.timed += count,
                    Column::Delivered | Column::OutDelivered => row.handed_over += count,
                    Column::InOnly => {
                        row.in_only += count;
                        row.taken += count;
                    }
                    Column::OutOnly => row.out_only += count,
                }
            }
        };
        for (moment, column) in [
            (Moment::Filed, Column::Filed),
            (Moment::Accepted, Column::Accepted),
            (Moment::Delivered, Column::Delivered),
        ] {
            let volumes = self.casework.volumes(caller, moment, &asked.edges).await?;
            let counted = volumes.into_iter().map(|one| Counted {
                item_slug: one.item_slug,
                item_name: one.item_name,
                kind: String::new(),
                org_id: one.org_id,
                taken_at: one.taken_at,
                bucket: one.bucket,
                count: one.count,
            });
            put(counted.collect(), column);
        }
        put(self.bulk_counted(caller, &asked.edges).await?, Column::Bulk);
        for (column, moment) in [(record::Column::ReceivedAt, false), (record::Column::DeliveredAt, true)] {
            for one in self.records_counted(caller, column, &asked.edges).await? {
                let to = match (moment, one.kind.as_str()) {
                    (true, _) => Column::OutDelivered,
                    (false, "in_only") => Column::InOnly,
                    _ => Column::OutOnly,
                };
                put(vec![one], to);
            }
        }
        let mut items: Vec<Figures> = rows.into_values().collect();
        if asked.by != "day" && asked.by != "month" {
            items.sort_by_key(|row| std::cmp::Reverse(row.taken + row.out_only));
        }
        let mut total = Figures { key: String::new(), label: "合计".to_owned(), ..Figures::default() };
        for row in &items {
            total.add(row);
        }
        Ok(Statistics { from: asked.from.to_string(), to: asked.to.to_string(), by: asked.by, items, total })
    }

    async fn bulk_counted(&self, caller: &Principal, edges: &[OffsetDateTime]) -> Result<Vec<Counted>> {
        use line::Column as Of;
        let (Some(from), Some(until)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
        Ok(line::Entity::find()
            .select_only()
            .column(Of::ItemSlug)
            // The cases themselves told the name.
            .column_as(Of::ItemSlug.max(), "item_name")
            .column_as(Of::State.max(), "kind")
            .column(Of::OrgId)
            .column(Of::TakenAt)
            .column_as(bucket(Of::FiledAt, edges), "bucket")
            .column_as(Expr::cust("COUNT(*)"), "count")
            .filter(caller.within_taken(Of::OrgId, Of::ItemSlug, Of::TakenAt))
            .filter(Of::FiledAt.gte(*from))
            .filter(Of::FiledAt.lt(*until))
            .group_by(Of::ItemSlug)
            .group_by(Of::OrgId)
            .group_by(Of::TakenAt)
            .group_by(Expr::col(Alias::new("bucket")))
            .into_model()
            .all(self.platform.db.read())
            .await?)
    }

    async fn records_counted(
        &self,
        caller: &Principal,
        at: record::Column,
        edges: &[OffsetDateTime],
    ) -> Result<Vec<Counted>> {
        use record::Column as Of;
        let (Some(from), Some(until)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
        Ok(record::Entity::find()
            .select_only()
            .column(Of::ItemSlug)
            .column_as(Of::ItemName.max(), "item_name")
            .column(Of::Kind)
            .column(Of::OrgId)
            .column(Of::TakenAt)
            .column_as(bucket(at, edges), "bucket")
            .column_as(Expr::cust("COUNT(*)"), "count")
            .filter(caller.within_taken(Of::OrgId, Of::ItemSlug, Of::TakenAt))
            .filter(at.gte(*from))
            .filter(at.lt(*until))
            .group_by(Of::ItemSlug)
            .group_by(Of::Kind)
            .group_by(Of::OrgId)
            .group_by(Of::TakenAt)
            .group_by(Expr::col(Alias::new("bucket")))
            .into_model()
            .all(self.platform.db.read())
            .await?)
    }
}

/// Sort key, key and name of an organisation; what no counter took came online.
fn named(orgs: &identity::OrgTree, org: Option<Uuid>) -> (String, String, String) {
    match org {
        Some(id) => {
            let name = orgs.get(id).map_or_else(String::new, |org| org.name.clone());
            (id.to_string(), id.to_string(), name)
        }
        None => (String::new(), String::new(), "网上和系统对接".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    /// req: CASE-017
    #[test]
    fn periods_cover_every_day_once() {
        let filter = |from: &str, to: &str, by: &str| FiguresFilter {
            from: Some(from.into()),
            to: Some(to.into()),
            by: Some(by.into()),
            item: None,
        };
        let asked = ask(&filter("2026-11-15", "2027-02-03", "month"), date!(2026 - 11 - 26)).unwrap();
        assert_eq!(
            asked.days,
            [date!(2026 - 11 - 15), date!(2026 - 12 - 01), date!(2027 - 01 - 01), date!(2027 - 02 - 01)]
        );
        assert_eq!(asked.edges.len(), 5);
        assert_eq!(*asked.edges.last().unwrap(), base::zone::end_of_day(date!(2027 - 02 - 03)));
        let days = ask(&filter("2026-09-01", "2026-09-30", "day"), date!(2026 - 09 - 30)).unwrap();
        assert_eq!(days.days.len(), 30);
        let wrong = |from: &str, to: &str, by: &str| {
            ask(&filter(from, to, by), date!(2026 - 09 - 30)).err().unwrap().field_errors()[0].pointer.clone()
        };
        assert_eq!(wrong("2026-09-02", "2026-09-01", "item"), "/from");
        assert_eq!(wrong("2026-01-01", "2026-09-01", "day"), "/from");
        assert_eq!(wrong("2026-01-01", "2026-09-01", "year"), "/by");
        assert_eq!(wrong("1 月", "2026-09-01", "item"), "/from");
        let plain = ask(&FiguresFilter::default(), date!(2026 - 09 - 30)).unwrap();
        assert_eq!((plain.from, plain.to, plain.by.as_str()), (date!(2026 - 09 - 01), date!(2026 - 09 - 30), "item"));
    }
}
