//! Staff users.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base::mask;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::page::{List, PageQuery, cursor};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::sea_query::Cond;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Giver;
use super::super::rights::{self, Member};
use super::super::staff::people::{Grants, NewPerson, OneTime, Person};
use super::super::staff::{no_staff, place};
use super::{Because, MOST, Named, RemoveQuery, Versioned, named_org, within};
use crate::Identity;
use crate::permissions::{EditStaff, GrantStaff, ReadStaff, RecoverStaff, RevealStaff};
use crate::store::directory;
use crate::store::staff::{row, staff_of};

/// Which staff.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct StaffFilter {
    /// Part of a name, login or number of employment.
    q: Option<String>,
    /// Organisation, those below included.
    org: Option<Uuid>,
    /// Role key.
    role: Option<String>,
    /// active, disabled, locked.
    state: Option<String>,
    /// Region, that inside it included.
    region: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A role with its name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleLabel {
    key: String,
    label: String,
}

/// A window held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatView {
    id: Uuid,
    key: String,
    number: String,
    hall: String,
}

/// A staff user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffView {
    id: Uuid,
    login: String,
    name: String,
    employee_no: Option<String>,
    title: Option<String>,
    org: Named,
    region: String,
    region_name: String,
    /// Empty when none is known.
    phone_masked: String,
    email: Option<String>,
    /// `linked` when a mobile identity is.
    mobile_identity: Option<&'static str>,
    roles: Vec<RoleLabel>,
    items: Vec<String>,
    windows: Vec<SeatView>,
    disabled: bool,
    disabled_reason: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<OffsetDateTime>,
    must_change_password: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<OffsetDateTime>,
    version: i64,
}

/// A staff user with what it opens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffDetail {
    #[serde(flatten)]
    staff: StaffView,
    permissions: Vec<String>,
    /// 200 at most.
    visible_orgs: Vec<Named>,
    /// Sessions open now.
    sessions: u64,
}

/// An account with the password that opens it once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Opened {
    staff: StaffView,
    /// Shown once.
    one_time_password: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    valid_until: OffsetDateTime,
}

/// A person's data as they shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StaffEdit {
    version: i64,
    #[serde(flatten)]
    person: Person,
}

/// Roles, items and windows as they shall be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GrantEdit {
    version: i64,
    #[serde(flatten)]
    grants: Grants,
}

/// Which raw value, and why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevealStaffQuery {
    /// phone or mobile_identity.
    field: String,
    /// Why; logged.
    reason: String,
}

/// A raw value of a staff user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevealedStaff {
    value: String,
}

async fn views(identity: &Identity, rows: Vec<row::Model>) -> Result<Vec<StaffView>> {
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let conn = identity.platform.db.read();
    let mut seats: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (key, id) in directory::held_by(conn, rows.iter().map(|row| row.id).collect()).await? {
        seats.entry(id).or_default().push(key);
    }
    let names = directory::region_names(conn, rows.iter().map(|row| row.region.clone()).collect()).await?;
    let now = identity.platform.now();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let open = |sealed: &Option<String>, field: &str| {
            sealed.as_ref().map(|sealed| identity.platform.unseal(sealed, &place(row.id, field))).transpose()
        };
        let phone = open(&row.phone_sealed, "phone")?;
        let email = open(&row.email_sealed, "email")?;
        let seats = seats.remove(&row.id).unwrap_or_default();
        let staff = staff_of(row.clone())?;
        let label = |key: &String| snapshot.roles.get(key).map_or_else(|| key.clone(), |role| role.label.clone());
        views.push(StaffView {
            org: named_org(&snapshot, row.org_id),
            region_name: names.get(&row.region).cloned().unwrap_or_default(),
            phone_masked: phone.as_deref().map(mask::phone).unwrap_or_default(),
            email,
            mobile_identity: row.mobile_identity_index.as_ref().map(|_| "linked"),
            roles: staff.roles.iter().map(|key| RoleLabel { key: key.clone(), label: label(key) }).collect(),
            items: staff.items.clone(),
            windows: seats
                .iter()
                .filter_map(|key| snapshot.window(key))
                .map(|window| SeatView {
                    id: window.id,
                    key: window.key.clone(),
                    number: window.number.clone(),
                    hall: window.hall_name.clone(),
                })
                .collect(),
            must_change_password: staff.owes_password(now),
            id: row.id,
            login: row.login,
            name: row.name,
            employee_no: row.employee_no,
            title: row.title,
            region: row.region,
            disabled: row.disabled,
            disabled_reason: row.disabled_reason,
            locked_until: row.locked_until.filter(|until| *until > now),
            last_sign_in_at: row.last_sign_in_at,
            version: row.version,
        });
    }
    Ok(views)
}

