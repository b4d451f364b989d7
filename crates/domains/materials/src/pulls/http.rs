//! HTTP of papers asked of sources.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::Uuid;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewPull, PullFilter, PullView, RetryPull};
use crate::{Materials, PullMaterials, ReadMaterials};

pub(crate) fn routes() -> OpenApiRouter<Materials> {
    OpenApiRouter::new()
        .routes(routes!(list_material_pulls))
        .routes(routes!(pull_material))
        .routes(routes!(retry_material_pull))
}

/// What the own side asked sources for
#[utoipa::path(get, path = "/api/v1/material-pulls", tag = "material", operation_id = "list_material_pulls", params(PullFilter),
    responses((status = 200, body = List<PullView>), Malformed, Refused),
    security(("desk" = ["material.read"])))]
async fn list_material_pulls(
    State(materials): State<Materials>,
    caller: Allowed<ReadMaterials>,
    Query(filter): Query<PullFilter>,
) -> Result<Json<List<PullView>>> {
    Ok(Json(materials.pulls(&caller, &filter).await?))
}

/// Ask a source for a paper; it is tried at once
#[utoipa::path(post, path = "/api/v1/material-pulls", tag = "material", operation_id = "pull_material",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewPull,
    responses((status = 201, body = PullView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["material.pull"])))]
async fn pull_material(
    State(materials): State<Materials>,
    caller: Allowed<PullMaterials>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewPull>,
) -> Result<(StatusCode, Json<PullView>)> {
    Ok((StatusCode::CREATED, Json(materials.pull(&caller, body, key).await?)))
}

/// Ask again now
#[utoipa::path(post, path = "/api/v1/material-pulls/{id}/retry", tag = "material", operation_id = "retry_material_pull",
    params(("id" = Uuid, Path, description = "Pull")), request_body = RetryPull,
    responses((status = 200, body = PullView), Refused, Absent, Outdated),
    security(("desk" = ["material.pull"])))]
async fn retry_material_pull(
    State(materials): State<Materials>,
    caller: Allowed<PullMaterials>,
    Path(id): Path<Uuid>,
    Json(body): Json<RetryPull>,
) -> Result<Json<PullView>> {
    Ok(Json(materials.retry_pull(&caller, id, body.version).await?))
}
