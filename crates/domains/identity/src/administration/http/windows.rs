//! Windows.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Giver;
use super::super::organisations::windows::WindowEdit;
use super::{Named, VersionQuery, named_org, page, within};
use crate::Identity;
use crate::model::staff::{CLASSES, Window};
use crate::permissions::{EditWindows, ReadOrgs};
use crate::store::directory;

/// Which windows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct WindowFilter {
    /// Part of a name, number or key.
    q: Option<String>,
    /// Key of the hall.
    hall: Option<String>,
    /// Class; `none` for those without.
    class: Option<String>,
    /// Organisation that runs it.
    org: Option<Uuid>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowView {
    id: Uuid,
    key: String,
    hall_key: String,
    hall_name: String,
    number: String,
    name: String,
    kind: String,
    /// Class of the window; empty while nobody has said it.
    class: String,
    /// In words.
    class_label: &'static str,
    org: Named,
    region: String,
    region_name: String,
    /// Further organisations served.
    orgs: Vec<Named>,
    /// Items taken.
    items: Vec<String>,
    /// Who sits there.
    staff: Vec<Named>,
    version: i64,
}

fn no_window() -> Problem {
    Problem::not_found("没有找到这个窗口，或者它不在您的管理范围。")
}

async fn views(identity: &Identity, windows: Vec<Window>) -> Result<Vec<WindowView>> {
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let conn = identity.platform.db.read();
    let keys: Vec<String> = windows.iter().map(|window| window.key.clone()).collect();
    let mut seated: HashMap<String, Vec<Named>> = HashMap::new();
    for (key, id, name) in directory::seated(conn, keys).await? {
        seated.entry(key).or_default().push(Named { id, name });
    }
    let names = directory::region_names(conn, windows.iter().map(|window| window.region.clone()).collect()).await?;
    let view = |window: Window| WindowView {
        org: named_org(&snapshot, window.org_id),
        region_name: names.get(&window.region).cloned().unwrap_or_default(),
        orgs: snapshot.links.orgs.get(&window.key).into_iter().flatten().map(|id| named_org(&snapshot, *id)).collect(),
        items: snapshot.links.items.get(&window.key).cloned().unwrap_or_default(),
        staff: seated.remove(&window.key).unwrap_or_default(),
        id: window.id,
        key: window.key,
        hall_key: window.hall_key,
        hall_name: window.hall_name,
        number: window.number,
        name: window.name,
        kind: window.kind,
        class_label: CLASSES.iter().find(|(key, _)| *key == window.class).map_or("", |(_, label)| label),
        class: window.class,
        region: window.region,
        version: window.version,
    };
    Ok(windows.into_iter().map(view).collect())
}

async fn one(identity: &Identity, caller: &Principal, id: Uuid) -> Result<WindowView> {
    let part = identity.part_of(caller).await?;
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let found = snapshot.windows.values().find(|window| window.id == id && part.contains(&window.org_id)).cloned();
    views(identity, found.into_iter().collect()).await?.pop().ok_or_else(no_window)
}

/// Sorts by hall, number, key.
fn key(window: &Window) -> String {
    format!("{} {:0>10}{}", window.hall_key, window.number, window.key)
}

/// The windows a filter asks for, within the caller's part, in their order.
async fn selected(identity: &Identity, caller: &Principal, filter: &WindowFilter) -> Result<Vec<Window>> {
    let part = identity.part_of(caller).await?;
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let mut found: Vec<Window> =
        snapshot.windows.values().filter(|window| part.contains(&window.org_id)).cloned().collect();
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        found.retain(|window| window.name.contains(q) || window.number == q || window.key.contains(q));
    }
    if let Some(hall) = filter.hall.as_deref().filter(|hall| !hall.is_empty()) {
        found.retain(|window| window.hall_key == hall);
    }
    if let Some(class) = filter.class.as_deref().filter(|class| !class.is_empty()) {
        found.retain(|window| window.class == class || (class == "none" && window.class.is_empty()));
    }
    if let Some(org) = filter.org {
        found.retain(|window| window.org_id == org);
    }
    found.sort_by_key(key);
    Ok(found)
}

