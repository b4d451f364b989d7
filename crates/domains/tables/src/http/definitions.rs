//! Defining tables.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Tables;
use crate::definitions::{DefinitionRow, DefinitionView, NewTable, VersionView};
use crate::model::TableContent;
use crate::permissions::{DesignTables, PublishTables};

/// Which tables.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct TableFilter {
    /// Part of a title or key.
    q: Option<String>,
}

/// A changed draft.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SaveTableDraft {
    revision: i64,
    content: TableContent,
}

/// The revision a page shows.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TableRevision {
    revision: i64,
}

/// Something to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableChoice {
    key: String,
    title: String,
    /// What it is; empty for a role.
    says: String,
}

/// What a builder of tables chooses from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableChoices {
    /// Views that may be attached.
    sources: Vec<TableChoice>,
    /// Roles that may be given rights.
    roles: Vec<TableChoice>,
}

/// The versions of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableVersions {
    items: Vec<VersionView>,
}

/// Tables by key.
#[utoipa::path(get, path = "/api/v1/table-definitions", tag = "tables", operation_id = "list_table_definitions",
    params(TableFilter, PageQuery),
    responses((status = 200, body = List<DefinitionRow>), Refused),
    security(("desk" = ["table.design"])))]
pub(crate) async fn list_table_definitions(
    State(tables): State<Tables>,
    _caller: Allowed<DesignTables>,
    Query(filter): Query<TableFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<DefinitionRow>>> {
    Ok(Json(tables.definitions(filter.q.as_deref(), &page).await?))
}

/// What a builder of tables chooses from.
#[utoipa::path(get, path = "/api/v1/table-choices", tag = "tables", operation_id = "get_table_choices",
    responses((status = 200, body = TableChoices), Refused),
    security(("desk" = ["table.design"])))]
pub(crate) async fn get_table_choices(
    State(tables): State<Tables>,
    _caller: Allowed<DesignTables>,
) -> Result<Json<TableChoices>> {
    let sources = tables.sources.iter().map(|source| TableChoice {
        key: source.key().to_owned(),
        title: source.title().to_owned(),
        says: source.says().to_owned(),
    });
    let roles = tables.role_names().await?.into_iter();
    Ok(Json(TableChoices {
        sources: sources.collect(),
        roles: roles.map(|(key, title)| TableChoice { key, title, says: String::new() }).collect(),
    }))
}

/// Begins a table.
#[utoipa::path(post, path = "/api/v1/table-definitions", tag = "tables", operation_id = "create_table_definition",
    params(IdempotencyKey), request_body = NewTable,
    responses((status = 201, body = DefinitionView), Refused, Unreadable),
    security(("desk" = ["table.design"])))]
pub(crate) async fn create_table_definition(
    State(tables): State<Tables>,
    caller: Allowed<DesignTables>,
    IdempotencyKey(once): IdempotencyKey,
    Json(new): Json<NewTable>,
) -> Result<(StatusCode, Json<DefinitionView>)> {
    Ok((StatusCode::CREATED, Json(tables.create(&caller, new, once).await?)))
}

/// A table with its draft and what keeps it from being published.
#[utoipa::path(get, path = "/api/v1/table-definitions/{key}", tag = "tables", operation_id = "get_table_definition",
    params(("key" = String, Path)),
    responses((status = 200, body = DefinitionView), Refused, Absent),
    security(("desk" = ["table.design"])))]
pub(crate) async fn get_table_definition(
    State(tables): State<Tables>,
    _caller: Allowed<DesignTables>,
    Path(key): Path<String>,
) -> Result<Json<DefinitionView>> {
    Ok(Json(tables.definition(&key).await?))
}

/// Keeps a draft, whatever is wrong with it.
#[utoipa::path(put, path = "/api/v1/table-definitions/{key}/draft", tag = "tables", operation_id = "save_table_draft",
    params(("key" = String, Path)),
    request_body = SaveTableDraft,
    responses((status = 200, body = DefinitionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.design"])))]
pub(crate) async fn save_table_draft(
    State(tables): State<Tables>,
    caller: Allowed<DesignTables>,
    Path(key): Path<String>,
    Json(asked): Json<SaveTableDraft>,
) -> Result<Json<DefinitionView>> {
    Ok(Json(tables.save_draft(&caller, &key, asked.revision, asked.content).await?))
}

/// Publishes the draft; it takes effect at once.
#[utoipa::path(post, path = "/api/v1/table-definitions/{key}/publish", tag = "tables", operation_id = "publish_table",
    params(("key" = String, Path)),
    request_body = TableRevision,
    responses((status = 200, body = DefinitionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.publish"])))]
pub(crate) async fn publish_table(
    State(tables): State<Tables>,
    caller: Allowed<PublishTables>,
    Path(key): Path<String>,
    Json(asked): Json<TableRevision>,
) -> Result<Json<DefinitionView>> {
    Ok(Json(tables.publish(&caller, &key, asked.revision).await?))
}

/// Takes a table out of use; its rows stay.
#[utoipa::path(post, path = "/api/v1/table-definitions/{key}/disable", tag = "tables", operation_id = "disable_table",
    params(("key" = String, Path)),
    request_body = TableRevision,
    responses((status = 200, body = DefinitionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.publish"])))]
pub(crate) async fn disable_table(
    State(tables): State<Tables>,
    caller: Allowed<PublishTables>,
    Path(key): Path<String>,
    Json(asked): Json<TableRevision>,
) -> Result<Json<DefinitionView>> {
    Ok(Json(tables.set_disabled(&caller, &key, asked.revision, true).await?))
}

/// Brings a table back.
#[utoipa::path(post, path = "/api/v1/table-definitions/{key}/enable", tag = "tables", operation_id = "enable_table",
    params(("key" = String, Path)),
    request_body = TableRevision,
    responses((status = 200, body = DefinitionView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.publish"])))]
pub(crate) async fn enable_table(
    State(tables): State<Tables>,
    caller: Allowed<PublishTables>,
    Path(key): Path<String>,
    Json(asked): Json<TableRevision>,
) -> Result<Json<DefinitionView>> {
    Ok(Json(tables.set_disabled(&caller, &key, asked.revision, false).await?))
}

/// Fetches the rows of an attached table now.
#[utoipa::path(post, path = "/api/v1/table-definitions/{key}/copy", tag = "tables", operation_id = "copy_table",
    params(("key" = String, Path)),
    responses((status = 200, body = DefinitionView), Refused, Absent, Outdated),
    security(("desk" = ["table.design"])))]
pub(crate) async fn copy_table(
    State(tables): State<Tables>,
    _caller: Allowed<DesignTables>,
    Path(key): Path<String>,
) -> Result<Json<DefinitionView>> {
    tables.copy_attached(&key).await?;
    Ok(Json(tables.definition(&key).await?))
}

/// The published versions, newest first.
#[utoipa::path(get, path = "/api/v1/table-definitions/{key}/versions", tag = "tables", operation_id = "list_table_versions",
    params(("key" = String, Path)),
    responses((status = 200, body = TableVersions), Refused, Absent),
    security(("desk" = ["table.design"])))]
pub(crate) async fn list_table_versions(
    State(tables): State<Tables>,
    _caller: Allowed<DesignTables>,
    Path(key): Path<String>,
) -> Result<Json<TableVersions>> {
    Ok(Json(TableVersions { items: tables.versions(&key).await? }))
}
