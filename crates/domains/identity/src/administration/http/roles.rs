//! Roles, permissions, exclusions, mandates.

use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Giver;
use super::super::roles::mandates::NewMandate;
use super::super::roles::model::Exclusion;
use super::super::roles::{NewExclusion, RoleEdit, grantable, no_role};
use super::super::store::{mandate_rows, role_rows};
use super::{Named, Reasoned, VersionQuery, named_org, page};
use crate::Identity;
use crate::permissions::{EditMandates, EditRoles, ReadRoles};
use crate::roles::{self, Role, Sees};
use crate::store::staff as staff_rows;

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    key: String,
    label: String,
    /// desk or portal.
    audience: &'static str,
    sees: Sees,
    sees_label: &'static str,
    permissions: Vec<String>,
    built_in: bool,
    /// Part of the tree that may use it; everybody when absent.
    org: Option<Named>,
    /// Staff who hold it.
    holders: u64,
    /// 0 for a built-in one.
    version: i64,
}

/// All roles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleList {
    items: Vec<RoleView>,
}

/// A permission with its words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionView {
    key: String,
    label: String,
    /// Whether the caller may give it.
    grantable: bool,
}

/// A menu with its permissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MenuView {
    key: String,
    label: String,
    permissions: Vec<PermissionView>,
}

/// All menus.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MenuList {
    menus: Vec<MenuView>,
}

/// A column of the matrix.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatrixRole {
    key: String,
    label: String,
}

/// A row of the matrix.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatrixRow {
    permission: String,
    label: String,
    menu: String,
    /// One entry for each role.
    held: Vec<bool>,
}

/// Role × permission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Matrix {
    roles: Vec<MatrixRole>,
    rows: Vec<MatrixRow>,
}

/// Rules of duties that exclude each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExclusionList {
    items: Vec<Exclusion>,
}

/// Id of what was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeId {
    id: Uuid,
}

/// Which mandates.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct MandateFilter {
    /// Holder.
    staff: Option<Uuid>,
    /// Organisation, those below included.
    org: Option<Uuid>,
    /// active (when absent) or all.
    state: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Holder of a mandate.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Holder {
    id: Uuid,
    name: String,
    login: String,
}

/// An organisation with its path.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlacedOrg)]
pub(crate) struct Placed {
    id: Uuid,
    name: String,
    path: String,
}

/// A mandate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MandateView {
    id: Uuid,
    staff: Holder,
    org: Placed,
    permissions: Vec<String>,
    may_delegate: bool,
    given_by: Named,
    parent_id: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<OffsetDateTime>,
}

/// What the caller may give.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyPowers {
    /// Tops of the parts managed.
    orgs: Vec<Placed>,
    permissions: Vec<String>,
    /// Every right there is.
    all: bool,
    may_delegate: bool,
}

async fn views(identity: &Identity, caller: &Principal, wanted: Option<&str>) -> Result<Vec<RoleView>> {
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let part = identity.part_of(caller).await?;
    let conn = identity.platform.db.read();
    let rows: HashMap<String, role_rows::Model> =
        role_rows::Entity::find().all(conn).await?.into_iter().map(|row| (row.key.clone(), row)).collect();
    let mut holders: HashMap<String, u64> = HashMap::new();
    for staff in staff_rows::all(conn).await? {
        for role in staff.roles {
            *holders.entry(role).or_insert(0) += 1;
        }
    }
    let view = |(key, role): (&String, &Role)| {
        let row = rows.get(key);
        RoleView {
            key: key.clone(),
            label: role.label.clone(),
            audience: role.audience.as_str(),
            sees: role.sees,
            sees_label: role.sees.label(),
            permissions: role.permissions.clone(),
            built_in: row.is_none(),
            org: row.and_then(|row| row.org_id).map(|org| named_org(&snapshot, org)),
            holders: holders.get(key).copied().unwrap_or(0),
            version: row.map_or(0, |row| row.version),
        }
    };
    // A role made for another part of the tree is not shown.
    let ours = |view: &RoleView| view.org.as_ref().is_none_or(|org| part.contains(&org.id));
    let all = snapshot.roles.iter().filter(|(key, _)| wanted.is_none_or(|wanted| wanted == key.as_str()));
    Ok(all.map(view).filter(ours).collect())
}

