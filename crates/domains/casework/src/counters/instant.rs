//! Items done while the applicant waits (即办件进综合窗口, CASE-047): taken in, decided, documented and handed over from one
//! page, without a step that hands the case round.
//!
//! Start at [`Casework::instant_go_on`]. An instant case is an ordinary case with a row that says until when it should
//! be done; every act is the ordinary act with its own right, so nobody decides here who might not decide elsewhere.

use std::collections::HashMap;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, Query};
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, instant, taken};
use crate::Casework;
use crate::cases::error::CaseError;
use crate::cases::model::State;
use crate::cases::service::intake::Accept;
use crate::cases::service::lists::open_states;
use crate::cases::service::reach;
use crate::cases::store::case;

/// Minutes an applicant may be asked to wait: one office day.
const MOST_MINUTES: i64 = 480;

/// Which instant items.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct InstantFilter {
    /// Part of a name.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An item done while the applicant waits, or that may be made so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstantItem {
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Whether it is offered so.
    pub active: bool,
    /// Minutes it may take.
    pub minutes: i64,
    /// Offered because it is asked for often (高频), although its element is not 即办件.
    pub frequent: bool,
    /// Version to send back; 0 before the first setting.
    pub version: i64,
    /// Last change.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<OffsetDateTime>,
    /// Who changed it.
    pub changed_by_name: String,
}

/// Sets an item.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SetInstant {
    /// Version of the page.
    pub version: i64,
    /// Whether it is offered so.
    pub active: bool,
    /// Minutes it may take, 1 to 480.
    pub minutes: i64,
    /// Offered because it is asked for often.
    pub frequent: bool,
}

/// Goes on with an instant case as far as the caller may.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct InstantGoOn {
    /// Opinion written with each step.
    pub opinion: String,
}

/// How an instant case stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InstantCase {
    /// Case.
    pub id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Version of the case.
    pub version: i64,
    /// Item.
    pub item_name: String,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: &'static str,
    /// Present step; empty at the end.
    pub step_name: String,
    /// Decided, documented and closed.
    pub finished: bool,
    /// Handed over.
    pub delivered: bool,
    /// The step that waits for somebody else; absent while the caller can go on or nothing waits.
    pub waits_for: Option<String>,
    /// When it was taken in.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: OffsetDateTime,
    /// When it should be done.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub late_at: Option<OffsetDateTime>,
    /// Whether it took, or takes, longer.
    pub late: bool,
}

impl From<instant::Model> for InstantItem {
    fn from(row: instant::Model) -> Self {
        Self {
            item_slug: row.item_slug,
            item_name: row.item_name,
            active: row.active,
            minutes: row.minutes,
            frequent: row.frequent,
            version: row.version,
            changed_at: Some(row.changed_at),
            changed_by_name: row.changed_by_name,
        }
    }
}

/// Instant cases as a condition over cases: all that are open, or those that took too long and are open still.
pub(crate) fn condition(late: Option<OffsetDateTime>) -> Condition {
    let mut rows = Query::select();
    rows.column(taken::Column::CaseId).from(taken::Entity).and_where(taken::Column::Instant.eq(true));
    if let Some(now) = late {
        rows.and_where(taken::Column::LateAt.lte(now));
    }
    Condition::all().add(case::Column::State.is_in(open_states())).add(case::Column::Id.in_subquery(rows))
}