/// A row within the caller's part.
async fn own(identity: &Identity, caller: &Principal, id: Uuid) -> Result<row::Model> {
    let part = identity.part_of(caller).await?;
    let found = row::Entity::find_by_id(id).one(identity.platform.db.read()).await?;
    found.filter(|row| row.removed_at.is_none() && part.contains(&row.org_id)).ok_or_else(no_staff)
}

async fn one(identity: &Identity, id: Uuid) -> Result<StaffView> {
    let found = row::Entity::find_by_id(id).one(identity.platform.db.read()).await?.ok_or_else(no_staff)?;
    views(identity, vec![found]).await?.pop().ok_or_else(no_staff)
}

async fn opened(identity: &Identity, made: OneTime) -> Result<Opened> {
    Ok(Opened { staff: one(identity, made.id).await?, one_time_password: made.password, valid_until: made.valid_until })
}

/// The staff a filter asks for, within the caller's part.
async fn selected(identity: &Identity, caller: &Principal, filter: &StaffFilter) -> Result<Select<row::Entity>> {
    let part = identity.part_of(caller).await?;
    let tree = identity.orgs().await?;
    let mut orgs: Vec<Uuid> = part.into_iter().collect();
    if let Some(org) = filter.org {
        let below: std::collections::HashSet<Uuid> = tree.subtree(org).into_iter().collect();
        orgs.retain(|id| below.contains(id));
    }
    if let Some(region) = filter.region.as_deref().filter(|text| !text.is_empty()) {
        let inside: std::collections::HashSet<Uuid> = tree.in_region(region).into_iter().collect();
        orgs.retain(|id| inside.contains(id));
    }
    let now = identity.platform.now();
    let mut select =
        row::Entity::find().filter(row::Column::RemovedAt.is_null()).filter(row::Column::OrgId.is_in(orgs));
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let pattern = platform::db::containing(q);
        select = select.filter(
            Cond::any()
                .add(row::Column::Name.like(&pattern))
                .add(row::Column::Login.like(pattern.to_lowercase()))
                .add(row::Column::EmployeeNo.like(&pattern)),
        );
    }
    match filter.state.as_deref() {
        Some("active") => select = select.filter(row::Column::Disabled.eq(false)),
        Some("disabled") => select = select.filter(row::Column::Disabled.eq(true)),
        Some("locked") => select = select.filter(row::Column::LockedUntil.gt(now)),
        _ => {}
    }
    if let Some(role) = filter.role.as_deref().filter(|role| !role.is_empty()) {
        // Few hold one role: their ids are found first, since JSON is asked differently by each database.
        let held: Vec<(Uuid, serde_json::Value)> = select
            .clone()
            .select_only()
            .column(row::Column::Id)
            .column(row::Column::Roles)
            .into_tuple()
            .all(identity.platform.db.read())
            .await?;
        let has = |roles: &serde_json::Value| roles.as_array().is_some_and(|roles| roles.iter().any(|key| key == role));
        let ids: Vec<Uuid> = held.into_iter().filter(|(_, roles)| has(roles)).map(|(id, _)| id).collect();
        select = select.filter(row::Column::Id.is_in(ids));
    }
    Ok(select)
}

/// Staff of one's part.
#[utoipa::path(get, path = "/api/v1/admin/staff", tag = "administration", operation_id = "list_staff", params(StaffFilter),
    responses((status = 200, body = List<StaffView>), Refused, Malformed),
    security(("desk" = ["staff.read"])))]
pub(crate) async fn list_staff(
    State(identity): State<Identity>,
    caller: Allowed<ReadStaff>,
    Query(filter): Query<StaffFilter>,
) -> Result<Json<List<StaffView>>> {
    let now = identity.platform.now();
    let mut select = selected(&identity, &caller, &filter).await?;
    let conn = identity.platform.db.read();
    let total = select.clone().count(conn).await?;
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    if let Some(after) = page.cursor_parts(1)?.and_then(|mut parts| parts.pop()) {
        select = select.filter(row::Column::Login.gt(after));
    }
    let mut rows = select.order_by_asc(row::Column::Login).limit(page.limit() + 1).all(conn).await?;
    let kept = usize::try_from(page.limit()).unwrap_or(100);
    let more = rows.len() > kept;
    rows.truncate(kept);
    let next = rows.last().filter(|_| more).map(|last| cursor(std::slice::from_ref(&last.login)));
    Ok(Json(List { items: views(&identity, rows).await?, total, next, as_of: now }))
}

