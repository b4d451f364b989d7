//! HTTP of sessions and sign-in records.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use platform::sessions::OpenSession;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::{Allowed, Audience, Principal, cookie};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{USER_TYPES, way_label};
use super::store::row;
use crate::Identity;
use crate::permissions::{EndSession, ReadAccount, ReadSelf, ReadSessions, ReadSignOn};
use crate::second_factor::http::ReasonRequest;

/// A reason of 4 to 200 characters.
pub(crate) fn checked_reason(text: &str) -> Result<String> {
    let text = text.trim();
    if (4..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(Problem::invalid_field("/reason", "length", "请写明原因，4 到 200 个字。"))
    }
}

/// A session as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: Uuid,
    /// The one asked from.
    current: bool,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    /// Last use, to the minute.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    seen_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// Network address it was begun from; empty when unknown.
    address: String,
    /// Browser and system; empty when unknown.
    device: String,
    way: String,
    way_label: &'static str,
}

impl From<OpenSession> for SessionView {
    fn from(open: OpenSession) -> Self {
        Self {
            id: open.id,
            current: open.current,
            started_at: open.started_at,
            seen_at: open.seen_at,
            expires_at: open.expires_at,
            address: open.origin.address,
            device: open.origin.device,
            way_label: way_label(&open.way),
            way: open.way,
        }
    }
}

/// One's own open sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    items: Vec<SessionView>,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ended {
    ended: usize,
}

/// A session of somebody of the staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffSession {
    #[serde(flatten)]
    session: SessionView,
    staff: SessionStaff,
}

/// Whose session it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionStaff {
    id: Uuid,
    name: String,
    login: String,
    org_name: String,
}

/// Where somebody signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInSystem {
    /// Absent for our own pages.
    app_id: Option<String>,
    name: String,
}

/// A sign-in as its owner reads it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInView {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    address: String,
    device: String,
    system: SignInSystem,
    way: String,
    way_label: &'static str,
    /// `ok` or `refused`.
    result: &'static str,
    result_label: &'static str,
    /// Why it was refused; empty when it was not.
    reason: String,
}

/// Name of a system in records and statistics.
pub(crate) async fn system_name(identity: &Identity, audience: Audience, app_id: &str) -> Result<String> {
    if app_id.is_empty() {
        return Ok(if audience == Audience::Desk { "通办工作台" } else { "通办门户" }.to_owned());
    }
    Ok(identity.system_name(app_id).await?.unwrap_or_else(|| app_id.to_owned()))
}

pub(crate) async fn sign_in_view(identity: &Identity, audience: Audience, row: row::Model) -> Result<SignInView> {
    let name = system_name(identity, audience, &row.app_id).await?;
    Ok(SignInView {
        id: row.id,
        at: row.at,
        address: row.address,
        device: row.device,
        system: SignInSystem { app_id: (!row.app_id.is_empty()).then_some(row.app_id), name },
        way_label: way_label(&row.way),
        way: row.way,
        result: if row.ok { "ok" } else { "refused" },
        result_label: if row.ok { "成功" } else { "没有成功" },
        reason: row.reason,
    })
}

fn token(parts: &Parts, caller: &Principal) -> String {
    cookie(parts, caller.audience.cookie()).unwrap_or_default().to_owned()
}

async fn sessions(identity: &Identity, caller: &Principal, parts: &Parts) -> Result<Json<SessionList>> {
    let open = identity.own_sessions(caller, &token(parts, caller)).await?;
    Ok(Json(SessionList { items: open.into_iter().map(SessionView::from).collect() }))
}

async fn sign_ins(identity: &Identity, caller: &Principal, page: &PageQuery) -> Result<Json<List<SignInView>>> {
    let (rows, total) = identity.own_sign_ins(caller, page).await?;
    let mut items = Vec::new();
    for row in rows {
        items.push(sign_in_view(identity, caller.audience, row).await?);
    }
    let as_of = identity.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |one| vec![one.id.to_string()])))
}

