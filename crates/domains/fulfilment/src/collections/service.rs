//! Putting cases together, changing the choice, and what both sides see.

use casework::cases::model::State;
use casework::cases::service::beside::CaseFacts;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait, Query, SelectStatement};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, member, set};
use super::{READY, TOGETHER};
use crate::Fulfilment;

/// Rows one download may have.
const EXPORT: usize = 5_000;

/// Which sets.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CollectionFilter {
    /// Part of a case number, an item or the applicant's name.
    pub q: Option<String>,
    /// `waiting`: some of a set to be collected together are not ready; `ready`: nothing is waited for; all when absent.
    pub state: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// Cases of one set at most.
const MOST: usize = 20;

/// Cases to collect in one way.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewCollection {
    /// Own cases, 2 to 20.
    pub case_ids: Vec<Uuid>,
    /// `ready`: each as it is ready; `together`: all at the end.
    pub mode: String,
}

/// Another choice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangeCollection {
    /// Version of the page.
    pub version: i64,
    /// `ready` or `together`.
    pub mode: String,
}

/// Let them go one by one, on the applicant's word.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReleaseCollection {
    /// Version of the page.
    pub version: i64,
    /// Why; logged.
    pub reason: String,
}

/// A certificate of a set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CollectionCase {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Whether there is something to hand over, or the case ended otherwise.
    pub ready: bool,
    /// How it goes: `electronic`, `self` or `post`.
    pub way: String,
    /// When it was handed over.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<OffsetDateTime>,
}

/// A set of cases collected in one way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Collection {
    /// Id.
    pub id: Uuid,
    /// Version, to change it.
    pub version: i64,
    /// `ready` or `together`.
    pub mode: String,
    /// Package the cases were taken in with; empty for a set the applicant put together.
    pub package_name: String,
    /// Applicant; masked at the desk.
    pub applicant_name: String,
    /// How many are ready.
    pub ready: usize,
    /// Whether the hand-over of those that are ready waits for the others.
    pub waiting: bool,
    /// Who at the window let them go one by one, and why.
    pub released: Option<String>,
    /// Certificates.
    pub cases: Vec<CollectionCase>,
    /// When they were put together.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
}

fn mode(text: &str) -> Result<String> {
    match text {
        READY | TOGETHER => Ok(text.to_owned()),
        _ => Err(Problem::invalid_field("/mode", "option", "选择办好一件领一件，还是全部办好一起领")),
    }
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这组办件。")
}

fn ended(state: State) -> bool {
    state != State::Draft && !state.is_open()
}

/// A case as it stands, in a set.
pub(super) fn row_of(facts: &CaseFacts, set: Uuid, now: OffsetDateTime) -> member::Model {
    member::Model {
        case_id: facts.id,
        collection_id: set,
        case_number: facts.case_number.clone(),
        item_name: facts.item_name.clone(),
        item_slug: facts.item_slug.clone(),
        org_id: facts.org_id,
        taken_at: facts.taken_at,
        ended_at: ended(facts.state).then_some(now),
        delivered_at: facts.delivered_at,
    }
}

/// Sets of members that fit.
fn sets_with(fits: Cond) -> SelectStatement {
    Query::select().column(member::Column::CollectionId).from(member::Entity).cond_where(fits).to_owned()
}

/// Sets with a case within reach that fit a filter.
fn wanted(caller: &Principal, filter: &CollectionFilter) -> sea_orm::Select<set::Entity> {
    let reach = caller.within_taken(member::Column::OrgId, member::Column::ItemSlug, member::Column::TakenAt);
    let mut select = set::Entity::find().filter(set::Column::Id.in_subquery(sets_with(reach)));
    if let Some(words) = filter.q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let case =
            Cond::any().add(member::Column::CaseNumber.contains(words)).add(member::Column::ItemName.contains(words));
        let any = Cond::any()
            .add(set::Column::Id.in_subquery(sets_with(case)))
            .add(set::Column::ApplicantName.contains(words));
        select = select.filter(any);
    }
    let unready = sets_with(Cond::all().add(member::Column::EndedAt.is_null()));
    let waits = set::Column::Mode.eq(TOGETHER).and(set::Column::Id.in_subquery(unready));
    match filter.state.as_deref() {
        Some("waiting") => select.filter(waits),
        Some("ready") => select.filter(Cond::all().not().add(waits)),
        _ => select,
    }
}

