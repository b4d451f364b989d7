//! Organisations.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::organisations::orgs::{NewOrg, OrgEdit};
use super::super::organisations::{act_label, kind_label};
use super::super::store::org_history;
use super::super::{Giver, no_org};
use super::{Because, Named, page, within};
use crate::Identity;
use crate::model::org::{Org, OrgState};
use crate::permissions::{EditOrgs, ReadOrgs};
use crate::store::staff::row as staff_row;

/// Which organisations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct OrgFilter {
    /// Part of a name, key or credit code.
    q: Option<String>,
    /// Id of the organisation above, or `root` for the top of the own part.
    parent: Option<String>,
    /// government, department, section, hall, community.
    kind: Option<String>,
    /// Region, that inside it included.
    region: Option<String>,
    /// active, disabled, merged.
    state: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgView {
    id: Uuid,
    key: String,
    name: String,
    short_name: String,
    kind: String,
    kind_label: &'static str,
    uscc: Option<String>,
    parent_id: Option<Uuid>,
    /// Names from the top down, `/`-separated.
    path: String,
    region: String,
    region_name: String,
    level: i64,
    phone: Option<String>,
    state: OrgState,
    state_label: &'static str,
    merged_into: Option<Named>,
    sort: i64,
    /// Organisations directly below.
    children: u64,
    /// Accounts directly in it.
    staff: u64,
    version: i64,
}

/// A change of the past.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PastView {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    act: String,
    act_label: &'static str,
    /// Name until then.
    name: String,
    /// Path until then.
    path: String,
    reason: String,
    actor_name: String,
}

/// An organisation with its past.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgDetail {
    #[serde(flatten)]
    org: OrgView,
    /// Newest first.
    history: Vec<PastView>,
}

/// A new place in the tree.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveOrg {
    version: i64,
    parent_id: Uuid,
    reason: String,
}

/// What to merge into.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MergeOrg {
    version: i64,
    into: Uuid,
    reason: String,
}

async fn views(identity: &Identity, orgs: Vec<Org>) -> Result<Vec<OrgView>> {
    let tree = identity.orgs().await?;
    let conn = identity.platform.db.read();
    let counted: Vec<(Uuid, i64)> = staff_row::Entity::find()
        .select_only()
        .column(staff_row::Column::OrgId)
        .column_as(staff_row::Column::Id.count(), "count")
        .filter(staff_row::Column::OrgId.is_in(orgs.iter().map(|org| org.id)))
        .filter(staff_row::Column::RemovedAt.is_null())
        .group_by(staff_row::Column::OrgId)
        .into_tuple()
        .all(conn)
        .await?;
    let counted: HashMap<Uuid, i64> = counted.into_iter().collect();
    let names =
        crate::store::directory::region_names(conn, orgs.iter().map(|org| org.region.clone()).collect()).await?;
    let view = |org: Org| OrgView {
        path: tree.path(org.id),
        region_name: names.get(&org.region).cloned().unwrap_or_default(),
        kind_label: kind_label(&org.kind),
        state_label: org.state.label(),
        merged_into: org
            .merged_into
            .and_then(|id| tree.get(id))
            .map(|into| Named { id: into.id, name: into.name.clone() }),
        children: tree.children(Some(org.id)).len() as u64,
        staff: counted.get(&org.id).and_then(|count| u64::try_from(*count).ok()).unwrap_or(0),
        id: org.id,
        key: org.key,
        name: org.name,
        short_name: org.short_name,
        kind: org.kind,
        uscc: org.uscc,
        parent_id: org.parent_id,
        region: org.region,
        level: org.level,
        phone: org.phone,
        state: org.state,
        sort: org.sort,
        version: org.version,
    };
    Ok(orgs.into_iter().map(view).collect())
}

async fn one(identity: &Identity, id: Uuid) -> Result<OrgView> {
    let org = identity.org(id).await?.ok_or_else(no_org)?;
    views(identity, vec![org]).await?.pop().ok_or_else(no_org)
}

async fn shown(identity: &Identity, caller: &Principal, id: Uuid) -> Result<OrgView> {
    if !identity.part_of(caller).await?.contains(&id) {
        return Err(no_org());
    }
    one(identity, id).await
}

/// Sorts by order, then id, as text.
fn key(org: &Org) -> String {
    format!("{:012}{}", org.sort.clamp(0, 999_999_999), org.id)
}

/// The organisations a filter asks for, within the caller's part, in their order.
async fn selected(identity: &Identity, caller: &Principal, filter: &OrgFilter) -> Result<Vec<Org>> {
    let part = identity.part_of(caller).await?;
    let tree = identity.orgs().await?;
    let mut found: Vec<Org> = tree.all().iter().filter(|org| part.contains(&org.id)).cloned().collect();
    match filter.parent.as_deref() {
        None | Some("") => {}
        Some("root") => found.retain(|org| org.parent_id.is_none_or(|above| !part.contains(&above))),
        Some(parent) => found.retain(|org| org.parent_id.is_some_and(|above| above.to_string() == parent)),
    }
    let some = |text: &Option<String>| text.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(q) = some(&filter.q) {
        found.retain(|org| {
            org.name.contains(&q)
                || org.short_name.contains(&q)
                || org.key.contains(&q)
                || org.uscc.as_ref().is_some_and(|code| code.contains(&q))
        });
    }
    if let Some(kind) = some(&filter.kind) {
        found.retain(|org| org.kind == kind);
    }
    if let Some(state) = some(&filter.state) {
        found.retain(|org| org.state.as_str() == state);
    }
    if let Some(region) = some(&filter.region) {
        let inside: std::collections::HashSet<Uuid> = tree.in_region(&region).into_iter().collect();
        found.retain(|org| inside.contains(&org.id));
    }
    found.sort_by_key(key);
    Ok(found)
}

