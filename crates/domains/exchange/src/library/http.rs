//! HTTP of items from the library above: thin handlers, one service call each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use catalogue::EditItem;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};

use super::views::{LibraryFilter, LibraryItem, LibraryRuns, PullLibrary, TakeElements};
use crate::{Exchange, ReadItemSync, RunItemSync};

const HEAD: [&str; 6] = ["实施编码", "事项", "上级版本", "和本地比", "本地事项", "变更时间"];

/// Items of the library above, those that differ first asked for
#[utoipa::path(get, path = "/api/v1/item-sync/items", tag = "exchange", operation_id = "list_library_items", params(LibraryFilter),
    responses((status = 200, body = List<LibraryItem>), Malformed, Refused),
    security(("desk" = ["item_sync.read"])))]
pub(crate) async fn list_library_items(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadItemSync>,
    Query(filter): Query<LibraryFilter>,
) -> Result<Json<List<LibraryItem>>> {
    Ok(Json(exchange.library_items(&caller, &filter).await?))
}

/// The same as CSV, at most 5,000 rows
#[utoipa::path(get, path = "/api/v1/item-sync/items/export", tag = "exchange", operation_id = "export_library_items", params(LibraryFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["item_sync.read"])))]
pub(crate) async fn export_library_items(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadItemSync>,
    Query(filter): Query<LibraryFilter>,
) -> Result<Response> {
    Ok(csv::file("item-sync.csv", &HEAD, exchange.library_lines(&caller, &filter).await?))
}

/// The latest pulls, newest first
#[utoipa::path(get, path = "/api/v1/item-sync/runs", tag = "exchange", operation_id = "list_library_runs",
    responses((status = 200, body = LibraryRuns), Refused),
    security(("desk" = ["item_sync.read"])))]
pub(crate) async fn list_library_runs(
    State(exchange): State<Exchange>,
    _caller: Allowed<ReadItemSync>,
) -> Result<Json<LibraryRuns>> {
    Ok(Json(exchange.library_runs().await?))
}

/// Pull one item or all now
#[utoipa::path(post, path = "/api/v1/item-sync/runs", tag = "exchange", operation_id = "pull_library",
    request_body = PullLibrary,
    responses((status = 202), Refused, Outdated),
    security(("desk" = ["item_sync.run"])))]
pub(crate) async fn pull_library(
    State(exchange): State<Exchange>,
    caller: Allowed<RunItemSync>,
    Json(body): Json<PullLibrary>,
) -> Result<StatusCode> {
    exchange.pull_now(&caller, &body).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Take elements over into the draft of our item
#[utoipa::path(post, path = "/api/v1/item-sync/items/{code}/take", tag = "exchange", operation_id = "take_library_elements",
    params(("code" = String, Path, description = "Implementation code")), request_body = TakeElements,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn take_library_elements(
    State(exchange): State<Exchange>,
    caller: Allowed<EditItem>,
    Path(code): Path<String>,
    Json(body): Json<TakeElements>,
) -> Result<StatusCode> {
    exchange.take_elements(&caller, &code, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