impl Fulfilment {
    /// Puts own cases together. The same key makes one set.
    ///
    /// # Authorisation
    /// `my_collection.edit`; each case must be the caller's own or within a grant.
    ///
    /// # Errors
    /// 404 for another's case, 409 for one that is handed over, ended without a result, of another applicant or in a
    /// set already; 422 for too few or too many.
    pub async fn put_together(
        &self,
        caller: &Principal,
        new: NewCollection,
        key: Option<String>,
    ) -> Result<Collection> {
        let mode = mode(&new.mode)?;
        let mut ids = new.case_ids;
        ids.sort_unstable();
        ids.dedup();
        if !(2..=MOST).contains(&ids.len()) {
            let message = format!("选 2 到 {MOST} 件一起领的办件");
            return Err(Problem::invalid_field("/case_ids", "count", message));
        }
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let mut rows = Vec::with_capacity(ids.len());
        let mut whose: Option<(Uuid, String)> = None;
        for case in ids {
            let facts = self.casework.facts_of_mine(caller, case).await?;
            let Some(account) = facts.account_id else { return Err(not_found()) };
            if whose.as_ref().is_some_and(|(other, _)| *other != account) {
                return Err(Problem::conflict("other_applicant", "只有同一个申请人的办件能一起领。"));
            }
            let refused = matches!(facts.state, State::NotAccepted | State::Withdrawn | State::Voided);
            if refused || facts.state == State::Delivered {
                let message = format!("“{}”{}，不能再选怎么领。", facts.item_name, facts.state.label());
                return Err(Problem::conflict("case_over", message));
            }
            rows.push(row_of(&facts, id, now));
            whose = Some((account, facts.applicant_name));
        }
        let (account_id, applicant_name) = whose.ok_or_else(not_found)?;
        let row = set::Model {
            id,
            version: 1,
            account_id,
            applicant_name,
            mode,
            released_by_name: None,
            released_reason: None,
            created_at: now,
            changed_at: now,
            package_name: String::new(),
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "my_collection.edit",
            format!("collection:{id}"),
            json!({ "mode": row.mode, "cases": rows.len() }),
        );
        let who = caller.id;
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(before) = idempotency::claim(tx, who, "my_collection.create", key, id).await?
                    {
                        return Ok(before);
                    }
                    for one in &rows {
                        if store::of_case(tx.conn(), one.case_id).await?.is_some() {
                            let message = format!("“{}”已经在一组里了，请在那一组里改。", one.item_name);
                            return Err(Problem::conflict("in_collection", message));
                        }
                    }
                    set::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
                    let rows = rows.into_iter().map(|one| one.into_active_model().reset_all());
                    member::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.own_collection(caller, made).await
    }

    async fn own_collection(&self, caller: &Principal, id: Uuid) -> Result<Collection> {
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        let cases = store::members(self.platform.db.read(), &[id]).await?;
        // Whoever may see one of the cases may see the set: it holds one applicant's cases only.
        let first = cases.first().ok_or_else(not_found)?;
        self.casework.facts_of_mine(caller, first.case_id).await?;
        self.collection_view(row, cases, false).await
    }