/// Organisations of one's part.
#[utoipa::path(get, path = "/api/v1/admin/orgs", tag = "administration", operation_id = "list_orgs", params(OrgFilter),
    responses((status = 200, body = List<OrgView>), Refused, Malformed),
    security(("desk" = ["org.read"])))]
pub(crate) async fn list_orgs(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Query(filter): Query<OrgFilter>,
) -> Result<Json<List<OrgView>>> {
    let found = selected(&identity, &caller, &filter).await?;
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let cut = page(found, &query, identity.platform.now(), key)?;
    Ok(Json(List { items: views(&identity, cut.items).await?, total: cut.total, next: cut.next, as_of: cut.as_of }))
}

/// Head of the file.
const HEAD: [&str; 10] = ["标识", "名称", "简称", "类别", "统一社会信用代码", "上级", "区划", "层级", "电话", "状态"];

/// The same as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/admin/orgs/export", tag = "administration", operation_id = "export_orgs", params(OrgFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["org.read"])))]
pub(crate) async fn export_orgs(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Query(filter): Query<OrgFilter>,
) -> Result<Response> {
    let found = within(selected(&identity, &caller, &filter).await?)?;
    let lines = views(&identity, found).await?.into_iter().map(|one| {
        vec![
            one.key,
            one.name,
            one.short_name,
            one.kind_label.to_owned(),
            one.uscc.unwrap_or_default(),
            one.path,
            one.region_name,
            one.level.to_string(),
            one.phone.unwrap_or_default(),
            one.state_label.to_owned(),
        ]
    });
    Ok(csv::file("orgs.csv", &HEAD, lines))
}

/// Adds an organisation.
#[utoipa::path(post, path = "/api/v1/admin/orgs", tag = "administration", operation_id = "create_org", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewOrg,
    responses((status = 201, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn create_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewOrg>,
) -> Result<(StatusCode, Json<OrgView>)> {
    let id = identity.create_org(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(one(&identity, id).await?)))
}

/// One organisation with its past.
#[utoipa::path(get, path = "/api/v1/admin/orgs/{id}", tag = "administration", operation_id = "get_org", params(("id" = Uuid, Path)),
    responses((status = 200, body = OrgDetail), Refused, Absent),
    security(("desk" = ["org.read"])))]
pub(crate) async fn get_org(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Path(id): Path<Uuid>,
) -> Result<Json<OrgDetail>> {
    let org = shown(&identity, &caller, id).await?;
    let tree = identity.orgs().await?;
    let rows = org_history::Entity::find()
        .filter(org_history::Column::OrgId.eq(id))
        .order_by_desc(org_history::Column::At)
        .order_by_desc(org_history::Column::Id)
        .limit(200)
        .all(identity.platform.db.read())
        .await?;
    let history = rows
        .into_iter()
        .map(|row| PastView {
            path: tree.path_at(id, row.at - time::Duration::SECOND),
            act_label: act_label(&row.act),
            at: row.at,
            act: row.act,
            name: row.name_before,
            reason: row.reason,
            actor_name: row.actor_name,
        })
        .collect();
    Ok(Json(OrgDetail { org, history }))
}

/// Changes an organisation.
#[utoipa::path(put, path = "/api/v1/admin/orgs/{id}", tag = "administration", operation_id = "edit_org", params(("id" = Uuid, Path)), request_body = OrgEdit,
    responses((status = 200, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn edit_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    Path(id): Path<Uuid>,
    Json(edit): Json<OrgEdit>,
) -> Result<Json<OrgView>> {
    identity.edit_org(&Giver::from(&*caller), id, edit).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Puts an organisation under another one.
#[utoipa::path(post, path = "/api/v1/admin/orgs/{id}/move", tag = "administration", operation_id = "move_org", params(("id" = Uuid, Path)), request_body = MoveOrg,
    responses((status = 200, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn move_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    Path(id): Path<Uuid>,
    Json(to): Json<MoveOrg>,
) -> Result<Json<OrgView>> {
    identity.move_org(&Giver::from(&*caller), id, to.version, to.parent_id, &to.reason).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Merges an organisation into another one; answers with that one.
#[utoipa::path(post, path = "/api/v1/admin/orgs/{id}/merge", tag = "administration", operation_id = "merge_org", params(("id" = Uuid, Path)), request_body = MergeOrg,
    responses((status = 200, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn merge_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    Path(id): Path<Uuid>,
    Json(to): Json<MergeOrg>,
) -> Result<Json<OrgView>> {
    identity.merge_org(&Giver::from(&*caller), id, to.version, to.into, &to.reason).await?;
    Ok(Json(one(&identity, to.into).await?))
}

/// Ends the work of an organisation.
#[utoipa::path(post, path = "/api/v1/admin/orgs/{id}/disable", tag = "administration", operation_id = "disable_org", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn disable_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    Path(id): Path<Uuid>,
    Json(because): Json<Because>,
) -> Result<Json<OrgView>> {
    identity.set_org_active(&Giver::from(&*caller), id, because.version, false, &because.reason).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Resumes the work of an organisation.
#[utoipa::path(post, path = "/api/v1/admin/orgs/{id}/enable", tag = "administration", operation_id = "enable_org", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = OrgView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["org.edit"])))]
pub(crate) async fn enable_org(
    State(identity): State<Identity>,
    caller: Allowed<EditOrgs>,
    Path(id): Path<Uuid>,
    Json(because): Json<Because>,
) -> Result<Json<OrgView>> {
    identity.set_org_active(&Giver::from(&*caller), id, because.version, true, &because.reason).await?;
    Ok(Json(one(&identity, id).await?))
}