async fn one(identity: &Identity, caller: &Principal, key: &str) -> Result<RoleView> {
    views(identity, caller, Some(key)).await?.pop().ok_or_else(no_role)
}

/// Built-in and custom roles.
#[utoipa::path(get, path = "/api/v1/admin/roles", tag = "administration", operation_id = "list_roles",
    responses((status = 200, body = RoleList), Refused),
    security(("desk" = ["role.read"])))]
pub(crate) async fn list_roles(State(identity): State<Identity>, caller: Allowed<ReadRoles>) -> Result<Json<RoleList>> {
    Ok(Json(RoleList { items: views(&identity, &caller, None).await? }))
}

/// Makes a custom role.
#[utoipa::path(post, path = "/api/v1/admin/roles", tag = "administration", operation_id = "create_role", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = RoleEdit,
    responses((status = 201, body = RoleView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["role.edit"])))]
pub(crate) async fn create_role(
    State(identity): State<Identity>,
    caller: Allowed<EditRoles>,
    IdempotencyKey(key): IdempotencyKey,
    Json(edit): Json<RoleEdit>,
) -> Result<(StatusCode, Json<RoleView>)> {
    let key = identity.create_role(&Giver::from(&*caller).once(key), edit).await?;
    Ok((StatusCode::CREATED, Json(one(&identity, &caller, &key).await?)))
}

/// One role.
#[utoipa::path(get, path = "/api/v1/admin/roles/{key}", tag = "administration", operation_id = "get_role", params(("key" = String, Path)),
    responses((status = 200, body = RoleView), Refused, Absent),
    security(("desk" = ["role.read"])))]
pub(crate) async fn get_role(
    State(identity): State<Identity>,
    caller: Allowed<ReadRoles>,
    Path(key): Path<String>,
) -> Result<Json<RoleView>> {
    Ok(Json(one(&identity, &caller, &key).await?))
}

/// Changes a custom role.
#[utoipa::path(put, path = "/api/v1/admin/roles/{key}", tag = "administration", operation_id = "edit_role", params(("key" = String, Path)), request_body = RoleEdit,
    responses((status = 200, body = RoleView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["role.edit"])))]
pub(crate) async fn edit_role(
    State(identity): State<Identity>,
    caller: Allowed<EditRoles>,
    Path(key): Path<String>,
    Json(edit): Json<RoleEdit>,
) -> Result<Json<RoleView>> {
    identity.edit_role(&Giver::from(&*caller), &key, edit).await?;
    Ok(Json(one(&identity, &caller, &key).await?))
}

/// Takes a custom role away.
#[utoipa::path(delete, path = "/api/v1/admin/roles/{key}", tag = "administration", operation_id = "remove_role", params(("key" = String, Path), VersionQuery),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["role.edit"])))]
pub(crate) async fn remove_role(
    State(identity): State<Identity>,
    caller: Allowed<EditRoles>,
    Path(key): Path<String>,
    Query(query): Query<VersionQuery>,
) -> Result<StatusCode> {
    identity.remove_role(&Giver::from(&*caller), &key, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Menus and their permissions.
#[utoipa::path(get, path = "/api/v1/admin/permissions", tag = "administration", operation_id = "list_permissions",
    responses((status = 200, body = MenuList), Refused),
    security(("desk" = ["role.read"])))]
pub(crate) async fn list_permissions(
    State(identity): State<Identity>,
    caller: Allowed<ReadRoles>,
) -> Result<Json<MenuList>> {
    let world = identity.world().await?;
    let may = grantable(&world, &Giver::from(&*caller));
    let known = world.directory.roles.every_permission(Audience::Desk);
    let mut menus = Vec::new();
    for menu in roles::menus() {
        let of_desk = menu.permissions.into_iter().filter(|(key, _)| known.contains(key));
        let permissions: Vec<PermissionView> =
            of_desk.map(|(key, label)| PermissionView { grantable: may.contains(&key), key, label }).collect();
        if !permissions.is_empty() {
            menus.push(MenuView { key: menu.key, label: menu.label, permissions });
        }
    }
    Ok(Json(MenuList { menus }))
}

