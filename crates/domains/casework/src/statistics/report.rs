//! The report of cases: how many were filed, accepted, closed in time, handed over, by item, department, area,
//! channel, state, result or period.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SimpleExpr};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::read::{Asked, is, number, number_when};
use crate::Casework;
use crate::cases::model::{Channel, Closing, State};
use crate::cases::service::lists::{Moment, open_states};
use crate::counters::periods::Periods;

/// What is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CaseStatisticsFilter {
    /// First day, `YYYY-MM-DD`; the first of this month when absent.
    pub from: Option<String>,
    /// Last day; today when absent.
    pub to: Option<String>,
    /// `item` (default), `org`, `area`, `channel`, `state`, `result`, `day` or `month`.
    pub by: Option<String>,
    /// Item slug; all when absent.
    pub item: Option<String>,
}

/// Cases of one item, department, area, channel, state, result or period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseFigures {
    /// Item slug, organisation id, area code, channel, state, result or first day of the period.
    pub key: String,
    /// In words.
    pub label: String,
    /// Handed in in the period.
    pub filed: u64,
    /// Of those, ended by now.
    pub ended: u64,
    /// Accepted in the period.
    pub accepted: u64,
    /// Closed in the period, whenever handed in.
    pub closed: u64,
    /// Of those, decided within the promised limit.
    pub on_time: u64,
    /// Share of those in tenths of a percent; absent when nothing was closed.
    pub punctuality: Option<u64>,
    /// Handed over in the period.
    pub delivered: u64,
}

impl CaseFigures {
    fn add(&mut self, row: &Row) {
        let whole = |number: i64| u64::try_from(number).unwrap_or(0);
        self.filed += whole(row.filed);
        self.ended += whole(row.ended);
        self.accepted += whole(row.accepted);
        self.closed += whole(row.closed);
        self.on_time += whole(row.on_time);
        self.delivered += whole(row.delivered);
        self.punctuality = (self.on_time * 1_000).checked_div(self.closed);
    }
}

/// The report with its sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseStatistics {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What it is by.
    pub by: String,
    /// The largest first; periods in their order.
    pub items: Vec<CaseFigures>,
    /// The sum.
    pub total: CaseFigures,
    /// Time of the data: figures are exact up to now.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
    /// When the figures were last compared with the cases; absent before the first time.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub checked_at: Option<OffsetDateTime>,
    /// Differences found then, and mended.
    pub differing: u64,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    word: String,
    name: String,
    org_id: Uuid,
    bucket: i64,
    filed: i64,
    ended: i64,
    accepted: i64,
    closed: i64,
    on_time: i64,
    delivered: i64,
}

const WAYS: [&str; 8] = ["item", "org", "area", "channel", "state", "result", "day", "month"];

fn column(name: &'static str) -> SimpleExpr {
    Expr::col(Alias::new(name))
}