/// One's own sessions at the desk
#[utoipa::path(get, path = "/api/v1/staff/me/sessions", tag = "sessions", operation_id = "list_my_staff_sessions",
    responses((status = 200, body = SessionList)), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_my_staff_sessions(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    parts: Parts,
) -> Result<Json<SessionList>> {
    sessions(&identity, &caller, &parts).await
}

/// Ends one of one's own sessions at the desk
#[utoipa::path(post, path = "/api/v1/staff/me/sessions/{id}/end", tag = "sessions", operation_id = "end_my_staff_session",
    params(("id" = Uuid, Path)),
    responses((status = 204), Absent, Outdated),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn end_my_staff_session(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Path(id): Path<Uuid>,
    parts: Parts,
) -> Result<StatusCode> {
    identity.end_own_session(&caller, &token(&parts, &caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every other session of one's own at the desk
#[utoipa::path(post, path = "/api/v1/staff/me/sessions/end-others", tag = "sessions", operation_id = "end_my_other_staff_sessions",
    responses((status = 200, body = Ended)), security(("desk" = ["staff.me"])))]
pub(crate) async fn end_my_other_staff_sessions(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    parts: Parts,
) -> Result<Json<Ended>> {
    Ok(Json(Ended { ended: identity.end_other_sessions(&caller, &token(&parts, &caller)).await? }))
}

/// One's own sign-ins at the desk and, through it, in connected systems
#[utoipa::path(get, path = "/api/v1/staff/me/sign-ins", tag = "sessions", operation_id = "list_my_staff_sign_ins",
    params(PageQuery), responses((status = 200, body = List<SignInView>)), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_my_staff_sign_ins(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<SignInView>>> {
    sign_ins(&identity, &caller, &page).await
}

/// One's own sessions at the portal
#[utoipa::path(get, path = "/api/v1/portal/me/sessions", tag = "sessions", operation_id = "list_my_sessions",
    responses((status = 200, body = SessionList)), security(("portal" = ["account.read"])))]
pub(crate) async fn list_my_sessions(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
    parts: Parts,
) -> Result<Json<SessionList>> {
    sessions(&identity, &caller, &parts).await
}

/// Ends one of one's own sessions at the portal
#[utoipa::path(post, path = "/api/v1/portal/me/sessions/{id}/end", tag = "sessions", operation_id = "end_my_session",
    params(("id" = Uuid, Path)),
    responses((status = 204), Absent, Outdated),
    security(("portal" = ["account.read"])))]
pub(crate) async fn end_my_session(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
    Path(id): Path<Uuid>,
    parts: Parts,
) -> Result<StatusCode> {
    identity.end_own_session(&caller, &token(&parts, &caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every other session of one's own at the portal
#[utoipa::path(post, path = "/api/v1/portal/me/sessions/end-others", tag = "sessions", operation_id = "end_my_other_sessions",
    responses((status = 200, body = Ended)), security(("portal" = ["account.read"])))]
pub(crate) async fn end_my_other_sessions(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
    parts: Parts,
) -> Result<Json<Ended>> {
    Ok(Json(Ended { ended: identity.end_other_sessions(&caller, &token(&parts, &caller)).await? }))
}

/// One's own sign-ins at the portal and, through it, in connected systems
#[utoipa::path(get, path = "/api/v1/portal/me/sign-ins", tag = "sessions", operation_id = "list_my_sign_ins",
    params(PageQuery), responses((status = 200, body = List<SignInView>)), security(("portal" = ["account.read"])))]
pub(crate) async fn list_my_sign_ins(
    State(identity): State<Identity>,
    caller: Allowed<ReadAccount>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<SignInView>>> {
    sign_ins(&identity, &caller, &page).await
}

/// Filter of the staff's sessions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionQuery {
    /// Part of a name or login.
    #[serde(default)]
    q: String,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Who of the staff is signed in
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", operation_id = "list_staff_sessions", params(SessionQuery),
    responses((status = 200, body = List<StaffSession>)), security(("desk" = ["session.read"])))]
