//! Checking a licence, open to everybody.

use axum::extract::{Multipart, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use platform::web::extract::{Json, Path};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::Unreadable;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::MAX_FILE;
use crate::model::Licence;
use crate::{FileVerdict, Licences, Standing};

/// What the public learns of a licence.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicenceFacts {
    name: String,
    number: String,
    identifier: String,
    /// A person's name masked; a body's as registered.
    holder_masked: String,
    issuer: String,
    /// `YYYY-MM-DD`.
    issued_at: String,
    /// Last day, `YYYY-MM-DD`; null without end.
    expires_at: Option<String>,
}

impl From<Licence> for LicenceFacts {
    fn from(licence: Licence) -> Self {
        Self {
            holder_masked: licence.holder_masked(),
            name: licence.name,
            number: licence.number,
            identifier: licence.identifier,
            issuer: licence.issuer_name,
            issued_at: licence.issued_on.to_string(),
            expires_at: licence.expires_on.map(|last| last.to_string()),
        }
    }
}

/// Answer to a code.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeAnswer {
    valid: bool,
    /// 有效, 已过期, 已废止, 查无此证.
    verdict: &'static str,
    licence: Option<LicenceFacts>,
    /// Licences of other kinds that bear the same printed number, each with how it stands; empty when a
    /// code or an identifier was asked for.
    others: Vec<OtherLicence>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    checked_at: OffsetDateTime,
}

/// Another kind of licence with the same number.
#[derive(Serialize, ToSchema)]
pub(crate) struct OtherLicence {
    valid: bool,
    /// 有效, 已过期, 已废止.
    verdict: &'static str,
    licence: LicenceFacts,
}

/// What one signature proves.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignatureFacts {
    seal: String,
    signer: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<OffsetDateTime>,
    intact: bool,
    trusted: bool,
    covers_whole_file: bool,
    /// What is wrong, in plain words.
    problem: Option<String>,
}

/// Answer to a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileAnswer {
    valid: bool,
    /// 有效, 已过期, 已废止, 被改动, 查无此证, 不是可读的 PDF.
    verdict: &'static str,
    /// What the signatures alone prove, one sentence.
    text: &'static str,
    signatures: Vec<SignatureFacts>,
    /// The licence the file is; for a changed file, the one it says it is.
    licence: Option<LicenceFacts>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    checked_at: OffsetDateTime,
}

/// The upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body in the OpenAPI document")]
pub(crate) struct FileUpload {
    /// The licence, PDF, at most 8 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// How a licence stands, by the code in its QR code, its 电子证照标识 or its printed number.
#[utoipa::path(get, path = "/api/v1/licences/verify/{code}", tag = "licences", operation_id = "verify_licence",
    params(("code" = String, Path, description = "Code beside the QR code, identifier 1.2.156.3005.2…, or printed number")),
    responses((status = 200, body = CodeAnswer)))]
pub(crate) async fn verify_licence(
    State(licences): State<Licences>,
    Path(code): Path<String>,
) -> Result<Json<CodeAnswer>> {
    let mut found = licences.by_text(&code).await?.into_iter();
    let first = found.next();
    let standing = first.as_ref().map(|licence| licences.standing(licence));
    let other = |licence: Licence| {
        let standing = licences.standing(&licence);
        OtherLicence {
            valid: standing == Standing::Valid,
            verdict: standing.text(),
            licence: LicenceFacts::from(licence),
        }
    };
    Ok(Json(CodeAnswer {
        valid: standing == Some(Standing::Valid),
        verdict: standing.map_or(FileVerdict::Unknown.text(), Standing::text),
        licence: first.map(LicenceFacts::from),
        others: found.map(other).collect(),
        checked_at: licences.platform.now(),
    }))
}

/// Checks a licence file: the signatures in it, and the licence behind it.
#[utoipa::path(post, path = "/api/v1/licences/verify-file", tag = "licences", operation_id = "verify_licence_file",
    request_body(content = FileUpload, content_type = "multipart/form-data"),
    responses((status = 200, body = FileAnswer), Unreadable))]
pub(crate) async fn verify_file(
    State(licences): State<Licences>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Json<FileAnswer>> {
    let file = read(multipart.map_err(|_| no_file())?).await?;
    let found = licences.check_file(file).await?;
    Ok(Json(FileAnswer {
        valid: found.verdict == FileVerdict::Ours(Standing::Valid),
        verdict: found.verdict.text(),
        text: found.report.verdict.text(),
        signatures: found
            .report
            .signatures
            .into_iter()
            .map(|one| SignatureFacts {
                seal: one.seal,
                signer: one.signer,
                signed_at: one.signed_at,
                intact: one.intact,
                trusted: one.trusted,
                covers_whole_file: one.covers_whole_file,
                problem: one.problem,
            })
            .collect(),
        licence: found.licence.map(LicenceFacts::from),
        checked_at: licences.platform.now(),
    }))
}

/// Certificates to trust when verifying a licence file offline, PEM.
#[utoipa::path(get, path = "/api/v1/licences/trust.pem", tag = "licences", operation_id = "get_trust_anchors",
    responses((status = 200, body = String, content_type = "application/x-pem-file")))]
pub(crate) async fn get_trust_anchors(State(licences): State<Licences>) -> Result<Response> {
    let pem = licences.trust_pem().await?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response())
}

/// The first part named `file`.
async fn read(mut multipart: Multipart) -> Result<Bytes> {
    loop {
        let part = multipart.next_field().await.map_err(|error| broken(&error))?.ok_or_else(no_file)?;
        if part.name() != Some("file") {
            continue;
        }
        let bytes = part.bytes().await.map_err(|error| broken(&error))?;
        if bytes.is_empty() {
            return Err(no_file());
        }
        return if bytes.len() > MAX_FILE { Err(too_large()) } else { Ok(bytes) };
    }
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { no_file() }
}

fn too_large() -> Problem {
    platform::files::too_large((MAX_FILE >> 20) as u64)
}

fn no_file() -> Problem {
    Problem::invalid_field("/file", "required", "请选择要核验的证照文件（PDF）。")
}
