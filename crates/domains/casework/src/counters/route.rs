//! What a counter takes in, and which department it goes to.
//!
//! A marked item is taken in at every general window and goes to the department competent for the applicant's area,
//! with that department's promised limit. Any other item is taken in where its windows are and for its own area only;
//! whoever asks elsewhere is told the right place.

use std::sync::Arc;

use base::deadline::TimeLimit;
use catalogue::PublishedItem;
use catalogue::items::model::Limit;
use catalogue::search;
use identity::citywide::{Competent, Counter, inside};
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, taken};
use crate::Casework;
use crate::cases::service::judge::StepProblem;
use crate::cases::store::case;

/// Where an application goes.
#[derive(Debug, Clone)]
pub(crate) struct Routed {
    /// Department.
    pub org_id: Uuid,
    /// By which mark; none for an item that is taken in at its own windows.
    pub competent: Option<Competent>,
    /// Area of the applicant, as given.
    pub area: Option<String>,
    /// What stops it.
    pub problem: Option<StepProblem>,
}

fn at_area(code: &str, message: String) -> StepProblem {
    StepProblem { pointer: "/area".into(), code: code.into(), message, step: 1 }
}

/// Halls with the numbers of their windows, in words.
fn places(counters: &[Counter]) -> String {
    let mut halls: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in counters {
        match halls.iter_mut().find(|(hall, _)| *hall == one.hall_name) {
            Some((_, numbers)) => numbers.push(&one.number),
            None => halls.push((&one.hall_name, vec![&one.number])),
        }
    }
    halls
        .into_iter()
        .map(|(hall, numbers)| format!("{hall} {} 号窗口", numbers.join("、")))
        .collect::<Vec<_>>()
        .join("，或者")
}

impl Casework {
    /// Where an application taken in by the caller goes.
    ///
    /// # Errors
    /// 404 with the right place when the caller's windows don't take the item in.
    pub(crate) async fn route(&self, caller: &Principal, item: &PublishedItem, area: Option<&str>) -> Result<Routed> {
        let area = area.map(str::trim).filter(|area| !area.is_empty()).map(str::to_owned);
        let mark = self.identity.citywide(&item.slug).await?.filter(|mark| mark.open);
        let own =
            |problem: Option<StepProblem>| Routed { org_id: item.org_id, competent: None, area: area.clone(), problem };
        let Some(mark) = mark else {
            if !caller.takes_in(item.org_id, &item.slug) {
                return Err(self.elsewhere(item).await?);
            }
            let outside = area.as_deref().filter(|area| !inside(area, &item.item.region));
            if outside.is_some() {
                let place = self.right_place(item).await?;
                let message = format!("“{}”没有开通市内通办，不收外地的。{place}", item.item.name);
                return Ok(own(Some(at_area("elsewhere", message))));
            }
            return Ok(own(None));
        };
        let takes = |place: &&Competent| caller.takes_in(place.org_id, &item.slug);
        if !mark.places.iter().any(|place| takes(&place)) {
            return Err(self.elsewhere(item).await?);
        }
        let Some(given) = area.as_deref() else {
            let message = "选择申请人所在的地方，办件转给那里的主管部门办".to_owned();
            return Ok(own(Some(at_area("required", message))));
        };
        match mark.competent(given) {
            Some(place) if takes(&place) => {
                Ok(Routed { org_id: place.org_id, competent: Some(place.clone()), area: area.clone(), problem: None })
            }
            Some(place) => {
                let org = self.identity.org(place.org_id).await?.map(|org| org.name).unwrap_or_default();
                let message = format!("您的窗口不能替{org}收件，请转到有综合窗口的大厅");
                Ok(own(Some(at_area("elsewhere", message))))
            }
            None => Ok(own(Some(at_area("nobody", "这个地方还没有部门接办这个事项，请换申请人所在的地方".to_owned())))),
        }
    }

    async fn right_place(&self, item: &PublishedItem) -> Result<String> {
        let org = self.identity.org(item.org_id).await?.map(|org| org.name).unwrap_or_default();
        let counters = self.identity.counters_of(&item.slug).await?;
        Ok(if counters.is_empty() {
            format!("这个事项由{org}办理，电话 {}。", item.item.consult_phone)
        } else {
            format!("这个事项由{org}办理，请到{}。", places(&counters))
        })
    }

    async fn elsewhere(&self, item: &PublishedItem) -> Result<Problem> {
        let place = self.right_place(item).await?;
        Ok(Problem::not_found(format!("“{}”不在您的窗口，不能收件。", item.item.name)).detail(place))
    }

    /// How an item stands at the caller's counter; absent for one that is not offered.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn at_counter(&self, caller: &Principal, slug: &str) -> Result<Option<AtCounter>> {
        let item = match self.catalogue.published(slug).await {
            Ok(item) => item,
            Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let mark = self.identity.citywide(slug).await?.filter(|mark| mark.open);
        let here = match &mark {
            Some(mark) => mark.places.iter().any(|place| caller.takes_in(place.org_id, slug)),
            None => caller.takes_in(item.org_id, slug),
        };
        let org = self.identity.org(item.org_id).await?;
        Ok(Some(AtCounter {
            item_name: item.item.name.clone(),
            org_name: org.map_or_else(|| item.item.body.name.clone(), |org| org.name),
            promise_text: Self::promise_text(item.item.promise_limit.time()),
            here,
            places: places(&self.identity.counters_of(slug).await?),
        }))
    }

