//! Class and level changed and confirmed.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Decision;
use super::fields::{DataFieldWhole, whole};
use crate::Security;
use crate::classification::model::{Export, Masking};
use crate::classification::review::Proposal;
use crate::permissions::{EditClassification, ReviewClassification};

/// Another class and level.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DataFieldProposal {
    version: i64,
    class: String,
    level: i64,
    masking: Masking,
    export: Export,
    reason: String,
}

/// Propose another class and level; another person confirms.
#[utoipa::path(put, path = "/api/v1/security/fields/{id}", tag = "security", operation_id = "propose_data_field",
    params(("id" = Uuid, Path, description = "Column")), request_body = DataFieldProposal,
    responses((status = 200, body = DataFieldWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.edit"])))]
pub(crate) async fn propose_data_field(
    State(security): State<Security>,
    caller: Allowed<EditClassification>,
    Path(id): Path<Uuid>,
    Json(request): Json<DataFieldProposal>,
) -> Result<Json<DataFieldWhole>> {
    let wanted = Proposal {
        class: request.class,
        level: request.level,
        masking: request.masking,
        export: request.export,
        reason: request.reason,
    };
    security.propose_field(&caller, id, request.version, wanted).await?;
    whole(&security, &caller, id).await
}

/// Confirm what is proposed.
#[utoipa::path(post, path = "/api/v1/security/fields/{id}/confirm", tag = "security", operation_id = "confirm_data_field",
    params(("id" = Uuid, Path, description = "Column")), request_body = Decision,
    responses((status = 200, body = DataFieldWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.review"])))]
pub(crate) async fn confirm_data_field(
    State(security): State<Security>,
    caller: Allowed<ReviewClassification>,
    Path(id): Path<Uuid>,
    Json(request): Json<Decision>,
) -> Result<Json<DataFieldWhole>> {
    security.confirm_field(&caller, id, request.version, &request.text).await?;
    whole(&security, &caller, id).await
}

/// Say no to what is proposed: what was in force before counts again.
#[utoipa::path(post, path = "/api/v1/security/fields/{id}/reject", tag = "security", operation_id = "reject_data_field",
    params(("id" = Uuid, Path, description = "Column")), request_body = Decision,
    responses((status = 200, body = DataFieldWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.review"])))]
pub(crate) async fn reject_data_field(
    State(security): State<Security>,
    caller: Allowed<ReviewClassification>,
    Path(id): Path<Uuid>,
    Json(request): Json<Decision>,
) -> Result<Json<DataFieldWhole>> {
    security.reject_field(&caller, id, request.version, &request.text).await?;
    whole(&security, &caller, id).await
}

/// One column of several.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DataFieldPick {
    id: Uuid,
    version: i64,
}

/// Several columns to confirm.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ConfirmDataFields {
    items: Vec<DataFieldPick>,
    #[serde(default)]
    text: String,
}

/// How many were confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmedDataFields {
    confirmed: usize,
}

/// Confirm several columns at once, all or none.
#[utoipa::path(post, path = "/api/v1/security/fields/confirm", tag = "security", operation_id = "confirm_data_fields", request_body = ConfirmDataFields,
    responses((status = 200, body = ConfirmedDataFields), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["classify.review"])))]
pub(crate) async fn confirm_data_fields(
    State(security): State<Security>,
    caller: Allowed<ReviewClassification>,
    Json(request): Json<ConfirmDataFields>,
) -> Result<Json<ConfirmedDataFields>> {
    let wanted = request.items.into_iter().map(|one| (one.id, one.version)).collect();
    let confirmed = security.confirm_fields(&caller, wanted, &request.text).await?;
    Ok(Json(ConfirmedDataFields { confirmed }))
}
