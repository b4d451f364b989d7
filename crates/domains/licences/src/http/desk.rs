//! Licences at the desk: those of cases in reach, and drafts before sealing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::my::Row;
use crate::Licences;
use crate::model::DraftField;
use crate::permissions::{EditDraft, ReadLicence};

/// Which licences.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LicenceFilter {
    /// Of one case.
    case: Option<Uuid>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A draft before sealing.
#[derive(Serialize, ToSchema)]
#[schema(as = LicenceDraft)]
pub(crate) struct DraftView {
    id: Uuid,
    name: String,
    number: String,
    case_id: Uuid,
    case_number: String,
    item_name: String,
    holder_name: String,
    issuer: String,
    /// `YYYY-MM-DD`.
    issued_at: String,
    fields: Vec<DraftField>,
    /// Mandatory fields without a value: fill them in, then it can be sealed.
    missing: Vec<String>,
    /// Send it back with a correction.
    version: i64,
}

impl From<crate::service::Draft> for DraftView {
    fn from(draft: crate::service::Draft) -> Self {
        let licence = draft.licence;
        Self {
            id: licence.id,
            name: licence.name,
            number: licence.number,
            case_id: licence.case_id,
            case_number: licence.case_number,
            item_name: licence.item_name,
            holder_name: licence.holder_name,
            issuer: licence.issuer_name,
            issued_at: licence.issued_on.to_string(),
            fields: draft.fields,
            missing: draft.missing,
            version: licence.version,
        }
    }
}

/// Corrections of a draft.
#[derive(Deserialize, ToSchema)]
#[schema(as = CorrectLicenceDraft)]
pub(crate) struct Corrections {
    /// Version of the draft on the page.
    version: i64,
    /// New values by field key; null takes a correction back.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// Sealed licences of cases in reach, newest first.
#[utoipa::path(get, path = "/api/v1/licences", tag = "licences", operation_id = "list_licences", params(LicenceFilter),
    responses((status = 200, body = List<Row>), Refused),
    security(("desk" = ["case.read"])))]
pub(crate) async fn list_licences(
    State(licences): State<Licences>,
    caller: Allowed<ReadLicence>,
    Query(filter): Query<LicenceFilter>,
) -> Result<Json<List<Row>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let (found, total) = licences.licences(&caller, filter.case, &page).await?;
    let items = found.into_iter().map(|one| Row::new(&licences, one)).collect();
    let as_of = licences.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |row: &Row| vec![row.id().to_string()])))
}

/// The sealed PDF; the look is logged.
#[utoipa::path(get, path = "/api/v1/licences/{id}/file", tag = "licences", operation_id = "get_licence_file",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Refused, Absent),
    security(("desk" = ["case.read"])))]
pub(crate) async fn get_licence_file(
    State(licences): State<Licences>,
    caller: Allowed<ReadLicence>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (file, bytes) = licences.desk_file(&caller, id).await?;
    Ok(platform::files::respond(&file, bytes))
}

/// Drafts of the caller's organisations, newest first.
#[utoipa::path(get, path = "/api/v1/licences/drafts", tag = "licences", operation_id = "list_licence_drafts",
    params(PageQuery),
    responses((status = 200, body = List<DraftView>), Refused),
    security(("desk" = ["licence.draft"])))]
pub(crate) async fn list_licence_drafts(
    State(licences): State<Licences>,
    caller: Allowed<EditDraft>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<DraftView>>> {
    let (found, total) = licences.drafts(&caller, &page).await?;
    let items = found.into_iter().map(DraftView::from).collect();
    let as_of = licences.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |draft: &DraftView| vec![draft.id.to_string()])))
}

/// Corrects fields of a draft.
#[utoipa::path(put, path = "/api/v1/licences/drafts/{id}", tag = "licences", operation_id = "correct_licence_draft",
    params(("id" = Uuid, Path)), request_body = Corrections,
    responses((status = 200, body = DraftView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["licence.draft"])))]
pub(crate) async fn correct_licence_draft(
    State(licences): State<Licences>,
    caller: Allowed<EditDraft>,
    Path(id): Path<Uuid>,
    Json(change): Json<Corrections>,
) -> Result<Json<DraftView>> {
    Ok(Json(licences.correct_draft(&caller, id, change.version, change.fields).await?.into()))
}

/// Deletes a draft; issuing again sets a new one.
#[utoipa::path(delete, path = "/api/v1/licences/drafts/{id}", tag = "licences", operation_id = "delete_licence_draft",
    params(("id" = Uuid, Path)),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["licence.draft"])))]
pub(crate) async fn delete_licence_draft(
    State(licences): State<Licences>,
    caller: Allowed<EditDraft>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    licences.delete_draft(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
