//! Changing the library.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Multipart, Path};
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::{Definition, whole};
use crate::Library;
use crate::library::{NewEntry, SavedDraft};
use crate::permissions::{EditDesign, PublishDesign};

/// Bytes of the largest file that may be brought in.
const LARGEST: usize = 2 << 20;

/// Revision of the page.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiscardDefinitionDraft {
    pub(super) revision: i64,
}

/// A publication.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PublishDefinition {
    revision: i64,
    /// What changed, for the history.
    #[serde(default)]
    note: String,
    /// Item whose limit a flow must keep.
    #[serde(default)]
    item: Option<String>,
}

/// Why it is taken out of use.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisableDefinition {
    #[serde(default)]
    pub(super) reason: String,
}

/// A file to bring in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body in the OpenAPI document")]
pub(crate) struct ImportDefinition {
    /// `.json`, `.bpmn`, `.dmn`, `.typ`, `.docx` or `.pdf`.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Makes an entry with a draft.
#[utoipa::path(post, path = "/api/v1/design/definitions", tag = "design", operation_id = "create_definition",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewEntry,
    responses((status = 201, body = Definition), Refused, Unreadable),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn create_definition(
    State(library): State<Library>,
    caller: Allowed<EditDesign>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<NewEntry>,
) -> Result<(StatusCode, Json<Definition>)> {
    let id = library.create(&caller, new, key).await?;
    Ok((StatusCode::CREATED, Json(whole(&library, &caller, id).await?)))
}

/// Saves a draft, also one with findings.
#[utoipa::path(put, path = "/api/v1/design/definitions/{id}/draft", tag = "design",
    operation_id = "save_definition_draft", params(("id" = Uuid, Path)), request_body = SavedDraft,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn save_definition_draft(
    State(library): State<Library>,
    caller: Allowed<EditDesign>,
    Path(id): Path<Uuid>,
    Json(draft): Json<SavedDraft>,
) -> Result<Json<Definition>> {
    library.save(&caller, id, draft).await?;
    Ok(Json(whole(&library, &caller, id).await?))
}

/// Drops the draft; an entry never published goes away whole.
#[utoipa::path(delete, path = "/api/v1/design/definitions/{id}/draft", tag = "design",
    operation_id = "discard_definition_draft", params(("id" = Uuid, Path)), request_body = DiscardDefinitionDraft,
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn discard_definition_draft(
    State(library): State<Library>,
    caller: Allowed<EditDesign>,
    Path(id): Path<Uuid>,
    Json(asked): Json<DiscardDefinitionDraft>,
) -> Result<StatusCode> {
    library.discard(&caller, id, asked.revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes the draft as the next version.
#[utoipa::path(post, path = "/api/v1/design/definitions/{id}/publish", tag = "design",
    operation_id = "publish_definition", params(("id" = Uuid, Path)), request_body = PublishDefinition,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.publish"])))]
pub(crate) async fn publish_definition(
    State(library): State<Library>,
    caller: Allowed<PublishDesign>,
    Path(id): Path<Uuid>,
    Json(asked): Json<PublishDefinition>,
) -> Result<Json<Definition>> {
    library.publish(&caller, id, asked.revision, &asked.note, asked.item.as_deref()).await?;
    Ok(Json(whole(&library, &caller, id).await?))
}

/// Takes an entry out of use.
#[utoipa::path(post, path = "/api/v1/design/definitions/{id}/disable", tag = "design",
    operation_id = "disable_definition", params(("id" = Uuid, Path)), request_body = DisableDefinition,
    responses((status = 200, body = Definition), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.publish"])))]
pub(crate) async fn disable_definition(
    State(library): State<Library>,
    caller: Allowed<PublishDesign>,
    Path(id): Path<Uuid>,
    Json(asked): Json<DisableDefinition>,
) -> Result<Json<Definition>> {
    library.disable(&caller, id, &asked.reason).await?;
    Ok(Json(whole(&library, &caller, id).await?))
}

/// Brings an entry back into use.
#[utoipa::path(post, path = "/api/v1/design/definitions/{id}/enable", tag = "design",
    operation_id = "enable_definition", params(("id" = Uuid, Path)),
    responses((status = 200, body = Definition), Refused, Absent, Outdated),
    security(("desk" = ["design.publish"])))]
pub(crate) async fn enable_definition(
    State(library): State<Library>,
    caller: Allowed<PublishDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<Definition>> {
    library.enable(&caller, id).await?;
    Ok(Json(whole(&library, &caller, id).await?))
}

/// Makes an entry from a file; the name tells the kind.
#[utoipa::path(post, path = "/api/v1/design/definitions/import", tag = "design", operation_id = "import_definition",
    request_body(content = ImportDefinition, content_type = "multipart/form-data"),
    responses((status = 201, body = Definition), Refused, Unreadable),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn import_definition(
    State(library): State<Library>,
    caller: Allowed<EditDesign>,
    Multipart(mut form): Multipart,
) -> Result<(StatusCode, Json<Definition>)> {
    let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "unreadable", "上传的内容读不出来，请重新选择文件。");
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(Problem::invalid_field("/file", "too_large", "文件超过 2 兆字节，请拆成几份再导入"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let id = if crate::prints::is_template(&name) {
            library.import_template(&caller, &name, &bytes).await?
        } else {
            let text = String::from_utf8(bytes).map_err(|_| {
                Problem::invalid_field("/file", "encoding", "文件不是 UTF-8 文本，请另存为 UTF-8 再导入")
            })?;
            library.import(&caller, &name, text).await?
        };
        return Ok((StatusCode::CREATED, Json(whole(&library, &caller, id).await?)));
    }
    Err(Problem::invalid_field("/file", "required", "选择要导入的文件"))
}
