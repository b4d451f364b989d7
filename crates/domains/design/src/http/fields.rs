//! Shared fields.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::Library;
use crate::fields::{SharedField, SharedFieldContent};
use crate::permissions::{EditFields, ReadDesign};

/// Which shared fields.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct FieldFilter {
    /// Part of a label or code.
    q: Option<String>,
}

/// A changed shared field.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SaveSharedField {
    version: i64,
    #[serde(flatten)]
    content: SharedFieldContent,
}

/// Shared fields by code.
#[utoipa::path(get, path = "/api/v1/design/fields", tag = "design", operation_id = "list_shared_fields",
    params(FieldFilter, PageQuery),
    responses((status = 200, body = List<SharedField>), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_fields(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Query(filter): Query<FieldFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<SharedField>>> {
    Ok(Json(library.fields(filter.q.as_deref(), &page).await?))
}

/// Makes a shared field.
#[utoipa::path(post, path = "/api/v1/design/fields", tag = "design", operation_id = "create_shared_field",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = SharedFieldContent,
    responses((status = 201, body = SharedField), Refused, Unreadable),
    security(("desk" = ["design.fields.edit"])))]
pub(crate) async fn create_field(
    State(library): State<Library>,
    caller: Allowed<EditFields>,
    IdempotencyKey(key): IdempotencyKey,
    Json(content): Json<SharedFieldContent>,
) -> Result<(StatusCode, Json<SharedField>)> {
    Ok((StatusCode::CREATED, Json(library.create_field(&caller, content, key).await?)))
}

/// A shared field.
#[utoipa::path(get, path = "/api/v1/design/fields/{id}", tag = "design", operation_id = "get_shared_field",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = SharedField), Refused, Absent),
    security(("desk" = ["design.read"])))]
pub(crate) async fn get_field(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<SharedField>> {
    Ok(Json(library.field(id).await?))
}

/// Changes a shared field.
#[utoipa::path(put, path = "/api/v1/design/fields/{id}", tag = "design", operation_id = "save_shared_field",
    params(("id" = Uuid, Path)), request_body = SaveSharedField,
    responses((status = 200, body = SharedField), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.fields.edit"])))]
pub(crate) async fn save_field(
    State(library): State<Library>,
    caller: Allowed<EditFields>,
    Path(id): Path<Uuid>,
    Json(asked): Json<SaveSharedField>,
) -> Result<Json<SharedField>> {
    Ok(Json(library.save_field(&caller, id, asked.version, asked.content).await?))
}

/// Removes a shared field that nothing uses.
#[utoipa::path(delete, path = "/api/v1/design/fields/{id}", tag = "design", operation_id = "remove_shared_field",
    params(("id" = Uuid, Path)),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["design.fields.edit"])))]
pub(crate) async fn remove_field(
    State(library): State<Library>,
    caller: Allowed<EditFields>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    library.remove_field(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
