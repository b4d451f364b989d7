//! Entries made and taken one step further; each answers with the whole entry.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Risk, view};
use crate::Security;
use crate::permissions::{CloseRisks, HandleRisks};
use crate::risks::service::NewRisk;

/// A new entry.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateRisk {
    /// `finding`, `check`, `assessment`, `inspection`, `go_live`, `drill` or `guard`.
    kind: String,
    title: String,
    #[serde(default)]
    description: String,
    /// `high`, `middle` or `low`.
    level: String,
    due_on: Option<String>,
    parent_id: Option<Uuid>,
}

/// Enter a check, a drill, a finding.
#[utoipa::path(post, path = "/api/v1/security/risks", tag = "security", operation_id = "create_risk",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = CreateRisk,
    responses((status = 201, body = Risk), Refused, Unreadable),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn create_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    IdempotencyKey(key): IdempotencyKey,
    Json(new): Json<CreateRisk>,
) -> Result<(StatusCode, Json<Risk>)> {
    let new = NewRisk {
        kind: new.kind,
        title: new.title,
        description: new.description,
        level: new.level,
        due_on: new.due_on.filter(|day| !day.is_empty()),
        parent_id: new.parent_id,
    };
    let id = security.enter_risk(&caller, new, key).await?;
    Ok((StatusCode::CREATED, view(&security, &caller, id).await?))
}

/// A step.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RiskStepRequest {
    version: i64,
    #[serde(default)]
    text: String,
}

/// Whom to give it to.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AssignRisk {
    version: i64,
    assignee_id: Uuid,
    #[serde(default)]
    text: String,
}

/// Give an entry to somebody.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/assign", tag = "security", operation_id = "assign_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = AssignRisk,
    responses((status = 200, body = Risk), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn assign_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<AssignRisk>,
) -> Result<Json<Risk>> {
    security.assign_risk(&caller, id, request.version, request.assignee_id, &request.text).await?;
    view(&security, &caller, id).await
}

/// Report an entry handled.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/handle", tag = "security", operation_id = "handle_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn handle_risk(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.handle_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Confirm that an entry was handled.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/close", tag = "security", operation_id = "close_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["risk.close"])))]
pub(crate) async fn close_risk(
    State(security): State<Security>,
    caller: Allowed<CloseRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.close_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Send an entry back to who handled it.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/return", tag = "security", operation_id = "return_risk",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["risk.close"])))]
pub(crate) async fn return_risk(
    State(security): State<Security>,
    caller: Allowed<CloseRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.return_risk(&caller, id, request.version, &request.text).await?;
    view(&security, &caller, id).await
}

/// Run a check: past events and weak points become its findings.
#[utoipa::path(post, path = "/api/v1/security/risks/{id}/run", tag = "security", operation_id = "run_risk_check",
    params(("id" = Uuid, Path, description = "Entry")), request_body = RiskStepRequest,
    responses((status = 200, body = Risk), Refused, Absent, Outdated),
    security(("desk" = ["risk.handle"])))]
pub(crate) async fn run_risk_check(
    State(security): State<Security>,
    caller: Allowed<HandleRisks>,
    Path(id): Path<Uuid>,
    Json(request): Json<RiskStepRequest>,
) -> Result<Json<Risk>> {
    security.run_check(&caller, id, request.version).await?;
    view(&security, &caller, id).await
}
