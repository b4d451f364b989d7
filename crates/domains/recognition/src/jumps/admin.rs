//! Jumps at the desk: list, write, take away, try.

use axum::extract::State;
use axum::http::StatusCode;
use identity::{EditSystems, ReadSystems};
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::model::{FIELDS, JumpDraft, Mapping, PLACES, PUSHES, Param};
use super::service::Trial;
use super::store::{self, Wanted, jump};
use crate::Recognition;

/// Which jumps.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JumpFilter {
    /// Part of the item's name or key.
    q: Option<String>,
    /// App id of a system.
    system: Option<String>,
    /// `enabled` or `disabled`.
    state: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An item's jump.
#[derive(Serialize, ToSchema)]
pub(crate) struct JumpView {
    item_slug: String,
    item_name: String,
    app_id: String,
    system_name: String,
    target_url: String,
    params: Vec<Param>,
    mapping: Vec<Mapping>,
    pushes: Vec<String>,
    note: String,
    enabled: bool,
    /// 启用 or 停用.
    state_label: &'static str,
    version: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: OffsetDateTime,
}

/// A key and what people read.
#[derive(Serialize, ToSchema)]
pub(crate) struct JumpChoice {
    key: String,
    label: String,
}

/// What the form offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct JumpChoices {
    /// Systems with a link.
    systems: Vec<JumpChoice>,
    fields: Vec<JumpChoice>,
    pushes: Vec<JumpChoice>,
    /// What may stand in a parameter.
    places: Vec<&'static str>,
}

/// A jump to write.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SaveJump {
    /// Version of the page, 0 for the first time.
    version: i64,
    #[serde(flatten)]
    draft: JumpDraft,
}

/// A jump to take away.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RemoveJump {
    /// Version of the page.
    version: i64,
}

async fn view(recognition: &Recognition, row: jump::Model) -> Result<JumpView> {
    let system = recognition.identity.system(row.system_id).await?;
    let (app_id, system_name) = system.map(|system| (system.app_id, system.name)).unwrap_or_default();
    Ok(JumpView {
        app_id,
        system_name,
        params: row.params()?,
        mapping: row.mapping()?,
        pushes: row.pushes()?,
        state_label: if row.enabled { "启用" } else { "停用" },
        item_slug: row.item_slug,
        item_name: row.item_name,
        target_url: row.target_url,
        note: row.note,
        enabled: row.enabled,
        version: row.version,
        updated_at: row.updated_at,
    })
}

/// Items handled in other systems
#[utoipa::path(get, path = "/api/v1/jumps", tag = "recognition", operation_id = "list_jumps", params(JumpFilter),
    responses((status = 200, body = List<JumpView>)), security(("desk" = ["system.read"])))]
pub(crate) async fn list_jumps(
    State(recognition): State<Recognition>,
    _caller: Allowed<ReadSystems>,
    Query(filter): Query<JumpFilter>,
) -> Result<Json<List<JumpView>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let after = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next());
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let system = match given(filter.system) {
        // An unknown system has no jumps.
        Some(app_id) => {
            Some(recognition.identity.system_by_app_id(&app_id).await?.map_or_else(uuid::Uuid::nil, |system| system.id))
        }
        None => None,
    };
    let enabled = given(filter.state).map(|state| state == "enabled");
    let wanted = Wanted { words: given(filter.q), system, enabled, after };
    let limit = page.limit();
    let (rows, total) = store::page(recognition.platform.db.read(), wanted, limit).await?;
    let mut items = Vec::new();
    for row in rows {
        items.push(view(&recognition, row).await?);
    }
    let now = recognition.platform.now();
    Ok(Json(List::cut(items, limit, total, now, |one: &JumpView| vec![one.item_slug.clone()])))
}

/// What the form of a jump offers
#[utoipa::path(get, path = "/api/v1/jumps/choices", tag = "recognition", operation_id = "get_jump_choices",
    responses((status = 200, body = JumpChoices)), security(("desk" = ["system.read"])))]
pub(crate) async fn get_jump_choices(
    State(recognition): State<Recognition>,
    _caller: Allowed<ReadSystems>,
) -> Result<Json<JumpChoices>> {
    let choice = |key: &str, label: &str| JumpChoice { key: key.to_owned(), label: label.to_owned() };
    let mut systems = Vec::new();
    for row in crate::links::store::enabled(recognition.platform.db.read()).await? {
        if let Some(system) = recognition.identity.system(row.system_id).await? {
            systems.push(choice(&system.app_id, &system.name));
        }
    }
    Ok(Json(JumpChoices {
        systems,
        fields: FIELDS.iter().map(|(key, label, _)| choice(key, label)).collect(),
        pushes: PUSHES.iter().map(|(key, label)| choice(key, label)).collect(),
        places: PLACES.to_vec(),
    }))
}

/// One item's jump
#[utoipa::path(get, path = "/api/v1/jumps/{slug}", tag = "recognition", operation_id = "get_jump",
    params(("slug" = String, Path, description = "Item")),
    responses((status = 200, body = JumpView), Absent),
    security(("desk" = ["system.read"])))]
pub(crate) async fn get_jump(
    State(recognition): State<Recognition>,
    _caller: Allowed<ReadSystems>,
    Path(slug): Path<String>,
) -> Result<Json<JumpView>> {
    let row = recognition.jump_row(&slug).await?;
    Ok(Json(view(&recognition, row).await?))
}

/// Sets up or changes an item's jump
#[utoipa::path(put, path = "/api/v1/jumps/{slug}", tag = "recognition", operation_id = "save_jump",
    params(("slug" = String, Path, description = "Item")), request_body = SaveJump,
    responses((status = 200, body = JumpView), Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn save_jump(
    State(recognition): State<Recognition>,
    caller: Allowed<EditSystems>,
    Path(slug): Path<String>,
    Json(wanted): Json<SaveJump>,
) -> Result<Json<JumpView>> {
    recognition.save_jump(&caller, &slug, wanted.version, wanted.draft).await?;
    let row = recognition.jump_row(&slug).await?;
    Ok(Json(view(&recognition, row).await?))
}

/// Takes an item's jump away: it is handled here again
#[utoipa::path(post, path = "/api/v1/jumps/{slug}/remove", tag = "recognition", operation_id = "remove_jump",
    params(("slug" = String, Path, description = "Item")), request_body = RemoveJump,
    responses((status = 204), Absent, Outdated),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn remove_jump(
    State(recognition): State<Recognition>,
    caller: Allowed<EditSystems>,
    Path(slug): Path<String>,
    Json(wanted): Json<RemoveJump>,
) -> Result<StatusCode> {
    recognition.remove_jump(&caller, &slug, wanted.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a jump: what would be opened and told, and whether anything there answers
#[utoipa::path(post, path = "/api/v1/jumps/{slug}/try", tag = "recognition", operation_id = "try_jump",
    params(("slug" = String, Path, description = "Item")),
    responses((status = 200, body = Trial), Absent),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn try_jump(
    State(recognition): State<Recognition>,
    _caller: Allowed<EditSystems>,
    Path(slug): Path<String>,
) -> Result<Json<Trial>> {
    Ok(Json(recognition.try_jump(&slug).await?))
}
