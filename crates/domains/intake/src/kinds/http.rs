//! HTTP of the list of items that may be taken in other ways.

use axum::extract::State;
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Kinds, KindsFilter, SetKinds};
use crate::{EditKinds, Intake, ReadKinds};

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new().routes(routes!(list_intake_kinds)).routes(routes!(get_intake_kinds, set_intake_kinds))
}

/// Items that may be taken in bulk, in-only or out-only, by name
#[utoipa::path(get, path = "/api/v1/intake-kinds", tag = "intake", operation_id = "list_intake_kinds", params(KindsFilter),
    responses((status = 200, body = List<Kinds>), Malformed, Refused),
    security(("desk" = ["intake_kind.read"])))]
async fn list_intake_kinds(
    State(intake): State<Intake>,
    caller: Allowed<ReadKinds>,
    Query(filter): Query<KindsFilter>,
) -> Result<Json<List<Kinds>>> {
    Ok(Json(intake.list_kinds(&caller, &filter).await?))
}

/// How an item may be taken
#[utoipa::path(get, path = "/api/v1/intake-kinds/{slug}", tag = "intake", operation_id = "get_intake_kinds",
    params(("slug" = String, Path, description = "Item")),
    responses((status = 200, body = Kinds), Refused, Absent),
    security(("desk" = ["intake_kind.read"])))]
async fn get_intake_kinds(
    State(intake): State<Intake>,
    caller: Allowed<ReadKinds>,
    Path(slug): Path<String>,
) -> Result<Json<Kinds>> {
    Ok(Json(intake.kinds_of(&caller, &slug).await?))
}

/// Set how an item may be taken, as agreed with its department
#[utoipa::path(put, path = "/api/v1/intake-kinds/{slug}", tag = "intake", operation_id = "set_intake_kinds",
    params(("slug" = String, Path, description = "Item")),
    request_body = SetKinds,
    responses((status = 200, body = Kinds), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["intake_kind.edit"])))]
async fn set_intake_kinds(
    State(intake): State<Intake>,
    caller: Allowed<EditKinds>,
    Path(slug): Path<String>,
    Json(body): Json<SetKinds>,
) -> Result<Json<Kinds>> {
    Ok(Json(intake.set_kinds(&caller, &slug, body).await?))
}
