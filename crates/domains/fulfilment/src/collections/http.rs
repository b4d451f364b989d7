//! HTTP of collecting on demand.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use uuid::Uuid;

use super::service::{ChangeCollection, Collection, CollectionFilter, NewCollection, ReleaseCollection};
use crate::Fulfilment;
use crate::permissions::{EditMyCollections, ReadCollections, ReleaseCollections};

const HEAD: [&str; 7] = ["申请人", "怎么领", "办好", "在等别的", "办件编号", "事项", "选的时间"];

/// Own sets of cases collected in one way, newest first
#[utoipa::path(get, path = "/api/v1/my/collections", tag = "collections", operation_id = "list_my_collections", params(PageQuery),
    responses((status = 200, body = List<Collection>), Malformed, Refused),
    security(("portal" = ["my_collection.edit"])))]
pub(crate) async fn list_my_collections(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<EditMyCollections>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<Collection>>> {
    Ok(Json(fulfilment.my_collections(&caller, &page).await?))
}

/// Put own cases together, to be collected as each is ready or all at the end
#[utoipa::path(post, path = "/api/v1/my/collections", tag = "collections", operation_id = "create_my_collection",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewCollection,
    responses((status = 201, body = Collection), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_collection.edit"])))]
pub(crate) async fn create_my_collection(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<EditMyCollections>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewCollection>,
) -> Result<(StatusCode, Json<Collection>)> {
    Ok((StatusCode::CREATED, Json(fulfilment.put_together(&caller, body, key).await?)))
}

/// Another choice for an own set
#[utoipa::path(put, path = "/api/v1/my/collections/{id}", tag = "collections", operation_id = "change_my_collection",
    params(("id" = Uuid, Path, description = "Set")), request_body = ChangeCollection,
    responses((status = 200, body = Collection), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_collection.edit"])))]
pub(crate) async fn change_my_collection(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<EditMyCollections>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeCollection>,
) -> Result<Json<Collection>> {
    Ok(Json(fulfilment.change_collection(&caller, id, body).await?))
}

/// Sets with a case within reach, newest first
#[utoipa::path(get, path = "/api/v1/collections", tag = "collections", operation_id = "list_collections", params(CollectionFilter),
    responses((status = 200, body = List<Collection>), Malformed, Refused),
    security(("desk" = ["collection.read"])))]
pub(crate) async fn list_collections(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadCollections>,
    Query(filter): Query<CollectionFilter>,
) -> Result<Json<List<Collection>>> {
    Ok(Json(fulfilment.collections(&caller, &filter).await?))
}

/// The same as CSV, at most 5,000 rows
#[utoipa::path(get, path = "/api/v1/collections/export", tag = "collections", operation_id = "export_collections", params(CollectionFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["collection.read"])))]
pub(crate) async fn export_collections(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadCollections>,
    Query(filter): Query<CollectionFilter>,
) -> Result<Response> {
    Ok(csv::file("collections.csv", &HEAD, fulfilment.collection_lines(&caller, &filter).await?))
}

/// The set a case is in
#[utoipa::path(get, path = "/api/v1/cases/{id}/collection", tag = "collections", operation_id = "get_case_collection",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = Collection), Refused, Absent),
    security(("desk" = ["collection.read"])))]
pub(crate) async fn get_case_collection(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReadCollections>,
    Path(id): Path<Uuid>,
) -> Result<Json<Collection>> {
    Ok(Json(fulfilment.collection_of(&caller, id).await?))
}

/// Let the certificates go one by one, on the applicant's word
#[utoipa::path(post, path = "/api/v1/collections/{id}/release", tag = "collections", operation_id = "release_collection",
    params(("id" = Uuid, Path, description = "Set")), request_body = ReleaseCollection,
    responses((status = 200, body = Collection), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["collection.release"])))]
pub(crate) async fn release_collection(
    State(fulfilment): State<Fulfilment>,
    caller: Allowed<ReleaseCollections>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReleaseCollection>,
) -> Result<Json<Collection>> {
    Ok(Json(fulfilment.release_collection(&caller, id, body).await?))
}