    /// The row that says where a case was taken in.
    pub(crate) async fn counter_row(
        &self,
        caller: &Principal,
        row: &case::Model,
        routed: &Routed,
        minutes: Option<i64>,
    ) -> Result<taken::Model> {
        let seat = self.identity.seats_of(caller.id).await?.into_iter().next();
        let now = self.platform.now();
        let promise = routed.competent.as_ref().and_then(|place| place.promise);
        Ok(taken::Model {
            case_id: row.id,
            item_slug: row.item_slug.clone(),
            item_name: row.item_name.clone(),
            org_id: row.org_id,
            accept_org: caller.org_id.unwrap_or(row.org_id),
            accept_area: seat.as_ref().map_or_else(|| caller.region.clone(), |seat| seat.region.clone()),
            window_name: seat
                .as_ref()
                .map(|seat| format!("{} {} 号窗口", seat.hall_name, seat.number))
                .unwrap_or_default(),
            window_key: seat.map(|seat| seat.key),
            citywide: routed.competent.is_some(),
            applicant_area: routed.area.clone(),
            competent_area: routed.competent.as_ref().map(|place| place.region.clone()),
            promise: promise.map(serde_json::to_value).transpose()?,
            instant: minutes.is_some(),
            late_at: minutes.map(|minutes| now + time::Duration::minutes(minutes)),
            filed_at: now,
            ticket_number: None,
        })
    }

    /// The item as the department promises it that the case was routed to.
    pub(crate) async fn as_promised(&self, row: &case::Model, item: Arc<PublishedItem>) -> Result<Arc<PublishedItem>> {
        if self.identity.citywide(&row.item_slug).await?.is_none() {
            return Ok(item);
        }
        let kept = store::of_case(self.platform.db.read(), row.id).await?.and_then(|row| row.promise);
        match kept {
            Some(kept) => Ok(promised(item, Some(serde_json::from_value(kept)?))),
            None => Ok(item),
        }
    }

    /// Items the caller's windows take in, and where the others are taken in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn counter_items(&self, caller: &Principal, filter: &CounterItemsFilter) -> Result<CounterItems> {
        let found = self.catalogue.snapshot().await?.find(&search::Query {
            q: filter.q.clone(),
            limit: Some(100),
            ..search::Query::default()
        });
        let shown: Vec<String> = found.items.iter().map(|card| card.slug.clone()).collect();
        let answering = self.identity.answering(&shown).await?;
        let instant = self.instant_minutes().await?;
        let (mut items, mut elsewhere) = (Vec::new(), Vec::new());
        for card in found.items {
            let Some(org) = answering.get(&card.slug).copied() else { continue };
            let mark = self.identity.citywide(&card.slug).await?.filter(|mark| mark.open);
            let taken = match &mark {
                Some(mark) => mark.places.iter().any(|place| caller.takes_in(place.org_id, &card.slug)),
                None => caller.takes_in(org, &card.slug),
            };
            if !taken {
                if elsewhere.len() < SHOWN_ELSEWHERE {
                    let at = places(&self.identity.counters_of(&card.slug).await?);
                    elsewhere.push(ElsewhereItem { name: card.name, org_name: card.org_name, at });
                }
                continue;
            }
            let minutes = instant.get(&card.slug).copied();
            if filter.instant && minutes.is_none() {
                continue;
            }
            items.push(CounterItem {
                citywide: mark.is_some(),
                instant_minutes: minutes,
                slug: card.slug,
                name: card.name,
                org_name: card.org_name,
                promise_text: card.promise.text,
            });
        }
        Ok(CounterItems { items, elsewhere, did_you_mean: found.did_you_mean })
    }
}

/// How an item stands at somebody's counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtCounter {
    /// Name.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Promised limit in words.
    pub promise_text: String,
    /// Whether the counter takes it in.
    pub here: bool,
    /// Halls and windows that do; empty when no window names it.
    pub places: String,
}

/// Items of other windows named in one answer.
const SHOWN_ELSEWHERE: usize = 5;

/// The item with another promised limit.
pub(crate) fn promised(item: Arc<PublishedItem>, limit: Option<TimeLimit>) -> Arc<PublishedItem> {
    let Some(limit) = limit else { return item };
    let mut own = (*item).clone();
    own.item.promise_limit = Limit { value: limit.value, unit: limit.unit, note: None };
    Arc::new(own)
}

/// What is looked for at a counter.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CounterItemsFilter {
    /// Words, part of a name, initials.
    pub q: Option<String>,
    /// Only items done while the applicant waits.
    pub instant: bool,
}

/// An item the caller's windows take in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterItem {
    /// Key.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Department.
    pub org_name: String,
    /// Promised limit in words.
    pub promise_text: String,
    /// Whether every hall takes it in.
    pub citywide: bool,
    /// Minutes in which it is done while the applicant waits; absent for other items.
    pub instant_minutes: Option<i64>,
}

/// An item that other windows take in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElsewhereItem {
    /// Name.
    pub name: String,
    /// Department.
    pub org_name: String,
    /// Halls and windows; empty when no window names it.
    pub at: String,
}

/// What was found at a counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterItems {
    /// Taken in here.
    pub items: Vec<CounterItem>,
    /// Taken in elsewhere, the first ones.
    pub elsewhere: Vec<ElsewhereItem>,
    /// Names close to the question, when nothing was found.
    pub did_you_mean: Vec<String>,
}