pub(crate) async fn list_staff_sessions(
    State(identity): State<Identity>,
    caller: Allowed<ReadSessions>,
    Query(query): Query<SessionQuery>,
) -> Result<Json<List<StaffSession>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (open, total) = identity.staff_sessions(&caller, query.q.trim(), &page).await?;
    let orgs = identity.orgs().await?;
    let items = open
        .into_iter()
        .map(|(session, staff)| StaffSession {
            session: session.into(),
            staff: SessionStaff {
                org_name: orgs.get(staff.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                id: staff.id,
                name: staff.name,
                login: staff.login,
            },
        })
        .collect();
    let as_of = identity.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |one| vec![one.session.id.to_string()])))
}

/// Ends a session of somebody of the staff
#[utoipa::path(post, path = "/api/v1/sessions/{id}/end", tag = "sessions", operation_id = "end_staff_session",
    request_body = ReasonRequest, params(("id" = Uuid, Path)),
    responses((status = 204), Absent, Unreadable),
    security(("desk" = ["session.end"])))]
pub(crate) async fn end_staff_session(
    State(identity): State<Identity>,
    caller: Allowed<EndSession>,
    Path(id): Path<Uuid>,
    Json(request): Json<ReasonRequest>,
) -> Result<StatusCode> {
    identity.end_staff_session(&caller, id, &request.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Period and user system of the statistics.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuery {
    /// First China day, `2026-09-01`; thirty days ago when absent.
    from: Option<String>,
    /// Last China day; today when absent.
    to: Option<String>,
    /// `portal` or `desk`; both when absent.
    #[param(value_type = Option<String>)]
    audience: Option<Audience>,
}

/// Sign-ins of one system.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemCount {
    /// Absent for our own pages.
    pub(crate) app_id: Option<String>,
    pub(crate) name: String,
    pub(crate) count: i64,
}

/// Sign-ins of one kind of user.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserTypeCount {
    key: &'static str,
    label: &'static str,
    count: i64,
}

/// Sign-ins of one day.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInDay)]
pub(crate) struct DayCount {
    date: String,
    count: i64,
}

/// Sign-ins of a period.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOnStatistics {
    from: String,
    to: String,
    /// Successful ones.
    total: i64,
    refused: i64,
    by_system: Vec<SystemCount>,
    by_user_type: Vec<UserTypeCount>,
    by_day: Vec<DayCount>,
}

/// A day as `2026-09-01`.
pub(crate) fn day(text: &str, pointer: &str) -> Result<time::Date> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format)
        .map_err(|_| Problem::invalid_field(pointer, "format", "请按 2026-09-01 这样写日期。"))
}

/// Sign-ins by system, kind of user and day
#[utoipa::path(get, path = "/api/v1/sign-on/statistics", tag = "sign-on administration", operation_id = "get_sign_on_statistics",
    params(StatisticsQuery),
    responses((status = 200, body = SignOnStatistics), Unreadable),
    security(("desk" = ["sign_on.read"])))]
pub(crate) async fn get_sign_on_statistics(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSignOn>,
    Query(query): Query<StatisticsQuery>,
) -> Result<Json<SignOnStatistics>> {
    let today = base::zone::china_date(identity.platform.now());
    let to = query.to.as_deref().map_or(Ok(today), |text| day(text, "/to"))?;
    let from = query.from.as_deref().map_or(Ok(to - time::Duration::days(29)), |text| day(text, "/from"))?;
    let found = identity.sign_in_statistics(from, to, query.audience).await?;
    let mut by_system = Vec::new();
    for (app_id, count) in found.by_system {
        let name = if app_id.is_empty() {
            "通办".to_owned()
        } else {
            system_name(&identity, Audience::Portal, &app_id).await?
        };
        by_system.push(SystemCount { app_id: (!app_id.is_empty()).then_some(app_id), name, count });
    }
    by_system.sort_by_key(|one| std::cmp::Reverse(one.count));
    let count = |key: &str| found.by_user_type.get(key).copied().unwrap_or_default();
    Ok(Json(SignOnStatistics {
        from: from.to_string(),
        to: to.to_string(),
        total: found.total,
        refused: found.refused,
        by_system,
        by_user_type: USER_TYPES.iter().map(|(key, label)| UserTypeCount { key, label, count: count(key) }).collect(),
        by_day: found.by_day.into_iter().map(|(date, count)| DayCount { date, count }).collect(),
    }))
}
