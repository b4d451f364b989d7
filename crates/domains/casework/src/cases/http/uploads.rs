//! Uploads of both user systems: one file a request, as a form field `file`.

use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use platform::files::{self, FileRef};
use platform::web::extract::{Json, Multipart};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::ProblemBody;
use platform::web::refusals::SignedOut;
use platform::{Problem, Result};
use utoipa::ToSchema;

use crate::Casework;
use crate::permissions;

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body in the OpenAPI document")]
pub(super) struct Upload {
    /// PDF, JPG or PNG.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload a file for an own application
#[utoipa::path(post, path = "/api/v1/files", tag = "file", operation_id = "upload_file", request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Stored", body = FileRef),
        SignedOut,
        (status = 422, description = "Wrong type or size", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("portal" = ["file.upload"])))]
pub(super) async fn upload_file(
    State(casework): State<Casework>,
    caller: Allowed<permissions::UploadFile>,
    Multipart(form): Multipart,
) -> Result<(StatusCode, Json<FileRef>)> {
    store(&casework, &caller, form).await
}

/// Upload a file at the desk
#[utoipa::path(post, path = "/api/v1/desk/files", tag = "file", operation_id = "upload_desk_file", request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Stored", body = FileRef),
        SignedOut,
        (status = 422, description = "Wrong type or size", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("desk" = ["file.upload_desk"])))]
pub(super) async fn upload_desk_file(
    State(casework): State<Casework>,
    caller: Allowed<permissions::UploadDeskFile>,
    Multipart(form): Multipart,
) -> Result<(StatusCode, Json<FileRef>)> {
    store(&casework, &caller, form).await
}

async fn store(
    casework: &Casework,
    caller: &Principal,
    mut form: axum::extract::Multipart,
) -> Result<(StatusCode, Json<FileRef>)> {
    let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "unreadable", "上传的内容读不出来，请重新选择文件。");
    let max = casework.platform.config.upload_max_mb;
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            // Stop reading at the limit: an endless upload must not fill the memory.
            if (bytes.len() + chunk.len()) as u64 > max * 1024 * 1024 {
                return Err(files::too_large(max));
            }
            bytes.extend_from_slice(&chunk);
        }
        let stored = files::store(&casework.platform, Some(caller.id), "material", &name, Bytes::from(bytes)).await?;
        return Ok((StatusCode::CREATED, Json(stored)));
    }
    Err(Problem::invalid_field("/file", "required", "选择要上传的文件"))
}
