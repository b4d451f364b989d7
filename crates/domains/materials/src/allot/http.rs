//! HTTP of grants, and of the calls they open.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::problem::ProblemBody;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::Uuid;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::serve::{Content, Page, Query as MaterialQuery, Reading};
use super::{EndMaterialGrant, GrantFilter, GrantView, NewMaterialGrant};
use crate::{GrantMaterials, Materials};

pub(crate) fn routes() -> OpenApiRouter<Materials> {
    OpenApiRouter::new()
        .routes(routes!(list_material_grants))
        .routes(routes!(grant_material))
        .routes(routes!(end_material_grant))
        .routes(routes!(query_materials))
        .routes(routes!(read_material))
}

/// Which system may read which kind of paper
#[utoipa::path(get, path = "/api/v1/material-grants", tag = "material", operation_id = "list_material_grants", params(GrantFilter),
    responses((status = 200, body = List<GrantView>), Malformed, Refused, Unreadable),
    security(("desk" = ["material.grant"])))]
async fn list_material_grants(
    State(materials): State<Materials>,
    _caller: Allowed<GrantMaterials>,
    Query(filter): Query<GrantFilter>,
) -> Result<Json<List<GrantView>>> {
    Ok(Json(materials.material_grants(&filter).await?))
}

/// Let a system read a kind of paper
#[utoipa::path(post, path = "/api/v1/material-grants", tag = "material", operation_id = "grant_material",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewMaterialGrant,
    responses((status = 201, body = GrantView), Refused, Outdated, Unreadable),
    security(("desk" = ["material.grant"])))]
async fn grant_material(
    State(materials): State<Materials>,
    caller: Allowed<GrantMaterials>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewMaterialGrant>,
) -> Result<(StatusCode, Json<GrantView>)> {
    Ok((StatusCode::CREATED, Json(materials.grant_material(&caller, body, key).await?)))
}

/// End a grant at once
#[utoipa::path(post, path = "/api/v1/material-grants/{id}/end", tag = "material", operation_id = "end_material_grant",
    params(("id" = Uuid, Path, description = "Grant")), request_body = EndMaterialGrant,
    responses((status = 200, body = GrantView), Refused, Absent, Outdated),
    security(("desk" = ["material.grant"])))]
async fn end_material_grant(
    State(materials): State<Materials>,
    caller: Allowed<GrantMaterials>,
    Path(id): Path<Uuid>,
    Json(body): Json<EndMaterialGrant>,
) -> Result<Json<GrantView>> {
    Ok(Json(materials.end_material_grant(&caller, id, body.version).await?))
}

/// Papers of a holder, of the granted kinds, for a registered system. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/exchange/materials/query", tag = "material", operation_id = "query_materials",
    request_body = MaterialQuery,
    responses(
        (status = 200, body = Page),
        Malformed,
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Unreadable,
    ),
    security(("gateway" = ["materials"])))]
async fn query_materials(State(materials): State<Materials>, request: Request) -> Result<Json<Page>> {
    materials.serve_query(request).await
}

/// One paper with its content for a registered system; its owner sees it. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/exchange/materials/read", tag = "material", operation_id = "read_material",
    request_body = Reading,
    responses(
        (status = 200, body = Content),
        Malformed,
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Unreadable,
    ),
    security(("gateway" = ["materials"])))]
async fn read_material(State(materials): State<Materials>, request: Request) -> Result<Json<Content>> {
    materials.serve_content(request).await
}
