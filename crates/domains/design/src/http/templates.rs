//! Forms that follow a template.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Library;
use crate::library::{TakenOver, TemplateTaker};
use crate::permissions::{EditDesign, ReadDesign};

/// Forms with sections of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateTakers {
    items: Vec<TemplateTaker>,
}

/// Which forms are to follow.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TakeTemplateOver {
    /// Entries.
    forms: Vec<Uuid>,
}

/// What became of each form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateTakenOver {
    items: Vec<TakenOver>,
}

/// Forms with sections of a template, at most a hundred.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/takers", tag = "design",
    operation_id = "list_template_takers", params(("id" = Uuid, Path)),
    responses((status = 200, body = TemplateTakers), Refused, Absent, Outdated),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_template_takers(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<TemplateTakers>> {
    Ok(Json(TemplateTakers { items: library.takers(&caller, id).await? }))
}

/// Takes a template over into drafts of forms.
#[utoipa::path(post, path = "/api/v1/design/definitions/{id}/take-over", tag = "design",
    operation_id = "take_template_over", params(("id" = Uuid, Path)), request_body = TakeTemplateOver,
    responses((status = 200, body = TemplateTakenOver), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn take_template_over(
    State(library): State<Library>,
    caller: Allowed<EditDesign>,
    Path(id): Path<Uuid>,
    Json(asked): Json<TakeTemplateOver>,
) -> Result<Json<TemplateTakenOver>> {
    Ok(Json(TemplateTakenOver { items: library.take_over(&caller, id, &asked.forms).await? }))
}