/// The matrix role × permission.
#[utoipa::path(get, path = "/api/v1/admin/roles/matrix", tag = "administration", operation_id = "get_role_matrix",
    responses((status = 200, body = Matrix), Refused),
    security(("desk" = ["role.read"])))]
pub(crate) async fn get_role_matrix(
    State(identity): State<Identity>,
    caller: Allowed<ReadRoles>,
) -> Result<Json<Matrix>> {
    let all = views(&identity, &caller, None).await?;
    let mut rows = Vec::new();
    for menu in roles::menus() {
        for (permission, label) in menu.permissions {
            let held = all.iter().map(|role| role.permissions.contains(&permission)).collect();
            rows.push(MatrixRow { permission, label, menu: menu.label.clone(), held });
        }
    }
    Ok(Json(Matrix {
        roles: all.into_iter().map(|role| MatrixRole { key: role.key, label: role.label }).collect(),
        rows,
    }))
}

/// Rules of duties that exclude each other.
#[utoipa::path(get, path = "/api/v1/admin/exclusions", tag = "administration", operation_id = "list_exclusions",
    responses((status = 200, body = ExclusionList), Refused),
    security(("desk" = ["role.read"])))]
pub(crate) async fn list_exclusions(
    State(identity): State<Identity>,
    _caller: Allowed<ReadRoles>,
) -> Result<Json<ExclusionList>> {
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    Ok(Json(ExclusionList { items: snapshot.exclusions.clone() }))
}

/// Adds a rule.
#[utoipa::path(post, path = "/api/v1/admin/exclusions", tag = "administration", operation_id = "create_exclusion", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewExclusion,
    responses((status = 201, body = MadeId), Refused, Outdated, Unreadable),
    security(("desk" = ["role.edit"])))]
pub(crate) async fn create_exclusion(
    State(identity): State<Identity>,
    caller: Allowed<EditRoles>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewExclusion>,
) -> Result<(StatusCode, Json<MadeId>)> {
    let id = identity.create_exclusion(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(MadeId { id })))
}

