//! The applicant's routes: own cases only.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::problem::ProblemBody;
use platform::web::refusals::{Absent, Outdated, Refused, SignedOut, Unreadable};
use uuid::Uuid;

use super::{CreatedCase, FieldChecks, NewCase, Problems};
use crate::Casework;
use crate::cases::service::correction::SupplyCorrection;
use crate::cases::service::draft::{DraftView, HandMaterial, SaveDraft};
use crate::cases::service::lists::{MyCaseList, MyFilter};
use crate::cases::service::submit::{Receipt, WholeApplication};
use crate::cases::service::views::MyCase;
use crate::cases::service::withdraw::{ChangeDelivery, Withdraw};
use crate::permissions;

/// Begin an application
#[utoipa::path(post, path = "/api/v1/my/cases", tag = "case", operation_id = "create_my_case",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = NewCase,
    responses((status = 201, description = "Begin an application", body = CreatedCase), Refused, Outdated, Unreadable),
    security(("portal" = ["my_case.create"])))]
pub(super) async fn create_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::CreateMyCase>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewCase>,
) -> Result<(StatusCode, Json<CreatedCase>)> {
    Ok((
        StatusCode::CREATED,
        Json(CreatedCase {
            id: casework.create_draft_for(&caller, &body.item_slug, &body.handle_item, body.acting_for, key).await?,
        }),
    ))
}

/// File a whole application at once
#[utoipa::path(post, path = "/api/v1/my/cases/file", tag = "case", operation_id = "file_my_case",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")), request_body = WholeApplication,
    responses((status = 201, description = "File a whole application at once", body = Receipt), Refused, Outdated, Unreadable),
    security(("portal" = ["my_case.submit"])))]
pub(super) async fn file_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::SubmitMyCase>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<WholeApplication>,
) -> Result<(StatusCode, Json<Receipt>)> {
    Ok((StatusCode::CREATED, Json(casework.file_whole(&caller, body, key).await?)))
}

/// Own cases
#[utoipa::path(get, path = "/api/v1/my/cases", tag = "case", operation_id = "list_my_cases",
    params(MyFilter),
    responses((status = 200, description = "Own cases", body = MyCaseList), Refused),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn list_my_cases(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Query(query): Query<MyFilter>,
) -> Result<Json<MyCaseList>> {
    Ok(Json(casework.my_cases(&caller, &query).await?))
}

/// An own draft
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/draft", tag = "case", operation_id = "get_my_draft",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "An own draft", body = DraftView), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn get_my_draft(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<DraftView>> {
    Ok(Json(casework.draft_view(&caller, id).await?))
}

/// Save part of a draft
#[utoipa::path(put, path = "/api/v1/my/cases/{id}/draft", tag = "case", operation_id = "save_my_draft",
    params(("id" = Uuid, Path, description = "Case")), request_body = SaveDraft,
    responses((status = 200, description = "Save part of a draft", body = DraftView), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn save_my_draft(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<SaveDraft>,
) -> Result<Json<DraftView>> {
    casework.save_draft(&caller, id, body).await?;
    Ok(Json(casework.draft_view(&caller, id).await?))
}

/// What is still to mend
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/check", tag = "case", operation_id = "check_my_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "What is still to mend", body = Problems), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn check_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<Problems>> {
    Ok(Json(Problems { problems: casework.check_draft(&caller, id).await? }))
}

/// Compare what is filled in with what others know
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/compare", tag = "case", operation_id = "compare_my_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "Compare what is filled in with what others know", body = FieldChecks), Refused, Absent, (status = 409, description = "The applicant has not agreed to be looked up", body = ProblemBody, content_type = "application/problem+json")),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn compare_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<FieldChecks>> {
    Ok(Json(FieldChecks { items: casework.compare_mine(&caller, id).await? }))
}

