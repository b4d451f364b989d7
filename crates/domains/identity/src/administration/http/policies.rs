//! Access policies and grants to staff of other regions.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use platform::web::terminal::{Client, Terminal};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Giver;
use super::super::policies::PolicyEdit;
use super::super::policies::cross_region::NewCrossGrant;
use super::super::policies::model::Subject;
use super::super::store::{cross_rows, policy_rows};
use super::{Named, Reasoned, VersionQuery, named_org, page};
use crate::Identity;
use crate::directory::Snapshot;
use crate::model::staff::Staff;
use crate::permissions::{EditCrossRegion, EditPolicies, ReadCrossRegion, ReadPolicies};
use crate::store::{directory, staff as staff_rows};

/// Which policies.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct PolicyFilter {
    /// Part of the name.
    q: Option<String>,
    /// user, role, area.
    subject_kind: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An access policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyView {
    id: Uuid,
    name: String,
    subject_kind: String,
    subject: String,
    subject_label: String,
    terminals: Vec<Terminal>,
    networks: Vec<String>,
    idle_minutes: Option<i64>,
    max_sessions: Option<i64>,
    requests_per_minute: Option<i64>,
    enabled: bool,
    version: i64,
}

async fn people(identity: &Identity) -> Result<HashMap<Uuid, Staff>> {
    let all = staff_rows::all(identity.platform.db.read()).await?;
    Ok(all.into_iter().map(|one| (one.id, one)).collect())
}

async fn views(identity: &Identity, caller: &Principal, wanted: Option<Uuid>) -> Result<Vec<PolicyView>> {
    let conn = identity.platform.db.read();
    let rows = policy_rows::Entity::find().order_by_asc(policy_rows::Column::Id).all(conn).await?;
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let part = identity.part_of(caller).await?;
    let people = people(identity).await?;
    let regions: Vec<String> =
        rows.iter().filter(|row| row.subject_kind == "area").map(|row| row.subject.clone()).collect();
    let regions = directory::region_names(conn, regions).await?;
    let mut views = Vec::new();
    for row in rows.into_iter().filter(|row| wanted.is_none_or(|wanted| row.id == wanted)) {
        // A policy for somebody outside the part is not shown.
        let label = match Subject::read(&row.subject_kind, &row.subject) {
            Some(Subject::User(id)) => match people.get(&id) {
                Some(one) if part.contains(&one.org_id) => one.name.clone(),
                _ => continue,
            },
            Some(Subject::Role(key)) => snapshot.roles.get(&key).map_or(key.clone(), |role| role.label.clone()),
            _ => regions.get(&row.subject).cloned().unwrap_or_else(|| row.subject.clone()),
        };
        views.push(PolicyView {
            id: row.id,
            name: row.name,
            subject_kind: row.subject_kind,
            subject: row.subject,
            subject_label: label,
            terminals: serde_json::from_value(row.terminals)?,
            networks: serde_json::from_value(row.networks)?,
            idle_minutes: row.idle_minutes,
            max_sessions: row.max_sessions,
            requests_per_minute: row.requests_per_minute,
            enabled: row.enabled,
            version: row.version,
        });
    }
    Ok(views)
}

async fn one(identity: &Identity, caller: &Principal, id: Uuid) -> Result<PolicyView> {
    let missing = || Problem::not_found("没有找到这条访问策略。");
    views(identity, caller, Some(id)).await?.pop().ok_or_else(missing)
}

/// Access policies.
#[utoipa::path(get, path = "/api/v1/admin/policies", tag = "administration", operation_id = "list_policies", params(PolicyFilter),
    responses((status = 200, body = List<PolicyView>), Refused, Malformed),
    security(("desk" = ["policy.read"])))]
pub(crate) async fn list_policies(
    State(identity): State<Identity>,
    caller: Allowed<ReadPolicies>,
    Query(filter): Query<PolicyFilter>,
) -> Result<Json<List<PolicyView>>> {
    let mut found = views(&identity, &caller, None).await?;
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        found.retain(|policy| policy.name.contains(q) || policy.subject_label.contains(q));
    }
    if let Some(kind) = filter.subject_kind.as_deref().filter(|kind| !kind.is_empty()) {
        found.retain(|policy| policy.subject_kind == kind);
    }
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    Ok(Json(page(found, &query, identity.platform.now(), |row| row.id.to_string())?))
}