/// Takes an own rule away.
#[utoipa::path(delete, path = "/api/v1/admin/exclusions/{id}", tag = "administration", operation_id = "remove_exclusion", params(("id" = String, Path)),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["role.edit"])))]
pub(crate) async fn remove_exclusion(
    State(identity): State<Identity>,
    caller: Allowed<EditRoles>,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    identity.remove_exclusion(&Giver::from(&*caller), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn mandates(identity: &Identity, caller: &Principal, filter: &MandateFilter) -> Result<Vec<MandateView>> {
    let part = identity.part_of(caller).await?;
    let tree = identity.orgs().await?;
    let below: Option<BTreeSet<Uuid>> = filter.org.map(|org| tree.subtree(org).into_iter().collect());
    let conn = identity.platform.db.read();
    let now = identity.platform.now();
    let all = filter.state.as_deref() == Some("all");
    let rows = mandate_rows::Entity::find().order_by_asc(mandate_rows::Column::Id).all(conn).await?;
    let rows: Vec<mandate_rows::Model> = rows
        .into_iter()
        .filter(|row| part.contains(&row.org_id))
        .filter(|row| filter.staff.is_none_or(|staff| row.staff_id == staff))
        .filter(|row| below.as_ref().is_none_or(|below| below.contains(&row.org_id)))
        .filter(|row| all || (row.revoked_at.is_none() && row.until_at.is_none_or(|until| until > now)))
        .collect();
    let people: HashMap<Uuid, Holder> = staff_rows::all(conn)
        .await?
        .into_iter()
        .map(|one| (one.id, Holder { id: one.id, name: one.name, login: one.login }))
        .collect();
    rows.into_iter()
        .map(|row| {
            let unknown = || Holder { id: row.staff_id, name: String::new(), login: String::new() };
            Ok(MandateView {
                staff: people.get(&row.staff_id).cloned().unwrap_or_else(unknown),
                org: Placed {
                    id: row.org_id,
                    name: tree.get(row.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                    path: tree.path(row.org_id),
                },
                permissions: serde_json::from_value(row.permissions)?,
                id: row.id,
                may_delegate: row.may_delegate,
                given_by: Named { id: row.given_by, name: row.given_by_name },
                parent_id: row.parent_id,
                created_at: row.created_at,
                until: row.until_at,
                revoked_at: row.revoked_at,
            })
        })
        .collect()
}

/// Mandates within one's part.
#[utoipa::path(get, path = "/api/v1/admin/mandates", tag = "administration", operation_id = "list_mandates", params(MandateFilter),
    responses((status = 200, body = List<MandateView>), Refused, Malformed),
    security(("desk" = ["role.read"])))]
pub(crate) async fn list_mandates(
    State(identity): State<Identity>,
    caller: Allowed<ReadRoles>,
    Query(filter): Query<MandateFilter>,
) -> Result<Json<List<MandateView>>> {
    let rows = mandates(&identity, &caller, &filter).await?;
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    Ok(Json(page(rows, &query, identity.platform.now(), |row| row.id.to_string())?))
}

/// What the caller may give, and where.
#[utoipa::path(get, path = "/api/v1/admin/mandates/mine", tag = "administration", operation_id = "get_my_mandates",
    responses((status = 200, body = MyPowers), Refused),
    security(("desk" = ["role.read"])))]
pub(crate) async fn get_my_mandates(
    State(identity): State<Identity>,
    caller: Allowed<ReadRoles>,
) -> Result<Json<MyPowers>> {
    let world = identity.world().await?;
    let powers = world.member(caller.id).map(|member| world.powers(member)).unwrap_or_default();
    let tree = &world.directory.tree;
    let part: BTreeSet<Uuid> = powers.iter().flat_map(|power| power.orgs.iter().copied()).collect();
    let tops = part
        .iter()
        .filter_map(|id| tree.get(*id))
        .filter(|org| org.parent_id.is_none_or(|above| !part.contains(&above)));
    let orgs = tops.map(|org| Placed { id: org.id, name: org.name.clone(), path: tree.path(org.id) }).collect();
    let permissions: BTreeSet<String> = powers.iter().flat_map(|power| power.permissions.iter().cloned()).collect();
    Ok(Json(MyPowers {
        orgs,
        all: permissions.is_superset(&world.directory.roles.every_permission(Audience::Desk)),
        permissions: permissions.into_iter().collect(),
        may_delegate: powers.iter().any(|power| power.may_delegate),
    }))
}

/// Gives a mandate.
#[utoipa::path(post, path = "/api/v1/admin/mandates", tag = "administration", operation_id = "give_mandate", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewMandate,
    responses((status = 201, body = MadeId), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["mandate.edit"])))]
pub(crate) async fn give_mandate(
    State(identity): State<Identity>,
    caller: Allowed<EditMandates>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewMandate>,
) -> Result<(StatusCode, Json<MadeId>)> {
    let id = identity.give_mandate(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(MadeId { id })))
}

/// Ends a mandate and those given out of it.
#[utoipa::path(post, path = "/api/v1/admin/mandates/{id}/revoke", tag = "administration", operation_id = "revoke_mandate", params(("id" = Uuid, Path)), request_body = Reasoned,
    responses((status = 204), Refused, Absent, Unreadable),
    security(("desk" = ["mandate.edit"])))]
pub(crate) async fn revoke_mandate(
    State(identity): State<Identity>,
    caller: Allowed<EditMandates>,
    Path(id): Path<Uuid>,
    Json(why): Json<Reasoned>,
) -> Result<StatusCode> {
    identity.revoke_mandate(&Giver::from(&*caller), id, &why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
