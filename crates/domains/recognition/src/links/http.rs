//! Links at the desk.

use axum::extract::State;
use identity::{EditSystems, ReadSystems};
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{LinkDraft, Role};
use crate::Recognition;

/// A role and what people read.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkRoleChoice {
    key: Role,
    label: &'static str,
}

/// A system's link; absent before somebody set it up.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// 0 before the first time.
    version: i64,
    link: Option<LinkDraft>,
    roles: Vec<LinkRoleChoice>,
}

/// A link to write.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SaveLink {
    /// Version of the page, 0 for the first time.
    version: i64,
    #[serde(flatten)]
    draft: LinkDraft,
}

async fn view(recognition: &Recognition, id: Uuid) -> Result<Json<LinkView>> {
    let (link, version) =
        recognition.link_draft(id).await?.map_or((None, 0), |(draft, version)| (Some(draft), version));
    let roles = Role::ALL.into_iter().map(|key| LinkRoleChoice { key, label: key.label() }).collect();
    Ok(Json(LinkView { version, link, roles }))
}

/// How people go to and come from a system with a ticket
#[utoipa::path(get, path = "/api/v1/systems/{id}/link", tag = "recognition", operation_id = "get_system_link",
    params(("id" = Uuid, Path, description = "System")),
    responses((status = 200, body = LinkView), Absent),
    security(("desk" = ["system.read"])))]
pub(crate) async fn get_system_link(
    State(recognition): State<Recognition>,
    _caller: Allowed<ReadSystems>,
    Path(id): Path<Uuid>,
) -> Result<Json<LinkView>> {
    view(&recognition, id).await
}

/// Sets up or changes a system's link
#[utoipa::path(put, path = "/api/v1/systems/{id}/link", tag = "recognition", operation_id = "save_system_link",
    params(("id" = Uuid, Path, description = "System")), request_body = SaveLink,
    responses((status = 200, body = LinkView), Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn save_system_link(
    State(recognition): State<Recognition>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(wanted): Json<SaveLink>,
) -> Result<Json<LinkView>> {
    recognition.save_link(&caller, id, wanted.version, wanted.draft).await?;
    view(&recognition, id).await
}