/// Adds a policy.
#[utoipa::path(post, path = "/api/v1/admin/policies", tag = "administration", operation_id = "create_policy", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = PolicyEdit,
    responses((status = 201, body = PolicyView), Refused, Outdated, Unreadable),
    security(("desk" = ["policy.edit"])))]
pub(crate) async fn create_policy(
    State(identity): State<Identity>,
    caller: Allowed<EditPolicies>,
    client: Client,
    IdempotencyKey(key): IdempotencyKey,
    Json(edit): Json<PolicyEdit>,
) -> Result<(StatusCode, Json<PolicyView>)> {
    let id = identity.save_policy(&Giver::from(&*caller).once(key), &client, None, edit).await?;
    Ok((StatusCode::CREATED, Json(one(&identity, &caller, id).await?)))
}

/// Changes a policy.
#[utoipa::path(put, path = "/api/v1/admin/policies/{id}", tag = "administration", operation_id = "edit_policy", params(("id" = Uuid, Path)), request_body = PolicyEdit,
    responses((status = 200, body = PolicyView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["policy.edit"])))]
pub(crate) async fn edit_policy(
    State(identity): State<Identity>,
    caller: Allowed<EditPolicies>,
    client: Client,
    Path(id): Path<Uuid>,
    Json(edit): Json<PolicyEdit>,
) -> Result<Json<PolicyView>> {
    // One outside the part can't be seen, so it can't be changed.
    one(&identity, &caller, id).await?;
    identity.save_policy(&Giver::from(&*caller), &client, Some(id), edit).await?;
    Ok(Json(one(&identity, &caller, id).await?))
}

/// Takes a policy away.
#[utoipa::path(delete, path = "/api/v1/admin/policies/{id}", tag = "administration", operation_id = "remove_policy", params(("id" = Uuid, Path), VersionQuery),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["policy.edit"])))]
pub(crate) async fn remove_policy(
    State(identity): State<Identity>,
    caller: Allowed<EditPolicies>,
    Path(id): Path<Uuid>,
    Query(query): Query<VersionQuery>,
) -> Result<StatusCode> {
    one(&identity, &caller, id).await?;
    identity.remove_policy(&Giver::from(&*caller), id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which grants.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct CrossFilter {
    /// waiting, active, expired, recalled.
    state: Option<String>,
    /// Holder.
    staff: Option<Uuid>,
    /// Part of a name or an item.
    q: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Holder of a grant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Guest {
    id: Uuid,
    name: String,
    login: String,
    org_name: String,
    region_name: String,
}

/// A grant to somebody of another region.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CrossView {
    id: Uuid,
    staff: Guest,
    org: Named,
    items: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    from: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    until: OffsetDateTime,
    state: &'static str,
    state_label: &'static str,
    reason: String,
    given_by: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    recalled_at: Option<OffsetDateTime>,
    recall_reason: Option<String>,
}

/// How many grants are in each state.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CrossCounts {
    active: u64,
    waiting: u64,
    expired: u64,
    recalled: u64,
}

/// Overview of the grants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CrossList {
    #[serde(flatten)]
    list: List<CrossView>,
    counts: CrossCounts,
}

fn state(row: &cross_rows::Model, now: OffsetDateTime) -> (&'static str, &'static str) {
    if row.recalled_at.is_some() {
        ("recalled", "已收回")
    } else if row.until_at <= now {
        ("expired", "已到期")
    } else if row.from_at > now {
        ("waiting", "未开始")
    } else {
        ("active", "有效")
    }
}