/// Windows of one's part.
#[utoipa::path(get, path = "/api/v1/admin/windows", tag = "administration", operation_id = "list_windows", params(WindowFilter),
    responses((status = 200, body = List<WindowView>), Refused, Malformed),
    security(("desk" = ["org.read"])))]
pub(crate) async fn list_windows(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Query(filter): Query<WindowFilter>,
) -> Result<Json<List<WindowView>>> {
    let found = selected(&identity, &caller, &filter).await?;
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let cut = page(found, &query, identity.platform.now(), key)?;
    Ok(Json(List { items: views(&identity, cut.items).await?, total: cut.total, next: cut.next, as_of: cut.as_of }))
}

/// Head of the file.
const HEAD: [&str; 10] = ["标识", "大厅", "窗口号", "名称", "类别", "单位", "区划", "还服务的单位", "事项", "人员"];

/// The same as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/admin/windows/export", tag = "administration", operation_id = "export_windows", params(WindowFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["org.read"])))]
pub(crate) async fn export_windows(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Query(filter): Query<WindowFilter>,
) -> Result<Response> {
    let found = within(selected(&identity, &caller, &filter).await?)?;
    let lines = views(&identity, found).await?.into_iter().map(|one| {
        let names = |all: Vec<Named>| all.into_iter().map(|one| one.name).collect::<Vec<_>>().join("、");
        vec![
            one.key,
            one.hall_name,
            one.number,
            one.name,
            one.class_label.to_owned(),
            one.org.name,
            one.region_name,
            names(one.orgs),
            one.items.join("、"),
            names(one.staff),
        ]
    });
    Ok(csv::file("windows.csv", &HEAD, lines))
}

/// Adds a window.
#[utoipa::path(post, path = "/api/v1/admin/windows", tag = "administration", operation_id = "create_window", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = WindowEdit,
    responses((status = 201, body = WindowView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["window.edit"])))]
pub(crate) async fn create_window(
    State(identity): State<Identity>,
    caller: Allowed<EditWindows>,
    IdempotencyKey(key): IdempotencyKey,
    Json(edit): Json<WindowEdit>,
) -> Result<(StatusCode, Json<WindowView>)> {
    let id = identity.save_window(&Giver::from(&*caller).once(key), None, edit).await?;
    Ok((StatusCode::CREATED, Json(one(&identity, &caller, id).await?)))
}

/// One window.
#[utoipa::path(get, path = "/api/v1/admin/windows/{id}", tag = "administration", operation_id = "get_window", params(("id" = Uuid, Path)),
    responses((status = 200, body = WindowView), Refused, Absent),
    security(("desk" = ["org.read"])))]
pub(crate) async fn get_window(
    State(identity): State<Identity>,
    caller: Allowed<ReadOrgs>,
    Path(id): Path<Uuid>,
) -> Result<Json<WindowView>> {
    Ok(Json(one(&identity, &caller, id).await?))
}

/// Changes a window.
#[utoipa::path(put, path = "/api/v1/admin/windows/{id}", tag = "administration", operation_id = "edit_window", params(("id" = Uuid, Path)), request_body = WindowEdit,
    responses((status = 200, body = WindowView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["window.edit"])))]
pub(crate) async fn edit_window(
    State(identity): State<Identity>,
    caller: Allowed<EditWindows>,
    Path(id): Path<Uuid>,
    Json(edit): Json<WindowEdit>,
) -> Result<Json<WindowView>> {
    identity.save_window(&Giver::from(&*caller), Some(id), edit).await?;
    Ok(Json(one(&identity, &caller, id).await?))
}

/// Takes a window away.
#[utoipa::path(delete, path = "/api/v1/admin/windows/{id}", tag = "administration", operation_id = "remove_window", params(("id" = Uuid, Path), VersionQuery),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["window.edit"])))]
pub(crate) async fn remove_window(
    State(identity): State<Identity>,
    caller: Allowed<EditWindows>,
    Path(id): Path<Uuid>,
    Query(query): Query<VersionQuery>,
) -> Result<StatusCode> {
    identity.remove_window(&Giver::from(&*caller), id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