/// Hand a material in
#[utoipa::path(put, path = "/api/v1/my/cases/{id}/materials/{key}", tag = "case", operation_id = "hand_my_material",
    params(("id" = Uuid, Path, description = "Case"), ("key" = String, Path, description = "Material")), request_body = HandMaterial,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn hand_my_material(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path((id, key)): Path<(Uuid, String)>,
    Json(body): Json<HandMaterial>,
) -> Result<StatusCode> {
    casework.hand_material(&caller, id, &key, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand the application in
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/submit", tag = "case", operation_id = "submit_my_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = super::Version,
    responses((status = 200, description = "Hand the application in", body = Receipt), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.submit"])))]
pub(super) async fn submit_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::SubmitMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<super::Version>,
) -> Result<Json<Receipt>> {
    Ok(Json(casework.submit(&caller, id, body.version).await?))
}

/// Throw a draft away
#[utoipa::path(delete, path = "/api/v1/my/cases/{id}", tag = "case", operation_id = "delete_my_draft",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 204, description = "Done"), Refused, Absent),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn delete_my_draft(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    casework.delete_draft(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An own case
#[utoipa::path(get, path = "/api/v1/my/cases/{id}", tag = "case", operation_id = "get_my_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "An own case", body = MyCase), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn get_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<MyCase>> {
    Ok(Json(casework.my_case(&caller, id).await?))
}

/// Supply a correction
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/corrections", tag = "case", operation_id = "supply_my_correction",
    params(("id" = Uuid, Path, description = "Case")), request_body = SupplyCorrection,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn supply_my_correction(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<SupplyCorrection>,
) -> Result<StatusCode> {
    casework.supply_correction(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Withdraw
#[utoipa::path(post, path = "/api/v1/my/cases/{id}/withdraw", tag = "case", operation_id = "withdraw_my_case",
    params(("id" = Uuid, Path, description = "Case")), request_body = Withdraw,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.withdraw"])))]
pub(super) async fn withdraw_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::WithdrawMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<Withdraw>,
) -> Result<StatusCode> {
    casework.withdraw(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the delivery
#[utoipa::path(put, path = "/api/v1/my/cases/{id}/delivery", tag = "case", operation_id = "change_my_delivery",
    params(("id" = Uuid, Path, description = "Case")), request_body = ChangeDelivery,
    responses((status = 204, description = "Done"), Refused, Absent, Outdated, Unreadable),
    security(("portal" = ["my_case.edit"])))]
pub(super) async fn change_my_delivery(
    State(casework): State<Casework>,
    caller: Allowed<permissions::EditMyCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeDelivery>,
) -> Result<StatusCode> {
    casework.change_delivery(&caller, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A document of an own case
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/documents/{document}", tag = "case", operation_id = "get_my_document",
    params(("id" = Uuid, Path, description = "Case"), ("document" = Uuid, Path, description = "Document")),
    responses((status = 200, description = "A document of an own case", content_type = "application/pdf"), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn get_my_document(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path((id, document)): Path<(Uuid, Uuid)>,
) -> Result<Response> {
    super::own_document(&casework, &caller, id, document).await
}

/// The issued licence of an own case
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/licence", tag = "case", operation_id = "get_my_case_licence",
    params(("id" = Uuid, Path, description = "Case")),
    responses(
        (status = 200, description = "The sealed licence", content_type = "application/pdf"),
        SignedOut,
        (status = 403, description = "Without the permission, or the grant does not allow it", body = ProblemBody, content_type = "application/problem+json"),
        Absent,
    ),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn get_my_case_licence(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (file, bytes) = casework.my_case_licence(&caller, id).await?;
    Ok(platform::files::respond(&file, bytes))
}

/// A file of an own case
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/files/{file}", tag = "case", operation_id = "get_my_file",
    params(("id" = Uuid, Path, description = "Case"), ("file" = Uuid, Path, description = "File")),
    responses((status = 200, description = "A file of an own case", content_type = "application/octet-stream"), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn get_my_file(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path((id, file)): Path<(Uuid, Uuid)>,
) -> Result<Response> {
    super::own_file(&casework, &caller, id, file).await
}

/// Tells the page to fetch again
#[utoipa::path(get, path = "/api/v1/my/cases/{id}/live", tag = "case", operation_id = "watch_my_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, description = "Tells the page to fetch again", content_type = "text/event-stream"), Refused, Absent),
    security(("portal" = ["my_case.read"])))]
pub(super) async fn watch_my_case(
    State(casework): State<Casework>,
    caller: Allowed<permissions::ReadMyCase>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    super::watch_own(&casework, &caller, id).await
}