async fn grants(identity: &Identity, caller: &Principal, wanted: Option<Uuid>) -> Result<Vec<CrossView>> {
    let conn = identity.platform.db.read();
    let part = identity.part_of(caller).await?;
    let rows = cross_rows::Entity::find().order_by_desc(cross_rows::Column::Id).all(conn).await?;
    let rows: Vec<cross_rows::Model> =
        rows.into_iter().filter(|row| part.contains(&row.org_id) && wanted.is_none_or(|id| row.id == id)).collect();
    let snapshot: std::sync::Arc<Snapshot> = identity.directory.snapshot(&identity.platform).await?;
    let people = people(identity).await?;
    let home = |id: &Uuid| people.get(id).and_then(|one| snapshot.tree.get(one.org_id));
    let regions = rows.iter().filter_map(|row| home(&row.staff_id)).map(|org| org.region.clone()).collect();
    let regions = directory::region_names(conn, regions).await?;
    let now = identity.platform.now();
    let view = |row: cross_rows::Model| {
        let (state, state_label) = state(&row, now);
        let (one, org) = (people.get(&row.staff_id), home(&row.staff_id));
        Ok(CrossView {
            staff: Guest {
                id: row.staff_id,
                name: one.map(|one| one.name.clone()).unwrap_or_default(),
                login: one.map(|one| one.login.clone()).unwrap_or_default(),
                org_name: org.map(|org| org.name.clone()).unwrap_or_default(),
                region_name: org.and_then(|org| regions.get(&org.region).cloned()).unwrap_or_default(),
            },
            org: named_org(&snapshot, row.org_id),
            items: serde_json::from_value(row.items)?,
            state,
            state_label,
            id: row.id,
            from: row.from_at,
            until: row.until_at,
            reason: row.reason,
            given_by: row.given_by_name,
            recalled_at: row.recalled_at,
            recall_reason: row.recall_reason,
        })
    };
    rows.into_iter().map(view).collect()
}

/// Overview of grants to staff of other regions.
#[utoipa::path(get, path = "/api/v1/admin/cross-region", tag = "administration", operation_id = "list_cross_region", params(CrossFilter),
    responses((status = 200, body = CrossList), Refused, Malformed),
    security(("desk" = ["cross_region.read"])))]
pub(crate) async fn list_cross_region(
    State(identity): State<Identity>,
    caller: Allowed<ReadCrossRegion>,
    Query(filter): Query<CrossFilter>,
) -> Result<Json<CrossList>> {
    let mut found = grants(&identity, &caller, None).await?;
    if let Some(staff) = filter.staff {
        found.retain(|grant| grant.staff.id == staff);
    }
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        found.retain(|grant| {
            grant.staff.name.contains(q)
                || grant.staff.org_name.contains(q)
                || grant.items.iter().any(|item| item.contains(q))
        });
    }
    let mut counts = CrossCounts::default();
    for grant in &found {
        match grant.state {
            "active" => counts.active += 1,
            "waiting" => counts.waiting += 1,
            "expired" => counts.expired += 1,
            _ => counts.recalled += 1,
        }
    }
    if let Some(state) = filter.state.as_deref().filter(|state| !state.is_empty()) {
        found.retain(|grant| grant.state == state);
    }
    found.sort_by_key(|grant| grant.id);
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let list = page(found, &query, identity.platform.now(), |row| row.id.to_string())?;
    Ok(Json(CrossList { list, counts }))
}

async fn granted(identity: &Identity, caller: &Principal, id: Uuid) -> Result<CrossView> {
    let missing = || Problem::not_found("没有找到这项跨域授权。");
    grants(identity, caller, Some(id)).await?.pop().ok_or_else(missing)
}

/// Opens items to somebody of another region for a time.
#[utoipa::path(post, path = "/api/v1/admin/cross-region", tag = "administration", operation_id = "give_cross_region", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewCrossGrant,
    responses((status = 201, body = CrossView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["cross_region.edit"])))]
pub(crate) async fn give_cross_region(
    State(identity): State<Identity>,
    caller: Allowed<EditCrossRegion>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewCrossGrant>,
) -> Result<(StatusCode, Json<CrossView>)> {
    let id = identity.give_cross_region(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(granted(&identity, &caller, id).await?)))
}

/// Takes a grant back; the next request is refused.
#[utoipa::path(post, path = "/api/v1/admin/cross-region/{id}/recall", tag = "administration", operation_id = "recall_cross_region", params(("id" = Uuid, Path)), request_body = Reasoned,
    responses((status = 200, body = CrossView), Refused, Absent, Unreadable),
    security(("desk" = ["cross_region.edit"])))]
pub(crate) async fn recall_cross_region(
    State(identity): State<Identity>,
    caller: Allowed<EditCrossRegion>,
    Path(id): Path<Uuid>,
    Json(why): Json<Reasoned>,
) -> Result<Json<CrossView>> {
    identity.recall_cross_region(&Giver::from(&*caller), id, &why.reason).await?;
    Ok(Json(granted(&identity, &caller, id).await?))
}
