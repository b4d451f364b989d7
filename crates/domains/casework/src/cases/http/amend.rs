//! Staff mend what the applicant handed in, and read what was mended.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use uuid::Uuid;

use crate::Casework;
use crate::cases::service::amend::{AmendMaterial, MaterialChanges};
use crate::permissions::{AmendMaterials, ReadCase};

/// Add, replace or take out a file of an applicant's material, with a reason
#[utoipa::path(post, path = "/api/v1/cases/{id}/materials/{key}/amend", tag = "case", operation_id = "amend_material",
    params(("id" = Uuid, Path, description = "Case"), ("key" = String, Path, description = "Material")),
    request_body = AmendMaterial,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["material.amend"])))]
pub(super) async fn amend_material(
    State(casework): State<Casework>,
    caller: Allowed<AmendMaterials>,
    Path((id, key)): Path<(Uuid, String)>,
    Json(body): Json<AmendMaterial>,
) -> Result<StatusCode> {
    casework.amend_material(&caller, id, &key, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What staff changed of a material, newest first; the files before among them
#[utoipa::path(get, path = "/api/v1/cases/{id}/materials/{key}/changes", tag = "case", operation_id = "list_material_changes",
    params(("id" = Uuid, Path, description = "Case"), ("key" = String, Path, description = "Material")),
    responses((status = 200, body = MaterialChanges), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(super) async fn list_material_changes(
    State(casework): State<Casework>,
    caller: Allowed<ReadCase>,
    Path((id, key)): Path<(Uuid, String)>,
) -> Result<Json<MaterialChanges>> {
    Ok(Json(casework.material_changes(&caller, id, &key).await?))
}
