//! The leaders' cockpit (CASE-039): how the departments of one's reach stand in a period.
//!
//! A leader of a body sees it and what is under it, a leader of a region all bodies there: the reach of the role is the
//! level, nothing else is asked. Volumes come from casework, ratings from whoever knows them ([`Ratings`], plugged in by
//! `app`), activities are what departments publish ([`activities`]). Behind each figure stands the staff list with the
//! same filter.

pub mod activities;
pub mod http;
mod store;

use std::collections::HashMap;

use async_trait::async_trait;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::Approval;

/// Ratings of one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrgRatings {
    /// Department.
    pub org_id: Uuid,
    /// How many with one star, two … five.
    pub by_stars: [u64; 5],
}

/// Knows how cases were rated.
#[async_trait]
pub trait Ratings: Send + Sync {
    /// Ratings given in a period, by department.
    ///
    /// # Errors
    /// When the database refuses.
    async fn by_org(&self, orgs: &[Uuid], from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<OrgRatings>>;
}

/// Which period; this month so far when absent.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CockpitFilter {
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
}

/// How one department stands, or all together. Shares are per mille, absent where there is nothing to divide by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// Department; absent for all together.
    pub org_id: Option<Uuid>,
    /// Its name.
    pub org_name: String,
    /// Cases handed in.
    pub filed: u64,
    /// Of those, ended.
    pub ended: u64,
    /// Share of those.
    pub completion: Option<u64>,
    /// Cases closed in the period, whenever handed in.
    pub closed: u64,
    /// Of those, decided within the promised limit.
    pub on_time: u64,
    /// Share of those.
    pub punctuality: Option<u64>,
    /// Open now and past the promised limit.
    pub overdue: u64,
    /// Ratings given.
    pub ratings: u64,
    /// Average stars in tenths.
    pub stars: Option<u64>,
    /// Share of good ratings (three stars and more).
    pub good: Option<u64>,
    /// Activities held.
    pub activities: u64,
}

/// The cockpit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cockpit {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// All together.
    pub total: Standing,
    /// Department by department, those with late cases first, then by volume.
    pub departments: Vec<Standing>,
    /// Time of the data.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
}

fn day(pointer: &str, text: &str) -> Result<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 这样"))
}

fn share(part: u64, whole: u64) -> Option<u64> {
    (whole > 0).then(|| part * 1000 / whole)
}

impl Standing {
    fn with(mut self, by_stars: [u64; 5]) -> Self {
        let given: u64 = by_stars.iter().sum();
        let stars: u64 = (1..).zip(by_stars).map(|(stars, given): (u64, u64)| stars * given).sum();
        self.ratings = given;
        self.stars = (given > 0).then(|| (stars * 10 + given / 2) / given);
        self.good = share(by_stars.iter().skip(2).sum(), given);
        self.completion = share(self.ended, self.filed);
        self.punctuality = share(self.on_time, self.closed);
        self
    }
}

impl Approval {
    /// The cockpit of the caller.
    ///
    /// # Errors
    /// 422 for a day that can't be read or a period that ends before it begins.
    pub async fn cockpit(&self, caller: &Principal, filter: &CockpitFilter) -> Result<Cockpit> {
        let today = base::zone::china_date(self.platform.now());
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let to = given(&filter.to).map_or(Ok(today), |text| day("/to", &text))?;
        let first = to.replace_day(1).unwrap_or(to);
        let from = given(&filter.from).map_or(Ok(first), |text| day("/from", &text))?;
        if from > to || to - from > time::Duration::days(366) {
            return Err(Problem::invalid_field("/from", "period", "开始日期要在结束日期之前，最多一年"));
        }
        let (start, end) = (base::zone::start_of_day(from), base::zone::end_of_day(to));
        let figures = self.casework.department_figures(caller, start, end).await?;
        let orgs: Vec<Uuid> = figures.iter().map(|one| one.org_id).collect();
        let rated: HashMap<Uuid, [u64; 5]> =
            self.ratings.by_org(&orgs, start, end).await?.into_iter().map(|one| (one.org_id, one.by_stars)).collect();
        let held =
            store::held(self.platform.db.read(), &caller.visible_orgs, &from.to_string(), &to.to_string()).await?;
        let names = self.identity.orgs().await?;
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        let mut stars = [0_u64; 5];
        let mut total = Standing::default();
        let mut departments: Vec<Standing> = figures
            .into_iter()
            .map(|one| {
                let by_stars = rated.get(&one.org_id).copied().unwrap_or_default();
                let standing = Standing {
                    org_id: Some(one.org_id),
                    org_name: names.get(one.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                    filed: whole(one.filed),
                    ended: whole(one.ended),
                    closed: whole(one.closed),
                    on_time: whole(one.on_time),
                    overdue: whole(one.overdue),
                    activities: held.get(&one.org_id).copied().unwrap_or(0),
                    ..Standing::default()
                };
                for (sum, more) in stars.iter_mut().zip(by_stars) {
                    *sum += more;
                }
                total.filed += standing.filed;
                total.ended += standing.ended;
                total.closed += standing.closed;
                total.on_time += standing.on_time;
                total.overdue += standing.overdue;
                standing.with(by_stars)
            })
            .collect();
        // Departments that hold activities without having cases count in the sum.
        total.activities = held.values().sum();
        departments.sort_by(|a, b| (b.overdue, b.filed, &a.org_name).cmp(&(a.overdue, a.filed, &b.org_name)));
        Ok(Cockpit {
            from: from.to_string(),
            to: to.to_string(),
            total: total.with(stars),
            departments,
            as_of: self.platform.now(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-039
    #[test]
    fn shares_are_absent_where_there_is_nothing_to_divide_by() {
        let standing = Standing { filed: 3, ended: 2, ..Standing::default() }.with([1, 0, 0, 0, 2]);
        assert_eq!((standing.completion, standing.punctuality), (Some(666), None));
        assert_eq!((standing.ratings, standing.stars, standing.good), (3, Some(37), Some(666)));
        assert_eq!(Standing::default().with([0; 5]).stars, None);
    }
}