impl Casework {
    /// Minutes of every item offered so.
    pub(crate) async fn instant_minutes(&self) -> Result<HashMap<String, i64>> {
        let rows: Vec<(String, i64)> = instant::Entity::find()
            .select_only()
            .columns([instant::Column::ItemSlug, instant::Column::Minutes])
            .filter(instant::Column::Active.eq(true))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Minutes of an item; a problem at the item when it is not offered so.
    pub(crate) async fn instant_of(&self, slug: &str) -> Result<i64> {
        let row = store::instant_item(self.platform.db.read(), slug).await?.filter(|row| row.active);
        row.map(|row| row.minutes).ok_or_else(|| {
            let message = "这个事项没有设成即办，请从“收件登记”收件";
            Problem::invalid_field("/item_slug", "not_instant", message)
        })
    }

    /// Instant items by slug. The list is open to all staff.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_instant(&self, filter: &InstantFilter) -> Result<List<InstantItem>> {
        use instant::Column;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = instant::Entity::find();
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            select = select.filter(Column::ItemName.like(format!("%{}%", q.replace(['%', '_'], ""))));
        }
        let conn = self.platform.db.read();
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            select = select.filter(Column::ItemSlug.gt(parts.first().cloned().unwrap_or_default()));
        }
        let rows = select.order_by_asc(Column::ItemSlug).limit(page.limit() + 1).all(conn).await?;
        let items = rows.into_iter().map(InstantItem::from).collect();
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &InstantItem| vec![one.item_slug.clone()]))
    }

    /// Sets whether and how fast an item is done while the applicant waits.
    ///
    /// # Errors
    /// 404 outside the caller's reach, 409 for an old page, 422 for an item that is no 即办件 and not asked for often.
    pub async fn set_instant(&self, caller: &Principal, slug: &str, set: SetInstant) -> Result<InstantItem> {
        let item = self.catalogue.published(slug).await?;
        if !caller.reaches(item.org_id, slug) {
            return Err(Problem::not_found("没有找到这个事项。"));
        }
        let mut wrong = Vec::new();
        if !(1..=MOST_MINUTES).contains(&set.minutes) {
            wrong.push(FieldProblem::new("/minutes", "limit", format!("写 1 到 {MOST_MINUTES} 分钟")));
        }
        if set.active && item.item.case_type != "1" && !set.frequent {
            let message = "这个事项不是即办件。申请人多、能当场办的，勾上“高频事项”";
            wrong.push(FieldProblem::new("/frequent", "not_instant", message));
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let before = store::instant_item(self.platform.db.read(), slug).await?;
        let row = instant::Model {
            item_slug: slug.to_owned(),
            item_name: item.item.name.clone(),
            org_id: item.org_id,
            minutes: set.minutes,
            frequent: set.frequent,
            active: set.active,
            version: set.version + 1,
            changed_at: self.platform.now(),
            changed_by_name: caller.name.clone(),
        };
        let words =
            |row: &instant::Model| json!({ "active": row.active, "minutes": row.minutes, "frequent": row.frequent });
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "instant_item.edit",
            format!("item:{slug}"),
            json!({ "item": row.item_name }),
        )
        .entry()
        .kind(Kind::Change)
        .changed(before.as_ref().map_or(serde_json::Value::Null, words), words(&row));
        let kept = row.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::put_instant(tx, kept, set.version).await
                })
            })
            .await?;
        Ok(row.into())
    }

    /// How an instant case stands.
    ///
    /// # Errors
    /// 404 outside the caller's reach, or when the case is not instant.
    pub async fn instant_case(&self, caller: &Principal, id: Uuid) -> Result<InstantCase> {
        let conn = self.platform.db.read();
        let row = self.head(id).await?;
        reach(caller, &row)?;
        let kept = store::of_case(conn, id).await?.filter(|kept| kept.instant).ok_or(CaseError::NotFound)?;
        let state = crate::cases::service::parse_state(&row)?;
        let mut waits_for = None;
        if state.is_open() && !state.is_intake() {
            let tasks = crate::cases::store::tasks(conn, id).await?;
            if let Some(next) = tasks.iter().find(|task| task.state == "open" && task.flow_task.is_some())
                && !(caller.may("task.complete") && self.may_take(conn, caller, next).await?)
            {
                waits_for = Some(next.name.clone());
            }
        }
        let end = row.closed_at.unwrap_or_else(|| self.platform.now());
        Ok(InstantCase {
            id,
            case_number: row.case_number.clone().unwrap_or_default(),
            version: row.version,
            item_name: row.item_name,
            state,
            state_label: state.label(),
            step_name: row.step_name,
            finished: row.closed_at.is_some(),
            delivered: row.delivered_at.is_some(),
            waits_for,
            filed_at: kept.filed_at,
            late_at: kept.late_at,
            late: kept.late_at.is_some_and(|late| end >= late),
        })
    }

    /// Accepts an instant case and does the caller's steps one after the other, until it is decided or somebody else has
    /// to act.
    ///
    /// # Errors
    /// 403 when the caller may not accept, 404 as [`Casework::instant_case`], and what any of the steps refuses.
    pub async fn instant_go_on(&self, caller: &Principal, id: Uuid, go_on: InstantGoOn) -> Result<InstantCase> {
        let opinion = go_on.opinion.trim();
        if opinion.is_empty() {
            return Err(Problem::invalid_field("/opinion", "required", "写明审查意见，例如“材料齐全，符合规定”"));
        }
        let now = self.instant_case(caller, id).await?;
        if now.state.is_intake() {
            if !caller.may("case.accept") {
                return Err(Problem::forbidden("您没有受理的权限，请能受理的同事接着办。"));
            }
            let accept = Accept { version: now.version, note: opinion.to_owned(), tolerated: Vec::new() };
            self.accept(caller, id, accept).await?;
        }
        if caller.may("task.complete") {
            self.complete_own(caller, id, opinion).await?;
        }
        self.instant_case(caller, id).await
    }
}