impl Casework {
    /// The report within the caller's reach. One query over the figures.
    ///
    /// # Errors
    /// 422 for days that can't be read, in the wrong order, or too many periods.
    pub async fn case_statistics(&self, caller: &Principal, filter: &CaseStatisticsFilter) -> Result<CaseStatistics> {
        let by = filter.by.clone().filter(|by| !by.is_empty()).unwrap_or_else(|| "item".to_owned());
        if !WAYS.contains(&by.as_str()) {
            return Err(Problem::invalid_field("/by", "option", "按事项、部门、地区、渠道、状态、结果、日或者月统计"));
        }
        let now = self.platform.now();
        let periods = Periods::of(filter.from.as_deref(), filter.to.as_deref(), &by, base::zone::china_date(now))?;
        let rows = self.summed(caller, &by, &periods, filter).await?;
        let orgs = self.identity.orgs().await?;
        let areas: Vec<String> = if by == "area" {
            rows.iter().filter_map(|row| orgs.get(row.org_id).map(|org| org.region.clone())).collect()
        } else {
            Vec::new()
        };
        let areas = self.identity.region_names(areas).await?;
        let timed = by == "day" || by == "month";
        let mut found: BTreeMap<String, CaseFigures> = BTreeMap::new();
        if timed {
            // A period in which nothing came is a figure too.
            for (at, label) in periods.labels.iter().enumerate() {
                let row = CaseFigures { key: label.clone(), label: label.clone(), ..CaseFigures::default() };
                found.insert(format!("{at:03}"), row);
            }
        }
        let mut total = CaseFigures { label: "合计".to_owned(), ..CaseFigures::default() };
        for row in rows {
            let org = || orgs.get(row.org_id);
            let (key, label) = match by.as_str() {
                "org" => (row.org_id.to_string(), org().map(|org| org.name.clone()).unwrap_or_default()),
                "area" => {
                    let code = org().map(|org| org.region.clone()).unwrap_or_default();
                    let name = areas.get(&code).cloned().unwrap_or_else(|| code.clone());
                    (code, name)
                }
                "channel" => (row.word.clone(), Channel::label_of(&row.word).to_owned()),
                "state" => {
                    let label = State::parse(&row.word).map_or("", State::label);
                    (row.word.clone(), label.to_owned())
                }
                "result" => (row.word.clone(), Closing::label_of(&row.word).to_owned()),
                "day" | "month" => (format!("{:03}", row.bucket), String::new()),
                _ => (row.word.clone(), row.name.clone()),
            };
            let figures =
                found.entry(key.clone()).or_insert_with(|| CaseFigures { key, label, ..CaseFigures::default() });
            figures.add(&row);
            total.add(&row);
        }
        let mut items: Vec<CaseFigures> = found.into_values().collect();
        if !timed {
            items.sort_by(|a, b| (b.filed, b.closed, &a.key).cmp(&(a.filed, a.closed, &b.key)));
        }
        let standing = self.figures_standing().await?;
        Ok(CaseStatistics {
            from: periods.from.to_string(),
            to: periods.to.to_string(),
            by,
            items,
            total,
            as_of: now,
            checked_at: standing.as_ref().and_then(|standing| standing.checked_at),
            differing: standing.map_or(0, |standing| standing.differing),
        })
    }

    async fn summed(
        &self,
        caller: &Principal,
        by: &str,
        periods: &Periods,
        filter: &CaseStatisticsFilter,
    ) -> Result<Vec<Row>> {
        // States are of what was handed in, results of what was closed.
        let moments: &[Moment] = match by {
            "state" => &[Moment::Filed],
            "result" => &[Moment::Closed],
            _ => &Moment::ALL,
        };
        let Some(asked) = Asked::of(moments, &periods.edges) else { return Ok(Vec::new()) };
        let asked = asked.item(filter.item.clone().filter(|item| !item.is_empty()));
        let words = match by {
            "item" => Some("item_slug"),
            "channel" => Some("channel"),
            "state" => Some("state"),
            "result" => Some("closing"),
            _ => None,
        };
        let (places, timed) = (by == "org" || by == "area", by == "day" || by == "month");
        let ended = is(Moment::Filed).and(column("state").is_not_in(open_states()));
        let on_time = is(Moment::Closed).and(column("on_time").eq(true));
        let mut signed = self.figures(caller, &asked).await?;
        signed
            .expr_as(words.map_or_else(|| Expr::value(""), column), Alias::new("word"))
            .expr_as(column("item_name").max(), Alias::new("name"))
            .expr_as(if places { column("org_id") } else { Expr::value(Uuid::nil()) }, Alias::new("org_id"))
            .expr_as(if timed { column("bucket") } else { Expr::value(0_i64) }, Alias::new("bucket"))
            .expr_as(number_when(is(Moment::Filed)), Alias::new("filed"))
            .expr_as(number_when(ended), Alias::new("ended"))
            .expr_as(number_when(is(Moment::Accepted)), Alias::new("accepted"))
            .expr_as(number_when(is(Moment::Closed)), Alias::new("closed"))
            .expr_as(number_when(on_time), Alias::new("on_time"))
            .expr_as(number_when(is(Moment::Delivered)), Alias::new("delivered"))
            // What was taken out of a group wholly leaves no row of noughts.
            .and_having(number().ne(0_i64));
        if let Some(words) = words {
            signed.group_by_col(Alias::new(words));
        }
        if places {
            // By its place: the name alone would be that of the column made here.
            signed.group_by_col((Alias::new("signed"), Alias::new("org_id")));
        }
        if timed {
            signed.group_by_col((Alias::new("signed"), Alias::new("bucket")));
        }
        let conn = self.platform.db.read();
        Ok(Row::find_by_statement(self.platform.db.backend().build(&signed)).all(conn).await?)
    }
}