/// Head of the file.
const HEAD: [&str; 12] =
    ["登录名", "姓名", "工号", "职务", "单位", "区划", "手机", "邮箱", "岗位", "窗口", "状态", "最近登录"];

/// The same as CSV, at most 5,000 rows; telephones masked.
#[utoipa::path(get, path = "/api/v1/admin/staff/export", tag = "administration", operation_id = "export_staff", params(StaffFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["staff.read"])))]
pub(crate) async fn export_staff(
    State(identity): State<Identity>,
    caller: Allowed<ReadStaff>,
    Query(filter): Query<StaffFilter>,
) -> Result<Response> {
    let select = selected(&identity, &caller, &filter).await?;
    let rows = select.order_by_asc(row::Column::Login).limit(MOST + 1).all(identity.platform.db.read()).await?;
    let lines = views(&identity, within(rows)?).await?.into_iter().map(|one| {
        let join = |words: Vec<String>| words.join("、");
        vec![
            one.login,
            one.name,
            one.employee_no.unwrap_or_default(),
            one.title.unwrap_or_default(),
            one.org.name,
            one.region_name,
            one.phone_masked,
            one.email.unwrap_or_default(),
            join(one.roles.into_iter().map(|role| role.label).collect()),
            join(one.windows.into_iter().map(|seat| format!("{} {}", seat.hall, seat.number)).collect()),
            match (one.disabled, one.locked_until) {
                (true, _) => "停用".to_owned(),
                (false, Some(_)) => "锁定".to_owned(),
                (false, None) => "在用".to_owned(),
            },
            one.last_sign_in_at.map(|at| base::zone::china_date(at).to_string()).unwrap_or_default(),
        ]
    });
    Ok(csv::file("staff.csv", &HEAD, lines))
}

/// Adds a staff user; the one-time password is told once.
#[utoipa::path(post, path = "/api/v1/admin/staff", tag = "administration", operation_id = "create_staff", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewPerson,
    responses((status = 201, body = Opened), Refused, Outdated, Unreadable),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn create_staff(
    State(identity): State<Identity>,
    caller: Allowed<EditStaff>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewPerson>,
) -> Result<(StatusCode, Json<Opened>)> {
    let grants = &new.grants;
    let plain = grants.roles.is_empty() && grants.items.is_empty() && grants.windows.is_empty();
    if !plain && !caller.may("staff.grant") {
        let message = "您只能建账号，岗位、事项和窗口请安全管理员来授";
        return Err(platform::Problem::forbidden(message));
    }
    let made = identity.create_staff(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(opened(&identity, made).await?)))
}

/// One staff user with what the account opens.
#[utoipa::path(get, path = "/api/v1/admin/staff/{id}", tag = "administration", operation_id = "get_staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = StaffDetail), Refused, Absent),
    security(("desk" = ["staff.read"])))]
pub(crate) async fn get_staff(
    State(identity): State<Identity>,
    caller: Allowed<ReadStaff>,
    Path(id): Path<Uuid>,
) -> Result<Json<StaffDetail>> {
    let row = own(&identity, &caller, id).await?;
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let windows = directory::windows_held(identity.platform.db.read(), id).await?;
    let member = Member { staff: staff_of(row)?, windows };
    let now = identity.platform.now();
    let reach = rights::reach(&member.staff, &member.windows, &snapshot, |grant| grant.holds(now));
    let sessions = identity.platform.sessions.open_of(&identity.platform, Audience::Desk, id, None).await?;
    Ok(Json(StaffDetail {
        staff: one(&identity, id).await?,
        permissions: snapshot.roles.permissions(Audience::Desk, &member.staff.roles).into_iter().collect(),
        visible_orgs: reach.all().keys().take(200).map(|org| named_org(&snapshot, *org)).collect(),
        sessions,
    }))
}

