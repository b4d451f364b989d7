//! District items opened at a town or village.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Giver;
use super::super::extensions::{ExtensionEdit, NewExtension};
use super::super::store::extension_rows;
use super::{Because, Named, named_org, page};
use crate::Identity;
use crate::permissions::{EditExtensions, ReadExtensions};
use crate::store::staff as staff_rows;

/// Which extensions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ExtensionFilter {
    /// Item.
    item: Option<String>,
    /// Organisation that decides.
    org: Option<Uuid>,
    /// Organisation of the town.
    town: Option<Uuid>,
    /// open or closed.
    state: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// Window of an extension.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtensionWindow {
    id: Option<Uuid>,
    number: String,
    hall: String,
}

/// A district item opened at a town.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TownshipExtension)]
pub(crate) struct ExtensionView {
    id: Uuid,
    item_slug: String,
    /// Decides.
    org: Named,
    /// Takes in.
    town: Named,
    window: ExtensionWindow,
    staff: Vec<Named>,
    /// Materials taken in there; empty = all.
    materials: Vec<String>,
    state: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    opened_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<OffsetDateTime>,
    version: i64,
}

async fn views(identity: &Identity, caller: &Principal, wanted: Option<Uuid>) -> Result<Vec<ExtensionView>> {
    let conn = identity.platform.db.read();
    let part = identity.part_of(caller).await?;
    let rows = extension_rows::Entity::find().order_by_asc(extension_rows::Column::Id).all(conn).await?;
    let rows = rows
        .into_iter()
        .filter(|row| wanted.is_none_or(|id| row.id == id))
        .filter(|row| part.contains(&row.town_id) || part.contains(&row.org_id));
    let snapshot = identity.directory.snapshot(&identity.platform).await?;
    let people = staff_rows::all(conn).await?;
    let mut views = Vec::new();
    for row in rows {
        let ids: Vec<Uuid> = serde_json::from_value(row.staff)?;
        let named = |id: Uuid| {
            let name = people.iter().find(|one| one.id == id).map(|one| one.name.clone()).unwrap_or_default();
            Named { id, name }
        };
        let window = snapshot.window(&row.window_key);
        views.push(ExtensionView {
            org: named_org(&snapshot, row.org_id),
            town: named_org(&snapshot, row.town_id),
            window: ExtensionWindow {
                id: window.map(|window| window.id),
                number: window.map(|window| window.number.clone()).unwrap_or_default(),
                hall: window.map(|window| window.hall_name.clone()).unwrap_or_default(),
            },
            staff: ids.into_iter().map(named).collect(),
            materials: serde_json::from_value(row.materials)?,
            id: row.id,
            item_slug: row.item_slug,
            state: row.state,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            version: row.version,
        });
    }
    Ok(views)
}

async fn one(identity: &Identity, caller: &Principal, id: Uuid) -> Result<ExtensionView> {
    let missing = || Problem::not_found("没有找到这项乡镇延伸。");
    views(identity, caller, Some(id)).await?.pop().ok_or_else(missing)
}

/// District items opened at towns.
#[utoipa::path(get, path = "/api/v1/admin/extensions", tag = "administration", operation_id = "list_extensions", params(ExtensionFilter),
    responses((status = 200, body = List<ExtensionView>), Refused, Malformed),
    security(("desk" = ["extension.read"])))]
pub(crate) async fn list_extensions(
    State(identity): State<Identity>,
    caller: Allowed<ReadExtensions>,
    Query(filter): Query<ExtensionFilter>,
) -> Result<Json<List<ExtensionView>>> {
    let mut found = views(&identity, &caller, None).await?;
    let wanted =
        |text: &Option<String>, value: &str| text.as_deref().is_none_or(|text| text.is_empty() || text == value);
    found.retain(|one| {
        wanted(&filter.item, &one.item_slug)
            && wanted(&filter.state, &one.state)
            && filter.org.is_none_or(|org| one.org.id == org)
            && filter.town.is_none_or(|town| one.town.id == town)
    });
    let query = PageQuery { limit: filter.limit, cursor: filter.cursor };
    Ok(Json(page(found, &query, identity.platform.now(), |row| row.id.to_string())?))
}

/// Opens an item at a town.
#[utoipa::path(post, path = "/api/v1/admin/extensions", tag = "administration", operation_id = "open_extension", params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewExtension,
    responses((status = 201, body = ExtensionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["extension.edit"])))]
pub(crate) async fn open_extension(
    State(identity): State<Identity>,
    caller: Allowed<EditExtensions>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewExtension>,
) -> Result<(StatusCode, Json<ExtensionView>)> {
    let id = identity.open_extension(&Giver::from(&*caller).once(key), new).await?;
    Ok((StatusCode::CREATED, Json(one(&identity, &caller, id).await?)))
}

/// Changes window, staff and materials.
#[utoipa::path(put, path = "/api/v1/admin/extensions/{id}", tag = "administration", operation_id = "edit_extension", params(("id" = Uuid, Path)), request_body = ExtensionEdit,
    responses((status = 200, body = ExtensionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["extension.edit"])))]
pub(crate) async fn edit_extension(
    State(identity): State<Identity>,
    caller: Allowed<EditExtensions>,
    Path(id): Path<Uuid>,
    Json(edit): Json<ExtensionEdit>,
) -> Result<Json<ExtensionView>> {
    identity.edit_extension(&Giver::from(&*caller), id, edit).await?;
    Ok(Json(one(&identity, &caller, id).await?))
}

/// Closes it: the town takes nothing new in.
#[utoipa::path(post, path = "/api/v1/admin/extensions/{id}/close", tag = "administration", operation_id = "close_extension", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = ExtensionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["extension.edit"])))]
pub(crate) async fn close_extension(
    State(identity): State<Identity>,
    caller: Allowed<EditExtensions>,
    Path(id): Path<Uuid>,
    Json(because): Json<Because>,
) -> Result<Json<ExtensionView>> {
    identity.close_extension(&Giver::from(&*caller), id, because.version, &because.reason).await?;
    Ok(Json(one(&identity, &caller, id).await?))
}
