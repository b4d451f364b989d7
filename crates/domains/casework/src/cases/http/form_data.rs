//! Filled-in data of cases (FORM-006).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::Result;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Casework;
use crate::cases::service::form_data::{CorrectFormData, FormDataExport, FormDataFilter, FormDataList, FormDataView};
use crate::permissions::{CorrectFormData as MayCorrect, ExportFormData, ReadFormData};

/// Routes of filled-in data.
pub(super) fn routes() -> OpenApiRouter<Casework> {
    OpenApiRouter::new()
        .routes(routes!(list_form_data))
        .routes(routes!(list_form_data_forms))
        .routes(routes!(export_form_data))
        .routes(routes!(get_form_data))
        .routes(routes!(correct_form_data))
}

/// Part of a name.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct FormQuery {
    /// Part of a name or key.
    q: String,
}

/// Forms to choose from, at most fifty.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FormNames {
    items: Vec<design::FormName>,
}

/// Filled forms within reach, handed in last first.
#[utoipa::path(get, path = "/api/v1/form-data", tag = "case", operation_id = "list_form_data",
    params(FormDataFilter),
    responses((status = 200, body = FormDataList), Malformed, Refused, Unreadable),
    security(("desk" = ["form_data.read"])))]
pub(super) async fn list_form_data(
    State(casework): State<Casework>,
    caller: Allowed<ReadFormData>,
    Query(filter): Query<FormDataFilter>,
) -> Result<Json<FormDataList>> {
    Ok(Json(casework.list_form_data(&caller, &filter).await?))
}

/// Forms whose data may be asked for.
#[utoipa::path(get, path = "/api/v1/form-data/forms", tag = "case", operation_id = "list_form_data_forms",
    params(FormQuery),
    responses((status = 200, body = FormNames), Refused),
    security(("desk" = ["form_data.read"])))]
pub(super) async fn list_form_data_forms(
    State(casework): State<Casework>,
    _caller: Allowed<ReadFormData>,
    Query(query): Query<FormQuery>,
) -> Result<Json<FormNames>> {
    Ok(Json(FormNames { items: casework.design.find_forms(&query.q).await? }))
}

/// The filled forms of one form as CSV, masked unless asked for by right, level and reason.
#[utoipa::path(get, path = "/api/v1/form-data/export", tag = "case", operation_id = "export_form_data",
    params(FormDataFilter, FormDataExport),
    responses((status = 200, description = "CSV", content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["form_data.export"])))]
pub(super) async fn export_form_data(
    State(casework): State<Casework>,
    caller: Allowed<ExportFormData>,
    Query(filter): Query<FormDataFilter>,
    Query(ask): Query<FormDataExport>,
) -> Result<Response> {
    let text = casework.export_form_data(&caller, &filter, &ask).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"form-data.csv\""),
    ];
    Ok((headers, text).into_response())
}

/// One filled form with its corrections.
#[utoipa::path(get, path = "/api/v1/form-data/{id}", tag = "case", operation_id = "get_form_data",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = FormDataView), Refused, Absent),
    security(("desk" = ["form_data.read"])))]
pub(super) async fn get_form_data(
    State(casework): State<Casework>,
    caller: Allowed<ReadFormData>,
    Path(id): Path<Uuid>,
) -> Result<Json<FormDataView>> {
    Ok(Json(casework.form_data_of(&caller, id).await?))
}

/// Corrects fields of a filled form, with a reason.
#[utoipa::path(post, path = "/api/v1/form-data/{id}/correct", tag = "case", operation_id = "correct_form_data",
    params(("id" = Uuid, Path, description = "Case")), request_body = CorrectFormData,
    responses((status = 204), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["form_data.correct"])))]
pub(super) async fn correct_form_data(
    State(casework): State<Casework>,
    caller: Allowed<MayCorrect>,
    Path(id): Path<Uuid>,
    Json(asked): Json<CorrectFormData>,
) -> Result<StatusCode> {
    casework.correct_form_data(&caller, id, asked).await?;
    Ok(StatusCode::NO_CONTENT)
}
