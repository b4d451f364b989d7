//! HTTP of papers of items and the log of stamps.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::export;
use super::service::{ItemPaperFilter, PaperStamp, StampFilter};
use super::{ItemPaper, ItemPaperContent};
use crate::Casework;
use crate::permissions::{EditItemPapers, ReadItemPapers};

/// Routes of papers of items.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_item_papers, create_item_paper))
        .routes(routes!(get_item_paper, save_item_paper, remove_item_paper))
        .routes(routes!(list_paper_stamps))
        .routes(routes!(export::export_item_papers))
        .routes(routes!(export::export_paper_stamps))
        .with_state(casework)
}

/// A changed paper of an item.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SaveItemPaper {
    version: i64,
    #[serde(flatten)]
    content: ItemPaperContent,
}

/// Papers of items, newest first.
#[utoipa::path(get, path = "/api/v1/item-papers", tag = "case", operation_id = "list_item_papers",
    params(ItemPaperFilter, PageQuery),
    responses((status = 200, body = List<ItemPaper>), Malformed, Refused),
    security(("desk" = ["item_paper.read"])))]
pub(super) async fn list_item_papers(
    State(casework): State<Casework>,
    caller: Allowed<ReadItemPapers>,
    Query(filter): Query<ItemPaperFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<ItemPaper>>> {
    Ok(Json(casework.item_papers(&caller, &filter, &page).await?))
}

/// Makes a paper of an item.
#[utoipa::path(post, path = "/api/v1/item-papers", tag = "case", operation_id = "create_item_paper",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = ItemPaperContent,
    responses((status = 201, body = ItemPaper), Refused, Unreadable),
    security(("desk" = ["item_paper.edit"])))]
pub(super) async fn create_item_paper(
    State(casework): State<Casework>,
    caller: Allowed<EditItemPapers>,
    IdempotencyKey(key): IdempotencyKey,
    Json(content): Json<ItemPaperContent>,
) -> Result<(StatusCode, Json<ItemPaper>)> {
    Ok((StatusCode::CREATED, Json(casework.create_item_paper(&caller, content, key).await?)))
}

/// A paper of an item.
#[utoipa::path(get, path = "/api/v1/item-papers/{id}", tag = "case", operation_id = "get_item_paper",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ItemPaper), Refused, Absent),
    security(("desk" = ["item_paper.read"])))]
pub(super) async fn get_item_paper(
    State(casework): State<Casework>,
    caller: Allowed<ReadItemPapers>,
    Path(id): Path<Uuid>,
) -> Result<Json<ItemPaper>> {
    Ok(Json(casework.item_paper(&caller, id).await?))
}

/// Changes a paper of an item.
#[utoipa::path(put, path = "/api/v1/item-papers/{id}", tag = "case", operation_id = "save_item_paper",
    params(("id" = Uuid, Path)), request_body = SaveItemPaper,
    responses((status = 200, body = ItemPaper), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item_paper.edit"])))]
pub(super) async fn save_item_paper(
    State(casework): State<Casework>,
    caller: Allowed<EditItemPapers>,
    Path(id): Path<Uuid>,
    Json(asked): Json<SaveItemPaper>,
) -> Result<Json<ItemPaper>> {
    Ok(Json(casework.save_item_paper(&caller, id, asked.version, asked.content).await?))
}

/// Removes a paper of an item.
#[utoipa::path(delete, path = "/api/v1/item-papers/{id}", tag = "case", operation_id = "remove_item_paper",
    params(("id" = Uuid, Path)),
    responses((status = 204), Refused, Absent),
    security(("desk" = ["item_paper.edit"])))]
pub(super) async fn remove_item_paper(
    State(casework): State<Casework>,
    caller: Allowed<EditItemPapers>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    casework.remove_item_paper(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The log of stamps, newest first.
#[utoipa::path(get, path = "/api/v1/paper-stamps", tag = "case", operation_id = "list_paper_stamps",
    params(StampFilter, PageQuery),
    responses((status = 200, body = List<PaperStamp>), Malformed, Refused),
    security(("desk" = ["item_paper.read"])))]
pub(super) async fn list_paper_stamps(
    State(casework): State<Casework>,
    caller: Allowed<ReadItemPapers>,
    Query(filter): Query<StampFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<PaperStamp>>> {
    Ok(Json(casework.paper_stamps(&caller, &filter, &page).await?))
}
