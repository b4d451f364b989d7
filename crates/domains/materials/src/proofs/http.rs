//! HTTP of proofs asked of other bodies.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use platform::Result;
use platform::files;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::Uuid;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AnswerProof, EndProof, NewProof, ProofFilter, ProofHolder, ProofView, ReceiveProof, RevealProof};
use crate::{AnswerProofs, AskProofs, Materials, ReadProofs, RevealProofs};

pub(crate) fn routes() -> OpenApiRouter<Materials> {
    OpenApiRouter::new()
        .routes(routes!(list_proof_requests))
        .routes(routes!(export_proof_requests))
        .routes(routes!(ask_proof))
        .routes(routes!(get_proof_request))
        .routes(routes!(answer_proof))
        .routes(routes!(refuse_proof))
        .routes(routes!(withdraw_proof))
        .routes(routes!(receive_proof))
        .routes(routes!(reveal_proof_holder))
        .routes(routes!(get_proof_file))
}

/// Proofs asked by the own side and of the own body, masked
#[utoipa::path(get, path = "/api/v1/proof-requests", tag = "material", operation_id = "list_proof_requests", params(ProofFilter),
    responses((status = 200, body = List<ProofView>), Malformed, Refused, Unreadable),
    security(("desk" = ["proof.read"])))]
async fn list_proof_requests(
    State(materials): State<Materials>,
    caller: Allowed<ReadProofs>,
    Query(filter): Query<ProofFilter>,
) -> Result<Json<List<ProofView>>> {
    Ok(Json(materials.proofs(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/proof-requests/export", tag = "material", operation_id = "export_proof_requests", params(ProofFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["proof.read"])))]
async fn export_proof_requests(
    State(materials): State<Materials>,
    caller: Allowed<ReadProofs>,
    Query(filter): Query<ProofFilter>,
) -> Result<Response> {
    let head = [
        "证明",
        "谁的",
        "用途",
        "办件编号",
        "请求单位",
        "请求人",
        "请求时间",
        "出具单位",
        "期限",
        "状态",
        "答复时间",
        "说明",
    ];
    Ok(csv::file("proof-requests.csv", &head, materials.export_proofs(&caller, &filter).await?))
}

/// Ask the body that owns a proof for it
#[utoipa::path(post, path = "/api/v1/proof-requests", tag = "material", operation_id = "ask_proof",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewProof,
    responses((status = 201, body = ProofView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["proof.ask"])))]
async fn ask_proof(
    State(materials): State<Materials>,
    caller: Allowed<AskProofs>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewProof>,
) -> Result<(StatusCode, Json<ProofView>)> {
    Ok((StatusCode::CREATED, Json(materials.ask_proof(&caller, body, key).await?)))
}

/// One request, masked
#[utoipa::path(get, path = "/api/v1/proof-requests/{id}", tag = "material", operation_id = "get_proof_request",
    params(("id" = Uuid, Path, description = "Request")),
    responses((status = 200, body = ProofView), Refused, Absent),
    security(("desk" = ["proof.read"])))]
async fn get_proof_request(
    State(materials): State<Materials>,
    caller: Allowed<ReadProofs>,
    Path(id): Path<Uuid>,
) -> Result<Json<ProofView>> {
    Ok(Json(materials.proof(&caller, id).await?))
}

/// Answer with a paper
#[utoipa::path(post, path = "/api/v1/proof-requests/{id}/answer", tag = "material", operation_id = "answer_proof",
    params(("id" = Uuid, Path, description = "Request")), request_body = AnswerProof,
    responses((status = 200, body = ProofView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["proof.answer"])))]
async fn answer_proof(
    State(materials): State<Materials>,
    caller: Allowed<AnswerProofs>,
    Path(id): Path<Uuid>,
    Json(body): Json<AnswerProof>,
) -> Result<Json<ProofView>> {
    Ok(Json(materials.answer_proof(&caller, id, body).await?))
}

/// Say that it can't be given
#[utoipa::path(post, path = "/api/v1/proof-requests/{id}/refuse", tag = "material", operation_id = "refuse_proof",
    params(("id" = Uuid, Path, description = "Request")), request_body = EndProof,
    responses((status = 200, body = ProofView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["proof.answer"])))]
async fn refuse_proof(
    State(materials): State<Materials>,
    caller: Allowed<AnswerProofs>,
    Path(id): Path<Uuid>,
    Json(body): Json<EndProof>,
) -> Result<Json<ProofView>> {
    Ok(Json(materials.refuse_proof(&caller, id, body).await?))
}

/// Take a request back
#[utoipa::path(post, path = "/api/v1/proof-requests/{id}/withdraw", tag = "material", operation_id = "withdraw_proof",
    params(("id" = Uuid, Path, description = "Request")), request_body = EndProof,
    responses((status = 200, body = ProofView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["proof.ask"])))]
async fn withdraw_proof(
    State(materials): State<Materials>,
    caller: Allowed<AskProofs>,
    Path(id): Path<Uuid>,
    Json(body): Json<EndProof>,
) -> Result<Json<ProofView>> {
    Ok(Json(materials.withdraw_proof(&caller, id, body).await?))
}

/// Take the paper over, into the material of the case
#[utoipa::path(post, path = "/api/v1/proof-requests/{id}/receive", tag = "material", operation_id = "receive_proof",
    params(("id" = Uuid, Path, description = "Request")), request_body = ReceiveProof,
    responses((status = 200, body = ProofView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["proof.ask"])))]
async fn receive_proof(
    State(materials): State<Materials>,
    caller: Allowed<AskProofs>,
    Path(id): Path<Uuid>,
    Json(body): Json<ReceiveProof>,
) -> Result<Json<ProofView>> {
    Ok(Json(materials.receive_proof(&caller, id, body).await?))
}

/// Whose proof it is, for the body that answers, with a reason; logged
#[utoipa::path(post, path = "/api/v1/proof-requests/{id}/reveal", tag = "material", operation_id = "reveal_proof_holder",
    params(("id" = Uuid, Path, description = "Request")), request_body = RevealProof,
    responses((status = 200, body = ProofHolder), Refused, Absent, Unreadable),
    security(("desk" = ["proof.reveal"])))]
async fn reveal_proof_holder(
    State(materials): State<Materials>,
    caller: Allowed<RevealProofs>,
    Path(id): Path<Uuid>,
    Json(body): Json<RevealProof>,
) -> Result<Json<ProofHolder>> {
    Ok(Json(materials.reveal_proof(&caller, id, &body.reason).await?))
}

/// The paper that was given
#[utoipa::path(get, path = "/api/v1/proof-requests/{id}/file", tag = "material", operation_id = "get_proof_file",
    params(("id" = Uuid, Path, description = "Request")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), Refused, Absent),
    security(("desk" = ["proof.read"])))]
async fn get_proof_file(
    State(materials): State<Materials>,
    caller: Allowed<ReadProofs>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (file, bytes) = materials.proof_file(&caller, id).await?;
    Ok(files::respond(&file, bytes))
}