    /// Another choice, until everything is handed over.
    ///
    /// # Authorisation
    /// `my_collection.edit`; another's is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 for no such choice.
    pub async fn change_collection(
        &self,
        caller: &Principal,
        id: Uuid,
        change: ChangeCollection,
    ) -> Result<Collection> {
        let mode = mode(&change.mode)?;
        self.own_collection(caller, id).await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "my_collection.edit",
            format!("collection:{id}"),
            json!({ "mode": mode }),
        );
        self.write_collection(id, change.version, line, move |row| {
            row.mode = mode;
            row.released_by_name = None;
            row.released_reason = None;
        })
        .await?;
        self.own_collection(caller, id).await
    }

    async fn write_collection(
        &self,
        id: Uuid,
        version: i64,
        line: Line,
        change: impl FnOnce(&mut set::Model) + Send + 'static,
    ) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(not_found)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    change(&mut row);
                    row.changed_at = tx.now();
                    store::update(tx.conn(), row).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Own sets, newest first.
    ///
    /// # Authorisation
    /// `my_collection.edit`; only the caller's own.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn my_collections(&self, caller: &Principal, page: &PageQuery) -> Result<List<Collection>> {
        let select = set::Entity::find().filter(set::Column::AccountId.eq(caller.id));
        self.collections_page(select, page, false).await
    }

    /// Sets with a case within reach, newest first.
    ///
    /// # Authorisation
    /// `collection.read`.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn collections(&self, caller: &Principal, filter: &CollectionFilter) -> Result<List<Collection>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        self.collections_page(wanted(caller, filter), &page, true).await
    }

    /// The same as lines of a file; applicants masked.
    ///
    /// # Authorisation
    /// `collection.read`.
    ///
    /// # Errors
    /// 422 when there are more than 5,000.
    pub async fn collection_lines(&self, caller: &Principal, filter: &CollectionFilter) -> Result<Vec<Vec<String>>> {
        let conn = self.platform.db.read();
        let most = u64::try_from(EXPORT).unwrap_or(u64::MAX);
        let rows = wanted(caller, filter).order_by_desc(set::Column::Id).limit(most + 1).all(conn).await?;
        if rows.len() > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "超过 5,000 条，请缩小筛选范围。"));
        }
        let mut members: std::collections::BTreeMap<Uuid, Vec<member::Model>> = std::collections::BTreeMap::new();
        for chunk in rows.chunks(500) {
            let ids: Vec<Uuid> = chunk.iter().map(|row| row.id).collect();
            for one in store::members(conn, &ids).await? {
                members.entry(one.collection_id).or_default().push(one);
            }
        }
        let mut line = |row: set::Model| {
            let cases = members.remove(&row.id).unwrap_or_default();
            let ready = cases.iter().filter(|one| one.ended_at.is_some()).count();
            let together = row.mode == TOGETHER;
            let joined = |pick: fn(&member::Model) -> &str| cases.iter().map(pick).collect::<Vec<_>>().join("、");
            vec![
                base::mask::name(&row.applicant_name),
                if together { "全部办好一起领" } else { "办好一件领一件" }.to_owned(),
                format!("{ready}/{}", cases.len()),
                if together && ready < cases.len() { "是" } else { "否" }.to_owned(),
                joined(|one| &one.case_number),
                joined(|one| &one.item_name),
                base::zone::moment_text(row.created_at),
            ]
        };
        Ok(rows.into_iter().map(&mut line).collect())
    }

    async fn collections_page(
        &self,
        mut select: sea_orm::Select<set::Entity>,
        page: &PageQuery,
        masked: bool,
    ) -> Result<List<Collection>> {
        let conn = self.platform.db.read();
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?;
            select = select.filter(set::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(set::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut members = store::members(conn, &ids).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let (own, rest): (Vec<_>, Vec<_>) = members.into_iter().partition(|one| one.collection_id == row.id);
            members = rest;
            views.push(self.collection_view(row, own, masked).await?);
        }
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one: &Collection| vec![one.id.to_string()]))
    }

    /// The set of a case within reach, for the delivery desk.
    ///
    /// # Authorisation
    /// `collection.read`; a case outside reach is 404.
    ///
    /// # Errors
    /// 404, also for a case in no set.
    pub async fn collection_of(&self, caller: &Principal, case: Uuid) -> Result<Collection> {
        self.casework.facts_for(caller, case).await?;
        let (row, cases) = store::of_case(self.platform.db.read(), case).await?.ok_or_else(not_found)?;
        self.collection_view(row, cases, true).await
    }

    /// Lets them go one by one, on the applicant's word at the window.
    ///
    /// # Authorisation
    /// `collection.release`; a set without a case in reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page or a set that does not wait, 422 without a reason.
    pub async fn release_collection(&self, caller: &Principal, id: Uuid, ask: ReleaseCollection) -> Result<Collection> {
        let reason = ask.reason.trim().to_owned();
        if !(4..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明申请人为什么要先领，4 到 200 个字"));
        }
        let conn = self.platform.db.read();
        let row = store::find(conn, id).await?.ok_or_else(not_found)?;
        let cases = store::members(conn, &[id]).await?;
        if !cases.iter().any(|one| caller.reaches_taken(one.org_id, &one.item_slug, one.taken_at)) {
            return Err(not_found());
        }
        if row.mode != TOGETHER {
            return Err(Problem::conflict("not_together", "这组办件本来就是办好一件领一件。"));
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "collection.release",
            format!("collection:{id}"),
            json!({ "reason": reason }),
        );
        let by = caller.name.clone();
        self.write_collection(id, ask.version, line, move |row| {
            row.mode = READY.to_owned();
            row.released_by_name = Some(by);
            row.released_reason = Some(reason);
        })
        .await?;
        let row = store::find(conn, id).await?.ok_or_else(not_found)?;
        self.collection_view(row, cases, true).await
    }

    async fn collection_view(&self, row: set::Model, cases: Vec<member::Model>, masked: bool) -> Result<Collection> {
        let ready = cases.iter().filter(|one| one.ended_at.is_some()).count();
        let waiting = row.mode == TOGETHER && ready < cases.len();
        let mut views = Vec::with_capacity(cases.len());
        for one in cases {
            // How each goes stays with its case, sealed there; a set holds twenty at most.
            let (way, _) = self.casework.delivery_wish(one.case_id).await?;
            views.push(CollectionCase {
                case_id: one.case_id,
                case_number: one.case_number,
                item_name: one.item_name,
                ready: one.ended_at.is_some(),
                way,
                delivered_at: one.delivered_at,
            });
        }
        let released = row.released_by_name.zip(row.released_reason);
        Ok(Collection {
            id: row.id,
            version: row.version,
            applicant_name: if masked { base::mask::name(&row.applicant_name) } else { row.applicant_name },
            package_name: row.package_name,
            mode: row.mode,
            ready,
            waiting,
            released: released.map(|(by, why)| format!("{by}：{why}")),
            cases: views,
            created_at: row.created_at,
        })
    }

    /// The job behind [`super::JOB`]: notes that a case ended or was handed over; when the last of a set to be
    /// collected together is ready, the applicant is told once.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(super) async fn collection_job(&self, payload: Value) -> Result<()> {
        let case: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or_default())?;
        let conn = self.platform.db.read();
        if member::Entity::find_by_id(case).one(conn).await?.is_none() {
            return Ok(());
        }
        let Some(facts) = self.casework.facts(case).await? else { return Ok(()) };
        if !ended(facts.state) {
            return Ok(());
        }
        let delivered = facts.delivered_at;
        let told = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut own) = member::Entity::find_by_id(case).one(tx.conn()).await? else {
                        return Ok(None);
                    };
                    let was_ready = own.ended_at.is_some();
                    own.ended_at = own.ended_at.or(Some(tx.now()));
                    own.delivered_at = own.delivered_at.or(delivered);
                    member::Entity::update_many()
                        .set(own.into_active_model().reset_all())
                        .filter(member::Column::CaseId.eq(case))
                        .exec(tx.conn())
                        .await?;
                    let Some((set, all)) = store::of_case(tx.conn(), case).await? else { return Ok(None) };
                    let complete = set.mode == TOGETHER && all.iter().all(|one| one.ended_at.is_some());
                    Ok((complete && !was_ready).then_some((set.id, all.len())))
                })
            })
            .await?;
        if let Some((set, count)) = told {
            let count = count.to_string();
            let key = format!("collection.ready:{set}");
            self.casework.tell_about(case, "collection_ready", &key, &[("count", &count)]).await?;
        }
        Ok(())
    }
}