/// Changes a person's data.
#[utoipa::path(put, path = "/api/v1/admin/staff/{id}", tag = "administration", operation_id = "edit_staff", params(("id" = Uuid, Path)), request_body = StaffEdit,
    responses((status = 200, body = StaffView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn edit_staff(
    State(identity): State<Identity>,
    caller: Allowed<EditStaff>,
    Path(id): Path<Uuid>,
    Json(mut edit): Json<StaffEdit>,
) -> Result<Json<StaffView>> {
    // The page knows the masked number only and may send it back untouched.
    let masked = one(&identity, own(&identity, &caller, id).await?.id).await?.phone_masked;
    edit.person.phone = edit.person.phone.filter(|phone| *phone != masked || phone.is_empty());
    identity.edit_staff(&Giver::from(&*caller), id, edit.version, edit.person).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Gives and takes roles, items and windows.
#[utoipa::path(put, path = "/api/v1/admin/staff/{id}/grants", tag = "administration", operation_id = "grant_staff", params(("id" = Uuid, Path)), request_body = GrantEdit,
    responses((status = 200, body = StaffView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["staff.grant"])))]
pub(crate) async fn grant_staff(
    State(identity): State<Identity>,
    caller: Allowed<GrantStaff>,
    Path(id): Path<Uuid>,
    Json(edit): Json<GrantEdit>,
) -> Result<Json<StaffView>> {
    identity.grant_staff(&Giver::from(&*caller), id, edit.version, edit.grants).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Disables an account; its sessions end in the same moment.
#[utoipa::path(post, path = "/api/v1/admin/staff/{id}/disable", tag = "administration", operation_id = "disable_staff", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = StaffView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn disable_staff(
    State(identity): State<Identity>,
    caller: Allowed<EditStaff>,
    Path(id): Path<Uuid>,
    Json(because): Json<Because>,
) -> Result<Json<StaffView>> {
    identity.disable_staff(&Giver::from(&*caller), id, because.version, &because.reason).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Enables an account.
#[utoipa::path(post, path = "/api/v1/admin/staff/{id}/enable", tag = "administration", operation_id = "enable_staff", params(("id" = Uuid, Path)), request_body = Versioned,
    responses((status = 200, body = StaffView), Refused, Absent, Outdated),
    security(("desk" = ["staff.recover"])))]
pub(crate) async fn enable_staff(
    State(identity): State<Identity>,
    caller: Allowed<RecoverStaff>,
    Path(id): Path<Uuid>,
    Json(at): Json<Versioned>,
) -> Result<Json<StaffView>> {
    identity.recover_staff(&Giver::from(&*caller), id, at.version, true).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Ends the lock after wrong passwords.
#[utoipa::path(post, path = "/api/v1/admin/staff/{id}/unlock", tag = "administration", operation_id = "unlock_staff", params(("id" = Uuid, Path)), request_body = Versioned,
    responses((status = 200, body = StaffView), Refused, Absent, Outdated),
    security(("desk" = ["staff.recover"])))]
pub(crate) async fn unlock_staff(
    State(identity): State<Identity>,
    caller: Allowed<RecoverStaff>,
    Path(id): Path<Uuid>,
    Json(at): Json<Versioned>,
) -> Result<Json<StaffView>> {
    identity.recover_staff(&Giver::from(&*caller), id, at.version, false).await?;
    Ok(Json(one(&identity, id).await?))
}

/// Makes a one-time password, told once.
#[utoipa::path(post, path = "/api/v1/admin/staff/{id}/reset-password", tag = "administration", operation_id = "reset_staff_password", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = Opened), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["staff.recover"])))]
pub(crate) async fn reset_password(
    State(identity): State<Identity>,
    caller: Allowed<RecoverStaff>,
    Path(id): Path<Uuid>,
    Json(because): Json<Because>,
) -> Result<Json<Opened>> {
    let made = identity.reset_password(&Giver::from(&*caller), id, because.version, &because.reason).await?;
    Ok(Json(opened(&identity, made).await?))
}

/// Takes an account away.
#[utoipa::path(delete, path = "/api/v1/admin/staff/{id}", tag = "administration", operation_id = "remove_staff", params(("id" = Uuid, Path), RemoveQuery),
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["staff.edit"])))]
pub(crate) async fn remove_staff(
    State(identity): State<Identity>,
    caller: Allowed<EditStaff>,
    Path(id): Path<Uuid>,
    Query(query): Query<RemoveQuery>,
) -> Result<StatusCode> {
    identity.remove_staff(&Giver::from(&*caller), id, query.version, &query.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a raw value; the look is logged.
#[utoipa::path(get, path = "/api/v1/admin/staff/{id}/reveal", tag = "administration", operation_id = "reveal_staff", params(("id" = Uuid, Path), RevealStaffQuery),
    responses((status = 200, body = RevealedStaff), Refused, Absent, Unreadable),
    security(("desk" = ["staff.reveal"])))]
pub(crate) async fn reveal_staff(
    State(identity): State<Identity>,
    caller: Allowed<RevealStaff>,
    Path(id): Path<Uuid>,
    Query(query): Query<RevealStaffQuery>,
) -> Result<Json<RevealedStaff>> {
    let value = identity.reveal_staff(&caller, id, &query.field, &query.reason).await?;
    Ok(Json(RevealedStaff { value }))
}
